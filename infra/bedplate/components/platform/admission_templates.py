"""Gatekeeper's templates and constraints, made from the Rego files of `policies/admission`.

The rules are written once (docs/adr/0007): under Pulumi's OPA pack they are read as they are; here
each becomes a ConstraintTemplate whose Rego is as much of the pack's shared part as the rule needs,
the rule's file, and one line that hands its messages to Gatekeeper.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from bedplate.assets import asset
from bedplate.contracts.objects import scope_of
from bedplate.plain_yaml import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from bedplate.spec.enforcement import Threshold

CONSTRAINTS: Final = "constraints.gatekeeper.sh"
"""API group of constraints."""
TEAM_LABEL: Final = "bedplate/team"
"""Label of the namespaces that constraints hold in."""

TOKENS: Final = re.compile(r'^[ \t]*#[^\n]*\n|#[^\n]*|"(?:\\.|[^"\\\n])*"|`[^`]*`', re.MULTILINE)
"""Comments, and texts in which a comment's sign is none."""
_HEAD: Final = tuple(
    re.compile(line, re.MULTILINE) for line in (r"^package .*\n+", r"^import rego\.v1\n+")
)
"""Lines that a template does without."""
_RULE: Final = re.compile(r"^(deny_[a-z0-9_]+) contains", re.MULTILINE)
_DEFINED: Final = re.compile(r"^(?:default )?([a-z]\w*)\b", re.MULTILINE)
_WORD: Final = re.compile(r"\b[a-z]\w*\b")
_TARGET: Final = "admission.k8s.gatekeeper.sh"
_MANAGED_BY: Final = "app.kubernetes.io/managed-by"
_SELECTORS: Final[dict[frozenset[str], list[dict[str, Any]]]] = {
    # The platform opens ways out that a team may not, and teams have no right to make policies.
    frozenset({"NetworkPolicy"}): [
        {"key": _MANAGED_BY, "operator": "NotIn", "values": ["bedplate"]}
    ],
    # What charts bring is as its authors wrote it; Kubernetes' own roles carry the second label.
    frozenset({"ClusterRole", "ClusterRoleBinding"}): [
        {"key": _MANAGED_BY, "operator": "NotIn", "values": ["Helm"]},
        {"key": "kubernetes.io/bootstrapping", "operator": "DoesNotExist"},
    ],
}
"""Labels by which objects of some kinds are left out."""


@dataclass(frozen=True, slots=True)
class AdmissionRule:
    """One rule of the pack, or of a platform's own."""

    id: str
    """Such as `ZT-102`."""
    kind: str
    """Kind of its constraint, such as `BedplateServices`."""
    title: str
    """What holds where the rule is kept."""
    rego: str
    """Its template's whole Rego."""
    matches: tuple[tuple[str, str], ...]
    """API group and kind of what it judges."""
    parameters: tuple[str, ...]
    """Names of the lists that its constraint gives it."""
    severity: Threshold
    """How much harm a violation does."""
    advisory: bool = False
    """Whether it only warns, whatever its severity."""

    @property
    def judges_cluster(self) -> bool:
        """Whether it judges nothing but what lies in no namespace, so that none need be chosen."""
        return all(
            group == CONSTRAINTS or scope_of(group, kind) == "Cluster"
            for group, kind in self.matches
        )

    @property
    def left_out(self) -> list[dict[str, Any]]:
        """Labels by which objects are left out, as a selector's expressions."""
        return _SELECTORS.get(frozenset(kind for _, kind in self.matches), [])

    @property
    def exempt(self) -> tuple[str, ...]:
        """Managers, by the label of that name, whose objects are left out."""
        return tuple(
            value
            for expression in self.left_out
            if expression["key"] == _MANAGED_BY
            for value in expression["values"]
        )


@cache
def rules(folder: Path | None = None) -> tuple[AdmissionRule, ...]:
    """Return the rules of the pack, by id, read once a process."""
    pack = folder or asset("policies") / "admission"
    shared = [body(file.read_text()) for file in sorted((pack / "lib").glob("*.rego"))]
    files = (file for file in sorted(pack.glob("*/*.rego")) if file.parent.name != "lib")
    return tuple(sorted((_rule(file, shared) for file in files), key=lambda rule: rule.id))


def body(text: str) -> str:
    """Return a module without its head and comments, which would only make an object larger."""
    code = TOKENS.sub(lambda match: "" if match[0].lstrip().startswith("#") else match[0], text)
    for line in _HEAD:
        code = line.sub("", code, count=1)
    return code.strip() + "\n"


def whole(package: str, rule: str, code: str, shared: Sequence[str]) -> str:
    """Return the Rego of a template: what a rule's code needs of the shared modules, and itself.

    With version v1 the newer keywords need no import, and Gatekeeper refuses one. It asks for
    `violation`.
    """
    handed = f'violation contains {{"msg": message}} if {{\n\tsome message in {rule}\n}}\n'
    return "\n".join([f"package {package}\n", *_needed(code, shared), code, handed])


def _needed(code: str, shared: Sequence[str]) -> list[str]:
    """Return the shared modules that a rule's code names something of, and those that they name."""
    needed: set[int] = set()
    words = set(_words(code))
    while True:
        more = {
            index
            for index, module in enumerate(shared)
            if index not in needed and not words.isdisjoint(_defined(module))
        }
        if not more:
            return [shared[index] for index in sorted(needed)]
        needed |= more
        words |= {word for index in more for word in _words(shared[index])}


@cache
def _words(code: str) -> frozenset[str]:
    return frozenset(_WORD.findall(code))


@cache
def _defined(module: str) -> frozenset[str]:
    return frozenset(_DEFINED.findall(module))


def _rule(file: Path, shared: list[str]) -> AdmissionRule:
    text = file.read_text()
    described = plain("".join(_metadata(text)))
    custom = described["custom"]
    return AdmissionRule(
        id=custom["id"],
        kind="Bedplate" + "".join(part.title() for part in file.stem.split("_")),
        title=described["title"],
        rego=whole(file.stem, _RULE.findall(text)[0], body(text), shared),
        matches=tuple(match_of(token) for token in custom["resource_types"]),
        parameters=tuple(custom.get("parameters", ())),
        severity=custom["severity"],
    )


def _metadata(text: str) -> Iterator[str]:
    """Yield the lines of the METADATA comment, as YAML."""
    after = text.split("# METADATA\n", 1)[1]
    for line in after.splitlines():
        if not line.startswith("#"):
            return
        yield line.removeprefix("#").removeprefix(" ") + "\n"


def match_of(token: str) -> tuple[str, str]:
    """Return group and kind of `kubernetes:<group>/<version>:<Kind>`."""
    _, group_version, kind = token.split(":")
    group = group_version.split("/", maxsplit=1)[0]
    return ("" if group == "core" else group), kind


def template(rule: AdmissionRule) -> dict[str, Any]:
    """Return the template of a rule.

    Gatekeeper makes the constraint's definition from it, and says in its status when it is there.
    """
    lists = {name: {"type": "array", "items": {"type": "string"}} for name in rule.parameters}
    schema = {"type": "object", "properties": lists}
    return {
        "apiVersion": "templates.gatekeeper.sh/v1",
        "kind": "ConstraintTemplate",
        "metadata": {
            "name": rule.kind.lower(),
            "annotations": {
                "metadata.gatekeeper.sh/title": rule.title,
                "pulumi.com/waitFor": "jsonpath={.status.created}=true",
            },
        },
        "spec": {
            "crd": {
                "spec": {
                    "names": {"kind": rule.kind},
                    "validation": {"legacySchema": False, "openAPIV3Schema": schema},
                }
            },
            "targets": [
                {
                    "target": _TARGET,
                    "code": [{"engine": "Rego", "source": {"version": "v1", "rego": rule.rego}}],
                }
            ],
        },
    }


def constraint(
    rule: AdmissionRule, enforcement: str, known: Mapping[str, list[Any]]
) -> dict[str, Any]:
    """Return the constraint that puts a rule into force.

    It holds in the teams' namespaces, or for the whole cluster where that is what it judges. Raises
    KeyError where `known` lacks a list that the rule asks for.
    """
    kinds: dict[str, list[str]] = {}
    for group, kind in rule.matches:
        kinds.setdefault(group, []).append(kind)
    match: dict[str, Any] = {
        "kinds": [{"apiGroups": [group], "kinds": names} for group, names in kinds.items()]
    }
    if not rule.judges_cluster:
        teams = {"matchExpressions": [{"key": TEAM_LABEL, "operator": "Exists"}]}
        match["namespaceSelector"] = teams
    spec: dict[str, Any] = {"enforcementAction": enforcement, "match": match}
    if rule.left_out:
        match["labelSelector"] = {"matchExpressions": rule.left_out}
    if rule.parameters:
        spec["parameters"] = {name: known[name] for name in rule.parameters}
    return {
        "apiVersion": f"{CONSTRAINTS}/v1beta1",
        "kind": rule.kind,
        "metadata": {"name": rule.id.lower()},
        "spec": spec,
    }
