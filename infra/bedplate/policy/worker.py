"""The worker process that evaluates Rego in regorus: ``python -m bedplate.policy.worker FILE``.

It may be killed at any time. FILE holds eight bytes that the worker keeps at the number of the task
it is at, so that its parent knows which rule never ended, or took the process down.

A request on standard input is one line of JSON (``modules``, ``config``, ``inputs``: how many,
``tasks``: ``[input, rule]``), then one line for each input; null for modules or config means those
of the request before. Answers are lines of JSON:
``["ready"]`` once the modules are read, ``[task, value]`` for a rule that fired, ``[task, null,
error]`` for one that broke, ``["done"]`` at the end, ``["fatal", error]`` for modules that can't be
read.
"""

from __future__ import annotations

import json
import mmap
import struct
import sys
from typing import TYPE_CHECKING, Any

import regorus

if TYPE_CHECKING:
    from typing import BinaryIO

MEMORY = 2 * 1024**3
"""Address space of the worker, bytes: a rule that asks for more takes only the worker down."""


def limit_memory() -> None:
    """Bound the worker's memory where the system can."""
    try:
        import resource  # noqa: PLC0415 - absent on Windows
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class Worker:
    """Answers requests until its input ends."""

    def __init__(self, source: BinaryIO, sink: BinaryIO, progress: mmap.mmap) -> None:
        self._source = source
        self._sink = sink
        self._progress = progress
        self._engine: Any = None
        self._config = "{}"

    def serve(self) -> None:
        """Answer every request."""
        while line := self._source.readline():
            request = json.loads(line)
            inputs = [self._source.readline().decode() for _ in range(request["inputs"])]
            try:
                self._prepare(request["modules"], request["config"])
            except Exception as error:  # noqa: BLE001 - regorus raises RuntimeError and others
                self._send(["fatal", str(error)])
                continue
            self._send(["ready"])
            self._evaluate(inputs, request["tasks"])
            self._send(["done"])

    def _prepare(self, modules: list[list[str]] | None, config: dict[str, Any] | None) -> None:
        if modules is not None:
            engine = regorus.Engine()
            for file, text in modules:
                engine.add_policy(file, text)
            self._engine = engine
        if config is not None:
            self._config = json.dumps({"config": config})
        if modules is not None or config is not None:
            self._engine.clear_data()
            self._engine.add_data_json(self._config)

    def _evaluate(self, inputs: list[str], tasks: list[tuple[int, str]]) -> None:
        engine, current, broken = self._engine, -1, set[str]()
        for number, (index, rule) in enumerate(tasks):
            if rule in broken:
                continue
            self._progress[:8] = struct.pack("<q", number)
            try:
                if index != current:
                    engine.set_input_json(inputs[index])
                    current = index
                value = engine.eval_rule_as_json(f"data.{rule}")
            except Exception as error:  # noqa: BLE001 - a rule may fail in any way
                broken.add(rule)
                self._send([number, None, str(error)])
                continue
            if value not in ("[]", None):
                self._send([number, json.loads(value)])

    def _send(self, answer: list[Any]) -> None:
        self._sink.write(json.dumps(answer).encode() + b"\n")
        self._sink.flush()


def main(file: str) -> None:
    """Serve on standard input and output."""
    limit_memory()
    with open(file, "r+b") as handle, mmap.mmap(handle.fileno(), 8) as progress:  # noqa: PTH123
        Worker(sys.stdin.buffer, sys.stdout.buffer, progress).serve()


if __name__ == "__main__":
    main(sys.argv[1])
