"""Data of a run: parts as files, and a manifest that names them by content."""

import functools
import importlib
import io
from pathlib import Path
from typing import Any

import pandas as pd

from .. import schema
from .context import Context
from .digest import of_file, of_value, read_json, write_json
from .errors import OpsError

PARTS = ("train", "test", "current")
"""What the model learns from, what it is measured on, and the latest batch."""
MANIFEST = "manifest.json"


def make(context: Context) -> dict[str, Any]:
    """Ask the team's code for data, split the past by time, write the parts; return the manifest."""
    source = importlib.import_module("..data", __package__)
    past = source.history()
    share = context.config("gates")["split"]["test_share"]
    ordered = past.sort_values([schema.TIME, schema.KEY], kind="stable").reset_index(drop=True)
    cut = int(len(ordered) * (1 - share))
    # No row of the test part is older than a row of the training part.
    parts = {"train": ordered[:cut], "test": ordered[cut:], "current": source.current()}
    context.data.mkdir(parents=True, exist_ok=True)
{%- if cookiecutter.feature_store == "feast" %}
    from . import feature_store

    parts = feature_store.historical(context, parts, source.observed())
{%- endif %}
    for name, frame in parts.items():
        write(context, name, frame)
    return record(context)


def path(context: Context, part: str) -> Path:
    """Return the file of a part."""
    return context.data / f"{part}.csv"


def write(context: Context, part: str, frame: pd.DataFrame) -> None:
    """Write a part, the same bytes for the same rows on every system."""
    path(context, part).write_text(frame.to_csv(index=False, lineterminator="\n"), "utf-8")


def read(context: Context, part: str) -> pd.DataFrame:
    """Return a part as its file has it."""
    if not path(context, part).is_file():
        raise OpsError(f"there is no {part} data. Fix: run the step `data` first.")
    # A part is read by several gates of a run; each gets a frame of its own.
    return _parsed(path(context, part).read_bytes()).copy()


@functools.lru_cache(maxsize=2 * len(PARTS))
def _parsed(content: bytes) -> pd.DataFrame:
    texts = dict.fromkeys((*schema.CATEGORICAL, schema.KEY, schema.TIME, schema.SENSITIVE), str)
    # Only an empty cell is missing: a category may well be called NA.
    return pd.read_csv(
        io.BytesIO(content), dtype=texts, keep_default_na=False, na_values=[""],
        float_precision="round_trip",
    )  # fmt: skip


def record(context: Context) -> dict[str, Any]:
    """Write and return the manifest of the parts as they lie there."""
    files = {f"{part}.csv": of_file(path(context, part)) for part in PARTS}
    digest = of_value(files)
    manifest = {
        "dataset": f"{context.name()}-data",
        "files": files,
        "rows": {part: len(read(context, part)) for part in PARTS},
        "digest": digest,
        "lineage_id": f"{context.name()}-data@{digest.removeprefix('sha256:')[:16]}",
        "contract": of_file(context.root / "data" / "contract.yaml"),
    }
    write_json(context.data / MANIFEST, manifest)
    return manifest


def manifest(context: Context) -> dict[str, Any]:
    """Return the manifest, after checking that the files are still those it names."""
    if not (context.data / MANIFEST).is_file():
        raise OpsError("there is no data. Fix: run the step `data` first.")
    known = read_json(context.data / MANIFEST)
    for name, expected in known["files"].items():
        if of_file(context.data / name) != expected:
            raise OpsError(
                f"data/{name} was changed after the step `data` recorded it. Fix: run it again."
            )
    return known
