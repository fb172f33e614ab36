"""Findings as a report shows them: by policy, by concern, and by the clauses they map to."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bedplate.policy.formats.report import SHOWN, name_of
from bedplate.report.environment import counted
from bedplate.report.text import place
from bedplate.spec.enforcement import THRESHOLDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bedplate.policy.catalogue import Policy, Severity
    from bedplate.policy.controls import Control
    from bedplate.policy.finding import Excuse, Finding, Verdict
    from bedplate.report.environment import Environment

MOST_ROWS: Final = 2000
"""Findings that a report lists one by one; the others are counted."""

STATES: Final = ("blocks", "open", "advises", "waived")
"""What a finding that is no pass amounts to, gravest first."""

Tally = dict["Verdict", int]
"""Number of findings by verdict."""


@dataclass(frozen=True, slots=True)
class Row:
    """One finding that is no pass."""

    environment: str
    """Where."""
    state: str
    """One of `STATES`."""
    verdict: Verdict
    """What the policy says."""
    resource: str
    """Name of the resource."""
    type: str
    """Its type."""
    message: str
    """Why."""
    place: str
    """File and line that decide it; "" where nothing says so."""
    path: str
    """Setting that decides it; "" where none does."""
    excuse: Excuse | None
    """The waiver, where there is one."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A policy, and what it says of each environment."""

    id: str
    """Its id."""
    title: str
    """What holds where it is kept."""
    description: str
    """Why it matters."""
    concern: str
    """What it is about, such as `Zero trust`."""
    severity: Severity
    """How much harm a violation does."""
    remediation: str
    """What to do about one."""
    controls: tuple[str, ...]
    """Clauses that it maps to."""
    tallies: tuple[Tally, ...]
    """Its verdicts in each environment, in their order."""
    rows: tuple[Row, ...]
    """Findings that are no pass, gravest first."""
    hidden: int
    """How many more there are than are listed."""

    @property
    def state(self) -> str:
        """The gravest state of its findings; "" where all is kept."""
        return min((row.state for row in self.rows), key=STATES.index, default="")

    @property
    def regimes(self) -> tuple[str, ...]:
        """Short names of the regimes that it maps to."""
        return tuple(dict.fromkeys(control.partition(":")[0] for control in self.controls))


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause, and what the policies that map to it say of each environment."""

    control: Control
    """The clause in our own words."""
    policies: tuple[Judged, ...]
    """Policies that map to it."""
    tallies: tuple[Tally, ...]
    """Their verdicts in each environment."""


@dataclass(frozen=True, slots=True)
class Regime:
    """The clauses of one law or standard."""

    key: str
    """Short name, as environments choose it."""
    name: str
    """Its name."""
    bound: tuple[str, ...]
    """Environments that choose it."""
    clauses: tuple[Clause, ...]
    """Its clauses that some policy maps to."""


def judged(
    environments: Sequence[Environment], policies: Mapping[str, Policy]
) -> tuple[Judged, ...]:
    """Return every policy of the catalogue, or that was asked, in the order of ids."""
    found: dict[str, list[list[Finding]]] = {name: [[] for _ in environments] for name in policies}
    for index, one in enumerate(environments):
        for finding in one.assessed.findings:
            own = found.setdefault(finding.policy, [[] for _ in environments])
            own[index].append(finding)
    left = MOST_ROWS
    made: list[Judged] = []
    for name in sorted(found):
        each = _judged(name, policies.get(name), found[name], environments, left)
        left -= len(each.rows)
        made.append(each)
    return tuple(made)


def _judged(
    name: str,
    policy: Policy | None,
    findings: Sequence[Sequence[Finding]],
    environments: Sequence[Environment],
    most: int,
) -> Judged:
    rows = [
        _row(one.name, finding)
        for one, own in zip(environments, findings, strict=True)
        for finding in own
        if finding.verdict in SHOWN
    ]
    rows.sort(key=lambda row: STATES.index(row.state))
    first = next((finding for own in findings for finding in own), None)
    said = policy or first
    if said is None:
        raise ValueError(f"{name} is neither in the catalogue nor among the findings.")
    return Judged(
        id=name,
        title=policy.title if policy else name,
        description=policy.description if policy else "",
        concern=_words(policy.concern) if policy else "Other",
        severity=said.severity,
        remediation=said.remediation,
        controls=said.controls,
        tallies=tuple(counted(own) for own in findings),
        rows=tuple(rows[:most]),
        hidden=len(rows) - len(rows[:most]),
    )


def _row(environment: str, finding: Finding) -> Row:
    source = finding.source
    return Row(
        environment=environment,
        state=_state(finding),
        verdict=finding.verdict,
        resource=name_of(finding.urn),
        type=finding.type,
        message=finding.message,
        place="" if source is None else place(source.file, source.line),
        path="" if source is None else source.path,
        excuse=finding.excuse,
    )


def _words(concern: str) -> str:
    text = concern.replace("_", " ").replace("gpu", "GPU")
    return f"{text[:1].upper()}{text[1:]}"


def _state(finding: Finding) -> str:
    if finding.blocks:
        return "blocks"
    return {"waived": "waived", "unresolved": "open"}.get(finding.verdict, "advises")


def flagged(policies: Iterable[Judged]) -> tuple[Judged, ...]:
    """Return the policies with a finding that is no pass, the gravest first."""
    found = [policy for policy in policies if policy.rows or policy.hidden]
    return tuple(
        sorted(
            found,
            key=lambda each: (
                STATES.index(each.state) if each.state else len(STATES),
                THRESHOLDS.index(each.severity),
            ),
        )
    )


def concerns(policies: Iterable[Judged]) -> dict[str, tuple[Judged, ...]]:
    """Return policies by what they are about; within that the gravest first."""
    groups: dict[str, list[Judged]] = defaultdict(list)
    for policy in policies:
        groups[policy.concern].append(policy)
    return {
        name: tuple(sorted(groups[name], key=lambda each: THRESHOLDS.index(each.severity)))
        for name in sorted(groups)
    }


def summed(policies: Iterable[Judged], environments: int) -> tuple[Tally, ...]:
    """Return the verdicts of several policies in each environment."""
    total: list[Tally] = [counted(()) for _ in range(environments)]
    for policy in policies:
        for own, tally in zip(total, policy.tallies, strict=True):
            for verdict, count in tally.items():
                own[verdict] += count
    return tuple(total)


def regimes(
    policies: Sequence[Judged],
    controls: Mapping[str, Control],
    environments: Sequence[Environment],
) -> tuple[Regime, ...]:
    """Return the regimes that some policy maps to: first those that an environment chooses."""
    mapped: dict[str, list[Judged]] = defaultdict(list)
    for policy in policies:
        for name in policy.controls:
            mapped[name].append(policy)
    groups: dict[str, list[Clause]] = defaultdict(list)
    for name, control in controls.items():
        if mapped[name]:
            own = tuple(mapped[name])
            clause = Clause(control, own, summed(own, len(environments)))
            groups[name.partition(":")[0]].append(clause)
    found = [
        Regime(key, clauses[0].control.regime, _bound(key, environments), tuple(clauses))
        for key, clauses in groups.items()
    ]
    return tuple(sorted(found, key=lambda regime: not regime.bound))


def _bound(regime: str, environments: Sequence[Environment]) -> tuple[str, ...]:
    return tuple(
        one.name
        for one in environments
        if one.resolved and regime in one.resolved.spec.governance.regimes
    )
