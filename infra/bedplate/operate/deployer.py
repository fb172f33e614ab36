"""What the deployer of an environment is called, and where its state lies: pure, from the spec.

Role and policies have the path ``/bedplate/``. What the deployer may change in IAM begins with
``<platform>-<environment>-`` and has no path, so that its own rights are never among it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from bedplate.components.foundation.guardrails_region import regions
from bedplate.components.scope import Scope
from bedplate.errors import BedplateError

if TYPE_CHECKING:
    from bedplate.names import Names
    from bedplate.spec.platform import PlatformSpec

PATH = "/bedplate/"
"""IAM path of what bootstrap makes."""


@dataclass(frozen=True, slots=True)
class Deployer:
    """The names of everything that a deployer needs before the first deployment."""

    names: Names
    """Names of the environment."""
    regions: tuple[str, ...]
    """Regions of the environment, sorted."""
    role_arn: str
    """The deploy role."""
    boundary_arn: str
    """What every role that the deployer makes must carry."""
    own_boundary: bool
    """Whether the environment's first layer makes that boundary itself."""
    bucket: str
    """Bucket of the state."""
    alias: str
    """Alias of the state's key, beginning with ``alias/``."""
    state_region: str
    """Region of bucket and key."""

    @property
    def role_name(self) -> str:
        """Name of the deploy role, without its path."""
        return self.role_arn.rpartition("/")[2]

    @property
    def role_path(self) -> str:
        """IAM path of the deploy role."""
        return self.role_arn.partition(":role")[2].removesuffix(self.role_name)

    @property
    def bucket_arn(self) -> str:
        """ARN of the state's bucket."""
        return f"arn:{self.names.partition}:s3:::{self.bucket}"

    @property
    def backend(self) -> str:
        """What `state.backend` says for this bucket."""
        return f"s3://{self.bucket}?region={self.state_region}&awssdk=v2"

    @property
    def secrets_provider(self) -> str:
        """What `state.secrets_provider` says for this key."""
        return f"awskms://{self.alias}?region={self.state_region}"

    def policy_name(self, part: str) -> str:
        """Return the name of one of the deployer's own policies."""
        return self.names.resource(f"deployer-{part}")

    def policy_arn(self, part: str) -> str:
        """Return the ARN of one of the deployer's own policies."""
        names = self.names
        account = f"arn:{names.partition}:iam::{names.account_id}"
        return f"{account}:policy{PATH}{self.policy_name(part)}"


def deployer_of(spec: PlatformSpec) -> Deployer:
    """Return the deployer of an environment; raises BedplateError where its state can't be made."""
    names = Scope(spec).names
    bucket, region = _bucket(spec, names)
    default_role = f"arn:{names.partition}:iam::{names.account_id}:role{PATH}"
    role = spec.aws.deploy_role_arn or f"{default_role}{names.resource('deployer')}"
    _in_account("aws.deploy_role_arn", role, names)
    existing = spec.identities.permissions_boundary_arn
    return Deployer(
        names=names,
        regions=tuple(regions(spec)),
        role_arn=role,
        boundary_arn=existing or names.policy_arn("boundary"),
        own_boundary=existing is None,
        bucket=bucket,
        alias=_alias(spec, names, region),
        state_region=region,
    )


def _in_account(path: str, arn: str, names: Names) -> None:
    account = arn.split(":")[4]
    if account != names.account_id:
        raise BedplateError(
            f"{path} names a role of account {account}, not of {names.account_id}. "
            "Fix: name one in the environment's account; bootstrap makes it there."
        )


def _bucket(spec: PlatformSpec, names: Names) -> tuple[str, str]:
    if spec.state is None:
        return names.bucket("state"), names.region
    backend = urlsplit(spec.state.backend)
    if backend.scheme != "s3":
        wanted = f"s3://{names.bucket('state')}?region={names.region}&awssdk=v2"
        raise BedplateError(
            f"state.backend is {backend.scheme}://…: there is no bucket to make. "
            f"Fix: keep the state in a bucket: {wanted}."
        )
    region = _region(backend.query) or names.region
    _within("state.backend", region, spec)
    return backend.netloc, region


def _alias(spec: PlatformSpec, names: Names, region: str) -> str:
    default = f"alias/{names.resource('state')}"
    if spec.state is None or spec.state.secrets_provider == "passphrase":
        return default
    provider = urlsplit(spec.state.secrets_provider)
    name = f"{provider.netloc}{provider.path}"
    if not name.startswith("alias/") or name == "alias/":
        raise BedplateError(
            "state.secrets_provider names a key by its identifier, which nobody can choose. "
            f"Fix: name an alias: awskms://{default}?region={region}."
        )
    stated = _region(provider.query)
    if stated is not None and stated != region:
        raise BedplateError(
            f"state.secrets_provider lies in {stated}, the state in {region}. "
            "Fix: use one region for both; the key encrypts the bucket too."
        )
    return name


def _region(query: str) -> str | None:
    found = parse_qs(query).get("region")
    return found[0] if found else None


def _within(path: str, region: str, spec: PlatformSpec) -> None:
    allowed = regions(spec)
    if region not in allowed:
        raise BedplateError(
            f"{path} lies in {region}, outside the environment's regions. "
            f"Fix: use {' or '.join(allowed)}: the state describes all that the environment holds."
        )
