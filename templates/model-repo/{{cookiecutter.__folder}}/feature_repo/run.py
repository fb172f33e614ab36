"""What the model asks of Feast; runs in the environment of requirements/feast.lock.

    python -O feature_repo/run.py prepare STORE
        reads  observed.csv (features, with observed_at) and wanted.csv (applicant_id, at)
        writes the registry, the online store, service.json, and historical.csv: each wanted row
               with the features as they were known at its time
    python -O feature_repo/run.py online STORE
        reads  keys.csv (applicant_id); writes looked_up.csv: what the online store says now
    python -O feature_repo/run.py serve STORE PORT
        answers `POST /get-online-features`, as the platform's feature store does

STORE is a folder, and all files are in it. `-O` spares Feast's checks of its own types: without it
the import alone takes several times as long.
"""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

# Before the first import of Feast: nothing reports home.
os.environ["FEAST_USAGE"] = "False"
os.environ["DO_NOT_TRACK"] = "true"

KEY, AT, OBSERVED = "applicant_id", "at", "observed_at"
ROW = "row_"
"""Number of a wanted row: Feast gives rows back in an order of its own."""


def opened(folder: Path) -> tuple[Any, Any]:
    """Return the store of a folder and the definitions."""
    os.environ["FEAST_STORE"] = str(folder)
    from feast import FeatureStore

    import definitions

    return FeatureStore(repo_path=str(Path(__file__).resolve().parent)), definitions


def read(path: Path, *times: str) -> Any:
    """Return a CSV file as a frame; times are in UTC, and a number is read as it was written."""
    import pandas as pd

    frame = pd.read_csv(
        path, dtype={KEY: str}, keep_default_na=False, na_values=[""], float_precision="round_trip"
    )
    for name in times:
        frame[name] = pd.to_datetime(frame[name], utc=True)
    return frame


def write(frame: Any, path: Path) -> None:
    """Write a frame as CSV in one go."""
    beside = path.with_suffix(".part")
    frame.to_csv(beside, index=False, lineterminator="\n")
    beside.replace(path)


def prepare(folder: Path) -> None:
    """Tell the registry, ask for the past as it was known then, fill the online store."""
    for name in ("registry.db", "online.db"):
        (folder / name).unlink(missing_ok=True)
    known = read(folder / "observed.csv", OBSERVED)
    known.to_parquet(folder / "observed.parquet", index=False)
    store, definitions = opened(folder)
    store.apply(definitions.EVERYTHING)
    service = store.get_feature_service(definitions.SERVICE)
    wanted = read(folder / "wanted.csv", AT)
    asked = wanted[[KEY, AT]].rename(columns={AT: "event_timestamp"})
    asked[ROW] = range(len(asked))
    joined = store.get_historical_features(entity_df=asked, features=service).to_df()
    joined = joined.sort_values(ROW, kind="stable").reset_index(drop=True)
    if joined[ROW].tolist() != list(range(len(asked))):
        sys.exit(f"Feast gave {len(joined)} rows for {len(asked)}")
    joined[AT] = wanted[AT].dt.strftime("%Y-%m-%d")
    write(joined.drop(columns=["event_timestamp", ROW]), folder / "historical.csv")
    told = {"name": service.name, "views": [each.name for each in service.feature_view_projections]}
    (folder / "service.json").write_text(json.dumps(told) + "\n", "utf-8")
    store.materialize(known[OBSERVED].min().to_pydatetime(), known[OBSERVED].max().to_pydatetime())


def online(folder: Path) -> None:
    """Look keys up in the online store."""
    store, definitions = opened(folder)
    keys = read(folder / "keys.csv")[KEY]
    service = store.get_feature_service(definitions.SERVICE)
    rows = [{KEY: key} for key in keys]
    write(store.get_online_features(features=service, entity_rows=rows).to_df(),
          folder / "looked_up.csv")  # fmt: skip


def serve(folder: Path, port: int) -> None:
    """Answer look-ups over HTTP on this machine until stopped."""
    import uvicorn
    from feast.feature_server import get_app

    store, _definitions = opened(folder)
    uvicorn.run(get_app(store), host="127.0.0.1", port=port, log_level="warning")


def main() -> int:
    """Do what is asked."""
    parser = argparse.ArgumentParser(description="What the model asks of Feast.")
    parser.add_argument("what", choices=("prepare", "online", "serve"))
    parser.add_argument("store", type=Path)
    parser.add_argument("port", type=int, nargs="?", default=6566)
    given = parser.parse_args()
    folder = given.store.resolve()
    if given.what == "serve":
        serve(folder, given.port)
    else:
        {"prepare": prepare, "online": online}[given.what](folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
