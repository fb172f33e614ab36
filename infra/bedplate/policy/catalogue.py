"""The catalogue: every policy of the policy packs, as its METADATA describes it.

All faults of all files are reported at once, each at its line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from bedplate.errors import PolicyError, Problem
from bedplate.policy import metadata
from bedplate.policy.controls import Control, load_controls
from bedplate.policy.fields import read_policy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

Severity = Literal["critical", "high", "medium", "low"]
"""How much harm a violation does."""
Level = Literal["mandatory", "advisory"]
"""Whether a violation blocks; a rule's name says it (deny, warn), as for Pulumi."""
Scope = Literal["resource", "stack"]
"""Whether a rule sees one resource, or all resources of a layer at once."""
Phase = Literal["design", "deploy", "admission"]
"""When a rule is asked: of a proposal, of a release about to be deployed, at the API server."""

FORBIDDEN: Final = ("http.send", "opa.runtime", "net.lookup_ip_addr", "rego.parse_module")
"""Builtins that would let a rule reach the network or the machine."""


@dataclass(frozen=True, slots=True)
class Policy:
    """One rule and what its METADATA says of it."""

    id: str
    """Such as ``ENC-001``."""
    rule: str
    """Name of the Rego rule, such as ``stack_deny_enc_001``."""
    package: str
    """Rego package of the rule."""
    concern: str
    """Folder that the rule's file lies in, such as ``encryption``."""
    level: Level
    """Whether a violation blocks."""
    severity: Severity
    """How much harm a violation does."""
    scope: Scope
    """What the rule sees."""
    title: str
    """What holds where the policy is kept."""
    description: str
    """Why it matters."""
    avoid: str
    """What the policy finds fault with."""
    remediation: str
    """What to do instead."""
    resource_types: tuple[str, ...]
    """Type tokens that the rule judges; a final ``*`` stands for any ending."""
    reads: tuple[str, ...]
    """Input paths that the verdict depends on; ``type#path`` for a related resource."""
    controls: tuple[str, ...]
    """Ids of the clauses that the policy maps to."""
    parameters: tuple[str, ...]
    """Names of the facts that the rule is given."""
    settings: tuple[str, ...]
    """Spec paths that decide the value; with a leading dot below the resource's own path."""
    applies: Mapping[str, tuple[str, ...]]
    """Regimes, classifications and tiers of which the environment must have one; absent: any."""
    phase: tuple[Phase, ...]
    """When the rule is asked; design and deploy where its METADATA does not say."""
    narrow: bool
    """Whether the rule sees nothing of a resource but what ``reads`` names, its type and name, and
    decides by all of these but the name: resources that agree in them then share a verdict."""
    file: str
    """Path of the rule's file as the user would type it."""
    line: int
    """1-based line of the rule."""

    @property
    def path(self) -> str:
        """The rule as engines name it, without ``data``."""
        return f"{self.package}.{self.rule}"


@dataclass(frozen=True, slots=True)
class Module:
    """One Rego file."""

    file: str
    """Path as the user would type it; engines name it in errors."""
    text: str
    """Its whole text."""
    package: str
    """Its Rego package."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All policies, the modules they stand in and the clauses they map to."""

    policies: tuple[Policy, ...]
    """Sorted by id; of two with one id the mandatory one first."""
    modules: tuple[Module, ...]
    """All Rego files of the packs, helpers included."""
    controls: Mapping[str, Control]
    """Clauses by id."""


def load_catalogue(packs: Sequence[Path], controls: Sequence[Path]) -> Catalogue:
    """Read policy packs and control files.

    A pack is a folder with ``PulumiPolicy.yaml``; every ``.rego`` file below it belongs to it.
    Raises PolicyError with every fault found, one a line.
    """
    problems: list[Problem] = []
    clauses: dict[str, Control] = {}
    for file in controls:
        found, faults = load_controls(file)
        clauses |= found
        problems += faults
    modules: list[Module] = []
    policies: list[Policy] = []
    for pack in packs:
        loaded = _load_pack(pack, problems)
        modules += loaded
        for module in loaded:
            policies += _policies(module, clauses, problems)
    policies.sort(key=lambda policy: (policy.id, policy.level == "advisory", policy.file))
    problems += _duplicates(policies)
    if problems:
        raise PolicyError("\n".join(str(problem) for problem in sorted(set(problems))))
    return Catalogue(tuple(policies), tuple(modules), clauses)


def _load_pack(pack: Path, problems: list[Problem]) -> list[Module]:
    marker = pack / "PulumiPolicy.yaml"
    if not marker.is_file():
        fix = "name a policy pack, a folder with PulumiPolicy.yaml"
        problems.append(Problem(str(pack), 0, 0, "", "it is no policy pack", fix))
        return []
    modules: list[Module] = []
    for file in sorted(pack.rglob("*.rego")):
        text = file.read_text(encoding="utf-8")
        package = metadata.package_of(text)
        if package is None:
            fix = "declare the package of the pack in it"
            problems.append(Problem(str(file), 0, 0, "", "it declares no package", fix))
            continue
        modules.append(Module(str(file), text, package))
    if not modules:
        fix = "add a rule, or leave the pack out"
        problems.append(Problem(str(pack), 0, 0, "", "it holds no Rego file", fix))
    for module in modules:
        if module.package != modules[0].package:
            text = f"its package is {module.package}, that of the pack is {modules[0].package}"
            fix = "give every file of a pack the same package"
            problems.append(Problem(module.file, 0, 0, "", text, fix))
    return modules


def _policies(
    module: Module, controls: Mapping[str, Control], problems: list[Problem]
) -> list[Policy]:
    heads = metadata.heads(module.text)
    problems += _forbidden(module)
    policies: list[Policy] = []
    described: set[str] = set()
    for block in metadata.blocks(module.file, module.text):
        if block.rule is None or block.rule in described:
            continue
        described.add(block.rule)
        entry = metadata.read(block)
        if isinstance(entry, Problem):
            problems.append(entry)
            continue
        values: dict[str, Any] = {}
        faults = read_policy(block, entry, controls, values)
        if faults:
            problems += faults
        else:
            policies.append(Policy(package=module.package, **values))
    for head in heads.values():
        problems += _head_faults(module, head, described)
    return policies


def _head_faults(module: Module, head: metadata.Head, described: set[str]) -> list[Problem]:
    place = (module.file, head.line, 1, head.rule)
    faults: list[Problem] = []
    if head.rule not in described:
        fix = "put a METADATA comment right above its first head"
        faults.append(Problem(*place, "the rule has no METADATA", fix))
    if not head.is_set:
        fix = f"write it as `{head.rule} contains message if {{ … }}`"
        faults.append(Problem(*place, "the rule is no set of messages", fix))
    return faults


def _forbidden(module: Module) -> list[Problem]:
    faults: list[Problem] = []
    for number, line in enumerate(module.text.splitlines(), 1):
        if line.lstrip().startswith("#"):
            continue
        faults += [
            Problem(module.file, number, 1, "", f"it calls {name}", "remove it")
            for name in FORBIDDEN
            if f"{name}(" in "".join(line.split())
        ]
    return faults


def _duplicates(policies: Sequence[Policy]) -> list[Problem]:
    seen: dict[tuple[str, ...], Policy] = {}
    faults: list[Problem] = []
    for policy in policies:
        for key in (("id", policy.id, policy.level), ("rule", policy.path)):
            first = seen.setdefault(key, policy)
            if first is not policy:
                text = f"the {key[0]} {key[1]} is taken by {first.file}:{first.line}"
                place = (policy.file, policy.line, 1, policy.rule)
                faults.append(Problem(*place, text, "choose another"))
    return faults
