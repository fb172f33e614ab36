"""Finds secrets in environment files. They are refused by place and kind, and never repeated.

An environment file is shown, cached, released and signed: a secret in it would be everywhere.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bedplate.errors import Problem
from bedplate.spec.tree import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedplate.spec.tree import Node, Origin

_KINDS: Final = {
    "an AWS access key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a private key": re.compile(r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----"),
    "a token of GitHub": re.compile(
        r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60,})"
    ),
    "a token of GitLab": re.compile(r"\bglpat-[A-Za-z0-9_-]{20,}"),
    "a token of Hugging Face": re.compile(r"\bhf_[A-Za-z0-9]{30,}"),
    "a token of Slack": re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{10,}"),
    "a password in an address": re.compile(r"://[^/\s:@]+:[^/\s@]+@"),
}
"""Texts that are secrets by their form."""
_FIX: Final = "remove it, and make a new one: keep secrets in AWS Secrets Manager"


def secrets_in(tree: Node) -> Iterator[Problem]:
    """Yield a problem for each value, and each key, that is a secret by its form."""
    for path, node in walk(tree):
        if isinstance(node.value, str):
            yield from _found(node.value, node.origin, path)
        elif isinstance(node.value, dict):
            for key, child in node.value.items():
                yield from _found(key, child.key, path)


def _found(text: str, at: Origin, path: str) -> Iterator[Problem]:
    for kind, form in _KINDS.items():
        if form.search(text):
            problem = f"it looks like {kind}"
            yield Problem(at.file, at.line, at.column, _without(path), problem, _FIX)
            return


def _without(path: str) -> str:
    """Return a path without what is a secret in it."""
    for form in _KINDS.values():
        path = form.sub("…", path)
    return path
