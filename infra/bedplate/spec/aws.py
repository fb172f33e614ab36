"""Section `aws`: the account and region that an environment lives in."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints, field_validator

from bedplate.spec.base import HttpsUrl, RoleArn, Spec
from bedplate.spec.regions import REGIONS, Region


class AwsSpec(Spec):
    """One AWS account and one region; every resource is created there and nowhere else."""

    account_id: Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]
    """Twelve digits, quoted. The provider refuses any other account (`allowed_account_ids`)."""
    region: str
    """AWS region. Must lie within `governance.jurisdictions`."""
    deploy_role_arn: RoleArn | None = None
    """Role that the deployer assumes; absent: the caller's own credentials."""
    deploy_repository: HttpsUrl | None = None
    """Repository on GitHub or GitLab whose pipeline may assume the deploy role, once
    `bedplate bootstrap` has said so to AWS."""
    deployers: tuple[RoleArn, ...] = ()
    """IAM roles of people who may assume the deploy role beside the pipeline."""

    @field_validator("region")
    @classmethod
    def _known(cls, region: str) -> str:
        if region not in REGIONS:
            raise ValueError(f"region:{region}")
        return region

    @property
    def facts(self) -> Region:
        """What is known of the region."""
        return REGIONS[self.region]

    @property
    def partition(self) -> str:
        """AWS partition that the region belongs to."""
        return self.facts.partition
