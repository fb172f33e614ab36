"""The real engine: asks the Pulumi CLI, and reads the Plan from what it answers.

With ``in_sandbox`` the CLI works on a state of its own with a stand-in provider; without, on the
user's own backend and account.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bedplate.engine.cli_session import session_of
from bedplate.engine.cli_state import from_export, from_preview

if TYPE_CHECKING:
    from bedplate.engine.cli_command import Progress
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
    with session_of(request, in_sandbox=in_sandbox, progress=progress) as session:
        log = session.scratch / "events.json"
        arguments = ["preview", "--json", "--show-sames", "--event-log", str(log)]
        digest = json.loads(session.run(*arguments, *session.configuration))
        return from_preview(request, digest, session.events(log)), digest.get("changeSummary") or {}


def up_layer(
    request: LayerRequest, *, in_sandbox: bool = False, progress: Progress | None = None
) -> LayerPlan:
    """Deploy the layer and return what the stack holds afterwards.

    Raises EngineError where the CLI is missing or fails; the stack then holds what was deployed up
    to that point.
    """
    with session_of(request, in_sandbox=in_sandbox, progress=progress) as session:
        session.run("up", "--yes", "--skip-preview", *session.configuration)
        return from_export(request, session.export())


def destroy_layer(
    request: LayerRequest, *, in_sandbox: bool = False, progress: Progress | None = None
) -> None:
    """Delete everything that the layer's stack holds.

    A protected resource makes the CLI refuse, and so EngineError is raised; in the sandbox, where
    nothing exists, protection is lifted first.
    """
    with session_of(request, in_sandbox=in_sandbox, progress=progress) as session:
        if in_sandbox and from_export(request, session.export()).resources:
            session.run("state", "unprotect", "--all", "--yes")
        session.run("destroy", "--yes", "--skip-preview", *session.settings)


def deployed_layer(request: LayerRequest, *, in_sandbox: bool = False) -> LayerPlan:
    """Return what the layer's stack holds now; nothing is run."""
    with session_of(request, in_sandbox=in_sandbox) as session:
        return from_export(request, session.export())
