"""Environments side by side: what each is, and the settings in which they differ."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from bedplate.report.text import short
from bedplate.spec.difference import leaves

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bedplate.report.environment import Environment
    from bedplate.spec.platform import PlatformSpec

LONGEST: Final = 80
"""Characters of a value that a report shows."""
UNSAID: Final = "not shown"
"""Stands for a value that may hold a secret."""
ABSENT: Final = "\N{EN DASH}"
"""Stands for a value that an environment does not have, or that is not known."""

KEY: Final = (
    "protect", "governance.approvals.required", "network.zones", "network.egress",
    "cluster.version", "cluster.endpoint_access", "cluster.system_nodes.instance_types",
    "stores.database.instance_class", "stores.database.multi_az", "stores.backup.retention_days",
    "stores.backup.vault_lock", "audit.log_archive.retention_days", "audit.log_archive.mode",
    "monitoring.logs_retention_days", "budget.max_gpus", "orchestration.engine",
)  # fmt: skip
"""Settings that matter most; the others that differ follow them."""

_SAID_ABOVE: Final = ("environment", "tier", "aws.account_id", "aws.region", "governance.regimes")
_GRAVE: Final = re.compile(r"password|passwd|secret|token|credential|private_?key", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a comparison."""

    label: str
    """What is compared: words, or the path of a setting."""
    values: tuple[str, ...]
    """What it is in each environment."""


FACTS: Final[tuple[tuple[str, Callable[[PlatformSpec], object]], ...]] = (
    ("Tier", lambda spec: spec.tier),
    ("Region", lambda spec: spec.aws.region),
    ("AWS account", lambda spec: spec.aws.account_id),
    ("Data classification", lambda spec: spec.governance.data_classification),
    ("Data may lie in", lambda spec: spec.governance.jurisdictions),
    ("Regimes", lambda spec: spec.governance.regimes),
    ("Budget per hour", lambda spec: f"{spec.budget.hourly_usd:,.2f} USD"),
)
"""What an environment is, by its own file."""


def facts(environments: Sequence[Environment]) -> tuple[Row, ...]:
    """Return what each environment is."""
    specs = [one.resolved.spec if one.resolved else None for one in environments]
    return tuple(
        Row(label, tuple(ABSENT if spec is None else said(read(spec)) for spec in specs))
        for label, read in FACTS
    )


def differing(environments: Sequence[Environment]) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """Return the settings in which environments differ: those that matter most, and the others.

    An environment whose files can't be resolved has no say in it.
    """
    trees = [
        dict(leaves(one.resolved.spec.model_dump(mode="json"))) if one.resolved else None
        for one in environments
    ]
    known = [tree for tree in trees if tree is not None]
    paths = sorted({path for tree in known for path in tree})
    rows = {
        path: Row(path, tuple(_setting(path, tree) for tree in trees))
        for path in paths
        if path not in _SAID_ABOVE and len({_key(tree.get(path, ABSENT)) for tree in known}) > 1
    }
    first = tuple(rows.pop(path) for path in KEY if path in rows)
    return first, tuple(rows.values())


def _key(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _setting(path: str, tree: dict[str, Any] | None) -> str:
    if tree is None or path not in tree:
        return ABSENT
    return UNSAID if is_grave(path) else said(tree[path])


def is_grave(path: str) -> bool:
    """Tell whether a value may hold a secret by its name, or is anything a user gives a chart."""
    return path.startswith("charts.") or _GRAVE.search(path) is not None


def said(value: object) -> str:
    """Return a value in few words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or value in ("", [], {}, ()):
        return ABSENT
    if isinstance(value, list | tuple):
        text = ", ".join(_items(value))
    else:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return short(text, LONGEST)


def _items(values: Sequence[object]) -> Iterator[str]:
    for value in values:
        yield value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
