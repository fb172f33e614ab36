"""Rules that hold between the sections of an environment.

A rule names the sections that it reads; it runs when those are valid, even while others are not.
Rules marked `judged` are also held by a mandatory policy: `check` reports them and still simulates
the environment, so that the policy's finding stands beside them. Everything else refuses both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


@dataclass(frozen=True, slots=True)
class Conflict:
    """Values that can't stand together."""

    path: str
    """Dotted path of the value to change."""
    problem: str
    """What is wrong."""
    fix: str
    """How to mend it."""
    judged: bool = False
    """Whether a mandatory policy judges the same thing."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A check and the top-level sections that it reads, in the order of its parameters."""

    sections: tuple[str, ...]
    """Names of the sections."""
    check: Callable[..., Iterator[Conflict]]
    """Yields the conflicts."""


_RULES: list[Rule] = []


def rule(*sections: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a check of the named sections."""

    def register(check: Callable[..., Iterator[Conflict]]) -> Callable[..., Iterator[Conflict]]:
        _RULES.append(Rule(sections, check))
        return check

    return register


def conflicts(sections: Mapping[str, Any]) -> Iterator[Conflict]:
    """Yield the conflicts among the sections that are valid."""
    for entry in _RULES:
        if all(name in sections for name in entry.sections):
            yield from entry.check(*(sections[name] for name in entry.sections))
