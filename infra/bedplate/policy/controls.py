"""Reads ``controls.yaml``: the clauses that policies cite, each in our own words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from yaml import MarkedYAMLError

from bedplate.errors import Problem
from bedplate.policy import positioned

if TYPE_CHECKING:
    from pathlib import Path

FIELDS: Final = ("regime", "title", "text", "status", "effective", "source", "confidence")
"""What every control says."""
STATUSES: Final = ("in-force", "adopted", "unclear")
"""Whether a clause binds today."""
CONFIDENCES: Final = ("high", "medium", "unverified")
"""How well its text is known to us."""


@dataclass(frozen=True, slots=True)
class Control:
    """One clause of a regime. A policy maps to it; that is no statement of law."""

    id: str
    """``<regime>:<clause>``, such as ``gdpr:32``."""
    regime: str
    """Name of the law or standard."""
    title: str
    """Heading of the clause."""
    text: str
    """What it asks for, in our own words."""
    status: str
    """One of ``STATUSES``."""
    effective: str
    """ISO date from which it binds, or ``unknown``."""
    source: str
    """Where its text is published."""
    confidence: str
    """One of ``CONFIDENCES``."""


def load_controls(file: Path) -> tuple[dict[str, Control], list[Problem]]:
    """Return the controls of a file by id, and all that is wrong with it."""
    try:
        data = positioned.load(file.read_text(encoding="utf-8"))
    except MarkedYAMLError as error:
        mark = error.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        text = f"it is not valid YAML: {error.problem}"
        return {}, [Problem(str(file), line, column, "", text, "mend the YAML")]
    problems: list[Problem] = []
    controls: dict[str, Control] = {}
    for name, entry in (data or {}).items():
        line, column = data.positions[name]
        found = _faults(entry)
        if found:
            problem, fix = found
            problems.append(Problem(str(file), line + 1, column + 1, str(name), problem, fix))
        else:
            fields = {key: str(entry[key]).strip() for key in FIELDS}
            controls[str(name)] = Control(id=str(name), **fields)
    return controls, problems


def _faults(entry: object) -> tuple[str, str] | None:
    if not isinstance(entry, dict):
        return "the control is no mapping", f"give it {', '.join(FIELDS)}"
    missing = [key for key in FIELDS if not str(entry.get(key) or "").strip()]
    if missing:
        return f"the control lacks {', '.join(missing)}", "add them"
    unknown = sorted(str(key) for key in entry if key not in FIELDS)
    if unknown:
        return f"the control has unknown keys: {', '.join(unknown)}", f"use {', '.join(FIELDS)}"
    if entry["status"] not in STATUSES:
        return f'the status is "{entry["status"]}"', f"use one of {', '.join(STATUSES)}"
    if entry["confidence"] not in CONFIDENCES:
        return (
            f'the confidence is "{entry["confidence"]}"',
            f"use one of {', '.join(CONFIDENCES)}",
        )
    return None
