"""Distances between two samples of one column: PSI, Jensen-Shannon, Kolmogorov-Smirnov, chi-square."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats
from scipy.spatial import distance

BINS = 10
"""Bins of equal share of the reference."""
SMALL = 1e-4
"""Share that an empty bin is taken to have: a logarithm needs one."""


@dataclass(frozen=True)
class Drift:
    """How far one column has moved."""

    column: str
    """Its name."""
    psi: float
    """Population stability index: 0.1 is some drift, 0.2 much."""
    js: float
    """Jensen-Shannon divergence, base 2: 0 to 1."""
    test: str
    """`ks` for numbers, `chi2` for texts."""
    p_value: float
    """How likely so large a distance is if nothing has changed."""
    effect: float
    """Kolmogorov-Smirnov distance, or Cramér's V: 0 to 1."""


def shares(reference: pd.Series, current: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Return the share of each bin in both samples; missing values are a bin of their own."""
    if pd.api.types.is_numeric_dtype(reference) and pd.api.types.is_numeric_dtype(current):
        known = reference.dropna().to_numpy(float)
        inner = (
            np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)[1:-1])) if len(known) else []
        )
        counts = [_binned(sample, np.asarray(inner, float)) for sample in (reference, current)]
    else:
        texts = [sample.astype(object).where(sample.notna(), "\0missing").astype(str)
                 for sample in (reference, current)]  # fmt: skip
        names = sorted(set(texts[0]) | set(texts[1]))
        counts = [
            text.value_counts().reindex(names, fill_value=0).to_numpy(float) for text in texts
        ]
    return counts[0] / counts[0].sum(), counts[1] / counts[1].sum()


def _binned(sample: pd.Series, inner: np.ndarray) -> np.ndarray:
    known = sample.dropna().to_numpy(float)
    placed = np.bincount(np.searchsorted(inner, known, side="left"), minlength=len(inner) + 1)
    return np.append(placed.astype(float), float(sample.isna().sum()))


def psi(reference: np.ndarray, current: np.ndarray) -> float:
    """Return the population stability index of two lists of shares."""
    old, new = np.clip(reference, SMALL, None), np.clip(current, SMALL, None)
    used = (reference > 0) | (current > 0)
    return float(np.sum(((new - old) * np.log(new / old))[used]))


def js(reference: np.ndarray, current: np.ndarray) -> float:
    """Return the Jensen-Shannon divergence of two lists of shares."""
    value = float(distance.jensenshannon(reference, current, base=2) ** 2)
    return 0.0 if np.isnan(value) else value  # equal lists may give the root of a tiny negative


def kolmogorov_smirnov(reference: pd.Series, current: pd.Series) -> tuple[float, float]:
    """Return distance and p-value of two samples of numbers."""
    first, second = reference.dropna(), current.dropna()
    if not len(first) or not len(second):
        return 1.0, 0.0
    result = stats.ks_2samp(first, second, method="asymp")
    return float(result.statistic), float(result.pvalue)


def chi_square(reference: pd.Series, current: pd.Series) -> tuple[float, float]:
    """Return Cramér's V and the p-value of two samples of texts."""
    both = pd.concat([reference, current]).astype(object)
    origin = np.repeat([0, 1], [len(reference), len(current)])
    table = pd.crosstab(both.where(both.notna(), "\0missing").astype(str).to_numpy(), origin)
    if len(table) < 2:
        return 0.0, 1.0
    result = stats.chi2_contingency(table)
    return float(np.sqrt(result.statistic / len(both))), float(result.pvalue)


def compare(reference: pd.DataFrame, current: pd.DataFrame, columns: list[str]) -> list[Drift]:
    """Return the drift of each column."""
    found = []
    for name in columns:
        old, new = shares(reference[name], current[name])
        numbers = pd.api.types.is_numeric_dtype(reference[name])
        test = kolmogorov_smirnov if numbers else chi_square
        effect, p_value = test(reference[name], current[name])
        kind = "ks" if numbers else "chi2"
        found.append(Drift(name, psi(old, new), js(old, new), kind, p_value, effect))
    return found
