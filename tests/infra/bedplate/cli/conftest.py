"""What the tests of the command line share: a way to run it, and results to show."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from support.deployments import PEOPLE, Cli, cli, platform, simulated, simulated_once, ticket

from bedplate.cli import main
from bedplate.engine.plan import LayerPlan, Plan, Resource
from bedplate.governance.assessment import Assessment, Options
from bedplate.governance.simulation import resolved
from bedplate.operate.cost import ComponentCost, Cost, Line
from bedplate.policy.decision import Standing
from bedplate.policy.finding import Finding, Source
from bedplate.policy.ladder import ladder_of
from bedplate.policy.waivers import NO_WAIVERS
from bedplate.spec.enforcement import EnforcementSpec

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ENVIRONMENT = {
    "blueprint": "starter",
    "tier": "development",
    "aws": {"account_id": "111122223333", "region": "us-east-1"},
    "owner": {"team": "lab", "email": "lab@acme.example", "cost_center": "1"},
    "governance": {"jurisdictions": ["US"]},
    "network": {"cidr": "10.40.0.0/20"},
    "cluster": {
        "public_access_cidrs": ["203.0.113.0/24"],
        "admins": ["arn:aws:iam::111122223333:role/admin"],
    },
    "serving": {"kserve": {"domain": "models.acme.example"}},
    "monitoring": {"alerts": {"contact": "lab@acme.example"}},
    "teams": {"lab": {"namespaces": ["lab"], "gpu_quota": 1}},
    "budget": {"hourly_usd": 9, "monthly_usd": 900},
}
"""A valid environment; JSON is YAML."""


@dataclass(frozen=True)
class Done:
    """What a command line did."""

    code: int
    """Exit code."""
    out: str
    """Standard output."""
    err: str
    """Standard error."""

    @property
    def rows(self) -> list[str]:
        """Standard output without what Rich adds to a table: rules and alignment."""
        lines = (" ".join(line.split()) for line in self.out.splitlines())
        return [line for line in lines if set(line) != {"─"}]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Return a function that runs a command line."""

    def run_line(*words: str) -> Done:
        capsys.readouterr()
        code = main(list(words))
        captured = capsys.readouterr()
        return Done(code, captured.out, captured.err)

    return run_line


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the working folder: a project with the environments dev and prod."""
    stacks = tmp_path / "stacks"
    stacks.mkdir()
    for name in ("dev", "prod"):
        text = json.dumps({"environment": name}, indent=1)
        (stacks / f"{name}.yaml").write_text(text)
    (stacks / "common.yaml").write_text(json.dumps(ENVIRONMENT, indent=1))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("COLUMNS", raising=False)
    return tmp_path


@pytest.fixture
def finding() -> Callable[..., Finding]:
    """Return a function that makes a finding: ZT-001 fails, unless told otherwise."""

    def make(**changes: Any) -> Finding:
        values: dict[str, Any] = {
            "policy": "ZT-001",
            "severity": "critical",
            "level": "mandatory",
            "verdict": "fail",
            "urn": "urn:pulumi:prod::bedplate-foundation::aws:eks/cluster:Cluster::cluster",
            "type": "aws:eks/cluster:Cluster",
            "message": "The API endpoint of cluster is open to anywhere.",
            "controls": ("nist-800-207:T3",),
            "remediation": "set cluster.endpoint_access to private",
            "source": Source("stacks/prod.yaml", 7, 19, "cluster.endpoint_access"),
        }
        return Finding(**values | changes)

    return make


def resource(name: str, token: str, parent: Resource | None = None, **more: Any) -> Resource:
    """Return a resource of a plan."""
    return Resource(
        urn=f"urn:pulumi:prod::bedplate-foundation::{token}::{name}",
        type=token,
        name=name,
        parent=parent.urn if parent else None,
        custom=not token.startswith("bedplate:"),
        inputs={},
        outputs={},
        **more,
    )


@pytest.fixture
def plan() -> Plan:
    """Return a small plan: a provider, a component with a protected key, and a team's bucket."""
    keys = resource("keys", "bedplate:foundation:Keys", spec_path="keys")
    resources = (
        resource("aws", "pulumi:providers:aws"),
        keys,
        resource("keys-data", "aws:kms/key:Key", keys, spec_path="keys", options={"protect": True}),
        resource("keys-logs", "aws:kms/key:Key", keys, spec_path="keys"),
        resource("mine", "aws:s3/bucket:Bucket"),
    )
    return Plan("prod", (LayerPlan("foundation", "bedplate-foundation", "prod", resources),))


@pytest.fixture
def cost() -> Cost:
    """Return an estimate with a priced line, one without a price and one that is not known yet."""
    lines = (
        Line("gpu_pools.l4", "ec2:g6.xlarge", 4.0, 1.0, "node", 4.0, 1.0, "a list", "2026-11-01"),
        Line("gpu_pools.l4", "ec2:g6.2xlarge", 4.0, 0.0, "node", None, None, "", ""),
    )
    later = Line("own", "ebs:gp3-gib", None, None, "GiB", None, None, "a list", "2026-11-01")
    return Cost(
        hourly_usd=4.0,
        idle_hourly_usd=1.0,
        components=(
            ComponentCost("gpu_pools", 4.0, 1.0, lines),
            ComponentCost("own", 0.0, 0.0, (later,)),
        ),
        unpriced=("ebs:gp3-gib", "ec2:g6.2xlarge"),
        by_use=("S3 storage and requests", "data transfer"),
    )


@pytest.fixture
def assessment(plan: Plan, cost: Cost) -> Callable[..., Assessment]:
    """Return a function that makes an assessment: production, clean, unless told otherwise."""

    def make(name: str = "prod", *findings: Finding, **changes: Any) -> Assessment:
        values: dict[str, Any] = {
            "environment": name,
            "tier": "production",
            "problems": (),
            "refusal": "",
            "plan": plan,
            "findings": findings,
            "cost": cost,
        }
        made = Assessment(**values | changes)
        if made.tier is not None and made.standing is None:
            ladder = ladder_of(made.tier, EnforcementSpec())
            made = replace(made, standing=Standing(name, ladder))
        return made.decided(NO_WAIVERS, date(2026, 11, 25))

    return make


@pytest.fixture
def assessed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Any]]:
    """Return a function that sets what `assess` answers; it returns the list of its calls."""

    def answer(*assessments: Assessment) -> list[Any]:
        calls: list[Any] = []

        def assess(names: Any, options: Any) -> tuple[Assessment, ...]:
            calls.append((tuple(names), options))
            return assessments

        monkeypatch.setattr("bedplate.governance.assessment.assess", assess)
        return calls

    return answer


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a platform with an approved release of production."""
    folder = tmp_path_factory.mktemp("made")
    platform(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        simulated_once(patch)
        assert main(["release", "prod", "--author", "Sara Nasser"]) == 0
        (release,) = (folder / "releases/prod").glob("*.json")
        ticket(folder, json.loads(release.read_text())["digest"])
        for name in PEOPLE:
            assert main(["approve", "prod", "--as", name, "--key", name.split()[0]]) == 0
    return folder


@pytest.fixture
def approved(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of that platform of a test's own, which is the working folder."""
    simulated_once(monkeypatch)
    folder = tmp_path / "acme"
    shutil.copytree(made, folder)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def production(approved: Path) -> Plan:
    """Return what production would be."""
    options = Options(approved / "stacks")
    return simulated(resolved("prod", options), options)


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, production: Plan) -> Cli:
    """Return the script in the CLI's place; its previews show what was approved."""
    answering = cli(tmp_path / "bin", monkeypatch)
    for layer in production.layers:
        answering.previews(layer)
        answering.answer(layer.layer, "stack export", out='{"deployment": {"resources": []}}')
    return answering
