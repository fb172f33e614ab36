"""Whether to train again: from drift, decay and feedback, and never twice for one cause.

A signal must last, a cause is answered once a version, a run is followed by a pause, and a month
has a budget. A run that is started trains a challenger only: the gates and the approvals decide
whether it is released.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import yaml

Kind = Literal["drift", "decay", "feedback"]
MONTH = timedelta(days=30)


@dataclass(frozen=True)
class Policy:
    """`config/retraining.yaml`."""

    drift_psi: float
    """Population stability index above which a feature has drifted."""
    accuracy_drop: float
    """How far measured accuracy may be below that at registration."""
    minimum_labels: int
    """Fewer labels than this say nothing about accuracy."""
    minimum_rating: float
    """Mean rating below which users are unhappy."""
    minimum_ratings: int
    """Fewer ratings than this say nothing."""
    consecutive: int
    """Windows in a row that must show a signal."""
    cool_down_hours: int
    """Pause after a run, whatever is signalled."""
    budget_per_month: int
    """Runs that 30 days may see."""

    @classmethod
    def read(cls, path: Path) -> "Policy":
        """Return the policy of a file; a wrong or missing key is an error of type TypeError."""
        return cls(**yaml.safe_load(path.read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Window:
    """What one run of the monitor saw."""

    at: datetime
    """When."""
    version: str
    """Version that was served."""
    drift: dict[str, float]
    """Population stability index, by feature."""
    accuracy: float | None
    """Measured from labels that came back; None without any."""
    accuracy_at_registration: float
    """What the registry says."""
    labels: int
    """Labels behind the accuracy."""
    rating: float | None
    """Mean rating; None without any."""
    ratings: int
    """Ratings behind it."""


@dataclass(frozen=True)
class Run:
    """A retraining run that was started."""

    at: datetime
    """When."""
    version: str
    """Version that was served then."""
    cause: str
    """Digest of what caused it."""


@dataclass(frozen=True)
class Decision:
    """What to do, and why."""

    retrain: bool
    """Whether to start a run."""
    reason: str
    """One sentence."""
    signals: tuple[str, ...]
    """What is signalled, by kind and name."""
    cause: str
    """Digest of version and signals: a cause is answered once."""


def signals(window: Window, policy: Policy) -> set[tuple[Kind, str]]:
    """Return what one window signals."""
    found: set[tuple[Kind, str]] = {
        ("drift", name) for name, value in window.drift.items() if value > policy.drift_psi
    }
    if window.accuracy is not None and window.labels >= policy.minimum_labels:
        drop = window.accuracy_at_registration - window.accuracy
        if drop > policy.accuracy_drop:
            found.add(("decay", "accuracy"))
    rating = window.rating if window.ratings >= policy.minimum_ratings else None
    if rating is not None and rating < policy.minimum_rating:
        found.add(("feedback", "rating"))
    return found


def decide(
    windows: Sequence[Window], runs: Sequence[Run], policy: Policy, now: datetime
) -> Decision:
    """Return whether to train again, from the windows (oldest first) and the runs so far."""
    lasting = _lasting(windows, policy)
    names = tuple(sorted(f"{kind}:{name}" for kind, name in lasting))
    if not names:
        return Decision(False, _quiet(windows, policy), (), "")
    version = windows[-1].version
    # The kinds, not the features: a second feature that drifts is the same cause.
    kinds = sorted({kind for kind, _ in lasting})
    cause = hashlib.sha256(json.dumps([version, kinds]).encode()).hexdigest()[:16]
    if hindrance := _hindrance(version, cause, runs, policy, now):
        return Decision(False, hindrance, names, cause)
    return Decision(True, f"{', '.join(names)} lasted {policy.consecutive} windows", names, cause)


def _lasting(windows: Sequence[Window], policy: Policy) -> set[tuple[Kind, str]]:
    """Return what every one of the last windows of the served version signals."""
    last = windows[-policy.consecutive :]
    if len(last) < policy.consecutive or len({each.version for each in last}) > 1:
        return set()
    return set.intersection(*(signals(each, policy) for each in last))


def _quiet(windows: Sequence[Window], policy: Policy) -> str:
    if windows and signals(windows[-1], policy):
        return f"signalled, but not for {policy.consecutive} windows in a row"
    return "nothing is signalled"


def _hindrance(
    version: str, cause: str, runs: Sequence[Run], policy: Policy, now: datetime
) -> str | None:
    """Return why no run may start now, or None."""
    for run in runs:
        if run.version == version and run.cause == cause:
            return f"version {version} had its run for this cause on {run.at:%Y-%m-%d}"
    recent = [run for run in runs if now - run.at < timedelta(hours=policy.cool_down_hours)]
    if recent:
        until = max(run.at for run in recent) + timedelta(hours=policy.cool_down_hours)
        return f"the pause after the last run ends on {until:%Y-%m-%d %H:%M}"
    month = [run for run in runs if now - run.at < MONTH]
    if len(month) >= policy.budget_per_month:
        return f"the budget of {policy.budget_per_month} runs in 30 days is used up"
    return None


def budget_left(runs: Sequence[Run], policy: Policy, now: datetime) -> int:
    """Return how many runs the last 30 days leave."""
    used = sum(1 for run in runs if now - run.at < MONTH)
    return max(0, policy.budget_per_month - used)


def _read(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    found: list[dict[str, Any]] = [json.loads(line) for line in lines]
    for each in found:
        each["at"] = datetime.fromisoformat(each["at"])
    return found


def read_windows(path: Path) -> list[Window]:
    """Return the windows that the monitor kept."""
    return [Window(**each) for each in _read(path)]


def read_runs(path: Path) -> list[Run]:
    """Return the runs that were started."""
    return [Run(**each) for each in _read(path)]


def append(path: Path, entries: Iterable[Window | Run]) -> None:
    """Add entries to a file, one a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        for entry in entries:
            given = asdict(entry)
            file.write(json.dumps(given | {"at": entry.at.isoformat()}, sort_keys=True) + "\n")
