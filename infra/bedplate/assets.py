"""Finds what ships beside the code: blueprints, policies, templates and the layers' programs.

An installed wheel carries them in ``bedplate/_assets``; a checkout has them at its root.
"""

from __future__ import annotations

from pathlib import Path

from bedplate.errors import BedplateError

_PACKAGE = Path(__file__).resolve().parent


def asset(name: str) -> Path:
    """Return the path of a file or folder that ships with Bedplate, e.g. `blueprints`.

    Raises BedplateError where the installation is incomplete.
    """
    for root in (_PACKAGE / "_assets", _PACKAGE.parents[1]):
        path = root / name
        if path.exists():
            return path
    raise BedplateError(f"Bedplate's own {name} is missing. Fix: reinstall bedplate.")
