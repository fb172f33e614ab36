"""The predictor: Open Inference v2 on the registered artefact, by KServe's own server."""

import asyncio
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd
from kserve import InferOutput, InferRequest, InferResponse, Model
from kserve.errors import InferenceError, InvalidInput

from ..ops.artefact import Opened
from . import metrics
from .prediction_log import Sink, redact
from .requests import BadRequestError, frame_of, plain


@dataclass(frozen=True)
class Answer:
    """What the model says about the rows of one request."""

    predictions: list[Any]
    """One a row."""
    probabilities: list[list[float]] | None
    """One list a row, in the order of the classes; None for a regression."""


class Predictor(Model):  # type: ignore[misc] # the SDK has no types
    """Serves one version of one model."""

    def __init__(self, opened: Opened, version: str, sink: Sink, hidden: tuple[str, ...]) -> None:
        name = str(opened.metadata["name"])
        super().__init__(name)
        self._opened, self._sink, self._hidden = opened, sink, hidden
        self._inputs: dict[str, str] = opened.metadata["inputs"]
        self.labels = {"model": name, "version": version}

    @property
    def classes(self) -> list[Any] | None:
        """Classes in the order of the probabilities; None for a regression."""
        classes: list[Any] | None = self._opened.metadata["classes"]
        return classes

    def load(self) -> bool:
        """Say that the model is ready: the bundle was opened and checked before."""
        for counter in (metrics.REFUSED, metrics.FAILED, metrics.LOG_LOST):
            counter.labels(**self.labels)  # present from the start, so that rules see 0
        metrics.LOADED.labels(**self.labels).set(1)
        self.ready = True
        return self.ready

    def get_input_types(self) -> list[dict[str, Any]]:
        """Return the inputs, for the metadata of the model."""
        return [
            {"name": name, "datatype": kind, "shape": [-1]} for name, kind in self._inputs.items()
        ]

    def get_output_types(self) -> list[dict[str, Any]]:
        """Return the outputs, for the metadata of the model."""
        outputs = [{"name": "prediction", "datatype": self._kind(), "shape": [-1]}]
        if self.classes is not None:
            shape = [-1, len(self.classes)]
            outputs.append({"name": "probability", "datatype": "FP64", "shape": shape})
        return outputs

    async def predict(
        self,
        payload: InferRequest | dict[str, Any],
        headers: dict[str, str] | None = None,  # noqa: ARG002 - the SDK gives them
        response_headers: dict[str, str] | None = None,  # noqa: ARG002 - likewise
    ) -> InferResponse:
        """Answer one request; one that does not fit is refused with what would be right."""
        started = time.perf_counter()
        try:
            frame = self._frame(payload)
        except BadRequestError as fault:
            metrics.REFUSED.labels(**self.labels).inc()
            raise InvalidInput(str(fault)) from fault
        try:
            answer = await asyncio.to_thread(self.answer, frame)
        except Exception as fault:
            metrics.FAILED.labels(**self.labels).inc()
            # What went wrong inside may quote the input: the answer does not.
            raise InferenceError(f"the model failed: {type(fault).__name__}") from fault
        metrics.LATENCY.labels(**self.labels).observe(time.perf_counter() - started)
        identifier = uuid.uuid4().hex
        self._count(answer)
        self._log(identifier, frame, answer)
        return self._response(identifier, answer)

    def answer(self, frame: pd.DataFrame) -> Answer:
        """Return what the model says, without logs and metrics."""
        predictions = [plain(value) for value in self._opened.predict(frame)]
        if self.classes is None:
            return Answer(predictions, None)
        scores = self._opened.scores(frame)
        return Answer(predictions, [[float(value) for value in row] for row in scores])

    def _frame(self, payload: InferRequest | dict[str, Any]) -> pd.DataFrame:
        if not isinstance(payload, InferRequest):
            raise BadRequestError(f"send Open Inference v2 to /v2/models/{self.name}/infer")
        tensors = [(each.name, each.datatype, each.shape, _data(each)) for each in payload.inputs]
        return frame_of(tensors, self._inputs)

    def _kind(self) -> str:
        if self.classes is None:
            return "FP64"
        return "INT64" if all(isinstance(each, int) for each in self.classes) else "BYTES"

    def _response(self, identifier: str, answer: Answer) -> InferResponse:
        rows = len(answer.predictions)
        outputs = [InferOutput("prediction", [rows], self._kind(), answer.predictions)]
        if answer.probabilities is not None:
            flat = [value for row in answer.probabilities for value in row]
            width = len(flat) // rows
            outputs.append(InferOutput("probability", [rows, width], "FP64", flat))
        return InferResponse(
            response_id=identifier,
            model_name=self.name,
            infer_outputs=outputs,
            model_version=self.labels["version"],
            parameters={"digest": self._opened.digest},
        )

    def _count(self, answer: Answer) -> None:
        for value in answer.predictions:
            outcome = "value" if self.classes is None else str(value)
            metrics.PREDICTIONS.labels(**self.labels, outcome=outcome).inc()

    def _log(self, identifier: str, frame: pd.DataFrame, answer: Answer) -> None:
        records = []
        for row, values in enumerate(frame.to_dict(orient="records")):
            given = redact({str(k): plain(v) for k, v in values.items()}, self._hidden)
            probabilities = answer.probabilities and answer.probabilities[row]
            records.append(
                self.record("prediction", identifier, row)
                | {
                    "inputs": given,
                    "prediction": answer.predictions[row],
                    "probability": probabilities,
                }
            )
        self.keep(records)

    def record(self, kind: str, identifier: str, row: int) -> dict[str, Any]:
        """Return what every record of the log has."""
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        return {"at": at, "kind": kind, "id": identifier, "row": row, **self.labels}

    def keep(self, records: list[dict[str, Any]]) -> None:
        """Write to the log. Predictions go on without it; what was lost is counted."""
        try:
            self._sink.write(records)
        except OSError:
            metrics.LOG_LOST.labels(**self.labels).inc(len(records))

    def lost(self, count: int) -> None:
        """Count records that the log lost."""
        metrics.LOG_LOST.labels(**self.labels).inc(count)


def _data(tensor: Any) -> list[Any]:
    """Return a tensor's values as they came, whether as JSON or as bytes."""
    data = tensor.data
    if isinstance(data, list):
        return data
    try:
        values: list[Any] = tensor.as_numpy().tolist()
    except (InvalidInput, ValueError, TypeError) as fault:
        raise BadRequestError(f"input {tensor.name!r}: {fault}") from fault
    return values
