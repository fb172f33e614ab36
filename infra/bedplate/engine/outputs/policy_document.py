"""The IAM policy document that the data source ``aws.iam.get_policy_document`` writes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_LISTS = {
    "actions": "Action",
    "notActions": "NotAction",
    "resources": "Resource",
    "notResources": "NotResource",
}
_PRINCIPALS = {"principals": "Principal", "notPrincipals": "NotPrincipal"}


def render_policy_document(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document; statements with a ``sid`` override earlier ones of that name."""
    document: dict[str, Any] = {"Version": arguments.get("version") or "2012-10-17"}
    if arguments.get("policyId"):
        document["Id"] = arguments["policyId"]
    own = [_statement(statement) for statement in arguments.get("statements") or []]
    before = _statements(arguments.get("sourcePolicyDocuments") or [])
    after = _statements(arguments.get("overridePolicyDocuments") or [])
    document["Statement"] = _merge([*before, *own], after)
    return document


def _merge(statements: list[dict[str, Any]], over: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for statement in over:
        sid = statement.get("Sid")
        places = [n for n, other in enumerate(statements) if sid and other.get("Sid") == sid]
        if places:
            statements[places[0]] = statement
        else:
            statements.append(statement)
    return statements


def _statements(documents: list[str]) -> list[dict[str, Any]]:
    statements: list[dict[str, Any]] = []
    for text in documents:
        found = json.loads(text).get("Statement", [])
        statements.extend(found if isinstance(found, list) else [found])
    return statements


def _statement(given: Mapping[str, Any]) -> dict[str, Any]:
    statement: dict[str, Any] = {}
    if given.get("sid"):
        statement["Sid"] = given["sid"]
    statement["Effect"] = given.get("effect") or "Allow"
    for key, written in _PRINCIPALS.items():
        if given.get(key):
            statement[written] = _principals(given[key])
    for key, written in _LISTS.items():
        if given.get(key):
            statement[written] = _one_or_many(given[key])
    if given.get("conditions"):
        statement["Condition"] = _conditions(given["conditions"])
    return statement


def _principals(blocks: list[dict[str, Any]]) -> Any:
    if blocks == [{"type": "*", "identifiers": ["*"]}]:
        return "*"
    return {block["type"]: _one_or_many(block["identifiers"]) for block in blocks}


def _conditions(blocks: list[dict[str, Any]]) -> dict[str, Any]:
    conditions: dict[str, Any] = {}
    for block in blocks:
        conditions.setdefault(block["test"], {})[block["variable"]] = _one_or_many(block["values"])
    return conditions


def _one_or_many(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values
