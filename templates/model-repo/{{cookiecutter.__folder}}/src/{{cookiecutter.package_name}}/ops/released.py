"""What an environment served on a day, from the history of its pointer in git.

`python -m {{cookiecutter.package_name}}.ops.released --on 2026-03-01 --env prod` prints it.
"""

import argparse
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from .pointer import PointerError, Release, parse


@dataclass(frozen=True)
class Live:
    """What was served, and since when."""

    environment: str
    """Where."""
    release: Release | None
    """What; None after the pointer was taken away."""
    since: datetime
    """When the commit landed."""
    commit: str
    """The commit."""


def live(root: Path, environment: str, at: datetime) -> Live | None:
    """Return what an environment served at a time; None before its first release."""
    path = f"deploy/releases/{environment}.yaml"
    log = _git(root, "log", "--first-parent", "--format=%H %cI", "--", path)
    for line in log.splitlines():  # newest first
        commit, _, stamp = line.partition(" ")
        since = datetime.fromisoformat(stamp)
        if since > at:
            continue
        present = _git(root, "ls-tree", "--name-only", commit, "--", path)
        release = parse(_git(root, "show", f"{commit}:{path}"), path) if present else None
        return Live(environment, release, since, commit)
    return None


def _git(root: Path, *arguments: str) -> str:
    command = ["git", "-C", str(root), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PointerError(f"git {arguments[0]}: {done.stderr.strip()}")
    return done.stdout


def end_of(day: date) -> datetime:
    """Return the last moment of a day, in UTC."""
    return datetime.combine(day + timedelta(days=1), time(), UTC) - timedelta(microseconds=1)


def line(environment: str, found: Live | None) -> str:
    """Return what was served as one line."""
    if found is None or found.release is None:
        return f"{environment}: nothing"
    release, since = found.release, f"{found.since.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    said = f"{environment}: {release.model} version {release.stable.version}"
    if release.candidate:
        said += f", and version {release.candidate.version} for {release.weight} of 100 requests"
    digest = release.stable.digest.removeprefix("sha256:")[:12]
    return f"{said} (release {release.number}, digest {digest}, since {since}, {found.commit[:8]})"


def main(arguments: list[str] | None = None, root: Path | None = None) -> int:
    """Print what was served; 1 if git can't say."""
    parser = argparse.ArgumentParser(prog="released", description=__doc__.splitlines()[0])
    parser.add_argument("--on", type=date.fromisoformat, default=datetime.now(UTC).date())
    parser.add_argument("--env", action="append", help="environment; all by default")
    given = parser.parse_args(arguments)
    folder = root or Path.cwd()
    places = sorted(each.stem for each in (folder / "deploy" / "environments").glob("*.yaml"))
    try:
        for name in given.env or places:
            sys.stdout.write(line(name, live(folder, name, end_of(given.on))) + "\n")
    except PointerError as fault:
        sys.stderr.write(f"{fault}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
