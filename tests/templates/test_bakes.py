"""Whatever is answered, the repository is whole: nothing left over, nothing missing."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING

import pytest
import yaml
from support.bakes import TEMPLATE, bake, choices, named, pairwise

from bedplate.scaffold.questions import questions
from bedplate.scaffold.record import BASE, RECORD, read_record

if TYPE_CHECKING:
    from pathlib import Path

# One worker: the others would bake the same rows again.
pytestmark = pytest.mark.xdist_group("bake-rows")
ROWS = pairwise()
_BRACES = re.compile(r"\{\{ ?cookiecutter|\{%-? |cookiecutter\.")
_LEFT = re.compile(r"\bTODO\b|\bFIXME\b|\bXXX\b|CHANGE_?ME")
_ORCHESTRATORS = {"airflow": "airflow", "kubeflow-pipelines": "kfp", "argo-workflows": "argo"}


@pytest.fixture(scope="module", params=ROWS, ids=named)
def baked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository for one row of answers."""
    return bake(tmp_path_factory.mktemp("bake"), **request.param)


def _files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]


def _texts(folder: Path) -> list[tuple[str, str]]:
    """Return the text of each file but locks and archives, by its path."""
    return [
        (str(path.relative_to(folder)), path.read_text(encoding="utf-8"))
        for path in _files(folder)
        if path.suffix not in {".lock", ".zip"}
    ]


def _own_mounts() -> bool:
    """Say whether a disk of our own can be made here."""
    if not shutil.which("unshare"):
        return False
    asked = ["unshare", "--user", "--map-root-user", "--mount", "true"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


def test_at_most_twelve_questions_each_with_its_help() -> None:
    """A question says in one line what it is about."""
    asked = questions(TEMPLATE)

    assert len(asked) <= 12
    assert [q.key for q in asked if q.help == q.key or len(q.help) > 80] == []


def test_the_rows_hold_every_pair_of_choices() -> None:
    """Two options that do not get along would show."""
    met = {(a, row[a], b, row[b]) for row in ROWS for a in row for b in row if a < b}
    wanted = {
        (a, x, b, y)
        for a, xs in choices().items()
        for b, ys in choices().items()
        if a < b
        for x in xs
        for y in ys
    }

    assert wanted == met


def test_nothing_is_left_of_the_template(baked: Path) -> None:
    """No braces, nothing to be done later."""
    left = [
        (name, found[0])
        for name, text in _texts(baked)
        for pattern in (_BRACES, _LEFT)
        if (found := pattern.search(text))
    ]

    assert left == []


def test_every_file_can_be_read(baked: Path) -> None:
    """Python, YAML, TOML and JSON are what their names say."""
    for name, text in _texts(baked):
        if name.endswith(".py"):
            ast.parse(text)
        elif name.endswith((".yaml", ".yml")):
            list(yaml.load_all(text, Loader=_Loose))
        elif name.endswith(".toml"):
            tomllib.loads(text)
        elif name.endswith(".json"):
            json.loads(text)


class _Loose(yaml.SafeLoader):
    """Reads a file whose tags belong to somebody else, such as GitLab's `!reference`."""


_Loose.add_multi_constructor("!", lambda _loader, _suffix, node: node.value)


def test_only_what_was_chosen_is_there(baked: Path) -> None:
    """One orchestrator, one CI, a feature store if asked for; no folder is empty."""
    answers = read_record(baked).answers
    names = [str(path.relative_to(baked)) for path in _files(baked)]
    for choice, folder in _ORCHESTRATORS.items():
        there = any(name.startswith(f"pipelines/{folder}/") for name in names)
        assert there == (answers["orchestrator"] == choice)
    github = any(name.startswith(".github/workflows/") for name in names)

    assert (github, ".gitlab-ci.yml" in names) == (
        answers["ci"] == "github",
        answers["ci"] == "gitlab",
    )
    wanted = answers["feature_store"] == "feast"
    assert any(name.startswith("feature_repo/") for name in names) == wanted
    assert [n for n, text in _texts(baked) if not wanted and "Feast" in text] == []
    assert [p for p in baked.rglob("*") if p.is_dir() and not any(p.iterdir())] == []


def test_the_chosen_python_reaches_every_tool(baked: Path) -> None:
    """Linter, types, container and CI name the version that was answered, and no other."""
    wanted = read_record(baked).answers["python_version"]
    project = tomllib.loads((baked / "pyproject.toml").read_text())
    others = {"3.11", "3.12", "3.13"} - {wanted}
    python = re.compile(r"python(?:-version)?[\"':= -]*(3\.1[0-9])", re.IGNORECASE)
    found = {
        version
        for name, text in _texts(baked)
        if name.startswith((".github/", ".gitlab", "docker/", "Makefile"))
        for version in python.findall(text)
    }

    assert project["tool"]["ruff"]["target-version"] == f"py{wanted.replace('.', '')}"
    assert project["tool"]["mypy"]["python_version"] == wanted
    assert wanted in found
    # The lock is made for the oldest one, so that it serves all.
    assert found - {wanted, "3.11"} == set() or found & others == set()


def test_the_record_holds_what_an_update_starts_from(baked: Path) -> None:
    """Every file is recorded, and each belongs to the team or to the template."""
    record = read_record(baked)
    names = {str(path.relative_to(baked)) for path in _files(baked)} - {RECORD, BASE}

    assert record.owned | set(record.base) == names
    assert record.owned & set(record.base) == set()
    package = record.answers["package_name"]
    four = {f"src/{package}/{name}.py" for name in ("data", "features", "model", "schema")}
    assert four <= record.owned


def test_the_same_answers_give_the_same_bytes(tmp_path: Path) -> None:
    """Nothing depends on the day or the machine."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    one, two = bake(tmp_path / "a"), bake(tmp_path / "b")

    assert [p.read_bytes() for p in _files(one)] == [p.read_bytes() for p in _files(two)]


def test_plain_cookiecutter_makes_the_same(tmp_path: Path) -> None:
    """What is settled without the template engine is what the engine would have made."""
    for name in ("plain", "ours"):
        (tmp_path / name).mkdir()
    subprocess.run(
        [sys.executable, "-m", "cookiecutter", "--default-config", "--no-input",
         "-o", str(tmp_path / "plain"), str(TEMPLATE), "orchestrator=airflow"],
        check=True,
    )  # fmt: skip
    ours = bake(tmp_path / "ours", orchestrator="airflow")
    plain = tmp_path / "plain" / ours.name

    def content(folder: Path) -> dict[str, bytes]:
        return {str(p.relative_to(folder)): p.read_bytes() for p in _files(folder)}

    assert content(plain) == content(ours)


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"repo_slug": "a/b", "package_name": "ab"}, "repo_slug: 'a/b' can't be used"),
        ({"repo_slug": "../up", "package_name": "up"}, "repo_slug: '../up' can't be used"),
        ({"package_name": "json"}, "package_name: 'json' is already the name of a Python module"),
        ({"owner_team": "Team A"}, "owner_team: 'Team A' can't be used"),
        ({"sensitive_attribute": "income"}, "sensitive_attribute: 'income' is an input"),
        ({"container_registry": "https://x"}, "container_registry: 'https://x' can't be used"),
    ],
)
def test_an_answer_that_can_not_work_is_one_sentence(
    tmp_path: Path, answers: dict[str, str], said: str
) -> None:
    """Plain cookiecutter refuses as well, and leaves no file behind."""
    given = [f"{key}={value}" for key, value in answers.items()]
    done = subprocess.run(
        [sys.executable, "-m", "cookiecutter", "--default-config", "--no-input",
         "-o", str(tmp_path), str(TEMPLATE), *given],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode != 0
    assert any(line.startswith(said) for line in done.stderr.splitlines())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not _own_mounts(), reason="needs unshare with user namespaces")
def test_plain_cookiecutter_leaves_nothing_on_a_full_disk(tmp_path: Path) -> None:
    """It is refused before a file is written, on a real disk without room."""
    script = (
        'mount -t tmpfs -o size=3m none "$1" && cd "$1" || exit 9\n'
        '"$2" -m cookiecutter --default-config --no-input "$3" && exit 8\n'
        'test -z "$(ls -A)"'
    )
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh",
         str(tmp_path), sys.executable, str(TEMPLATE)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr
    assert (
        "The disk has room for 3 MB, and 16 are needed; "
        "make room, or name a folder on another disk."
    ) in done.stderr.splitlines()
