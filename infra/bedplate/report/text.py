"""Text as a report shows it: nothing that hides, nothing that passes for something else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from bedplate.assets import asset
from bedplate.errors import shown

_HIDDEN: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)
"""Characters that can't be seen, turn the order of others, or can't be written as UTF-8."""
_USER: Final = re.compile(r"(://)[^/\s@]+@")
"""User and password in a URL."""


def safe(text: str) -> str:
    """Return a text with a visible sign for each hidden character, and URLs without a password."""
    return _USER.sub(r"\1", _HIDDEN.sub("\N{REPLACEMENT CHARACTER}", text))


def short(text: str, most: int) -> str:
    """Return the beginning of a text that is too long."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def place(file: str, line: int) -> str:
    """Return a place as a reader finds it: what ships with Bedplate without the folders above."""
    name = shown(file)
    built_in = asset("blueprints").parent
    if Path(name).is_absolute() and Path(name).is_relative_to(built_in):
        name = Path(name).relative_to(built_in).as_posix()
    return f"{name}:{line}" if line else name
