"""What MLflow needs to open the artefact by itself: `mlflow.pyfunc.load_model("models:/NAME@champion")`.

MLflow's own flavour of scikit-learn would load whatever its file names. This one opens the artefact
as the predictor does: the digest is checked, and only types that this repository trusts are loaded.
"""

import importlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    import pandas as pd

    from .artefact import Opened

TYPES = {"FP64": "double", "INT64": "long", "BOOL": "boolean", "BYTES": "string"}
"""Data types of Open Inference v2, as MLflow names them."""
BESIDE = frozenset({"registered_model_meta"})
"""What MLflow adds when it fetches a registered model."""


def mlmodel(metadata: Mapping[str, Any]) -> str:
    """Return the file `MLmodel` of an artefact."""
    columns = [
        {"type": TYPES[kind], "name": name, "required": True}
        for name, kind in metadata["inputs"].items()
    ]
    function = {
        "loader_module": __name__,
        "python_version": f"{sys.version_info.major}.{sys.version_info.minor}",
    }
    made = {
        "flavors": {"python_function": function},
        "signature": {"inputs": json.dumps(columns), "outputs": None, "params": None},
    }
    text: str = yaml.safe_dump(made, sort_keys=True)
    return text


class Function:
    """The artefact, as MLflow calls it."""

    def __init__(self, opened: "Opened") -> None:
        self._opened = opened

    def predict(self, model_input: "pd.DataFrame", params: Any = None) -> Any:  # noqa: ARG002
        """Return the predictions of the rows."""
        return self._opened.predict(model_input)


def _load_pyfunc(path: str) -> Function:
    """Open an artefact for MLflow, which asks for this by its name."""
    from . import artefact

    folder = Path(path)
    artefact.verify(folder, beside=BESIDE)
    trusted = importlib.import_module("..model", __package__).TRUSTED_TYPES
    if odd := artefact.untrusted(folder, trusted):
        raise artefact.ArtefactError(f"{path} holds types that are not trusted: {', '.join(odd)}.")
    return Function(artefact.open_model(folder, beside=BESIDE))
