"""The deployer's policies: exactly what the resources of an environment's plan need, no more.

IAM takes 6,144 characters a managed policy and ten policies a role (IAM quotas); what does not fit
into one is spread over several. A type of resource whose actions are not known is refused: to guess
would be to widen.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bedplate.errors import BedplateError
from bedplate.operate.deployer_conditions import condition, in_regions
from bedplate.operate.deployer_grants import Grant, Table, grants_of, knows, table, via

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bedplate.engine.plan import Plan, Resource
    from bedplate.operate.deployer import Deployer

Document = dict[str, Any]
"""One policy document."""

LONGEST = 6144
"""Characters of a managed policy (IAM quotas; white space does not count, and there is none)."""
MOST = 10
"""Managed policies attached to a role (IAM quotas)."""

_BUCKET = "aws:s3/bucket:Bucket"

_ANYWHERE = ("budgets", "iam", "sts")
"""Services with one endpoint for all regions."""

_Key = tuple[str, str, tuple[str, ...]]
"""What grants of one statement share: service, kind of condition, resources unless pooled."""


@dataclass(frozen=True, slots=True)
class _Statement:
    """One statement in the making: what it allows, where, under which condition."""

    service: str
    kind: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    values: tuple[str, ...]


def documents(plan: Plan, deployer: Deployer, own: Table | None = None) -> tuple[Document, ...]:
    """Return the policies of the deployer of an environment; `own` adds a project's own types.

    Raises BedplateError for types whose actions are not known, and beyond IAM's quotas.
    """
    made = [each for each in plan.resources() if each.custom and not each.is_provider]
    statements = [
        *state_statements(deployer),
        *_evidence_statements(made, deployer),
        *_statements(made, deployer, table(own or {})),
    ]
    packed = _packed(statements)
    if len(packed) > MOST:
        raise BedplateError(
            f"The deployer of {plan.environment} needs {len(packed)} policies; IAM attaches {MOST} "
            "to a role. Fix: divide the environment, or ask AWS for a higher quota."
        )
    return tuple({"Version": "2012-10-17", "Statement": each} for each in packed)


def text(document: Document) -> str:
    """Return a policy document as IAM takes it, without white space."""
    return json.dumps(document, separators=(",", ":"))


def actions_of(documents: Iterable[Document]) -> frozenset[str]:
    """Return all actions that documents allow."""
    return frozenset(
        action
        for document in documents
        for statement in document["Statement"]
        for action in statement["Action"]
    )


def state_statements(deployer: Deployer) -> list[Document]:
    """Return what the deployer does with the state, its key and its own role."""
    own = {"StringEquals": {"aws:ResourceAccount": deployer.names.account_id}}
    names = deployer.names
    keys = f"arn:{names.partition}:kms:{deployer.state_region}:{names.account_id}:key/*"
    # By alias: the policy can be written before the key exists.
    alias = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": deployer.alias}}
    use = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey")
    objects = ("s3:DeleteObject", "s3:GetObject", "s3:PutObject")
    return [
        _allow("StateList", ["s3:ListBucket"], [deployer.bucket_arn], own),
        _allow("StateObjects", objects, [f"{deployer.bucket_arn}/*"], own),
        _allow("StateKey", use, [keys], alias),
        # The provider assumes `aws.deploy_role_arn`, and may be that role already.
        _allow("OwnRole", ["sts:AssumeRole"], [deployer.role_arn], {}),
    ]


def _evidence_statements(made: Sequence[Resource], deployer: Deployer) -> list[Document]:
    """Return what anchors the record of deployments: new objects under a lock, none taken away."""
    names = deployer.names
    bucket, arn = names.bucket("evidence"), names.bucket_arn("evidence")
    if not any(each.inputs.get("bucket") == bucket for each in made if each.type == _BUCKET):
        return []
    own = {"StringEquals": {"aws:ResourceAccount": names.account_id}}
    through = condition("through", [via("s3", names)], deployer)
    alias = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": f"alias/{names.prefix}-evidence"}}
    use = ("kms:Decrypt", "kms:GenerateDataKey")
    # Without the retention, S3 leaves out of its answer until when an object is locked.
    objects = ("s3:GetObject", "s3:GetObjectRetention", "s3:PutObject")
    return [
        _allow("EvidenceList", ["s3:ListBucketVersions"], [arn], own),
        _allow("EvidenceObjects", objects, [f"{arn}/*"], own),
        _allow("EvidenceKey", use, [names.arn("kms", "key/*")], through | alias),
    ]


def _statements(made: Sequence[Resource], deployer: Deployer, known: Table) -> list[Document]:
    written = []
    for number, each in enumerate(_joined(_grants(made, deployer, known)), 1):
        holds = condition(each.kind, each.values, deployer)
        if each.resources == ("*",) and each.service not in _ANYWHERE:
            holds = _both(holds, in_regions(deployer))
        label = each.kind or ("all" if each.resources == ("*",) else "own")
        sid = f"{each.service}-{label}-{number}".title().replace("-", "")
        written.append(_allow(sid, each.actions, each.resources, holds))
    return written


def _grants(made: Sequence[Resource], deployer: Deployer, known: Table) -> Iterator[Grant]:
    unknown = sorted({each.type for each in made if not knows(each.type, known)})
    if unknown:
        raise BedplateError(
            f"Nobody has written down what a deployer needs for {', '.join(unknown)}. "
            "Fix: write its actions into deployer-actions.yaml, beside the stacks folder."
        )
    for resource in made:
        yield from grants_of(resource, deployer.names, known)


def _joined(grants: Iterable[Grant]) -> list[_Statement]:
    """Return statements by service: grants that differ only in what may be pooled become one."""
    found: dict[_Key, _Statement] = {}
    for grant in grants:
        for service, actions in _by_service(grant):
            key = _key(service, grant)
            before = found.get(key, _Statement(service, grant.condition, (), (), ()))
            found[key] = replace(
                before,
                actions=_union(before.actions, actions),
                resources=_union(before.resources, grant.resources),
                values=_union(before.values, grant.values),
            )
    return [found[key] for key in sorted(found)]


def _key(service: str, grant: Grant) -> _Key:
    """Return what keeps a grant apart from others.

    Resources are pooled where that widens nothing: each of them must be the environment's own, by
    its tags or by its name. What makes a resource stays apart, since its condition is on the
    request, and holds for whatever else the action touches. So do all names in IAM, where service-
    linked roles are not the environment's own.
    """
    named = grant.condition == "" and grant.resources != ("*",) and service != "iam"
    pooled = named or grant.condition in {"created", "tagged", "untagged"}
    return service, grant.condition, () if pooled else grant.resources


def _union(one: Iterable[str], other: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({*one, *other}))


def _by_service(grant: Grant) -> list[tuple[str, list[str]]]:
    found: dict[str, list[str]] = defaultdict(list)
    for action in grant.actions:
        found[action.partition(":")[0]].append(action)
    return list(found.items())


def _allow(
    sid: str, actions: Sequence[str], resources: Sequence[str], holds: dict[str, Any]
) -> Document:
    statement: Document = {"Sid": sid, "Effect": "Allow", "Action": list(actions)}
    statement["Resource"] = list(resources)
    return statement | ({"Condition": holds} if holds else {})


def _both(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    return {
        operator: {**one.get(operator, {}), **other.get(operator, {})}
        for operator in sorted({*one, *other})
    }


def _packed(statements: Sequence[Document]) -> list[list[Document]]:
    """Return the statements in as few policies as they fit into, each where there is room first."""
    packed: list[list[Document]] = []
    for statement in statements:
        if len(text(_document([statement]))) > LONGEST:
            raise BedplateError(
                f"Statement {statement['Sid']} of the deployer's policy alone exceeds IAM's "
                f"{LONGEST:,} characters. Fix: divide the environment."
            )
        for policy in packed:
            if len(text(_document([*policy, statement]))) <= LONGEST:
                policy.append(statement)
                break
        else:
            packed.append([statement])
    return packed


def _document(statements: Sequence[Document]) -> Document:
    return {"Version": "2012-10-17", "Statement": list(statements)}
