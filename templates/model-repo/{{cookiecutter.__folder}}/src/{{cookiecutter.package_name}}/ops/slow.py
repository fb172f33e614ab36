"""The repository's server with a model that takes too long: the fault `slow-predictor`."""

import importlib
import time
from collections.abc import Callable
from typing import Any

from .context import here

Answer = Callable[[Any, Any], Any]
"""What the predictor asks: itself and a frame; it returns an answer."""


def serve(changed: Callable[[Answer], Answer]) -> None:
    """Serve as usual, but with answers that are made in another way."""
    # Run as a program the module has no name of its own, but it knows its package.
    package = f"{str(__package__).split('.', maxsplit=1)[0]}.serve"
    server: Any = importlib.import_module(f"{package}.server")
    predictor: Any = importlib.import_module(f"{package}.predictor").Predictor
    predictor.answer = changed(predictor.answer)
    server.run(importlib.import_module(f"{package}.settings").settings())


def slowly(answer: Answer) -> Answer:
    """Return an answer that comes too late, whatever the gate allows."""
    allowed = here().config("gates")["gates"]["latency"]["p95_ms"] / 1000

    def late(predictor: Any, frame: Any) -> Any:
        time.sleep(1.2 * allowed)
        return answer(predictor, frame)

    return late


if __name__ == "__main__":
    serve(slowly)
