"""Two deployers of one environment: the second is told who the first is."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

import bedplate
from bedplate.governance.lock import LockError, locked

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
HOLDER = """\
import sys
from datetime import UTC, datetime
from pathlib import Path
from bedplate.governance.lock import locked
with locked(Path(sys.argv[1]), "prod", "Sara Nasser", datetime(2026, 11, 25, 9, 30, tzinfo=UTC)):
    print("held", flush=True)
    sys.stdin.read()
"""


def _hold(root: Path) -> subprocess.Popen[str]:
    library = str(Path(bedplate.__file__).parents[1])
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": library},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_deployer_is_told_who_the_first_is(tmp_path: Path) -> None:
    """Another environment is free; the same one is when the first has ended."""
    with _hold(tmp_path) as first:
        with (
            pytest.raises(LockError) as refused,
            locked(tmp_path, "prod", "Omar Rahman", NOW),
        ):
            pass
        with locked(tmp_path, "dev", "Omar Rahman", NOW):
            pass
        first.communicate("")
    with locked(tmp_path, "prod", "Omar Rahman", NOW):
        pass

    assert refused.value.message == (
        f"prod is being worked on by Sara Nasser since 2026-11-25 09:30 UTC, process {first.pid}. "
        "Fix: wait until that has ended."
    )


def test_a_killed_deployer_leaves_no_lock(tmp_path: Path) -> None:
    """The lock is the system's, not a file that stays."""
    with _hold(tmp_path) as first:
        first.kill()
        first.wait()
    with locked(tmp_path, "prod", "Omar Rahman", NOW):
        pass
