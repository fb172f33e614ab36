"""Puts answers together: a file of answers, and answers given one by one, which win."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from bedplate.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def collected(file: Path | None, given: Sequence[str]) -> dict[str, str]:
    """Return the answers that somebody gave, in a file or one by one.

    Raises UsageError for a file or an answer that can't be read.
    """
    answers: dict[str, str] = {}
    if file is not None:
        answers |= _of_file(file)
    for each in given:
        key, equals, value = each.partition("=")
        if not equals or not key:
            raise UsageError(f"`--set {each}` has no value. Fix: write it as key=value.")
        answers[key] = value
    return answers


def _of_file(file: Path) -> dict[str, str]:
    try:
        data: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        what = " ".join(str(error).split())
        raise UsageError(f"{file} can't be read: {what}. Fix: write one answer a line.") from error
    if not isinstance(data, dict):
        raise UsageError(f"{file} is no mapping. Fix: write one `key: value` a line.")
    return {str(key): _text(value) for key, value in data.items()}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
