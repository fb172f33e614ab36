"""Measures what the documents state, and writes docs/explanation/performance.md.

Usage: python benchmarks/run.py [--print]. Every figure is the median of several runs of the real
command line. `pulumi preview` is measured in the same run where the Pulumi CLI is on PATH.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench_ledger import measure as measure_ledger
from bench_policies import (
    against_checkov,
    against_pulumi,
    measure_both_layers,
)
from bench_policies import measure as measure_policies

from bedplate.engine.sandbox import session

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "explanation" / "performance.md"
BEDPLATE = str(Path(sys.executable).with_name("bedplate"))
RUNS = 5
MIB = 1024 * 1024


@dataclass(frozen=True)
class Figure:
    """One measured figure and the bound that it is held against."""

    what: str
    value: float
    unit: str
    bound: str
    met: bool | None


def seconds(
    command: list[str],
    *,
    runs: int = RUNS,
    env: dict[str, str] | None = None,
    folder: Path = ROOT,
    made: Sequence[str] = (),
) -> float:
    """Return the median wall time of a command, in seconds; the command must succeed.

    What it makes in its folder is removed before each run.
    """
    taken = []
    for _ in range(runs):
        for name in made:
            shutil.rmtree(folder / name, ignore_errors=True)
        start = time.perf_counter()
        subprocess.run(command, cwd=folder, env=env, check=True, capture_output=True)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def peak_mib(command: list[str]) -> float:
    """Return the most memory that all processes of a command held at one time, MiB.

    Shared pages count once (proportional set size, Linux), sampled every 20 ms.
    """
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, start_new_session=True)
    peak = 0
    while process.poll() is None:
        peak = max(peak, sum(_pss_kib(pid) for pid in _session(process.pid)))
        time.sleep(0.02)
    return peak / 1024


def _session(leader: int) -> list[str]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == leader:
            found.append(entry.parent.name)
    return found


def _pss_kib(pid: str) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def check_figures() -> list[Figure]:
    """Measure `check` cold, warm and of one environment."""
    with tempfile.TemporaryDirectory() as folder:
        env = os.environ | {"XDG_CACHE_HOME": folder}
        cold = seconds([BEDPLATE, "check", "--no-cache"], env=env)
        subprocess.run([BEDPLATE, "check"], cwd=ROOT, env=env, check=True, capture_output=True)
        warm = seconds([BEDPLATE, "check"], env=env)
    peak = peak_mib([BEDPLATE, "check", "--no-cache"])
    shown = seconds([BEDPLATE, "--help"])
    return [
        Figure("`bedplate check --no-cache`, three environments, cold", cold, "s", "4 s", cold < 4),
        Figure("`bedplate check`, nothing changed, warm", warm, "s", "1 s", warm < 1),
        Figure("`bedplate --help`", shown, "s", "0.2 s", shown < 0.2),
        Figure("all processes of a cold `check`", peak, "MiB", "500 MB", peak * MIB < 500e6),
    ]


def preview_figures() -> list[Figure]:
    """Measure one environment against `pulumi preview` of the same program, where it is there."""
    ours = seconds([BEDPLATE, "preview", "prod"])
    figures = [Figure("`bedplate preview prod`", ours, "s", "", None)]
    if shutil.which("pulumi") is None:
        return figures
    command = ["pulumi", "-C", "infra/foundation", "preview", "-s", "prod", "--non-interactive"]
    with session(ROOT) as sandbox:
        theirs = seconds(command, env=os.environ | sandbox)
    ratio = theirs / ours
    return [
        *figures,
        Figure("`pulumi preview -s prod` against the stand-in provider", theirs, "s", "", None),
        Figure("the CLI's preview against ours", ratio, "×", "4 ×", ratio >= 4),
    ]


def repository_figures() -> list[Figure]:
    """Measure what a platform's repository is made, released and reported by."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        env = os.environ | {"XDG_CACHE_HOME": str(folder / "cache")}
        shutil.copytree(ROOT / "stacks", folder / "stacks")
        new = [BEDPLATE, "new", "acme", "--blueprint", "uae-regulated", "--defaults"]
        begun = seconds(new, env=env, folder=folder, made=["acme"])
        release = [BEDPLATE, "release", "prod", "--author", "Sara Nasser"]
        released = seconds(release, env=env, folder=folder, made=["releases", "ledger"])
        report = [BEDPLATE, "report"]
        subprocess.run(report, cwd=folder, env=env, check=True, capture_output=True)
        told = seconds(report, env=env, folder=folder)
        size = (folder / "report.html").stat().st_size
    return [
        Figure("`bedplate new`", begun, "s", "2 s", begun < 2),
        Figure("`bedplate release prod`, both layers", released, "s", "4 s", released < 4),
        Figure(
            "`bedplate report`, three environments that were checked", told, "s", "3 s", told < 3
        ),
        Figure("its file", size / MIB, "MiB", "2 MB", size < 2e6),
    ]


def policy_figures() -> list[Figure]:
    """Measure the policies over copies of a plan's resources, and against two rivals."""
    thousand = statistics.median(measure_policies(1000) for _ in range(RUNS))
    both = statistics.median(measure_both_layers() for _ in range(RUNS))
    each = measure_policies(5000) / 5
    figures = [
        Figure("60 rules over 1,000 resources", thousand, "s", "1 s", thousand < 1),
        Figure("60 rules over 5,000 resources, each", each, "ms", "1 ms", each < 1),
        Figure("all rules over both layers of prod", both, "s", "0.3 s", both < 0.3),
    ]
    pairs = [against_pulumi() for _ in range(RUNS)]
    ratio = statistics.median(theirs / ours for ours, theirs in pairs)
    what = "Pulumi's Python policy SDK against ours, ten checks, 1,000 resources"
    figures.append(Figure(what, ratio, "×", "5 ×", ratio >= 5))
    program = shutil.which("checkov", path=f"{ROOT / '.tools/bin'}{os.pathsep}{os.environ['PATH']}")
    if program is not None:
        ours, theirs = against_checkov(Path(program))
        what = "Checkov against our 60 rules, 1,000 resources, starts included"
        figures.append(Figure(what, theirs / ours, "×", "3 ×", theirs / ours >= 3))
    return figures


def ledger_figures() -> list[Figure]:
    """Measure the verification of a long ledger, in processor time."""
    verified = statistics.median(measure_ledger()[0] for _ in range(RUNS))
    what = "`audit verify`: 10,000 entries, two of five signed, processor time"
    return [Figure(what, verified, "s", "2 s", verified < 2)]


def page(figures: list[Figure]) -> str:
    """Return the page of figures."""
    rows = [
        f"| {f.what} | {f.value:.3g} {f.unit} | {f.bound or '-'} | "
        f"{'-' if f.met is None else 'yes' if f.met else '**no**'} |"
        for f in figures
    ]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    machine = (
        f"Machine: {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} "
        f"{platform.machine()}, Python {platform.python_version()}."
    )
    notes = (ROOT / "benchmarks" / "notes.md").read_text()
    return "\n".join(
        [
            "# Performance",
            "",
            "Written by `make bench`; medians of several runs of the real commands.",
            "",
            machine,
            "",
            "| What | Measured | Bound | Met |",
            "|---|---|---|---|",
            *rows,
            "",
            notes,
        ]
    )


def main() -> None:
    """Measure, print, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--print", action="store_true", help="print only, write nothing")
    arguments = parser.parse_args()
    parts = (check_figures, preview_figures, repository_figures, policy_figures, ledger_figures)
    figures = [figure for part in parts for figure in part()]
    text = page(figures)
    print(text)
    if not arguments.print:
        PAGE.write_text(text)


if __name__ == "__main__":
    main()
