"""The batch says what the predictor says, or nothing."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pandas as pd
import pytest
from moto import mock_aws

from {{cookiecutter.package_name}} import schema
from {{cookiecutter.package_name}}.ops.artefact import Opened, golden
from {{cookiecutter.package_name}}.serve.batch import main


@pytest.fixture
def rows(trained: Opened, monkeypatch: pytest.MonkeyPatch) -> pd.DataFrame:
    """Return rows whose predictions are known, and name the artefact."""
    monkeypatch.setenv("MODEL_DIR", str(trained.folder))
    monkeypatch.setenv("MODEL_DIGEST", trained.digest)
    frame = pd.DataFrame(golden(trained.folder)[0])
    frame[schema.KEY] = [f"P{row}" for row in range(len(frame))]
    return frame


def test_it_repeats_the_predictions_of_training(
    rows: pd.DataFrame, trained: Opened, tmp_path: Path
) -> None:
    rows.to_csv(tmp_path / "in.csv", index=False)

    code = main(["--input", str(tmp_path / "in.csv"), "--output", str(tmp_path / "out.jsonl")])

    said = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert code == 0
    assert [each["key"] for each in said] == list(rows[schema.KEY])
    expected = golden(trained.folder)[1]
    assert [each["prediction"] for each in said] == (
        pytest.approx(expected) if schema.CLASSES is None else expected
    )


@pytest.fixture
def store(
    rows: pd.DataFrame, trained: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Any]:
    """Return the platform's store with the artefact in it; no artefact lies here."""
    rows.to_csv(tmp_path / "in.csv", index=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("MODEL_DIR", str(tmp_path / "none"))
    with mock_aws():
        client: Any = boto3.client("s3", "us-east-1")
        client.create_bucket(Bucket="models")
        for path in trained.folder.iterdir():
            client.put_object(Bucket="models", Key=f"team/3/{path.name}", Body=path.read_bytes())
        yield client


@pytest.mark.parametrize(
    ("key", "address", "said"),
    [
        (None, "s3://models/team/3", ""),
        ("team/3/../../elsewhere", "s3://models/team/3", ""),
        ("team/3/model.skops", "s3://models/team/3", "model.skops was changed"),
        (None, "s3://models/team/4", "s3://models/team/4 holds nothing."),
        (None, "s3://absent/team/3", "s3://absent/team/3 can't be read: "),
    ],
)
def test_the_artefact_comes_from_the_platforms_store(
    store: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], key: str | None, address: str,
    said: str,
) -> None:  # fmt: skip
    if key is not None:
        store.put_object(Bucket="models", Key=key, Body=b"other")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STORAGE_URI", address)
        done = main(["--input", str(tmp_path / "in.csv"), "--output", str(tmp_path / "out.jsonl")])

    assert done == (1 if said else 0)
    assert said in capsys.readouterr().err
    assert (tmp_path / "out.jsonl").exists() == (not said)


def test_a_row_that_does_not_fit_leaves_no_file(
    rows: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows.loc[3, "income"] = float("nan")
    rows.to_csv(tmp_path / "in.csv", index=False)

    code = main(["--input", str(tmp_path / "in.csv"), "--output", str(tmp_path / "out.jsonl")])

    assert code == 1
    assert "input 'income', row 3: nan is not a finite number" in capsys.readouterr().err
    assert not (tmp_path / "out.jsonl").exists()
