"""The repository's server with a model that takes too long: the fault `slow-predictor`."""

import importlib
import time
from typing import Any

DELAY = 1.5
"""Seconds that every prediction takes."""


def main() -> None:
    """Serve as usual, but slowly."""
    # Run as a program the module has no name of its own, but it knows its package.
    serve = f"{str(__package__).split('.', maxsplit=1)[0]}.serve"
    predictor: Any = importlib.import_module(f"{serve}.predictor").Predictor
    answer = predictor.answer

    def slowly(self: Any, frame: Any) -> Any:
        time.sleep(DELAY)
        return answer(self, frame)

    predictor.answer = slowly
    server: Any = importlib.import_module(f"{serve}.server")
    server.run(server.settings())


if __name__ == "__main__":
    main()
