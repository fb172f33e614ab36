"""Writes to the user: plain text, tables, and progress on a terminal.

Colour appears only on a terminal, and never where NO_COLOR is set (no-color.org); Rich sees to it.
"""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import contextmanager, suppress
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from bedplate.errors import BedplateError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console, RenderableType
    from rich.status import Status
    from rich.table import Table

PLAIN_WIDTH = 160
"""Columns of a table that goes to a file or a pipe, where COLUMNS does not say otherwise."""

NARROW_WIDTH = 130
"""Columns below which a table leaves out what matters less."""
_SPINNER = 4
"""Columns that the sign of ongoing work takes."""


def say(text: str) -> None:
    """Write text and a line break to standard output; raises BedplateError where it is full."""
    try:
        _write(sys.stdout, f"{text}\n")
    except OSError as error:
        _drop(sys.stdout)
        reason = (error.strerror or "unknown error").lower()
        fix = "make room, or write to another place"
        raise BedplateError(f"Standard output can't be written: {reason}. Fix: {fix}.") from error


def complain(text: str) -> None:
    """Write text and a line break to standard error."""
    try:
        _write(sys.stderr, f"{text}\n")
    except OSError:
        _drop(sys.stderr)  # there is nowhere left to say so


def _write(stream: TextIO, text: str) -> None:
    encoding = stream.encoding or "utf-8"
    try:
        # What the stream has no bytes for, such as an arrow under an old locale, is written out.
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
        stream.flush()
    except BrokenPipeError:
        # The reader has seen enough. What follows goes nowhere, and the exit code stays.
        _drop(stream)


def _drop(stream: TextIO) -> None:
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def rendered(*parts: RenderableType, to_file: bool = False) -> str:
    """Return text, tables and trees as text: coloured and fitted for a terminal, else plain, wide.

    Lines of text are never broken, so that they can be searched and clicked.
    """
    from rich.text import Text  # noqa: PLC0415 - Rich is slow to import

    console = _console(to_file=to_file)
    with console.capture() as captured:
        for part in parts:
            console.print(part, soft_wrap=isinstance(part, str | Text))
    return "\n".join(line.rstrip() for line in captured.get().split("\n")).strip("\n")


def is_narrow(*, to_file: bool = False) -> bool:
    """Tell whether a wide table would not fit."""
    return _console(to_file=to_file).width < NARROW_WIDTH


def table(*columns: str, right: Sequence[str] = ()) -> Table:
    """Return an empty table; `right` are further columns, of figures. Long words are folded."""
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415 - Rich is slow to import
    from rich.table import Table  # noqa: PLC0415

    empty = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, collapse_padding=True)
    for name in columns:
        empty.add_column(name, overflow="fold")
    for name in right:
        empty.add_column(name, justify="right", overflow="fold")
    return empty


def _console(*, to_file: bool) -> Console:
    from rich.console import Console  # noqa: PLC0415 - Rich is slow to import

    fitted = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(
        file=StringIO() if to_file else sys.stdout,
        width=None if fitted and not to_file else PLAIN_WIDTH,
        # Values are shown as they are: no markup, no smileys.
        markup=False,
        emoji=False,
        highlight=False,
    )


class Telling:
    """Shows on a terminal what is under way; elsewhere nothing."""

    def __init__(self, on_what: str, status: Status | None = None, width: int = 0) -> None:
        self._on_what, self._status, self._width = on_what, status, width

    def __call__(self, progress: str) -> None:
        """Show a line of progress in place of the one before."""
        if self._status is None:
            return
        from rich.markup import escape  # noqa: PLC0415 - Rich is slow to import

        line = f"{self._on_what}: {progress.strip()}"[: self._width - _SPINNER]
        self._status.update(escape(line))

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Leave the terminal to a question."""
        if self._status is not None:
            self._status.stop()
        try:
            yield
        finally:
            if self._status is not None:
                self._status.start()


@contextmanager
def working(on_what: str) -> Iterator[Telling]:
    """Show on a terminal that work is under way, and what it is told; elsewhere show nothing."""
    if not sys.stderr.isatty():
        yield Telling(on_what)
        return
    from rich.console import Console  # noqa: PLC0415 - Rich is slow to import
    from rich.markup import escape  # noqa: PLC0415

    console = Console(stderr=True)
    with console.status(f"{escape(on_what)} …") as status:
        yield Telling(on_what, status, console.width)


def deliver(text: str, output: Path | None) -> None:
    """Write a finished document to standard output, or to a file that is replaced whole.

    Raises UsageError where the file can't be written; what was there before then stays.
    """
    if output is None:
        say(text)
        return
    try:
        _replace(output, f"{text}\n")
    except OSError as error:
        reason = (error.strerror or "unknown error").lower()
        fix = "name a file in a folder that exists and that you may write to"
        raise UsageError(f"{output} can't be written: {reason}. Fix: {fix}.") from error


def _replace(output: Path, text: str) -> None:
    if output.exists() and not output.is_file():
        output.write_text(text, encoding="utf-8")  # a pipe or a device stays what it is
        return
    output = output.resolve()  # what a link names is replaced, not the link
    handle, name = tempfile.mkstemp(dir=output.parent, prefix=f".{output.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(output)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def _umask() -> int:
    """Return the process's file mode mask: temporary files are made private, results are not."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
