"""Retraining, simulated over days: one cause is one run, however often it flaps."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from {{cookiecutter.package_name}}.ops.retrain import (
    Policy,
    Run,
    Window,
    append,
    budget_left,
    decide,
    read_runs,
    read_windows,
)

START = datetime(2026, 1, 1, tzinfo=UTC)
POLICY = Policy(
    drift_psi=0.2,
    accuracy_drop=0.05,
    minimum_labels=50,
    minimum_rating=2.5,
    minimum_ratings=20,
    consecutive=2,
    cool_down_hours=24,
    budget_per_month=4,
)
QUIET = Window(
    at=START,
    version="3",
    drift={"age": 0.01, "income": 0.02},
    accuracy=0.90,
    accuracy_at_registration=0.91,
    labels=200,
    rating=4.0,
    ratings=100,
)


def simulate(windows: list[Window], policy: Policy = POLICY) -> list[Run]:
    """Return the runs that an hourly monitor would start."""
    runs: list[Run] = []
    for count, window in enumerate(windows, start=1):
        decision = decide(windows[:count], runs, policy, window.at)
        if decision.retrain:
            runs.append(Run(window.at, window.version, decision.cause))
    return runs


def hours(count: int, **changes: object) -> list[Window]:
    """Return windows of as many hours, each with the changes."""
    changed = replace(QUIET, **changes)  # type: ignore[arg-type]
    return [replace(changed, at=START + timedelta(hours=at)) for at in range(count)]


def test_nothing_starts_while_all_is_quiet() -> None:
    assert simulate(hours(72)) == []


def test_one_window_is_not_enough() -> None:
    windows = hours(3)
    windows[1] = replace(windows[1], drift={"age": 0.9})

    assert simulate(windows) == []
    decision = decide(windows[:2], [], POLICY, windows[1].at)
    assert decision.reason == "signalled, but not for 2 windows in a row"


def test_each_kind_of_signal_starts_a_run() -> None:
    for changes, signal in (
        ({"drift": {"age": 0.5}}, "drift:age"),
        ({"accuracy": 0.80}, "decay:accuracy"),
        ({"rating": 1.5}, "feedback:rating"),
    ):
        windows = hours(2, **changes)
        decision = decide(windows, [], POLICY, windows[-1].at)

        assert decision.retrain
        assert decision.reason == f"{signal} lasted 2 windows"


def test_few_labels_and_few_ratings_say_nothing() -> None:
    assert simulate(hours(5, accuracy=0.1, labels=49, rating=1.0, ratings=19)) == []


def test_a_signal_that_lasts_a_week_is_one_run() -> None:
    assert len(simulate(hours(24 * 7, drift={"age": 0.5}))) == 1


def test_a_signal_that_flaps_for_a_week_is_one_run() -> None:
    windows = [
        replace(each, drift={"age": 0.5}) if (at // 3) % 2 else each
        for at, each in enumerate(hours(24 * 7))
    ]

    assert len(simulate(windows)) == 1


def test_a_second_feature_is_the_same_cause() -> None:
    windows = hours(24 * 4, drift={"age": 0.5})
    windows[48:] = [replace(each, drift={"age": 0.5, "income": 0.6}) for each in windows[48:]]

    assert len(simulate(windows)) == 1


def test_another_cause_waits_for_the_pause() -> None:
    windows = hours(72, drift={"age": 0.5})
    windows[5:] = [replace(each, accuracy=0.5) for each in windows[5:]]

    runs = simulate(windows)

    assert [run.at for run in runs] == [START + timedelta(hours=1), START + timedelta(hours=25)]


def test_windows_of_another_version_are_not_mixed() -> None:
    windows = hours(2, drift={"age": 0.5})
    windows[1] = replace(windows[1], version="4")

    assert simulate(windows) == []


def test_a_new_version_that_drifts_too_gets_its_own_run_until_the_budget_ends() -> None:
    windows = [
        replace(each, version=str(3 + at // 26))
        for at, each in enumerate(hours(26 * 8, drift={"age": 0.5}))
    ]

    runs = simulate(windows)

    assert len(runs) == POLICY.budget_per_month
    now = windows[-1].at
    assert budget_left(runs, POLICY, now) == 0
    assert decide(windows, runs, POLICY, now).reason == "the budget of 4 runs in 30 days is used up"
    assert budget_left(runs, POLICY, now + timedelta(days=31)) == 4


def test_what_was_kept_is_read_again(tmp_path: Path) -> None:
    windows, runs = hours(2), [Run(START, "3", "abc")]

    append(tmp_path / "windows.jsonl", windows)
    append(tmp_path / "runs.jsonl", runs)

    assert read_windows(tmp_path / "windows.jsonl") == windows
    assert read_runs(tmp_path / "runs.jsonl") == runs
    assert read_runs(tmp_path / "absent.jsonl") == []
