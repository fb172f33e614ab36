"""What somebody changed by hand in the sandbox: a file that stands for the world outside Pulumi.

`.bedplate/sandbox/drift.json` names resources by URN, each with the properties that it really has,
or null where it is gone::

    {"urn:pulumi:dev::…::aws:s3/bucket:Bucket::data": {"tags": {"owner": "nobody"}},
     "urn:pulumi:dev::…::aws:ec2/subnet:Subnet::intra-a": null}

Only a refresh sees it, as with real drift: `bedplate drift dev --sandbox`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from bedplate.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE: Final = "drift.json"
"""Name of the file in the sandbox's folder."""


def drift_of(file: Path | None, urn: str) -> Mapping[str, Any] | None:
    """Return what a resource really is like, none of it where nothing is said; None: it is gone.

    Raises EngineError where the file can't be read.
    """
    if file is None or not file.is_file():
        return {}
    try:
        found = json.loads(file.read_text(encoding="utf-8")).get(urn, {})
    except (OSError, ValueError, AttributeError) as error:
        fix = "write an object of URNs in JSON, or remove it"
        raise EngineError(f"{file} can't be read. Fix: {fix}.") from error
    if found is None or isinstance(found, dict):
        return found
    raise EngineError(f"{file}: {urn}: it is no mapping. Fix: give properties, or null.")
