"""Where a platform's own policies lie: packs in ``policies/``, beside its environment files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

MARKER: Final = "PulumiPolicy.yaml"
"""File that makes a folder a policy pack."""
_ADMISSION: Final = re.compile(r"^inputFormat:\s*['\"]?kubernetes-admission\b", re.MULTILINE)


def own_folder(stacks: Path, shipped: Path) -> Path | None:
    """Return the folder of own rules beside the environment files; None where there is none.

    ``shipped`` is the folder of the shipped policies, which in Bedplate's own repository lies
    there too, or a copy of it does; neither is a folder of own rules.
    """
    folder = stacks.parent / "policies" if stacks.name else stacks.resolve().parent / "policies"
    if not folder.is_dir() or folder.resolve() == shipped.resolve():
        return None
    packs = packs_of(folder) + packs_of(folder, admission=True)
    return folder if packs and not _is_copy(folder, shipped) else None


def _is_copy(folder: Path, other: Path) -> bool:
    """Tell whether two folders hold the same files; only those of the same names are read."""
    names = _names(folder)
    return names == _names(other) and all(
        (folder / name).read_bytes() == (other / name).read_bytes() for name in names
    )


def _names(folder: Path) -> set[str]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix() for file in files}


def packs_of(folder: Path, *, admission: bool = False) -> list[Path]:
    """Return the packs of a folder for deployments, or those for admission."""
    markers = sorted(folder.glob(f"*/{MARKER}"))
    return [
        marker.parent
        for marker in markers
        if (_ADMISSION.search(marker.read_text(encoding="utf-8")) is not None) == admission
    ]
