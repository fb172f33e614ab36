"""Verbs `policy new`, `policy test` and `policy diff`."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from support.plans import POLICIES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., Any]

RULE = "policies/own/naming/bucket_project.rego"
TEST = "tests/policies/own/naming/bucket_project_test.rego"

ADMISSION_RULE = "policies/own_admission/naming/workload_project.rego"
ADMISSION_TEST = "tests/policies/own_admission/naming/workload_project_test.rego"

FOLDER = "Fix: name a folder of packs, such as a copy of policies/."
KINDS = "Fix: name a kind, such as kubernetes:apps/v1:Deployment."
WORDS = "Fix: use words in small letters, joined by underscores."
CLAUSES = "Fix: use an id of docs/reference/policies/controls.md, or of your own controls.yaml."


@pytest.fixture
def without_opa(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave no program on PATH."""
    monkeypatch.setenv("PATH", "")


@pytest.fixture
def rule(run: Run, project: Path) -> Path:
    """Return a project with one new own rule."""
    assert run("policy", "new", "naming", "bucket_project").code == 0
    return project


def test_a_new_rule_comes_with_its_test_and_its_pack(run: Run, project: Path) -> None:
    """The three files are named; the second rule goes into the same pack under the next id."""
    first = run("policy", "new", "naming", "bucket_project")
    second = run("policy", "new", "cost", "database_class", "--type", "aws:rds/instance:Instance")

    assert first.out == (
        f"Written: policies/own/PulumiPolicy.yaml\nWritten: {RULE}\nWritten: {TEST}\n"
        "Next: write what the rule asks for, then run `bedplate policy test`.\n"
    )
    assert "Written: policies/own/cost/database_class.rego\n" in second.out
    assert "PulumiPolicy.yaml" not in second.out
    assert "#   id: OWN-002" in (project / "policies/own/cost/database_class.rego").read_text()


def test_a_new_rule_at_admission_has_a_pack_of_its_own(run: Run, rule: Path) -> None:
    """Its numbers are those of rules at admission; the two kinds stand side by side."""
    first = run("policy", "new", "naming", "workload_project", "--admission")
    words = ("--type", "kubernetes:core/v1:Namespace", "--property", "metadata.labels.cost-center")
    second = run("policy", "new", "naming", "namespace_center", "--admission", *words)
    marker = (rule / "policies/own_admission/PulumiPolicy.yaml").read_text()

    assert first.out == (
        "Written: policies/own_admission/PulumiPolicy.yaml\n"
        f"Written: {ADMISSION_RULE}\nWritten: {ADMISSION_TEST}\n"
        "Next: write what the rule asks for, then run `bedplate policy test`.\n"
    )
    assert second.code == 0
    assert marker.endswith("inputFormat: kubernetes-admission\n")
    for name, number in (("workload_project", 101), ("namespace_center", 102)):
        text = (rule / f"policies/own_admission/naming/{name}.rego").read_text()
        assert f"#   id: OWN-{number}\n" in text
        assert "#   phase: [design, deploy, admission]\n" in text


@pytest.mark.parametrize("by", ["regorus", pytest.param("opa", marks=pytest.mark.needs("opa"))])
def test_the_tests_of_both_kinds_hold(
    run: Run, rule: Path, by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One verb runs them all, and a rule at admission that lost its point fails its own."""
    if by == "regorus":
        monkeypatch.setenv("PATH", "")
    run("policy", "new", "naming", "workload_project", "--admission")
    green = run("policy", "test")
    file = rule / ADMISSION_RULE
    file.write_text(file.read_text().replace('== "Deployment"', '== "Pod"'))
    red = run("policy", "test", "--format", "json")
    failed = {test["name"] for test in json.loads(red.out)["tests"] if test["result"] != "pass"}

    assert (green.code, green.out[:22], red.code) == (0, "10 of 10 tests hold, r", 1)
    assert failed == {
        "own_admission_test.test_own_101_fails_where_it_is_empty",
        "own_admission_test.test_own_101_fails_where_it_is_missing",
    }


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        (
            ("naming", "bucket", "--admission", "--type", "aws:s3/bucket:Bucket"),
            f'The type "aws:s3/bucket:Bucket" is no kind of object. {KINDS}',
        ),
        (
            ("naming", "Bucket"),
            f'The name "Bucket" is not valid. {WORDS}',
        ),
        (
            ("../up", "bucket"),
            f'The concern "../up" is not valid. {WORDS}',
        ),
        (
            ("naming", "bucket", "--type", "aws:s3/*"),
            'The type "aws:s3/*" names several. Fix: name one; add others later.',
        ),
        (
            ("naming", "bucket", "--property", "tags.*"),
            'The property "tags.*" is not valid. Fix: use an input path such as tags.project.',
        ),
        (
            ("naming", "bucket", "--severity", "dire"),
            "There is no severity `dire`. Fix: use one of critical, high, medium, low.",
        ),
        (
            ("naming", "bucket", "--control", "gdpr:999"),
            f'There is no control "gdpr:999". {CLAUSES}',
        ),
    ],
    ids=["kind", "name", "concern", "several types", "property", "severity", "control"],
)
def test_what_does_not_fit_is_refused(
    run: Run, project: Path, words: tuple[str, ...], refusal: str
) -> None:
    """Nothing is written then."""
    done = run("policy", "new", *words)

    assert (done.code, done.err) == (2, f"{refusal}\n")
    assert not (project / "policies").exists()


def test_a_file_is_never_overwritten(run: Run, rule: Path) -> None:
    """A second rule of the same name is refused, and the first one stays."""
    (rule / RULE).write_text((rule / RULE).read_text() + "# mine\n")
    done = run("policy", "new", "naming", "bucket_project")

    assert done.err == f"{RULE} is there already. Fix: choose another name.\n"
    assert (rule / RULE).read_text().endswith("# mine\n")


def test_without_own_rules_there_is_nothing_to_test(run: Run, project: Path) -> None:
    """It is an error to say so by a green run."""
    done = run("policy", "test")

    assert project.is_dir()
    assert done.code == 2
    assert done.err == ("policies holds no own rules. Fix: make one with `bedplate policy new`.\n")


@pytest.mark.usefixtures("without_opa")
def test_the_tests_of_a_new_rule_hold_in_process(run: Run, rule: Path) -> None:
    """Who ran them is said."""
    done = run("policy", "test")

    assert rule.is_dir()
    assert (done.code, done.out) == (0, "5 of 5 tests hold, run by regorus, in process.\n")


@pytest.mark.needs("opa")
def test_the_tests_of_a_new_rule_hold_in_opa(run: Run, rule: Path) -> None:
    """The real program is used where it is there."""
    done = run("policy", "test")

    assert rule.is_dir()
    assert (done.code, done.out) == (0, "5 of 5 tests hold, run by opa test.\n")


def _break(rule: Path) -> None:
    file = rule / RULE
    file.write_text(file.read_text().replace('[null, "", [], {}, false]', "[null]"))


@pytest.mark.usefixtures("without_opa")
def test_a_rule_that_lost_its_point_fails_its_tests(run: Run, rule: Path) -> None:
    """The test that does not hold is named, with its line."""
    _break(rule)
    done = run("policy", "test")

    assert done.code == 1
    assert done.out == (
        f"{TEST}:14: own_test.test_own_001_fails_where_it_is_empty does not hold\n"
        "4 of 5 tests hold, run by regorus, in process.\n"
    )


@pytest.mark.needs("opa")
def test_both_runners_agree(run: Run, rule: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opa and regorus give the same results for the same tests, in JSON too."""
    _break(rule)
    by_opa = json.loads(run("policy", "test", "--format", "json").out)
    monkeypatch.setenv("PATH", "")
    by_us = json.loads(run("policy", "test", "--format", "json").out)

    assert (by_opa["by"], by_us["by"]) == ("opa test", "regorus, in process")
    assert {(t["name"], t["result"]) for t in by_opa["tests"]} == {
        (t["name"], t["result"]) for t in by_us["tests"]
    }


@pytest.mark.usefixtures("without_opa")
def test_rules_without_tests_are_not_green(run: Run, rule: Path) -> None:
    """No test at all exits 1."""
    (rule / TEST).unlink()
    done = run("policy", "test")

    assert done.code == 1
    assert done.out == (
        "No tests were found. Fix: write rules named test_… in files named …_test.rego.\n"
    )


@pytest.mark.usefixtures("without_opa")
def test_a_rule_that_can_not_be_read_is_a_sentence(run: Run, rule: Path) -> None:
    """The catalogue's refusal comes before any test."""
    file = rule / RULE
    file.write_text(file.read_text().replace("severity: medium", "severity: dire"))
    done = run("policy", "test")

    assert done.code == 1
    assert done.err.startswith(f"{RULE}:")
    assert 'custom.severity: "dire" is not valid.' in done.err


def test_an_own_rule_judges_environments_and_renews_their_cache(run: Run, project: Path) -> None:
    """Both with and without the rule the answer is the right one, whatever the cache holds."""
    before = json.loads(run("check", "dev", "--format", "json").out)
    run("policy", "new", "naming", "bucket_project")
    after = json.loads(run("check", "dev", "--format", "json").out)
    shutil.rmtree(project / "policies")
    again = json.loads(run("check", "dev", "--format", "json").out)

    def own(document: object) -> bool:
        return '"OWN-001"' in json.dumps(document)

    assert (own(before), own(after), own(again)) == (False, True, False)


def test_a_difference_names_what_would_newly_block(run: Run, project: Path) -> None:
    """A stricter version says which environments it would refuse."""
    old, new = project / "old", project / "new"
    shutil.copytree(POLICIES, old)
    shutil.copytree(POLICIES, new)
    (project / "stacks" / "prod.yaml").unlink()
    same = run("policy", "diff", str(old), str(new))
    assert same.code == 0
    assert same.rows == [
        "Environment Newly blocked by No longer blocked by",
        "dev 0 0",
        "",
        "Policies added: none",
        "Policies removed: none",
        "Policies changed: none",
    ]
    rule = new / "deploy/zero_trust/cluster_endpoint.rego"
    rule.write_text(
        rule.read_text() + "\ndeny_zt_001 contains message if {\n"
        '\tinput.__type == "aws:eks/cluster:Cluster"\n\tmessage := "None is good enough."\n}\n'
    )
    rule = new / "admission/zero_trust/roles.rego"
    rule.write_text(rule.read_text() + '\ndeny_zt_105 contains "No role." if kind == "Role"\n')
    done = run("policy", "diff", str(old), str(new), "--format", "json")
    found = json.loads(done.out)

    assert done.code == 1
    assert found["policies"] == {"added": [], "removed": [], "changed": ["ZT-001", "ZT-105"]}
    (environment,) = found["environments"]
    assert {f["policy"] for f in environment["newly_blocked"]} == {"ZT-001", "ZT-105"}
    assert environment["no_longer_blocked"] == []


@pytest.mark.parametrize("folder", ["stacks", "policies"])
def test_a_folder_of_other_things_is_no_version(run: Run, project: Path, folder: str) -> None:
    """A platform's own rules are none either: all of ours would seem to be removed."""
    (project / "policies/own").mkdir(parents=True)
    shutil.copy(POLICIES / "deploy/PulumiPolicy.yaml", project / "policies/own")
    done = run("policy", "diff", str(POLICIES), folder)

    assert (done.code, done.err) == (
        2,
        f"{folder} holds no version of Bedplate's policies: it has no pack deploy/. {FOLDER}\n",
    )
