"""Answers to data sources, from the account and region alone."""

from __future__ import annotations
from typing import Any, Mapping
from bedplate.engine.outputs.model import Account


def answer(token: str, args: Mapping[str, Any], account: Account) -> dict[str, Any] | None:
    return None
