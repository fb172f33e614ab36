"""A program that we start and wait for, told to stop in an orderly way when we are.

It runs in a process group of its own: Ctrl-C in a terminal then reaches us alone, and the program
is told once. The Pulumi CLI takes a first signal as «stop and write the state», a second as «stop
at once».
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

_running: dict[subprocess.Popen[str], bool] = {}
"""Programs that run, and whether they were told to stop."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended."""

    code: int
    """Its exit code."""
    out: str
    """What it wrote to standard output."""
    interrupted: bool
    """Whether it was told to stop."""


def run_child(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    listen: Callable[[str], None],
) -> Ended:
    """Run a program to its end, and return how it ended.

    Each line of either stream goes to ``listen`` as it comes. Whatever stops the wait, Ctrl-C too,
    stops the program first, and waits for it.
    """
    process = subprocess.Popen(  # noqa: S603 - the callers' own programs
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
        env={**os.environ, **environment},
        encoding="utf-8",
        errors="replace",
        process_group=0,
    )
    _running[process] = False
    said: list[str] = []
    readers = (
        threading.Thread(target=_read, args=(process.stdout, [said.append, listen])),
        threading.Thread(target=_read, args=(process.stderr, [listen])),
    )
    try:
        _wait(process, readers)
    finally:
        interrupted = _running.pop(process)
        for reader in readers:
            reader.join()
    return Ended(process.returncode, "\n".join(said), interrupted)


def _wait(process: subprocess.Popen[str], readers: Sequence[threading.Thread]) -> None:
    try:
        for reader in readers:
            reader.start()
        process.wait()
    except BaseException:
        interrupt_children()
        for reader in readers:
            with suppress(RuntimeError):  # most were started before the wait was stopped
                reader.start()
        process.wait()
        raise


def interrupt_children() -> None:
    """Tell every program that runs to stop, as Ctrl-C would."""
    for process in tuple(_running):
        _running[process] = True
        process.send_signal(signal.SIGINT)


def _read(stream: IO[str] | None, tell: Sequence[Callable[[str], None]]) -> None:
    if stream is None:  # pragma: no cover - Popen was given a pipe
        return
    with stream:
        for line in stream:
            for each in tell:
                each(line.rstrip())
