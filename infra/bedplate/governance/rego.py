"""Which engine evaluates the policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedplate.policy.opa_engine import OpaEngine
from bedplate.policy.opa_server_engine import OpaServerEngine
from bedplate.policy.regorus_engine import RegorusEngine

if TYPE_CHECKING:
    from bedplate.governance.assessment import Options
    from bedplate.policy.engine import RegoEngine


def rego_engine(options: Options) -> RegoEngine:
    """Return the engine that the options name; raises PolicyError where it is not there."""
    if options.opa is not None:
        return OpaServerEngine(options.opa, options.opa_token)
    return OpaEngine() if options.rego == "opa" else RegorusEngine()
