"""The command line as a whole: exit codes, errors, help, pipes."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bedplate.cli import app, main, sandbox
from bedplate.errors import EngineError
from bedplate.versions import BEDPLATE

if TYPE_CHECKING:
    from collections.abc import Callable

VERBS = [
    "check", "admit", "preview", "explain", "cost", "diff", "promote", "blueprints", "policies",
    "sandbox", "report", "schema", "new", "bootstrap", "upgrade", "release", "approve", "reject",
    "approvals", "up", "rollback", "drift", "destroy", "new-model", "update-model", "review",
    "mirror", "policy", "waiver", "audit",
]  # fmt: skip
"""Verbs in the order of help: those with verbs of their own stand last."""


def failing(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Let every assessment fail with an error."""

    def assess(*_arguments: Any) -> None:
        raise error

    monkeypatch.setattr("bedplate.governance.assessment.assess", assess)


def test_the_version_is_printed(run: Callable[..., Any]) -> None:
    """`--version` says name and version, and exits 0."""
    done = run("--version")

    assert (done.code, done.out, done.err) == (0, f"bedplate {BEDPLATE}\n", "")


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself_with_an_example(run: Callable[..., Any], verb: str) -> None:
    """`VERB --help` exits 0 and ends with command lines that can be copied."""
    done = run(verb, "--help")
    examples = done.out.partition("Examples:\n")[2].splitlines()

    assert (done.code, done.err) == (0, "")
    assert examples
    assert all(line.startswith(f"    bedplate {verb}") for line in examples)


def test_the_verbs_are_these(run: Callable[..., Any]) -> None:
    """Help lists every verb in the order of work, each with a sentence that is whole."""
    done = run("--help")
    listed = done.out.partition("Commands:\n")[2].partition("\n\n")[0].splitlines()

    assert [line.split()[0] for line in listed] == VERBS
    assert all(line.endswith(".") and not line.endswith("...") for line in listed)


def test_help_loads_nothing_heavy(root: Path) -> None:
    """`bedplate --help` answers without Pulumi, pydantic, the YAML reader or Rich."""
    code = (
        "import sys; from bedplate.cli import main; main(['--help'])\n"
        "heavy = {'pulumi', 'pulumi_aws', 'pydantic', 'ruamel', 'regorus', 'rich'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root / "infra", capture_output=True, text=True, check=True
    )

    assert done.stderr == "[]\n"
    assert done.stdout.startswith("Usage: bedplate [OPTIONS] COMMAND [ARGS]...\n")


def test_shell_completion_is_on() -> None:
    """The app offers to install completion."""
    assert app._add_completion


def test_wrong_usage_exits_2(run: Callable[..., Any]) -> None:
    """A verb that does not exist is named with a suggestion, on standard error."""
    done = run("chekc")

    assert (done.code, done.out) == (2, "")
    assert "No such command 'chekc'" in done.err


def test_a_refusal_is_one_sentence_without_a_traceback(
    run: Callable[..., Any], project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error meant for the user is shown as it is, with its own exit code."""
    failing(monkeypatch, EngineError("The engine is out. Fix: start it."))
    done = run("check", "--stacks", str(project / "stacks"))

    assert (done.code, done.out) == (1, "")
    assert done.err == "The engine is out. Fix: start it.\n"


def test_our_own_fault_is_one_line_and_exits_70(
    run: Callable[..., Any], project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unexpected exception says what to do, and shows no traceback."""
    failing(monkeypatch, ValueError("two\nlines"))
    done = run("check", "--stacks", str(project / "stacks"))

    assert (done.code, done.out) == (70, "")
    assert done.err == (
        "internal error: ValueError: two lines. "
        "Fix: re-run with --debug and report what it shows.\n"
    )


@pytest.mark.parametrize("words", [("--debug", "check"), ("check", "--debug")])
def test_debug_shows_the_traceback_wherever_it_stands(
    run: Callable[..., Any],
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
) -> None:
    """`--debug` may stand before or behind the verb."""
    failing(monkeypatch, ValueError("broken"))
    done = run(*words, "--stacks", str(project / "stacks"))

    assert done.code == 70
    assert done.err.startswith("Traceback (most recent call last):\n")
    assert "ValueError: broken" in done.err


def test_debug_of_a_command_in_the_sandbox_is_the_commands(
    run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands behind `--` is left alone."""
    seen: list[list[str]] = []

    def run_command(command: list[str], _environment: dict[str, str]) -> int:
        seen.append(command)
        return 0

    monkeypatch.setattr(sandbox, "_run", run_command)
    monkeypatch.setattr("bedplate.engine.sandbox.session", lambda _root: nullcontext({}))

    assert run("sandbox", "--", "pulumi", "--debug").code == 0
    assert seen == [["pulumi", "--debug"]]


def test_an_interruption_is_quiet(
    run: Callable[..., Any], project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C exits 130 and says nothing."""
    failing(monkeypatch, KeyboardInterrupt())
    done = run("check", "--stacks", str(project / "stacks"))

    assert (done.code, done.out, done.err) == (130, "", "")


def test_arguments_come_from_the_process(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without arguments, `main` reads the command line that the process was started with."""
    monkeypatch.setattr(sys, "argv", ["bedplate", "--version"])

    assert main() == 0
    assert capsys.readouterr().out == f"bedplate {BEDPLATE}\n"


def test_a_reader_that_leaves_early_changes_nothing(root: Path) -> None:
    """Output into a closed pipe is dropped quietly; the exit code is the command's own."""
    code = "import sys; from bedplate.cli import main; sys.exit(main(['schema']) + 5)"
    with subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=root / "infra",
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        errors = process.stderr.read()

    assert (process.returncode, errors) == (5, b"")


def test_a_full_disk_behind_the_output_is_a_sentence(root: Path) -> None:
    """What could not be told is no success."""
    code = "import sys; from bedplate.cli import main; sys.exit(main(['schema']))"
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=root / "infra",
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert (done.returncode, done.stderr) == (
        1,
        (
            "Standard output can't be written: no space left on device. "
            "Fix: make room, or write to another place.\n"
        ),
    )


def test_an_argument_that_is_no_text_is_a_sentence(run: Callable[..., Any]) -> None:
    """Bytes that are not UTF-8 reach Python as lone surrogates, which no record can hold."""
    done = run("reject", "prod", "--reason", "\udcff")

    assert (done.code, done.err) == (
        2,
        "The argument '\\udcff' is not text in UTF-8. Fix: type it anew.\n",
    )


@pytest.mark.parametrize(("encoding", "shown"), [("ascii", "a \\u2192 b\n"), ("utf-8", "a → b\n")])
def test_what_the_terminal_has_no_letter_for_is_written_out(
    root: Path, encoding: str, shown: str
) -> None:
    """An old locale is no reason to end without a result."""
    done = subprocess.run(
        [sys.executable, "-c", "from bedplate.cli.console import say; say('a → b')"],
        cwd=root / "infra",
        env={**os.environ, "PYTHONIOENCODING": encoding},
        stdout=subprocess.PIPE,
        check=True,
    )

    assert done.stdout.decode() == shown
