"""Verb `schema`: the JSON Schema of an environment file."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from bedplate.cli.console import deliver
from bedplate.cli.parameters import Output, examples

EXAMPLES = examples("bedplate schema --output environment.schema.json", "bedplate schema blueprint")
"""End of the help page."""

Kind = Annotated[
    Literal["environment", "blueprint"], typer.Argument(metavar="KIND", help="Kind of file.")
]


def schema(kind: Kind = "environment", output: Output = None) -> None:
    """Print the JSON Schema for editors."""
    from bedplate.spec.reference import (  # noqa: PLC0415 - pydantic is slow to import
        blueprint_schema_text,
        environment_schema_text,
    )

    text = environment_schema_text() if kind == "environment" else blueprint_schema_text()
    deliver(text.rstrip("\n"), output)
