"""Gathers the evidence of a release into one file that speaks for itself. Imports Pulumi.

Records lie in it under the paths that they have in the repository, so that what reads a repository
reads a bundle as well.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bedplate import dsse
from bedplate.assets import asset
from bedplate.components.platform.supply import supply_of
from bedplate.components.scope import Scope
from bedplate.governance.assessment import Options
from bedplate.governance.bundle import BundleError, write
from bedplate.governance.changes import record_in
from bedplate.governance.findings_document import document, resources
from bedplate.governance.gate import policy_texts
from bedplate.governance.ledger_verify import verify
from bedplate.governance.policy_set import all_policies_of
from bedplate.governance.release import ReleaseError, parts_of, tools_of
from bedplate.operate.sbom import locked_packages, sbom
from bedplate.policy.formats import oscal
from bedplate.policy.formats.report import EnvironmentReport, Report
from bedplate.policy.waivers import FILE as WAIVERS
from bedplate.policy.waivers import SIGNATURES as WAIVER_SIGNATURES
from bedplate.versions import BEDPLATE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from bedplate.dsse import SigningKey
    from bedplate.engine.plan import Plan
    from bedplate.errors import Problem
    from bedplate.governance.admitting import Admitted
    from bedplate.governance.assessment import Assessment
    from bedplate.governance.bundle import Bundle
    from bedplate.governance.records import Records
    from bedplate.governance.release import Release
    from bedplate.policy.finding import Finding
    from bedplate.spec.resolve import Resolved

SPEC: Final = "spec.json"
"""Member with the resolved environment."""
PLAN: Final = "plan.json"
"""Member with the plan of all layers."""
FINDINGS: Final = "findings.json"
"""Member with what the policies said in their deploy phase, `bedplate.findings/v1`."""
OSCAL: Final = "oscal.json"
"""Member with the same as OSCAL assessment results."""
SBOM: Final = "sbom.cdx.json"
"""Member with the bill of materials, CycloneDX 1.6."""
APPROVERS: Final = "approvers.json"
"""Member with the trust root: who may approve, by which key."""
POLICIES: Final = "policies.json"
"""Member with the text of every rule by its name."""
TOOLS: Final = "tools.json"
"""Member with the versions of the tools, and the digests of the locks."""
_NOT_A_NAME: Final = re.compile(r"[^A-Za-z0-9._-]+")


def bundle_file(records: Records, release: Release) -> Path:
    """Return where the bundle of a release is written unless somebody names another place."""
    return records.evidence / f"{release.short}.zip"


def write_bundle(
    found: Admitted, records: Records, file: Path, key: SigningKey | None = None
) -> Bundle:
    """Write the evidence of a release as it stood at the gate; the same inputs make the same bytes.

    The ledger is taken as it is: write the bundle after the deployment's own entry. Raises
    BundleError where the plan or the files are no longer those of the release.
    """
    root, release, environment, plan = records.root, found.release, found.environment, found.plan
    texts = {name: text for name, text in _policy_texts(root).items() if name != WAIVERS}
    tools = tools_of(root)
    members = dict(_records(records, found))
    _must_be_of(release, plan, {**texts, **_waivers(members)}, tools)
    known = _portable(found.gate.assessment, root)
    moment = found.now.replace(microsecond=0)
    members |= {
        SPEC: _json(release.spec),
        PLAN: _plan(plan).dumps().encode(),
        FINDINGS: _json(document((known,), known.exit_code, everything=True)),
        OSCAL: oscal.render(_report(known, environment, root, moment)).encode() + b"\n",
        SBOM: _sbom(environment, plan, root, moment).encode(),
        APPROVERS: _json(approvers_of(environment)),
        POLICIES: _json({name: text.decode() for name, text in texts.items()}),
        TOOLS: _json(tools),
    }
    ledger = verify(records.ledger, None)
    facts = {
        "environment": release.environment,
        "release": release.digest,
        "judged_at": found.now.isoformat(),
        "bedplate": BEDPLATE,
        "ledger": {"count": ledger.count, "head": ledger.head},
    }
    return write(file, facts, members, key)


def approvers_of(environment: Resolved) -> dict[str, Any]:
    """Return the trust root of an environment, with the fingerprint of each key."""
    listed = environment.spec.governance.approvals.approvers
    return {
        "schema": "bedplate.approvers/v1",
        "approvers": [
            {
                "name": one.name,
                "role": one.role,
                "public_key": one.public_key,
                "fingerprint": one.public_key and dsse.public_key(one.public_key).keyid,
            }
            for one in listed
        ],
    }


def _policy_texts(root: Path) -> Mapping[str, bytes]:
    # Own policies lie beside the folder of environment files, whatever that is called.
    return policy_texts(Options(root / "stacks"))


def _waivers(members: Mapping[str, bytes]) -> dict[str, bytes]:
    return {WAIVERS: members[WAIVERS]} if WAIVERS in members else {}


def _must_be_of(
    release: Release, plan: Plan, policies: Mapping[str, bytes], tools: Mapping[str, str]
) -> None:
    """Refuse a plan, rules or tools that are not those of the release."""
    now = parts_of(release, plan, policies, tools)
    differing = [name for name in release.parts if release.parts[name] != now.get(name)]
    if differing:
        problem = f"{', '.join(differing)} of {release.environment} changed since it was made"
        fix = "check out the commit that it was made in, and repeat"
        raise BundleError(f"Release {release.short} can't be bundled: {problem}. Fix: {fix}.")


def _records(records: Records, found: Admitted) -> Iterator[tuple[str, bytes]]:
    """Yield the files that are taken as they are, under their paths in the repository."""
    release = found.release
    env, short = records.environment, release.short
    yield f"releases/{env}/{short}.json", _bytes(records.release_file(release))
    yield f"ledger/{env}.jsonl", _bytes(records.ledger)
    for file in sorted((records.approvals / short).glob("*.json")):
        yield f"approvals/{env}/{short}/{_name(file.name)}", _bytes(file)
    if found.environment.spec.governance.change.ticket_service:
        # What the service answered at the gate: it may answer otherwise tomorrow.
        for one in found.gate.changes:
            yield f"changes/{_name(f'{one.change.id}.yaml')}", _json(one.to_json())
    else:
        for file in sorted(records.changes.glob("*.yaml")):
            record = record_in(file)
            if record.environment == env and record.release == release.digest:
                yield f"changes/{_name(file.name)}", _bytes(file)
    if (records.root / WAIVERS).is_file():
        yield WAIVERS, _bytes(records.root / WAIVERS)
        for file in sorted((records.root / WAIVER_SIGNATURES).glob("*.dsse.json")):
            yield f"{WAIVER_SIGNATURES}/{_name(file.name)}", _bytes(file)


def _name(text: str) -> str:
    """Return a name as a member may have it."""
    return _NOT_A_NAME.sub("-", text).lstrip(".-_")


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        reason = (error.strerror or "unknown error").lower()
        raise ReleaseError(f"{file} can't be read: {reason}. Fix: restore it from git.") from error


def _json(value: Any) -> bytes:
    text = json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False)
    return f"{text}\n".encode()


def _plan(plan: Plan) -> Plan:
    """Return a plan without the places in programs, which are paths of this machine."""
    layers = (
        replace(layer, resources=tuple(replace(each, source=None) for each in layer.resources))
        for layer in plan.layers
    )
    return replace(plan, layers=tuple(layers))


def _portable(judged: Assessment, root: Path) -> Assessment:
    """Return an assessment whose files are named alike on every machine."""

    def problem(one: Problem) -> Problem:
        return replace(one, file=_place(one.file, root))

    def finding(one: Finding) -> Finding:
        source = one.source
        return one if source is None else replace(one, source=replace(
            source, file=_place(source.file, root)))  # fmt: skip

    return replace(
        judged,
        problems=tuple(map(problem, judged.problems)),
        findings=tuple(map(finding, judged.findings)),
        rulings=tuple(
            replace(one, problem=one.problem and problem(one.problem)) for one in judged.rulings
        ),
    )


def _place(file: str, root: Path) -> str:
    """Return a path below the repository, or below what Bedplate ships, or the bare name."""
    path = Path(file).absolute().resolve()
    if path.is_relative_to(root):
        return path.relative_to(root).as_posix()
    shipped = asset("blueprints").resolve().parent
    return path.relative_to(shipped).as_posix() if path.is_relative_to(shipped) else path.name


def _report(known: Assessment, environment: Resolved, root: Path, now: datetime) -> Report:
    def absolute(one: Finding) -> Finding:
        source = one.source
        return one if source is None else replace(one, source=replace(
            source, file=str(root / source.file)))  # fmt: skip

    found = all_policies_of(root / "stacks")
    one = EnvironmentReport(
        environment=known.environment,
        file=str(environment.files[-1].absolute()),
        tier=known.tier or "",
        code=known.exit_code,
        resources=resources(known),
        problems=known.problems,
        refusal=known.refusal,
        findings=tuple(map(absolute, known.findings)),
        rulings=known.rulings,
    )
    policies = {policy.id: policy for policy in reversed(found)}
    return Report((one,), policies, root, known.exit_code, now)


def _sbom(environment: Resolved, plan: Plan, root: Path, now: datetime) -> str:
    scope = Scope(environment.spec)
    layers = {layer.layer: layer for layer in plan.layers}
    if "platform" not in layers:
        raise BundleError("The plan has no platform layer. Fix: give the plan of all layers.")
    packages = locked_packages(root)
    return sbom(layers["platform"], supply_of(scope), packages, scope.names.prefix, now)
