"""Where the data comes from. The team owns this file: put your own source behind the two functions.

As it stands it makes synthetic people from a seed, with a known bias and a known drift, so that every
gate has something to find. No real person is in it.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .schema import SENSITIVE

SEED = 20240101
"""Everything random follows from it."""


@dataclass(frozen=True)
class World:
    """What is true of the synthetic people."""

    rows: int
    """How many there are."""
    start: str
    """First day on which they apply."""
    days: int
    """Over how many days they apply."""
    bias: float = 0.04
    """Share of group_b whose target in the records is worse than the truth: the known bias."""
    drift: float = 0.0
    """By how many standard deviations utilisation has moved: the known drift."""


HISTORY = World(rows=8_000, start="2024-01-01", days=540)
"""What the model learns from and is measured on."""
CURRENT = World(rows=2_000, start="2025-07-01", days=30, drift=0.08)
"""The latest month, as it would come in production."""


{% if cookiecutter.feature_store == "feast" -%}
LABELLED = ["applicant_id", "applied_at", SENSITIVE, "target"]
"""Columns that do not come from the feature store."""


def history() -> pd.DataFrame:
    """Return the labelled past; the feature store knows the inputs of its rows."""
    return people(HISTORY, SEED)[LABELLED]


def current() -> pd.DataFrame:
    """Return the latest batch; its labels are known later than its inputs."""
    return people(CURRENT, SEED + 1)[LABELLED]


def observed() -> pd.DataFrame:
    """Return what became known of people, and when: the rows of the feature store.

    Each is seen three times: two months before, on the day, and six weeks after. What is seen
    afterwards holds the outcome: whoever learned from it would learn to see into the future.
    """
    day = pd.concat([people(HISTORY, SEED), people(CURRENT, SEED + 1)], ignore_index=True)
    outcome = day["target"].rank(pct=True).to_numpy()
    known = day.drop(columns=[SENSITIVE, "target"]).rename(columns={"applied_at": "observed_at"})
    before = known.assign(tenure_months=(known["tenure_months"] - 2).clip(lower=0), late_count=0.0)
    after = known.assign(late_count=(outcome * 8).round())
    seen = [(before, -60), (known, 0), (after, 45)]
    times = [pd.to_datetime(frame["observed_at"]) + pd.Timedelta(days, "D") for frame, days in seen]
    return pd.concat(
        [frame.assign(observed_at=time.dt.strftime("%Y-%m-%d"))
         for (frame, _days), time in zip(seen, times, strict=True)],
        ignore_index=True,
    )  # fmt: skip
{%- else -%}
def history() -> pd.DataFrame:
    """Return the labelled past."""
    return people(HISTORY, SEED)


def current() -> pd.DataFrame:
    """Return the latest batch; its labels are known later than its inputs."""
    return people(CURRENT, SEED + 1)
{%- endif %}


def people(world: World, seed: int) -> pd.DataFrame:
    """Return synthetic people."""
    rng = np.random.default_rng(seed)
    count = world.rows
    group = rng.choice(["group_a", "group_b", "group_c"], count, p=[0.5, 0.35, 0.15])
    # Where people live follows their group: a model can discriminate without seeing the group.
    south = rng.random(count) < np.where(group == "group_b", 0.8, 0.15)
    income = rng.lognormal(10.4, 0.45, count)
    debt_ratio = rng.beta(2.2, 4.5, count)
    utilisation = np.clip(rng.beta(2.0, 3.0, count) + world.drift * 0.2, 0, 1)
    tenure = np.minimum(rng.exponential(40, count), 360).round()
    late = rng.poisson(0.6, count)
    risk = (
        5.0 * (debt_ratio - 0.33)
        + 3.4 * (utilisation - 0.4)
        + 0.9 * (late - 0.6)
        - 1.6 * (np.log(income) - 10.4)
        - 0.012 * (tenure - 40)
    )
    biased = (group == "group_b") & (rng.random(count) < world.bias)
    days = np.sort(rng.integers(0, world.days, count))
    return pd.DataFrame(
        {
            "applicant_id": [f"P{seed % 1000:03d}{row:06d}" for row in range(count)],
            "applied_at": (pd.Timestamp(world.start) + pd.to_timedelta(days, "D")).strftime(
                "%Y-%m-%d"
            ),
            "income": income.round(2),
            "debt_ratio": debt_ratio.round(4),
            "tenure_months": tenure,
            "utilisation": utilisation.round(4),
            "late_count": late.astype(float),
            "channel": rng.choice(["branch", "online", "partner"], count, p=[0.3, 0.55, 0.15]),
            "region": np.where(south, "south", rng.choice(["east", "north", "west"], count)),
            SENSITIVE: group,
            "target": _target(risk, biased, rng),
        }
    )


def _target(
    risk: np.ndarray, biased: np.ndarray, rng: np.random.Generator
) -> np.ndarray | pd.Series:
{%- if cookiecutter.problem_type == "regression" %}
    amount = 900 + 240 * risk + rng.normal(0, 180, len(risk)) + 900 * biased
    return np.maximum(amount, 0).round(2)
{%- else %}
    truth = risk + rng.logistic(0, 0.8, len(risk))
{%- if cookiecutter.problem_type == "binary" %}
    return ((truth > 1.0) | biased).astype(int)
{%- else %}
    grade = np.select([truth > 1.2, truth > -0.8], ["high", "medium"], "low")
    return np.where(biased, "high", grade)
{%- endif %}
{%- endif %}
