"""Runs the simulator beside the pack: a whole environment's cost is what its budget limits."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bedplate.engine.plan import Plan
from bedplate.errors import PolicyError

if TYPE_CHECKING:
    from bedplate.policy.pulumi_pack.project import Project

SIMULATION_SECONDS: Final = 120.0
"""How long the simulator may take; it needs some three seconds."""


@dataclass(frozen=True, slots=True)
class Simulation:
    """The simulator at work in a process of its own."""

    process: subprocess.Popen[bytes]
    """The process."""
    folder: tempfile.TemporaryDirectory[str]
    """Where it writes the plan."""

    def plan(self) -> Plan:
        """Wait for the plan; raises PolicyError where there is none."""
        try:
            _, errors = self.process.communicate(timeout=SIMULATION_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise PolicyError(
                f"The simulator did not end within {SIMULATION_SECONDS:g} s. "
                "Fix: run `bedplate preview` on the environment to see why."
            ) from None
        if self.process.returncode != 0:
            raise PolicyError(errors.decode(errors="replace").strip())
        with self.folder as folder:
            return Plan.from_json(
                json.loads((Path(folder) / "plan.json").read_text(encoding="utf-8"))
            )


def start_simulation(project: Project) -> Simulation:
    """Start to simulate all layers of an environment."""
    folder = tempfile.TemporaryDirectory(prefix="bedplate-pack-")
    # Pulumi's own variables would make a program believe that the CLI runs it.
    variables = {k: v for k, v in os.environ.items() if not k.startswith("PULUMI_")}
    library = str(Path(__file__).resolve().parents[3])
    variables["PYTHONPATH"] = os.pathsep.join(filter(None, [library, variables.get("PYTHONPATH")]))
    stacks = str(project.stacks.resolve())
    plan = str(Path(folder.name) / "plan.json")
    command = ["preview", project.stack, "--stacks", stacks, "--format", "json", "--output", plan]
    process = subprocess.Popen(  # noqa: S603 - this very package
        [sys.executable, "-m", "bedplate", *command],
        cwd=project.stacks.resolve().parent,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    return Simulation(process, folder)
