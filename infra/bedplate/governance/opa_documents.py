"""What other programs need to judge as we do: input for opa and conftest, config for Pulumi's pack.

Neither knows of waivers: what is waived is told by them all the same.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from bedplate.governance.admission_rules import own_constraints_of
from bedplate.governance.policy_set import admission_policies_of, policies_of
from bedplate.operate.cost import estimate
from bedplate.operate.prices import load_prices
from bedplate.policy.admission import asked_of_plan
from bedplate.policy.decision import standing_of
from bedplate.policy.evaluate import asked, is_for, rule_config
from bedplate.policy.facts import facts
from bedplate.policy.rego_input import dumps

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from bedplate.engine.plan import Plan, Resource
    from bedplate.policy.catalogue import Policy
    from bedplate.policy.ladder import Ladder
    from bedplate.policy.layer_view import LayerView
    from bedplate.spec.resolve import Resolved

SCHEMA: Final = "bedplate.opa/v1"
"""Name and version of the input document."""
PULUMI_PACK: Final = "bedplate_deploy"
"""Rego package of the pack that Pulumi's own OPA runtime may run."""


def opa_document(environment: Resolved, plan: Plan, stacks: Path) -> str:
    """Return the input of `policies/opa/verdicts.rego`: questions, documents and facts."""
    catalogue = policies_of(stacks)
    known = _facts(environment, plan)
    job, questions = asked(plan, catalogue, known)
    ladder = standing_of(environment.spec).ladder
    tasks = [
        _task(task.input, *question, ladder)
        for task, question in zip(job.tasks, questions, strict=True)
    ]
    inputs = [*job.inputs]
    tasks += _inside(environment, plan, stacks, inputs)
    head = {
        "schema": SCHEMA,
        "environment": environment.spec.environment,
        "config": job.config,
        "tasks": tasks,
    }
    # The documents are JSON already.
    documents = ",\n".join(inputs)
    return f'{json.dumps(head, ensure_ascii=False)[:-1]},"inputs":[\n{documents}]}}'


def _inside(
    environment: Resolved, plan: Plan, stacks: Path, inputs: list[str]
) -> Iterator[dict[str, Any]]:
    """Yield the questions of rules at admission; their documents are added to the inputs."""
    catalogue = admission_policies_of(stacks)
    own = own_constraints_of(catalogue, environment.spec)
    ladder = standing_of(environment.spec).ladder
    numbers: dict[str, int] = {}
    for question in asked_of_plan(plan, catalogue, environment.origins, own=own):
        text = dumps(question.document())
        if text not in numbers:
            numbers[text] = len(inputs)
            inputs.append(text)
        unread, urn = question.unread(), question.subject.urn
        about = {"input": numbers[text], "urn": urn, "open": {urn: unread} if unread else {}}
        yield _rule(question.policy, ladder) | about


def pack_config(environment: Resolved, plan: Plan, stacks: Path) -> dict[str, dict[str, Any]]:
    """Return the configuration of the plain OPA pack: facts, and what blocks in the environment.

    A rule that is not for the environment, or not asked before a deployment, is disabled.
    """
    known = _facts(environment, plan)
    mine = [one for one in policies_of(stacks).policies if one.package == PULUMI_PACK]
    ladder = standing_of(environment.spec).ladder
    config = rule_config(mine, known)
    return {
        policy.rule: {"enforcementLevel": _level(policy, ladder, known), **config[policy.rule]}
        for policy in mine
    }


def _level(policy: Policy, ladder: Ladder, known: Mapping[str, Any]) -> str:
    if "design" not in policy.phase or not is_for(policy, known):
        return "disabled"
    return ladder.enforcement(policy.level, policy.severity, "fail")


def _facts(environment: Resolved, plan: Plan) -> dict[str, Any]:
    cost = estimate(plan, environment.spec, load_prices())
    return facts(environment.spec, None, cost.hourly_usd, list(cost.unpriced))


def _task(
    document: int, policy: Policy, layer: LayerView, resource: Resource | None, ladder: Ladder
) -> dict[str, Any]:
    return _rule(policy, ladder) | {
        "input": document,
        "urn": layer.urn if resource is None else resource.urn,
        "open": dict(_open(policy, layer, resource)),
    }


def _rule(policy: Policy, ladder: Ladder) -> dict[str, Any]:
    return {
        "policy": policy.id,
        "package": policy.package,
        "rule": policy.rule,
        "severity": policy.severity,
        "level": ladder.enforcement(policy.level, policy.severity, "fail"),
        "open_level": ladder.enforcement(policy.level, policy.severity, "unresolved"),
    }


def _open(policy: Policy, layer: LayerView, resource: Resource | None) -> Iterator[tuple[str, str]]:
    """Yield the URN of each resource on which a silent rule is no pass, and why."""
    subjects: list[Resource | None] = [resource]
    if resource is None and policy.resource_types:
        subjects = [*layer.subjects(policy)]
    for subject in subjects:
        if sentence := layer.open_reads(policy, subject):
            yield (layer.urn if subject is None else subject.urn), sentence
