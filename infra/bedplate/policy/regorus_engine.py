"""The default engine: regorus in a worker process that can be killed."""

from __future__ import annotations

import json
import mmap
import os
import queue
import re
import struct
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from bedplate.errors import PolicyError
from bedplate.policy.engine import HELD, SKIPPED, Outcome, read_hits, short_error
from bedplate.policy.joined import joined
from bedplate.policy.worker_messages import VALUES, receive, send

if TYPE_CHECKING:
    from bedplate.policy.catalogue import Module
    from bedplate.policy.engine import Job, Task
    from bedplate.policy.joined import Located

    Answer: TypeAlias = tuple[Any, ...]
    """What the worker says; see `bedplate.policy.worker`."""

_IDLE: Final = -1
"""Progress of a worker that has begun no task."""
_LOADING: Final = 30.0
"""Seconds that a worker may take to start and to read the modules."""
_POLL: Final = 0.1
"""Seconds between two looks at the worker's progress."""
_PLACE: Final = re.compile(r"^--> (.*):([0-9]+):([0-9]+)$", re.MULTILINE)
"""Where an engine's error says that it stands."""


class _Dead(Exception):  # noqa: N818 - a state of the worker, never shown
    """The worker ended, or was killed because a task took too long."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RegorusEngine:
    """Evaluates in a worker process; one rule that never ends or crashes costs only itself."""

    name = "regorus"
    keeps_policies = True

    def __init__(self, task_seconds: float = 5.0) -> None:
        self._task_seconds = task_seconds
        handle, name = tempfile.mkstemp(prefix="bedplate-rego-")
        os.write(handle, struct.pack("<qq", _IDLE, 1))
        self._file, self._progress = Path(name), mmap.mmap(handle, 16)
        os.close(handle)
        self._process: subprocess.Popen[bytes] | None = None
        self._held: tuple[Any, Any] = (None, None)
        self._joined: tuple[tuple[Module, ...], dict[str, Located]] = ((), {})
        self._answers: queue.SimpleQueue[Answer | None] = queue.SimpleQueue()
        # It starts while whoever made the engine works out what to ask.
        self._start()

    def prepare(self, job: Job) -> None:
        """Have the worker read modules and facts; should it end over them, `run` will say so."""
        self._round(replace(job, inputs=(), tasks=()), [], {}, together=True)

    def run(self, job: Job) -> list[Outcome]:
        """Return one outcome a task; see ``RegoEngine``."""
        outcomes: dict[int, Outcome] = {}
        broken: set[str] = set()
        left = list(enumerate(job.tasks))
        together = True
        while left:
            reason = self._round(job, left, outcomes, together=together)
            if reason is None:
                break
            at, count = self._at()
            if at == _IDLE or at >= len(left):
                raise PolicyError(
                    f"The policy engine stopped before it began ({reason}). "
                    "Fix: run again; if it stays, use --rego opa."
                )
            if count > 1:
                # One of several rules that were asked at once: alone, each shows whether it is it.
                left, together = left[at:], False
                continue
            number, task = left[at]
            outcomes[number] = Outcome(error=reason)
            broken |= {task.rule} | {job.tasks[n].rule for n, o in outcomes.items() if o.error}
            left = [(n, t) for n, t in left[at + 1 :] if t.rule not in broken]
        return _complete(job.tasks, outcomes)

    def close(self) -> None:
        """End the worker."""
        self._kill()
        self._file.unlink(missing_ok=True)

    def _round(
        self,
        job: Job,
        left: list[tuple[int, Task]],
        outcomes: dict[int, Outcome],
        *,
        together: bool,
    ) -> str | None:
        """Run the tasks that are left; return why the worker died, or None at the end."""
        self._progress[:] = struct.pack("<qq", _IDLE, 1)
        process = self._start()
        try:
            self._ask(process, job, left, together=together)
            while (answer := self._answer())[0] != "done":
                if answer[0] == "fatal":
                    self._held = (None, None)
                    raise PolicyError(
                        f"The policies can't be read: {self._located(answer[1])}. "
                        "Fix: run `opa check --strict` on them."
                    )
                if answer[0] != "ready":
                    outcomes |= {left[at][0]: told for at, told in _told(answer)}
        except _Dead as dead:
            self._kill()
            return dead.reason
        return None

    def _start(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._kill()
            self._answers = queue.SimpleQueue()
            self._process = subprocess.Popen(  # noqa: S603 - this very package
                # Without the site module: all that it would find is in the environment below.
                [sys.executable, "-S", "-m", "bedplate.policy.worker", str(self._file)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(),
            )
            reader = (self._process, self._answers)
            threading.Thread(target=_read_answers, args=reader, daemon=True).start()
        return self._process

    def _ask(
        self,
        process: subprocess.Popen[bytes],
        job: Job,
        left: list[tuple[int, Task]],
        *,
        together: bool,
    ) -> None:
        # What the worker holds since an earlier request is not sent again.
        if self._joined[0] is not job.modules:
            self._joined = (job.modules, joined(job.modules))
        modules = [(name, module.text) for name, module in self._joined[1].items()]
        config = json.dumps({"config": job.config})
        request = {
            "modules": None if self._held[0] == modules else modules,
            "config": None if self._held[1] == config else config,
            "inputs": list(job.inputs),
            "tasks": [(task.input, task.rule) for _, task in left],
            "together": together,
        }
        stream = process.stdin
        if stream is None:  # pragma: no cover - Popen was given a pipe
            raise _Dead("it has no input")
        try:
            send(stream, request)
        except OSError as error:
            raise _Dead("it ended while it was asked") from error
        self._held = (modules, config)

    def _answer(self) -> Answer:
        """Return the next answer; raises _Dead where the worker ended or a task takes too long."""
        at, since = None, 0.0
        while True:
            try:
                answer = self._answers.get(timeout=_POLL)
            except queue.Empty:
                (now, _), limit = self._at(), _LOADING if at == _IDLE else self._task_seconds
                if now != at:
                    at, since = now, time.monotonic()
                elif time.monotonic() - since > limit:
                    raise _Dead(f"it did not end within {limit:g} s") from None
                continue
            if answer is None:
                raise _Dead("it took the engine down")
            return answer

    def _at(self) -> tuple[int, int]:
        """Return the number of the task that the worker is at, and how many it does at once."""
        at, count = struct.unpack("<qq", self._progress[:])
        return at, count

    def _located(self, error: str) -> str:
        """Return an error in a module with the file and line that it stands in."""
        place = _PLACE.search(error)
        if place is None:
            return short_error(error)
        name, row, column = place.groups()
        module = self._joined[1].get(name)
        at = module.place(int(row), int(column)) if module else f"{name}:{row}:{column}"
        return f"{at}: {short_error(error)}"

    def _kill(self) -> None:
        process, self._process, self._held = self._process, None, (None, None)
        if process is not None:
            process.kill()
            process.wait()
            if process.stdin is not None:
                with suppress(OSError):  # what was still to be written is of no use
                    process.stdin.close()


def _read_answers(
    process: subprocess.Popen[bytes], answers: queue.SimpleQueue[Answer | None]
) -> None:
    """Pass on what the worker writes, and None at its end."""
    if process.stdout is not None:
        with process.stdout as stream:
            while answer := receive(stream):
                answers.put(answer)
    answers.put(None)


def _told(answer: Answer) -> list[tuple[int, Outcome]]:
    """Return the tasks that an answer is about, and what came of them."""
    at, value, *errors = answer
    if errors:
        return [(at, Outcome(error=short_error(errors[0])))]
    found = json.loads(value)
    if isinstance(at, int):
        return [(at, read_hits(found))]
    values = found["result"][0]["bindings"][VALUES]
    each = zip(at, values, strict=True)
    return [(one, read_hits(some[0]) if some else HELD) for one, some in each]


def _environment() -> dict[str, str]:
    """Return a bare environment: the worker needs to find this package, and nothing else."""
    path = [str(Path(__file__).resolve().parents[2]), *(entry for entry in sys.path if entry)]
    return {"PYTHONPATH": os.pathsep.join(path), "RUST_BACKTRACE": "0", "PATH": os.defpath}


def _complete(tasks: Any, outcomes: dict[int, Outcome]) -> list[Outcome]:
    """Return all outcomes: a rule is skipped after its first error, and held where it is silent."""
    broken: set[str] = set()
    complete: list[Outcome] = []
    for number, task in enumerate(tasks):
        outcome = outcomes.get(number, HELD)
        complete.append(SKIPPED if task.rule in broken else outcome)
        if outcome.error is not None:
            broken.add(task.rule)
    return complete
