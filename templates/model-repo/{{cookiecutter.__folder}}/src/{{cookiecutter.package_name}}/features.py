"""From raw inputs to features. The team owns this file.

The function is part of the artefact, so that training and serving can't differ.
"""

import numpy as np
import pandas as pd

from .schema import CATEGORICAL, NUMERIC

DERIVED = ("income_log", "burden")
"""Features that are computed from inputs."""
FEATURES = (*NUMERIC, *CATEGORICAL, *DERIVED)
"""What the estimator sees."""


def derive(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the features of the rows; it reads nothing but the row itself."""
    known = frame[[*NUMERIC, *CATEGORICAL]].copy()
    known["income_log"] = np.log1p(known["income"].clip(lower=0))
    known["burden"] = known["debt_ratio"] * known["utilisation"]
    return known
