"""Own rules: the policy packs of a platform repository, which add to the shipped ones.

They lie in ``policies/`` beside ``stacks/``: each folder with ``PulumiPolicy.yaml`` is a pack, of
rules on plans or on Kubernetes objects at admission, and ``controls.yaml`` holds clauses of the
organisation's own. They can only add: a pack that takes the
package, an id, a rule or a clause of ours is refused, so that nothing of ours is replaced in
silence. To tighten one of ours, write a rule that asks for more; both are then asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bedplate.components.platform.admission_own import foreign
from bedplate.errors import PolicyError, Problem
from bedplate.policy.catalogue import Catalogue, load_catalogue
from bedplate.policy.controls import load_controls
from bedplate.policy.own_admission import admission_faults
from bedplate.spec.own_policies import packs_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from bedplate.policy.catalogue import Module, Policy

CONTROLS: Final = "controls.yaml"
"""File of clauses beside the packs."""
RESERVED: Final = ("bedplate", "config")
"""First parts of package names, up to an underscore, that are ours or the facts'."""


def with_own(
    shipped: Catalogue,
    folder: Path,
    controls: Path,
    beside: Iterable[Policy] = (),
    *,
    admission: bool = False,
) -> Catalogue:
    """Return the shipped catalogue with the own rules of a folder: on plans, or at admission.

    ``controls`` is the file of the shipped clauses, which own rules may cite; ``beside`` are
    policies of the other kind, whose ids are taken too. Raises PolicyError with every fault, one a
    line.
    """
    mine = folder / CONTROLS
    problems = _taken_clauses(mine, shipped)
    files = [controls, *([mine] if mine.is_file() else [])]
    own = load_catalogue(packs_of(folder, admission=admission), files)
    taken = (*shipped.policies, *beside)
    problems += [fault for module in own.modules for fault in _package_faults(module, shipped)]
    problems += [fault for policy in own.policies for fault in _policy_faults(policy, taken)]
    if admission:
        problems += [fault for policy in own.policies for fault in admission_faults(policy)]
        problems += [fault for each in own.modules for fault in foreign(each.file, each.text)]
    if problems:
        raise PolicyError("\n".join(str(problem) for problem in sorted(set(problems))))
    policies = sorted(
        (*shipped.policies, *own.policies),
        key=lambda policy: (policy.id, policy.level == "advisory", policy.file),
    )
    return Catalogue(tuple(policies), shipped.modules + own.modules, own.controls)


def _taken_clauses(file: Path, shipped: Catalogue) -> list[Problem]:
    if not file.is_file():
        return []
    found, _ = load_controls(file)  # its own faults are told when the catalogue is loaded
    fix = "give the clause an id of your own, or cite ours"
    return [
        Problem(str(file), 0, 0, name, "the clause is one of Bedplate's", fix)
        for name in sorted(set(found) & set(shipped.controls))
    ]


def _package_faults(module: Module, shipped: Catalogue) -> Iterator[Problem]:
    first = module.package.partition(".")[0]
    taken = {other.package.partition(".")[0] for other in shipped.modules}
    if first in taken or first.partition("_")[0] in RESERVED:
        text = f"the package {module.package} is Bedplate's; own rules never replace its rules"
        yield Problem(module.file, 0, 0, "", text, "give the pack a package of its own")


def _policy_faults(policy: Policy, taken: Sequence[Policy]) -> Iterator[Problem]:
    for what, mine, theirs in (
        ("id", policy.id, {other.id: other for other in taken}),
        ("rule", policy.rule, {other.rule: other for other in taken}),
    ):
        if mine in theirs:
            is_ours = theirs[mine].package.partition("_")[0] in RESERVED
            whose = "Bedplate's" if is_ours else "that of another own rule"
            text = f"the {what} {mine} is {whose}; an own rule adds and never replaces one"
            place = (policy.file, policy.line, 1, policy.rule)
            yield Problem(*place, text, "choose another; both rules are then asked")
