"""Which environment a program runs for, and the AWS account that it runs in.

The only reader of Pulumi config. Keys: ``bedplate:stacks`` (folder of the environment files; by
default ``stacks`` at the root of the project) and ``bedplate:blueprints`` (folder of own ones).
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from bedplate.errors import BedplateError, SpecError
from bedplate.spec.resolve import Resolved, resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedplate.spec.platform import PlatformSpec

_judging: ContextVar[Resolved | None] = ContextVar("judging", default=None)


@contextmanager
def judging(given: Resolved) -> Iterator[None]:
    """Let programs run on an environment that a policy will refuse, so that it can say so.

    Only code can ask for it, never a stack's configuration: a real deploy always refuses.
    """
    token = _judging.set(given)
    try:
        yield
    finally:
        _judging.reset(token)


def environment() -> Resolved:
    """Return the environment of the stack.

    Raises pulumi.RunError with everything that is wrong in its files.
    """
    given = _judging.get()
    if given is not None:
        return given
    blueprints = pulumi.Config("bedplate").get("blueprints")
    own = Path(blueprints) if blueprints else _root() / "blueprints"
    try:
        resolved = resolve(pulumi.get_stack(), stacks(), own if own.is_dir() else None)
        if resolved.judged:
            raise SpecError(resolved.judged)
    except BedplateError as error:
        # Pulumi shows a RunError's message without a traceback.
        raise pulumi.RunError(error.message) from None
    return resolved


def stacks() -> Path:
    """Return the folder of the environment files, beside infra where no other is named."""
    return Path(pulumi.Config("bedplate").get("stacks") or _root() / "stacks")


def _root() -> Path:
    """Return the platform's folder: the project lies in infra/<layer> of it."""
    return Path(pulumi.runtime.get_root_directory()).resolve().parents[1]


def aws_provider(spec: PlatformSpec) -> aws.Provider:
    """Create the provider of the environment's account, which refuses any other."""
    account = spec.aws
    return aws.Provider(
        "aws",
        region=account.region,
        allowed_account_ids=[account.account_id],
        assume_roles=[{"role_arn": account.deploy_role_arn}] if account.deploy_role_arn else None,
    )
