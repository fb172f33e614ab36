"""From files to a spec: blueprint (what it extends first), then common.yaml, then the environment.

Everything that is wrong is reported at once, each with the file, line and column to mend.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from bedplate.assets import asset
from bedplate.errors import Problem, SpecError, UsageError, shown
from bedplate.spec import (
    rules_approvers,
    rules_changes,
    rules_delivery,
    rules_enforcement,
    rules_gpu,
    rules_platform,
    rules_regimes,
    rules_teams,
)
from bedplate.spec.explain import problem_of, suggestion
from bedplate.spec.load import load
from bedplate.spec.neighbours import crowding
from bedplate.spec.platform import PlatformSpec
from bedplate.spec.rules import Conflict, conflicts
from bedplate.spec.secret_texts import secrets_in
from bedplate.spec.stacks import environments
from bedplate.spec.tree import Layer, Node, Origin, merge, parent_path, plain, stripped, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["Resolved", "blueprint_names", "environments", "resolve"]

_RULES = (
    rules_approvers,
    rules_changes,
    rules_delivery,
    rules_enforcement,
    rules_gpu,
    rules_platform,
    rules_regimes,
    rules_teams,
)
"""Modules that register their rules when they are imported."""

_PLACEHOLDER = re.compile(r"CHANGE_?ME|^<[^<>]*>$|^x{3,}$", re.IGNORECASE)
"""What people write where a value is still to come."""

_OWN_KEYS = ("description", "extends")
"""Keys of a blueprint file that are not part of an environment."""


@dataclass(frozen=True)
class Resolved:
    """An environment and where each of its values came from."""

    spec: PlatformSpec
    """The environment."""
    origins: Mapping[str, Origin]
    """Position of each value that a file states, by dotted path."""
    judged: tuple[Problem, ...]
    """Conflicts that a mandatory policy judges too; any other conflict is raised."""
    files: tuple[Path, ...]
    """Files that were read, in the order in which they apply."""

    def origin(self, path: str) -> Origin:
        """Return the position of a value, or of the nearest one above it that a file states."""
        while path and path not in self.origins:
            path = parent_path(path)
        return self.origins[path]


def blueprint_names(blueprints: Path | None = None) -> tuple[str, ...]:
    """Return the names of the blueprints that can be used, sorted."""
    folders = [asset("blueprints"), *([blueprints] if blueprints else [])]
    return tuple(sorted({f.parent.name for d in folders for f in d.glob("*/blueprint.yaml")}))


def resolve(environment: str, stacks: Path, blueprints: Path | None = None) -> Resolved:
    """Return the environment called `environment` of the folder `stacks`.

    `blueprints` is a folder of further blueprints, which win over the built-in ones. Raises
    UsageError where there is no such environment, and SpecError with all that is wrong.
    """
    known = environments(stacks)
    if environment not in known:
        hint = suggestion(environment, known) if known else "add one"
        folder = shown(stacks)
        raise UsageError(f"There is no environment `{environment}` in {folder}. Fix: {hint}")
    files = _Files(blueprints)
    trees = [files.read(stacks / f"{environment}.yaml", "environment")]
    common = stacks / "common.yaml"
    if common.is_file():
        trees.insert(0, files.read(common, "common"))
    merged = _merge_all(trees)
    layers = files.blueprint_chain(merged)
    files.problems += crowding(environment, merged, stacks)
    return _validated(environment, _merge_all([*layers, *trees]), files)


def _merge_all(trees: list[Node]) -> Node:
    merged = trees[0]
    for tree in trees[1:]:
        # The root stands where the environment's own file begins.
        merged = replace(merge(merged, tree), origin=tree.origin, key=tree.key)
    return merged


class _Files:
    """Reads the files of one environment and remembers which."""

    def __init__(self, blueprints: Path | None) -> None:
        self._own = blueprints
        self.seen: list[Path] = []
        self.problems: list[Problem] = []

    def read(self, path: Path, layer: Layer) -> Node:
        self.seen.append(path)
        tree = load(path, shown(path), layer, self.problems)
        secrets = list(secrets_in(tree))
        if secrets:
            # Alone: what else is wrong would repeat the value.
            raise SpecError(secrets)
        return tree

    def blueprint_chain(self, merged: Node) -> list[Node]:
        """Return the blueprint's trees, what it extends first."""
        named = merged.value.get("blueprint") if isinstance(merged.value, dict) else None
        if named is None or not isinstance(named.value, str):
            return []  # validation says that it is missing or mistyped
        chain: list[Node] = []
        visited: list[str] = []
        link: Node | None = named
        while link is not None:
            tree = self._blueprint(link, visited)
            own = dict(tree.value) if isinstance(tree.value, dict) else {}
            link = own.get("extends")
            kept = {key: node for key, node in own.items() if key not in _OWN_KEYS}
            chain.insert(0, replace(tree, value=kept))
        return chain

    def _blueprint(self, link: Node, visited: list[str]) -> Node:
        name, at = str(link.value), link.origin
        if name in visited:
            loop = " → ".join([*visited, name])
            problem = f"blueprints extend each other in a circle ({loop})"
            fix = "remove one `extends`"
            raise SpecError([Problem(at.file, at.line, at.column, "extends", problem, fix)])
        path = "extends" if visited else "blueprint"
        visited.append(name)
        known = blueprint_names(self._own)
        if name not in known:
            problem, fix = f"there is no blueprint `{name}`", suggestion(name, known)
            raise SpecError([Problem(at.file, at.line, at.column, path, problem, fix)])
        own = self._own / name / "blueprint.yaml" if self._own else None
        built_in = asset("blueprints") / name / "blueprint.yaml"
        return self.read(own if own and own.is_file() else built_in, "blueprint")


def _validated(environment: str, merged: Node, files: _Files) -> Resolved:
    tree = stripped(merged)
    nodes = {path: node for path, node in walk(tree) if path}
    problems = [*files.problems, *_misnamed(environment, tree), *_placeholders(tree)]
    spec: PlatformSpec | None = None
    try:
        spec = PlatformSpec.model_validate_json(json.dumps(plain(tree)))
        sections: Mapping[str, Any] = {n: getattr(spec, n) for n in PlatformSpec.model_fields}
    except ValidationError as error:
        details = error.errors(include_url=False)
        problems += [problem_of(detail, tree) for detail in details]
        sections = _valid_sections(tree, {str(detail["loc"][0]) for detail in details})
    judged: list[Problem] = []
    for conflict in conflicts(sections):
        target = judged if conflict.judged else problems
        target.append(_positioned(conflict, tree, nodes))
    if problems or spec is None:
        raise SpecError([*problems, *judged])
    origins = {"": tree.origin} | {path: _origin(node) for path, node in nodes.items()}
    return Resolved(spec, origins, tuple(sorted(judged)), tuple(files.seen))


def _origin(node: Node) -> Origin:
    """Return where to look for a value: a leaf's own position, a collection's key."""
    return node.key if isinstance(node.value, dict | list) else node.origin


def _valid_sections(tree: Node, broken: set[str]) -> dict[str, Any]:
    """Return the sections that are valid by themselves, so that rules can still read them."""
    values = plain(tree)
    found: dict[str, Any] = {}
    for name, field in PlatformSpec.model_fields.items():
        if name in broken or not isinstance(values, dict):
            continue
        if name in values:
            adapter: TypeAdapter[Any] = TypeAdapter(field.rebuild_annotation())
            found[name] = adapter.validate_json(json.dumps(values[name]))
        elif not field.is_required():
            found[name] = field.get_default(call_default_factory=True)
    return found


def _positioned(conflict: Conflict, tree: Node, nodes: Mapping[str, Node]) -> Problem:
    path = conflict.path
    while path and path not in nodes:
        path = parent_path(path)
    origin = _origin(nodes[path]) if path else tree.origin
    return Problem(
        origin.file, origin.line, origin.column, conflict.path, conflict.problem, conflict.fix
    )


def _misnamed(environment: str, tree: Node) -> Iterator[Problem]:
    stated = tree.value.get("environment") if isinstance(tree.value, dict) else None
    if stated is not None and isinstance(stated.value, str) and stated.value != environment:
        yield Problem(
            stated.origin.file,
            stated.origin.line,
            stated.origin.column,
            "environment",
            f"`{stated.value}` is not the name of the file ({environment}.yaml)",
            f"write `environment: {environment}`, or rename the file",
        )


def _placeholders(tree: Node) -> Iterator[Problem]:
    tier = tree.value.get("tier") if isinstance(tree.value, dict) else None
    if tier is not None and tier.value == "development":
        return
    for path, node in walk(tree):
        if isinstance(node.value, str) and _PLACEHOLDER.search(node.value):
            at = node.origin
            fix = "write the real value, or remove the key"
            problem = f"`{node.value}` is a placeholder"
            yield Problem(at.file, at.line, at.column, path, problem, fix)
