"""Verb `sandbox`: a command with the stand-in provider's environment."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

BANNER = "SANDBOX: stand-in provider, nothing is deployed\n"


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let a sandbox set one variable; return what happens to it."""
    events: list[str] = []

    @contextmanager
    def fake(root: Path) -> Iterator[dict[str, str]]:
        events.append(f"open {root}")
        yield {"PULUMI_HOME": "the sandbox"}
        events.append("close")

    monkeypatch.setattr("bedplate.engine.sandbox.session", fake)
    return events


@pytest.mark.parametrize(("code", "expected"), [("0", 0), ("7", 7), ("None", 0)])
def test_the_commands_exit_code_is_ours(
    run: Callable[..., Any], session: list[str], code: str, expected: int
) -> None:
    """Whatever the command ends with is what we end with; the banner says what this is."""
    done = run("sandbox", "--", sys.executable, "-c", f"raise SystemExit({code})")

    assert (done.code, done.out, done.err) == (expected, "", BANNER)
    assert session[0] == "open ."


@pytest.mark.usefixtures("session")
def test_the_command_sees_both_environments(
    run: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sandbox's variables are laid over the process's own."""
    monkeypatch.setenv("PULUMI_HOME", "the user's")
    monkeypatch.setenv("MINE", ", kept")
    seen = tmp_path / "seen"
    code = (
        "import os, sys; from pathlib import Path\n"
        "Path(sys.argv[1]).write_text(os.environ['PULUMI_HOME'] + os.environ['MINE'])"
    )
    run("sandbox", "--", sys.executable, "-c", code, str(seen))

    assert seen.read_text() == "the sandbox, kept"


@pytest.mark.usefixtures("session")
def test_a_command_ended_by_a_signal_says_so(run: Callable[..., Any]) -> None:
    """As in a shell: 128 and the signal's number."""
    code = "import os, signal; os.kill(os.getpid(), signal.SIGTERM)"

    assert run("sandbox", "--", sys.executable, "-c", code).code == 128 + 15


@pytest.mark.usefixtures("session")
def test_a_command_that_is_not_there_is_wrong_usage(run: Callable[..., Any]) -> None:
    """The sentence names it."""
    done = run("sandbox", "--", "no-such-program")

    assert done.code == 2
    assert done.err == (
        f"{BANNER}no-such-program can't be run: no such file or directory. "
        "Fix: check its name, and that it is installed and on PATH.\n"
    )


def test_the_project_must_be_a_folder(run: Callable[..., Any], session: list[str]) -> None:
    """Nothing is prepared in a place that does not exist."""
    done = run("sandbox", "--project", "nowhere", "--", "true")

    assert (done.code, session) == (2, [])
    assert done.err == "nowhere is not a folder. Fix: name the project with --project.\n"
