"""Feedback: the truth about a prediction, or what its user thinks of it.

Only an identifier, a row, a label and a rating are taken. There is no field for free text: people
would write names into it.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Feedback(BaseModel):
    """What came to light about one row of one prediction."""

    model_config = ConfigDict(extra="forbid", strict=True)

    id: str = Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._-]+$")
    """Identifier of the prediction, as the answer gave it."""
    row: int = Field(default=0, ge=0)
    """Which row of the request."""
    label: str | int | float | None = None
    """What was true."""
    rating: Literal[1, 2, 3, 4, 5] | None = None
    """How useful the prediction was, 5 being best."""
    group: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,32}$")
    """Group of the person, for fairness: with a label only. Small groups are never shown."""

    @model_validator(mode="after")
    def _says_something(self) -> "Feedback":
        if self.label is None and self.rating is None:
            raise ValueError("give a label, a rating or both")
        if self.group is not None and self.label is None:
            raise ValueError("give a group with a label only: nothing else needs it")
        return self

    def kinds(self) -> list[str]:
        """Return what it holds."""
        given = {"label": self.label, "rating": self.rating}
        return [kind for kind, value in given.items() if value is not None]


def label_fault(label: Any, classes: list[Any] | None) -> str | None:
    """Return why a label can't be true, or None."""
    if label is None:
        return None
    if classes is None:
        return None if isinstance(label, int | float) else "the label must be a number"
    if str(label) not in {str(each) for each in classes}:
        return f"the label {label!r} is none of {', '.join(map(str, classes))}"
    return None
