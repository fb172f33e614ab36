"""The real Pulumi CLI with either pack says of a broken environment what `check` says."""

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

_LINE = re.compile(r"^ +- \[(mandatory|advisory)\] +\[severity: \w+\] +(\S+) +\(\S+: (\S+)\)$")

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


def _checked(project: Path) -> Told:
    done = _bedplate(project, "check", "dev", "--no-cache", "--format", "json")
    (environment,) = json.loads(done.stdout)["environments"]
    return {
        (one["policy"], one["urn"].rpartition("::")[2], one["blocks"])
        for one in environment["findings"]
        if one["verdict"] == "fail" and "::bedplate-foundation::" in one["urn"]
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


@pytest.mark.needs("pulumi", "pulumi-analyzer-policy-opa")
def test_the_plain_pack_refuses_it_too(project: Path) -> None:
    """Pulumi's own OPA runtime reads the same rules, with facts and levels as configuration."""
    plugin = shutil.which("pulumi-analyzer-policy-opa") or ""
    install = ("pulumi", "plugin", "install", "analyzer", "policy-opa", "1.1.0", "--file", plugin)
    assert _bedplate(project, "sandbox", "--", *install).returncode == 0
    config = project / "dev.config.json"
    assert (
        _bedplate(project, "policies", "--config", "dev", "--output", str(config)).returncode == 0
    )
    pack = _bedplate(project, "policies", "--pack", "opa").stdout.strip()
    pulumi = ("pulumi", "-C", "infra/foundation", "--color", "never", "preview", "--stack", "dev")
    packs = ("--policy-pack", pack, "--policy-pack-config", str(config))
    done = _bedplate(project, "sandbox", "--", *pulumi, "--non-interactive", *packs)

    assert done.returncode != 0
    assert set(_told_plainly(done.stdout)) == _checked(project)
