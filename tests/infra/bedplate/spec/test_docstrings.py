"""What a section's source says of its fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydantic import BaseModel

from bedplate.spec.base import Spec
from bedplate.spec.docstrings import docstring_of
from bedplate.spec.platform import PlatformSpec

if TYPE_CHECKING:
    from collections.abc import Iterator


class Described(BaseModel):
    """Has fields with and without a docstring."""

    plain: int = 0
    """One line."""
    long: int = 0
    """Two lines, of which
    the second is indented.

    And a paragraph.
    """
    bare: int = 0
    after: int = 0
    computed: int = 0
    "x".upper()


class Heir(Described):
    """Has a field of its own, and says something else of one."""

    own: int = 0
    """Its own."""
    plain: int = 1
    """Another line."""


def sections(model: type[Spec] = Spec) -> Iterator[type[Spec]]:
    """Yield every section of an environment file, and every part of one."""
    for heir in model.__subclasses__():
        if heir.__module__.startswith("bedplate."):
            yield heir
            yield from sections(heir)


@pytest.mark.parametrize(
    ("model", "field", "text"),
    [
        (Described, "plain", "One line."),
        (Described, "long", "Two lines, of which\nthe second is indented.\n\nAnd a paragraph."),
        (Described, "bare", ""),
        (Described, "after", ""),
        (Described, "computed", ""),
        (Described, "unknown", ""),
        (Heir, "own", "Its own."),
        (Heir, "plain", "Another line."),
        (Heir, "long", "Two lines, of which\nthe second is indented.\n\nAnd a paragraph."),
    ],
)
def test_the_string_below_a_field_is_its_docstring(
    model: type[BaseModel], field: str, text: str
) -> None:
    """Only a string right below a field counts; an heir has what it does not say itself."""
    assert docstring_of(model, field) == text


def test_every_field_of_every_section_says_what_it_is() -> None:
    """No field is without a docstring, so that schema, reference and advice can show it."""
    fields = {(model, name) for model in sections() for name in model.model_fields}
    assert (PlatformSpec, "environment") in fields
    silent = [f"{model.__name__}.{name}" for model, name in fields if not docstring_of(model, name)]
    assert not silent


def test_a_schema_shows_them() -> None:
    """Each field's description in JSON Schema is its docstring."""
    properties = PlatformSpec.model_json_schema()["properties"]
    assert properties["environment"]["description"] == docstring_of(PlatformSpec, "environment")
