"""KServe in Standard mode, with pinned runtimes and a request log that forgets what it must."""

from __future__ import annotations

import re
from typing import Any

import pytest
from support.platforms import platform_plan, releases, values

from bedplate.components.platform.request_log import BLOTTED, _blotted, _pattern
from bedplate.components.platform.serving import Serving
from bedplate.components.platform.serving_runtimes import RUNTIMES


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


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ('{"name": "Ann", "age": 4}', '{"name":"[redacted]", "age": 4}'),
        ('[{"name":"a\\"b"},{"name":"c"}]', '[{"name":"[redacted]"},{"name":"[redacted]"}]'),
        ('{"name": 12.5}', '{"name":"[redacted]"}'),
        ('{"name": ["x", "y"], "z": 1}', '{"name":"[redacted]", "z": 1}'),
        ('{"surname": "kept"}', '{"surname": "kept"}'),
        ('{"x": {"name": null}}', '{"x": {"name":"[redacted]"}}'),
    ],
)
def test_fields_are_blotted_out_wherever_they_stand(body: str, kept: str) -> None:
    """Text, numbers and flat lists, at any depth, and nothing beside them."""
    assert re.sub(_pattern("name"), _blotted("name"), body) == kept
    assert BLOTTED in kept or "surname" in kept


def test_redaction_stands_in_the_collectors_configuration() -> None:
    """One statement a field; an error drops the record."""
    plan = _plan(request_log={"redact": ["iban"]})
    config = values(plan, "request-log")["config"]

    assert config["processors"]["transform"]["error_mode"] == "propagate"
    (statement,) = config["processors"]["transform"]["log_statements"]
    assert statement.startswith('replace_pattern(log.body, "\\"iban\\"')
    # Before it is known whose the record is: nothing takes another way.
    assert config["service"]["pipelines"]["logs/in"] == {
        "receivers": ["webhookevent"],
        "processors": ["memory_limiter", "transform"],
        "exporters": ["routing"],
    }


def test_each_record_says_which_model_it_was() -> None:
    """KServe's logger names model, namespace, kind and id in headers, which are kept."""
    config = values(_plan(), "request-log")["config"]
    header = re.compile(config["receivers"]["webhookevent"]["header_attribute_regex"])

    assert all(header.search(name) for name in ("Ce-Id", "ce-type", "Ce-Inferenceservicename"))
    assert not header.search("Authorization")
    assert {each["marshaler"] for each in config["exporters"].values() if each} == {"otlp_json"}


def test_each_teams_records_lie_in_a_folder_of_their_own() -> None:
    """By the namespace that the record names; of no team's, none may read them."""
    teams = {
        "fraud": {"namespaces": ["fraud", "fraud-train"]},
        "claims": {"namespaces": ["claims"]},
    }
    plan = platform_plan(lambda args: Serving("serving", args), {"teams": teams})
    config = values(plan, "request-log")["config"]
    name = 'log.attributes["header.Ce-Namespace"][0]'
    rows = {row["condition"]: row["pipelines"] for row in config["connectors"]["routing"]["table"]}
    pipelines, exporters = config["service"]["pipelines"], config["exporters"]
    folders = {
        pipeline: exporters[writer]["s3uploader"]["s3_prefix"]
        for pipeline, each in pipelines.items()
        if each and each["receivers"] == ["routing"]
        for writer in each["exporters"]
    }

    assert rows == {
        f'{name} == "fraud" or {name} == "fraud-train"': ["logs/team-fraud"],
        f'{name} == "claims"': ["logs/team-claims"],
    }
    assert config["connectors"]["routing"]["default_pipelines"] == ["logs/unknown"]
    assert folders == {
        "logs/team-fraud": "requests/fraud",
        "logs/team-claims": "requests/claims",
        "logs/unknown": "requests/_unknown",
    }
    assert exporters["awss3/unknown"]["s3uploader"]["s3_bucket"].startswith("acme-prod-requests")


def test_what_is_not_wanted_is_not_installed() -> None:
    """No KEDA for the autoscaler `hpa`, no collector without a request log."""
    plan = _plan(autoscaler="hpa", request_log={"enabled": False})

    assert set(releases(plan)) == {"kserve-crd", "kserve-resources", "kserve-runtime-configs"}


def test_runtimes_wait_for_the_webhook_that_judges_them() -> None:
    """Which is part of the controller's release."""
    found = releases(_plan())

    assert found["kserve-resources"].urn in found["kserve-runtime-configs"].dependencies
