"""Everything that an environment needs before its first deployment, made once and kept as it is.

Every step looks first and writes only what differs: a second run changes nothing, a run that was
cut short goes on where it stopped, and what somebody changed by hand is put right.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bedplate.components.scope import Scope
from bedplate.errors import BedplateError
from bedplate.operate.bootstrap_key import StateKey
from bedplate.operate.bootstrap_role import Policies, Provider, Role
from bedplate.operate.bootstrap_state import StateBucket
from bedplate.operate.bootstrap_steps import MANAGED_BY, Clients, Hand, Step, told
from bedplate.operate.deployer import PATH, deployer_of
from bedplate.operate.deployer_ceiling import ceiling
from bedplate.operate.deployer_policy import documents
from bedplate.operate.deployer_trust import issuer_of, trust_policy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bedplate.engine.plan import Plan
    from bedplate.operate.deployer import Deployer
    from bedplate.operate.deployer_grants import Table
    from bedplate.operate.deployer_policy import Document
    from bedplate.operate.deployer_trust import Issuer
    from bedplate.spec.platform import PlatformSpec


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a bootstrap did, or in a dry run would do."""

    caller: str
    """ARN of who ran it."""
    deployer: Deployer
    """What it is all called."""
    steps: tuple[Step, ...]
    """What was looked at, in order."""

    @property
    def changed(self) -> bool:
        """Whether anything was made or changed."""
        return any(step.did != "kept" for step in self.steps)


@dataclass(frozen=True, slots=True)
class _Work:
    """All that a bootstrap is worked out from, before AWS is asked."""

    spec: PlatformSpec
    """The environment."""
    deployer: Deployer
    """Names of what is made."""
    issuer: Issuer | None
    """Who issues the pipeline's tokens."""
    policies: dict[str, Document]
    """The deployer's policies by ARN."""
    ceiling: Document
    """Its boundary."""


def connect(region: str) -> Clients:
    """Return connections with the caller's own credentials; raises BedplateError without any."""
    import boto3  # noqa: PLC0415 - slow to import

    with told("To begin"):
        session = boto3.Session(region_name=region)
        return Clients(
            iam=session.client("iam"),
            kms=session.client("kms"),
            s3=session.client("s3"),
            sts=session.client("sts"),
        )


def bootstrap(
    spec: PlatformSpec,
    plan: Callable[[], Plan],
    clients: Callable[[str], Clients],
    *,
    dry: bool,
    done: Callable[[Step], None],
    own: Table | None = None,
) -> Outcome:
    """Make what the deployer of an environment needs; `done` is told each step as it ends.

    `plan` is asked for the environment's plan once all is known that could refuse it sooner; `own`
    are the actions for types of the project's own. Raises BedplateError with one sentence for what
    can't be.
    """
    deployer, issuer = deployer_of(spec), issuer_of(spec)
    connected = clients(deployer.state_region)
    caller = _caller(connected, spec)
    written = documents(plan(), deployer, own)
    named = {deployer.policy_arn(str(n)): each for n, each in enumerate(written, 1)}
    work = _Work(spec, deployer, issuer, named, ceiling(written, deployer))
    steps: list[Step] = []
    for step in _steps(work, connected, Hand(dry)):
        steps.append(step)
        done(step)
    return Outcome(caller, deployer, tuple(steps))


def advice(spec: PlatformSpec, outcome: Outcome) -> dict[str, Any]:
    """Return what the environment file should say, by path, where it says something else."""
    deployer = outcome.deployer
    state = {"backend": deployer.backend, "secrets_provider": deployer.secrets_provider}
    said: dict[str, Any] = {}
    if spec.state is None:
        said["state"] = state
    elif spec.state.secrets_provider == "passphrase":
        said["state"] = state | {"backend": spec.state.backend}
    if spec.aws.deploy_role_arn is None:
        said["aws"] = {"deploy_role_arn": deployer.role_arn}
    if deployer.own_boundary:
        # Under another name: the first layer may have made its own already.
        account = f"arn:{deployer.names.partition}:iam::{deployer.names.account_id}"
        kept = f"{account}:policy{PATH}{deployer.names.resource('boundary')}"
        said["identities"] = {"permissions_boundary_arn": kept}
    return said


def _caller(clients: Clients, spec: PlatformSpec) -> str:
    with told("To begin"):
        who = clients.sts.get_caller_identity()
    if who["Account"] != spec.aws.account_id:
        raise BedplateError(
            f"The AWS credentials are of account {who['Account']}, the environment is in "
            f"{spec.aws.account_id}. Fix: sign in to {spec.aws.account_id}, or mend "
            "aws.account_id."
        )
    return who["Arn"]


def _steps(work: _Work, clients: Clients, hand: Hand) -> Iterator[Step]:
    deployer = work.deployer
    tags = Scope(work.spec).tags(deployer.names.resource("deployer"))
    tags |= {"managed_by": MANAGED_BY}
    with told(f"Key {deployer.alias}"):
        step, key_arn = StateKey(clients, hand, deployer, tags).step()
    yield step
    with told(f"Bucket {deployer.bucket}"):
        step = StateBucket(clients, hand, deployer, tags).step(key_arn)
    yield step
    if work.issuer is not None:
        with told(f"OIDC provider {work.issuer.host}"):
            step = Provider(clients, hand, deployer, tags).step(work.issuer)
        yield step
    yield from _rights(work, clients, hand, tags)


def _rights(work: _Work, clients: Clients, hand: Hand, tags: dict[str, str]) -> Iterator[Step]:
    deployer, policies = work.deployer, Policies(clients, hand, tags)
    prefix, cap = deployer.names.prefix, deployer.policy_arn("ceiling")
    with told("Policies of the deployer"):
        yield policies.step(cap, work.ceiling, f"{prefix}: what its deployer may not exceed")
        yield from _boundary(work, policies)
        for arn, document in work.policies.items():
            yield policies.step(arn, document, f"{prefix}: what its deployer may do")
    role = Role(clients, hand, deployer, tags)
    trust = trust_policy(work.spec, deployer, work.issuer)
    with told(f"Role {deployer.role_name}"):
        yield role.step(trust, cap, list(work.policies))
    with told("Policies of the deployer"):
        for arn in _left_over(work, clients):
            yield policies.remove(arn)


def _boundary(work: _Work, policies: Policies) -> Iterator[Step]:
    """Keep the boundary of all other roles, where the environment names it and nobody else does."""
    deployer = work.deployer
    account = deployer.boundary_arn.split(":")[4]
    if deployer.own_boundary or account != deployer.names.account_id:
        return
    arn = deployer.boundary_arn
    if policies.is_foreign(arn):
        yield Step("policy", arn.rpartition("/")[2], "kept", ("somebody else's",))
        return
    from bedplate.components.foundation.identities_boundary import (  # noqa: PLC0415 - imports Pulumi
        boundary_statements,
    )

    statements = [dict(each) for each in boundary_statements(Scope(work.spec))]
    document = {"Version": "2012-10-17", "Statement": statements}
    yield policies.step(arn, document, f"{deployer.names.prefix}: what no role may exceed")


def _left_over(work: _Work, clients: Clients) -> list[str]:
    """Return the numbered policies of an earlier run that needed more of them."""
    first = work.deployer.policy_arn("")
    pages = clients.iam.get_paginator("list_policies")
    found = [
        each["Arn"]
        for page in pages.paginate(Scope="Local", PathPrefix=PATH)
        for each in page["Policies"]
    ]
    return sorted(
        arn
        for arn in found
        if arn.startswith(first) and arn.removeprefix(first).isdigit() and arn not in work.policies
    )
