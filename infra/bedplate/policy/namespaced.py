"""Moves Rego modules into a namespace, so that a shared server can hold them beside anything else.

The files of one package become one module: a server compiles what it is given at once, and a file
must not come before the one whose functions it calls.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bedplate.policy.joined import join, packages_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bedplate.policy.catalogue import Module
    from bedplate.policy.joined import Located


def namespaced(modules: Iterable[Module], namespace: str) -> dict[str, Located]:
    """Return one module for each package, by package, all of them below ``namespace``."""
    packages = packages_of(modules)
    known = "|".join(re.escape(package) for package in packages)
    reference = re.compile(rf"\bdata\.({known})\b")

    def moved(line: str) -> str:
        return reference.sub(rf"data.{namespace}.\1", line)

    return {
        package: join(f"{namespace}.{package}", files, moved) for package, files in packages.items()
    }
