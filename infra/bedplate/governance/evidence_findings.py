"""Whether a bundle's findings, OSCAL results, waivers and bill of materials belong together."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from bedplate.governance.findings_document import counted
from bedplate.policy.decision import decide, standing_of
from bedplate.policy.finding import Finding, stack_urn
from bedplate.policy.formats.report import name_of
from bedplate.policy.waiver_file import load_waivers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bedplate.governance.evidence_release import Case

_SOUND: Final = frozenset({"pass", "not_applicable"})
_RELEASE: Final = "kubernetes:helm.sh/v3:Release"
_MOST: Final = 20
"""Differences that are told one by one."""


def faults(case: Case) -> Iterator[str]:
    """Yield what does not fit, as sentences."""
    documents = case.documents["findings.json"]["environments"]
    if len(documents) != 1 or documents[0]["environment"] != case.release.environment:
        yield "findings.json is of another environment."
        return
    (document,) = documents
    found = [Finding.from_json(each) for each in document["findings"]]
    if document["verdicts"] != counted(found):
        yield "findings.json counts other verdicts than it lists."
    yield from few(_decided(case, found))
    yield from few(_places(case, found))
    for problem in document["problems"]:
        yield f"findings.json has a problem in the files: {problem['problem']}."
    blocking = sum(finding.blocks for finding in found)
    if blocking:
        yield f"findings.json has {blocking} findings that block."
    yield from few(_oscal(case, found))
    yield from few(_bill(case))


def few(found: Iterator[str]) -> Iterator[str]:
    """Yield the first of some sentences, and how many there are besides."""
    every = list(found)
    yield from every[:_MOST]
    if len(every) > _MOST:
        yield f"There are {len(every) - _MOST} more of that kind."


def _decided(case: Case, found: Sequence[Finding]) -> Iterator[str]:
    """Decide anew what is waived and what blocks, by the tier and the waivers in the bundle."""
    bare = [
        replace(each, verdict=each.excuse.verdict if each.excuse else each.verdict,
                enforcement=None, excuse=None)
        for each in found
    ]  # fmt: skip
    waivers = load_waivers(case.root)
    day = case.judged_day
    again = decide(bare, waivers, standing_of(case.spec), day).findings
    for stated, due in zip(found, again, strict=True):
        if stated != due:
            what = f"{stated.policy} on {name_of(stated.urn)}"
            yield (
                f"findings.json calls {what} {_word(stated)}; by tier and waivers it is "
                f"{_word(due)}."
            )


def _word(finding: Finding) -> str:
    """Return what a finding counts as."""
    waiver = f" by {finding.excuse.id}" if finding.excuse else ""
    return f"{finding.verdict}{waiver} ({finding.enforcement or 'not decided'})"


def _places(case: Case, found: Sequence[Finding]) -> Iterator[str]:
    known = {each.urn for each in case.plan.resources()}
    known |= {stack_urn(layer.stack, layer.project) for layer in case.plan.layers}
    for urn in sorted({each.urn for each in found} - known):
        yield f"findings.json judges {name_of(urn)}, which is not in the plan."


def _oscal(case: Case, found: Sequence[Finding]) -> Iterator[str]:
    (result,) = case.documents["oscal.json"]["assessment-results"]["results"]
    told: Counter[tuple[str, str, str]] = Counter()
    for observation in result.get("observations", []):
        policy = _prop(observation, "policy")
        for subject in observation.get("subjects", []):
            told[policy, subject["title"], _prop(subject, "verdict")] += 1
    judged = Counter(
        (each.policy, each.urn, str(each.verdict))
        for each in found
        if each.verdict != "not_applicable"
    )
    for policy, urn, verdict in sorted((told - judged).keys()):
        yield f"oscal.json calls {policy} on {name_of(urn)} {verdict}, and findings.json does not."
    for policy, urn, verdict in sorted((judged - told).keys()):
        yield f"findings.json calls {policy} on {name_of(urn)} {verdict}, and oscal.json does not."
    states = {_prop(each, "control"): each["target"]["status"]["state"]
              for each in result.get("findings", [])}  # fmt: skip
    due = _states(found)
    for control in sorted(states.keys() | due.keys()):
        if states.get(control) != due.get(control):
            yield f"oscal.json states another result for the clause {control} than its findings."


def _states(found: Sequence[Finding]) -> dict[str, str]:
    """Return what the findings come to for each clause of which some policy was asked."""
    asked = {each.policy for each in found if each.verdict != "not_applicable"}
    sound: dict[str, bool] = {}
    for each in found:
        for control in each.controls if each.policy in asked else ():
            sound[control] = sound.get(control, True) and each.verdict in _SOUND
    return {name: "satisfied" if fine else "not-satisfied" for name, fine in sound.items()}


def _prop(holder: Mapping[str, Any], name: str) -> str:
    return next(str(each["value"]) for each in holder["props"] if each["name"] == name)


def _bill(case: Case) -> Iterator[str]:
    """Yield charts that only the plan, or only the bill of materials, has."""
    document = case.documents["sbom.cdx.json"]
    if document.get("bomFormat") != "CycloneDX":
        yield "sbom.cdx.json is no CycloneDX document."
        return
    listed = {
        (each["name"], each["version"])
        for each in document["components"]
        if str(each.get("purl", "")).startswith("pkg:helm/")
    }
    planned = set()
    for each in case.plan.resources():
        if each.type == _RELEASE:
            chart, version = str(each.inputs["chart"]), str(each.inputs.get("version", ""))
            planned.add((chart.rpartition("/")[2].removesuffix(f"-{version}.tgz"), version))
    for name, version in sorted(planned - listed):
        yield f"sbom.cdx.json lacks the chart {name} {version} of the plan."
    for name, version in sorted(listed - planned):
        yield f"sbom.cdx.json has the chart {name} {version}, which is not in the plan."
