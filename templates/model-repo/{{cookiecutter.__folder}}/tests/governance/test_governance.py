"""Releases rest on evidence and people; the record of it can't be changed unnoticed."""

import dataclasses
import datetime as dt
import json
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

from {{cookiecutter.package_name}}.ops import (
    approvals,
    audit,
    card,
    contract,
    dependencies,
    evidence,
    ledger,
    privacy,
)
from {{cookiecutter.package_name}}.ops import context as contexts
from {{cookiecutter.package_name}}.ops import release as releases
from {{cookiecutter.package_name}}.ops.context import UsageError
from {{cookiecutter.package_name}}.ops.digest import of_file, read_json, write_json
from {{cookiecutter.package_name}}.ops.evidence import at_most
from {{cookiecutter.package_name}}.ops.gates import engine
from {{cookiecutter.package_name}}.ops.gates.engine import Result, judge

PEOPLE = {"amina@example.org": ["owner"], "bilal@example.org": ["risk"]}


@pytest.fixture
def guarded(repository, configure, tmp_path, monkeypatch):
    """Give a repository whose next release is for production, with two people and their keys."""
    configure(repository, "governance", approvals__people=PEOPLE, approvals__required=2)
    signers = []
    for person in PEOPLE:
        key = tmp_path / person
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
        signers.append(
            f'{person} namespaces="model-release" {key.with_suffix(".org.pub").read_text()}'
        )
    (repository.root / "governance" / "allowed_signers").write_text("".join(signers), "utf-8")
    monkeypatch.setenv("CHANGE_REFERENCE", "CHG-1234")
    lock = repository.root / "requirements" / "run.lock"
    known = {"lock": of_file(lock), "at": contexts.now().isoformat(), "found": []}
    write_json(dependencies.record(repository.root), known)
    production = dataclasses.replace(repository, environment="prod")
    tests = Result([at_most("failures", 0, 0)], {}, "make test")
    settings = production.config("gates")["gates"]["tests"]
    evidence.write(
        production.evidence, judge("tests", production, settings, tests), engine.schema(production)
    )
    assert not engine.run("security", production).blocks
    card.make(production)
    return production


def _digest(context):
    known = read_json(context.registration)
    return releases.state(context, known)["release"]


def _approve(context, tmp_path, person, role):
    return approvals.approve(context, _digest(context), person, role, tmp_path / person)


def test_two_people_release_and_the_audit_holds(guarded, tmp_path):
    _approve(guarded, tmp_path, "amina@example.org", "owner")
    _approve(guarded, tmp_path, "bilal@example.org", "risk")
    made = releases.release(guarded)
    assert made["approvers"] == sorted(PEOPLE)
    good, faults = audit.audit(guarded)
    assert faults == []
    assert "ledger: governance/audit/ledger.jsonl: 1 lines, chain intact" in good


def test_one_person_is_not_enough(guarded, tmp_path):
    _approve(guarded, tmp_path, "amina@example.org", "owner")
    with pytest.raises(releases.ReleaseError, match="1 of 2 approvals"):
        releases.release(guarded)


def test_the_author_can_not_approve(guarded, tmp_path, monkeypatch):
    monkeypatch.setenv("MODEL_AUTHOR", "amina@example.org")
    _approve(guarded, tmp_path, "amina@example.org", "owner")
    _approve(guarded, tmp_path, "bilal@example.org", "risk")
    with pytest.raises(releases.ReleaseError, match=r"amina@example\.org made the model"):
        releases.release(guarded)


def test_the_key_of_another_person_does_not_sign(guarded, tmp_path):
    with pytest.raises(approvals.OpsError, match="is not by a key in governance/allowed_signers"):
        approvals.approve(
            guarded, _digest(guarded), "amina@example.org", "owner", tmp_path / "bilal@example.org"
        )


def test_a_role_that_a_person_does_not_have_is_refused(guarded, tmp_path):
    with pytest.raises(approvals.OpsError, match="may not approve as risk"):
        _approve(guarded, tmp_path, "amina@example.org", "risk")


def test_an_approval_ends(guarded, tmp_path, monkeypatch):
    path = _approve(guarded, tmp_path, "amina@example.org", "owner")
    given = approvals.Approval(**read_json(path))
    later = approvals.now() + dt.timedelta(days=15)
    monkeypatch.setattr(approvals, "now", lambda: later)
    assert "is not valid today" in approvals.fault_of(guarded, given, "")


def test_an_approval_of_another_release_does_not_count(guarded, tmp_path):
    path = _approve(guarded, tmp_path, "amina@example.org", "owner")
    other = "sha256:" + "1" * 64
    shutil.copytree(path.parent, approvals.folder(guarded, other))
    assert approvals.judge(guarded, other, "")[0] == []


@pytest.mark.parametrize(("tier", "refused"), [(1, False), (2, True), (3, True)])
def test_a_text_that_waits_for_its_words_is_refused_from_tier_two(
    guarded, configure, tier, refused
):
    configure(guarded, "governance", risk__tier=tier, risk__review_route="Replace this text")
    said = "config/governance.yaml: risk.review_route still says «replace». Fix: write what is so."
    assert releases.text_faults(guarded) == ([said] if refused else [])
    with pytest.raises(releases.ReleaseError) as caught:
        releases.release(guarded)
    assert (said in str(caught.value)) == refused


def test_a_release_without_a_change_is_refused(guarded, monkeypatch):
    monkeypatch.delenv("CHANGE_REFERENCE")
    with pytest.raises(releases.ReleaseError, match="there is no change reference"):
        releases.release(guarded)


@pytest.mark.parametrize("gate", ["performance", "fairness", "parity"])
def test_no_release_without_evidence(repository, gate):
    (repository.evidence / f"{gate}.json").unlink()
    with pytest.raises(releases.ReleaseError, match=f"{gate}: there is no evidence"):
        releases.release(repository)


def test_no_release_on_evidence_of_another_model(repository):
    path = repository.evidence / "fairness.json"
    found = read_json(path)
    found["subject"]["model"] = "sha256:" + "0" * 64
    write_json(path, found)
    with pytest.raises(
        releases.ReleaseError, match="fairness: the evidence is about another model"
    ):
        releases.release(repository)


def test_no_release_after_a_threshold_has_changed(repository, configure):
    configure(repository, "gates", gates__performance__floor=0.51)
    with pytest.raises(releases.ReleaseError, match="thresholds have changed since"):
        releases.release(repository)


def test_no_release_with_a_card_of_other_evidence(repository):
    path = repository.build / "card" / "facts.json"
    facts = read_json(path)
    facts["evidence"]["performance"]["checks"][0]["value"] = 0.999
    write_json(path, facts)
    with pytest.raises(releases.ReleaseError, match="the model card is not of this evidence"):
        releases.release(repository)


def test_production_needs_a_recorded_audit_of_the_dependencies(guarded):
    (guarded.root / "governance" / "audit" / "vulnerabilities.json").unlink()
    found = engine.run("security", guarded)
    assert [(c.name, c.value) for c in found.failures()] == [("audit", "no audit is recorded")]


def test_elsewhere_a_missing_audit_is_told_and_does_not_block(repository):
    found = engine.run("security", repository)
    assert not found.blocks
    assert found.report().splitlines()[1] == (
        "  note: vulnerabilities are not known: no audit is recorded; "
        "make advisories where there is a network"
    )


@pytest.mark.parametrize(
    ("file", "word"),
    [
        ("card/MODEL_CARD.md", "MODEL_CARD.md was edited by hand"),
        ("evidence/fairness.json", "evidence was changed after the release"),
        ("release.json", "release.json was changed after the release"),
    ],
)
def test_a_hand_in_the_record_is_noticed(repository, file, word):
    releases.release(repository)
    folder = repository.build / "releases" / "dev-1"
    text = (folder / file).read_text("utf-8")
    (folder / file).write_text(text.replace("0.", "1.", 1).replace("dev", "dew"), "utf-8")
    _good, faults = audit.audit(repository)
    assert any(word in fault for fault in faults)


def _lines(path):
    for number in range(4):
        ledger.append(path, "gate", {"gate": "drift", "number": number}, "me")
    return path.read_text("utf-8").splitlines()


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (lambda lines: [lines[0], lines[1].replace("drift", "draft"), *lines[2:]], "changed after"),
        (lambda lines: [lines[0], *lines[2:]], "removed or put in"),
        (lambda lines: [lines[1], lines[0], *lines[2:]], "removed or put in"),
        (lambda lines: [*lines, "{}"], "not a line of the ledger"),
    ],
)
def test_a_hand_in_the_ledger_is_noticed(tmp_path, spoil, word):
    path = tmp_path / "ledger.jsonl"
    path.write_text("\n".join(spoil(_lines(path))) + "\n", "utf-8")
    with pytest.raises(ledger.LedgerError, match=word):
        ledger.verify(path)
    with pytest.raises(ledger.LedgerError, match=word):
        ledger.append(path, "gate", {}, "me")


def test_every_gate_run_is_in_the_ledger(released):
    lines = ledger.verify(ledger.runs(released))
    gates = [line["entry"]["gate"] for line in lines if line["kind"] == "gate"]
    assert set(gates) >= {"data_quality", "performance", "fairness", "drift", "parity", "latency"}
    assert any(line["kind"] == "release" for line in lines)


@pytest.mark.parametrize(("days", "verdict"), [(1, "advisory"), (0, "advisory"), (-1, "fail")])
def test_an_exception_lets_through_until_its_end(offline, days, verdict):
    until = (dt.datetime.now(dt.UTC).date() + dt.timedelta(days=days)).isoformat()
    given = {"approver": "amina", "reason": "labels come next week", "until": until}
    settings = {"mode": "advisory", "advisory": given}
    result = Result([at_most("psi", 1, 0.2)], {}, "wait")
    assert judge("drift", offline, settings, result).verdict == verdict


def test_an_exception_needs_approver_reason_and_end(repository, configure):
    configure(repository, "gates", gates__drift__mode="advisory")
    with pytest.raises(UsageError, match=r"gates\.drift: 'advisory' is a required property"):
        repository.config("gates")


def test_a_gate_that_checks_nothing_fails(offline):
    assert judge("drift", offline, {"mode": "block"}, Result([], {}, "x")).verdict == "fail"


def test_tier_two_needs_two_people(repository, configure):
    configure(repository, "governance", risk__tier=2, approvals__required=1)
    with pytest.raises(UsageError, match=r"approvals\.required: 1 is less than the minimum of 2"):
        repository.config("governance")


def test_the_record_of_processing_is_what_the_configuration_says(offline):
    assert privacy.fault(offline) is None


def test_a_change_of_purpose_makes_the_record_stale(repository, configure):
    configure(repository, "governance", model__intended_purpose="Something else")
    assert "is not what the configuration says. Fix: make records" in privacy.fault(repository)


def test_personal_data_is_named_alike_in_contract_and_schema(repository):
    path = repository.root / "data" / "contract.yaml"
    text = path.read_text("utf-8")
    said = "classification: personal\n        logicalTypeOptions"
    path.write_text(text.replace(said, "logicalTypeOptions", 1), "utf-8")
    assert contract.load(path)
    assert "schema.PERSONAL and data/contract.yaml differ" in privacy.fault(repository)


def test_no_line_of_a_ledger_is_lost_when_steps_run_side_by_side(tmp_path):
    path = tmp_path / "ledger.jsonl"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: ledger.append(path, "gate", {"n": n}, "me"), range(40)))
    assert sorted(line["entry"]["n"] for line in ledger.verify(path)) == list(range(40))
    assert json.loads(path.read_text("utf-8").splitlines()[-1])["number"] == 40
