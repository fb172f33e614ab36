"""The real engine: asks the Pulumi CLI, and reads the Plan from what it answers.

With ``in_sandbox`` the CLI works on a state of its own with a stand-in provider; without, on the
user's own backend and account.
"""

from __future__ import annotations

import json
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bedplate.engine import sandbox
from bedplate.engine.cli_command import Progress, run_pulumi
from bedplate.engine.cli_state import from_export, from_preview

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bedplate.engine.plan import LayerPlan
    from bedplate.engine.request import LayerRequest


def preview_layer(
    request: LayerRequest, *, in_sandbox: bool = False, progress: Progress | None = None
) -> LayerPlan:
    """Return what a deployment of the layer would lead to, as far as it is known before.

    Nothing is deployed and, outside the sandbox, no stack is created. Raises EngineError where the
    CLI is missing or fails; ``progress`` is told each line that it prints.
    """
    plan, _ = preview_changes(request, in_sandbox=in_sandbox, progress=progress)
    return plan


def preview_changes(
    request: LayerRequest, *, in_sandbox: bool = False, progress: Progress | None = None
) -> tuple[LayerPlan, dict[str, int]]:
    """Return the same as ``preview_layer``, and how many resources each operation is for.

    Operations have Pulumi's names: ``create``, ``same``, ``update``, ``replace``, ``delete``.
    """
    with _command(request, in_sandbox=in_sandbox, progress=progress) as command:
        log = Path(command.scratch) / "events.json"
        arguments = ["preview", "--json", "--show-sames", "--event-log", str(log)]
        digest = json.loads(command.run(*arguments, *command.configuration))
        return from_preview(request, digest, _events(log)), digest.get("changeSummary") or {}


def up_layer(
    request: LayerRequest, *, in_sandbox: bool = False, progress: Progress | None = None
) -> LayerPlan:
    """Deploy the layer and return what the stack holds afterwards.

    Raises EngineError where the CLI is missing or fails; the stack then holds what was deployed up
    to that point.
    """
    with _command(request, in_sandbox=in_sandbox, progress=progress) as command:
        command.run("up", "--yes", "--skip-preview", *command.configuration)
        return _state(command)


def destroy_layer(
    request: LayerRequest, *, in_sandbox: bool = False, progress: Progress | None = None
) -> None:
    """Delete everything that the layer's stack holds.

    A protected resource makes the CLI refuse, and so EngineError is raised; in the sandbox, where
    nothing exists, protection is lifted first.
    """
    with _command(request, in_sandbox=in_sandbox, progress=progress) as command:
        if in_sandbox and _state(command).resources:
            command.run("state", "unprotect", "--all", "--yes")
        command.run("destroy", "--yes", "--skip-preview", *command.settings)


def deployed_layer(request: LayerRequest, *, in_sandbox: bool = False) -> LayerPlan:
    """Return what the layer's stack holds now; nothing is run."""
    with _command(request, in_sandbox=in_sandbox, progress=None) as command:
        return _state(command)


@dataclass(frozen=True, slots=True)
class _Command:
    """The CLI, ready to work on one stack."""

    request: LayerRequest
    """The layer."""
    environment: Mapping[str, str]
    """Variables added to the process's own."""
    settings: tuple[str, ...]
    """Arguments that name the stack's settings file, where it is not the project's own."""
    configuration: tuple[str, ...]
    """The settings arguments, and the config values to save there."""
    scratch: str
    """A folder that is deleted afterwards."""
    progress: Progress | None
    """Told each line."""

    def run(self, *arguments: str) -> str:
        """Run a verb on the stack and return what it printed."""
        request = self.request
        return run_pulumi(
            [*arguments, "--stack", request.stack],
            request.program.resolve().parent,
            self.environment,
            (request.project, request.stack),
            self.progress,
        )


@contextmanager
def _command(
    request: LayerRequest, *, in_sandbox: bool, progress: Progress | None
) -> Iterator[_Command]:
    with tempfile.TemporaryDirectory(prefix="bedplate-") as scratch:
        if not in_sandbox:
            environment = _config_variables(request.config)
            yield _Command(request, environment, (), (), scratch, progress)
            return
        root = request.program.resolve().parents[2]
        with sandbox.session(root, [(request.project, request.stack)]) as environment:
            settings = ("--config-file", str(sandbox.settings_file(root, request)))
            configuration = (*settings, *_config_arguments(request))
            environment[sandbox.ACCOUNT_VARIABLE] = request.account_id
            yield _Command(request, environment, settings, configuration, scratch, progress)


def _config_variables(config: Mapping[str, str]) -> dict[str, str]:
    """Return config as the variables that the SDK reads where a stack's file has no value.

    ``--config`` would write into the user's file.
    """
    return {
        "PULUMI_CONFIG_" + "".join(c if c.isalnum() else "_" for c in key).upper(): value
        for key, value in config.items()
    }


def _config_arguments(request: LayerRequest) -> tuple[str, ...]:
    """Return config for the sandbox's own file, with region and account of the default provider."""
    config = {
        "aws:region": request.region,
        "aws:allowedAccountIds": json.dumps([request.account_id]),
        **request.config,
    }
    return tuple(part for key, value in config.items() for part in ("--config", f"{key}={value}"))


def _state(command: _Command) -> LayerPlan:
    return from_export(command.request, json.loads(command.run("stack", "export")))


def _events(log: Path) -> Iterator[dict[str, Any]]:
    """Yield the engine's events; the CLI writes one JSON object a line."""
    with log.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)
