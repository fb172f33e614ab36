"""The platform layer: everything inside the cluster of the foundation layer.

The stack's name is the environment's: `stacks/<name>.yaml` says what is made. Resources of your own
may follow; contracts and policies judge them like ours, and point at their line here.
"""

from bedplate.program import platform

cluster = platform()
