"""Physical names and ARNs of an environment's resources: pure, and known before a deploy.

Names are explicit, not generated, so that policy documents can be written and judged before the
resources exist. Lengths: platform 16 and environment 12 characters at most, so that bucket names
stay within S3's 63 and role names within IAM's 64.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Names:
    """The naming of one environment in one account and region."""

    platform: str
    """Name of the platform."""
    environment: str
    """Name of the environment."""
    account_id: str
    """AWS account, twelve digits."""
    region: str
    """AWS region."""
    partition: str
    """AWS partition: aws, aws-cn or aws-us-gov."""

    @property
    def prefix(self) -> str:
        """What every name begins with, and the name of the cluster."""
        return f"{self.platform}-{self.environment}"

    def resource(self, part: str) -> str:
        """Return the name of a resource that is unique within account and region."""
        return f"{self.prefix}-{part}"

    def bucket(self, part: str) -> str:
        """Return the name of a bucket; the account id makes it unique worldwide."""
        return f"{self.prefix}-{part}-{self.account_id}"

    def bucket_arn(self, part: str) -> str:
        """Return the ARN of a bucket."""
        return f"arn:{self.partition}:s3:::{self.bucket(part)}"

    def arn(self, service: str, resource: str) -> str:
        """Return the ARN of a regional resource of this account."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account_id}:{resource}"

    def role_arn(self, part: str) -> str:
        """Return the ARN of a role of this environment."""
        return f"arn:{self.partition}:iam::{self.account_id}:role/{self.resource(part)}"

    def policy_arn(self, part: str) -> str:
        """Return the ARN of a customer-managed policy of this environment."""
        return f"arn:{self.partition}:iam::{self.account_id}:policy/{self.resource(part)}"

    def aws_policy_arn(self, name: str) -> str:
        """Return the ARN of a policy that AWS manages."""
        return f"arn:{self.partition}:iam::aws:policy/{name}"

    def service(self, name: str) -> str:
        """Return the DNS name of a service principal that is the same in all partitions."""
        return f"{name}.amazonaws.com"

    @property
    def account_root(self) -> str:
        """The account as a principal."""
        return f"arn:{self.partition}:iam::{self.account_id}:root"
