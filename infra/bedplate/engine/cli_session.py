"""The Pulumi CLI, ready to work on one stack of one layer.

With ``in_sandbox`` it works on a state of its own with a stand-in provider; without, on the
environment's own backend and account.
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
from bedplate.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bedplate.engine.request import LayerRequest


@dataclass(frozen=True, slots=True)
class Session:
    """The CLI, ready to work on one stack."""

    request: LayerRequest
    """The layer."""
    environment: Mapping[str, str]
    """Variables added to the process's own."""
    settings: tuple[str, ...]
    """Arguments that name the stack's settings file, where it is not the project's own."""
    configuration: tuple[str, ...]
    """The settings arguments, and the config values to save there."""
    scratch: Path
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

    def export(self) -> dict[str, Any]:
        """Return the stack's state as the CLI exports it."""
        state: dict[str, Any] = json.loads(self.run("stack", "export"))
        return state

    def events(self, log: Path) -> Iterator[dict[str, Any]]:
        """Yield the engine's events; the CLI writes one JSON object a line."""
        if not log.is_file():
            return
        with log.open(encoding="utf-8") as lines:
            for line in lines:
                if line.strip():
                    yield json.loads(line)


@contextmanager
def session_of(
    request: LayerRequest, *, in_sandbox: bool, progress: Progress | None = None
) -> Iterator[Session]:
    """Open a layer's stack; raises EngineError where the CLI is missing.

    In the sandbox the stack is made where it is missing; outside nothing is.
    """
    with tempfile.TemporaryDirectory(prefix="bedplate-") as folder:
        scratch = Path(folder)
        if not in_sandbox:
            environment = _config_variables(request.config) | _backend(request)
            yield Session(request, environment, (), (), scratch, progress)
            return
        root = request.home or request.program.resolve().parents[2]
        with sandbox.session(root, [(request.project, request.stack)]) as environment:
            settings = ("--config-file", str(sandbox.settings_file(root, request)))
            configuration = (*settings, *_config_arguments(request))
            own = {sandbox.ACCOUNT_VARIABLE: request.account_id}
            variables = environment | own
            yield Session(request, variables, settings, configuration, scratch, progress)


def ensure_stack(session: Session) -> None:
    """Create the stack where it is missing, encrypted as the environment's file says."""
    request = session.request
    name = f"organization/{request.project}/{request.stack}"
    secrets = ("--secrets-provider", request.secrets_provider) if request.secrets_provider else ()
    try:
        run_pulumi(
            ["stack", "init", name, "--no-select", *secrets],
            request.program.resolve().parent,
            session.environment,
            (request.project, request.stack),
        )
    except EngineError as error:
        if "already exists" not in error.message:
            raise


def _backend(request: LayerRequest) -> dict[str, str]:
    """Return where the state lies by the environment's file, which wins over `pulumi login`."""
    return {"PULUMI_BACKEND_URL": request.backend} if request.backend else {}


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
