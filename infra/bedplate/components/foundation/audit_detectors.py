"""What watches the account for threats, misconfiguration and access from outside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi_aws as aws

from bedplate.components.component import Component

if TYPE_CHECKING:
    import pulumi

    from bedplate.components.scope import Scope

_FEATURES = ("EBS_MALWARE_PROTECTION", "EKS_AUDIT_LOGS", "RDS_LOGIN_EVENTS", "S3_DATA_EVENTS")
"""Protection plans of GuardDuty without settings of their own."""

_AGENTS = {
    "EKS_ADDON_MANAGEMENT": "ENABLED",
    "EC2_AGENT_MANAGEMENT": "DISABLED",
    "ECS_FARGATE_AGENT_MANAGEMENT": "DISABLED",
}
"""Where GuardDuty installs its agent: on the nodes of EKS. All three must be stated, or each
preview shows a change."""

_FSBP = "standards/aws-foundational-security-best-practices/v/1.0.0"
"""AWS Foundational Security Best Practices, the standard that Security Hub checks against."""


@dataclass(frozen=True, kw_only=True)
class DetectorsArgs:
    """What a detector is made from."""

    scope: Scope
    """The environment."""


class ThreatDetector(Component):
    """GuardDuty with the protection plans for EKS, S3, RDS and the nodes' volumes."""

    detector_id: pulumi.Output[str]
    """Identifier of the detector."""

    def __init__(
        self, name: str, args: DetectorsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Create the detector and its features."""
        super().__init__("bedplate:foundation:ThreatDetector", name, "audit.guardduty", opts)
        detector = aws.guardduty.Detector(
            f"{name}-detector",
            enable=True,
            finding_publishing_frequency="FIFTEEN_MINUTES",
            tags=args.scope.tags(args.scope.names.resource("guardduty")),
            opts=self.child,
        )
        for feature in _FEATURES:
            self._feature(name, detector, feature)
        self._feature(name, detector, "RUNTIME_MONITORING", _AGENTS)
        self.detector_id = detector.id
        self.register_outputs({"detector_id": self.detector_id})

    def _feature(
        self,
        name: str,
        detector: aws.guardduty.Detector,
        feature: str,
        settings: dict[str, str] | None = None,
    ) -> None:
        agents: list[Any] = [
            {"name": key, "status": value} for key, value in (settings or {}).items()
        ]
        aws.guardduty.DetectorFeature(
            f"{name}-{feature.lower().replace('_', '-')}",
            detector_id=detector.id,
            name=feature,
            status="ENABLED",
            additional_configurations=agents or None,
            opts=self.child,
        )


class SecurityHub(Component):
    """Security Hub with the one standard that is checked."""

    standard_arn: pulumi.Output[str]
    """Standard that the account is checked against."""

    def __init__(
        self, name: str, args: DetectorsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Create the hub and subscribe it to the standard."""
        super().__init__("bedplate:foundation:SecurityHub", name, "audit.security_hub", opts)
        names = args.scope.names
        hub = aws.securityhub.Account(
            f"{name}-account",
            # Only the standard below: the defaults change without notice.
            enable_default_standards=False,
            auto_enable_controls=True,
            control_finding_generator="SECURITY_CONTROL",
            opts=self.child,
        )
        standard = aws.securityhub.StandardsSubscription(
            f"{name}-standard",
            standards_arn=f"arn:{names.partition}:securityhub:{names.region}::{_FSBP}",
            opts=self.after(hub),
        )
        self.standard_arn = standard.standards_arn
        self.register_outputs({"standard_arn": self.standard_arn})


class AccessAnalyzer(Component):
    """IAM Access Analyzer: which resources can be reached from outside the account."""

    arn: pulumi.Output[str]
    """ARN of the analyzer."""

    def __init__(
        self, name: str, args: DetectorsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Create the analyzer."""
        super().__init__("bedplate:foundation:AccessAnalyzer", name, "audit.access_analyzer", opts)
        physical = args.scope.names.resource("access")
        analyzer = aws.accessanalyzer.Analyzer(
            f"{name}-analyzer",
            analyzer_name=physical,
            type="ACCOUNT",
            tags=args.scope.tags(physical),
            opts=self.child,
        )
        self.arn = analyzer.arn
        self.register_outputs({"arn": self.arn})
