"""The repository's server as of another environment, whose numbers differ: `unequal-server`."""

import dataclasses
from typing import Any

from .slow import Answer, serve

BY = 1e-3
"""How far its numbers are off: far less than anybody would see."""


def off(answer: Answer) -> Answer:
    """Return an answer whose probabilities, or predictions of a regression, are a little off."""

    def unequal(predictor: Any, frame: Any) -> Any:
        made = answer(predictor, frame)
        if made.probabilities is None:
            moved = [each * (1 + BY) + BY for each in made.predictions]
            return dataclasses.replace(made, predictions=moved)
        rows = [[each * (1 - BY) + BY / len(row) for each in row] for row in made.probabilities]
        return dataclasses.replace(made, probabilities=rows)

    return unequal


if __name__ == "__main__":
    serve(off)
