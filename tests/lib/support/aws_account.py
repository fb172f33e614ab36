"""An AWS account in moto, bootstrapped by a test, and a record of what was asked of it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError
from moto.iam.models import iam_backends

from bedplate.operate.bootstrap import Outcome, bootstrap
from support.layers import laid_over, spec
from support.plans import plan, resource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedplate.engine.plan import Plan
    from bedplate.operate.bootstrap_steps import Clients
    from bedplate.spec.platform import PlatformSpec

ACCOUNT = "123456789012"
"""The account that moto pretends to be."""

READS = ("Describe", "Get", "Head", "List")
"""How operations begin that write nothing."""

BASE = {
    "aws": {
        "account_id": ACCOUNT,
        "deploy_repository": "https://github.com/acme/acme-ml",
        "deployers": [f"arn:aws:iam::{ACCOUNT}:role/acme-platform-admin"],
    }
}


@dataclass
class Account:
    """One account, empty at first."""

    clients: Clients
    """Connections to it, for bootstrap and test alike."""
    writes: list[str] = field(default_factory=list)
    """Operations that write, in order."""
    fails_at: int = 0
    """Which of them is refused; 0 for none."""
    steps: list[str] = field(default_factory=list)
    """What each step of the last run did."""

    def spec(self, changes: dict[str, Any] | None = None) -> PlatformSpec:
        """Return the environment with some values changed."""
        return spec(laid_over(BASE, changes or {}))

    def run(
        self, changes: dict[str, Any] | None = None, made: Plan | None = None, *, dry: bool = False
    ) -> Outcome:
        """Bootstrap the environment; the record holds this run alone."""
        self.writes.clear()
        self.steps.clear()
        buckets = made or plan(resource("aws:s3/bucket:Bucket", "models"))

        def done(step: Any) -> None:
            settings = f": {', '.join(step.settings)}" if step.settings else ""
            self.steps.append(f"{step.did} {step.kind} {step.name}{settings}")

        return bootstrap(
            self.spec(changes), lambda: buckets, lambda _: self.clients, dry=dry, done=done
        )

    def heard(self, model: Any, params: Any, **_: Any) -> Any:
        """Record an operation, or refuse it."""
        if model.name.startswith(READS):
            return None
        self.writes.append(model.name)
        if len(self.writes) == self.fails_at:
            answer: Any = {"Error": {"Code": "ServiceUnavailable", "Message": "try later"}}
            raise ClientError(answer, model.name)
        return _missing_in_moto(params) if model.name.startswith("AddClientID") else None


def _missing_in_moto(params: Any) -> tuple[Any, Any]:
    """Add an audience to a provider as IAM does; moto 5.2 lacks the operation."""
    body = params["body"]
    provider = iam_backends[ACCOUNT]["aws"].get_open_id_connect_provider(
        body["OpenIDConnectProviderArn"]
    )
    provider.client_id_list.append(body["ClientID"])
    answer: Any = ({}, None)
    return AWSResponse("", 200, *answer), {}


@contextmanager
def recorded(connected: Clients) -> Iterator[Account]:
    """Return an account whose operations are recorded while the context lasts."""
    made = Account(connected)
    clients = (connected.iam, connected.kms, connected.s3, connected.sts)
    for each in clients:
        each.meta.events.register("before-call.*.*", made.heard)
    yield made
    for each in clients:
        each.meta.events.unregister("before-call.*.*", made.heard)
