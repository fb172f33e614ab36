"""Other templates' comparable runs, each from a checkout of its repository and its own words.

A rival is baked, installed and run by its own commands, in an environment of its own. Its
packages come from the index; they are installed twice, and the second time is measured, from uv's
warm cache like ours.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

NAME = "late-payment"
QUIET = {
    "DO_NOT_TRACK": "1", "KEDRO_DISABLE_TELEMETRY": "1", "ZENML_ANALYTICS_OPT_IN": "false",
}  # fmt: skip


@dataclass(frozen=True)
class Rival:
    """One template of somebody else's."""

    checkout: str
    """Repository to give a checkout of."""
    tool: tuple[str, ...]
    """Packages that bake it."""
    bake: tuple[str, ...]
    """Command that bakes it; `{checkout}` and `{name}` are filled in."""
    needs: tuple[str, ...]
    """What is installed into its environment, from the baked folder."""
    demo: tuple[str, ...]
    """What it offers as its whole run."""
    check: tuple[str, ...] = ()
    """What it offers as its checks; nothing where it ships none."""
    also: tuple[tuple[str, ...], ...] = field(default_factory=tuple)
    """Further installations; each has `pip install` before it."""


RIVALS = {
    "kedro": Rival(
        checkout="https://github.com/kedro-org/kedro-starters",
        tool=("kedro~=1.2.0",),
        bake=("kedro", "new", "--starter", "{checkout}", "--directory", "spaceflights-pandas",
              "--name", "{name}", "--telemetry", "no"),
        # Its README's `pytest` needs these, and the package itself, beside its requirements.
        needs=("-r", "requirements.txt", "pytest", "pytest-cov", "pytest-mock"),
        also=(("--no-deps", "-e", "."),),
        demo=("kedro", "run"),
        check=("pytest",),
    ),
    "zenml": Rival(
        checkout="https://github.com/zenml-io/template-starter",
        tool=("copier", "jinja2-time"),
        bake=("copier", "copy", "--trust", "--defaults", "--vcs-ref", "HEAD", "{checkout}",
              "{name}"),
        # Its requirements are open above, and its own transformer breaks with a newer scikit-learn.
        needs=("-r", "requirements.txt", "pandas<3", "scikit-learn<1.6"),
        demo=("python", "run.py", "--feature-pipeline", "--training-pipeline",
              "--inference-pipeline"),
    ),
}  # fmt: skip
"""By the name that `--rival NAME=CHECKOUT` takes."""


def timed(command: list[str], folder: Path, environ: dict[str, str]) -> tuple[float, float]:
    """Return wall and processor seconds of a command, which must succeed."""
    before, start = os.times(), time.perf_counter()
    done = subprocess.run(
        command, cwd=folder, env=environ, capture_output=True, text=True, check=False
    )
    wall, after = time.perf_counter() - start, os.times()
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    used = after.children_user + after.children_system
    return wall, used - before.children_user - before.children_system


def measure(name: str, checkout: Path, uv: str, folder: Path) -> dict[str, tuple[float, float]]:
    """Return wall and processor seconds by what was done."""
    rival, base = RIVALS[name], folder / name
    base.mkdir()
    environ = {**os.environ, **QUIET, "ZENML_CONFIG_PATH": str(base / "zenml")}
    environ["PATH"] = f"{base / 'tool' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    _environment(uv, base / "tool", base, environ, [rival.tool])
    bake = [word.format(checkout=checkout.resolve(), name=NAME) for word in rival.bake]
    found = {"bake": timed(bake, base, environ)}
    made = base / NAME
    for place in (base / "warming", base / "own"):
        found["install"] = _environment(uv, place, made, environ, [rival.needs, *rival.also])
    environ["PATH"] = f"{base / 'own' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    found["demo"] = timed(list(rival.demo), made, environ)
    if rival.check:
        found["check"] = timed(list(rival.check), made, environ)
    return found


def _environment(
    uv: str,
    place: Path,
    folder: Path,
    environ: dict[str, str],
    installations: list[tuple[str, ...]],
) -> tuple[float, float]:
    """Make an environment; return what it took."""
    taken = [
        timed([uv, "venv", "--quiet", "--python", sys.executable, str(place)], folder, environ)
    ]
    pip = [uv, "pip", "install", "--quiet", "--python", str(place / "bin" / "python")]
    taken += [timed([*pip, *words], folder, environ) for words in installations]
    return sum(wall for wall, _ in taken), sum(used for _, used in taken)
