"""Removes what the answers did not ask for, then records what the template made."""

import hashlib
import json
import shutil
import sys
import zipfile
from pathlib import Path

ANSWERS = {
    "repo_slug": "{{ cookiecutter.repo_slug }}",
    "package_name": "{{ cookiecutter.package_name }}",
    "owner_team": "{{ cookiecutter.owner_team }}",
    "problem_type": "{{ cookiecutter.problem_type }}",
    "orchestrator": "{{ cookiecutter.orchestrator }}",
    "ci": "{{ cookiecutter.ci }}",
    "risk_tier": "{{ cookiecutter.risk_tier }}",
    "sensitive_attribute": "{{ cookiecutter.sensitive_attribute }}",
    "serving": "{{ cookiecutter.serving }}",
    "container_registry": "{{ cookiecutter.container_registry }}",
    "python_version": "{{ cookiecutter.python_version }}",
    "feature_store": "{{ cookiecutter.feature_store }}",
}
VERSION = "{{ cookiecutter.__template_version }}"
PACKAGE = "src/" + ANSWERS["package_name"]
PARTS = {
    "orchestrator": {
        "airflow": ["pipelines/airflow", "requirements/airflow.in", "requirements/airflow.lock",
                    "tests/pipeline/test_airflow.py"],
        "kubeflow-pipelines": ["pipelines/kfp", "requirements/kfp.in", "requirements/kfp.lock",
                               "tests/pipeline/test_kfp.py"],
        "argo-workflows": ["pipelines/argo", "tests/pipeline/test_argo.py"],
    },
    "ci": {"github": [".github"], "gitlab": [".gitlab-ci.yml", ".gitlab"]},
    "feature_store": {
        "feast": ["feature_repo", "requirements/feast.in", "requirements/feast.lock",
                  "make/features.mk", f"{PACKAGE}/ops/feature_store.py", "tests/features"],
    },
}
"""By answer: what only that choice needs. All other choices' parts are removed."""
ALSO = {
    ("orchestrator", "none"): ["pipelines", "tests/pipeline"],
    ("serving", "kserve"): [f"{PACKAGE}/serve/batch.py", "tests/serving/test_batch.py"],
}
"""By answer: what is not needed beside the above."""
OWNED = (
    f"{PACKAGE}/data.py", f"{PACKAGE}/features.py", f"{PACKAGE}/model.py", f"{PACKAGE}/schema.py",
    "config/gates.yaml", "config/monitoring.yaml",
    "config/retraining.yaml", "config/governance.yaml", "config/platform.yaml", "data/",
    "governance/", "deploy/releases/", "README.md", "CODEOWNERS", "pyproject.toml", "requirements/",
    "tests/unit/", ".pip-audit-ignore", "feature_repo/definitions.py",
    "feature_repo/feature_store.yaml",
)
"""Files that the team owns: an update of the template never changes them."""


def remove(path):
    """Remove a file or a folder that the answers did not ask for."""
    target = Path(path)
    if target.is_dir():
        shutil.rmtree(target)
    elif target.exists():
        target.unlink()


def prune():
    """Remove the parts of the choices that were not taken, and folders left empty."""
    for question, choices in PARTS.items():
        for choice, paths in choices.items():
            if choice != ANSWERS[question]:
                for path in paths:
                    remove(path)
    for (question, choice), paths in ALSO.items():
        if ANSWERS[question] == choice:
            for path in paths:
                remove(path)
    for folder in sorted((p for p in Path().rglob("*") if p.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()
    # A text that is empty but for a line break was wanted by another choice.
    for path in Path().rglob("*.py"):
        if path.name != "__init__.py" and not path.read_text("utf-8").strip():
            path.unlink()


def record():
    """Write which files the template made, of which class, and with which content.

    The archive holds the managed files as they were baked: an update merges from there.
    """
    files = {}
    for path in sorted(p for p in Path().rglob("*") if p.is_file()):
        name = path.as_posix()
        if name.startswith((".bedplate-template.", ".git/")):
            continue
        owned = any(name == each or each.endswith("/") and name.startswith(each) for each in OWNED)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        files[name] = {"class": "owned" if owned else "managed", "sha256": digest}
    with zipfile.ZipFile(".bedplate-template.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name in (name for name, each in files.items() if each["class"] == "managed"):
            # With a fixed date the same answers give the same bytes.
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, Path(name).read_bytes(), zipfile.ZIP_DEFLATED)
    made = {
        "schema": "bedplate.template/v1",
        "template": "model-repo",
        "version": VERSION,
        "answers": ANSWERS,
        "files": files,
    }
    Path(".bedplate-template.json").write_text(json.dumps(made, indent=2) + "\n", "utf-8")


try:
    prune()
    record()
except OSError as fault:
    # Cookiecutter removes the folder of a hook that fails.
    sys.stderr.write(f"The repository can't be finished: {fault}\n")
    sys.exit(1)
