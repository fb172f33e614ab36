"""Verb `admit`: manifests judged as an environment's cluster would."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from support.admission_cases import CASES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: scoring, namespace: lab}
spec: {type: NodePort}
"""
ZT_102 = (
    'ZT-102 high advisory: Service "scoring" has the type NodePort; use ClusterIP and a route on '
    "the platform's gateway. Fix: Use the type ClusterIP, and a route on the platform's gateway."
)
ROLE = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: all, namespace: lab}
rules:
  - {apiGroups: [""], resources: ["*"], verbs: [get]}
"""


def _write(project: Path, **files: str) -> None:
    folder = project / "deploy"
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)


def test_manifests_that_fit_are_admitted(run: Callable[..., Any], project: Path) -> None:
    """The table counts objects and verdicts."""
    _write(project, service=SERVICE.replace("NodePort", "ClusterIP"))
    done = run("admit", "deploy", "--env", "dev")

    assert (done.code, done.err) == (0, "")
    assert done.rows == [
        "Environment Tier Verdict Objects Passed Failed Waived",
        "dev development clean 1 1 0 0",
    ]


def test_what_only_advises_does_not_block(run: Callable[..., Any], project: Path) -> None:
    """In development only what is critical blocks; a finding names file, line and column."""
    _write(project, service=SERVICE)
    done = run("admit", "deploy", "--env", "dev")

    assert done.code == 0
    assert done.rows[0] == f"deploy/service.yaml:1:1: {ZT_102}"


def test_what_blocks_comes_first(run: Callable[..., Any], project: Path) -> None:
    """The file that names the environment may be given instead of its name."""
    _write(project, all=f"{SERVICE}---\n# Of the team.\n{ROLE}")
    done = run("admit", "deploy/all.yaml", "--env", "stacks/dev.yaml")

    assert done.code == 1
    assert done.rows[:2] == [
        (
            'deploy/all.yaml:7:1: ZT-105 critical: Role "all" allows every one of resources; name '
            "those that are needed. Fix: Name verbs and resources, and bind them to the team's "
            "group or account."
        ),
        f"deploy/all.yaml:1:1: {ZT_102}",
    ]
    assert done.rows[-1] == "dev development blocked 2 0 2 0"


def test_the_tier_decides_how_strict_it_is(run: Callable[..., Any], project: Path) -> None:
    """What development advises against blocks in staging."""
    _write(project, service=SERVICE)
    strict = json.dumps({"environment": "prod", "tier": "staging"})
    (project / "stacks" / "prod.yaml").write_text(strict)

    assert run("admit", "deploy", "--env", "dev").code == 0
    assert run("admit", "deploy", "--env", "prod").code == 1


def test_a_waiver_without_approval_excuses_nothing(run: Callable[..., Any], project: Path) -> None:
    """The waivers of the platform count here too, and are told where they don't hold."""
    _write(project, service=SERVICE)
    (project / "waivers.yaml").write_text(
        "waivers:\n  - {id: W-1, policy: ZT-102, resources: ['*Service::lab/scoring']}\n"
    )
    done = run("admit", "deploy", "--env", "prod")

    assert done.code == 1
    assert "waivers.yaml:2:" in done.out


OWN = """\
package gate

import rego.v1

# METADATA
# title: Services say which room they are of
# description: A room pays.
# custom:
#   id: ACM-101
#   severity: critical
#   scope: resource
#   phase: [design, deploy, admission]
#   resource_types: [kubernetes:core/v1:Service]
#   reads: [metadata.labels]
#   controls: [iso27001:A.5.9]
#   avoid: A Service without the label room.
#   remediation: Add the label.
deny_acm_101 contains "It has no room." if not input.review.object.metadata.labels.room
"""


def test_own_rules_at_admission_are_asked_too(run: Callable[..., Any], project: Path) -> None:
    """A platform's own rule blocks beside the shipped ones; a faulty one is told with its place."""
    pack = project / "policies" / "gate"
    (pack / "names").mkdir(parents=True)
    (pack / "PulumiPolicy.yaml").write_text("runtime: opa\ninputFormat: kubernetes-admission\n")
    (pack / "names" / "room.rego").write_text(OWN)
    _write(project, service=SERVICE.replace("NodePort", "ClusterIP"))
    done = run("admit", "deploy", "--env", "dev")

    assert done.code == 1
    assert done.rows[0] == (
        "deploy/service.yaml:3:1: ACM-101 critical: It has no room. Fix: Add the label."
    )

    (pack / "names" / "room.rego").write_text(OWN.replace("ACM-101", "ZT-101"))
    refused = run("admit", "deploy", "--env", "dev")
    assert (refused.code, refused.out) == (1, "")
    assert refused.err.startswith("policies/gate/names/room.rego:9:5: custom.id: ZT-101 of scope")


def test_json_is_that_of_a_check(run: Callable[..., Any], project: Path) -> None:
    """Findings with their place; the number of objects beside them."""
    _write(project, service=SERVICE)
    found = json.loads(run("admit", "deploy", "--env", "prod", "--format", "json").out)
    (entry,) = found["environments"]
    (finding,) = entry["findings"]

    assert (found["schema"], found["objects"]) == ("bedplate.findings/v1", 1)
    assert (finding["policy"], finding["verdict"]) == ("ZT-102", "fail")
    assert finding["urn"] == "kubernetes:core/v1:Service::lab/scoring"
    assert finding["source"] == {
        "file": "deploy/service.yaml", "line": 1, "column": 1, "path": "",
    }  # fmt: skip


def test_other_forms_know_the_admission_rules(run: Callable[..., Any], project: Path) -> None:
    """SARIF lists the rule that a result names."""
    _write(project, service=SERVICE)
    found = json.loads(run("admit", "deploy", "--env", "prod", "--format", "sarif").out)
    (ran,) = found["runs"]
    ids = {rule["id"] for rule in ran["tool"]["driver"]["rules"]}

    assert {result["ruleId"] for result in ran["results"]} <= ids
    assert "ZT-102" in ids


def test_a_finding_points_at_the_part_that_is_read(run: Callable[..., Any], project: Path) -> None:
    """Missing evidence is told where the annotations stand."""
    text = CASES["apr-105.bad.no_digest"].text.replace("fraud", "lab")
    _write(project, model=text)
    done = run("admit", "deploy", "--env", "dev")
    (told,) = (row for row in done.rows if "APR-105" in row)
    line = text.splitlines().index("  annotations:") + 1

    assert told.startswith(f"deploy/model.yaml:{line}:3: APR-105 high advisory: ")


MODEL = "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\n"
FAULTS = {
    "bad_yaml": ("a: [\n", ("2:1: it is no YAML: did not find expected node content. "
                 "Fix: write YAML; render templates first.")),
    "template": ("kind: {{ .Values.kind }}\n", "1:8: a key is no text. Fix: write it out as text."),
    "not_an_object": ("image: nginx\n", ("1:1: it is no Kubernetes object. "
                      "Fix: keep only manifests in the folder, or name the files.")),
    "text": ("hello\n", ("1:1: it is no Kubernetes object. "
             "Fix: keep only manifests in the folder, or name the files.")),
    "no_version": ("kind: Service\n", "1:1: it has no apiVersion. Fix: add it."),
    "no_name": ("apiVersion: v1\nkind: Service\n", "1:1: it has no metadata.name. Fix: add it."),
    "kustomize": ("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n",
                  ("1:1: it is for kustomize. Fix: render it first, and name the folder of the "
                  "result.")),
    "key_twice": ("kind: Service\nkind: Pod\n", "2:1: the key kind stands twice. Fix: remove one."),
    "key_of_a_list": ("? [a]\n: b\n", "1:3: a key is no text. Fix: write it out as text."),
    "merge_key": ("<<: {a: b}\n", "1:1: a key is no text. Fix: write it out as text."),
    "no_number": ("a: .nan\n", "1:4: a value is no finite number. Fix: write a number."),
    "wrong_tag": ("a: !!int x\n", "1:4: a value is not of its tag's kind. Fix: quote it."),
    "control": ("a: \x07\n", "0:0: it is no YAML. Fix: remove control characters."),
    "deep": ("[" * 3000 + "]" * 3000, "0:0: it is nested too deeply. Fix: flatten it."),
    "many": (("a: &a [1,2,3,4,5,6,7,8,9]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
             "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n"
             "e: [*d,*d,*d,*d,*d,*d,*d,*d,*d]\n"),
             "1:8: it holds more than 50000 values. Fix: split it."),
    "itself": ("a: &a [*a]\n", "0:0: it is nested too deeply. Fix: flatten it."),
    "unserved": (MODEL.replace("v1beta1", "v9") + "metadata: {name: x}\n",
                 ("1:1: InferenceService x: apiVersion: `serving.kserve.io/v9` does not serve "
                 "InferenceService. Fix: use serving.kserve.io/v1beta1.")),
    "unknown_field": (MODEL + "metadata: {name: x}\nspec: {predictor: {modle: {}}}\n",
                      ("4:20: InferenceService x: spec.predictor.modle: unknown key. "
                      "Fix: did you mean `model`?")),
    "other_namespace": (SERVICE.replace("lab", "elsewhere"),
                        ("3:27: metadata.namespace: the namespace `elsewhere` belongs to no team "
                        "of dev. Fix: use one of lab.")),
}  # fmt: skip
"""Files with a fault, and what is said of it."""


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_in_a_file_is_told(run: Callable[..., Any], project: Path, name: str) -> None:
    """With its place and how to mend it; never a traceback."""
    text, says = FAULTS[name]
    _write(project, fault=text)
    done = run("admit", "deploy", "--env", "dev")

    assert (done.code, done.err) == (1, "")
    assert f"deploy/fault.yaml:{says}" in "\n".join(done.rows)


def test_all_faults_are_told_at_once(run: Callable[..., Any], project: Path) -> None:
    """One bad file hides nothing of the others."""
    _write(project, a="a: [\n", b="kind: Service\n", c=SERVICE)
    done = run("admit", "deploy", "--env", "dev")

    assert [row.split(": ")[0] for row in done.rows[:3]] == [
        "deploy/a.yaml:2:1", "deploy/b.yaml:1:1", "deploy/c.yaml:1:1",
    ]  # fmt: skip


def test_objects_of_a_list_are_judged_each(run: Callable[..., Any], project: Path) -> None:
    """At their own lines; documents without content are none."""
    _write(
        project,
        list=(
            "---\napiVersion: v1\nkind: List\nitems:\n"
            "  - {apiVersion: v1, kind: Service, metadata: {name: a, namespace: lab}}\n"
            "  - {apiVersion: v1, kind: Service, metadata: {name: b, namespace: lab},\n"
            "     spec: {type: NodePort}}\n---\n"
        ),
    )
    done = run("admit", "deploy", "--env", "dev")

    assert done.rows[0].startswith('deploy/list.yaml:6:5: ZT-102 high advisory: Service "b" ')
    assert done.rows[-1] == "dev development clean 2 1 1 0"


def test_what_names_no_namespace_is_a_teams(run: Callable[..., Any], project: Path) -> None:
    """It is given one when it is released."""
    _write(project, role=ROLE.replace(", namespace: lab", ""))
    done = run("admit", "deploy", "--env", "dev")

    assert done.code == 1
    assert done.rows[0].startswith("deploy/role.yaml:1:1: ZT-105 critical: ")


USAGE = {
    ("nowhere", "dev"): "nowhere does not exist. Fix: name a folder of manifests.\n",
    ("empty", "dev"): (
        "empty holds no manifest. Fix: name a folder with files that end in .yaml.\n"
    ),
    ("deploy", "stage"): (
        "There is no environment `stage` in stacks. Fix: use one of dev, prod.\n"
    ),
    ("deploy", "stacks/stage.yaml"): (
        "stacks/stage.yaml does not exist. Fix: name an environment, or its file.\n"
    ),
}


@pytest.mark.parametrize(("path", "env"), USAGE)
def test_wrong_usage_is_told(run: Callable[..., Any], project: Path, path: str, env: str) -> None:
    """A folder without manifests is no success."""
    _write(project, service=SERVICE)
    (project / "empty").mkdir()
    done = run("admit", path, "--env", env)

    assert (done.code, done.out, done.err) == (2, "", USAGE[path, env])


@pytest.mark.needs("opa")
def test_opa_says_the_same(run: Callable[..., Any], project: Path) -> None:
    """The second engine judges manifests too."""
    _write(project, all=f"{SERVICE}---\n{ROLE}")

    words = ("admit", "deploy", "--env", "prod", "--format", "json")
    assert run(*words, "--rego", "opa").out == run(*words).out
