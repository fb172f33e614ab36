"""Who may assume the deploy role: the pipeline of one repository, and the people named.

GitHub's token names repository and environment in its subject; AWS compares both. GitLab's subject
names project and branch; of the token's other claims AWS can compare none (IAM user guide, keys of
OIDC federation), so that the branch must be a protected one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bedplate.errors import BedplateError

if TYPE_CHECKING:
    from bedplate.operate.deployer import Deployer
    from bedplate.spec.platform import PlatformSpec

AUDIENCE = "sts.amazonaws.com"
"""Audience of the pipelines' tokens, as the CI files of the platform template ask for it."""

_GITHUB = "github.com"
_GITHUB_ISSUER = "token.actions.githubusercontent.com"
_BRANCH = "main"
"""Branch that GitLab deploys from, as the CI file of the platform template does."""
_GITHUB_PARTS = 2
"""Owner and name."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """An OIDC provider, and the subject of the one pipeline that is trusted."""

    host: str
    """Host and path of the issuer, without ``https://``."""
    subject: str
    """Claim `sub` of the pipeline's token."""

    @property
    def url(self) -> str:
        """URL of the issuer."""
        return f"https://{self.host}"

    def arn(self, deployer: Deployer) -> str:
        """Return the ARN of the provider in the environment's account."""
        names = deployer.names
        return f"arn:{names.partition}:iam::{names.account_id}:oidc-provider/{self.host}"


def issuer_of(spec: PlatformSpec) -> Issuer | None:
    """Return who issues the pipeline's tokens; None where people alone deploy.

    Raises BedplateError where nobody could assume the role, and for what is no repository.
    """
    repository = spec.aws.deploy_repository
    if repository is None:
        if not spec.aws.deployers:
            raise BedplateError(
                "Nobody could assume the deploy role. Fix: name the repository that deploys in "
                "aws.deploy_repository, or people's roles in aws.deployers."
            )
        return None
    address = urlsplit(repository)
    parts = address.path.strip("/").removesuffix(".git").split("/")
    host = address.hostname or ""
    if len(parts) < _GITHUB_PARTS or (host == _GITHUB and len(parts) > _GITHUB_PARTS):
        raise BedplateError(
            f"aws.deploy_repository is {repository}, which names no repository. "
            "Fix: write https://github.com/OWNER/NAME, or https://GITLAB/GROUP/NAME."
        )
    project = "/".join(parts)
    if host == _GITHUB:
        return Issuer(_GITHUB_ISSUER, f"repo:{project}:environment:{spec.environment}")
    return Issuer(host, f"project_path:{project}:ref_type:branch:ref:{_BRANCH}")


def trust_policy(spec: PlatformSpec, deployer: Deployer, issuer: Issuer | None) -> dict[str, Any]:
    """Return the trust policy of the deploy role."""
    statements = [_people(spec, deployer)]
    if issuer is not None:
        statements.insert(0, _pipeline(deployer, issuer))
    return {"Version": "2012-10-17", "Statement": statements}


def _pipeline(deployer: Deployer, issuer: Issuer) -> dict[str, Any]:
    claims = {f"{issuer.host}:aud": AUDIENCE, f"{issuer.host}:sub": issuer.subject}
    return {
        "Sid": "Pipeline",
        "Effect": "Allow",
        "Principal": {"Federated": issuer.arn(deployer)},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": claims},
    }


def _people(spec: PlatformSpec, deployer: Deployer) -> dict[str, Any]:
    """Return the statement for the people named, and for the role itself.

    The account is the principal, since IAM refuses a role that does not exist yet; it admits
    nobody by itself. A role that assumes itself must say so (IAM, since September 2022), and the
    provider does where `aws.deploy_role_arn` names the role that the pipeline has already.
    """
    return {
        "Sid": "PeopleAndItself",
        "Effect": "Allow",
        "Principal": {"AWS": deployer.names.account_root},
        "Action": "sts:AssumeRole",
        "Condition": {
            "ArnEquals": {"aws:PrincipalArn": sorted({deployer.role_arn, *spec.aws.deployers})}
        },
    }
