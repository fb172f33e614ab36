"""The page that says which requirement is met where, and which test shows it."""

from __future__ import annotations

import os.path
import re
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DATA = "docs/traceability.yaml"
"""What the page is written from, below the root."""
PAGE = "docs/explanation/traceability.md"
"""The page."""

_MODEL = "model:"
_HEAD = """\
# Which requirement is met where

Generated from `docs/traceability.yaml` by `python tools/docs.py`. `M` is what was asked for, `P`
what was promised beyond. A test holds that every file and every test in this table is there; that
a test shows what it is named for is for its reader to judge. `model:` stands for the template of
model repositories.
"""


def rows(root: Path) -> dict[str, dict[str, Any]]:
    """Return the requirements by their id."""
    found: dict[str, dict[str, Any]] = yaml.safe_load((root / DATA).read_text(encoding="utf-8"))
    return found


def page(root: Path) -> str:
    """Return the page: a row a requirement."""
    lines = ["| Id | Must | Feature | Where | Shown by |", "|---|---|---|---|---|"]
    for name, row in rows(root).items():
        link = os.path.relpath(f"docs/{row['docs']}", os.path.dirname(PAGE))  # noqa: PTH120
        feature = f"{row['feature']} ([{_title(root / 'docs' / row['docs'])}]({link}))"
        where = ", ".join(f"`{each}`" for each in row["modules"])
        tests = ", ".join(f"`{each}`" for each in row["tests"])
        lines.append(f"| {name} | {row['must']} | {feature} | {where} | {tests} |")
    return "\n".join([_HEAD, *lines, ""])


def _title(document: Path) -> str:
    if not document.is_file():
        return document.stem
    return document.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")


def faults(root: Path) -> Iterator[str]:
    """Yield what the table names and is not there."""
    for name, row in rows(root).items():
        if set(row) != {"must", "feature", "docs", "modules", "tests"}:
            yield f"{name}: has other keys than it should"
            continue
        if not (root / "docs" / row["docs"]).is_file():
            yield f"{name}: there is no document {row['docs']}"
        yield from (
            f"{name}: there is no {each}"
            for each in row["modules"]
            if not _file(root, each).exists()
        )
        yield from (
            f"{name}: there is no test {each}" for each in row["tests"] if not _is_test(root, each)
        )


def _file(root: Path, named: str) -> Path:
    if not named.startswith(_MODEL):
        return root / named
    (template,) = (root / "templates/model-repo").glob("{{*}}")
    return template / named.removeprefix(_MODEL)


def _is_test(root: Path, named: str) -> bool:
    file, _, test = named.partition("::")
    path = _file(root, file)
    if not path.is_file() or not test.startswith("test_"):
        return False
    return re.search(rf"^def {test}\(", path.read_text(encoding="utf-8"), re.MULTILINE) is not None
