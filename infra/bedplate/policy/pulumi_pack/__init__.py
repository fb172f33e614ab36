"""The Python policy pack: the Pulumi CLI asks it, and it decides as `bedplate check` does.

It is a program of its own, which Pulumi starts, so it stands above governance like the command
line. It speaks Pulumi's analyzer protocol itself: the SDK's own server hands values to policies
after it has dropped which of them are secret (ADR 10).
"""
