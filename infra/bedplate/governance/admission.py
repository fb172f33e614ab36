"""Asks for manifests what the cluster of an environment would say of them. Imports Pulumi."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from bedplate.components.platform.admission_templates import rules
from bedplate.contracts.objects import object_faults
from bedplate.errors import Problem
from bedplate.governance.admission_rules import own_constraints_of, parameters_of
from bedplate.governance.assessment import Assessment
from bedplate.governance.policy_set import admission_policies, admission_policies_of
from bedplate.governance.rego import rego_engine
from bedplate.governance.simulation import resolved
from bedplate.policy.admission import Subject, judge
from bedplate.policy.admission_input import pulumi_config, type_of
from bedplate.policy.admission_manifests import read_manifests
from bedplate.policy.admission_scope import given_constraints, team_labels
from bedplate.policy.decision import standing_of
from bedplate.policy.finding import Source
from bedplate.policy.waiver_file import load_waivers
from bedplate.spec.namespaces import team_namespaces
from bedplate.spec.stacks import environments

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from bedplate.governance.assessment import Options
    from bedplate.policy.admission_manifests import Manifest
    from bedplate.policy.catalogue import Catalogue, Policy
    from bedplate.policy.engine import RegoEngine
    from bedplate.policy.finding import Finding
    from bedplate.spec.platform import PlatformSpec

_SOMEBODYS: Final = "?"
"""The team of what names no namespace: it is given one when it is released."""


@dataclass(frozen=True, slots=True)
class Admission:
    """What the cluster would say of manifests."""

    manifests: tuple[Manifest, ...]
    """The objects."""
    assessment: Assessment
    """What is wrong with them, decided as for the environment itself."""


def pulumi_config_of(spec: PlatformSpec) -> dict[str, dict[str, Any]]:
    """Return what Pulumi's own pack of the admission rules is configured by."""
    known, ladder = parameters_of(spec), standing_of(spec).ladder
    return pulumi_config(admission_policies().policies, known, list(team_namespaces(spec)), ladder)


def admitted(paths: Sequence[Path], name: str, options: Options) -> Admission:
    """Return what an environment's cluster would say of manifests.

    Waivers and the ladder of the environment count as in a check. Raises UsageError where there are
    no manifests, SpecError where the environment can't be read, and PolicyError where the engine
    can't run.
    """
    environment = resolved(name, options)
    manifests, problems = read_manifests(paths)
    faults = _faults(manifests, environment.spec)
    engine = rego_engine(options)
    try:
        catalogue = admission_policies_of(options.stacks)
        findings = _findings(manifests, environment.spec, catalogue, engine)
    finally:
        engine.close()
    standing, tier = standing_of(environment.spec), environment.spec.tier
    all_problems = tuple(sorted({*environment.judged, *problems, *faults}))
    found = Assessment(name, tier, all_problems, "", None, findings, None, standing)
    waivers = load_waivers(options.stacks.resolve().parent, environments(options.stacks))
    today = options.today or datetime.now(UTC).date()
    return Admission(manifests, found.decided(waivers, today))


def _findings(
    manifests: Sequence[Manifest], spec: PlatformSpec, catalogue: Catalogue, engine: RegoEngine
) -> tuple[Finding, ...]:
    constraints = given_constraints(rules(), parameters_of(spec))
    constraints |= own_constraints_of(catalogue, spec)
    asked = [policy for policy in catalogue.policies if "admission" in policy.phase]
    # What lies in a wrong namespace is told so, and judged all the same.
    labels = team_labels(dict.fromkeys(_namespaces(manifests), _SOMEBODYS) | team_namespaces(spec))
    subjects = [_subject(manifest) for manifest in manifests]
    return judge(subjects, asked, catalogue, engine, constraints, labels)


def _namespaces(manifests: Sequence[Manifest]) -> set[str]:
    """Return every namespace that manifests name, and "" for none."""
    return {str(each.object["metadata"].get("namespace") or "") for each in manifests}


def _faults(manifests: Sequence[Manifest], spec: PlatformSpec) -> Iterator[Problem]:
    """Yield what the API server would not accept, and what lies in no team's namespace."""
    teams = sorted(team_namespaces(spec))
    for manifest in manifests:
        yield from _contract_faults(manifest)
        namespace = manifest.object["metadata"].get("namespace")
        if namespace and namespace not in teams:
            line, column = manifest.position("metadata.namespace")
            problem = f"the namespace `{namespace}` belongs to no team of {spec.environment}"
            fix = f"use one of {', '.join(teams)}" if teams else "add a team to the environment"
            yield Problem(manifest.file, line, column, "metadata.namespace", problem, fix)


def _contract_faults(manifest: Manifest) -> Iterator[Problem]:
    for fault in object_faults(manifest.object):
        if fault.path == "metadata.namespace" and fault.fix == "add it":
            continue  # whoever releases it says where
        line, column = manifest.position(fault.path)
        name = f"{manifest.object['kind']} {_name(manifest)}"
        path = f"{name}: {fault.path}" if fault.path else name
        yield Problem(manifest.file, line, column, path, fault.problem, fault.fix)


def _subject(manifest: Manifest) -> Subject:
    token = type_of(manifest.object)
    namespace = manifest.object["metadata"].get("namespace")
    place = f"{namespace}/" if namespace else ""
    urn = f"{token}::{place}{_name(manifest)}"
    return Subject(manifest.object, urn, token, partial(_source, manifest))


def _name(manifest: Manifest) -> str:
    metadata = manifest.object["metadata"]
    return str(metadata.get("name") or metadata.get("generateName"))


def _source(manifest: Manifest, policy: Policy) -> Source:
    """Return the one part that a policy reads, or the object's first line."""
    reads = [read for read in policy.reads if "*" not in read]
    path = reads[0] if len(reads) == 1 and "." in reads[0] else ""
    line, column = manifest.position(path)
    return Source(manifest.file, line, column, path if path in manifest.positions else "")
