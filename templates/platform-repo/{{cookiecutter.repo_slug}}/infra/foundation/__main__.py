"""The foundation layer: AWS up to and including the cluster.

The stack's name is the environment's: `stacks/<name>.yaml` says what is made. Resources of your own
may follow; policies judge them like ours, and findings point at their line here.
"""

from bedplate.program import foundation

platform = foundation()
