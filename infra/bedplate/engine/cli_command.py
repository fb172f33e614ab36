"""One run of the Pulumi CLI, found and judged by Pulumi's Automation API.

We start it ourselves: the API leaves it in our process group, where Ctrl-C reaches it and a signal
to us alone does not.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final, TypeAlias

from pulumi import automation

from bedplate.engine.child import run_child
from bedplate.engine.cli_failure import failure
from bedplate.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

Progress: TypeAlias = "Callable[[str], None]"
"""Told each line that the CLI prints, while it runs."""

_ENVIRONMENT: Final = {
    # The CLI has --event-log, which the Automation API itself relies on, only with this variable.
    "PULUMI_DEBUG_COMMANDS": "true",
    "PULUMI_AUTOMATION_API": "true",
    "PULUMI_SKIP_UPDATE_CHECK": "true",
}


def run_pulumi(
    arguments: list[str],
    folder: Path,
    environment: Mapping[str, str],
    names: tuple[str, str],
    progress: Progress | None = None,
) -> str:
    """Run ``pulumi`` in a project's folder and return what it printed to standard output.

    ``names`` are project and stack, for the error. Raises EngineError where the CLI is missing, too
    old or fails.
    """
    if shutil.which("pulumi") is None:
        raise EngineError(
            "The Pulumi CLI (pulumi) is not on PATH. "
            "Fix: install it (https://www.pulumi.com/docs/install), or use the simulator."
        )
    lines: list[str] = []

    def listen(line: str) -> None:
        lines.append(line)
        if progress is not None:
            progress(line)

    verb = " ".join(arguments[: 2 if arguments[0] in {"stack", "state"} else 1])
    try:
        command = automation.PulumiCommand().command
    except automation.InvalidVersionError as error:
        raise EngineError(f"{error} Fix: install a supported Pulumi CLI.") from None
    words = [command, "--non-interactive", *arguments, "--color", "never"]
    ended = run_child(words, folder, {**_ENVIRONMENT, **environment}, listen)
    project, stack = names
    if ended.code and ended.interrupted:
        what = f"pulumi {verb} of {project}, stack {stack}, was interrupted"
        raise EngineError(f"{what}. Fix: run the same command again.")
    if ended.code:
        raise failure(verb, stack, project, "\n".join(lines))
    return ended.out
