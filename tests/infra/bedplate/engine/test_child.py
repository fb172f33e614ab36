"""A program that is started, waited for, and stopped in an orderly way."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from bedplate.engine.child import Ended, interrupt_children, run_child

if TYPE_CHECKING:
    from pathlib import Path

LONG_S = 60
"""Seconds that a program would run if nobody stopped it."""

PATIENT = f"""
import signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
print("ready", flush=True)
told = signal.sigtimedwait([signal.SIGINT], {LONG_S})
print("told once" if told and signal.sigtimedwait([signal.SIGINT], 0.2) is None else "not")
sys.exit(3)
"""


def python(code: str) -> list[str]:
    """Return the command that runs this code."""
    return [sys.executable, "-c", code]


def test_both_streams_are_heard_and_one_is_returned(tmp_path: Path) -> None:
    """In its folder, with the variables added to our own, and without our input."""
    lines: list[str] = []
    code = (
        "import os, sys; print(os.getcwd()); print(os.environ['ADDED'], 'PATH' in os.environ);"
        "print('é', file=sys.stderr); print(repr(sys.stdin.read())); sys.exit(4)"
    )
    done = run_child(python(code), tmp_path, {"ADDED": "yes"}, lines.append)

    assert done == Ended(4, f"{tmp_path}\nyes True\n''", interrupted=False)
    assert sorted(lines) == sorted([*done.out.split("\n"), "é"])


def test_it_is_out_of_reach_of_our_terminal(tmp_path: Path) -> None:
    """Its process group is its own, so that it is told once: by us."""
    done = run_child(python("import os; print(os.getpgrp())"), tmp_path, {}, lambda _: None)

    assert int(done.out) != os.getpgrp()


def test_who_stops_waiting_stops_it_first(tmp_path: Path) -> None:
    """Ctrl-C reaches us; the program is told, and has ended when we go on."""
    said: list[str] = []

    def press(line: str) -> None:
        said.append(line)
        if line == "ready":
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        run_child(python(PATIENT), tmp_path, {}, press)

    assert said == ["ready", "told once"]


def test_a_handler_may_tell_it_and_go_on_waiting(tmp_path: Path) -> None:
    """Its exit code and what it said last are not lost."""
    said: list[str] = []

    def tell(line: str) -> None:
        said.append(line)
        if line == "ready":
            interrupt_children()

    done = run_child(python(PATIENT), tmp_path, {}, tell)

    assert done == Ended(3, "ready\ntold once", interrupted=True)
    assert said == ["ready", "told once"]
    interrupt_children()  # nothing runs: nothing happens


def test_who_never_began_to_wait_stops_it_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C comes when one stream is read already, and the other not yet."""
    said: list[str] = []
    start, started = threading.Thread.start, []

    def interrupted(thread: threading.Thread) -> None:
        start(thread)
        started.append(thread)
        if len(started) == 1:
            while "ready" not in said:
                time.sleep(0.01)
            raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "start", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run_child(python(PATIENT), tmp_path, {}, said.append)

    assert said == ["ready", "told once"]
