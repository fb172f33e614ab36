"""Features from Feast, run for real: as they were known then, the same offline and online.

Feast lives in an environment of its own (`make install-feast`): its libraries are not those that
train.
"""

import dataclasses
import os
import subprocess
import time
from pathlib import Path

import pandas as pd
import pytest

from {{cookiecutter.package_name}} import data, schema
from {{cookiecutter.package_name}}.ops import (
    artefact,
    contract,
    dataset,
    evidence,
    feature_store,
    registry,
    serving,
)
from {{cookiecutter.package_name}}.ops.errors import OpsError
from {{cookiecutter.package_name}}.ops.gates import data_quality, engine
{%- if cookiecutter.serving != "kserve" %}
from {{cookiecutter.package_name}}.serve import batch
{%- endif %}

FEAST = Path(os.environ.get("FEAST_PYTHON", Path(__file__).parents[2] / ".venv-feast/bin/python"))
pytestmark = pytest.mark.skipif(not FEAST.exists(), reason="needs Feast: run `make install-feast`")
INPUTS = list(schema.INPUTS)


def _seen(day):
    """Return what was observed on a day of each person: first, at the application, or last."""
    observed = data.observed().sort_values([schema.KEY, "observed_at"], kind="stable")
    return observed.groupby(schema.KEY).nth(day).set_index(schema.KEY)[INPUTS]


@pytest.mark.parametrize("part", dataset.PARTS)
def test_every_row_has_what_was_known_at_its_time_and_nothing_later(offline, part):
    rows = dataset.read(offline, part).set_index(schema.KEY)
    pd.testing.assert_frame_equal(rows[INPUTS], _seen(1).loc[rows.index], check_names=False)


def test_what_became_known_later_would_have_given_the_target_away(offline):
    rows = dataset.read(offline, "train")
    later = _seen(2).loc[rows[schema.KEY]].reset_index(drop=True)
    limit = offline.config("gates")["gates"]["data_quality"]["maximum_single_feature"]
    honest = data_quality.score(rows["late_count"], rows[schema.TARGET])
    assert honest <= limit < data_quality.score(later["late_count"], rows[schema.TARGET])


def test_the_store_says_online_what_it_says_offline_at_that_time(offline):
    keys = dataset.read(offline, "current")[schema.KEY].tail(40).tolist()[::-1]
    found = feature_store.online(offline, [*keys, "nobody"]).set_index(schema.KEY)[INPUTS]
    assert found.index.tolist() == [*keys, "nobody"]
    pd.testing.assert_frame_equal(found.loc[keys], _seen(2).loc[keys], check_names=False)
    assert found.loc["nobody"].isna().all()  # whom the store does not know has no features


def test_the_service_gives_the_inputs_of_the_model_as_the_contract_has_them(offline):
    told = pd.read_csv(feature_store.folder(offline) / feature_store.TOLD, nrows=5)
    assert set(told.columns) == {schema.KEY, feature_store.AT, *INPUTS}
    agreed = contract.load(offline.root / "data" / "contract.yaml")
    assert contract.breaches(dataset.read(offline, "train"), agreed) == []


def test_the_version_and_the_evidence_name_the_service(released):
    service = feature_store.service(released)
    known = registry.registered(released)
    version = registry.client(released).get_model_version(known["name"], known["version"])
    found = evidence.read_all(released.evidence, engine.schema(released))["parity"]
    assert version.tags["features.service"] == service["name"]
    assert version.tags["features.digest"] == service["digest"]
    assert found.details["feature_service"] == service
    assert service["name"] in (released.build / "card" / "MODEL_CARD.md").read_text("utf-8")


@pytest.fixture
def server(offline):
    """Give Feast's own feature server on this machine."""
    port = serving.free_port()
    process = subprocess.Popen(
        [FEAST, "-O", "feature_repo/run.py", "serve", feature_store.folder(offline), str(port)],
        cwd=offline.root, env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(30)


def test_a_feature_server_is_asked_where_the_platform_has_one(offline, server, monkeypatch):
    keys = dataset.read(offline, "current")[schema.KEY].head(5).tolist()
    monkeypatch.setenv("FEATURE_STORE_URL", server)
    until = time.monotonic() + 120
    while True:
        try:
            there = feature_store.online(offline, keys)
            break
        except OpsError:
            assert time.monotonic() < until
            time.sleep(0.5)
    found = there.set_index(schema.KEY)[INPUTS]
    pd.testing.assert_frame_equal(found, _seen(2).loc[keys], check_names=False)


def test_parity_finds_an_online_store_that_went_on_without_the_offline_one(released, monkeypatch):
    stale = feature_store.known_last(released)
    stale["late_count"] += 1
    monkeypatch.setattr(feature_store, "online", lambda _context, _keys: stale)
    with serving.serving(released) as running:
        opened = artefact.open_model(running.folder)
        checks = feature_store.parity(released, running, opened, 1e-6)
    failed = {check.name for check in checks if not check.passed}
    assert "features_that_differ" in failed
    assert next(c.value for c in checks if c.name == "features_that_differ") == len(stale)


def test_without_feast_one_line_says_what_to_install(fresh, monkeypatch, tmp_path):
    monkeypatch.setenv("FEAST_PYTHON", str(tmp_path / "none"))
    with pytest.raises(OpsError, match=r"^Feast is not installed\. Fix: make install-feast\.$"):
        feature_store.online(fresh, ["P001000001"])


def test_without_a_store_the_next_step_is_told(fresh):
    empty = dataclasses.replace(fresh, build=fresh.build / "other")
    with pytest.raises(OpsError, match=r"^there is no feature store\. Fix: run"):
        feature_store.online(empty, ["P001000001"])
{%- if cookiecutter.serving != "kserve" %}


def test_a_batch_looks_its_rows_up(offline, monkeypatch, tmp_path):
    monkeypatch.setenv("MODEL_REPO", str(offline.root))
    monkeypatch.setenv("BUILD_DIR", str(offline.build))
    monkeypatch.setenv("MODEL_DIR", str(offline.model))
    opened = artefact.open_model(offline.model)
    monkeypatch.setenv("MODEL_DIGEST", opened.digest)
    assert batch.main(["--output", str(tmp_path / "out.jsonl")]) == 0
    said = pd.read_json(tmp_path / "out.jsonl", lines=True)
    keys = data.current()[schema.KEY].tolist()
    expected = opened.predict(_seen(2).loc[keys])
    assert said["key"].tolist() == keys
    assert said["prediction"].tolist() == {% if cookiecutter.problem_type == "regression" %}pytest.approx(expected.tolist()){% else %}expected.tolist(){% endif %}
{%- endif %}
