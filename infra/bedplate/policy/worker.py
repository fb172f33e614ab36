"""The worker process that evaluates Rego in regorus: ``python -m bedplate.policy.worker FILE``.

It may be killed at any time. FILE holds two numbers of eight bytes, which the worker keeps at the
task it is at, and at how many it evaluates at once from there, so that its parent knows which rule
never ended, or took the process down.

Requests and answers are messages of `bedplate.policy.worker_messages`. A request is a dictionary:
``modules`` (name and text of each) and ``config`` (the data as JSON), where None is what the
request before held, ``inputs`` (documents as JSON), ``tasks`` (input and rule of each) and
``together`` (whether rules of one input may be asked in one query, in which they share what they
look up). Answers:
``("ready",)`` once the modules are read, ``(task, value)`` for a rule that fired, with its value as
JSON, ``(tasks, result)`` for several that were asked in one query, with its result as JSON,
``(task, None, error)`` for one that broke, ``("done",)`` at the end, ``("fatal",
error)`` for modules that can't be read.

Little is imported here, not even `json` and `typing`: a judgement waits for this process to start.
"""

from __future__ import annotations

import mmap
import struct
import sys
from itertools import groupby

import regorus

from bedplate.policy.worker_messages import VALUES, receive, send

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, BinaryIO, TypeAlias

    Asked: TypeAlias = "Sequence[tuple[int, str]]"
    """Number and rule of the tasks on one input."""

MEMORY = 2 * 1024**3
"""Address space of the worker, bytes: a rule that asks for more takes only the worker down."""
LENGTHS = {"max_col": 1024, "max_lines": 2**20, "max_file_bytes": 2**26}
"""Largest module: all files of a package may be one."""


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
        self._queries: dict[tuple[str, ...], str] = {}
        self._broken: set[str] = set()

    def serve(self) -> None:
        """Answer every request."""
        while request := receive(self._source):
            tasks = groupby(enumerate(request["tasks"]), key=lambda task: task[1][0])
            try:
                self._prepare(request["modules"], request["config"])
            except Exception as error:  # noqa: BLE001 - regorus raises RuntimeError and others
                send(self._sink, ("fatal", str(error)))
                continue
            send(self._sink, ("ready",))
            self._broken = set()
            for index, some in tasks:
                asked = [(number, rule) for number, (_, rule) in some]
                self._evaluate(request["inputs"][index], asked, together=request["together"])
            send(self._sink, ("done",))

    def _prepare(self, modules: list[tuple[str, str]] | None, config: str | None) -> None:
        if modules is not None:
            engine = regorus.Engine()
            engine.set_policy_length_config(**LENGTHS)
            for file, text in modules:
                engine.add_policy(file, text)
            self._engine = engine
        self._config = config or self._config
        if modules is not None or config is not None:
            self._engine.clear_data()
            self._engine.add_data_json(self._config)

    def _evaluate(self, document: str, asked: Asked, *, together: bool) -> None:
        self._mark(asked[0][0])
        if together and len(asked) > 1 and self._broken.isdisjoint(rule for _, rule in asked):
            self._mark(asked[0][0], len(asked))
            try:
                self._engine.set_input_json(document)
                result = self._engine.eval_query_as_json(self._query(asked))
            except Exception:  # noqa: BLE001, S110 - whose fault it is shows below
                pass
            else:
                send(self._sink, ([number for number, _ in asked], result))
                return
        self._one_by_one(document, asked)

    def _query(self, asked: Asked) -> str:
        """Return a query for the values of several rules, each in a set of none or one."""
        rules = tuple(rule for _, rule in asked)
        if rules not in self._queries:
            values = ",\n".join(f"{{value | value := data.{rule}}}" for rule in rules)
            self._queries[rules] = f"{VALUES} := [{values}]"
        return self._queries[rules]

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
                send(self._sink, (number, None, str(error)))
                continue
            if value not in ("[]", None):
                send(self._sink, (number, value))

    def _mark(self, number: int, count: int = 1) -> None:
        self._progress[:16] = struct.pack("<qq", number, count)


def main(file: str) -> None:
    """Serve on standard input and output."""
    limit_memory()
    with open(file, "r+b") as handle, mmap.mmap(handle.fileno(), 16) as progress:  # noqa: PTH123
        Worker(sys.stdin.buffer, sys.stdout.buffer, progress).serve()


if __name__ == "__main__":
    main(sys.argv[1])
