"""Manifests in the documents are ones that the pinned versions accept."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bedplate.contracts.objects import object_faults

DOCS = Path(__file__).resolve().parents[1] / "docs"
BLOCK = re.compile(r"^```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)


def _manifests() -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{file.relative_to(DOCS)}: {document['kind']}", document)
        for file in sorted(DOCS.rglob("*.md"))
        for block in BLOCK.findall(file.read_text())
        for document in yaml.safe_load_all(block)
        if isinstance(document, dict) and "apiVersion" in document
    ]


@pytest.mark.parametrize(("where", "manifest"), _manifests())
def test_a_manifest_in_the_documents_is_right(where: str, manifest: dict[str, Any]) -> None:
    """Whoever copies it is not told that a field is unknown."""
    assert object_faults(manifest) == [], where
