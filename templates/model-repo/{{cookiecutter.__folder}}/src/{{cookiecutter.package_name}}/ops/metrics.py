"""Metrics of a model on labelled rows, and how sure they are."""

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn import metrics as sk

from .errors import UsageError

Metric = Callable[[np.ndarray, np.ndarray, np.ndarray], float]
"""Truth, scores, classes → a number of which more is better."""


def _labels(scores: np.ndarray, classes: np.ndarray) -> np.ndarray:
    return classes[np.argmax(scores, axis=1)]


def _area(positive: np.ndarray, scores: np.ndarray) -> float:
    # By pairs: a bootstrap asks hundreds of times, and this is many times faster than the curve.
    hits, others = np.sort(scores[positive]), np.sort(scores[~positive])
    pairs = len(hits) * len(others)
    if not pairs:
        return float("nan")
    # A pair is won if the hit has the higher score, and half won if both have the same.
    lost = np.searchsorted(hits, others, "left") + np.searchsorted(hits, others, "right")
    return float(1 - lost.sum() / 2 / pairs)


def roc_auc(truth: np.ndarray, scores: np.ndarray, classes: np.ndarray) -> float:
    """Return the area under the ROC curve; of several classes the mean of one against the rest."""
    if len(classes) == 2:
        return _area(truth == classes[1], scores[:, 1])
    return float(np.mean([_area(truth == each, scores[:, n]) for n, each in enumerate(classes)]))


def average_precision(truth: np.ndarray, scores: np.ndarray, classes: np.ndarray) -> float:
    """Return the area under the precision-recall curve of the last class."""
    return float(sk.average_precision_score(truth == classes[-1], scores[:, -1]))


def balanced_accuracy(truth: np.ndarray, scores: np.ndarray, classes: np.ndarray) -> float:
    """Return the mean of the recalls of the classes."""
    right = truth == _labels(scores, classes)
    recalls = [right[truth == each].mean() for each in classes if (truth == each).any()]
    return float(np.mean(recalls))


def f1_macro(truth: np.ndarray, scores: np.ndarray, classes: np.ndarray) -> float:
    """Return the mean of the F1 scores of the classes."""
    guess = _labels(scores, classes)
    found = []
    for each in classes:
        hits = np.sum((truth == each) & (guess == each))
        named = np.sum(truth == each) + np.sum(guess == each)
        found.append(2 * hits / named if named else 0.0)
    return float(np.mean(found))


def accuracy(truth: np.ndarray, scores: np.ndarray, classes: np.ndarray) -> float:
    """Return the share of right answers."""
    return float(np.mean(truth == _labels(scores, classes)))


def r2(truth: np.ndarray, scores: np.ndarray, _classes: np.ndarray) -> float:
    """Return the share of the variance that is explained."""
    return 1.0 - float(np.sum((truth - scores) ** 2) / np.sum((truth - truth.mean()) ** 2))


def negative_mae(truth: np.ndarray, scores: np.ndarray, _classes: np.ndarray) -> float:
    """Return the mean absolute error, negative so that more is better."""
    return -float(np.mean(np.abs(truth - scores)))


METRICS: dict[str, Metric] = {
    each.__name__: each
    for each in (
        roc_auc, average_precision, balanced_accuracy, f1_macro, accuracy, r2, negative_mae,
    )
}  # fmt: skip


def metric(name: str, classes: Any) -> Metric:
    """Return a metric; refuse one that does not fit the problem."""
    if (classes is None) != (name in {"r2", "negative_mae"}):
        raise UsageError(f"config/gates.yaml: performance.metric {name} does not fit this problem.")
    return METRICS[name]


def intervals(
    measure: Metric,
    truth: np.ndarray,
    models: list[np.ndarray],
    classes: np.ndarray,
    how: dict[str, Any],
    seed: int,
) -> tuple[list[tuple[float, float]], tuple[float, float] | None]:
    """Return each model's bootstrap interval, and that of first minus second on the same rows."""
    rng = np.random.default_rng(seed)
    drawn = []
    for _ in range(how["resamples"]):
        rows = rng.integers(0, len(truth), len(truth))
        drawn.append([measure(truth[rows], scores[rows], classes) for scores in models])
    values = np.array(drawn)
    tails = [(1 - how["confidence"]) / 2, (1 + how["confidence"]) / 2]
    each = [(float(low), float(high)) for low, high in np.quantile(values, tails, axis=0).T]
    if len(models) < 2:
        return each, None
    low, high = np.quantile(values[:, 0] - values[:, 1], tails)
    return each, (float(low), float(high))
