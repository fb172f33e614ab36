"""The artefact: a folder of skops, metadata and golden rows under one digest. Never a bare pickle."""

import importlib.metadata
import json
import re
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .digest import canonical, of_file, of_value, read_json, write_json
from .errors import OpsError
from .flavour import mlmodel

if TYPE_CHECKING:
    import pandas as pd

MODEL, METADATA, GOLDEN, MANIFEST = "model.skops", "metadata.json", "golden.json", "manifest.json"
MLMODEL = "MLmodel"
"""What MLflow reads first."""
FILES = (MODEL, METADATA, GOLDEN, MLMODEL)
"""What the manifest lists."""
LIBRARIES = ("numpy", "pandas", "scikit-learn", "scipy", "skops")
"""Libraries whose versions decide what the artefact predicts."""


class ArtefactError(OpsError):
    """The artefact is not what it says it is, and must not be used."""


@dataclass(frozen=True)
class Opened:
    """An artefact whose digest was checked."""

    model: Any
    """The fitted pipeline; it takes a frame of the raw inputs."""
    metadata: dict[str, Any]
    """What it is: name, problem, inputs, classes, data."""
    digest: str
    """Digest of its files."""
    folder: Path
    """Where it lies."""

    def inputs(self, frame: "pd.DataFrame") -> "pd.DataFrame":
        """Return the columns of a frame that the model reads."""
        return frame[list(self.metadata["inputs"])]

    def predict(self, frame: "pd.DataFrame") -> Any:
        """Return the predictions of the rows."""
        return self.model.predict(self.inputs(frame))

    def scores(self, frame: "pd.DataFrame") -> Any:
        """Return probabilities, a column a class; for a regression, the predictions."""
        if self.metadata["classes"] is None:
            return self.predict(frame)
        return self.model.predict_proba(self.inputs(frame))


def versions() -> dict[str, str]:
    """Return the versions of the libraries that decide what a model predicts."""
    return {name: importlib.metadata.version(name) for name in LIBRARIES}


def save(
    folder: Path,
    model: Any,
    metadata: Mapping[str, Any],
    golden: "pd.DataFrame",
    trusted: Sequence[str],
) -> Opened:
    """Write a fitted model as an artefact; return it as it will be opened."""
    import skops.io

    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    skops.io.dump(model, folder / MODEL)
    _steady(folder / MODEL)
    made = {**metadata, "trusted_types": sorted(trusted), "libraries": versions()}
    write_json(folder / METADATA, made)
    probabilities = None if made["classes"] is None else model.predict_proba(golden).tolist()
    rows = {
        "inputs": golden.to_dict(orient="records"),
        "predictions": model.predict(golden).tolist(),
        "probabilities": probabilities,
    }
    (folder / GOLDEN).write_text(json.dumps(rows), "utf-8")
    (folder / MLMODEL).write_text(mlmodel(made), "utf-8")
    files = {name: of_file(folder / name) for name in FILES}
    write_json(folder / MANIFEST, {"files": files, "digest": of_value(files)})
    return open_model(folder)


def _steady(path: Path) -> None:
    """Make the same model the same bytes: skops names parts by memory addresses, zip adds dates."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    text = parts.pop("schema.json").decode()
    numbers = dict.fromkeys(re.findall(r'"__id__": (\d+)|"(\d+)\.\w+"', text))
    names = {old: str(new) for new, old in enumerate(dict.fromkeys(map("".join, numbers)), 1)}
    text = re.sub(r'("__id__": )(\d+)', lambda found: found[1] + names[found[2]], text)
    text = re.sub(r'"(\d+)(\.\w+")', lambda found: f'"{names[found[1]]}{found[2]}', text)
    renamed = {names[stem] + dot + kind: content for name, content in parts.items()
               for stem, dot, kind in [name.partition(".")]}  # fmt: skip
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted({**renamed, "schema.json": text.encode()}.items()):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)


def verify(folder: Path, digest: str | None = None, beside: frozenset[str] = frozenset()) -> str:
    """Return the digest of an artefact; refuse one that was changed or is not the expected one.

    `beside` names files that somebody else may have put there.
    """
    try:
        manifest = read_json(folder / MANIFEST)
        files = dict(manifest["files"])
    except (OSError, ValueError, KeyError, TypeError):
        raise ArtefactError(f"{folder} holds no artefact: {MANIFEST} can't be read.") from None
    present = {path.name for path in folder.iterdir() if path.is_file()} - {MANIFEST, *beside}
    if present != set(files) or MODEL not in files:
        odd = ", ".join(sorted(present ^ set(files))) or MODEL
        raise ArtefactError(f"the artefact in {folder} has other files than its manifest: {odd}.")
    for name, expected in sorted(files.items()):
        if (found := of_file(folder / name)) != expected:
            raise ArtefactError(
                f"{name} was changed: it has {found}, its manifest says {expected}."
            )
    if manifest.get("digest") != of_value(files):
        raise ArtefactError(f"{MANIFEST} was changed: its digest is not that of its files.")
    if digest is not None and digest != manifest["digest"]:
        raise ArtefactError(f"the artefact is {manifest['digest']}, but {digest} was asked for.")
    return str(manifest["digest"])


def open_model(
    folder: Path, digest: str | None = None, beside: frozenset[str] = frozenset()
) -> Opened:
    """Open an artefact after checking its digest and that it holds trusted types only."""
    # The digest is checked first: what was changed is refused before a library is loaded.
    found = verify(folder, digest, beside)
    import skops.io
    from skops.io.exceptions import UntrustedTypesFoundException

    metadata = read_json(folder / METADATA)
    try:
        model = skops.io.load(folder / MODEL, trusted=list(metadata["trusted_types"]))
    except UntrustedTypesFoundException as fault:
        raise ArtefactError(f"{MODEL} holds types that are not trusted: {fault}") from None
    return Opened(model, metadata, found, folder)


def untrusted(folder: Path, trusted: Sequence[str]) -> list[str]:
    """Return the types in an artefact that neither skops nor the repository trusts."""
    import skops.io

    return sorted(set(skops.io.get_untrusted_types(file=folder / MODEL)) - set(trusted))


def golden(folder: Path) -> tuple[list[dict[str, Any]], list[Any], list[list[float]] | None]:
    """Return the golden rows of an artefact: inputs, predictions, probabilities."""
    rows = read_json(folder / GOLDEN)
    return rows["inputs"], rows["predictions"], rows["probabilities"]


def manifest_digest(folder: Path) -> str:
    """Return the digest of the manifest file itself: what a signature covers."""
    return of_file(folder / MANIFEST)


def same_libraries(metadata: Mapping[str, Any]) -> str:
    """Return the libraries of an artefact that differ here, as text; empty if none does."""
    made, here = dict(metadata["libraries"]), versions()
    return canonical({k: [v, here.get(k)] for k, v in made.items() if v != here.get(k)})[1:-1]
