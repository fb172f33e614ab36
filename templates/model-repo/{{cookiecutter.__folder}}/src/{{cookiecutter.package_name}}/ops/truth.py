"""What came back from those who use the model, joined to what was predicted for them.

Feedback for a row that was never predicted is not counted; of several for one row the last one is
true. Nothing of a single person leaves this module: callers get numbers over enough rows.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import schema


@dataclass(frozen=True)
class Truth:
    """Labels and ratings of predictions."""

    labels: list[Any]
    """What was true, by row."""
    predictions: list[Any]
    """What was predicted for the same rows."""
    scores: list[Any]
    """Probabilities of the same rows; for a regression, the predictions."""
    groups: list[str]
    """Group of the same rows; "unknown" where nobody said."""
    ratings: list[int]
    """Ratings."""
    unmatched: int
    """Feedback that belongs to no prediction."""
    predicted: int
    """Rows that were predicted."""

    def truth(self) -> Any:
        """Return the labels as the model writes them."""
        if schema.CLASSES is None:
            return np.array(self.labels, float)
        known = {str(each): each for each in schema.CLASSES}
        return np.array([known[str(label)] for label in self.labels])

    def mean_rating(self) -> float | None:
        """Return the mean of the ratings."""
        return round(sum(self.ratings) / len(self.ratings), 4) if self.ratings else None


def join(records: Iterable[Mapping[str, Any]], version: str | None = None) -> Truth:
    """Return the feedback of a log beside the predictions that it is about."""
    predicted: dict[tuple[str, int], Mapping[str, Any]] = {}
    labels: dict[tuple[str, int], Mapping[str, Any]] = {}
    ratings: dict[tuple[str, int], int] = {}
    for record in records:
        key = (record["id"], record["row"])
        if record["kind"] == "prediction":
            if version is None or record["version"] == version:
                predicted[key] = record
            continue
        if record.get("label") is not None:
            labels[key] = record
        if record.get("rating") is not None:
            ratings[key] = record["rating"]
    known = [key for key in labels if key in predicted]
    return Truth(
        labels=[labels[key]["label"] for key in known],
        predictions=[predicted[key]["prediction"] for key in known],
        scores=[_score(predicted[key]) for key in known],
        groups=[labels[key].get("group") or "unknown" for key in known],
        ratings=[rating for key, rating in ratings.items() if key in predicted],
        unmatched=len({*labels, *ratings} - set(predicted)),
        predicted=len(predicted),
    )


def _score(record: Mapping[str, Any]) -> Any:
    probability = record["probability"]
    return record["prediction"] if probability is None else probability
