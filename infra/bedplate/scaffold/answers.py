"""Puts answers together: what the platform knows, a file of answers, answers given one by one.

What is said more directly wins: a single answer over the file, the file over the platform.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from bedplate.errors import UsageError
from bedplate.scaffold.platform_answers import platform_answers
from bedplate.spec.resolve import resolve

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def collected(
    folder: Path, platform: Path | None, file: Path | None, given: Sequence[str]
) -> dict[str, str]:
    """Return the answers that are known before anything is asked.

    Raises UsageError for a file or an answer that can't be read, SpecError for a faulty platform.
    """
    answers = {"project_name": folder.resolve().name.replace("-", " ").replace("_", " ").title()}
    if platform is not None:
        answers |= _of_platform(platform)
    if file is not None:
        answers |= _of_file(file)
    for each in given:
        key, equals, value = each.partition("=")
        if not equals or not key:
            raise UsageError(f"`--set {each}` has no value. Fix: write it as key=value.")
        answers[key] = value
    return answers


def _of_platform(file: Path) -> dict[str, str]:
    if not file.is_file():
        fix = "name an environment file, such as stacks/dev.yaml"
        raise UsageError(f"There is no file {file}. Fix: {fix}.")
    blueprints = file.resolve().parent.parent / "blueprints"
    found = resolve(file.stem, file.parent, blueprints if blueprints.is_dir() else None)
    return platform_answers(found.spec)


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
