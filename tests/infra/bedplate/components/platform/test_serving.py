"""KServe in Standard mode, with pinned runtimes and a request log that forgets what it must."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.platforms import platform_plan, releases, values

from bedplate.components.platform.redaction import processors
from bedplate.components.platform.services import request_log_of
from bedplate.components.platform.serving import Serving
from bedplate.components.platform.serving_runtimes import RUNTIMES

if TYPE_CHECKING:
    from bedplate.components.platform.component import PlatformArgs


def _plan(**serving: Any) -> Any:
    return platform_plan(lambda args: Serving("serving", args), {"serving": serving})


def test_models_are_served_behind_the_platforms_gateway() -> None:
    """Standard mode, Gateway API, no gateway of the chart's own."""
    controller = values(_plan(), "kserve-resources")["kserve"]["controller"]

    assert controller["deploymentMode"] == "Standard"
    assert controller["gateway"]["ingressGateway"] == {
        "enableGatewayApi": True,
        "createGateway": False,
        "kserveGateway": "edge/platform",
    }


def test_only_chosen_runtimes_are_there() -> None:
    """The others are switched off, and none floats."""
    plan = _plan(kserve={"runtimes": ["sklearn", "vllm"]})
    runtimes = values(plan, "kserve-runtime-configs")["kserve"]["servingruntime"]
    on = {
        key for key, value in runtimes.items() if isinstance(value, dict) and not value["disabled"]
    }

    assert on == {"sklearnserver", "vllmserver"}
    assert {runtimes[key]["tag"] for key in on} == {"v0.20.0", "v0.11.0"}


@pytest.mark.parametrize("runtime", RUNTIMES, ids=lambda runtime: runtime.key)
def test_every_runtime_is_pinned(runtime: Any) -> None:
    """No `latest`, and a registry that can be redirected."""
    assert not runtime.image.endswith(":latest")
    assert re.fullmatch(r"[a-z.]+/[a-z0-9/-]+:[\w.-]+", runtime.image)


def test_an_isolated_environment_pulls_runtimes_from_its_own_registry() -> None:
    """The base environment has no way out."""
    runtimes = values(_plan(), "kserve-runtime-configs")["kserve"]["servingruntime"]

    assert runtimes["sklearnserver"]["image"].startswith("111122223333.dkr.ecr.")


def test_redaction_stands_in_the_collectors_configuration() -> None:
    """Every team's records pass it before they are kept."""
    plan = _plan(request_log={"redact": ["iban"]})
    config = values(plan, "request-log")["config"]
    ways = [way for way in config["service"]["pipelines"].values() if way]

    assert config["processors"] == processors(["iban"])
    assert ways
    assert all(
        way["processors"] == ["memory_limiter", "filter", "transform", "batch"] for way in ways
    )


def test_each_record_says_which_model_it_was() -> None:
    """KServe's logger names model, namespace, kind and id in headers, which are kept."""
    config = values(_plan(), "request-log")["config"]
    receivers = [each for each in config["receivers"].values() if each]
    headers = [re.compile(each["header_attribute_regex"]) for each in receivers]

    assert headers
    for header in headers:
        assert all(header.search(name) for name in ("Ce-Id", "ce-type", "Ce-Inferenceservicename"))
        assert not header.search("Authorization")
    assert {each["marshaler"] for each in config["exporters"].values() if each} == {"otlp_json"}


def test_each_teams_records_lie_in_a_folder_of_their_own() -> None:
    """By the port at which they arrive, and not by what they say of themselves."""
    teams = {
        "fraud": {"namespaces": ["fraud", "fraud-train"]},
        "claims": {"namespaces": ["claims"]},
    }
    plan = platform_plan(lambda args: Serving("serving", args), {"teams": teams})
    log = values(plan, "request-log")
    config = log["config"]
    ways = [way for way in config["service"]["pipelines"].values() if way]
    folders = {
        config["receivers"][way["receivers"][0]]["endpoint"]: config["exporters"][
            way["exporters"][0]
        ]["s3uploader"]["s3_prefix"]
        for way in ways
    }
    ports = {team: request_log_of(team, teams).pod_port for team in teams}

    assert folders == {
        f"${{env:MY_POD_IP}}:{ports['fraud']}": "requests/fraud",
        f"${{env:MY_POD_IP}}:{ports['claims']}": "requests/claims",
    }
    assert all(len(way["receivers"]) == len(way["exporters"]) == 1 for way in ways)
    assert {port["containerPort"] for port in log["ports"].values() if port["enabled"]} == set(
        ports.values()
    )


def test_a_platform_without_teams_has_a_log_that_takes_nothing() -> None:
    """A collector without a pipeline would not start."""

    def build(args: PlatformArgs) -> None:
        none = args.scope.spec.model_copy(update={"teams": {}})
        Serving("serving", replace(args, scope=replace(args.scope, spec=none)))

    config = values(platform_plan(build), "request-log")["config"]

    assert [way for way in config["service"]["pipelines"].values() if way] == [
        {"receivers": ["nop"], "processors": [], "exporters": ["nop"]}
    ]
    assert config["receivers"]["nop"] == config["exporters"]["nop"] == {}


@given(st.sets(st.from_regex(r"[a-z]{1,8}", fullmatch=True), min_size=1, max_size=40))
def test_each_team_has_a_port_of_its_own(teams: set[str]) -> None:
    """It lies in the range, and is that of the same team alone, save where two names meet."""
    ports = {team: request_log_of(team, teams).port for team in teams}
    alone = {team: request_log_of(team, {team}).port for team in teams}

    assert len(set(ports.values())) == len(teams)
    assert all(20000 <= port < 30000 for port in ports.values())
    met = {port for port in alone.values() if list(alone.values()).count(port) > 1}
    free = {team for team, port in alone.items() if not any(abs(port - at) < 40 for at in met)}
    assert all(ports[team] == alone[team] for team in free)


def test_two_names_that_meet_have_two_ports() -> None:
    """The later takes the next; the first keeps its own."""
    first, second = "aabk", "aaee"
    alone = request_log_of(first, [first]).port

    assert request_log_of(second, [second]).port == alone
    assert request_log_of(first, [second, first]).port == alone
    assert request_log_of(second, [second, first]).port == alone + 1


def test_what_is_not_wanted_is_not_installed() -> None:
    """No KEDA for the autoscaler `hpa`, no collector without a request log."""
    plan = _plan(autoscaler="hpa", request_log={"enabled": False})

    assert set(releases(plan)) == {"kserve-crd", "kserve-resources", "kserve-runtime-configs"}


def test_runtimes_wait_for_the_webhook_that_judges_them() -> None:
    """Which is part of the controller's release."""
    found = releases(_plan())

    assert found["kserve-resources"].urn in found["kserve-runtime-configs"].dependencies
