"""The estimator and how it is trained. The team owns this file."""

import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
{%- if cookiecutter.problem_type == "regression" %}
from sklearn.linear_model import Ridge
{%- else %}
from sklearn.linear_model import LogisticRegression
{%- endif %}
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from .features import DERIVED, derive
from .schema import CATEGORICAL, INPUTS, NUMERIC, TARGET

TRUSTED_TYPES = (f"{derive.__module__}.{derive.__name__}", "numpy.dtype")
"""What the artefact may hold beside the types that skops trusts by itself."""


def build(seed: int) -> Pipeline:
    """Return the untrained pipeline; it takes a frame of the raw inputs."""
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    texts = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    columns = ColumnTransformer(
        [("numbers", numbers, [*NUMERIC, *DERIVED]), ("texts", texts, list(CATEGORICAL))]
    )
{%- if cookiecutter.problem_type == "regression" %}
    estimator = Ridge(alpha=1.0, random_state=seed)
{%- else %}
    estimator = LogisticRegression(C=1.0, max_iter=500, random_state=seed)
{%- endif %}
    return Pipeline(
        [("derive", FunctionTransformer(derive)), ("columns", columns), ("estimator", estimator)]
    )


def fit(frame: pd.DataFrame, seed: int) -> Pipeline:
    """Return the pipeline trained on the rows."""
    return build(seed).fit(frame[list(INPUTS)], frame[TARGET])
