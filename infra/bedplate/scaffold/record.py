"""What a baked repository remembers of its template: version, answers, and the files as baked.

The template's own hook writes both files, so that plain `cookiecutter` leaves them too. The files
as baked are what a later three-way merge starts from: no older template is needed for it.
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from bedplate.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

RECORD: Final = ".bedplate-template.json"
"""Where a repository says what it was made from."""
BASE: Final = ".bedplate-template.zip"
"""Where it keeps the files that the template manages, as they were baked."""
SCHEMA: Final = "bedplate.template/v1"
"""Name and version of the record's form."""
_MOST_BYTES: Final = 64 * 1024 * 1024
"""Size of all files of a template together, unpacked."""


@dataclass(frozen=True, slots=True)
class Record:
    """What a repository was made from."""

    template: str
    """Name of the template, such as `model-repo`."""
    version: str
    """Version of the template."""
    answers: Mapping[str, str]
    """What was answered, by question."""
    owned: frozenset[str]
    """Paths of the files that belong to the team: an update never changes them."""
    base: Mapping[str, bytes]
    """Every other file as baked, by its path from the repository's root."""


def read_record(repository: Path) -> Record:
    """Return what a repository remembers; raises UsageError where it can't be read."""
    file = repository / RECORD
    if not file.is_file():
        fix = "name a repository that `bedplate new`, `bedplate new-model` or a template made"
        raise UsageError(f"{repository} has no {RECORD}. Fix: {fix}.")
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        return _record(data, _unpacked((repository / BASE).read_bytes()))
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        what = str(error) if isinstance(error, OSError | ValueError) else type(error).__name__
        fix = f"restore {RECORD} and {BASE} from the repository's history"
        raise UsageError(f"{file} can't be read: {what}. Fix: {fix}.") from error


def _record(data: Any, base: Mapping[str, bytes]) -> Record:
    if data["schema"] != SCHEMA:
        raise ValueError(f"its schema is {data['schema']!r}, not {SCHEMA}")
    return Record(
        template=str(data["template"]),
        version=str(data["version"]),
        answers={str(key): str(value) for key, value in data["answers"].items()},
        owned=frozenset(_safe(p) for p, file in data["files"].items() if file["class"] == "owned"),
        base=base,
    )


def _unpacked(packed: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        if sum(entry.file_size for entry in entries) > _MOST_BYTES:
            raise ValueError(f"{BASE} unpacks to more than {_MOST_BYTES} bytes")
        return {_safe(entry.filename): archive.read(entry) for entry in entries}


def _safe(name: str) -> str:
    """Return a path that stays inside the repository; raises ValueError for any other."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or path.parts[:1] == (".git",):
        raise ValueError(f"{BASE} names {name!r}, which lies outside the repository")
    return str(path)
