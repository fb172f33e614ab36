"""The cache: what its key depends on, and what it refuses to believe."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bedplate.engine import cache

if TYPE_CHECKING:
    from collections.abc import Callable

KEY = "a" * 64
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


def project(root: Path) -> Path:
    """Write two small files."""
    (root / "stacks").mkdir(parents=True)
    (root / "stacks" / "dev.yaml").write_text("a: 1")
    (root / "program.py").write_text("pass")
    return root


def key_of(root: Path, **extra: str) -> str:
    """Return the key of a whole project."""
    return cache.key([root / "stacks", root / "program.py"], {"python": "3.11"} | extra, root)


def test_key_is_of_names_and_content(tmp_path: Path) -> None:
    """A copy has the same key, whatever its place, times and order of paths."""
    one = project(tmp_path / "one")
    two = tmp_path / "elsewhere" / "two"
    shutil.copytree(one, two)
    os.utime(two / "program.py", (1, 1))
    reversed_paths = [two / "program.py", two / "stacks"]

    assert key_of(one) == key_of(two) == cache.key(reversed_paths, {"python": "3.11"}, two)


@pytest.mark.parametrize(
    "change",
    [
        lambda root: (root / "program.py").write_text("pass\n"),
        lambda root: (root / "stacks" / "prod.yaml").write_text(""),
        lambda root: (root / "stacks" / "dev.yaml").rename(root / "stacks" / "d.yaml"),
        lambda root: (root / "program.py").unlink(),
    ],
    ids=["content", "new file", "new name", "missing file"],
)
def test_key_changes_with_the_files(tmp_path: Path, change: Callable[[Path], Any]) -> None:
    """Any change of a file is another key; compiled Python is not."""
    root = project(tmp_path)
    before = key_of(root)
    (root / "stacks" / "__pycache__").mkdir()
    (root / "stacks" / "__pycache__" / "x.pyc").write_bytes(b"1")

    assert before == key_of(root)
    change(root)
    assert before != key_of(root)


def test_key_changes_with_the_facts(tmp_path: Path) -> None:
    """Another version of anything that takes part is another key."""
    root = project(tmp_path)

    assert len({key_of(root), key_of(root, python="3.12"), key_of(root, pulumi="3.272")}) == 3


def test_parts_do_not_run_together(tmp_path: Path) -> None:
    """Moving a letter from a file's name into its content is another key."""
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    (one / "ab").write_text("c")
    (two / "a").write_text("bc")

    assert cache.key([one], {}, one) != cache.key([two], {}, two)
    assert cache.key([], {"ab": "c"}) != cache.key([], {"a": "bc"})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(json_values)
def test_values_are_kept(tmp_path: Path, value: Any) -> None:
    """What is stored under a key is loaded under it, and under no other."""
    cache.store(tmp_path, KEY, value)

    assert value == cache.load(tmp_path, KEY)
    assert cache.load(tmp_path, "b" * 64) is None


def stored(value: Any, **head: str) -> bytes:
    """Return the bytes of an entry, with what of its first line is to be another."""
    body = json.dumps(value, separators=(",", ":")).encode()
    digest = hashlib.sha256(body).hexdigest()
    facts = {"schema": cache.SCHEMA, "key": KEY, "sum": digest} | head
    return json.dumps(facts).encode() + b"\n" + body


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]\n1",
        b"{}\n{}",
        stored(1, schema="other/v1"),
        stored(1, key="b" * 64),
        stored(1, sum=""),
        stored(12)[:-1],
    ],
    ids=["empty", "cut", "no text", "list", "bare", "foreign", "other key", "changed", "cut value"],
)
def test_broken_entries_are_ignored(tmp_path: Path, content: bytes) -> None:
    """An entry that is cut off, foreign, renamed or changed counts as none."""
    (tmp_path / f"{KEY}.jsonl").write_bytes(stored(1))
    assert cache.load(tmp_path, KEY) == 1

    (tmp_path / f"{KEY}.jsonl").write_bytes(content)
    assert cache.load(tmp_path, KEY) is None


def test_entries_are_private_and_bounded(tmp_path: Path) -> None:
    """Files are the owner's only, no temporary file stays, and the newest fifty are kept."""
    for number in range(cache.MAXIMUM_ENTRIES + 2):
        entry = f"{number:064}"
        cache.store(tmp_path, entry, number)
        os.utime(tmp_path / f"{entry}.jsonl", (number, number))
    cache.store(tmp_path, KEY, "newest")
    files = sorted(tmp_path.iterdir())

    assert len(files) == cache.MAXIMUM_ENTRIES
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert cache.load(tmp_path, KEY) == "newest"
    assert cache.load(tmp_path, f"{0:064}") is None


def test_a_folder_that_can_not_be_written_is_no_error(tmp_path: Path) -> None:
    """Where the cache can't be kept, nothing is."""
    blocked = tmp_path / "file"
    blocked.write_text("")
    cache.store(blocked, KEY, 1)

    assert cache.load(blocked, KEY) is None


def test_it_does_not_import_pulumi() -> None:
    """A hit must not pay for Pulumi's imports."""
    code = "import sys, bedplate.engine.cache; sys.exit('pulumi' in sys.modules)"
    library = str(Path(cache.__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": library}, check=False
    )

    assert done.returncode == 0
