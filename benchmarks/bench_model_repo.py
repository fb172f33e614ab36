"""Measures a fresh model repository beside other templates' comparable runs.

    python benchmarks/bench_model_repo.py [--install] [--rival NAME=CHECKOUT]...

Bake, `make demo` and `make check` of the default, in the environment that `make model-tools` made;
with --install also how long that environment takes to install from uv's cache. A rival is measured
in the same run, from a checkout of its repository. Wall time is what a person waits on this
machine; processor time says how busy other programs made it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

from rival_templates import NAME, RIVALS, measure, timed

ROOT = Path(__file__).resolve().parents[1]
BEDPLATE = str(Path(sys.executable).with_name("bedplate"))
TOOLS = ROOT / ".tools" / "model-repo" / "dev"
BOUNDS = {"bake": 1.0, "demo": 60.0, "check": 60.0, "install": 60.0}
"""Seconds that each may take on two cores."""


def own(uv: str, folder: Path, *, install: bool) -> dict[str, tuple[float, float]]:
    """Return what our template takes."""
    environ = dict(os.environ)
    # A library that may keep no compiled modules is compiled anew by every program.
    environ.pop("PYTHONDONTWRITEBYTECODE", None)
    version = f"python_version={sys.version_info.major}.{sys.version_info.minor}"
    bake = [BEDPLATE, "new-model", NAME, "--defaults", "--set", version]
    found = {"bake": timed(bake, folder, environ)}
    made = folder / NAME
    (made / ".venv").symlink_to(TOOLS)
    (TOOLS / ".installed").touch()
    found["demo"] = timed(["make", "demo"], made, environ)
    found["check"] = timed(["make", "check"], made, environ)
    if install:
        for _time in ("warming", "measured"):
            if (made / ".venv").is_symlink():
                (made / ".venv").unlink()
            else:
                shutil.rmtree(made / ".venv")
            command = ["make", "install", f"UV={uv}", f"BASE={sys.executable}"]
            found["install"] = timed(command, made, environ)
    return found


def given(words: list[str]) -> tuple[bool, dict[str, Path]]:
    """Return whether to install, and the checkouts of rivals."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--install", action="store_true", help="measure the installation too")
    parser.add_argument("--rival", action="append", default=[], metavar="NAME=CHECKOUT")
    asked = parser.parse_args(words)
    named = dict(word.partition("=")[::2] for word in asked.rival)
    for name, place in named.items():
        if name not in RIVALS or not Path(place).is_dir():
            parser.error(f"--rival {name}={place}: give one of {', '.join(RIVALS)}=FOLDER")
    return asked.install, {name: Path(place) for name, place in named.items()}


def main() -> int:
    """Print one line a figure; 1 if a bound is missed."""
    install, checkouts = given(sys.argv[1:])
    uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
    with tempfile.TemporaryDirectory() as place:
        ours = own(uv, Path(place), install=install)
        for name, (wall, used) in ours.items():
            bound = f"bound {BOUNDS[name]:.0f} s"
            print(f"bedplate {name:8} {wall:6.1f} s wall, {used:6.1f} s processor; {bound}")
        for name, rival in RIVALS.items():
            if name not in checkouts:
                print(f"{name:8} not measured: give --rival {name}=CHECKOUT of {rival.checkout}")
                continue
            for what, (wall, used) in measure(name, checkouts[name], uv, Path(place)).items():
                print(f"{name:8} {what:8} {wall:6.1f} s wall, {used:6.1f} s processor")
    return int(any(wall > BOUNDS[name] for name, (wall, _used) in ours.items()))


if __name__ == "__main__":
    sys.exit(main())
