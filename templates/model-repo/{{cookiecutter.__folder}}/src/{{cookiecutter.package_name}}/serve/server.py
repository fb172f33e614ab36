"""The server: KServe's, with a way in for feedback and without a way to unload the model."""

from pathlib import Path
from typing import Any

# First: it looks for each type that it trusts in every module that is loaded.
import skops.io  # noqa: F401
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from kserve import ModelServer
from kserve.model_server import app

from .. import model
from ..ops.artefact import ArtefactError, Opened, open_model, untrusted, verify
from . import metrics
from .feedback import Feedback, label_fault
from .prediction_log import AddressSink, FolderSink, Sink
from .predictor import Predictor
from .settings import Settings


def sink(chosen: Settings, name: str) -> Sink:
    """Return where the prediction log goes."""
    if chosen.log.startswith(("http://", "https://")):
        return AddressSink(
            chosen.log,
            metrics.LOG_LOST.labels(model=name, version=chosen.version).inc,
            chosen.namespace,
        )
    return FolderSink(Path(chosen.log), chosen.retention_days)


def opened(chosen: Settings) -> Opened:
    """Return the artefact, if it is the expected one and holds what this code trusts."""
    verify(chosen.model, chosen.digest)
    if odd := untrusted(chosen.model, model.TRUSTED_TYPES):
        raise ArtefactError(f"{chosen.model} holds types that are not trusted: {', '.join(odd)}.")
    return open_model(chosen.model, chosen.digest)


def predictor(chosen: Settings) -> Predictor:
    """Return the predictor that the settings name, ready."""
    artefact = opened(chosen)
    hidden = (*artefact.metadata["personal"], *chosen.hidden)
    kept = sink(chosen, str(artefact.metadata["name"]))
    made = Predictor(artefact, chosen.version, kept, hidden)
    made.load()
    return made


def add_routes(application: FastAPI, served: Predictor) -> None:
    """Add the way in for feedback, and close the one by which anybody may unload the model."""

    async def feedback(name: str, given: Feedback) -> JSONResponse:
        if name != served.name:
            return JSONResponse({"error": f"there is no model {name}"}, 404)
        if fault := label_fault(given.label, served.classes):
            return JSONResponse({"error": fault}, 400)
        for kind in given.kinds():
            metrics.FEEDBACK.labels(**served.labels, kind=kind).inc()
        record = served.record("feedback", given.id, given.row)
        served.keep([record | given.model_dump(include={"label", "rating", "group"})])
        return JSONResponse({"taken": given.kinds()}, 202)

    async def closed(name: str, verb: str) -> JSONResponse:
        return JSONResponse({"error": f"{name} is not changed by {verb}: make a release"}, 403)

    # Routes are asked in order, and KServe adds its own when the server starts.
    application.add_api_route("/v2/models/{name}/feedback", feedback, methods=["POST"])
    application.add_api_route("/v2/repository/models/{name}/{verb}", closed, methods=["POST"])


def run(chosen: Settings) -> None:
    """Serve until told to stop."""
    served = predictor(chosen)
    add_routes(app, served)
    options: dict[str, Any] = {"http_port": chosen.port, "enable_grpc": False, "workers": 1}
    ModelServer(**options).start([served])
