"""The reference pages of the policies, one a concern, drawn from the catalogue alone."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from bedplate.policy.fields import DEFAULT_PHASES

if TYPE_CHECKING:
    from bedplate.policy.catalogue import Catalogue, Policy

FOLDER: Final = "docs/reference/policies"
"""Folder of the pages, below the project's root."""

NOTE: Final = (
    "A policy *maps to* a clause: it checks something that the clause asks for. "
    "It does not decide whether a law is kept."
)
"""What every page says of clauses."""

TITLES: Final = {
    "approval": "Approvals and changes",
    "encryption": "Encryption",
    "gpu_cost": "GPUs and cost",
    "operations": "Operations",
    "residency": "Residency",
    "supply_chain": "Supply chain",
    "tagging": "Tags and labels",
    "zero_trust": "Zero trust",
}
"""Headings of the concerns; a concern of another pack is named by its folder."""
ASKED: Final = {
    "design": "of a proposal",
    "deploy": "when deploying",
    "admission": "when an object enters the cluster",
}
"""When a policy is asked, by phase."""


def render(catalogue: Catalogue) -> dict[str, str]:
    """Return every page by its path below the project's root, the index first."""
    by_concern: dict[str, list[Policy]] = defaultdict(list)
    for policy in catalogue.policies:
        by_concern[policy.concern].append(policy)
    pages = {f"{FOLDER}/index.md": _index(by_concern)}
    for concern in sorted(by_concern):
        pages[f"{FOLDER}/{concern}.md"] = _page(concern, by_concern[concern], catalogue)
    pages[f"{FOLDER}/controls.md"] = _controls(catalogue)
    return pages


def _index(by_concern: dict[str, list[Policy]]) -> str:
    lines = ["# Policies", "", NOTE, ""]
    lines += ["| Policy | Severity | Level | Asked | What holds |", "|---|---|---|---|---|"]
    for concern in sorted(by_concern):
        for policy in by_concern[concern]:
            link = f"[{policy.id}]({concern}.md#{_anchor(policy)})"
            phases = ", ".join(policy.phase)
            row = (link, policy.severity, policy.level, phases, policy.title)
            lines.append(f"| {' | '.join(row)} |")
    return "\n".join([*lines, "", "The clauses are listed in [controls](controls.md).", ""])


def _page(concern: str, policies: list[Policy], catalogue: Catalogue) -> str:
    title = TITLES.get(concern, concern)
    parts = [f"# {title}", "", NOTE, ""]
    for policy in policies:
        parts += _policy(policy, catalogue)
    return "\n".join(parts)


def _policy(policy: Policy, catalogue: Catalogue) -> list[str]:
    lines = [
        f"## {_heading(policy)}",
        "",
        f"**{policy.title}.** {policy.description}",
        "",
        f"- Avoid: {policy.avoid}",
        f"- Prefer: {policy.remediation}",
        f"- Severity: {policy.severity}, {policy.level}",
        f"- Judges: {_types(policy)}",
    ]
    if tuple(policy.phase) != DEFAULT_PHASES:
        lines.append(f"- Asked: {', '.join(ASKED[name] for name in policy.phase)}")
    if policy.parameters:
        lines.append(f"- Parameters: {', '.join(f'`{name}`' for name in policy.parameters)}")
    if policy.settings:
        lines.append(f"- Set by: {', '.join(f'`{path}`' for path in policy.settings)}")
    if policy.applies:
        scopes = (f"{key}: {', '.join(names)}" for key, names in policy.applies.items())
        lines.append(f"- Applies to: {'; '.join(scopes)}")
    lines += ["- Maps to:"]
    for name in policy.controls:
        control = catalogue.controls[name]
        lines.append(f"  - {control.regime}, {_clause(name)}: {control.title}")
    return [*lines, f"- Rule: `{policy.rule}`", ""]


def _heading(policy: Policy) -> str:
    return policy.id if policy.level == "mandatory" else f"{policy.id}, advisory"


def _anchor(policy: Policy) -> str:
    return _heading(policy).lower().replace(",", "").replace(" ", "-")


def _types(policy: Policy) -> str:
    if not policy.resource_types:
        return "the stack as a whole"
    types = ", ".join(f"`{name}`" for name in policy.resource_types)
    return f"{types}, in the context of their stack" if policy.scope == "stack" else types


def _clause(name: str) -> str:
    return name.partition(":")[2]


def _controls(catalogue: Catalogue) -> str:
    lines = ["# Clauses", "", "In our own words. Whoever has a duty reads the source.", ""]
    lines += ["| Clause | What it asks for | Status | Source | Policies |", "|---|---|---|---|---|"]
    for control in catalogue.controls.values():
        citing = {policy.id for policy in catalogue.policies if control.id in policy.controls}
        status = f"{control.status} since {control.effective}"
        if control.status != "in-force":
            status = f"{control.status}, from {control.effective}"
        lines.append(
            f"| {control.regime}, {_clause(control.id)} | {control.title}. {control.text} "
            f"| {status} (confidence: {control.confidence}) | {control.source} "
            f"| {', '.join(sorted(citing)) or '-'} |"
        )
    return "\n".join([*lines, ""])
