"""An artefact opens only as what it was written, and holds trusted types only."""

import json

import pandas as pd
import pytest
import skops.io

from {{cookiecutter.package_name}} import model
from {{cookiecutter.package_name}}.ops import artefact
from {{cookiecutter.package_name}}.ops.digest import of_file, of_value


def test_golden_rows_are_what_the_model_says(offline):
    opened = artefact.open_model(offline.model)
    rows, predictions, _probabilities = artefact.golden(offline.model)
    frame = pd.DataFrame(rows)
    assert len(rows) >= 10
    assert opened.predict(frame).tolist() == predictions


@pytest.mark.parametrize("name", [artefact.MODEL, artefact.METADATA, artefact.GOLDEN])
def test_a_changed_byte_is_noticed(trained, name):
    path = trained.model / name
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(artefact.ArtefactError, match=f"^{name} was changed: "):
        artefact.open_model(trained.model)


def test_a_file_that_was_put_in_is_noticed(trained):
    (trained.model / "model.pkl").write_bytes(b"")
    with pytest.raises(artefact.ArtefactError, match=r"model\.pkl"):
        artefact.open_model(trained.model)


def test_a_manifest_that_was_made_anew_has_another_digest(trained):
    before = artefact.verify(trained.model)
    golden = trained.model / artefact.GOLDEN
    golden.write_text(golden.read_text("utf-8") + " ", "utf-8")
    files = {name: of_file(trained.model / name) for name in artefact.FILES}
    manifest = {"files": files, "digest": of_value(files)}
    (trained.model / artefact.MANIFEST).write_text(json.dumps(manifest), "utf-8")
    with pytest.raises(artefact.ArtefactError, match="was asked for"):
        artefact.open_model(trained.model, before)


class Surprise:
    """A type that nobody trusts."""


def test_a_type_that_is_not_trusted_is_named(trained):
    skops.io.dump({"model": Surprise()}, trained.model / artefact.MODEL)
    found = artefact.untrusted(trained.model, model.TRUSTED_TYPES)
    assert len(found) == 1
    assert found[0].endswith("Surprise")
