"""Verb `preview`: the plan as a tree or as JSON, by either engine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bedplate.engine.plan import Plan

pytestmark = pytest.mark.usefixtures("project")


@pytest.fixture
def simulated(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Let the simulator answer with the small plan; return the layers that it was asked for."""
    layers: list[Any] = []

    def simulate(_resolved: Any, _options: Any, asked: Any) -> Plan:
        layers.append(asked)
        return plan

    monkeypatch.setattr("bedplate.governance.simulation.simulated", simulate)
    return layers


@pytest.mark.usefixtures("simulated")
def test_a_plan_is_a_tree_and_a_summary(run: Callable[..., Any]) -> None:
    """Resources stand below their component; the summary counts what AWS would hold."""
    done = run("preview", "prod")

    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "prod",
        "└── foundation (bedplate-foundation)",
        "    ├── aws  pulumi:providers:aws",
        "    ├── keys  bedplate:foundation:Keys",
        "    │   ├── keys-data  aws:kms/key:Key  protected",
        "    │   └── keys-logs  aws:kms/key:Key",
        "    └── mine  aws:s3/bucket:Bucket",
        "",
        "Section  Resources  Protected",
        "─────────────────────────────",
        "keys             2          1",
        "own              1          0",
        "",
        "all              3          1",
    ]


@pytest.mark.usefixtures("simulated")
def test_json_is_the_plan(run: Callable[..., Any], plan: Plan) -> None:
    """The form is `bedplate.plan/v1`, the same text as everywhere."""
    assert run("preview", "prod", "--format", "json").out == plan.dumps()


def test_one_layer_can_be_asked_for(run: Callable[..., Any], simulated: list[Any]) -> None:
    """Without `--layer` all layers are asked for."""
    run("preview", "prod")
    run("preview", "prod", "--layer", "foundation")

    assert simulated == [("foundation", "platform"), ("foundation",)]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("--layer", "fundation"),
            "There is no layer `fundation`. Fix: did you mean `foundation`?\n",
        ),
        (("--sandbox",), "--sandbox is for the Pulumi CLI. Fix: add --engine pulumi.\n"),
    ],
)
def test_options_that_do_not_fit_are_wrong_usage(
    run: Callable[..., Any], words: tuple[str, ...], message: str
) -> None:
    """The sentence says what would fit."""
    done = run("preview", "prod", *words)

    assert (done.code, done.out, done.err) == (2, "", message)


def test_pulumi_previews_each_layer(
    run: Callable[..., Any], plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The CLI is asked for the layer of that environment; a sandbox run says that it is one."""
    asked: list[tuple[str, str, bool]] = []

    def preview_layer(request: Any, *, in_sandbox: bool, progress: Any) -> Any:
        progress("previewing")
        asked.append((request.project, request.stack, in_sandbox))
        return plan.layers[0]

    monkeypatch.setattr("bedplate.engine.pulumi_cli.preview_layer", preview_layer)
    real = run("preview", "prod", "--engine", "pulumi", "--format", "json")
    sandboxed = run("preview", "prod", "--engine", "pulumi", "--sandbox", "--format", "json")

    assert asked == [
        ("bedplate-foundation", "prod", False),
        ("bedplate-platform", "prod", False),
        ("bedplate-foundation", "prod", True),
        ("bedplate-platform", "prod", True),
    ]
    assert (json.loads(real.out)["layers"], real.err) == ([plan.to_json()["layers"][0]] * 2, "")
    assert sandboxed.out == real.out
    assert sandboxed.err == "SANDBOX: stand-in provider, nothing is deployed\n"


CUSTOM = {
    *("AppProject", "ApplicationSet", "AuthorizationPolicy", "Certificate", "ClusterIssuer"),
    *("ClusterSecretStore", "ConstraintTemplate", "EC2NodeClass", "ExternalSecret", "Gateway"),
    *("HTTPRoute", "NodePool", "PeerAuthentication", "PodMonitor", "PrometheusRule"),
    "RequestAuthentication",
}
"""Kinds of custom resources that the reference platform has in production."""


def test_production_is_previewed_whole(run: Callable[..., Any], root: Path) -> None:
    """Without an account: both layers, every custom resource, every value known."""
    done = run("preview", "prod", "--format", "json", "--stacks", str(root / "stacks"))
    foundation, platform = json.loads(done.out)["layers"]
    kinds = {resource["inputs"].get("kind") for resource in platform["resources"]}

    assert (foundation["layer"], platform["layer"]) == ("foundation", "platform")
    assert kinds >= CUSTOM
    # Rules of admission speak of such values in their own text, where the quotes are escaped.
    assert '{"$unknown": true}' not in json.dumps(json.loads(done.out))


def test_a_real_preview_runs_end_to_end(run: Callable[..., Any]) -> None:
    """With the built-in program: hundreds of resources, each below its section."""
    found = json.loads(run("preview", "dev", "--format", "json").out)
    foundation, platform = found["layers"]
    resources = [*foundation["resources"], *platform["resources"]]
    sections = {(r["spec_path"] or "").split(".")[0] for r in resources}

    assert (found["schema"], found["environment"]) == ("bedplate.plan/v1", "dev")
    assert len(foundation["resources"]) > 200
    assert len(platform["resources"]) > 200
    assert {"network", "keys", "cluster", "serving", "mesh", "teams"} <= sections
    assert '{"$unknown": true}' not in json.dumps(found)


def test_faults_of_the_files_are_told_with_their_places(
    run: Callable[..., Any], project: Any
) -> None:
    """A file that can't be resolved exits 1 with all that is wrong, and no traceback."""
    text = (
        '{\n "environment": "dev",\n "network": {"cidr": "10.0.0.0/8"},\n "aws": {"regoin": 1}\n}'
    )
    (project / "stacks" / "dev.yaml").write_text(text)
    done = run("preview", "dev")
    lines = done.err.splitlines()

    assert (done.code, done.out) == (1, "")
    assert [line.split(" ")[0] for line in lines] == [
        "stacks/dev.yaml:3:22:",
        "stacks/dev.yaml:4:10:",
    ]
