"""Removes what the answers did not ask for, then records what the template made."""

import hashlib
import json
import shutil
import zipfile
from pathlib import Path

ANSWERS = {
    "repo_slug": "{{ cookiecutter.repo_slug }}",
    "blueprint": "{{ cookiecutter.blueprint }}",
    "platform": "{{ cookiecutter.platform }}",
    "region": "{{ cookiecutter.region }}",
    "jurisdiction": "{{ cookiecutter.jurisdiction }}",
    "account_dev": "{{ cookiecutter.account_dev }}",
    "account_staging": "{{ cookiecutter.account_staging }}",
    "account_prod": "{{ cookiecutter.account_prod }}",
    "organisation": "{{ cookiecutter.organisation }}",
    "domain": "{{ cookiecutter.domain }}",
    "team": "{{ cookiecutter.team }}",
    "cost_center": "{{ cookiecutter.cost_center }}",
    "ci": "{{ cookiecutter.ci }}",
}
VERSION = "{{ cookiecutter.__template_version }}"
BLUEPRINT = ANSWERS["blueprint"]
CI = ANSWERS["ci"]
OWNED = (
    "stacks/common.yaml",
    "stacks/dev.yaml",
    "stacks/staging.yaml",
    "stacks/prod.yaml",
    "waivers.yaml",
    "policies/",
    "tests/",
    "approvals/",
    "changes/",
    "README.md",
    "CODEOWNERS",
    "requirements.in",
)
"""Files that the platform team owns: an upgrade never changes them, but for the pin."""

# One team tries the platform: the blueprint knows neither staging nor production.
if BLUEPRINT == "starter":
    for name in ("staging", "prod"):
        Path("stacks", f"{name}.yaml").unlink()
if CI == "gitlab":
    shutil.rmtree(".github")
else:
    Path(".gitlab-ci.yml").unlink()
    Path("ci", "note.py").unlink()  # a workflow writes comments by GitHub's own program


def record():
    """Write which files the template made, of which class, and with which content.

    The archive holds the managed files as they were baked: an upgrade merges from there.
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
        "template": "platform-repo",
        "version": VERSION,
        "answers": ANSWERS,
        "files": files,
    }
    Path(".bedplate-template.json").write_text(json.dumps(made, indent=2) + "\n", "utf-8")


record()
