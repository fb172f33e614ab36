"""Reads `waivers.yaml` and the signatures beside it; tells every fault at once, at its line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from bedplate.errors import Problem, SpecError, shown
from bedplate.policy.finding import LONGEST, printable
from bedplate.policy.waivers import FILE, NO_WAIVERS, SIGNATURES, Waiver, WaiverFile

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from bedplate.spec.tree import Node

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_POLICY = re.compile(r"[A-Z]{2,6}-[0-9]{3}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")

REQUIRED: Final = (
    "id", "policy", "resources", "reason", "ticket", "requested_by", "created", "expires"
)  # fmt: skip
"""Fields that every waiver has."""
OPTIONAL: Final = ("approved_by", "environments")
"""Fields that a waiver may lack: nobody has approved it yet; it is for every environment."""


def load_waivers(root: Path, environments: Collection[str] | None = None) -> WaiverFile:
    """Return the waivers of a platform repository, whose root holds `waivers.yaml`.

    ``environments`` are the names that there are; a waiver for another is a fault. An entry with a
    fault is left out, so that what it would have excused stands.
    """
    file = root / FILE
    if not file.exists():
        return NO_WAIVERS
    # The reader takes long to import, and most repositories have no waivers.
    from bedplate.spec.load import load  # noqa: PLC0415

    problems: list[Problem] = []
    try:
        node = load(file, shown(file), "environment", problems)
    except SpecError as error:
        return WaiverFile(problems=error.problems)
    reader = _Reader(root, environments, _Faults(shown(file), problems))
    waivers = reader.waivers(node)
    return WaiverFile(tuple(waivers), tuple(sorted(set(problems))))


@dataclass(frozen=True)
class _Faults:
    """Collects what is wrong with the file."""

    file: str
    problems: list[Problem]

    def add(self, node: Node, path: str, problem: str, fix: str) -> None:
        at = node.origin
        self.problems.append(Problem(self.file, at.line, at.column, path, problem, fix))

    def within(self, path: str) -> bool:
        """Tell whether something is wrong below a path, be it that a key stands twice."""
        below = (f"{path}.", f"{path}[")
        return any(one.path == path or one.path.startswith(below) for one in self.problems)


@dataclass(frozen=True)
class _Fields:
    """The fields of one entry. One with a fault is empty, or the day that suits no rule."""

    faults: _Faults
    entries: dict[str, Node]
    path: str

    def text(self, name: str) -> str:
        node = self.entries.get(name)
        return "" if node is None else self._text(node, f"{self.path}.{name}")

    def texts(self, name: str) -> tuple[str, ...]:
        node = self.entries.get(name)
        if node is None:
            return ()
        path = f"{self.path}.{name}"
        if not isinstance(node.value, list) or not node.value:
            self.faults.add(node, path, "it is no list", "write it as a list of texts")
            return ()
        return tuple(self._text(item, f"{path}[{i}]") for i, item in enumerate(node.value))

    def day(self, name: str) -> date:
        text = self.text(name)
        try:
            if _DATE.fullmatch(text):
                return date.fromisoformat(text)
        except ValueError:
            pass
        if text:
            self.fault(name, f"`{text}` is no date", "write it as 2026-01-31")
        return date.max if name == "expires" else date.min

    def fault(self, name: str, problem: str, fix: str) -> None:
        self.faults.add(self.entries[name], f"{self.path}.{name}", problem, fix)

    def _text(self, node: Node, path: str) -> str:
        value = node.value
        if isinstance(value, bool | int | float):
            self.faults.add(node, path, "it is no text", "put it in quotes")
        elif not isinstance(value, str) or not value.strip():
            self.faults.add(node, path, "it says nothing", "write a text")
        else:
            text = " ".join(value.split())
            if len(text) <= LONGEST and printable(text) == text:
                return text
            fix = f"write at most {LONGEST} characters that can be printed"
            self.faults.add(node, path, "it is too long, or can't be shown", fix)
        return ""


@dataclass(frozen=True)
class _Reader:
    """Turns the document into waivers."""

    root: Path
    environments: Collection[str] | None
    faults: _Faults
    ids: dict[str, tuple[str, int]] = field(default_factory=dict)

    def waivers(self, document: Node) -> list[Waiver]:
        entries = document.value if isinstance(document.value, dict) else {}
        for key, node in entries.items():
            if key != "waivers":
                self.faults.add(node, key, "unknown key", "use `waivers`")
        listed = entries.get("waivers")
        if listed is None or listed.value is None:
            return []
        if not isinstance(listed.value, list):
            self.faults.add(listed, "waivers", "it is no list", "begin each waiver with `- id:`")
            return []
        found = (self._waiver(node, f"waivers[{i}]") for i, node in enumerate(listed.value))
        return [waiver for waiver in found if waiver is not None]

    def _waiver(self, node: Node, path: str) -> Waiver | None:
        if not isinstance(node.value, dict):
            self.faults.add(node, path, "it is no mapping", f"give it {', '.join(REQUIRED)}")
            return None
        self._keys(node, path, node.value)
        fields = _Fields(self.faults, node.value, path)
        found = Waiver(
            id=fields.text("id"),
            policy=fields.text("policy"),
            resources=fields.texts("resources"),
            reason=fields.text("reason"),
            ticket=fields.text("ticket"),
            requested_by=fields.text("requested_by"),
            approved_by=fields.text("approved_by"),
            created=fields.day("created"),
            expires=fields.day("expires"),
            environments=fields.texts("environments"),
            file=self.faults.file,
            line=node.origin.line,
            column=node.origin.column,
        )
        self._forms(found, fields)
        self._names(found, fields)
        return None if self.faults.within(path) else _signed(found, self.root)

    def _keys(self, node: Node, path: str, entries: dict[str, Node]) -> None:
        known = (*REQUIRED, *OPTIONAL)
        for key, entry in entries.items():
            if key not in known:
                fix = _nearest(key, known)
                self.faults.add(entry, f"{path}.{key}", "unknown key", fix)
        for key in REQUIRED:
            if key not in entries:
                self.faults.add(node, path, f"`{key}` is missing", "add it")

    def _forms(self, found: Waiver, fields: _Fields) -> None:
        """Check what a field must look like; an empty one has been told of already."""
        first = self.ids.setdefault(found.id, (fields.path, found.line))
        if found.id and not _ID.fullmatch(found.id):
            fix = "use letters, digits, `.`, `_` and `-`, at most 64"
            fields.fault("id", f"`{found.id}` is no id", fix)
        elif found.id and first[0] != fields.path:
            fields.fault("id", f"the id `{found.id}` is taken on line {first[1]}", "choose another")
        if found.policy and not _POLICY.fullmatch(found.policy):
            fix = "take one that `bedplate policies` lists"
            fields.fault("policy", f"`{found.policy}` is no id of a policy", fix)
        if found.expires < found.created:
            fields.fault("expires", "it lies before `created`", "choose a later day")

    def _names(self, found: Waiver, fields: _Fields) -> None:
        for name in found.environments:
            if name and self.environments is not None and name not in self.environments:
                fix = _nearest(name, sorted(self.environments))
                fields.fault("environments", f"there is no environment `{name}`", fix)


def _nearest(name: str, known: Sequence[str]) -> str:
    close = get_close_matches(name, known, n=1)
    return f"did you mean `{close[0]}`?" if close else f"use {', '.join(known)}"


def _signed(waiver: Waiver, root: Path) -> Waiver:
    """Return a waiver with the text of its signature, where there is one."""
    try:
        text = (root / SIGNATURES / f"{waiver.id}.dsse.json").read_text(encoding="utf-8")
    except FileNotFoundError:
        return waiver
    except (OSError, UnicodeDecodeError):
        text = "unreadable"  # it is no envelope: the rules refuse it
    return replace(waiver, signature=text)
