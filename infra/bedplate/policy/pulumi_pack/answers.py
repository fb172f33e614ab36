"""What the pack tells Pulumi: its policies, and its findings as diagnostics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pulumi.runtime.proto import analyzer_pb2

from bedplate.policy.finding import printable
from bedplate.versions import BEDPLATE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bedplate.policy.catalogue import Catalogue, Level, Policy, Severity
    from bedplate.policy.finding import Finding

PACK: Final = "bedplate"
"""Name of the pack."""
ENVIRONMENT: Final = "environment"
"""Name of the policy that the environment's own files can be read."""
_TITLE: Final = "The environment, its policies and its waivers can be read"
_REMEDIATION: Final = "Run `bedplate check` on the environment, and mend what it names."
_LEVELS: Final[Mapping[Level, analyzer_pb2.EnforcementLevel.ValueType]] = {
    "advisory": analyzer_pb2.ADVISORY,
    "mandatory": analyzer_pb2.MANDATORY,
}
_SEVERITIES: Final[Mapping[Severity, analyzer_pb2.PolicySeverity.ValueType]] = {
    "low": analyzer_pb2.POLICY_SEVERITY_LOW,
    "medium": analyzer_pb2.POLICY_SEVERITY_MEDIUM,
    "high": analyzer_pb2.POLICY_SEVERITY_HIGH,
    "critical": analyzer_pb2.POLICY_SEVERITY_CRITICAL,
}
SAID: Final = ("fail", "error", "unresolved", "waived")
"""Verdicts that are told: all but those that need no attention."""


def information(catalogue: Catalogue) -> analyzer_pb2.AnalyzerInfo:
    """Return what the pack is, and all its policies.

    It takes no configuration: what blocks is decided by files that are reviewed.
    """
    own = analyzer_pb2.PolicyInfo(
        name=ENVIRONMENT,
        displayName=_TITLE,
        description=_TITLE,
        enforcementLevel=analyzer_pb2.MANDATORY,
        policy_type=analyzer_pb2.POLICY_TYPE_STACK,
        severity=analyzer_pb2.POLICY_SEVERITY_CRITICAL,
        remediation_steps=_REMEDIATION,
    )
    names = policy_names(catalogue)
    policies = [_information(policy, names, catalogue) for policy in catalogue.policies]
    return analyzer_pb2.AnalyzerInfo(
        name=PACK,
        displayName="Bedplate",
        version=BEDPLATE,
        description="Deploy-time policies of Bedplate, decided as by `bedplate check`.",
        supportsConfig=False,
        policies=[own, *policies],
    )


def policy_names(catalogue: Catalogue) -> dict[tuple[str, Level], str]:
    """Return the name of each policy for Pulumi: its id, with a rule that only warns apart."""
    denied = {policy.id for policy in catalogue.policies if policy.level == "mandatory"}
    return {
        (policy.id, policy.level): f"{policy.id}-warn"
        if policy.level == "advisory" and policy.id in denied
        else policy.id
        for policy in catalogue.policies
    }


def diagnostic(
    finding: Finding, title: str, names: Mapping[tuple[str, Level], str]
) -> analyzer_pb2.AnalyzeDiagnostic:
    """Return a finding as Pulumi shows it; values that are secret are not in it."""
    return analyzer_pb2.AnalyzeDiagnostic(
        policyName=names[finding.policy, finding.level],
        policyPackName=PACK,
        policyPackVersion=BEDPLATE,
        description=title,
        message=_message(finding, title),
        enforcementLevel=_LEVELS["mandatory" if finding.blocks else "advisory"],
        urn=finding.urn,
        severity=_SEVERITIES[finding.severity],
    )


def refusal(message: str, urn: str, level: Level = "mandatory") -> analyzer_pb2.AnalyzeDiagnostic:
    """Return a diagnostic on the environment's files; a mandatory one refuses everything."""
    lines = "\n".join(printable(line) for line in message.splitlines())
    return analyzer_pb2.AnalyzeDiagnostic(
        policyName=ENVIRONMENT,
        policyPackName=PACK,
        policyPackVersion=BEDPLATE,
        description=_TITLE,
        message=f"{_TITLE}\n{lines}",
        enforcementLevel=_LEVELS[level],
        urn=urn,
        severity=analyzer_pb2.POLICY_SEVERITY_CRITICAL,
    )


def _message(finding: Finding, title: str) -> str:
    lines = [title, finding.message]
    if finding.verdict == "waived" and finding.excuse is not None:
        excuse = finding.excuse
        lines.append(
            f"Waived by {excuse.id} ({excuse.ticket}) until {excuse.expires}, "
            f"approved by {excuse.approved_by}: {printable(excuse.reason)}"
        )
    if finding.source is not None:
        source = finding.source
        path = f" ({source.path})" if source.path else ""
        lines.append(f"Set in {source.file}:{source.line}:{source.column}{path}")
    return "\n".join(line for line in lines if line)


def _information(
    policy: Policy, names: Mapping[tuple[str, Level], str], catalogue: Catalogue
) -> analyzer_pb2.PolicyInfo:
    clauses = [catalogue.controls[name] for name in policy.controls]
    framework = analyzer_pb2.PolicyComplianceFramework(
        name="; ".join(dict.fromkeys(clause.regime for clause in clauses)),
        reference=", ".join(policy.controls),
        specification="\n".join(f"{clause.id}: {clause.title}" for clause in clauses),
    )
    is_stack = policy.scope == "stack"
    return analyzer_pb2.PolicyInfo(
        name=names[policy.id, policy.level],
        displayName=policy.title,
        description=policy.description,
        message=policy.avoid,
        enforcementLevel=_LEVELS[policy.level],
        policy_type=analyzer_pb2.POLICY_TYPE_STACK
        if is_stack
        else analyzer_pb2.POLICY_TYPE_RESOURCE,
        severity=_SEVERITIES[policy.severity],
        framework=framework,
        tags=[policy.concern, *policy.controls],
        remediation_steps=policy.remediation,
    )
