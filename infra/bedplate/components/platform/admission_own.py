"""Rules at admission of a platform's own, read from its policy packs as they are installed.

They become templates and constraints as the shipped ones do. What METADATA must say is held by the
policies, with every fault at its line; what can't be read is refused here too, since a rule that is
not installed passes for one that holds.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import yaml

from bedplate.components.platform.admission_templates import (
    TOKENS,
    AdmissionRule,
    body,
    match_of,
    whole,
)
from bedplate.errors import PolicyError, Problem
from bedplate.plain_yaml import plain
from bedplate.spec.enforcement import THRESHOLDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_IMPORT: Final = re.compile(r"^import\s+(?!rego\.v1\s)\S+", re.MULTILINE)
_DATA: Final = re.compile(r"(?<![\w.])data\b[\w.]*")
_RULE: Final = re.compile(r"^((?:stack_)?(?:deny|violation|warn)\w*)\b", re.MULTILINE)
_DESCRIBED: Final = re.compile(
    r"^#\s*METADATA[ \t]*\n(?P<text>(?:#.*\n)+)(?P<rule>(?:deny|warn)_\w+) contains ", re.MULTILINE
)
_UNREADABLE: Final = (yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError)
"""What METADATA that is not as it must be may raise."""


def own_rules(packs: Sequence[Path]) -> tuple[AdmissionRule, ...]:
    """Return the rules of a platform's packs for admission, by id.

    Raises PolicyError with everything that can't be installed, one a line.
    """
    read = [each for pack in packs for each in _read(pack)]
    problems = {each for each in read if isinstance(each, Problem)}
    if problems:
        raise PolicyError("\n".join(str(problem) for problem in sorted(problems)))
    found = (each for each in read if isinstance(each, AdmissionRule))
    return tuple(sorted(found, key=lambda rule: (rule.id, rule.kind)))


def _read(pack: Path) -> Iterator[AdmissionRule | Problem]:
    texts = {str(file): file.read_text("utf-8") for file in sorted(pack.rglob("*.rego"))}
    codes = {file: body(text) for file, text in texts.items()}
    for file, text in texts.items():
        yield from foreign(file, text)
        shared = [code for other, code in codes.items() if other != file]
        described: dict[str, str] = {}
        for match in _DESCRIBED.finditer(text):
            described.setdefault(match["rule"], match["text"])
        for rule, line in _heads(text).items():
            try:
                yield _rule(rule, described[rule], codes[file], shared)
            except _UNREADABLE:
                problem = "its METADATA can't be read, so it can't be installed"
                fix = "run `bedplate policy test`, which says what is wrong"
                yield Problem(file, line, 1, rule, problem, fix)


def foreign(file: str, text: str) -> Iterator[Problem]:
    """Yield what a module names that no rule at admission has: it sees its object and parameters.

    Gatekeeper takes no imports, and none of the data of other packages.
    """
    bare = TOKENS.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    for pattern in (_IMPORT, _DATA):
        for match in pattern.finditer(bare):
            line = bare.count("\n", 0, match.start()) + 1
            named = " ".join(match[0].split())
            if pattern is _DATA and _IMPORT.match(bare.splitlines()[line - 1]):
                continue  # told as an import
            problem = f"{named} is out of reach for a rule at admission"
            fix = "use `input.review`, `input.parameters` and what the pack's own files define"
            yield Problem(file, line, 1, "", problem, fix)


def _heads(text: str) -> dict[str, int]:
    """Return the 1-based line of the first head of each policy rule."""
    found: dict[str, int] = {}
    for match in _RULE.finditer(text):
        found.setdefault(match[1], text.count("\n", 0, match.start()) + 1)
    return found


def _rule(rule: str, metadata: str, code: str, shared: Sequence[str]) -> AdmissionRule:
    lines = (line.removeprefix("#").removeprefix(" ") for line in metadata.splitlines())
    described = plain("\n".join(lines))
    custom = described["custom"]
    advisory = rule.startswith("warn")
    # Ids are each rule's own; of two with one id the second warns.
    kind = f"Platform{custom['id'].title().replace('-', '')}{'Advice' if advisory else ''}"
    return AdmissionRule(
        id=custom["id"],
        kind=kind,
        title=described["title"],
        rego=whole(kind.lower(), rule, code, shared),
        matches=tuple(match_of(token) for token in custom["resource_types"]),
        parameters=tuple(custom.get("parameters", ())),
        severity=THRESHOLDS[THRESHOLDS.index(custom["severity"])],
        advisory=advisory,
    )
