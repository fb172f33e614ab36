"""Measures the HTML report of the reference platform: python benchmarks/bench_report.py."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

from bedplate.governance.assessment import Options, assess
from bedplate.report import build
from bedplate.spec.stacks import environments

ROOT = Path(__file__).resolve().parents[1]
"""The project's root."""
SECONDS, BYTES = 3.0, 2_000_000
"""Bounds that are stated for three environments."""


def measure() -> tuple[float, float, int]:
    """Return processor seconds of the first and of a second report, and the bytes of one.

    The assessment itself is not in them; the first one reads policies and templates.
    """
    options = Options(ROOT / "stacks")
    found = build.in_order(assess(environments(options.stacks), options))
    seconds: list[float] = []
    size = 0
    for _ in range(2):
        start = time.process_time()
        html = build.report(found, options, datetime.now(UTC))
        seconds.append(time.process_time() - start)
        size = len(html.encode())
    return seconds[0], seconds[1], size


def main() -> None:
    """Print the figures; exit with a message where a bound is broken."""
    first, second, size = measure()
    print(f"first {first:.2f} s, second {second:.2f} s, {size:,} bytes")
    if max(first, second) > SECONDS or size > BYTES:
        raise SystemExit(f"The bounds are {SECONDS} s and {BYTES:,} bytes.")


if __name__ == "__main__":
    main()
