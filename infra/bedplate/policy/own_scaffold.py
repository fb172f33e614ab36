"""A new own rule and its tests, as text: a rule that holds a property to be stated.

It judges the resources of a plan, or Kubernetes objects as they are about to enter a cluster.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from string import Template
from typing import TYPE_CHECKING, Final

from bedplate.errors import UsageError
from bedplate.policy.fields import TYPE_TOKEN
from bedplate.spec.own_policies import MARKER

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from bedplate.policy.catalogue import Catalogue, Policy

PACK: Final = "own"
"""Folder and package of the pack that new rules on plans are put into."""
ADMISSION_PACK: Final = "own_admission"
"""Folder and package of the pack that new rules at admission are put into."""
_WORD: Final = re.compile(r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$")
_PROPERTY: Final = re.compile(r"^[A-Za-z][A-Za-z0-9_/-]*(\.[A-Za-z][A-Za-z0-9_/-]*)*$")
_KIND: Final = re.compile(r"^kubernetes:[A-Za-z0-9.-]+/[a-z0-9]+:[A-Z][A-Za-z0-9]*$")
_FIRST_AT_ADMISSION: Final = 101
"""Number of the first rule at admission, as among the shipped ones."""
_PREFIX: Final = re.compile(r"^[A-Z]{2,6}$")

_MARKER = """\
runtime: opa
version: 0.1.0
description: Own rules of this platform, asked beside those of Bedplate
"""
_ADMISSION_MARKER = """\
runtime: opa
version: 0.1.0
description: Own rules of this platform at admission, asked and enforced beside those of Bedplate
inputFormat: kubernetes-admission
"""

_RULE = Template("""\
package $package

import rego.v1

# METADATA
# title: $subject states $property
# description: >-
#   Write here why: what goes wrong where it is not stated.
# custom:
#   id: $id
#   severity: $severity
#   scope: resource
$phase#   resource_types: ["$type"]
#   reads: [$property]
#   controls: ["$control"]
#   avoid: A resource of this type without $property, or with an empty one.
#   remediation: Set $property.
$rule contains message if {
	$judged
	not ${id_word}_is_open
	${id_word}_value in [null, "", [], {}, false]
	message := sprintf("$shown does not state $property; set it.", [$name])
}

${id_word}_path := [$steps]

${id_word}_value := object.get($document, ${id_word}_path, null)

# Where something on the way is unknown or secret, the verdict is open, by `reads` above.
${id_word}_is_open if {
	some length in numbers.range(1, count(${id_word}_path))
	value := object.get($document, array.slice(${id_word}_path, 0, length), null)
	is_object(value)
	some marker in ["$$unknown", "$$secret"]
	object.get(value, marker, false) == true
}
""")

_TEST = Template("""\
package ${package}_test

import rego.v1

${id_word}(properties) := hits if {
	judged := object.union($bare, properties)
	hits := data.$package.$rule with input as $input
}

${id_word}_message := "$told does not state $property; set it."

test_${id_word}_passes if ${id_word}($passing) == set()

test_${id_word}_fails_where_it_is_empty if ${id_word}($failing) == {${id_word}_message}

test_${id_word}_fails_where_it_is_missing if ${id_word}({}) == {${id_word}_message}

test_${id_word}_is_silent_on_opaque_values if {
	${id_word}($unknown) == set()
	${id_word}($secret) == set()
	${id_word}($above) == set()
}

test_${id_word}_judges_its_own_type_only if {
	data.$package.$rule == set() with input as $other
}
""")


@dataclass(frozen=True, slots=True)
class NewRule:
    """What a new rule is about."""

    concern: str
    """Folder of the rule, such as ``naming``."""
    name: str
    """Name of its file, such as ``bucket_prefix``."""
    type: str
    """Type token of the resources that it judges."""
    property: str
    """Input path that must be stated, such as ``tags.project``."""
    severity: str
    """How much harm a violation does."""
    control: str
    """Id of the clause that it maps to."""
    prefix: str
    """First part of its id, such as ``OWN``."""
    admission: bool = False
    """Whether it judges Kubernetes objects at admission, not the resources of a plan."""


def new_files(
    rule: NewRule,
    folder: Path,
    tests: Path,
    catalogue: Catalogue | None,
    beside: Iterable[Policy] = (),
) -> dict[Path, str]:
    """Return the files of a new rule by path: rule, tests, and the pack's own where it is new.

    ``catalogue`` is what is there already of its kind, shipped rules included; ``beside`` are the
    policies of the other kind, whose ids are taken too. Raises UsageError for what does not fit,
    and where a file is there already.
    """
    _refuse(rule, catalogue)
    values = _values(rule, _free_number(rule, catalogue, beside))
    name = _pack(rule)
    pack, place = folder / name, tests / name / rule.concern
    files = {
        pack / rule.concern / f"{rule.name}.rego": _RULE.substitute(values),
        place / f"{rule.name}_test.rego": _TEST.substitute(values),
    }
    for file in files:
        if file.exists():
            raise UsageError(f"{file} is there already. Fix: choose another name.")
    marker = _ADMISSION_MARKER if rule.admission else _MARKER
    return files if (pack / MARKER).exists() else {pack / MARKER: marker, **files}


def _pack(rule: NewRule) -> str:
    return ADMISSION_PACK if rule.admission else PACK


def _refuse(rule: NewRule, catalogue: Catalogue | None) -> None:
    checks = (
        ("concern", rule.concern, _WORD, "use words in small letters, joined by underscores"),
        ("name", rule.name, _WORD, "use words in small letters, joined by underscores"),
        ("type", rule.type, TYPE_TOKEN, "use a type token such as aws:s3/bucket:Bucket"),
        ("property", rule.property, _PROPERTY, "use an input path such as tags.project"),
        ("prefix", rule.prefix, _PREFIX, "use two to six capitals, such as OWN"),
    )
    for what, value, pattern, fix in checks:
        if not pattern.match(value):
            raise UsageError(f'The {what} "{value}" is not valid. Fix: {fix}.')
    if rule.admission and not _KIND.match(rule.type):
        fix = "name a kind, such as kubernetes:apps/v1:Deployment"
        raise UsageError(f'The type "{rule.type}" is no kind of object. Fix: {fix}.')
    if rule.type.endswith("*"):
        raise UsageError(f'The type "{rule.type}" names several. Fix: name one; add others later.')
    if catalogue is not None and rule.control not in catalogue.controls:
        fix = "use an id of docs/reference/policies/controls.md, or of your own controls.yaml"
        raise UsageError(f'There is no control "{rule.control}". Fix: {fix}.')


def _values(rule: NewRule, number: int) -> dict[str, str]:
    identity = f"{rule.prefix}-{number:03}"
    word = identity.lower().replace("-", "_")
    steps = rule.property.split(".")
    return {
        "package": _pack(rule),
        "id": identity,
        "id_word": word,
        "rule": f"deny_{word}",
        "type": rule.type,
        "subject": rule.type.rpartition(":")[2],
        "property": rule.property,
        "severity": rule.severity,
        "control": rule.control,
        "steps": ", ".join(f'"{step}"' for step in steps),
        "passing": _nested(steps, '"stated"'),
        "failing": _nested(steps, '""'),
        "unknown": _nested(steps, '{"$unknown": true}'),
        "above": _nested(steps[:1], '{"$unknown": true}'),
        "secret": _nested(steps, '{"$secret": true}'),
        **(_at_admission(rule.type) if rule.admission else _on_a_plan(rule.type)),
    }


def _on_a_plan(token: str) -> dict[str, str]:
    """Return how a rule on the resources of a plan sees one."""
    return {
        "phase": "",
        "document": "input",
        "judged": f'input.__type == "{token}"',
        "shown": "%s",
        "name": "input.__name",
        "bare": f'{{"__type": "{token}", "__name": "x"}}',
        "input": "judged",
        "told": "x",
        "other": '{"__type": "aws:other/thing:Thing", "__name": "x"}',
    }


def _at_admission(token: str) -> dict[str, str]:
    """Return how a rule at admission sees an object."""
    kind = token.rpartition(":")[2]
    return {
        "phase": "#   phase: [design, deploy, admission]\n",
        "document": "input.review.object",
        "judged": f'input.review.object.kind == "{kind}"',
        "shown": f"{kind} %s",
        "name": 'object.get(input.review.object, ["metadata", "name"], "?")',
        "bare": f'{{"kind": "{kind}", "metadata": {{"name": "x"}}}}',
        "input": '{"review": {"object": judged}}',
        "told": f"{kind} x",
        "other": '{"review": {"object": {"kind": "Other", "metadata": {"name": "x"}}}}',
    }


def _free_number(rule: NewRule, catalogue: Catalogue | None, beside: Iterable[Policy]) -> int:
    """Return the number after the highest of its kind, or the next that nobody has."""
    first = _FIRST_AT_ADMISSION if rule.admission else 1
    mine = _numbers(rule.prefix, catalogue.policies if catalogue else ())
    number = max(mine, default=first - 1) + 1
    taken = _numbers(rule.prefix, beside)
    while number in taken:
        number += 1
    return number


def _numbers(prefix: str, policies: Iterable[Policy]) -> set[int]:
    return {
        int(policy.id.rpartition("-")[2])
        for policy in policies
        if policy.id.startswith(f"{prefix}-")
    }


def _nested(steps: list[str], value: str) -> str:
    for step in reversed(steps):
        value = f'{{"{step}": {value}}}'
    return value
