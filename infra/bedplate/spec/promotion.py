"""Which values go from one environment to the next, and which stay what the next one has.

What identifies an environment, binds it, or decides about it is never taken over by itself: the
table `KEPT` names it, with the reason that a user is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from bedplate.errors import UsageError
from bedplate.spec.difference import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Path: TypeAlias = tuple[str, ...]
"""Keys from the top of an environment to a value."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Values that stay."""

    pattern: str
    """Dotted path; `*` stands for one key, and what lies below is meant too."""
    reason: str
    """Why they stay, without a full stop."""
    firm: bool = False
    """Whether they stay even where somebody names them."""


_NAMES = "it names the environment"
_LAW = "it says which law binds the environment, and who decides about it"
_ACCOUNT = "it belongs to one account"
_PROOF = "retention and locks follow the tier; less must not come from below"
_ADDRESS = "it is an address of the environment's own"

KEPT: Final = (
    Rule("environment", _NAMES, firm=True),
    Rule("platform", "it begins the name of every resource", firm=True),
    Rule("aws", "account and region are the environment's own", firm=True),
    Rule("network.cidr", "another block of addresses replaces the network", firm=True),
    Rule("state", "it is where the deployed state lies", firm=True),
    Rule("tier", "it says how much is at stake"),
    Rule("protect", "it follows the tier"),
    Rule("blueprint", "another blueprint changes more than values"),
    Rule("owner", "it says who answers for the environment"),
    Rule("governance", _LAW),
    Rule("budget", "it is what the environment may cost"),
    Rule("prices", "they are what the account pays"),
    Rule("audit", _PROOF),
    Rule("keys", _PROOF),
    Rule("stores.evidence_retention_days", _PROOF),
    Rule("stores.evidence_lock", _PROOF),
    Rule("stores.lineage_retention_days", _PROOF),
    Rule("stores.backup", _PROOF),
    Rule("serving.request_log.retention_days", _PROOF),
    Rule("monitoring.logs_retention_days", _PROOF),
    Rule("network.block_public_access", "it exists once per account and region"),
    Rule("cluster.admins", _ACCOUNT),
    Rule("cluster.viewers", _ACCOUNT),
    Rule("cluster.endpoint_access", "it says who reaches the cluster"),
    Rule("cluster.public_access_cidrs", "it says who reaches the cluster"),
    Rule("ingress.exposure", "it says who reaches the models"),
    Rule("ingress.source_cidrs", "it says who reaches the models"),
    Rule("ingress.domain", _ADDRESS),
    Rule("admission.enforcement", "it says what the cluster refuses"),
    Rule("admission.model_signers", "it says who may sign models"),
    Rule("admission.registries", "it says where images come from"),
    Rule("guardrails.region_scp", "it exists once in the organisation"),
    Rule("identities.permissions_boundary_arn", _ACCOUNT),
    Rule("identities.service_linked_roles", _ACCOUNT),
    Rule("registry.scanning_configuration", _ACCOUNT),
    Rule("gpu_pools.*.reservations", _ACCOUNT),
    Rule("gpu_pools.*.zones", "capacity lies in zones of one account"),
    Rule("teams.*.group_arn", _ACCOUNT),
    Rule("serving.kserve.domain", _ADDRESS),
    Rule("serving.kserve.certificate_arn", _ACCOUNT),
    Rule("certificates.issuer", "it is an issuer in one cluster"),
    Rule("zero_trust.oidc", "people log in to each environment on its own"),
    Rule("monitoring.alerts", "it says who is called"),
    Rule("integrations", _ADDRESS),
    Rule("gitops", "it says what is released there"),
    Rule("supply", "it says where images come from"),
)
"""What stays, by dotted path. A rule that names nothing of an environment is an error."""


@dataclass(frozen=True, slots=True)
class Promoted:
    """One value that goes over."""

    path: Path
    """Where it stands."""
    before: Any
    """What the target has; ABSENT where it has none."""
    after: Any
    """What it is to have; ABSENT where it is to go."""


@dataclass(frozen=True, slots=True)
class Stays:
    """One value that differs and stays."""

    path: Path
    """Where it stands."""
    theirs: Any
    """What the source has, or ABSENT."""
    own: Any
    """What the target has and keeps, or ABSENT."""
    reason: str
    """Why, without a full stop."""


@dataclass(frozen=True, slots=True)
class Promotion:
    """What goes over, and what differs all the same."""

    promoted: tuple[Promoted, ...]
    """Values that go over, by path."""
    stays: tuple[Stays, ...]
    """Values that differ and stay, by path."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What somebody wants to go over."""

    only: tuple[str, ...] = ()
    """Globs on dotted paths; none: all. A path written out overrides a reason to stay."""
    without: tuple[str, ...] = ()
    """Globs on dotted paths that stay."""


def dotted(path: Path) -> str:
    """Return a path as people write it."""
    return ".".join(path)


def leaves(tree: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield every value that is set, with its path; lists are values, None is none."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from leaves(value, (*path, str(key)))
    elif tree is not None:
        yield path, tree


def promotion(
    source: Mapping[str, Any],
    target: Mapping[str, Any],
    selection: Selection,
    since: tuple[str, Mapping[str, Any]] | None = None,
) -> Promotion:
    """Return what goes from one resolved environment to another.

    ``since`` is an earlier value of the source and what to call it: only what has changed in the
    source since then goes over, so that what differs on purpose stays. Without it every difference
    counts, but for what the target alone has. Raises UsageError for a glob that names nothing that
    differs, and for a value that never goes over.
    """
    theirs, own = dict(leaves(source)), dict(leaves(target))
    differing = [
        path
        for path in sorted({*theirs, *own})
        if theirs.get(path, ABSENT) != own.get(path, ABSENT)
    ]
    _known(selection, differing)
    past = None if since is None else dict(leaves(since[1]))
    promoted: list[Promoted] = []
    stays: list[Stays] = []
    for path in differing:
        sides = (theirs.get(path, ABSENT), own.get(path, ABSENT))
        reason = _reason(path, selection)
        if reason is None and not _is_named(path, selection):
            if past is not None and past.get(path, ABSENT) == sides[0]:
                reason = f"it has not changed since {since[0] if since else ''}"
            elif past is None and sides[0] is ABSENT:
                reason = "only this environment has it; name it by --only to remove it"
        if reason is None:
            promoted.append(Promoted(path, sides[1], sides[0]))
        else:
            stays.append(Stays(path, *sides, reason))
    joined = _joined(promoted, theirs, own)
    gone = [each.path for each in joined if each.after is ABSENT]
    left = [each for each in stays if not any(each.path[: len(top)] == top for top in gone)]
    return Promotion(joined, tuple(left))


def _known(selection: Selection, differing: Sequence[Path]) -> None:
    for option, globs in (("--only", selection.only), ("--except", selection.without)):
        for glob in globs:
            if not any(_matches(glob, path) for path in differing):
                sections = ", ".join(sorted({path[0] for path in differing})) or "nothing"
                what = f"`{option} {glob}` names no value that differs"
                raise UsageError(f"{what}. Fix: what differs lies in {sections}.")


def _reason(path: Path, selection: Selection) -> str | None:
    """Return why a value stays; None where nothing speaks against it."""
    rule = next((rule for rule in KEPT if _follows(rule.pattern, path)), None)
    named = dotted(path) in selection.only
    if rule is not None and rule.firm and named:
        fix = "change it in the file by hand, in a change of its own"
        raise UsageError(f"{dotted(path)} is never promoted: {rule.reason}. Fix: {fix}.")
    if any(_matches(glob, path) for glob in selection.without):
        return "--except names it"
    if rule is not None and not named:
        return rule.reason
    if selection.only and not any(_matches(glob, path) for glob in selection.only):
        return "--only does not name it"
    return None


def _is_named(path: Path, selection: Selection) -> bool:
    return any(_matches(glob, path) for glob in selection.only)


def _follows(pattern: str, path: Path) -> bool:
    """Tell whether a path is what a rule names, or lies below it."""
    keys = pattern.split(".")
    return len(path) >= len(keys) and all(
        key in ("*", step) for key, step in zip(keys, path, strict=False)
    )


def _matches(glob: str, path: Path) -> bool:
    """Tell whether a glob of the user's names a path, or something above it."""
    steps = (dotted(path[: end + 1]) for end in range(len(path)))
    return any(fnmatchcase(step, glob) for step in steps)


def _joined(
    promoted: Sequence[Promoted], theirs: Mapping[Path, Any], own: Mapping[Path, Any]
) -> tuple[Promoted, ...]:
    """Return removals as high up as the source has nothing: a pool goes as a whole."""
    known = {path[:end] for path in theirs for end in range(1, len(path) + 1)}
    found: dict[Path, Promoted] = {}
    for each in promoted:
        path = each.path
        while each.after is ABSENT and len(path) > 1 and path[:-1] not in known:
            path = path[:-1]
        before = each.before if path == each.path else _below(own, path)
        found.setdefault(path, Promoted(path, before, each.after))
    return tuple(found.values())


def _below(values: Mapping[Path, Any], top: Path) -> dict[str, Any]:
    """Return what lies below a path, as it would be written."""
    tree: dict[str, Any] = {}
    for path, value in values.items():
        if path[: len(top)] == top:
            here = tree
            for key in path[len(top) : -1]:
                here = here.setdefault(key, {})
            here[path[-1]] = value
    return tree
