"""Narrow rules: resources that agree in what a rule reads share its verdict; nothing is lost."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from support.goldens import PRODUCTION, environment_of, golden_plan
from support.governed import governed
from support.mutants import PRODUCTION as FAULTS
from support.mutants import mutants
from support.plans import BUCKET, RULE, pack, plan, provider, resource, shipped

from bedplate.engine.plan import LayerPlan, Plan
from bedplate.errors import PolicyError
from bedplate.policy.evaluate import asked, evaluate
from bedplate.policy.facts import PERSONAL_DATA_TAGS, REQUIRED_TAGS, facts
from bedplate.policy.regorus_engine import RegorusEngine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bedplate.policy.catalogue import Catalogue
    from bedplate.policy.engine import Job, Outcome
    from bedplate.policy.finding import Finding

NARROW = RULE.replace(
    "#   controls", "#   reads: [colour]\n#   narrow: true\n#   controls"
).replace('"Not blue; paint it."', 'sprintf("%s is not blue.", [input.__name])')

BOOLEAN = "Fix: use true or leave it out."
ON_A_RESOURCE = "a narrow rule is one on a resource that reads properties of it by their names"
READS = "Fix: list in reads all that the rule looks at, or leave narrow out."


class _Counting(RegorusEngine):
    """The real engine, with a note of how much it was asked."""

    def __init__(self) -> None:
        super().__init__(task_seconds=5)
        self.asked: list[int] = []

    def run(self, job: Job) -> list[Outcome]:
        """Return one outcome a task."""
        self.asked.append(len(job.tasks))
        return super().run(job)


@pytest.fixture
def engine() -> Iterator[_Counting]:
    """Return an engine that counts."""
    with closing(_Counting()) as running:
        yield running


def _told(findings: tuple[Finding, ...]) -> list[tuple[str, str, str]]:
    return [(f.verdict, f.urn.rpartition("::")[2], f.message) for f in findings]


def _coloured(**colours: object) -> Plan:
    things = (resource(BUCKET, name, {"colour": c, "bucket": name}) for name, c in colours.items())
    return plan(provider(), *things)


def test_what_is_alike_is_asked_about_once(tmp_path: Path, engine: _Counting) -> None:
    """A silent rule is silent on all of them."""
    judged = _coloured(a="blue", b="blue", c="blue")
    findings = evaluate(judged, pack(tmp_path, rule=NARROW), {}, engine, {})

    assert _told(findings) == [("pass", "a", ""), ("pass", "b", ""), ("pass", "c", "")]
    assert engine.asked == [1]


def test_what_fails_is_told_of_each(tmp_path: Path, engine: _Counting) -> None:
    """A rule that fires is asked about the others too, whose names it says, in the plan's order."""
    judged = _coloured(a="red", b="blue", c="red", d={"$secret": True}, e="blue")
    findings = evaluate(judged, pack(tmp_path, rule=NARROW), {}, engine, {})

    assert _told(findings) == [
        ("fail", "a", "a is not blue."),
        ("pass", "b", ""),
        ("fail", "c", "c is not blue."),
        ("fail", "d", "d is not blue."),
        ("pass", "e", ""),
    ]
    assert engine.asked == [3, 1]


def test_what_a_broken_rule_leaves_unjudged_is_counted(tmp_path: Path, engine: _Counting) -> None:
    """The resources that are like the first are among them."""
    text = NARROW.replace(
        'object.get(input, "colour", "") != "blue"', "to_number(input.colour) == 1"
    )
    judged = _coloured(a="red", b="red", c="red", d="blue", e="blue")
    (finding,) = evaluate(judged, pack(tmp_path, rule=text), {}, engine, {})

    assert finding.message == (
        "The rule deny_acm_001 broke: could not parse string as number. "
        "4 further inputs were not judged by it."
    )


def test_a_narrow_rule_sees_what_it_reads_and_nothing_else(
    tmp_path: Path, engine: _Counting
) -> None:
    """What it does not say that it reads can't change its verdict."""
    text = NARROW.replace('sprintf("%s is not blue.", [input.__name])', "json.marshal(input)")
    judged = plan(provider(), resource(BUCKET, "a", {"colour": "red", "acl": "public-read"}))
    (finding,) = evaluate(judged, pack(tmp_path, rule=text), {}, engine, {})

    urn = judged.layers[0].resources[1].urn
    assert finding.message == (
        f'{{"__name":"a","__provider":{{}},"__type":"{BUCKET}","__urn":"{urn}","colour":"red"}}'
    )


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ("narrow: true", "narrow: 'yes'", f"it is no boolean. {BOOLEAN}"),
        ("#   reads: [colour]\n", "", f"{ON_A_RESOURCE}. {READS}"),
        ("reads: [colour]", f'reads: ["{BUCKET}#colour"]', f"{ON_A_RESOURCE}. {READS}"),
        ("reads: [colour]", 'reads: ["*.colour"]', f"{ON_A_RESOURCE}. {READS}"),
    ],
    ids=["text", "nothing", "another resource", "anything"],
)
def test_a_rule_that_can_not_be_narrow_is_refused(
    tmp_path: Path, before: str, after: str, fault: str
) -> None:
    """What is looked at must be named, or a resource would be judged by another's values."""
    with pytest.raises(PolicyError) as refused:
        pack(tmp_path, rule=NARROW.replace(before, after))

    place, _, told = refused.value.message.partition(": custom.narrow: ")
    assert (place.rpartition("/")[2][:10], told) == ("rule.rego:", fault)


def test_a_rule_on_tags_reads_every_tag_that_it_asks_for() -> None:
    """The names stand in the METADATA and in the facts."""
    reads = {policy.id: policy.reads for policy in shipped().policies}

    assert {f"tags.{name}" for name in REQUIRED_TAGS} <= {*reads["TAG-001"]}
    assert {f"tags.{name}" for name in PERSONAL_DATA_TAGS} <= {*reads["TAG-002"]}


def _production() -> Plan:
    return golden_plan(PRODUCTION)


def _broken() -> Plan:
    """Return production with every known fault."""
    broken = _production()
    for fault in FAULTS:
        broken = next(iter(mutants(broken, fault, alone=False)), broken)
    return broken


def _each_read_broken() -> Plan:
    """Return one layer with a resource for each way to break a property that narrow rules read."""
    sound = _production()
    narrow = [policy for policy in shipped().policies if policy.narrow]
    found = governed(sound, narrow, 1)
    resources = tuple(
        replace(mutant.resource, urn=f"{mutant.resource.urn}-{number}")
        for number, mutant in enumerate(found)
    )
    providers = tuple(r for r in sound.resources() if r.is_provider)
    layer = LayerPlan("foundation", "bedplate-foundation", "prod", (*providers, *resources))
    assert len(resources) > 100
    return Plan("prod", (layer,))


@pytest.mark.parametrize("made", [_production, _broken, _each_read_broken])
def test_narrow_rules_say_what_they_would_say_of_the_whole(
    made: Callable[[], Plan], engine: _Counting
) -> None:
    """Each of the shipped ones declares all that it looks at."""
    judged = made()
    environment = environment_of(PRODUCTION)
    known = facts(environment.spec, date(2026, 11, 25), 10.0, [])
    narrow = tuple(policy for policy in shipped().policies if policy.narrow)

    def said(catalogue: Catalogue) -> tuple[Finding, ...]:
        return evaluate(judged, catalogue, known, engine, environment.origins)

    chosen = replace(shipped(), policies=narrow)
    wide = replace(chosen, policies=tuple(replace(policy, narrow=False) for policy in narrow))

    assert len(narrow) >= 8
    assert said(chosen) == said(wide)
    assert sum(engine.asked[:-1]) < engine.asked[-1] * 0.7


def test_other_programs_are_asked_about_each_resource(tmp_path: Path) -> None:
    """What `bedplate preview --format opa` writes holds every question, with the whole input."""
    job, questions = asked(_coloured(a="blue", b="blue"), pack(tmp_path, rule=NARROW), {})

    assert [one.name for _, _, one in questions if one] == ["a", "b"]
    assert all('"__properties"' in document for document in job.inputs)
