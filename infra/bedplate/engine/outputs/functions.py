"""Answers to data sources, from the account, the region and the arguments alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bedplate.engine.outputs.model import Account


def answer(token: str, args: Mapping[str, Any], account: Account) -> dict[str, Any] | None:
    """Return what the function answers, or None where it is not known here."""
    del token, args, account
    return None
