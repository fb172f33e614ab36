"""What the data looks like and what the model predicts. The team owns this file."""

from typing import Literal

PROBLEM: Literal["binary", "multiclass", "regression"] = "{{cookiecutter.problem_type}}"
"""Kind of target."""
NUMERIC = ("income", "debt_ratio", "tenure_months", "utilisation", "late_count")
"""Inputs that are numbers."""
CATEGORICAL = ("channel", "region")
"""Inputs that are texts."""
INPUTS = {**dict.fromkeys(NUMERIC, "FP64"), **dict.fromkeys(CATEGORICAL, "BYTES")}
"""Inputs of the model in their order, with the data type of Open Inference v2."""
TARGET = "target"
"""What the model predicts."""
{%- if cookiecutter.problem_type == "binary" %}
CLASSES: tuple[int | str, ...] | None = (0, 1)
"""Values of the target; 1 is a late payment."""
ADVERSE: int | str | None = 1
"""The outcome that is bad for a person; fairness looks at it first."""
{%- elif cookiecutter.problem_type == "multiclass" %}
CLASSES: tuple[int | str, ...] | None = ("high", "low", "medium")
"""Values of the target, in alphabetical order: the risk of a late payment."""
ADVERSE: int | str | None = "high"
"""The outcome that is bad for a person; fairness looks at it first."""
{%- else %}
CLASSES: tuple[int | str, ...] | None = None
"""A regression has no classes; the target is the amount that is paid late."""
ADVERSE: int | str | None = None
"""A regression has no outcome to count; a high prediction is bad for a person."""
{%- endif %}
KEY = "applicant_id"
"""Column that tells rows apart."""
TIME = "applied_at"
"""Column by which history is split: the model is measured on what came later."""
SENSITIVE = "{{cookiecutter.sensitive_attribute}}"
"""Column by which fairness is measured. It is never an input of the model."""
PERSONAL = ("applicant_id", "income", SENSITIVE)
"""Columns that are personal data: the prediction log leaves them out."""
