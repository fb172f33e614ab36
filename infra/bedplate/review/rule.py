"""A rule of the review, and what it finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bedplate.policy.catalogue import Severity
    from bedplate.review.repository import Repository


@dataclass(frozen=True, slots=True)
class Fault:
    """One place where a repository does not keep a rule."""

    file: str
    """Path from the repository's root; "" where the repository as a whole is meant."""
    line: int
    """1-based; 0 where the whole file is meant."""
    message: str
    """What is wrong, as a sentence."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What a well-kept model repository holds to."""

    id: str
    """Such as `MR-004`."""
    title: str
    """What holds where the rule is kept."""
    severity: Severity
    """How much harm it does not to keep it; decides the weight in the score."""
    fix: str
    """What to do about it, with the place in our own template where it is done."""
    check: Callable[[Repository], Iterable[Fault] | None]
    """Finds the faults; None where the repository has nothing that the rule is about."""
