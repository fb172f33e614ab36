"""The sandbox: the real Pulumi CLI with a stand-in provider and a state of its own.

Everything it needs lies in ``.bedplate/sandbox`` below a project's root; the user's backend,
plugins, credentials and stack files are never touched, and nothing is deployed.
"""

from __future__ import annotations

from bedplate.engine.sandbox.session import ACCOUNT_VARIABLE, BANNER, session, settings_file

__all__ = ["ACCOUNT_VARIABLE", "BANNER", "session", "settings_file"]
