"""Every rule finds its fault, and is silent where the repository keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bedplate.review.score import RULES, review

if TYPE_CHECKING:
    from pathlib import Path

SHA = "a" * 40
DIGEST = "sha256:" + "b" * 64
SERVICE = """\
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: fraud}
spec:
  predictor:
    minReplicas: 1
    containers:
      - name: kserve-container
        image: registry.example/fraud@sha256:%s
""" % ("b" * 64)
ALERT = "groups:\n  - name: model\n    rules:\n      - alert: ModelDrift\n        expr: up == 0\n"
TESTED = "rule_files: [rules.yaml]\ntests:\n  - alert_rule_test: [{alertname: ModelDrift}]\n"

KEPT = {
    "MR-001": {"requirements.lock": "numpy==2.0 --hash=sha256:00\n"},
    "MR-002": {"tests/test_x.py": "def test_x():\n    assert 1 + 1 == 2\n"},
    "MR-003": {"model.py": "import torch\ntorch.load('m', weights_only=True)\n"},
    "MR-004": {"settings.py": "KEY = os.environ['AWS_ACCESS_KEY_ID']\n"},
    "MR-005": {"README.md": "# Fraud\n"},
    "MR-006": {
        "pyproject.toml": 'requires-python = ">=3.12"\n[tool.ruff]\ntarget-version = "py312"\n',
        "ci.yml": 'python-version: "3.10"\n',
    },
    "MR-010": {".github/workflows/ci.yml": "steps: [{run: pytest}]\n"},
    "MR-011": {".github/workflows/ci.yml": f"      - uses: actions/checkout@{SHA} # v5\n"},
    "MR-012": {".github/workflows/ci.yml": "permissions: {contents: read}\njobs: {a: {}}\n"},
    "MR-013": {".github/workflows/ci.yml": "steps: [{run: pip-audit}]\n"},
    "MR-014": {"Dockerfile": "FROM python AS build\nUSER root\nFROM python\nUSER 10001\n"},
    "MR-015": {
        "Dockerfile": f"ARG DIGEST={DIGEST}\nFROM python@${{DIGEST}} AS build\nFROM build\n"
    },
    "MR-020": {"deploy/service.yaml": SERVICE},
    "MR-021": {"deploy/service.yaml": SERVICE},
    "MR-022": {"deploy/service.yaml": SERVICE, "deploy/releases/prod.yaml": "version: 3\n"},
    "MR-023": {"rules.yaml": ALERT, "rules_test.yaml": TESTED},
    "MR-030": {
        "config/gates.yaml": (
            "drift: {mode: advisory, approver: Omar, reason: new source, until: 2099-01-01}\n"
        )
    },
    "MR-031": {"config/gates.yaml": "a: 1\n", "tests/test_g.py": "def test_poisoned_rows(): ...\n"},
    "MR-032": {
        "data/a.csv": "x\n1\n",
        "data/manifest.json": (
            '{"files": [{"path": "data/a.csv", "sha256": '
            '"daff832f802000e645771a60983c76c963f6ee602a6230e45237bd360e91cc1a"}]}'
        ),
    },
    "MR-033": {"MODEL_CARD.md": "## Intended use\n## Evaluation\n"},
    "MR-034": {"train.py": "import mlflow\n"},
    "MR-035": {"CODEOWNERS": "* @acme/fraud\n"},
    "MR-036": {"README.md": "```sh\nmake demo\n```\n", "Makefile": "demo: ## run\n\ttrue\n"},
}
"""Files of a repository that keeps a rule."""

BROKEN = {
    "MR-001": ({"requirements.txt": "numpy\n"},
               ("requirements.txt", 0, "No lock with hashes says which packages are installed.")),
    "MR-002": ({"tests/test_x.py": "def test_x():\n    assert True\n"},
               ("tests/test_x.py", 2, "test_x asserts a constant.")),
    "MR-003": ({"serve.py": "import pickle\n\nmodel = pickle.load(file)\n"},
               ("serve.py", 3, "`pickle.load` runs code from the file it reads.")),
    "MR-004": ({"settings.py": "\nKEY = 'AKIAIOSFODNN7EXAMPLE'\n"},
               ("settings.py", 2, "The line holds what looks like an AWS access key.")),
    "MR-005": ({"README.md": "# {{ cookiecutter.name }}\n"},
               ("README.md", 1, "`{{ cookiecutter.` is left over from a template.")),
    "MR-006": ({"pyproject.toml": 'requires-python = ">=3.12"\ntarget-version = "py313"\n'},
               ("pyproject.toml", 2, '`target-version = "py313"` does not fit Python 3.12.')),
    "MR-010": ({"README.md": ""}, ("", 0, "No pipeline tests a change.")),
    "MR-011": ({".github/workflows/ci.yml": "steps:\n  - uses: actions/checkout@v5\n"},
               (".github/workflows/ci.yml", 2,
                "`actions/checkout@v5` is not pinned by its commit.")),
    "MR-012": ({".github/workflows/ci.yml": "name: ci\npermissions: write-all\n"},
               (".github/workflows/ci.yml", 2, "The workflow may write everything.")),
    "MR-013": ({".github/workflows/ci.yml": "name: ci\n"},
               (".github/workflows/ci.yml", 0, "Nothing audits the dependencies.")),
    "MR-014": ({"Dockerfile": "FROM python\nUSER root\n"},
               ("Dockerfile", 2, "The image runs as root.")),
    "MR-015": ({"Dockerfile": "FROM python:3.12\n"},
               ("Dockerfile", 1, "`python:3.12` is not pinned by its digest.")),
    "MR-020": ({"deploy/service.yaml": SERVICE.replace("minReplicas", "minReplica")},
               ("deploy/service.yaml", 6,
                "InferenceService: spec.predictor.minReplica: unknown key.")),
    "MR-021": ({"deploy/service.yaml": SERVICE.replace("@sha256:" + "b" * 64, ":1")},
               ("deploy/service.yaml", 9,
                "The image `registry.example/fraud:1` is not named by its digest.")),
    "MR-022": ({"deploy/service.yaml": SERVICE},
               ("", 0, "Nothing in git says which release is live in an environment.")),
    "MR-023": ({"rules.yaml": ALERT},
               ("rules.yaml", 4, "No test makes the alert ModelDrift fire.")),
    "MR-030": ({"config/gates.yaml": "drift: {mode: advisory, approver: O, until: 2020-01-01}\n"},
               ("config/gates.yaml", 1, "drift is advisory without reason.")),
    "MR-031": ({"config/gates.yaml": "a: 1\n", "tests/test_g.py": "def test_g(): ...\n"},
               ("", 0, "No test shows that a gate stops a bad model.")),
    "MR-032": ({"data/a.csv": "x\n", "data/manifest.json": '{"path": "a.csv", "sha256": "00"}'},
               ("data/manifest.json", 0, "a.csv is not what the manifest says.")),
    "MR-033": ({"MODEL_CARD.md": "## Evaluation\n"},
               ("MODEL_CARD.md", 0, "The model card says nothing of its intended use.")),
    "MR-034": ({"train.py": "print()\n"},
               ("", 0, "Nothing records which data and code a model came from.")),
    "MR-035": ({"README.md": ""}, ("", 0, "No CODEOWNERS file says who reviews a change.")),
    "MR-036": ({"README.md": "\n    make demo\n", "Makefile": "test:\n"},
               ("README.md", 2, "`make demo` has no target in the Makefile.")),
}  # fmt: skip
"""Files of a repository that breaks a rule, and the fault found in it."""


def _made(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_every_rule_has_both_cases() -> None:
    """A new rule comes with a repository that keeps it and one that does not."""
    ids = [rule.id for rule in RULES]

    assert sorted(ids) == ids
    assert set(KEPT) == set(BROKEN) == set(ids)


@pytest.mark.parametrize("rule", sorted(KEPT))
def test_a_kept_rule_is_silent(rule: str, tmp_path: Path) -> None:
    """No fault is found where there is none."""
    results = {result.rule.id: result for result in review(_made(tmp_path, KEPT[rule])).results}

    assert (results[rule].verdict, results[rule].faults) == ("pass", ())


@pytest.mark.parametrize("rule", sorted(BROKEN))
def test_a_broken_rule_names_the_place(rule: str, tmp_path: Path) -> None:
    """The fault has its file, its line and its sentence."""
    files, expected = BROKEN[rule]
    results = {result.rule.id: result for result in review(_made(tmp_path, files)).results}
    (fault,) = results[rule].faults

    assert (fault.file, fault.line, fault.message) == expected
    assert results[rule].verdict == "fail"


def test_a_secret_is_never_repeated(tmp_path: Path) -> None:
    """The message says where it is, not what it is."""
    secret = "AKIAIOSFODNN7EXAMPLE"  # noqa: S105 - AWS's own example
    found = review(_made(tmp_path, {"settings.py": f"KEY = '{secret}'\n"}))

    assert secret not in str(found.to_json())


def test_hostile_files_are_read_and_not_run(tmp_path: Path) -> None:
    """Broken Python, YAML with tags, binaries and loops of links end in a review all the same."""
    files = {
        "a.py": "def (:\n",
        "b.yaml": "!!python/object/apply:os.system ['touch ran']\n",
        "c.yaml": "a: [\n",
        "d.yml": "&a [*a]\n",
        "data/manifest.json": "{",
    }
    folder = _made(tmp_path, files)
    (folder / "e.py").write_bytes(b"\xff\xfe\x00")
    (folder / "loop").symlink_to(folder)

    assert review(folder).score >= 0
    assert not (tmp_path / "ran").exists()


def test_the_score_is_the_weight_of_what_is_kept(tmp_path: Path) -> None:
    """Rules that do not apply count neither way."""
    found = review(_made(tmp_path, KEPT["MR-035"]))
    kept = [result for result in found.results if result.verdict == "pass"]
    failed = [result for result in found.results if result.verdict == "fail"]
    weights = {"critical": 8, "high": 4, "medium": 2, "low": 1}
    whole = sum(weights[result.rule.severity] for result in kept + failed)

    assert found.score == 100 * sum(weights[r.rule.severity] for r in kept) // whole
    assert [r.rule.severity for r in found.failed] == sorted(
        (r.rule.severity for r in failed), key=lambda severity: -weights[severity]
    )


@pytest.mark.parametrize(
    ("held", "verdict"),
    [
        ('RUN case "${BASE}" in *@sha256:*) ;; *) exit 1 ;; esac\n', "pass"),
        ('RUN case "${OTHER}" in *@sha256:*) ;; *) exit 1 ;; esac\n', "fail"),
        ("", "fail"),
    ],
)
def test_an_image_that_the_build_is_given_is_pinned_where_others_are_refused(
    held: str, verdict: str, tmp_path: Path
) -> None:
    """An argument without a default may be anything, unless others stop the build."""
    text = f"ARG BASE\nFROM ${{BASE}} AS build\nARG BASE\n{held}FROM ${{BASE}}\n"
    results = {each.rule.id: each for each in review(_made(tmp_path, {"Dockerfile": text})).results}

    assert results["MR-015"].verdict == verdict


def test_the_audit_of_a_repository_of_ours_counts(tmp_path: Path) -> None:
    """`make advisories` asks for known weaknesses, by a step of the repository's own."""
    files = {
        ".github/workflows/security.yml": "steps: [{run: make advisories}]\n",
        "Makefile": "advisories:\n\tpython -m fraud.ops.dependencies\n",
    }
    results = {each.rule.id: each for each in review(_made(tmp_path, files)).results}

    assert results["MR-013"].verdict == "pass"
