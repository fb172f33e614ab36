"""Places the pack where Pulumi finds the Python that it needs: that of this very environment.

Pulumi runs a pack by the `python3` on PATH unless the pack names a virtual environment, and that is
known only where the pack is used.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

import yaml

from bedplate.plain_yaml import plain

FILES: Final = ("PulumiPolicy.yaml", "__main__.py")
"""What a pack consists of."""


def placed(cache: Path | None) -> Path:
    """Return the folder of the pack, written below a cache's folder if it was not there.

    Without a cache, or outside a virtual environment, it is this package's own, which runs by the
    `python3` on PATH.
    """
    own = Path(__file__).parent
    if cache is None or sys.prefix == sys.base_prefix:
        return own
    texts = _texts(own)
    digest = hashlib.sha256(json.dumps(texts).encode()).hexdigest()[:12]
    folder = cache / f"python-pack-{digest}"
    try:
        _write(folder, texts)
    except OSError:
        return own
    return folder


def _texts(own: Path) -> dict[str, str]:
    texts = {name: (own / name).read_text(encoding="utf-8") for name in FILES}
    marker = plain(texts[FILES[0]])
    options = {"toolchain": "pip", "virtualenv": sys.prefix}
    marker["runtime"] = {"name": "python", "options": options}
    return texts | {FILES[0]: yaml.safe_dump(marker, sort_keys=False)}


def _write(folder: Path, texts: dict[str, str]) -> None:
    """Write the files of a folder, each at once; a folder that is whole is left as it is."""
    with suppress(OSError):
        if all((folder / name).read_text(encoding="utf-8") == texts[name] for name in texts):
            return
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=folder, suffix=".tmp", delete=False
        ) as file:
            file.write(text)
        Path(file.name).replace(folder / name)
