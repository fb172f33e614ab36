"""Environments whose names can't be told apart by their beginnings.

IAM patterns, such as those of the deployer's policy, name an environment's resources by how their
names begin. `acme-prod-*` is `acme-prod-eu-state`, too: in one account, who may deploy `prod` could
change `prod-eu`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedplate.errors import Problem, SpecError, shown
from bedplate.spec.load import load
from bedplate.spec.platform import PlatformSpec
from bedplate.spec.stacks import environments
from bedplate.spec.tree import merge

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bedplate.spec.tree import Node


def neighbours(environment: str, stacks: Path) -> tuple[str, ...]:
    """Return the environments of which one's name begins with the other's and a hyphen."""
    return tuple(
        other
        for other in environments(stacks)
        if other.startswith(f"{environment}-") or environment.startswith(f"{other}-")
    )


def crowding(environment: str, tree: Node, stacks: Path) -> Iterator[Problem]:
    """Yield each neighbour that shares an account and the platform's name."""
    account, platform = own = _place(tree)
    stated = tree.value.get("environment") if isinstance(tree.value, dict) else None
    at = (stated or tree).origin
    for other in neighbours(environment, stacks):
        if account is None or _place(_read(other, stacks)) != own:
            continue
        short = min(environment, other, key=len)
        yield Problem(
            at.file,
            at.line,
            at.column,
            "environment",
            f"`{platform}-{short}-` begins the names of `{other}` as well, which lies in the same "
            f"account ({account}): who may deploy `{short}` could change both",
            "give one of them another name, or an account of its own",
        )


def _place(tree: Node | None) -> tuple[object, object]:
    """Return the account and the name of a platform; None for an account that is not stated."""
    top = tree.value if tree is not None and isinstance(tree.value, dict) else {}
    aws = top["aws"].value if "aws" in top else None
    account = aws.get("account_id") if isinstance(aws, dict) else None
    platform = top.get("platform")
    default = PlatformSpec.model_fields["platform"].default
    return (account.value if account else None, platform.value if platform else default)


def _read(environment: str, stacks: Path) -> Node | None:
    """Return what a neighbour's files say; None where they can't be read: it will say so itself."""
    files = [stacks / "common.yaml", stacks / f"{environment}.yaml"]
    try:
        trees = [load(file, shown(file), "environment", []) for file in files if file.is_file()]
    except SpecError:
        return None
    return trees[0] if len(trees) == 1 else merge(trees[0], trees[1])
