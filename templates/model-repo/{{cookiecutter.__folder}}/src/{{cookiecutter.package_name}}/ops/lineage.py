"""Lineage: OpenLineage events of every step; the model version is a dataset like the data.

A catalogue that does not answer never stops a step: what could not be sent is said, and kept in the
file that stands in for the catalogue.
"""

import contextlib
import os
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .context import Context, now
from .digest import read_json

SECONDS = 5
"""How long a step waits for the catalogue."""
PRODUCER = "https://github.com/OpenLineage/OpenLineage/tree/main/client/python"
"""Who makes the events: the official client."""


def namespace(context: Context) -> str:
    """Return the namespace of the team's jobs and datasets."""
    return f"bedplate://{context.config('platform')['namespace']}"


@dataclass
class Run:
    """One step while it runs: what it read and what it made."""

    context: Context
    """Of the step."""
    step: str
    """Its name."""
    identifier: str = field(default_factory=lambda: str(uuid.uuid4()))
    """Names the run in the catalogue."""
    facets: dict[str, Any] = field(default_factory=dict)
    """What is said about the run beside its datasets."""

    def emit(self, state: str) -> None:
        """Send one event; a catalogue that is out of order is no fault of the step."""
        try:
            event = self._event(state)
            _file(self.context).emit(event)
            if address := _address(self.context):
                _remote(address).emit(event)
        except Exception as fault:  # noqa: BLE001 # whatever goes wrong here must not stop a step
            sys.stderr.write(f"lineage: {state} of {self.step} was not sent: {fault}\n")

    def _event(self, state: str) -> Any:
        from openlineage.client.event_v2 import Job, RunEvent, RunState
        from openlineage.client.event_v2 import Run as EventRun

        home = namespace(self.context)
        finished = state == "COMPLETE"
        return RunEvent(
            eventTime=now().isoformat(),
            producer=PRODUCER,
            eventType=RunState[state],
            run=EventRun(self.identifier, facets=dict(self.facets)),
            job=Job(home, f"{self.context.name()}.{self.step}"),
            inputs=self._inputs(),
            outputs=self._outputs() if finished else [],
        )

    def _inputs(self) -> list[Any]:
        from openlineage.client.event_v2 import InputDataset

        if self.step == "data":
            return []
        found = [InputDataset(**given) for given in (self._data(),) if given]
        if self.step not in {"validate", "train"} and (model := self._model()):
            found.append(InputDataset(**model))
        return found

    def _outputs(self) -> list[Any]:
        from openlineage.client.event_v2 import OutputDataset

        given = {"data": self._data, "train": self._model, "register": self._model}.get(self.step)
        made = given() if given else None
        return [OutputDataset(**made)] if made else []

    def _data(self) -> dict[str, Any] | None:
        path = self.context.data / "manifest.json"
        if not path.is_file():
            return None
        manifest = read_json(path)
        return self._dataset(manifest["dataset"], manifest["digest"], schema=True)

    def _model(self) -> dict[str, Any] | None:
        path = self.context.model / "manifest.json"
        if not path.is_file():
            return None
        version = read_json(path)["digest"]
        if self.context.registration.is_file():
            known = read_json(self.context.registration)
            if known["digest"] == version:
                version = f"{known['version']}@{version}"
        return self._dataset(f"models/{self.context.name()}", version)

    def _dataset(self, name: str, version: str, *, schema: bool = False) -> dict[str, Any]:
        from openlineage.client.facet_v2 import dataset_version_dataset, schema_dataset

        facets: dict[str, Any] = {
            "version": dataset_version_dataset.DatasetVersionDatasetFacet(datasetVersion=version)
        }
        if schema:
            from .. import schema as known

            kinds = {**known.INPUTS, known.SENSITIVE: "BYTES", known.TARGET: "TARGET"}
            facets["schema"] = schema_dataset.SchemaDatasetFacet(
                fields=[schema_dataset.SchemaDatasetFacetFields(name=column, type=kind)
                        for column, kind in kinds.items()]
            )  # fmt: skip
        return {"namespace": namespace(self.context), "name": name, "facets": facets}


def _address(context: Context) -> str:
    given = os.environ.get("OPENLINEAGE_URL") or context.config("platform")["openlineage_url"]
    return str(given)


def events(context: Context) -> Path:
    """Return the file that every event is kept in."""
    return context.build / "lineage" / "events.jsonl"


def _file(context: Context) -> Any:
    from openlineage.client.transport.file import FileConfig, FileTransport

    events(context).parent.mkdir(parents=True, exist_ok=True)
    return FileTransport(FileConfig(log_file_path=str(events(context)), append=True))


def _remote(address: str) -> Any:
    from openlineage.client.transport.http import HttpConfig, HttpTransport

    retry = {"total": 0}
    return HttpTransport(HttpConfig(url=address, timeout=SECONDS, retry=retry))


@contextlib.contextmanager
def run(context: Context, step: str) -> Iterator[Run]:
    """Tell the catalogue that a step starts, and how it ends."""
    known = Run(context, step)
    known.emit("START")
    try:
        yield known
    except BaseException as fault:
        known.facets["errorMessage"] = _error(fault)
        known.emit("FAIL")
        raise
    known.emit("COMPLETE")


def _error(fault: BaseException) -> Any:
    from openlineage.client.facet_v2 import error_message_run

    # The kind of the fault, not its text: a text may quote data.
    return error_message_run.ErrorMessageRunFacet(type(fault).__name__, "PYTHON")
