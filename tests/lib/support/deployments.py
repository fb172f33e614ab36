"""A platform that is ready to be deployed, and a program that answers in the Pulumi CLI's place.

The real CLI runs where it is installed (tests marked `needs("pulumi")`). What it does when
something fails half-way can't be asked of it at will: for that a script answers as the CLI does.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bedplate.governance import simulation
from support.plans import ROOT
from support.releases import key

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from bedplate.engine.plan import LayerPlan, Plan
    from bedplate.governance.assessment import Options

PEOPLE = {"Layla Haddad": "platform", "Omar Rahman": "compliance"}
"""Who approves, and in which role."""
BY = ("--sandbox", "--deployer", "pipeline")
"""Options of a command that deploys in the sandbox."""
BANNER = "SANDBOX: stand-in provider, nothing is deployed\n"
"""What such a command says first."""

PATIENCE_S = 30
"""Seconds in which the script must have been told that it is to stop."""

_SCRIPT = """\
#!{python}
import json, os, pathlib, signal, sys

home = pathlib.Path(__file__).parent
words = [word for word in sys.argv[1:] if word != "--non-interactive"]
layer = pathlib.Path.cwd().name
with open(home / "calls", "a") as calls:
    calls.write(json.dumps([layer, *words]) + "\\n")
if words[0] == "version":
    print("v3.300.0")
    sys.exit(0)
verb = " ".join(words[:2]) if words[0] == "stack" else words[0]
answer = json.loads((home / "answers.json").read_text()).get(f"{{layer}} {{verb}}", {{}})
if "--event-log" in words:
    log = pathlib.Path(words[words.index("--event-log") + 1])
    log.write_text("".join(json.dumps(each) + "\\n" for each in answer.get("events", [])))
for other, text in answer.get("then", {{}}).items():
    answers = json.loads((home / "answers.json").read_text())
    answers[f"{{layer}} {{other}}"] = {{"out": text}}
    (home / "answers.json").write_text(json.dumps(answers))
if answer.get("signal"):
    # As the CLI does: whoever started it is stopped, and has to tell it.
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    os.kill(os.getppid(), signal.Signals[answer["signal"]])
    if signal.sigtimedwait([signal.SIGINT], {patience_s}) is None:
        sys.exit("error: nobody told this process to stop")
print(answer.get("out", ""))
print(answer.get("err", ""), file=sys.stderr)
sys.exit(answer.get("code", 0))
"""


def platform(folder: Path) -> None:
    """Write the reference platform with approvers' keys, and without windows, into a folder."""
    stacks = folder / "stacks"
    stacks.mkdir()
    for file in (ROOT / "stacks").glob("*.yaml"):
        (stacks / file.name).write_text(file.read_text())
    common = yaml.safe_load((stacks / "common.yaml").read_text())
    common["governance"]["approvals"] = {
        "approvers": [
            {"name": name, "role": role, "public_key": key(name).public.text}
            for name, role in PEOPLE.items()
        ]
    }
    common["governance"]["change"] = {"windows": [], "freezes": []}
    (stacks / "common.yaml").write_text(yaml.safe_dump(common))
    for name in PEOPLE:
        private = key(name)._key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
        (folder / name.split()[0]).write_bytes(private)


def ticket(root: Path, digest: str, environment: str = "prod") -> None:
    """Write an approved change record of a release."""
    (root / "changes").mkdir(exist_ok=True)
    name = f"CHG-{len(list((root / 'changes').iterdir())) + 1}"
    record = {
        "id": name,
        "type": "normal",
        "state": "approved",
        "environment": environment,
        "release": digest,
    }
    (root / "changes" / f"{name}.yaml").write_text(yaml.safe_dump(record))


def events(root: Path) -> list[str]:
    """Return what the sandbox's ledger of production recorded."""
    lines = (root / ".bedplate/sandbox/ledger/prod.jsonl").read_text().splitlines()
    return [json.loads(line)["entry"]["event"] for line in lines]


_PLANS: dict[str, Plan] = {}


def simulated(environment: Any, options: Options) -> Plan:
    """Return what an environment would be; each that tests ask for is simulated once."""
    known = environment.spec.model_dump_json()
    if known not in _PLANS:
        _PLANS[known] = simulation.simulated(environment, options)
    return _PLANS[known]


def simulated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the gate use that: the program is the same."""
    for module in ("releasing", "gate", "admitting"):
        monkeypatch.setattr(f"bedplate.governance.{module}.simulated", simulated)


@dataclass(frozen=True)
class Cli:
    """The script in the CLI's place."""

    folder: Path
    """Where it lies."""

    def answer(self, layer: str, verb: str, **answer: Any) -> None:
        """Set what a verb on a layer answers: `out`, `err`, `code`, `events`, `signal`, `then`."""
        file = self.folder / "answers.json"
        answers = json.loads(file.read_text())
        file.write_text(json.dumps({**answers, f"{layer} {verb}": answer}))

    def previews(self, plan: LayerPlan, **operations: Any) -> None:
        """Set what the preview of a layer shows; `operations` are steps by the resource's name."""
        text = json.dumps({"steps": steps_of(plan, operations), "changeSummary": {}})
        self.answer(plan.layer, "preview", out=text)

    @property
    def calls(self) -> list[list[str]]:
        """The layer, and the words of each call; versions are left out."""
        lines = (self.folder / "calls").read_text().splitlines()
        return [call for call in map(json.loads, lines) if call[1] != "version"]


def cli(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Put the script first on PATH."""
    folder.mkdir()
    script = folder / "pulumi"
    script.write_text(_SCRIPT.format(python=sys.executable, patience_s=PATIENCE_S))
    script.chmod(0o755)
    (folder / "answers.json").write_text("{}")
    (folder / "calls").write_text("")
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return Cli(folder)


def steps_of(plan: LayerPlan, operations: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the steps of a preview's digest: everything is created unless told otherwise."""
    steps = []
    for each in plan.resources:
        step = {
            "op": "create",
            "urn": each.urn,
            "newState": {
                "urn": each.urn,
                "type": each.type,
                "custom": each.custom,
                "inputs": {},
                "outputs": {},
            },
        }
        steps.append({**step, **operations.get(each.name, {})})
    return steps
