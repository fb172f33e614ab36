"""The batch says what the predictor says, or nothing."""

import json
from pathlib import Path

import pandas as pd
import pytest

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


def test_a_row_that_does_not_fit_leaves_no_file(
    rows: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows.loc[3, "income"] = float("nan")
    rows.to_csv(tmp_path / "in.csv", index=False)

    code = main(["--input", str(tmp_path / "in.csv"), "--output", str(tmp_path / "out.jsonl")])

    assert code == 1
    assert "input 'income', row 3: nan is not a finite number" in capsys.readouterr().err
    assert not (tmp_path / "out.jsonl").exists()
