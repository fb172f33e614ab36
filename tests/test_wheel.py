"""The built wheel works by itself, in an empty folder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = ("pyproject.toml", "README.md", "LICENSE", "infra", "blueprints", "policies", "templates")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a wheel built from a copy of what is shipped, without any package index."""
    copy = tmp_path_factory.mktemp("source")
    for name in SHIPPED:
        source = ROOT / name
        junk = shutil.ignore_patterns("__pycache__", ".bedplate", "*.pyc", ".*_cache")
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=junk)
        else:
            shutil.copy(source, copy / name)
    build = "import hatchling.build as b; print(b.build_wheel('dist'))"
    (copy / "dist").mkdir()
    subprocess.run([sys.executable, "-c", build], cwd=copy, check=True, capture_output=True)
    (built,) = (copy / "dist").glob("*.whl")
    return built


def _run(wheel: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command of an unpacked wheel as a user would, away from this checkout."""
    library = folder / "library"
    if not library.exists():
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(library)
    code = (
        "import sys, bedplate, bedplate.cli\n"
        f"assert bedplate.__file__.startswith({str(library)!r}), bedplate.__file__\n"
        f"sys.exit(bedplate.cli.main({list(arguments)!r}))\n"
    )
    script = folder / "run.py"
    script.write_text(f"if __name__ == '__main__':\n    exec({code!r})\n")
    env = os.environ | {"PYTHONPATH": str(library), "XDG_CACHE_HOME": str(folder / "cache")}
    work = folder / "work"
    work.mkdir(exist_ok=True)
    return subprocess.run(
        [sys.executable, str(script)],
        cwd=work,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_wheel_carries_blueprints_policies_and_programs(wheel: Path) -> None:
    """What the code finds beside itself is inside, and tests are not."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())

    assert {
        "bedplate/_assets/blueprints/uae-regulated/blueprint.yaml",
        "bedplate/_assets/policies/controls.yaml",
        "bedplate/_assets/templates/model-repo/cookiecutter.json",
        "bedplate/_assets/templates/platform-repo/{{cookiecutter.repo_slug}}/.gitignore",
        "bedplate/_assets/policies/deploy/PulumiPolicy.yaml",
        "bedplate/_assets/infra/foundation/__main__.py",
        "bedplate/operate/prices.yaml",
        "bedplate/report/assets/page.html",
        "bedplate/report/assets/report.css",
        "bedplate/report/assets/graph_view.js",
        "bedplate/py.typed",
    } <= names
    assert not [name for name in names if name.startswith(("tests/", "docs/"))]


def test_an_environment_is_checked_in_an_empty_folder(wheel: Path, tmp_path: Path) -> None:
    """With one file, and nothing else, `bedplate check` judges a whole foundation."""
    example = ROOT / "blueprints" / "starter" / "example" / "dev.yaml"
    (tmp_path / "work" / "stacks").mkdir(parents=True)
    shutil.copy(example, tmp_path / "work" / "stacks" / "dev.yaml")

    listed = _run(wheel, tmp_path, "blueprints", "--format", "json")
    checked = _run(wheel, tmp_path, "check", "dev", "--format", "json")

    assert (listed.returncode, "llm-serving" in listed.stdout) == (0, True)
    assert (checked.returncode, checked.stderr) == (0, "")
    (environment,) = json.loads(checked.stdout)["environments"]
    assert (environment["outcome"], environment["layers"]) == ("clean", ["foundation", "platform"])
