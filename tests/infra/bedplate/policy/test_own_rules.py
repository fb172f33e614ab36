"""Own rules add to the shipped ones and never replace them."""

from __future__ import annotations

import shutil
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from support.plans import BUCKET, POLICIES, RULE, plan, resource, shipped

from bedplate.errors import PolicyError
from bedplate.policy.evaluate import evaluate
from bedplate.policy.own_rules import with_own
from bedplate.policy.regorus_engine import RegorusEngine
from bedplate.spec.own_policies import own_folder, packs_of

if TYPE_CHECKING:
    from pathlib import Path

    from bedplate.policy.catalogue import Catalogue
    from bedplate.policy.finding import Finding

OWN = RULE
BLUE = "policies/acme/things/blue.rego"
PACKAGE = "own rules never replace its rules. Fix: give the pack a package of its own."
ANOTHER = "an own rule adds and never replaces one. Fix: choose another; both rules are then asked."


def _write(folder: Path, text: str = OWN, pack: str = "acme") -> Path:
    """Write a platform repository with one own rule; return its folder of policies."""
    place = folder / "policies" / pack
    (place / "things").mkdir(parents=True, exist_ok=True)
    (place / "PulumiPolicy.yaml").write_text("runtime: opa\nversion: 1.0.0\n")
    (place / "things" / "blue.rego").write_text(text)
    return folder / "policies"


def _with_own(policies: Path) -> Catalogue:
    return with_own(shipped(), policies, POLICIES / "controls.yaml")


def _refusal(policies: Path) -> str:
    with pytest.raises(PolicyError) as refusal:
        _with_own(policies)
    return refusal.value.message.replace(str(policies), "policies")


def test_own_rules_lie_beside_the_stacks(tmp_path: Path) -> None:
    """A folder of packs beside the stacks counts; one without a pack does not."""
    (tmp_path / "stacks").mkdir()
    (tmp_path / "policies").mkdir()

    assert own_folder(tmp_path / "stacks", POLICIES) is None
    assert own_folder(tmp_path / "stacks", POLICIES) is None
    assert _write(tmp_path) == own_folder(tmp_path / "stacks", POLICIES)


def test_the_shipped_policies_are_nobody_s_own() -> None:
    """In Bedplate's own repository the folder beside the stacks is the shipped one."""
    assert own_folder(POLICIES.parent / "stacks", POLICIES) is None


def test_a_copy_of_the_shipped_policies_is_nobody_s_own_until_it_is_changed(tmp_path: Path) -> None:
    """A clone beside an installed library adds nothing; one word more, and it must be refused."""
    copy = shutil.copytree(POLICIES, tmp_path / "policies")
    assert own_folder(tmp_path / "stacks", POLICIES) is None

    (copy / "controls.yaml").write_text((copy / "controls.yaml").read_text() + "# mine\n")
    assert own_folder(tmp_path / "stacks", POLICIES) == copy


def test_packs_for_admission_are_told_apart(tmp_path: Path) -> None:
    """A pack says in its marker whether it judges Kubernetes objects at admission."""
    policies = _write(tmp_path)
    _write(tmp_path, pack="gate")
    marker = policies / "gate" / "PulumiPolicy.yaml"
    marker.write_text("runtime: opa\ninputFormat: kubernetes-admission\n")

    assert packs_of(policies) == [policies / "acme"]
    assert packs_of(policies, admission=True) == [policies / "gate"]


def test_an_own_rule_is_asked_beside_all_of_ours(tmp_path: Path) -> None:
    """The catalogue holds every shipped policy, and the own one."""
    catalogue = _with_own(_write(tmp_path))

    assert [p for p in catalogue.policies if p.id != "ACM-001"] == list(shipped().policies)
    assert [p.rule for p in catalogue.policies if p.id == "ACM-001"] == ["deny_acm_001"]


@pytest.mark.parametrize(
    ("before", "after", "refusal"),
    [
        (
            "package acme",
            "package bedplate_deploy",
            f"{BLUE}:0:0: the package bedplate_deploy is Bedplate's; {PACKAGE}",
        ),
        (
            "package acme",
            "package bedplate_deploy.lib",
            f"{BLUE}:0:0: the package bedplate_deploy.lib is Bedplate's; {PACKAGE}",
        ),
        (
            "package acme",
            "package config",
            f"{BLUE}:0:0: the package config is Bedplate's; {PACKAGE}",
        ),
        (
            "ACM-001",
            "ENC-001",
            f"{BLUE}:16:1: deny_enc_001: the id ENC-001 is Bedplate's; {ANOTHER}",
        ),
    ],
    ids=["package", "package below ours", "facts", "id"],
)
def test_what_is_ours_can_not_be_taken(
    tmp_path: Path, before: str, after: str, refusal: str
) -> None:
    """A package or id of ours is refused with a sentence."""
    text = OWN.replace(before, after)
    if before == "ACM-001":
        text = text.replace("deny_acm_001", "deny_enc_001")

    assert _refusal(_write(tmp_path, text)) == refusal


def test_the_name_of_a_rule_of_ours_can_not_be_taken(tmp_path: Path) -> None:
    """Its facts would be those of our rule."""
    text = OWN.replace("ACM-001", "ZT-001").replace("deny_acm_001", "deny_zt_001")

    assert _refusal(_write(tmp_path, text)).splitlines()[1] == (
        f"{BLUE}:16:1: deny_zt_001: the rule deny_zt_001 is Bedplate's; {ANOTHER}"
    )


def test_a_milder_copy_of_a_rule_is_refused(tmp_path: Path) -> None:
    """Neither does a warning under the id of a rule that denies stand in for it."""
    text = OWN.replace("ACM-001", "ENC-001").replace("deny_acm_001", "warn_enc_001")

    assert _refusal(_write(tmp_path, text)) == (
        f"{BLUE}:16:1: warn_enc_001: the id ENC-001 is Bedplate's; {ANOTHER}"
    )


def test_a_clause_of_ours_is_not_rewritten(tmp_path: Path) -> None:
    """Own clauses are added beside ours, and may be cited."""
    policies = _write(tmp_path, OWN.replace("gdpr:32", "acme:1"))
    clause = (
        '"{}":\n  regime: "Acme"\n  title: "Blue"\n  text: "Paint."\n  status: in-force\n'
        '  effective: "2026-01-01"\n  source: "Handbook"\n  confidence: high\n'
    )
    (policies / "controls.yaml").write_text(clause.format("acme:1"))
    assert "acme:1" in _with_own(policies).controls

    (policies / "controls.yaml").write_text(clause.format("acme:1") + clause.format("gdpr:32"))
    assert _refusal(policies) == (
        "policies/controls.yaml:0:0: gdpr:32: the clause is one of Bedplate's. "
        "Fix: give the clause an id of your own, or cite ours."
    )


def _judged(catalogue: Catalogue, seconds: float = 5.0) -> list[Finding]:
    with closing(RegorusEngine(task_seconds=seconds)) as engine:
        found = evaluate(plan(resource(BUCKET)), catalogue, {}, engine, {})
    return [finding for finding in found if finding.policy.startswith("ACM-")]


def test_an_own_rule_that_breaks_blocks(tmp_path: Path) -> None:
    """It is an error finding at the rule, never a pass, and costs no rule of ours its verdict."""
    body = 'object.get(input, "colour", "") != "blue"'
    policies = _write(tmp_path, OWN.replace(body, "to_number(input.__name) > 1"))
    (finding,) = _judged(_with_own(policies))

    assert (finding.verdict, finding.blocks) == ("error", True)
    assert finding.message.startswith("The rule deny_acm_001 broke: ")
    assert finding.source is not None
    assert finding.source.file == str(policies / "acme/things/blue.rego")


def test_an_own_rule_that_never_ends_blocks(tmp_path: Path) -> None:
    """It is ended after its time, and is an error finding."""
    endless = "count([x | some x in numbers.range(1, 3000000); some y in numbers.range(1, 3000000)"
    body = 'object.get(input, "colour", "") != "blue"'
    policies = _write(tmp_path, OWN.replace(body, f"{endless}; x * y < 0]) > 0"))
    (finding,) = _judged(_with_own(policies), seconds=0.5)

    assert (finding.verdict, finding.blocks) == ("error", True)
    assert finding.message == "The rule deny_acm_001 broke: it did not end within 0.5 s."
