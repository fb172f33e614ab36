"""Gatekeeper's templates and constraints, made from the Rego files of `policies/admission`.

The rules are written once (docs/adr/0007): under Pulumi's OPA pack they are read as they are; here
each becomes a ConstraintTemplate whose Rego is the pack's shared part, the rule's file, and one
line that hands its messages to Gatekeeper.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import yaml

from bedplate.assets import asset

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_HEADER: Final = re.compile(r"^(package .*|import rego\.v1)\n+", re.MULTILINE)
_RULE: Final = re.compile(r"^(deny_[a-z0-9_]+) contains", re.MULTILINE)
_PLATFORMS_OWN: Final = frozenset({"NetworkPolicy", "Role", "RoleBinding"})
"""Kinds that the platform makes in teams' namespaces, and that teams have no right to make."""
_TARGET: Final = "admission.k8s.gatekeeper.sh"


@dataclass(frozen=True, slots=True)
class AdmissionRule:
    """One rule of the pack."""

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


def rules(folder: Path | None = None) -> tuple[AdmissionRule, ...]:
    """Return the rules of the pack, by id."""
    pack = folder or asset("policies") / "admission"
    shared = "\n".join(_body(file) for file in sorted((pack / "lib").glob("*.rego")))
    files = (file for file in sorted(pack.glob("*/*.rego")) if file.parent.name != "lib")
    return tuple(sorted((_rule(file, shared) for file in files), key=lambda rule: rule.id))


def _body(file: Path) -> str:
    return _HEADER.sub("", file.read_text()).strip() + "\n"


def _rule(file: Path, shared: str) -> AdmissionRule:
    text = file.read_text()
    described = yaml.safe_load("".join(_metadata(text)))
    custom = described["custom"]
    name = _RULE.findall(text)[0]
    # With version v1 the newer keywords need no import, and Gatekeeper refuses one.
    package = f"package {file.stem}\n\n"
    # Gatekeeper asks for `violation`; comments would only make the object larger.
    code = "\n".join(line for line in _body(file).splitlines() if not line.startswith("#"))
    handed = f'violation contains {{"msg": message}} if {{\n\tsome message in {name}\n}}\n'
    return AdmissionRule(
        id=custom["id"],
        kind="Bedplate" + "".join(part.title() for part in file.stem.split("_")),
        title=described["title"],
        rego=f"{package}{shared}\n{code}\n{handed}",
        matches=tuple(_match(token) for token in custom["resource_types"]),
        parameters=tuple(custom.get("parameters", ())),
    )


def _metadata(text: str) -> Iterator[str]:
    """Yield the lines of the METADATA comment, as YAML."""
    after = text.split("# METADATA\n", 1)[1]
    for line in after.splitlines():
        if not line.startswith("#"):
            return
        yield line.removeprefix("#").removeprefix(" ") + "\n"


def _match(token: str) -> tuple[str, str]:
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
    rule: AdmissionRule, enforcement: str, known: Mapping[str, list[str]]
) -> dict[str, Any]:
    """Return the constraint that puts a rule into force in the teams' namespaces.

    Raises KeyError where `known` lacks a list that the rule asks for.
    """
    kinds: dict[str, list[str]] = {}
    for group, kind in rule.matches:
        kinds.setdefault(group, []).append(kind)
    teams = {"matchExpressions": [{"key": "bedplate/team", "operator": "Exists"}]}
    spec: dict[str, Any] = {
        "enforcementAction": enforcement,
        "match": {
            "kinds": [{"apiGroups": [group], "kinds": names} for group, names in kinds.items()],
            "namespaceSelector": teams,
        },
    }
    if {kind for _, kind in rule.matches} <= _PLATFORMS_OWN:
        ours = {"key": "app.kubernetes.io/managed-by", "operator": "NotIn", "values": ["bedplate"]}
        spec["match"]["labelSelector"] = {"matchExpressions": [ours]}
    if rule.parameters:
        spec["parameters"] = {name: known[name] for name in rule.parameters}
    return {
        "apiVersion": "constraints.gatekeeper.sh/v1beta1",
        "kind": rule.kind,
        "metadata": {"name": rule.id.lower()},
        "spec": spec,
    }
