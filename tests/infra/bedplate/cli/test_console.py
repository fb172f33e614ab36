"""Output: plain where it is not a terminal, whole where it goes to a file."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest
from rich.text import Text

from bedplate.cli.console import deliver, rendered, table, working
from bedplate.errors import UsageError


class Terminal(io.StringIO):
    """Standard output or error as a terminal."""

    def isatty(self) -> bool:
        """Say that it is one."""
        return True


def test_a_pipe_gets_plain_wide_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a terminal there is no colour, and nothing is broken or taken for markup."""
    monkeypatch.delenv("COLUMNS", raising=False)
    listed = table("Name", right=("Figure",))
    listed.add_row("[bold]a[/bold] :smile: " + "x" * 100, "1")
    long = Text("word " * 60 + "end", style="red")

    assert rendered(listed, "", long).splitlines() == [
        "Name" + " " * 121 + "Figure",
        "─" * 131,
        "[bold]a[/bold] :smile: " + "x" * 100 + "       1",
        "",
        "word " * 60 + "end",
    ]


def test_a_terminal_gets_colour_and_its_own_width(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal text is coloured, and a table is fitted to its width."""
    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setenv("COLUMNS", "20")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    listed = table("Name")
    listed.add_row("x" * 30)

    assert rendered(Text("red", style="red")) == "\x1b[31mred\x1b[0m"
    assert all("x" * 21 not in line for line in rendered(listed).splitlines())


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR takes colour away, on a terminal too."""
    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")

    assert "31" not in rendered(Text("red", style="red"))


def test_a_file_gets_no_colour_even_from_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """What `--output` writes is plain, whatever the command was started from."""
    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setenv("TERM", "xterm")

    assert rendered(Text("red", style="red"), to_file=True) == "red"


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    """The new text stands alone in the file, readable as any other, and nothing is left behind."""
    output = tmp_path / "out.json"
    output.write_text("old and longer than the new")
    deliver("new", output)

    assert output.read_text() == "new\n"
    assert list(tmp_path.iterdir()) == [output]
    plain = tmp_path / "plain"
    plain.touch()
    assert output.stat().st_mode == plain.stat().st_mode


def test_a_link_and_a_pipe_stay_what_they_are(tmp_path: Path) -> None:
    """What a link names is replaced; into a pipe is written."""
    link, named, pipe = tmp_path / "link", tmp_path / "named", tmp_path / "pipe"
    named.write_text("old")
    link.symlink_to(named)
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    deliver("new", link)
    deliver("new", pipe)

    assert (link.is_symlink(), named.read_text()) == (True, "new\n")
    assert os.read(reader, 10) == b"new\n"
    assert pipe.is_fifo()
    os.close(reader)


def test_a_file_survives_a_failed_replacement(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where writing fails, the old file stays, and no temporary one."""
    output = tmp_path / "out.json"
    output.write_text("old")

    def full(_self: Path, _target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(UsageError) as caught:
        deliver("new", output)

    assert caught.value.message == (
        f"{output} can't be written: no space left on device. "
        "Fix: name a file in a folder that exists and that you may write to."
    )
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("out.json", "old")]


def test_a_folder_that_does_not_exist_is_wrong_usage(tmp_path: Path) -> None:
    """The message says what is missing."""
    with pytest.raises(UsageError, match="can't be written: no such file or directory"):
        deliver("new", tmp_path / "nowhere" / "out.json")


def test_progress_shows_on_a_terminal_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A log is not filled with progress; a terminal sees what is going on."""
    with working("Checking prod") as progress:
        progress("updating")
    assert capsys.readouterr().err == ""

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with working("Checking prod") as progress:
        progress("creating [vpc] " + "x" * 500)
    assert "Checking prod" in terminal.getvalue()
