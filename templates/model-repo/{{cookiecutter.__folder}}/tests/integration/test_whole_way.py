"""From data to release on this machine: registry, server, lineage, card."""

import json
import re

import jsonschema
import mlflow
import pandas as pd
import pytest

from {{cookiecutter.package_name}}.ops import (
    artefact,
    card,
    digest,
    lineage,
    registry,
    step,
)
from {{cookiecutter.package_name}}.ops.errors import OpsError
from {{cookiecutter.package_name}}.ops.evidence import read_all
from {{cookiecutter.package_name}}.ops.gates import engine, parity
from {{cookiecutter.package_name}}.ops.serving import post, serving

FACETS = {"additionalProperties": {"required": ["_producer", "_schemaURL"]}}
DATASET = {
    "required": ["namespace", "name"],
    "properties": {"facets": FACETS, "name": {"minLength": 1}},
}
EVENT = {
    "type": "object",
    "required": ["eventTime", "producer", "schemaURL", "run", "job", "eventType"],
    "properties": {
        "eventType": {"enum": ["START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"]},
        "eventTime": {"type": "string", "format": "date-time"},
        "producer": {"type": "string", "format": "uri"},
        "schemaURL": {"type": "string", "pattern": "openlineage.io/spec/"},
        "run": {
            "required": ["runId"],
            "properties": {"runId": {"type": "string", "format": "uuid"}, "facets": FACETS},
        },
        "job": {"required": ["namespace", "name"]},
        "inputs": {"type": "array", "items": DATASET},
        "outputs": {"type": "array", "items": DATASET},
    },
}
"""What OpenLineage asks of an event."""


def _events(context):
    lines = lineage.events(context).read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_every_gate_left_evidence_of_one_model_and_one_dataset(released):
    found = read_all(released.evidence, engine.schema(released))
    known = registry.registered(released)
    assert set(found) == {
        "data_quality", "performance", "fairness", "drift", "security", "parity", "latency",
    }  # fmt: skip
    assert {each.verdict for each in found.values()} == {"pass"}
    models = {each.subject["model"] for each in found.values() if "model" in each.subject}
    assert models == {known["digest"]}


def test_the_registry_has_the_artefact_its_business_and_its_change(released):
    version = registry.aliased(released, registry.CHAMPION)
    assert version.tags["digest"] == artefact.verify(released.model)
    governance = released.config("governance")
    assert version.tags["business.owner"] == governance["model"]["owner"]
    assert version.tags["itil.change_type"] == "normal"
    assert version.tags["risk.tier"] == str(governance["risk"]["tier"])
    assert registry.champion(released).digest == version.tags["digest"]


def test_mlflow_opens_the_champion_by_itself(released, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", registry.uri(released))
    function = mlflow.pyfunc.load_model(f"models:/{released.name()}@{registry.CHAMPION}")
    rows, predictions, _probabilities = artefact.golden(released.model)
    assert list(function.predict(pd.DataFrame(rows))) == pytest.approx(predictions)


def test_mlflow_opens_nothing_that_was_changed(trained):
    (trained.model / artefact.MODEL).write_bytes(b"other")
    with pytest.raises(artefact.ArtefactError, match="was changed"):
        mlflow.pyfunc.load_model(str(trained.model))


def test_registering_again_makes_no_second_version(released):
    before = registry.registered(released)["version"]
    assert step.run(released, "register")
    assert registry.registered(released)["version"] == before


def test_every_lineage_event_is_one_by_the_standard(released):
    checker = jsonschema.Draft202012Validator(
        EVENT, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )
    # A format that the checker does not know would pass whatever is written.
    assert {"date", "date-time", "uri", "uuid"} <= set(checker.format_checker.checkers)
    found = _events(released)
    assert len(found) >= 24
    for event in found:
        checker.validate(event)


def test_the_model_version_is_a_dataset_made_from_the_data(released):
    done = {e["job"]["name"]: e for e in _events(released) if e["eventType"] == "COMPLETE"}
    train, register = (done[f"{released.name()}.{name}"] for name in ("train", "register"))
    assert [each["name"] for each in train["inputs"]] == [f"{released.name()}-data"]
    assert [each["name"] for each in train["outputs"]] == [f"models/{released.name()}"]
    version = register["outputs"][0]["facets"]["version"]["datasetVersion"]
    assert version == f"1@{registry.registered(released)['digest']}"


def test_a_step_that_breaks_says_so_in_the_lineage(fresh):
    with pytest.raises(ZeroDivisionError), lineage.run(fresh, "train"):
        raise ZeroDivisionError("a text that may quote data")
    last = _events(fresh)[-1]
    assert last["eventType"] == "FAIL"
    assert last["run"]["facets"]["errorMessage"]["message"] == "ZeroDivisionError"


def test_a_catalogue_that_is_down_stops_nothing(fresh, monkeypatch, capsys):
    monkeypatch.setenv("OPENLINEAGE_URL", "http://127.0.0.1:9")
    with lineage.run(fresh, "train"):
        pass
    assert "lineage: COMPLETE of train was not sent" in capsys.readouterr().err
    assert _events(fresh)[-1]["eventType"] == "COMPLETE"


def test_the_server_repeats_the_golden_rows(released):
    opened = artefact.open_model(released.model)
    with serving(released) as server:
        assert all(check.passed for check in parity.compare(server, opened, 1e-6))


def test_a_server_of_other_predictions_fails_parity(released, trained):
    golden = digest.read_json(trained.model / artefact.GOLDEN)
    golden["predictions"] = golden["predictions"][1:] + golden["predictions"][:1]
    if golden["probabilities"]:
        golden["probabilities"] = golden["probabilities"][1:] + golden["probabilities"][:1]
    digest.write_json(trained.model / artefact.GOLDEN, golden)
    other = artefact.Opened(
        None, digest.read_json(trained.model / artefact.METADATA), "", trained.model
    )
    with serving(released) as server:
        assert not all(check.passed for check in parity.compare(server, other, 1e-6))


def test_a_question_that_does_not_fit_is_refused(released):
    with serving(released) as server, pytest.raises(OpsError, match="refused the question"):
        post(f"{server.address}/v2/models/{server.name}/infer", {"inputs": []})


def test_the_card_says_what_the_evidence_says(released):
    facts = digest.read_json(released.build / "card" / "facts.json")
    text = (released.build / "card" / "MODEL_CARD.md").read_text("utf-8")
    assert text == card.render(facts)
    measured = facts["evidence"]["performance"]["checks"][0]["value"]
    assert str(measured) in text
    assert re.search(r"\| group_b \| \d+ \|", text)


def test_production_is_watched_and_a_retraining_is_decided(released):
    assert step.run(released, "monitor")
    assert step.run(released, "retrain")
    decision = digest.read_json(released.build / "retraining.json")
    assert decision["retrain"] is False
    assert decision["reason"] == "nothing is signalled"
