"""Verb `sandbox`: runs a command with the stand-in provider instead of AWS."""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from bedplate.cli.console import complain
from bedplate.cli.parameters import examples
from bedplate.errors import UsageError

EXAMPLES = examples(
    "bedplate sandbox -- pulumi -C infra/foundation preview -s dev",
    "bedplate sandbox -- pulumi -C infra/foundation up -s dev --yes",
)
"""End of the help page."""

Command = Annotated[
    list[str],
    typer.Argument(metavar="COMMAND", help="Command and its arguments.", show_default=False),
]

Project = Annotated[
    Path,
    typer.Option("--project", metavar="DIR", help="Folder that holds infra/ and stacks/."),
]


def sandbox(command: Command, project: Project = Path()) -> None:
    """Run a command without an AWS account.

    A stand-in provider takes the place of AWS, and nothing is deployed. The Pulumi CLI uses a
    state, a passphrase and plugins of the sandbox's own, in .bedplate/sandbox below the project.
    The exit code is the command's.
    """
    from bedplate.engine.sandbox import BANNER, session  # noqa: PLC0415 - imports Pulumi

    if not project.is_dir():
        raise UsageError(f"{project} is not a folder. Fix: name the project with --project.")
    with session(project) as variables:
        complain(BANNER)
        raise typer.Exit(_run(command, os.environ | variables))


def _run(command: list[str], environment: dict[str, str]) -> int:
    try:
        process = subprocess.Popen(command, env=environment)  # noqa: S603 - the user's own command
    except OSError as error:
        reason = (error.strerror or "unknown error").lower()
        fix = "check its name, and that it is installed and on PATH"
        raise UsageError(f"{command[0]} can't be run: {reason}. Fix: {fix}.") from error
    while True:
        # Ctrl-C reaches the command too; it decides what becomes of it.
        with suppress(KeyboardInterrupt):
            code = process.wait()
            return code if code >= 0 else 128 - code
