"""Reads YAML as plain values by libyaml, which is far faster than a reader in Python.

For what is shipped, and what needs no place in a file. Environment files are read by
`bedplate.spec.load`, which refuses far more.
"""

from __future__ import annotations

from typing import Any, Final

import yaml

LOADER: Final[type[yaml.SafeLoader]] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The reader written in C, where PyYAML was built with it."""


def plain(text: str) -> Any:
    """Return the value of a document; raises yaml.YAMLError where it is none."""
    return yaml.load(text, LOADER)  # noqa: S506 - a safe loader
