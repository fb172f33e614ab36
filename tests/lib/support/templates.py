"""A small template in versions, and repositories made from it."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

HOOK = '''\
"""Write the record of the template."""
import json, pathlib, zipfile
root = pathlib.Path(".")
answers = json.loads("""{{ cookiecutter | jsonify }}""")
answers = {k: v for k, v in answers.items() if not k.startswith("_")}
names = sorted(str(p) for p in root.rglob("*") if p.is_file())
owned = {name for name in names if name == "model.py" or name.startswith("data/")}
with zipfile.ZipFile(root / ".bedplate-template.zip", "w") as archive:
    for name in names:
        if name not in owned:
            archive.writestr(zipfile.ZipInfo(name), (root / name).read_bytes())
files = {name: {"class": "owned" if name in owned else "managed"} for name in names}
record = {"schema": "bedplate.template/v1", "template": "toy", "version": "VERSION",
          "answers": answers, "files": files}
(root / ".bedplate-template.json").write_text(json.dumps(record, indent=2) + "\\n")
'''
GATES = "".join(f"gate {number}\n" for number in range(20))


def write_template(root: Path, version: str, files: dict[str, str]) -> Path:
    """Make a template called toy, with a hook that refuses names with a slash."""
    template = root / version / "toy"
    project = template / "{{cookiecutter.slug}}"
    asked = {
        "project_name": "Toy model",
        "slug": "{{ cookiecutter.project_name|lower|replace(' ', '-') }}",
        "ci": ["github", "gitlab"],
        "__prompts__": {"project_name": "Name of the model", "ci": "Where CI runs"},
    }
    (template / "hooks").mkdir(parents=True)
    (template / "cookiecutter.json").write_text(json.dumps(asked))
    refusal = (
        "import sys\n"
        "if '/' in '''{{ cookiecutter.project_name }}''':\n"
        "    sys.exit('The name must not hold a slash. Fix: use letters and spaces.')\n"
    )
    (template / "hooks/pre_gen_project.py").write_text(refusal)
    (template / "hooks/post_gen_project.py").write_text(HOOK.replace("VERSION", version))
    for name, text in files.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text)
    return template


FIRST = {
    "README.md": "# {{ cookiecutter.project_name }}\n",
    "model.py": "weight = 1\n",
    "ops/gates.txt": GATES,
    "ops/old.txt": "old\n",
    "ci.yml": "{{ cookiecutter.ci }}\n",
}


def commit(folder: Path) -> None:
    """Commit everything that lies in a repository."""
    git = ["git", "-C", str(folder), "-c", "user.name=t", "-c", "user.email=t@t.example"]
    if not (folder / ".git").exists():
        subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "-A"], check=True)
    subprocess.run([*git, "commit", "-qm", "state"], check=True)
