"""OSCAL assessment results (NIST, 1.2), for auditors: what was asked, of what, and what came of it.

A result per environment: an observation per policy with every resource that it judged, a risk for
what is broken, open or waived, and a finding per clause. That a clause is `satisfied` says only
that the policies which map to it hold; it is no statement of law.
"""

from __future__ import annotations

import json
import re
import uuid
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from bedplate.policy.formats.report import excused, kind_of, name_of, sentence, told
from bedplate.versions import BEDPLATE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bedplate.policy.finding import Finding
    from bedplate.policy.formats.report import EnvironmentReport, Report, Rule

VERSION: Final = "1.2.0"
"""Version of OSCAL."""
NAMESPACE: Final = "urn:bedplate"
"""Whose the properties are."""
_SOUND: Final = frozenset({"pass", "not_applicable"})
_IDS: Final = uuid.uuid5(uuid.NAMESPACE_URL, NAMESPACE)
_NO_TOKEN: Final = re.compile(r"[^A-Za-z0-9._-]")


def render(report: Report) -> str:
    """Return a check as OSCAL assessment results, in JSON."""
    return json.dumps(document(report), indent=2, ensure_ascii=False)


def document(report: Report) -> dict[str, Any]:
    """Return a check as OSCAL assessment results."""
    plan = _id("plan", BEDPLATE)
    results = [_Result(report, one).document() for one in report.environments]
    return {
        "assessment-results": {
            "uuid": _id(report.now.isoformat(), *(one.environment for one in report.environments)),
            "metadata": {
                "title": "Results of bedplate check",
                "last-modified": report.now.isoformat(),
                "version": BEDPLATE,
                "oscal-version": VERSION,
            },
            "import-ap": {"href": f"#{plan}"},
            "results": results,
            "back-matter": {
                "resources": [
                    {
                        "uuid": plan,
                        "title": f"Policies of Bedplate {BEDPLATE}",
                        "description": "The policies that environments are judged by.",
                    }
                ]
            },
        }
    }


@dataclass
class _Result:
    """The result of one environment, as it is put together."""

    report: Report
    one: EnvironmentReport
    observations: list[dict[str, Any]] = field(default_factory=list)
    risks: list[dict[str, Any]] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        rules = self.report.rules()
        by_policy: dict[str, list[Finding]] = defaultdict(list)
        for finding in self.one.findings:
            by_policy[finding.policy].append(finding)
        for rule in rules:
            if rule.id in by_policy:
                self._observe(rule, by_policy[rule.id])
        now = self.report.now.isoformat()
        result: dict[str, Any] = {
            "uuid": self._id("result"),
            "title": f"Environment {self.one.environment}",
            "description": self._description(),
            "start": now,
            "end": now,
            "props": _props({"tier": self.one.tier, "outcome": self.one.outcome}),
            "reviewed-controls": _reviewed(rules),
        }
        parts = {
            "observations": self.observations,
            "risks": self.risks,
            "findings": self._findings(rules, by_policy),
        }
        return result | {name: found for name, found in parts.items() if found}

    def _description(self) -> str:
        wrong = [*([self.one.refusal] if self.one.refusal else []), *map(str, self.one.problems)]
        text = f"{self.one.resources} resources, judged before anything was deployed."
        return "\n".join([text, *wrong, *(told(note) for note in self.one.notes)])

    def _observe(self, rule: Rule, findings: Sequence[Finding]) -> None:
        counts = Counter(finding.verdict for finding in findings)
        said = [f for f in findings if f.verdict not in _SOUND]
        judged = [f for f in findings if f.verdict != "not_applicable"]
        observation: dict[str, Any] = {
            "uuid": self._id("observation", rule.id),
            "title": f"{rule.id}: {rule.title}",
            "description": rule.description,
            "props": _props({"policy": rule.id, "severity": rule.severity})
            + _props({verdict: str(number) for verdict, number in counts.items()}),
            "methods": ["TEST"],
            "types": ["control-objective"],
            "collected": self.report.now.isoformat(),
        }
        subjects = [_subject(finding) for finding in judged]
        evidence = [{"description": self._evidence(finding)} for finding in said]
        parts = {"subjects": subjects, "relevant-evidence": evidence}
        self.observations.append(observation | {k: found for k, found in parts.items() if found})
        for finding in said:
            self.risks.append(self._risk(rule, finding))

    def _evidence(self, finding: Finding) -> str:
        place = self.report.place(self.one, finding.source)
        where = f"{place.path}:{place.line}"
        return f"{where}: {kind_of(finding)}: {name_of(finding.urn)}: {sentence(finding)}"

    def _risk(self, rule: Rule, finding: Finding) -> dict[str, Any]:
        waiver = finding.excuse
        observation = self._id("observation", rule.id)
        risk: dict[str, Any] = {
            "uuid": self._id("risk", rule.id, finding.urn, finding.level, finding.message),
            "title": f"{rule.id}: {name_of(finding.urn)}",
            "description": sentence(finding),
            "statement": rule.description,
            "props": _props(
                {
                    "severity": finding.severity,
                    "verdict": finding.verdict,
                    "enforcement": finding.enforcement or finding.level,
                }
            ),
            "status": "open" if waiver is None else "deviation-approved",
            "related-observations": [{"observation-uuid": observation}],
        }
        if waiver is not None:
            risk["deadline"] = f"{waiver.expires}T23:59:59Z"
            named = {"waiver": waiver.id, "ticket": waiver.ticket}
            risk["props"] += _props(named | {"approved-by": waiver.approved_by})
            risk["mitigating-factors"] = [
                {
                    "uuid": self._id("waiver", waiver.id, risk["uuid"]),
                    "description": excused(finding),
                }
            ]
        return risk

    def _findings(
        self, rules: Iterable[Rule], by_policy: dict[str, list[Finding]]
    ) -> list[dict[str, Any]]:
        """Return a finding for every clause of which some policy was asked."""
        asked: dict[str, list[Rule]] = defaultdict(list)
        for rule in rules:
            if any(finding.verdict != "not_applicable" for finding in by_policy.get(rule.id, ())):
                for control in rule.controls:
                    asked[control].append(rule)
        return [self._finding(control, asked[control], by_policy) for control in sorted(asked)]

    def _finding(
        self, control: str, rules: Sequence[Rule], by_policy: dict[str, list[Finding]]
    ) -> dict[str, Any]:
        found = [finding for rule in rules for finding in by_policy[rule.id]]
        sound = all(finding.verdict in _SOUND for finding in found)
        names = ", ".join(rule.id for rule in rules)
        related = [{"observation-uuid": self._id("observation", rule.id)} for rule in rules]
        ids = {rule.id for rule in rules}
        risks = [
            {"risk-uuid": risk["uuid"]} for risk in self.risks if risk["title"].split(":")[0] in ids
        ]
        finding = {
            "uuid": self._id("finding", control),
            "title": control,
            "description": f"Policies that map to it: {names}.",
            "props": _props({"control": control}),
            "target": {
                "type": "objective-id",
                "target-id": _token(control),
                "status": {"state": "satisfied" if sound else "not-satisfied"},
            },
            "related-observations": related,
        }
        return finding | ({"related-risks": risks} if risks else {})

    def _id(self, *parts: str) -> str:
        return _id(self.report.now.isoformat(), self.one.environment, *parts)


def _reviewed(rules: Iterable[Rule]) -> dict[str, Any]:
    controls = sorted({control for rule in rules for control in rule.controls})
    if not controls:
        return {"control-selections": [{"include-all": {}}]}
    listed = [{"control-id": _token(control)} for control in controls]
    return {"control-selections": [{"include-controls": listed}]}


def _subject(finding: Finding) -> dict[str, Any]:
    return {
        "subject-uuid": _id("subject", finding.urn),
        "type": "component",
        "title": finding.urn,
        "props": _props({"verdict": finding.verdict, "type": finding.type}),
    }


def _props(values: dict[str, str]) -> list[dict[str, str]]:
    return [
        {"name": name, "ns": NAMESPACE, "value": " ".join(value.split())}
        for name, value in values.items()
        if value.strip()
    ]


def _token(control: str) -> str:
    """Return the id of a clause as OSCAL allows it, such as `gdpr_32` for `gdpr:32`."""
    return _NO_TOKEN.sub("_", control)


def _id(*parts: str) -> str:
    return str(uuid.uuid5(_IDS, "\x1f".join(parts)))
