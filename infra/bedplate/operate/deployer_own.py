"""What a project adds to the deployer's actions, for types of its own components.

The file is held to what the shipped table promises: actions by name, resources by the names or the
tags of the environment, and nothing that could give rights away.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bedplate.errors import Problem, SpecError, shown
from bedplate.operate.deployer_grants import known_types
from bedplate.spec.load import load
from bedplate.spec.tree import plain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bedplate.spec.tree import Node

NAME = "deployer-actions.yaml"
"""Name of the file, beside the folder of the environment files."""

_LISTS = ("keys", "links", "passes", "reads")
_CONDITIONS = ("requested", "tagged", "untagged")
_CLOSED = ("account", "iam", "organizations", "sso", "sts")
"""Services whose actions give rights; what a role needs of them, the shipped table says."""

_ACTION = re.compile(r"^[a-z0-9-]+:[A-Z][A-Za-z0-9]+$")
_RESOURCE = re.compile(r"^[a-z0-9-]+ [^\s]+$")
_SERVICE = re.compile(r"^[a-z0-9.-]+$")
_TYPE = re.compile(r"^aws:[A-Za-z0-9]+/[A-Za-z0-9]+:[A-Za-z0-9]+$")


def own_actions(path: Path) -> Mapping[str, Any]:
    """Return the entries of a project's own file by type; {} where there is none.

    Raises SpecError with everything that is wrong in it.
    """
    if not path.is_file():
        return {}
    problems: list[Problem] = []
    root = load(path, shown(path), "environment", problems)
    for kind, entry in _mapping(root).items():
        _Reader(problems, kind).entry(entry)
    if problems:
        raise SpecError(problems)
    found = plain(root)
    return found if isinstance(found, dict) else {}


def _mapping(node: Node) -> dict[str, Node]:
    return node.value if isinstance(node.value, dict) else {}


class _Reader:
    """Collects what is wrong with the entry of one type."""

    def __init__(self, problems: list[Problem], kind: str) -> None:
        self._problems, self._kind = problems, kind

    def entry(self, node: Node) -> None:
        if not _TYPE.match(self._kind):
            fix = "write it as the plan does, such as `aws:lambda/function:Function`"
            self._wrong(node, "", "is no type of an AWS resource", fix)
        elif self._kind in known_types():
            self._wrong(node, "", "is known already", "remove it")
        if not isinstance(node.value, dict):
            self._wrong(node, "", "is no mapping", "list `reads` and `grants` below it")
        for key, value in _mapping(node).items():
            if key in _LISTS:
                form = _ACTION if key == "reads" else _SERVICE
                self._texts(value, key, form)
            elif key == "grants" and isinstance(value.value, list):
                for number, grant in enumerate(value.value):
                    self._grant(grant, f"grants[{number}]")
            else:
                fix = f"use a list under one of grants, {', '.join(_LISTS)}"
                self._wrong(value, key, "is not known here", fix)

    def _grant(self, node: Node, path: str) -> None:
        grant = _mapping(node)
        for key in sorted({"at", "do"} - grant.keys()):
            self._wrong(node, path, f"has no `{key}`", "name actions (do) and resources (at)")
        for key, value in grant.items():
            if key in ("at", "do"):
                self._texts(value, f"{path}.{key}", _RESOURCE if key == "at" else _ACTION)
            elif key == "if" and value.value not in _CONDITIONS:
                fix = f"use one of {', '.join(_CONDITIONS)}"
                self._wrong(value, f"{path}.if", "is no condition", fix)
            elif key not in ("if", "when"):
                self._wrong(value, f"{path}.{key}", "is not known here", "use at, do, if, when")
        if "if" not in grant and "at" in grant:
            for each in grant["at"].value if isinstance(grant["at"].value, list) else []:
                if "{prefix}" not in str(each.value):
                    fix = "put {prefix} into the name, or ask for tags by `if: tagged`"
                    said = "names neither the environment nor its tags"
                    self._wrong(each, f"{path}.at", said, fix)

    def _texts(self, node: Node, path: str, form: re.Pattern[str]) -> None:
        if not isinstance(node.value, list):
            self._wrong(node, path, "is no list", "write it as [one, two]")
            return
        for each in node.value:
            text = each.value if isinstance(each.value, str) else ""
            if not form.match(text):
                fix = {
                    _ACTION: "write it as `service:Action`, without wildcards",
                    _RESOURCE: 'write it as "service end-of-arn"',
                    _SERVICE: "write the service alone, such as `lambda`",
                }[form]
                self._wrong(each, path, f"holds `{each.value}`", fix)
            elif form is _ACTION and text.partition(":")[0] in _CLOSED:
                fix = "leave it to a person: it would let the deployer give rights away"
                self._wrong(each, path, f"holds `{text}`, which gives rights", fix)

    def _wrong(self, node: Node, path: str, problem: str, fix: str) -> None:
        place = node.key if path == "" else node.origin
        whole = f"{self._kind}.{path}" if path else self._kind
        self._problems.append(Problem(place.file, place.line, place.column, whole, problem, fix))
