"""The registry: MLflow, by aliases and tags. `challenger` is judged, `champion` is released."""

import contextlib
import logging
import os
import sqlite3
from pathlib import Path
from typing import Any

from . import artefact
from .context import Context, registered
from .digest import write_json
from .errors import OpsError

CHAMPION, CHALLENGER = "champion", "challenger"


def uri(context: Context) -> str:
    """Return the address of the registry: the environment's, the platform's, or a file of ours."""
    given = (
        os.environ.get("MLFLOW_TRACKING_URI") or context.config("platform")["mlflow_tracking_uri"]
    )
    return str(given) or f"sqlite:///{context.build / 'mlflow' / 'mlflow.db'}"


def client(context: Context) -> Any:
    """Return a client of the registry."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    address = uri(context)
    if address.startswith("sqlite:///"):
        Path(address.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("mlflow.store.db.utils").setLevel(logging.WARNING)
    from mlflow import MlflowClient

    return MlflowClient(tracking_uri=address, registry_uri=address)


def _untouched(context: Context) -> bool:
    """Say that a registry of our own has no model yet: then MLflow need not be asked."""
    address = uri(context)
    if not address.startswith("sqlite:///"):
        return False
    path = Path(address.removeprefix("sqlite:///"))
    if not path.is_file():
        return True
    with contextlib.closing(sqlite3.connect(path)) as known, contextlib.suppress(sqlite3.Error):
        found = known.execute(
            "select count(*) from registered_model_aliases where name = ?", (context.name(),)
        )
        return int(found.fetchone()[0]) == 0
    return False


def aliased(context: Context, alias: str) -> Any | None:
    """Return the version that an alias names; None if it names none."""
    if _untouched(context):
        return None
    from mlflow.exceptions import MlflowException

    try:
        return client(context).get_model_version_by_alias(context.name(), alias)
    except MlflowException as fault:
        if fault.error_code in {"RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"}:
            return None
        # A registry that does not answer is not one without a champion.
        raise OpsError(f"the registry at {uri(context)} does not answer: {fault.message}") from None


def champion(context: Context) -> artefact.Opened | None:
    """Return the released artefact, checked against the digest that its tag names."""
    version = aliased(context, CHAMPION)
    if version is None:
        return None
    folder = fetch(context, version)
    return artefact.open_model(folder, version.tags.get("digest"))


def fetch(context: Context, version: Any) -> Path:
    """Return the folder of a registered artefact, copied from the registry."""
    target = context.build / "registry" / f"version-{version.version}"
    if (target / "model" / artefact.MANIFEST).is_file():
        found = target / "model"
        with contextlib.suppress(artefact.ArtefactError):
            artefact.verify(found, version.tags.get("digest"))
            return found
    target.mkdir(parents=True, exist_ok=True)
    return Path(client(context).download_artifacts(version.run_id, "model", str(target)))


def tags(context: Context, opened: artefact.Opened) -> dict[str, str]:
    """Return what a version says of itself: business context, change, lineage."""
    governance = context.config("governance")
    model, risk, change = governance["model"], governance["risk"], governance["change"]
    return {
        "digest": opened.digest,
        "manifest": artefact.manifest_digest(opened.folder),
        "data.digest": opened.metadata["data_digest"],
        "data.lineage_id": opened.metadata["lineage_id"],
{%- if cookiecutter.feature_store == "feast" %}
        "features.service": opened.metadata["feature_service"]["name"],
        "features.digest": opened.metadata["feature_service"]["digest"],
{%- endif %}
        "business.owner": model["owner"],
        "business.capability": model["business_capability"],
        "business.application": model["application"],
        "business.intended_purpose": model["intended_purpose"],
        "risk.tier": str(risk["tier"]),
        "risk.automated_decision": str(risk["automated_decision"]).lower(),
        "itil.change_type": change["type"],
        "itil.change_reference": os.environ.get("CHANGE_REFERENCE") or change["reference"],
    }


def register(context: Context, numbers: dict[str, float]) -> dict[str, Any]:
    """Register the artefact as challenger; the same artefact is registered only once."""
    opened = artefact.open_model(context.model)
    known = client(context)
    name = context.name()
    experiment = known.get_experiment_by_name(name)
    place = {}
    if uri(context).startswith("sqlite:///"):
        place = {"artifact_location": (context.build / "mlflow" / "artefacts").as_uri()}
    number = experiment.experiment_id if experiment else known.create_experiment(name, **place)
    version = _existing(known, name, opened.digest)
    if version is None:
        run = known.create_run(number, run_name=opened.digest.removeprefix("sha256:")[:12])
        for key, value in numbers.items():
            known.log_metric(run.info.run_id, key, value)
        known.log_param(run.info.run_id, "seed", context.seed)
        known.log_artifacts(run.info.run_id, str(opened.folder), "model")
        known.log_artifacts(run.info.run_id, str(context.evidence), "evidence")
        known.set_terminated(run.info.run_id)
        version = known.create_model_version(
            name, f"{run.info.artifact_uri}/model", run.info.run_id, tags=tags(context, opened)
        )
    known.set_registered_model_alias(name, CHALLENGER, version.version)
    return _remember(context, version, opened)


def _existing(known: Any, name: str, digest: str) -> Any | None:
    from mlflow.exceptions import MlflowException

    with contextlib.suppress(MlflowException):  # it is already there
        known.create_registered_model(name)
    found = known.search_model_versions(f"name='{name}' and tags.digest='{digest}'")
    return found[0] if found else None


def _remember(context: Context, version: Any, opened: artefact.Opened) -> dict[str, Any]:
    result = {
        "name": context.name(), "version": str(version.version), "digest": opened.digest,
        "manifest": artefact.manifest_digest(opened.folder), "uri": version.source,
        "run": version.run_id,
    }  # fmt: skip
    write_json(context.registration, result)
    return result


def registered_folder(context: Context) -> Path:
    """Return the artefact as the registry holds it, not as training left it."""
    known = registered(context)
    version = client(context).get_model_version(known["name"], known["version"])
    return fetch(context, version)


def promote(context: Context, version: str, entries: dict[str, str]) -> None:
    """Make a version the champion; only a release does so."""
    known = client(context)
    for key, value in entries.items():
        known.set_model_version_tag(context.name(), version, key, value)
    known.set_registered_model_alias(context.name(), CHAMPION, version)
