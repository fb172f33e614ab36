"""The documents are current, their links lead somewhere, and their commands do what they show."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from _pytest.mark import ParameterSet

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "blueprints").glob("*/README.md"),
        *(ROOT / "stacks").rglob("*.md"),
    ]
)

_CONSOLE = re.compile(r"^```console(?: needs=(\S+))?$", re.MULTILINE)
_FENCE = re.compile(r"^```(\w+) ?(\S*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\]\((?!https?://|mailto:)([^)#\s]*)(#[^)\s]*)?\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.fixture(scope="module")
def docs() -> ModuleType:
    """Return tools/docs.py as a module."""
    spec = importlib.util.spec_from_file_location("docs", ROOT / "tools/docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_generated_documents_are_current(docs: ModuleType) -> None:
    """`make docs` would change nothing."""
    assert sorted(docs.stale()) == []


def test_a_stale_document_is_named(docs: ModuleType, tmp_path: Path) -> None:
    """What is missing or differs is found, whichever document it is."""
    shutil.copytree(ROOT / "blueprints", tmp_path / "blueprints")
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    shutil.copytree(ROOT / "policies", tmp_path / "policies")
    (tmp_path / "tests").mkdir()
    if (ROOT / "tests/golden").is_dir():
        shutil.copytree(ROOT / "tests/golden", tmp_path / "tests/golden")
    (tmp_path / "docs/reference/environment.md").unlink()
    readme = tmp_path / "blueprints/starter/README.md"
    readme.write_text(readme.read_text().replace("| Zones | 2 |", "| Zones | 3 |"))

    assert sorted(docs.stale(tmp_path)) == [
        "blueprints/starter/README.md",
        "docs/reference/environment.md",
    ]


def test_blocks_are_filled_between_their_markers(docs: ModuleType) -> None:
    """Only what stands between the markers changes; filling twice changes nothing more."""
    text = "before\n<!-- generated: x -->\nold\n<!-- end of x -->\nafter\n"
    filled = docs.fill(text, {"x": lambda: "new"})

    assert filled == "before\n<!-- generated: x -->\n\nnew\n\n<!-- end of x -->\nafter\n"
    assert docs.fill(filled, {"x": lambda: "new"}) == filled
    with pytest.raises(KeyError):
        docs.fill(text, {})


def test_resources_are_counted_by_section(docs: ModuleType, tmp_path: Path) -> None:
    """AWS resources count for the section that asks for them; components and providers do not."""
    kinds = [
        ("aws:ec2/vpc:Vpc", "network"),
        ("aws:eks/nodeGroup:NodeGroup", "gpu_pools.inference"),
        ("aws:eks/nodeGroup:NodeGroup", "gpu_pools.batch"),
        ("bedplate:foundation:Network", "network"),
        ("pulumi:providers:aws", None),
    ]
    resources = [{"type": kind, "spec_path": path} for kind, path in kinds]
    plan = tmp_path / "x.plan.json"
    plan.write_text(json.dumps({"layers": [{"resources": resources}]}))

    assert docs.resources(plan).splitlines()[2:] == [
        "| `gpu_pools` | 2 |",
        "| `network` | 1 |",
        "| all | 3 |",
    ]


def _anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = _HEADING.findall(page.read_text())
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in headings}


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link names a file, and every anchor a heading in it."""
    broken = []
    for target, anchor in _LINK.findall(page.read_text()):
        file = (page.parent / target).resolve() if target else page
        if not file.exists() or (anchor and anchor[1:] not in _anchors(file)):
            broken.append(f"{target}{anchor}")

    assert broken == []


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a folder with what a user has after cloning, to run a page's commands in."""
    copy = tmp_path / "bedplate"
    copy.mkdir()
    for name in ("blueprints", "infra", "policies", "stacks"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


def _steps(block: str) -> list[tuple[str, int, list[str]]]:
    """Return command, expected exit code and shown output of each `$ ` line.

    `# exit 1` behind a command states another exit code than 0. A shown line must stand in the
    output; `…` alone stands for any lines, and `…` at the end of a line for its rest.
    """
    steps: list[tuple[str, int, list[str]]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            command, _, code = line[2:].partition("  # exit ")
            steps.append((command, int(code or 0), []))
        elif line.strip() not in {"", "…"}:
            steps[-1][2].append(line.rstrip().removesuffix("…").rstrip())
    return steps


def _run(command: str, folder: Path, cache: Path) -> tuple[int, str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    own = {"PATH": path, "XDG_CACHE_HOME": str(cache)}
    done = subprocess.run(  # noqa: S602 - the project's own documents, pipes included
        command,
        shell=True,
        cwd=folder,
        env=os.environ | own | {"COLUMNS": "200", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def _walks() -> Iterator[ParameterSet]:
    """Yield each page with the program that its blocks may need, "" for those that need none."""
    for page in PAGES:
        for program in sorted(set(_CONSOLE.findall(page.read_text()))):
            marks = [pytest.mark.needs(program)] if program else []
            yield pytest.param(
                page, program, marks=marks, id=" with ".join(filter(None, (_name(page), program)))
            )


@pytest.mark.parametrize(("page", "program"), list(_walks()))
def test_commands_do_what_is_shown(page: Path, program: str, checkout: Path) -> None:
    """A page's `console` blocks run as they stand, with the exit codes and lines that they show.

    A block `yaml file=PATH` is written to that file first, as the page tells the reader to. Blocks
    `console needs=PROGRAM` are walked through, in their place, where the program is there.
    """
    folder = checkout
    for kind, argument, block in _FENCE.findall(page.read_text()):
        if argument.startswith("file="):
            (folder / argument.removeprefix("file=")).write_text(block)
        if kind != "console" or argument.removeprefix("needs=") not in {"", program}:
            continue
        for command, expected, shown in _steps(block):
            if command.startswith("cd "):
                folder = (folder / command.removeprefix("cd ")).resolve(strict=True)
                continue
            code, output = _run(command, folder, checkout.parent / "cache")

            assert (command, code, "" if code == expected else output) == (command, expected, "")
            # Columns are as wide as their widest value, so that runs of spaces mean nothing.
            said = " ".join(output.split())
            missing = [line for line in shown if " ".join(line.split()) not in said]
            assert (command, missing) == (command, []), output


def test_console_blocks_are_read_as_they_are_written() -> None:
    """Commands, exit codes and output lines of a `console` block are told apart."""
    block = "$ a | b\nfirst line\n…\nsecond…\n$ c --d  # exit 1\n"

    assert _steps(block) == [("a | b", 0, ["first line", "second"]), ("c --d", 1, [])]
