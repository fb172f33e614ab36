"""A new own rule and its tests, as text: a rule that holds a property to be stated."""

from __future__ import annotations

import re
from dataclasses import dataclass
from string import Template
from typing import TYPE_CHECKING, Final

from bedplate.errors import UsageError
from bedplate.policy.fields import TYPE_TOKEN
from bedplate.policy.own_rules import MARKER

if TYPE_CHECKING:
    from pathlib import Path

    from bedplate.policy.catalogue import Catalogue

PACK: Final = "own"
"""Folder and package of the pack that new rules are put into."""
_WORD: Final = re.compile(r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$")
_PROPERTY: Final = re.compile(r"^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)*$")
_PREFIX: Final = re.compile(r"^[A-Z]{2,6}$")

_PACK = """\
runtime: opa
version: 0.1.0
description: Own rules of this platform, asked beside those of Bedplate
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
#   resource_types: ["$type"]
#   reads: [$property]
#   controls: ["$control"]
#   avoid: A resource of this type without $property, or with an empty one.
#   remediation: Set $property.
$rule contains message if {
	input.__type == "$type"
	not ${id_word}_is_open
	${id_word}_value in [null, "", [], {}, false]
	message := sprintf("%s does not state $property; set it.", [input.__name])
}

${id_word}_path := [$steps]

${id_word}_value := object.get(input, ${id_word}_path, null)

# Where something on the way is unknown or secret, the verdict is open, by `reads` above.
${id_word}_is_open if {
	some length in numbers.range(1, count(${id_word}_path))
	value := object.get(input, array.slice(${id_word}_path, 0, length), null)
	is_object(value)
	some marker in ["$$unknown", "$$secret"]
	object.get(value, marker, false) == true
}
""")

_TEST = Template("""\
package ${package}_test

import rego.v1

${id_word}(properties) := hits if {
	resource := object.union({"__type": "$type", "__name": "x"}, properties)
	hits := data.$package.$rule with input as resource
}

${id_word}_message := "x does not state $property; set it."

test_${id_word}_passes if ${id_word}($passing) == set()

test_${id_word}_fails_where_it_is_empty if ${id_word}($failing) == {${id_word}_message}

test_${id_word}_fails_where_it_is_missing if ${id_word}({}) == {${id_word}_message}

test_${id_word}_is_silent_on_opaque_values if {
	${id_word}($unknown) == set()
	${id_word}($secret) == set()
	${id_word}($above) == set()
}

test_${id_word}_judges_its_own_type_only if {
	data.$package.$rule == set() with input as {"__type": "aws:other/thing:Thing", "__name": "x"}
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


def new_files(
    rule: NewRule, folder: Path, tests: Path, catalogue: Catalogue | None
) -> dict[Path, str]:
    """Return the files of a new rule by path: rule, tests, and the pack's own where it is new.

    ``catalogue`` is what is there already, shipped rules included. Raises UsageError for what does
    not fit, and where a file is there already.
    """
    _refuse(rule, catalogue)
    pack = folder / PACK
    files = {
        pack / rule.concern / f"{rule.name}.rego": _RULE.substitute(_values(rule, catalogue)),
        tests / PACK / rule.concern / f"{rule.name}_test.rego": _TEST.substitute(
            _values(rule, catalogue)
        ),
    }
    for file in files:
        if file.exists():
            raise UsageError(f"{file} is there already. Fix: choose another name.")
    return files if (pack / MARKER).exists() else {pack / MARKER: _PACK, **files}


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
    if rule.type.endswith("*"):
        raise UsageError(f'The type "{rule.type}" names several. Fix: name one; add others later.')
    if catalogue is not None and rule.control not in catalogue.controls:
        fix = "use an id of docs/reference/policies/controls.md, or of your own controls.yaml"
        raise UsageError(f'There is no control "{rule.control}". Fix: {fix}.')


def _values(rule: NewRule, catalogue: Catalogue | None) -> dict[str, str]:
    number = _next_number(rule.prefix, catalogue)
    identity = f"{rule.prefix}-{number:03}"
    word = identity.lower().replace("-", "_")
    steps = rule.property.split(".")
    return {
        "package": PACK,
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
    }


def _next_number(prefix: str, catalogue: Catalogue | None) -> int:
    taken = {
        int(policy.id.rpartition("-")[2])
        for policy in (catalogue.policies if catalogue else ())
        if policy.id.startswith(f"{prefix}-")
    }
    return max(taken, default=0) + 1


def _nested(steps: list[str], value: str) -> str:
    for step in reversed(steps):
        value = f'{{"{step}": {value}}}'
    return value
