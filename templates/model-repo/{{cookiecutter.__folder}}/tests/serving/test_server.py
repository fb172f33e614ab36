"""The server as a caller sees it: right answers, and for what is wrong a reason and a 4xx."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from {{cookiecutter.package_name}}.ops.artefact import Opened, golden
from {{cookiecutter.package_name}}.ops.serving import free_port
from {{cookiecutter.package_name}}.serve.prediction_log import REDACTED, read

from .conftest import Server


@pytest.fixture
def rows(trained: Opened) -> list[dict[str, Any]]:
    """Return rows whose predictions are known."""
    return golden(trained.folder)[0]


def output(answer: dict[str, Any], name: str) -> list[Any]:
    """Return the data of an output."""
    return next(list(each["data"]) for each in answer["outputs"] if each["name"] == name)


def test_it_repeats_the_predictions_of_training(
    server: Server, rows: list[dict[str, Any]], trained: Opened
) -> None:
    status, answer = server.infer(server.inputs(rows))

    _, predictions, probabilities = golden(trained.folder)
    assert status == 200
    assert answer["model_version"] == server.version
    assert answer["parameters"]["digest"] == trained.digest
    assert (
        output(answer, "prediction") == pytest.approx(predictions)
        if (probabilities is None)
        else output(answer, "prediction") == predictions
    )
    if probabilities is not None:
        flat = [value for row in probabilities for value in row]
        assert output(answer, "probability") == pytest.approx(flat, abs=1e-9)


def test_metadata_names_every_input(server: Server, trained: Opened) -> None:
    status, answer = server.call(f"/v2/models/{server.name}")

    assert status == 200
    assert {each["name"]: each["datatype"] for each in answer["inputs"]} == (
        trained.metadata["inputs"]
    )
    assert server.call("/v2/health/live")[0] == 200


def broken(inputs: list[dict[str, Any]], fault: str) -> list[dict[str, Any]]:
    """Return inputs with one thing wrong: in the first input, which is a number."""
    first = dict(inputs[0])
    others = inputs[1:]
    if fault == "missing":
        return others
    if fault == "unknown":
        return [*inputs, first | {"name": "surprise"}]
    if fault == "twice":
        return [*inputs, first]
    changes: dict[str, dict[str, Any]] = {
        "text": {"data": ["a"]},
        "type": {"datatype": "BYTES", "data": ["1"]},
        "bool": {"data": [True]},
        "nan": {"data": [float("nan")]},
        "infinite": {"data": [float("inf")]},
        "null": {"data": [None]},
        "shape": {"shape": [1, 2], "data": [1.0, 2.0]},
        "count": {"shape": [2]},
        "rows": {"shape": [2], "data": [1.0, 2.0]},
        "empty": {"shape": [0], "data": []},
    }
    return [first | changes[fault], *others]


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("missing", "missing inputs: income"),
        ("unknown", "unknown inputs: surprise"),
        ("twice", "input 'income' is there twice"),
        ("text", "'a' is not a number"),
        ("type", "data type BYTES"),
        ("bool", "True is not a number"),
        ("nan", ""),
        ("infinite", ""),
        ("null", ""),
        ("shape", "has the shape [1, 2]; send [n] or [n, 1]"),
        ("count", "has 1 values, but its shape says 2"),
        ("rows", "inputs differ in their number of rows"),
        ("empty", "inputs differ in their number of rows"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_reason(
    server: Server, rows: list[dict[str, Any]], fault: str, says: str
) -> None:
    status, answer = server.infer(broken(server.inputs(rows[:1]), fault))

    assert 400 <= status < 500, answer
    assert says in json.dumps(answer, ensure_ascii=False)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"null",
        b'{"inputs": 3}',
        b'{"inputs": []}',
        b"\xff\xfe",
        b'{"instances": [[1]]}',
    ],
)
def test_a_body_that_is_no_request_is_refused(server: Server, body: bytes) -> None:
    status, answer = server.call(f"/v2/models/{server.name}/infer", body)

    assert 400 <= status < 500, answer


def test_no_rows_and_too_many_rows_are_refused(server: Server, rows: list[dict[str, Any]]) -> None:
    for count in (0, 1001):
        status, answer = server.infer(server.inputs([rows[0]] * count))

        assert status == 400
        assert answer == {"error": f"{count} rows; send 1 to 1000"}


def test_the_older_protocol_is_refused_with_what_to_use(server: Server) -> None:
    status, answer = server.call(f"/v1/models/{server.name}:predict", {"instances": [[1]]})

    assert status == 400
    assert answer == {"error": f"send Open Inference v2 to /v2/models/{server.name}/infer"}


def test_nobody_unloads_the_model(server: Server) -> None:
    status, _ = server.call(f"/v2/repository/models/{server.name}/unload", {})

    assert status == 403
    assert server.call(f"/v2/models/{server.name}/ready")[0] == 200


def test_many_callers_at_once_get_their_own_answers(
    server: Server, rows: list[dict[str, Any]], trained: Opened
) -> None:
    _, predictions, _ = golden(trained.folder)

    def one(at: int) -> tuple[Any, Any]:
        _, answer = server.infer(server.inputs([rows[at]]))
        return output(answer, "prediction")[0], answer["id"]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(one, [at % len(rows) for at in range(80)]))

    expected = [predictions[at % len(rows)] for at in range(80)]
    assert (
        [value for value, _ in answers] == pytest.approx(expected)
        if (isinstance(expected[0], float))
        else [value for value, _ in answers] == expected
    )
    assert len({identifier for _, identifier in answers}) == 80


def test_the_log_has_the_answer_and_no_personal_data(
    server: Server, rows: list[dict[str, Any]], trained: Opened
) -> None:
    _, answer = server.infer(server.inputs(rows[:2]))

    records = [each for each in read(server.log) if each["id"] == answer["id"]]
    assert [each["row"] for each in records] == [0, 1]
    assert [each["prediction"] for each in records] == output(answer, "prediction")
    personal = trained.metadata["personal"]
    assert personal
    for record, row in zip(records, rows, strict=False):
        for name, value in record["inputs"].items():
            assert value == (REDACTED if name in personal else row[name])
    written = "".join(path.read_text() for path in server.log.glob("*.jsonl"))
    assert str(rows[0]["income"]) not in written


def test_feedback_is_taken_and_logged(server: Server, rows: list[dict[str, Any]]) -> None:
    _, answer = server.infer(server.inputs(rows[:1]))
    label = (
        12.5
        if server.opened.metadata["classes"] is None
        else (server.opened.metadata["classes"][0])
    )
    given = {"id": answer["id"], "row": 0, "label": label, "rating": 4, "group": "group_a"}

    status, said = server.call(f"/v2/models/{server.name}/feedback", given)

    assert (status, said) == (202, {"taken": ["label", "rating"]})
    record = next(
        each for each in read(server.log)
        if each["id"] == answer["id"] and each["kind"] == "feedback"
    )  # fmt: skip
    assert (record["label"], record["rating"], record["group"]) == (label, 4, "group_a")


@pytest.mark.parametrize(
    "given",
    [
        {"row": 0, "rating": 4},
        {"id": "a"},
        {"id": "a", "rating": 6},
        {"id": "a", "rating": 4, "comment": "Mrs Smith was unhappy"},
        {"id": "a b", "rating": 4},
        {"id": "a", "rating": 4, "group": "group_a"},
        {"id": "a", "label": 1, "row": -1},
        {"id": "a", "label": [1]},
    ],
)
def test_feedback_that_says_nothing_or_too_much_is_refused(
    server: Server, given: dict[str, Any]
) -> None:
    status, _ = server.call(f"/v2/models/{server.name}/feedback", given)

    assert status == 422


def test_a_label_that_can_not_be_true_is_refused(server: Server) -> None:
    status, answer = server.call(
        f"/v2/models/{server.name}/feedback", {"id": "a", "label": "surely not"}
    )

    assert status == 400
    assert "label" in answer["error"]
    assert server.call("/v2/models/other/feedback", {"id": "a", "rating": 1})[0] == 404


def test_metrics_count_what_happened(server: Server, rows: list[dict[str, Any]]) -> None:
    server.infer(server.inputs(rows[:1]))
    server.infer([])

    _, text = server.call("/metrics")

    labels = f'{% raw %}{{model="{server.name}",version="{server.version}"}}{% endraw %}'
    counted = {
        line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1])
        for line in text.splitlines() if not line.startswith("#")
    }  # fmt: skip
    assert counted[f"bedplate_model_loaded{labels}"] == 1
    assert counted[f"bedplate_model_refused_total{labels}"] >= 1
    assert counted[f"bedplate_model_failed_total{labels}"] == 0
    assert counted[f"bedplate_model_log_lost_total{labels}"] == 0
    assert counted[f"bedplate_model_latency_seconds_count{labels}"] >= 1
    assert "request_predict_seconds_bucket" in text


def test_a_tampered_artefact_is_not_served(trained: Opened, tmp_path: Path) -> None:
    copy = tmp_path / "model"
    copy.mkdir()
    for path in trained.folder.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    with (copy / "model.skops").open("ab") as file:
        file.write(b"x")
    given = os.environ | {
        "MODEL_DIR": str(copy), "MODEL_DIGEST": trained.digest, "PORT": str(free_port()),
        "PREDICTION_LOG": str(tmp_path / "log"),
    }  # fmt: skip

    done = subprocess.run(
        [sys.executable, "-m", "{{cookiecutter.package_name}}.serve"],
        env=given, capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip

    assert done.returncode == 1
    assert "model.skops was changed" in done.stderr
    assert "Traceback" not in done.stderr
