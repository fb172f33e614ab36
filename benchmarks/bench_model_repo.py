"""Measures a fresh model repository: python benchmarks/bench_model_repo.py [--install].

Bake, `make demo` and `make check` of the default, in the environment that `make model-tools` made;
with --install also how long that environment takes to install from uv's cache. Wall time is what a
person waits on this machine; processor time says how busy other programs made it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BEDPLATE = str(Path(sys.executable).with_name("bedplate"))
TOOLS = ROOT / ".tools" / "model-repo" / "dev"
BOUNDS = {"bake": 1.0, "demo": 60.0, "check": 60.0, "install": 60.0}
"""Seconds that each may take on two cores."""


def measured(command: list[str], folder: Path) -> tuple[float, float]:
    """Return wall and processor seconds of a command, which must succeed."""
    before, start = os.times(), time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    wall, after = time.perf_counter() - start, os.times()
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    used = after.children_user + after.children_system
    return wall, used - before.children_user - before.children_system


def main() -> int:
    """Print one line a figure; 1 if a bound is missed."""
    uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
    found: dict[str, tuple[float, float]] = {}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        version = f"python_version={sys.version_info.major}.{sys.version_info.minor}"
        bake = [BEDPLATE, "new-model", "late-payment", "--defaults", "--set", version]
        found["bake"] = measured(bake, folder)
        made = folder / "late-payment"
        (made / ".venv").symlink_to(TOOLS)
        (TOOLS / ".installed").touch()
        found["demo"] = measured(["make", "demo"], made)
        found["check"] = measured(["make", "check"], made)
        if "--install" in sys.argv:
            (made / ".venv").unlink()
            command = ["make", "install", f"UV={uv}", f"BASE={sys.executable}"]
            found["install"] = measured(command, made)
    for name, (wall, used) in found.items():
        print(f"{name:8} {wall:6.1f} s wall, {used:6.1f} s processor; bound {BOUNDS[name]:.0f} s")
    return int(any(wall > BOUNDS[name] for name, (wall, _used) in found.items()))


if __name__ == "__main__":
    sys.exit(main())
