"""Runs a Pulumi program inside this process, fenced in, and says plainly what went wrong.

The program sees what Pulumi's own Python host shows it: its folder as working directory and first
on the import path, and itself as ``__main__``. What it prints goes to standard error, because
standard output belongs to the command that runs it.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import gc
import os
import runpy
import signal
import sys
import threading
import time
import traceback
import warnings
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import pulumi
from pulumi.runtime import settings

from bedplate.engine.collector import collector_paused
from bedplate.engine.stack_frames import short_stack_traces
from bedplate.errors import BedplateError, EngineError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

_IDLE_TURNS = 100
"""Turns of the loop without progress after which the SDK's wait takes over."""

_AGAIN = 1.0
"""Seconds until a program is interrupted again: where Python tidies up, an exception is lost."""
_AT_ONCE = 1e-3
"""Seconds: a timer that is set to none never rings."""

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class ProgramTimeoutError(BaseException):
    """Raised into a program that runs too long; no ``except Exception`` can swallow it."""


class InlineExecutor(ThreadPoolExecutor):
    """Runs each call at once in the calling thread.

    The SDK sends every request through the loop's executor. There is no network here, so threads
    would only cost time and make the order of registration depend on their luck.
    """

    def submit(
        self,
        fn: Callable[Parameters, Result],
        /,
        *args: Parameters.args,
        **kwargs: Parameters.kwargs,
    ) -> Future[Result]:
        """Call the function now and return its finished future."""
        future: Future[Result] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - an executor hands on whatever was raised
            future.set_exception(error)
        return future


def run_program(program: Path, configure: Callable[[], None], timeout_seconds: float) -> None:
    """Run a program to its end in a context of its own.

    ``configure`` sets up the SDK's runtime and is called inside that context. Raises EngineError
    that names the program's line, or whatever BedplateError the program raised.
    """
    if not program.is_file():
        raise EngineError(
            f'There is no program "{program}". Fix: create it, or correct the path of the layer.'
        )
    start = Path.cwd()
    try:
        contextvars.copy_context().run(_run, program.resolve(), configure, timeout_seconds)
    except BaseException as error:
        refusal = _refusal(error, program, start, timeout_seconds)
        _forget(error)
        if refusal is None:
            raise
        raise refusal from error


def _refusal(
    error: BaseException, program: Path, start: Path, timeout_seconds: float
) -> EngineError | None:
    """Return what to tell the user, or None where the error speaks for itself."""
    if isinstance(error, BedplateError | KeyboardInterrupt):
        return None
    if isinstance(error, ProgramTimeoutError | TimeoutError):
        return EngineError(
            f"{_shown(program, start)} did not end within {timeout_seconds:g} seconds. "
            "Fix: look for an endless loop, a wait, or an output that nothing sets."
        )
    if isinstance(error, pulumi.RunError):
        # Pulumi's own host shows just the message: it is written for the user.
        return EngineError(str(error))
    line = _deepest_line(error, program, start)
    if isinstance(error, SystemExit):
        return EngineError(
            f"{line}: the program ended itself with exit code {error.code}. "
            "Fix: raise an exception with a message instead of calling sys.exit."
        )
    return EngineError(_sentence(error, line, start))


def _forget(error: BaseException) -> None:
    """Drop what a failed program left half done, and Python's complaints about it."""
    for link in _chain(error):
        traceback.clear_frames(link.__traceback__)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        gc.collect()


def _run(program: Path, configure: Callable[[], None], timeout_seconds: float) -> None:
    loop = asyncio.new_event_loop()
    loop.set_default_executor(InlineExecutor())
    # A failed program leaves futures nobody reads; asyncio's complaints would hide the cause.
    loop.set_exception_handler(lambda _loop, _context: None)

    async def main() -> None:
        configure()
        async with asyncio.timeout(timeout_seconds):
            await pulumi.runtime.run_in_stack(lambda: _execute(program))

    paused = collector_paused()
    with _surroundings(program), paused, short_stack_traces(), _deadline(timeout_seconds):
        try:
            asyncio.set_event_loop(loop)
            loop.run_until_complete(main())
        finally:
            _cancel_all(loop)
            asyncio.set_event_loop(None)
            loop.close()


async def _execute(program: Path) -> None:
    runpy.run_path(str(program), run_name="__main__")
    await _settle()


async def _settle() -> None:
    """Let the loop finish what it can before the SDK waits for the rest.

    The SDK's own wait takes time that grows with the square of the number of outputs. Nothing
    here waits for a network, so nearly all of them resolve by turning the loop over.
    """
    outputs, idle = settings.SETTINGS.outputs, 0
    while outputs and idle < _IDLE_TURNS:
        before = len(outputs)
        await asyncio.sleep(0)
        idle = idle + 1 if len(outputs) == before else 0


def _cancel_all(loop: asyncio.AbstractEventLoop) -> None:
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    if tasks:
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))


@contextlib.contextmanager
def _surroundings(program: Path) -> Iterator[None]:
    folder = program.parent
    path, argv, modules = list(sys.path), sys.argv, set(sys.modules)
    sys.path.insert(0, str(folder))
    sys.argv = [str(program)]
    try:
        with contextlib.chdir(folder), contextlib.redirect_stdout(sys.stderr):
            yield
    finally:
        sys.path[:] = path
        sys.argv = argv
        _forget_modules(folder, modules)


def _forget_modules(folder: Path, before: set[str]) -> None:
    """Drop what the program imported from its own folder, so that the next run reads it anew."""
    for name in set(sys.modules) - before:
        file = getattr(sys.modules[name], "__file__", None)
        if file is not None and _is_own(file, folder):
            del sys.modules[name]


@contextlib.contextmanager
def _deadline(seconds: float) -> Iterator[None]:
    """Interrupt even code that never yields; only the main thread can be told, by a signal."""
    if threading.current_thread() is not threading.main_thread() or os.name != "posix":
        yield
        return

    def expire(_signal: int, _frame: FrameType | None) -> None:
        raise ProgramTimeoutError

    previous = signal.signal(signal.SIGALRM, expire)
    # A little later than asyncio's own timeout, which leaves less behind where it can act.
    left, interval = signal.setitimer(signal.ITIMER_REAL, seconds + 0.2, _AGAIN)
    begun = time.monotonic()
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
        if left:
            # An alarm that our caller had set still comes, at once where its time is over.
            rest = max(left - (time.monotonic() - begun), _AT_ONCE)
            signal.setitimer(signal.ITIMER_REAL, rest, interval)


def _is_own(file: str, folder: Path) -> bool:
    """Tell whether a file belongs to the program itself, not to a library installed below it."""
    path = Path(file)
    return path.is_relative_to(folder) and "site-packages" not in path.parts


def _sentence(error: BaseException, line: str, start: Path) -> str:
    if isinstance(error, SyntaxError) and error.filename:
        where = f"{_shown(Path(error.filename), start)}:{error.lineno}"
        return f"{where}: the program is not valid Python: {error.msg}. Fix: correct that line."
    text = " ".join(str(error).split())
    what = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return f"{line}: the program failed with {what.rstrip('.')}. Fix: correct the program there."


def _deepest_line(error: BaseException, program: Path, start: Path) -> str:
    """Return ``file:line`` of the deepest frame in the program's own folder, or just its file."""
    folder = program.resolve().parent
    for link in _chain(error):
        frames = traceback.extract_tb(link.__traceback__)
        own = [frame for frame in frames if _is_own(frame.filename, folder)]
        if own:
            return f"{_shown(Path(own[-1].filename), start)}:{own[-1].lineno}"
    return _shown(program, start)


def _chain(error: BaseException) -> list[BaseException]:
    """Return an error and its causes; the SDK sometimes makes an error its own cause."""
    links: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in links:
        links.append(link)
        link = link.__cause__ or link.__context__
    return links


def _shown(path: Path, start: Path) -> str:
    """Return a path as a user in the folder ``start`` would type it."""
    return str(path.relative_to(start)) if path.is_relative_to(start) else str(path)
