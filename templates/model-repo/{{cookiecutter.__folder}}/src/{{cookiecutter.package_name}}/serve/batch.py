"""Predicts a whole file with the artefact that the predictor serves, under the same checks.

    python -m {{cookiecutter.package_name}}.serve.batch [--input FILE] [--output FILE]

Without a file it asks the team's `data.current`. The artefact is MODEL_DIR, or is fetched from
STORAGE_URI, and must have MODEL_DIGEST.
"""

import argparse
import importlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from .. import schema
from ..ops import storage
from ..ops.artefact import Opened
from ..ops.digest import write_text
from ..ops.errors import OpsError
from .requests import MAX_ROWS, BadRequestError, frame_of, plain
from .server import opened
from .settings import Settings, settings


def artefact(chosen: Settings, address: str) -> Opened:
    """Return the artefact, fetched where it does not lie here."""
    if address and not chosen.model.is_dir():
        chosen = replace(chosen, model=_fetched(address, Path(tempfile.mkdtemp())))
    return opened(chosen)


def _fetched(address: str, folder: Path) -> Path:
    if address.startswith(storage.SCHEME):
        return storage.fetch(address, folder)
    from mlflow.artifacts import download_artifacts

    return Path(download_artifacts(artifact_uri=address, dst_path=str(folder)))


def predict(model: Opened, rows: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield what is said of each row; a row that does not fit ends the batch with its reason."""
    if missing := sorted({*model.metadata["inputs"], schema.KEY} - set(rows)):
        raise BadRequestError(f"missing inputs: {', '.join(missing)}")
    for start in range(0, len(rows), MAX_ROWS):
        part = rows.iloc[start : start + MAX_ROWS]
        frame = frame_of(_tensors(model, part), model.metadata["inputs"])
        scores = None if model.metadata["classes"] is None else model.scores(frame)
        for at, (key, value) in enumerate(zip(part[schema.KEY], model.predict(frame), strict=True)):
            said = {"key": str(key), "prediction": plain(value)}
            if scores is not None:
                said["probability"] = [float(each) for each in scores[at]]
            yield said


def _tensors(model: Opened, part: pd.DataFrame) -> list[tuple[str, str, list[int], list[Any]]]:
    return [
        (name, kind, [len(part)], part[name].tolist())
        for name, kind in model.metadata["inputs"].items()
    ]


def main(arguments: list[str] | None = None) -> int:
    """Predict a file into another; nothing is written unless every row fits."""
    parser = argparse.ArgumentParser(prog="batch", description="Predict a file.")
    parser.add_argument("--input", type=Path, help="CSV; the team's latest batch by default")
    parser.add_argument("--output", type=Path, default=Path("build/batch/predictions.jsonl"))
    given = parser.parse_args(arguments)
    try:
        model = artefact(settings(), os.environ.get("STORAGE_URI", ""))
        if given.input:
            rows = pd.read_csv(given.input)
        else:
            rows = importlib.import_module("..data", __package__).current()
{%- if cookiecutter.feature_store == "feast" %}
            from ..ops import context, feature_store

            keys, address = rows[schema.KEY].tolist(), os.environ.get("FEATURE_STORE_URL")
            if address:
                service = model.metadata["feature_service"]["name"]
                found = feature_store.asked(address, service, keys)
            else:
                found = feature_store.online(context.here(), keys)
            rows = rows.drop(columns=schema.KEY).join(found)
{%- endif %}
        lines = [json.dumps(each) for each in predict(model, rows)]
    except (OpsError, BadRequestError, OSError) as fault:
        sys.stderr.write(f"{fault}\n")
        return 1
    write_text(given.output, "\n".join(lines) + "\n")
    sys.stdout.write(f"{len(lines)} predictions in {given.output}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
