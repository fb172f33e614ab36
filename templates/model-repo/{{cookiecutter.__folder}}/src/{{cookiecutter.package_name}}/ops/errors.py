"""Errors that people can act on. Nothing else is shown without a traceback."""


class OpsError(Exception):
    """Something is wrong that the message explains, with what to do."""


class UsageError(OpsError):
    """The command or a setting can't be understood: exit code 2."""
