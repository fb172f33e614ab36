"""The coverage map: which rules look at which types of resources, and which types none looks at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bedplate.policy.layer_view import fits, judges

if TYPE_CHECKING:
    from collections.abc import Collection

    from bedplate.policy.catalogue import Catalogue, Policy

_ALL: Final = ("aws:*", "kubernetes:*")
"""Patterns that stand for every resource of a provider."""


def looking_at(catalogue: Catalogue, token: str) -> list[Policy]:
    """Return the policies that judge a type, or read it for a resource tied to it."""
    return [
        policy
        for policy in catalogue.policies
        if judges(policy, token)
        or any(fits(token, pattern) for pattern in _read_types(policy) if pattern)
    ]


def _read_types(policy: Policy) -> list[str]:
    return [read.rpartition("#")[0] for read in policy.reads]


def coverage_page(catalogue: Catalogue, tokens: Collection[str]) -> str:
    """Return the page of the types that occur in plans, as Markdown."""
    general = [p for p in catalogue.policies if set(p.resource_types) & set(_ALL)]
    rows, bare = [], []
    for token in sorted(tokens):
        own = [p.id for p in looking_at(catalogue, token) if p not in general]
        if own:
            rows.append(f"| `{token}` | {', '.join(dict.fromkeys(own))} |")
        else:
            bare.append(f"- `{token}`")
    everywhere = ", ".join(dict.fromkeys(policy.id for policy in general))
    share = f"{len(rows)} of {len(rows) + len(bare)} types have a rule of their own."
    return "\n".join(
        [
            "# Coverage",
            "",
            "Which policies look at which types of resources, over all types in the golden plans.",
            "",
            f"Every resource of AWS is judged by {everywhere}. {share}",
            "",
            "| Type | Also judged or read by |",
            "|---|---|",
            *rows,
            "",
            "## Types without a rule of their own",
            "",
            *bare,
            "",
        ]
    )
