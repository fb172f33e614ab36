"""The feature store: Feast, which runs in an environment of its own (feature_repo/run.py).

What is learned from is what was known at the time of each row. What is served is looked up online:
on this machine from the run's own store, on the platform at FEATURE_STORE_URL.
"""

import contextlib
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .. import schema
from .context import Context
from .digest import of_tree, read_json
from .errors import OpsError
from .evidence import Check, at_least, at_most, same

if TYPE_CHECKING:
    from .artefact import Opened
    from .serving import Server

AT = "at"
SAMPLE = 25
"""Keys of the latest batch whose online features are held against the offline ones."""
TOLD = "historical.csv"
NO_STORE = "there is no feature store. Fix: run the step `data` first."


def folder(context: Context) -> Path:
    """Return where the run's own store lies: with its data."""
    return context.data / "feature_store"


def python(context: Context) -> Path:
    """Return the Python that has Feast; FEAST_PYTHON names another than the repository's."""
    given = os.environ.get("FEAST_PYTHON")
    return Path(given) if given else context.root / ".venv-feast" / "bin" / "python"


def present(context: Context) -> bool:
    """Say whether Feast is installed."""
    return python(context).is_file()


def service(context: Context) -> dict[str, str]:
    """Return what a model version says of its features: service, and digest of the definitions."""
    path = folder(context) / "service.json"
    if not path.is_file():
        raise OpsError(NO_STORE)
    return {**read_json(path), "digest": of_tree(context.root, ("feature_repo",))}


def historical(
    context: Context, parts: dict[str, pd.DataFrame], observed: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Return the parts with the features of each row as they were known at its time."""
    wanted = pd.concat([part[[schema.KEY, schema.TIME]] for part in parts.values()])
    until = observed["observed_at"].max()
    sample = parts["current"][[schema.KEY]].head(SAMPLE).assign(**{schema.TIME: until})
    asked = pd.concat([wanted, sample]).rename(columns={schema.TIME: AT})
    place = folder(context)
    place.mkdir(parents=True, exist_ok=True)
    _write(observed, place / "observed.csv")
    _write(asked, place / "wanted.csv")
    _call(context, "prepare")
    told = _read(place / TOLD)
    made, start = {}, 0
    for name, part in parts.items():
        rows = told.iloc[start : start + len(part)].reset_index(drop=True)
        start += len(part)
        made[name] = _together(part.reset_index(drop=True), rows)
    return made


def _together(part: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a part with their features, key and time first."""
    if part[schema.KEY].tolist() != rows[schema.KEY].tolist():
        raise OpsError("the feature store answered for other rows. Fix: see feature_repo/run.py.")
    head, rest = [schema.KEY, schema.TIME], [schema.SENSITIVE, schema.TARGET]
    return pd.concat([part[head], rows[list(schema.INPUTS)], part[rest]], axis=1)


def known_last(context: Context) -> pd.DataFrame:
    """Return the sample's features as the offline store has them at the end of its time."""
    told = _read(folder(context) / TOLD)
    return told.tail(min(SAMPLE, len(told))).reset_index(drop=True)


def url(context: Context) -> str:
    """Return the address of the platform's feature store; empty for the run's own."""
    told = context.config("platform").get("feature_store_url", "")
    return str(os.environ.get("FEATURE_STORE_URL") or told)


def online(context: Context, keys: Sequence[str]) -> pd.DataFrame:
    """Return the features of some keys as a caller of the predictor gets them, in their order."""
    if address := url(context):
        return asked(address, service(context)["name"], keys)
    place = folder(context)
    if not (place / "online.db").is_file():
        raise OpsError(NO_STORE)
    _write(pd.DataFrame({schema.KEY: list(keys)}), place / "keys.csv")
    _call(context, "online")
    return _in_order(_read(place / "looked_up.csv"), keys)


def asked(address: str, name: str, keys: Sequence[str]) -> pd.DataFrame:
    """Return the features of some keys as a feature server gives them."""
    from .serving import post

    question = {"feature_service": name, "entities": {schema.KEY: list(keys)}}
    answer = post(f"{address.rstrip('/')}/get-online-features", question)
    with contextlib.suppress(KeyError, TypeError, ValueError):
        names, results = answer["metadata"]["feature_names"], answer["results"]
        columns = {each: result["values"] for each, result in zip(names, results, strict=True)}
        return _in_order(pd.DataFrame(columns), keys)
    raise OpsError(f"{address} is no feature server. Fix: look at FEATURE_STORE_URL.")


def _in_order(found: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    return found.set_index(schema.KEY).loc[list(keys), list(schema.INPUTS)].reset_index()


def parity(context: Context, server: "Server", opened: "Opened", tolerance: float) -> list[Check]:
    """Return the checks that the same features, and so predictions, come from both stores."""
    offline = known_last(context)
    found = online(context, offline[schema.KEY].tolist())
    trained = opened.metadata.get("feature_service", {})
    inputs = list(schema.INPUTS)
    # A value that one of the stores lacks differs too.
    differ = int((found[inputs] != offline[inputs]).to_numpy().sum())
    where = "online features"
    checks = [
        same("feature_service", trained.get("name", "none"), service(context)["name"]),
        at_least("keys_looked_up", len(found), min(SAMPLE, 10)),
        at_most("features_that_differ", differ, 0, where, "offline and online, at the same time"),
    ]
    if found[inputs].isna().to_numpy().any():
        return checks
    answered = server.infer(found[inputs].to_dict(orient="records"))["prediction"]["data"]
    expected = opened.predict(offline)
    if schema.PROBLEM == "regression":
        gap = float(np.max(np.abs(np.array(answered, float) - expected)))
        return [*checks, at_most("prediction_distance", gap, tolerance, where)]
    wrong = sum(one != other for one, other in zip(answered, expected.tolist(), strict=True))
    return [*checks, at_most("predictions_that_differ", wrong, 0, where)]


def _write(frame: pd.DataFrame, path: Path) -> None:
    path.write_text(frame.to_csv(index=False, lineterminator="\n"), "utf-8")


def _read(path: Path) -> pd.DataFrame:
    if not path.is_file():
        raise OpsError(NO_STORE)
    texts = dict.fromkeys((*schema.CATEGORICAL, schema.KEY), str)
    return pd.read_csv(
        path, dtype=texts, keep_default_na=False, na_values=[""], float_precision="round_trip"
    )


def _call(context: Context, what: str) -> None:
    """Run Feast beside: its libraries are not those that train."""
    if not present(context):
        raise OpsError("Feast is not installed. Fix: make install-feast.")
    command = [str(python(context)), "-O", str(context.root / "feature_repo" / "run.py"), what]
    environ: dict[str, Any] = {
        key: value for key, value in os.environ.items() if key not in {"PYTHONPATH", "PYTHONHOME"}
    }
    done = subprocess.run(
        [*command, str(folder(context).absolute())], env=environ, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    if done.returncode:
        told = (done.stderr or done.stdout).strip().splitlines()
        raise OpsError(f"Feast could not {what}: {told[-1] if told else done.returncode}")
