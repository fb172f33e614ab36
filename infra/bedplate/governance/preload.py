"""Imports what assessing an environment needs, once for all workers.

The fork server imports this module; the workers it forks share what it loaded. The AWS SDK loads
its parts on first use, which takes longer than to simulate an environment: they are touched here.
"""

from __future__ import annotations

import gc
import re
from pathlib import Path

from bedplate.engine.collector import collector_paused

_NAMED = re.compile(r"\baws\.([a-z0-9_]+)\.([A-Z]\w+)")
_LIBRARY = Path(__file__).resolve().parents[1]


def aws_names() -> frozenset[tuple[str, str]]:
    """Return the classes of the AWS SDK that components name: service and class."""
    files = (file for part in ("components", "program") for file in (_LIBRARY / part).rglob("*.py"))
    return frozenset(pair for file in files for pair in _NAMED.findall(file.read_text("utf-8")))


def _load() -> None:
    with collector_paused():
        import pulumi_aws  # noqa: PLC0415 - inside the pause

        import bedplate.governance.judgement  # noqa: F401, PLC0415
        from bedplate.engine.sdk_parts import load_services_in_parts  # noqa: PLC0415

        load_services_in_parts()
        for service, name in sorted(aws_names()):
            getattr(getattr(pulumi_aws, service), name)
    # What is loaded stays: workers need not search it, nor copy the pages it lies on.
    gc.freeze()


_load()
