"""Writes the golden plans: one a blueprint, environment of the reference platform, and engine.

Usage: python tools/golden.py [--check]. With --check nothing is written, and a difference exits 1.
A blueprint is simulated with its own example.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bedplate.governance.assessment import Options
from bedplate.governance.simulation import resolved, simulated
from bedplate.spec.resolve import environments

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = ROOT / "tests" / "golden"


def sources() -> Iterator[tuple[Path, Path, str]]:
    """Yield where each golden plan lies, its folder of environment files and its environment."""
    for name in environments(ROOT / "stacks"):
        yield GOLDEN / "stacks" / f"{name}.plan.json", ROOT / "stacks", name
    for engine in sorted(path for path in (GOLDEN / "engines").iterdir() if path.is_dir()):
        (name,) = environments(engine)
        yield GOLDEN / "engines" / f"{engine.name}.plan.json", engine, name
    for example in sorted((ROOT / "blueprints").glob("*/example")):
        (name,) = environments(example)
        yield GOLDEN / "blueprints" / f"{example.parent.name}.plan.json", example, name


def golden(stacks: Path, name: str) -> str:
    """Return the text of one golden plan."""
    options = Options(stacks, program_root=ROOT)
    plan = simulated(resolved(name, options), options).to_json()
    for layer in plan["layers"]:
        for resource in layer["resources"]:
            # Line numbers of our own code would change with every edit.
            resource["source"] = None
            # A simulated output follows from the inputs; tests of the engine hold it.
            resource["outputs"] = {}
    return json.dumps(plan, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the plans, or compare them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 1 where a plan differs")
    check = parser.parse_args().check
    stale = []
    for path, stacks, name in sources():
        text = golden(stacks, name)
        if path.is_file() and path.read_text() == text:
            continue
        stale.append(path)
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    for path in stale:
        print(f"{'differs' if check else 'wrote'}: {path.relative_to(ROOT)}")
    sys.exit(1 if check and stale else 0)


if __name__ == "__main__":
    main()
