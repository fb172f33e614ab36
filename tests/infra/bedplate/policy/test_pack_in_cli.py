"""The real Pulumi CLI with each pack says of a broken environment what `check` says."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from ruamel.yaml import YAML

from bedplate.policy import pulumi_pack

if TYPE_CHECKING:
    from collections.abc import Iterator

PACK = Path(pulumi_pack.__file__).parent
BROKEN = """

import pulumi_aws as aws

aws.s3.Bucket("leak")
aws.ec2.SecurityGroup(
    "wide",
    vpc_id="vpc-1",
    ingress=[{"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": ["0.0.0.0/0"]}],
)
"""
"""A team's own resources: a bucket without anything, and a port open to the world."""

EXPOSED = """

import pulumi
import pulumi_kubernetes as k8s

k8s.core.v1.Service(
    "exposed",
    metadata={"name": "exposed", "namespace": "fraud"},
    spec={"type": "NodePort", "ports": [{"port": 80}]},
    opts=pulumi.ResourceOptions(provider=cluster.provider),
)
"""
"""A team's own object, which the cluster refuses."""

_LINE = re.compile(r"^ +- \[(mandatory|advisory)\] +\[severity: \w+\] +(\S+) +\(\S+: (\S+)\)$")

FIRST_AT_ADMISSION = 100
"""Numbers above it are those of rules at admission."""

Told = set[tuple[str, str, bool]]
"""Policy, name of the resource, and whether it blocks."""


@pytest.fixture
def project(root: Path, tmp_path: Path) -> Path:
    """Return a copy of the reference platform whose foundation is broken."""
    shutil.copytree(root / "stacks", tmp_path / "stacks")
    settings = YAML(typ="safe", pure=True)
    for layer in ("foundation", "platform"):
        folder = tmp_path / "infra" / layer
        shutil.copytree(root / "infra" / layer, folder)
        values = settings.load(folder / "Pulumi.yaml")
        # The CLI runs the program with the Python of this test.
        values["runtime"]["options"] = {"toolchain": "pip", "virtualenv": sys.prefix}
        settings.dump(values, folder / "Pulumi.yaml")
    program = tmp_path / "infra" / "foundation" / "__main__.py"
    program.write_text(program.read_text() + BROKEN)
    return tmp_path


def _bedplate(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    paths = [str(Path(pulumi_pack.__file__).parents[3]), os.environ.get("PYTHONPATH", "")]
    own = {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PWD": str(project),
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
    }
    command = [sys.executable, "-m", "bedplate", *words]
    return subprocess.run(
        command, cwd=project, env=os.environ | own, capture_output=True, text=True, check=False
    )


def _told(output: str) -> Iterator[tuple[str, str, bool]]:
    """Yield each violation that the CLI lists; what is only open is left out."""
    lines = output.splitlines()
    for number, line in enumerate(lines):
        found = _LINE.match(line)
        if found and not lines[number + 2].strip().startswith("Not judged: "):
            level, policy, name = found.groups()
            yield policy, name, level == "mandatory"


def _checked(project: Path, layer: str = "foundation") -> Told:
    done = _bedplate(project, "check", "dev", "--no-cache", "--format", "json")
    (environment,) = json.loads(done.stdout)["environments"]
    return {
        (one["policy"], one["urn"].rpartition("::")[2], one["blocks"])
        for one in environment["findings"]
        if one["verdict"] == "fail" and f"::bedplate-{layer}::" in one["urn"]
    }


@pytest.mark.needs("pulumi")
def test_a_broken_environment_is_refused(project: Path) -> None:
    """The same policies on the same resources, at the same levels, and nothing is deployed."""
    pulumi = ("pulumi", "-C", "infra/foundation", "--color", "never")
    preview = ("preview", "--stack", "dev", "--non-interactive", "--policy-pack", str(PACK))
    done = _bedplate(project, "sandbox", "--", *pulumi, *preview)
    expected = _checked(project)

    assert done.returncode != 0
    assert {("ZT-002", "wide", True), ("ENC-001", "leak", False)} <= expected
    assert set(_told(done.stdout)) == expected


_PLAIN_LINE = re.compile(r"^ +- \[(mandatory|advisory)\] +(\w+) +\(\S+: (\S+)\)$")
_SUBJECT = re.compile(r'^\w+ "([^"]+)" ')


def _told_plainly(output: str) -> Iterator[tuple[str, str, bool]]:
    """Yield each violation of the plain pack: rules on a stack name their resource in words."""
    lines = [line for line in output.splitlines() if line.strip()]
    for number, line in enumerate(lines):
        found = _PLAIN_LINE.match(line)
        if found:
            level, rule, name = found.groups()
            subject = _SUBJECT.match(lines[number + 1].strip())
            policy = rule.removeprefix("stack_").partition("_")[2].upper().replace("_", "-")
            if rule.startswith("stack_") and subject:
                name = subject[1]
            yield policy, name, level == "mandatory"


@pytest.fixture
def plugin(project: Path) -> None:
    """Install the plugin that is on PATH where the CLI looks for it."""
    file = shutil.which("pulumi-analyzer-policy-opa") or ""
    install = ("pulumi", "plugin", "install", "analyzer", "policy-opa", "1.1.0", "--file", file)
    assert _bedplate(project, "sandbox", "--", *install).returncode == 0


def _previewed(project: Path, layer: str, pack: str) -> subprocess.CompletedProcess[str]:
    """Preview a layer with a plain pack of ours and its configuration."""
    config = str(project / f"{pack}.config.json")
    written = ("policies", "--config", "dev", "--pack", pack, "--output", config)
    assert _bedplate(project, *written).returncode == 0
    folder = _bedplate(project, "policies", "--pack", pack).stdout.strip()
    pulumi = ("pulumi", "-C", f"infra/{layer}", "--color", "never", "preview", "--stack", "dev")
    packs = ("--policy-pack", folder, "--policy-pack-config", config)
    return _bedplate(project, "sandbox", "--", *pulumi, "--non-interactive", *packs)


@pytest.mark.needs("pulumi", "pulumi-analyzer-policy-opa")
@pytest.mark.usefixtures("plugin")
def test_the_plain_pack_refuses_it_too(project: Path) -> None:
    """Pulumi's own OPA runtime reads the same rules, with facts and levels as configuration."""
    done = _previewed(project, "foundation", "opa")

    assert done.returncode != 0
    assert set(_told_plainly(done.stdout)) == _checked(project)


@pytest.mark.needs("pulumi", "pulumi-analyzer-policy-opa")
@pytest.mark.usefixtures("plugin")
def test_the_plain_pack_of_admission_rules_refuses_an_object(project: Path) -> None:
    """It is asked about the objects of the platform layer, once the foundation is there."""
    program = project / "infra" / "platform" / "__main__.py"
    program.write_text(program.read_text() + EXPOSED)
    pulumi = ("pulumi", "-C", "infra/foundation", "up", "--stack", "dev", "--non-interactive")
    assert _bedplate(project, "sandbox", "--", *pulumi, "--yes").returncode == 0
    done = _previewed(project, "platform", "admission")

    expected = {one for one in _checked(project, "platform") if _is_at_admission(one[0])}
    assert "exposed" in {name for _, name, _ in expected}
    assert set(_told_plainly(done.stdout)) == expected
    assert (done.returncode != 0) == any(blocks for *_, blocks in expected)


def _is_at_admission(policy: str) -> bool:
    """Tell whether a policy is one of the admission rules, by their numbers."""
    return int(policy.rpartition("-")[2]) > FIRST_AT_ADMISSION
