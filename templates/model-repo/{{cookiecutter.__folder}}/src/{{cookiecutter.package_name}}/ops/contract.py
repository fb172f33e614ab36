"""The data contract (Open Data Contract Standard) as checks of a frame."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd
import pandera.pandas as pa
import yaml

from .digest import parse_yaml
from .errors import UsageError

DTYPES = {
    "string": "str",
    "number": "float64",
    "integer": "int64",
    "boolean": "bool",
    "date": "str",
}
"""Logical types of the standard, and what a column of a CSV file then is."""
SHAPE = {
    "type": "object",
    "required": ["apiVersion", "kind", "id", "version", "status", "schema"],
    "properties": {
        "apiVersion": {"type": "string", "pattern": r"^v3\.[01]\.\d+$"},
        "kind": {"const": "DataContract"},
        "schema": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1,
            "items": {
                "required": ["name", "properties"],
                "properties": {
                    "properties": {
                        "type": "array",
                        "minItems": 1,
                        "items": {
                            "required": ["name", "logicalType"],
                            "properties": {
                                "logicalType": {"enum": list(DTYPES)},
                                "logicalTypeOptions": {
                                    "additionalProperties": False,
                                    "properties": {
                                        "minimum": {"type": "number"},
                                        "maximum": {"type": "number"},
                                        "pattern": {"type": "string"},
                                    },
                                },
                                "quality": {
                                    "items": {
                                        "required": ["metric"],
                                        "properties": {
                                            "metric": {"enum": ["invalidValues", "nullValues"]}
                                        },
                                    }
                                },
                            },
                        },
                    }
                },
            },
        },
    },
}
"""The part of the standard that the gate reads; it refuses what it would have to ignore."""
CHECKER = jsonschema.Draft202012Validator(SHAPE)


@dataclass(frozen=True)
class Breach:
    """One promise that rows do not keep."""

    column: str
    """Column, or the name of the dataset."""
    rule: str
    """What was promised."""
    rows: int
    """How many rows break it."""
    example: str
    """One value that breaks it."""


def load(path: Path) -> dict[str, Any]:
    """Return the contract in a file."""
    try:
        contract = parse_yaml(path.read_text("utf-8"))
        if fault := jsonschema.exceptions.best_match(CHECKER.iter_errors(contract)):
            raise fault
    except (OSError, yaml.YAMLError) as fault:
        raise UsageError(f"data/{path.name} can't be read: {fault}") from None
    except jsonschema.ValidationError as fault:
        where = ".".join(map(str, fault.absolute_path)) or "file"
        raise UsageError(f"data/{path.name}: {where}: {fault.message}") from None
    result: dict[str, Any] = contract
    return result


def columns(contract: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the properties of the one table."""
    found: list[dict[str, Any]] = contract["schema"][0]["properties"]
    return found


def null_share(column: dict[str, Any]) -> float:
    """Return which share of a column's rows may have no value."""
    for rule in column.get("quality", []):
        if rule["metric"] == "nullValues":
            return float(rule.get("mustBeLessOrEqualTo", rule.get("mustBe", 0))) / 100
    return 0.0 if column.get("required") else 1.0


def frame_schema(contract: dict[str, Any]) -> pa.DataFrameSchema:
    """Return the contract as a pandera schema."""
    return pa.DataFrameSchema(
        {column["name"]: _column(column) for column in columns(contract)}, strict=True
    )


def _column(column: dict[str, Any]) -> pa.Column:
    options = column.get("logicalTypeOptions", {})
    checks = []
    if "minimum" in options:
        checks.append(pa.Check.ge(options["minimum"]))
    if "maximum" in options:
        checks.append(pa.Check.le(options["maximum"]))
    if "pattern" in options:
        checks.append(pa.Check.str_matches(options["pattern"]))
    if column["logicalType"] == "date":
        checks.append(pa.Check.str_matches(r"^\d{4}-\d{2}-\d{2}$"))
    for rule in column.get("quality", []):
        if rule["metric"] == "invalidValues":
            checks.append(pa.Check.isin(rule["arguments"]["validValues"]))
    # How many rows may be empty is a share: the gate counts it by itself.
    return pa.Column(
        DTYPES[column["logicalType"]], checks, nullable=True, unique=bool(column.get("unique"))
    )


def breaches(frame: pd.DataFrame, contract: dict[str, Any]) -> list[Breach]:
    """Return every promise that the rows do not keep."""
    found = []
    for column in columns(contract):
        name = column["name"]
        if name not in frame:
            continue
        empty, allowed = int(frame[name].isna().sum()), null_share(column)
        if empty > allowed * len(frame):
            found.append(Breach(name, f"at most {allowed:.0%} empty", empty, "empty"))
    try:
        frame_schema(contract).validate(frame, lazy=True)
    except pa.errors.SchemaErrors as fault:
        found += _grouped(fault.failure_cases)
    return found


def _grouped(cases: pd.DataFrame) -> list[Breach]:
    found = []
    for (column, rule), rows in cases.groupby(["column", "check"], dropna=False, sort=True):
        name = rows["failure_case"].iloc[0] if pd.isna(column) else column
        found.append(Breach(str(name), str(rule), len(rows), str(rows["failure_case"].iloc[0])))
    return found
