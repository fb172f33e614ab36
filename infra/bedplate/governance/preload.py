"""Imports what assessing an environment needs, once for all workers.

The fork server imports this module; the workers it forks share what it loaded. The AWS SDK loads
its parts on first use, which takes longer than to simulate an environment: they are touched here.
"""

from __future__ import annotations

import gc

from bedplate.engine.collector import collector_paused

AWS_MODULES = (
    "accessanalyzer", "backup", "budgets", "cfg", "cloudtrail", "cloudwatch", "ebs", "ec2", "ecr",
    "eks", "guardduty", "iam", "kms", "organizations", "rds", "route53", "s3", "securityhub", "sns",
    "sqs", "vpc",
)  # fmt: skip
"""Parts of the AWS SDK that components use; a test holds it against their source."""


def _load() -> None:
    with collector_paused():
        import pulumi_aws  # noqa: PLC0415 - inside the pause

        import bedplate.governance.judgement  # noqa: F401, PLC0415

        for name in AWS_MODULES:
            # A part is loaded when something inside it is looked up.
            getattr(getattr(pulumi_aws, name), "outputs", None)
    # What is loaded stays: workers need not search it, nor copy the pages it lies on.
    gc.freeze()


_load()
