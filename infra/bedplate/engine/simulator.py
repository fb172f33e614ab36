"""The simulator: runs a layer's own program in process, as if the deployment had happened.

Every resource gets a plausible, deterministic answer, so that what the program builds from outputs
(policy documents, manifests, names) can be read and judged before anything exists.
"""

from __future__ import annotations

from pulumi.runtime import config, mocks, settings

from bedplate.engine import wire
from bedplate.engine.monitor import SimulatedMonitor
from bedplate.engine.plan import LayerPlan
from bedplate.engine.program_host import run_program
from bedplate.engine.registration import to_resources
from bedplate.engine.request import LayerRequest
from bedplate.engine.sdk_parts import load_services_in_parts

__all__ = ["LayerRequest", "simulate_layer"]

ORGANIZATION = "organization"
"""Name of the organisation in a stack reference, as for Pulumi's own file backends."""


def simulate_layer(request: LayerRequest) -> LayerPlan:
    """Run one layer's program and return what it would create.

    Raises EngineError where the program fails, naming its line, and whatever BedplateError the
    program itself raises, such as SpecError. The same request always gives the same Plan.
    """
    load_services_in_parts()
    monitor = SimulatedMonitor(request)
    # Resolved now: the program runs in its own folder, where a relative path means another place.
    root = str(request.program.resolve().parent)

    def configure() -> None:
        config.set_all_config(dict(request.config), [])
        settings.ROOT.set(None)
        settings.configure(
            mocks.MockSettings(  # type: ignore[no-untyped-call]  # the SDK gives no types
                monitor=monitor,
                engine=None,
                project=request.project,
                stack=request.stack,
                root_directory=root,
                organization=ORGANIZATION,
                dry_run=False,
                callbacks=None,
                outputs=set(),
                package_refs={},
                base_providers_by_ref={},
            )
        )

    run_program(request.program, configure, request.timeout_seconds)
    return LayerPlan(
        layer=request.layer,
        project=request.project,
        stack=request.stack,
        resources=to_resources(monitor.registrations),
        exports=wire.to_plan(monitor.exports),
    )
