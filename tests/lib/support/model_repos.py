"""Model repositories that are baked once a session, and what runs in them: cut off and timed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from functools import cache
from typing import TYPE_CHECKING, Final

import pytest

from support.bakes import bake, named
from support.plans import ROOT
from support.templates import commit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TOOLS: Final = ROOT / ".tools" / "model-repo"
"""Environments that `make model-tools` installs."""
APART: Final = {"airflow": "airflow", "kubeflow-pipelines": "kfp", "feast": "feast"}
"""Answers that have an environment of their own."""
LIMIT: Final = 900
"""Seconds that one command may take: several times what it takes on a busy machine."""
PYTHON: Final = f"{sys.version_info.major}.{sys.version_info.minor}"
"""The Python that is here."""


@cache
def offline() -> tuple[str, ...]:
    """Return what a command is preceded by, so that no packet leaves the machine and none hangs."""
    script = str(ROOT / "tools" / "offline.sh")
    if shutil.which("unshare") and shutil.which("ip"):
        tried = subprocess.run(["sh", script, "true"], capture_output=True, check=False)
        if tried.returncode == 0:
            return ("sh", script)
    return ()


class ModelRepos:
    """Repositories by their answers; the same answers are baked once."""

    def __init__(self, folder: Path) -> None:
        """Keep them below a folder."""
        self._folder = folder
        self._made: dict[str, Path] = {}

    def made(self, answers: Mapping[str, str]) -> Path:
        """Return the repository of some answers, with the environments of `make model-tools`."""
        row = {"python_version": PYTHON, **answers}
        name = f"{len(self._made)}-{named(row)}"[:60]
        key = named({key: f"{key}={value}" for key, value in row.items()})
        if key not in self._made:
            self._made[key] = self._bake(name, row)
        return self._made[key]

    def _bake(self, name: str, row: dict[str, str]) -> Path:
        tools = ["dev", *(APART[answer] for answer in row.values() if answer in APART)]
        for tool in tools:
            if not (TOOLS / tool).is_dir():
                pytest.skip(f"needs model-repo-{tool}: run `make model-tools`")
        folder = self._folder / name
        folder.mkdir()
        made = bake(folder, **row)
        for tool in tools:
            (made / (".venv" if tool == "dev" else f".venv-{tool}")).symlink_to(TOOLS / tool)
        commit(made)
        # Newer than the locks of the bake: nothing is installed anew.
        for tool in tools:
            (TOOLS / tool / ".installed").touch()
        return made


def make(made: Path, *words: str) -> tuple[int, str]:
    """Run a target as a user would, cut off from every other machine; return code and output.

    It ends with all that it started when it takes too long, and the test says how far it came.
    """
    environ = {key: value for key, value in os.environ.items() if not key.startswith("BEDPLATE")}
    # What switches reporting off must be the repository's own doing.
    for name in ("DO_NOT_TRACK", "MLFLOW_DISABLE_TELEMETRY"):
        environ.pop(name, None)
    command = [*offline(), "make", "--no-print-directory", *words]
    process = subprocess.Popen(
        command, cwd=made, env=environ, start_new_session=True, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        said, _none = process.communicate(timeout=LIMIT)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        said, _none = process.communicate()
        pytest.fail(
            f"make {' '.join(words)} took more than {LIMIT} s:\n{said[-4000:]}", pytrace=False
        )
    return process.returncode, said
