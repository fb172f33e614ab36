"""Checks one METADATA comment field by field, and reads it into the values of a Policy."""

from __future__ import annotations

import re
from difflib import get_close_matches
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

from bedplate.policy.metadata import plain, position
from bedplate.policy.positioned import Positioned

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from bedplate.errors import Problem
    from bedplate.policy.controls import Control
    from bedplate.policy.metadata import Block

TOP: Final = ("title", "description", "custom")
"""Keys that every block has."""
REQUIRED: Final = (
    "id", "severity", "scope", "resource_types", "controls", "avoid", "remediation",
)  # fmt: skip
"""Keys that ``custom`` must hold."""
OPTIONAL: Final = ("reads", "parameters", "settings", "applies", "phase", "narrow")
"""Keys that ``custom`` may hold."""
SEVERITIES: Final = ("critical", "high", "medium", "low")
"""Worst first."""
SCOPES: Final = ("resource", "stack")
"""What a rule may see."""
PHASES: Final = ("design", "deploy", "admission")
"""When a rule may be asked."""
DEFAULT_PHASES: Final = ("design", "deploy")
"""When a rule is asked that does not say."""
APPLIES: Final = ("regimes", "classifications", "tiers")
"""What ``applies`` may name."""
TYPE_TOKEN: Final = re.compile(
    r"^[a-z][a-zA-Z0-9-]*:([A-Za-z0-9./-]+:[A-Za-z0-9]+|[A-Za-z0-9./:-]*\*)$"
)
"""A resource type, or the beginning of several with a final ``*``."""

_ID: Final = re.compile(r"^[A-Z]{2,6}-[0-9]{3}$")
_READ: Final = re.compile(r"^([a-z][^#\s]*#)?[A-Za-z_*$][^\s#]*$")
_RELATED: Final = re.compile(r"#|^\*")
_FACT: Final = re.compile(r"^[a-z][a-z0-9_]*$")
_SETTING: Final = re.compile(r"^\.?[a-z][a-z0-9_.]*$")
_LISTS: Final[dict[str, tuple[re.Pattern[str], str]]] = {
    "resource_types": (TYPE_TOKEN, "use a type token such as aws:s3/bucket:Bucket, or aws:s3/*"),
    "reads": (_READ, "use an input path such as rules.*.name, or type#path"),
    "parameters": (_FACT, "use the name of a fact, such as allowed_regions"),
    "settings": (_SETTING, "use a spec path such as aws.region, or .max_gpus"),
}


def read_policy(
    block: Block, entry: Positioned, controls: Mapping[str, Control], values: dict[str, Any]
) -> list[Problem]:
    """Fill ``values`` with the fields of a Policy; return all that is wrong with the block."""
    faults = _keys(block, entry, "", TOP, ())
    custom = entry.get("custom")
    if not isinstance(custom, Positioned):
        return faults or [block.problem("custom", "it is no mapping", "list the policy's fields")]
    faults += _keys(block, custom, "custom.", REQUIRED, OPTIONAL)
    if faults:
        return faults
    faults += _texts(block, entry, custom)
    faults += _lists(block, custom)
    faults += _identity(block, custom)
    faults += _controls(block, custom, controls)
    faults += _applies(block, custom)
    faults += _phase(block, custom)
    faults += _narrow(block, custom)
    if not faults:
        values.update(_values(block, entry, custom))
    return faults


def _keys(
    block: Block,
    mapping: Positioned,
    prefix: str,
    required: Collection[str],
    optional: Collection[str],
) -> list[Problem]:
    known = [*required, *optional]
    faults = [
        block.problem(
            f"{prefix}{key}", "the key is unknown", suggest(str(key), known), position(mapping, key)
        )
        for key in mapping
        if key not in known
    ]
    missing = [key for key in required if key not in mapping]
    faults += [block.problem(f"{prefix}{key}", "the key is missing", "add it") for key in missing]
    return faults


def _texts(block: Block, entry: Positioned, custom: Positioned) -> list[Problem]:
    places = [(entry, "title"), (entry, "description"), (custom, "avoid"), (custom, "remediation")]
    return [
        block.problem(key, "it is no text", "write a sentence", position(mapping, key))
        for mapping, key in places
        if not isinstance(mapping[key], str) or not mapping[key].strip()
    ]


def _lists(block: Block, custom: Positioned) -> list[Problem]:
    faults: list[Problem] = []
    for key, (pattern, fix) in _LISTS.items():
        value = custom.get(key, [])
        at = position(custom, key) if key in custom else (-1, 0)
        if not isinstance(value, list):
            faults.append(block.problem(f"custom.{key}", "it is no list", fix, at))
            continue
        faults += [
            block.problem(f"custom.{key}", f'"{item}" is not valid', fix, at)
            for item in value
            if not isinstance(item, str) or not pattern.match(item)
        ]
    if custom.get("resource_types") == [] and custom.get("scope") == "resource":
        fix = "name the types that the rule judges"
        at = position(custom, "resource_types")
        faults.append(block.problem("custom.resource_types", "it is empty", fix, at))
    return faults


def _identity(block: Block, custom: Positioned) -> list[Problem]:
    faults: list[Problem] = []
    for key, allowed in (("severity", SEVERITIES), ("scope", SCOPES)):
        if custom[key] not in allowed:
            text, at = f'"{custom[key]}" is not valid', position(custom, key)
            fix = suggest(str(custom[key]), allowed)
            faults.append(block.problem(f"custom.{key}", text, fix, at))
    name, at = str(custom["id"]), position(custom, "id")
    if not _ID.match(name):
        fix = "use capitals, a hyphen and three digits, such as ENC-001"
        return [*faults, block.problem("custom.id", f'"{name}" is not valid', fix, at)]
    stack = "stack_" if custom["scope"] == "stack" else ""
    rule = block.rule or ""
    fitting = [f"{stack}{verb}_{name.lower().replace('-', '_')}" for verb in ("deny", "warn")]
    if rule not in fitting:
        text = f"{name} of scope {custom['scope']} does not name the rule {rule}"
        fix = f"call the rule {fitting[0]}, or {fitting[1]} if it only warns"
        faults.append(block.problem("custom.id", text, fix, at))
    return faults


def _controls(block: Block, custom: Positioned, controls: Mapping[str, Control]) -> list[Problem]:
    at = position(custom, "controls")
    cited = custom["controls"]
    if not isinstance(cited, list) or not cited:
        fix = "cite at least one id of controls.yaml"
        return [block.problem("custom.controls", "it is no list of controls", fix, at)]
    return [
        block.problem(
            "custom.controls", f'there is no control "{name}"', suggest(str(name), [*controls]), at
        )
        for name in cited
        if name not in controls
    ]


def _applies(block: Block, custom: Positioned) -> list[Problem]:
    if "applies" not in custom:
        return []
    value, at = custom["applies"], position(custom, "applies")
    fix = f"give lists for {', '.join(APPLIES)}"
    if not isinstance(value, Positioned):
        return [block.problem("custom.applies", "it is no mapping", fix, at)]
    faults = [
        block.problem(
            f"custom.applies.{key}",
            "the key is unknown",
            suggest(str(key), APPLIES),
            position(value, key),
        )
        for key in value
        if key not in APPLIES
    ]
    faults += [
        block.problem(f"custom.applies.{key}", "it is no list of names", fix, position(value, key))
        for key, names in value.items()
        if not isinstance(names, list) or not names
    ]
    return faults


def _phase(block: Block, custom: Positioned) -> list[Problem]:
    if "phase" not in custom:
        return []
    value, at = custom["phase"], position(custom, "phase")
    if not isinstance(value, list) or not value:
        fix = f"give a list of {', '.join(PHASES)}"
        return [block.problem("custom.phase", "it is no list of phases", fix, at)]
    return [
        block.problem("custom.phase", f'"{name}" is not valid', suggest(str(name), PHASES), at)
        for name in value
        if name not in PHASES
    ]


def _narrow(block: Block, custom: Positioned) -> list[Problem]:
    value = custom.get("narrow", False)
    if value is False:
        return []
    at = position(custom, "narrow")
    if value is not True:
        return [block.problem("custom.narrow", "it is no boolean", "use true or leave it out", at)]
    reads = custom.get("reads") or []
    if custom["scope"] == "resource" and reads and not any(_RELATED.search(read) for read in reads):
        return []
    text = "a narrow rule is one on a resource that reads properties of it by their names"
    fix = "list in reads all that the rule looks at, or leave narrow out"
    return [block.problem("custom.narrow", text, fix, at)]


def _values(block: Block, entry: Positioned, custom: Positioned) -> dict[str, Any]:
    rule = block.rule or ""
    lists = {key: tuple(plain(custom.get(key, []))) for key in (*_LISTS, "controls")}
    return {
        "id": str(custom["id"]),
        "rule": rule,
        "concern": PurePath(block.file).parent.name,
        "level": "advisory" if rule.startswith(("warn", "stack_warn")) else "mandatory",
        "severity": str(custom["severity"]),
        "scope": str(custom["scope"]),
        "title": entry["title"].strip(),
        "description": entry["description"].strip(),
        "avoid": custom["avoid"].strip(),
        "remediation": custom["remediation"].strip(),
        **lists,
        "applies": {str(k): tuple(plain(v)) for k, v in custom.get("applies", {}).items()},
        "phase": tuple(custom.get("phase", DEFAULT_PHASES)),
        "narrow": custom.get("narrow", False),
        "file": block.file,
        "line": block.rule_line,
    }


def suggest(name: str, known: Collection[str]) -> str:
    """Return the known name that is closest, as a fix; all of them where none is close."""
    close = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"did you mean {close[0]}" if close else f"use one of {', '.join(sorted(known))}"
