"""How Checkov's opinion is summed up below the findings."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bedplate.governance.checkov_opinion import Opinion


def checkov_text(opinions: Mapping[str, Opinion]) -> str:
    """Return a few lines for each environment: verdicts, contradictions, what was not asked."""
    return "\n".join(line for name, said in opinions.items() for line in _lines(name, said))


def _lines(name: str, said: Opinion) -> list[str]:
    counts = said.to_json()
    asked = f"Checkov {said.version} was asked about {said.asked} resources"
    verdicts = f"{counts['passed']} checks passed, {counts['failed']} failed, which only advise"
    lines = [f"{name}: {asked}: {verdicts}."]
    if said.contradictions:
        ids = _listed(said.contradictions)
        lines.append(f"{name}: checks that ask for what residency forbids, so left out: {ids}.")
    if said.unmapped:
        kinds = Counter(f"{each.type} ({each.reason})" for each in said.unmapped)
        lines.append(
            f"{name}: {len(said.unmapped)} resources could not be put to Checkov: {_listed(kinds)}."
        )
    if said.unread:
        lines.append(f"{name}: Checkov could not read {', '.join(said.unread)}.")
    return lines


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {what}" for what, count in sorted(counts.items()))
