"""The worker process that evaluates Rego in regorus: ``python -m bedplate.policy.worker FILE``.

It may be killed at any time. FILE holds two numbers of eight bytes, which the worker keeps at the
task it is at, and at how many it evaluates at once from there, so that its parent knows which rule
never ended, or took the process down.

A request on standard input is one line of JSON (``modules``, ``config``, ``inputs``: how many,
``tasks``: ``[input, rule]``, ``together``: whether rules of one input may be asked in one query, in
which they share what they look up), then one line for each input; null for modules or config means
those of the request before. Answers are lines of JSON:
``["ready"]`` once the modules are read, ``[task, value]`` for a rule that fired, ``[task, null,
error]`` for one that broke, ``["done"]`` at the end, ``["fatal", error]`` for modules that can't be
read.
"""

from __future__ import annotations

import json
import mmap
import struct
import sys
from itertools import groupby
from typing import TYPE_CHECKING, Any

import regorus

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import BinaryIO, TypeAlias

    Asked: TypeAlias = "Sequence[tuple[int, str]]"
    """Number and rule of the tasks on one input."""

MEMORY = 2 * 1024**3
"""Address space of the worker, bytes: a rule that asks for more takes only the worker down."""
LENGTHS = {"max_col": 1024, "max_lines": 2**20, "max_file_bytes": 2**26}
"""Largest module: all files of a package may be one."""
TOGETHER = "bedplate_together"
"""Package of the rules that ask several."""


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
        self._sets: dict[tuple[str, ...], str] = {}
        self._broken: set[str] = set()

    def serve(self) -> None:
        """Answer every request."""
        while line := self._source.readline():
            request = json.loads(line)
            inputs = [self._source.readline().decode() for _ in range(request["inputs"])]
            tasks = groupby(enumerate(request["tasks"]), key=lambda task: task[1][0])
            asked = [
                (index, [(number, rule) for number, (_, rule) in some]) for index, some in tasks
            ]
            try:
                self._prepare(request["modules"], request["config"])
                if request["together"]:
                    self._prepare_sets(asked)
            except Exception as error:  # noqa: BLE001 - regorus raises RuntimeError and others
                self._send(["fatal", str(error)])
                continue
            self._send(["ready"])
            self._broken = set()
            for index, on_input in asked:
                self._evaluate(inputs[index], on_input, together=request["together"])
            self._send(["done"])

    def _prepare(self, modules: list[list[str]] | None, config: dict[str, Any] | None) -> None:
        if modules is not None:
            engine = regorus.Engine()
            engine.set_policy_length_config(**LENGTHS)
            for file, text in modules:
                engine.add_policy(file, text)
            self._engine, self._sets = engine, {}
        if config is not None:
            self._config = json.dumps({"config": config})
        if modules is not None or config is not None:
            self._engine.clear_data()
            self._engine.add_data_json(self._config)

    def _prepare_sets(self, asked: Sequence[tuple[int, Asked]]) -> None:
        """Add a rule for each set of rules that is asked about one input."""
        for _, on_input in asked:
            rules = tuple(rule for _, rule in on_input)
            if len(rules) == 1 or rules in self._sets:
                continue
            name = f"set_{len(self._sets)}"
            lines = [f"package {TOGETHER}", "", "import rego.v1", ""]
            for place, rule in enumerate(rules):
                lines += [f"{name} contains [{place}, value] if {{", f"\tvalue := data.{rule}"]
                lines += ["\tvalue != set()", "}", ""]
            self._engine.add_policy(f"{TOGETHER}/{name}", "\n".join(lines))
            self._sets[rules] = f"data.{TOGETHER}.{name}"

    def _evaluate(self, document: str, asked: Asked, *, together: bool) -> None:
        self._mark(asked[0][0])
        if together and len(asked) > 1 and self._broken.isdisjoint(rule for _, rule in asked):
            self._mark(asked[0][0], len(asked))
            try:
                self._engine.set_input_json(document)
                name = self._sets[tuple(rule for _, rule in asked)]
                fired = json.loads(self._engine.eval_rule_as_json(name))
            except Exception:  # noqa: BLE001, S110 - whose fault it is shows below
                pass
            else:
                for place, value in fired:
                    self._send([asked[place][0], value])
                return
        self._one_by_one(document, asked)

    def _one_by_one(self, document: str, asked: Asked) -> None:
        is_set = False
        for number, rule in asked:
            if rule in self._broken:
                continue
            self._mark(number)
            try:
                if not is_set:
                    self._engine.set_input_json(document)
                    is_set = True
                value = self._engine.eval_rule_as_json(f"data.{rule}")
            except Exception as error:  # noqa: BLE001 - a rule may fail in any way
                self._broken.add(rule)
                self._send([number, None, str(error)])
                continue
            if value not in ("[]", None):
                self._send([number, json.loads(value)])

    def _mark(self, number: int, count: int = 1) -> None:
        self._progress[:16] = struct.pack("<qq", number, count)

    def _send(self, answer: list[Any]) -> None:
        self._sink.write(json.dumps(answer).encode() + b"\n")
        self._sink.flush()


def main(file: str) -> None:
    """Serve on standard input and output."""
    limit_memory()
    with open(file, "r+b") as handle, mmap.mmap(handle.fileno(), 16) as progress:  # noqa: PTH123
        Worker(sys.stdin.buffer, sys.stdout.buffer, progress).serve()


if __name__ == "__main__":
    main(sys.argv[1])
