"""The site of the documents is built strictly, and needs no network to be read."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
STRICT = ("-W", "--keep-going", "-n", "-q", "-E", "--no-color")
"""As `make docs` builds it: every warning fails, and all of them are told.

Plain, since Sphinx colours what it says wherever it finds `FORCE_COLOR` or a CI's variables.
"""

_LOADED = re.compile(r"<(?:script|img|iframe|source)\b[^>]*\bsrc=\"([^\"]+)\"|<link\b[^>]*>")
_FOREIGN = re.compile(r"(?:src|href)=\"(?:https?:)?//")
_IMPORT = re.compile(r"(?:@import|url\()\s*['\"]?(?:https?:)?//")

pytestmark = pytest.mark.needs("sphinx-build")


def _build(source: Path, site: Path) -> subprocess.CompletedProcess[str]:
    trees = site.with_name("doctrees")
    command = ["sphinx-build", *STRICT, "-d", str(trees), "-c", "docs", ".", str(site)]
    return subprocess.run(command, cwd=source, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the site, built without a warning."""
    folder = tmp_path_factory.mktemp("site") / "html"
    done = _build(ROOT, folder)

    assert (done.returncode, done.stderr) == (0, "")
    return folder


def test_every_document_is_a_page(site: Path) -> None:
    """None is forgotten, and the first page leads to the documents."""
    pages = [*(ROOT / "docs").rglob("*.md"), *(ROOT / "blueprints").glob("*/README.md")]
    expected = {page.relative_to(ROOT).with_suffix(".html") for page in pages}
    found = {page.relative_to(site) for page in site.rglob("*.html")}

    assert expected - found == set()
    assert 'url=docs/index.html"' in (site / "index.html").read_text()


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    """No font, script or image of another host: it is read where no network is."""
    loaded = [
        (page.name, match.group())
        for page in site.rglob("*.html")
        for match in _LOADED.finditer(page.read_text())
    ]
    styles = [file for file in site.rglob("*.css") if _IMPORT.search(file.read_text())]

    assert [tag for tag in loaded if _FOREIGN.search(tag[1])] == []
    assert len(loaded) > 100
    assert styles == []


def test_it_can_be_searched_without_a_server(site: Path) -> None:
    """The index lies beside the pages, as a script that a browser may load from a file."""
    index = (site / "searchindex.js").read_text()

    assert index.startswith("Search.setIndex(")
    assert '"waiver"' in index
    assert "docs/how-to/air-gap" in index


def test_an_orphan_and_a_broken_link_stop_it(tmp_path: Path) -> None:
    """Each is named with its file; a link to a heading is followed too."""
    (tmp_path / "docs").mkdir()
    for name in ("conf.py", "_templates"):
        source = ROOT / "docs" / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / "docs" / name)
    (tmp_path / "docs/index.md").write_text(
        "# First\n\n[a](gone.md) [b](there.md#gone)\n\n```{toctree}\nthere\n```\n"
    )
    (tmp_path / "docs/there.md").write_text("# There\n")
    (tmp_path / "docs/orphan.md").write_text("# Orphan\n")
    done = _build(tmp_path, tmp_path / "out/html")
    said = done.stderr.replace(f"{tmp_path}/", "")

    assert done.returncode == 1
    told = [line.rpartition(" [")[0] for line in said.splitlines() if "WARNING: " in line]
    assert sorted(told) == [
        "docs/index.md:3: WARNING: 'myst' cross-reference target not found: 'gone.md'",
        "docs/index.md:3: WARNING: local id not found in doc 'docs/there': 'gone'",
        "docs/orphan.md: WARNING: document isn't included in any toctree",
    ]
