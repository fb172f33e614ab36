"""The input of an admission rule: the shape that Gatekeeper and Pulumi's OPA runtime give it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bedplate.components.platform.admission_templates import rules

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bedplate.policy.catalogue import Policy
    from bedplate.policy.ladder import Ladder


def review_input(
    manifest: Mapping[str, Any], parameters: Mapping[str, Any], urn: str = ""
) -> dict[str, Any]:
    """Return the input of a rule about one object that is to be created."""
    metadata = manifest.get("metadata")
    known = metadata if isinstance(metadata, dict) else {}
    api_version = str(manifest.get("apiVersion", ""))
    group, _, version = api_version.rpartition("/")
    return {
        "review": {
            "object": dict(manifest),
            "kind": {"group": group, "version": version, "kind": manifest.get("kind", "")},
            "name": known.get("name", ""),
            "namespace": known.get("namespace", ""),
            "operation": "CREATE",
        },
        "parameters": dict(parameters),
        "_pulumi": {"urn": urn, "type": type_of(manifest)},
    }


def type_of(manifest: Mapping[str, Any]) -> str:
    """Return the type token of an object, as Pulumi names it."""
    api_version, kind = str(manifest.get("apiVersion", "")), str(manifest.get("kind", ""))
    return f"kubernetes:{api_version if '/' in api_version else f'core/{api_version}'}:{kind}"


def pulumi_config(
    policies: Sequence[Policy],
    known: Mapping[str, list[Any]],
    namespaces: Sequence[str],
    ladder: Ladder,
) -> dict[str, dict[str, Any]]:
    """Return what `pulumi --policy-pack-config` gives the pack: level and parameters by rule.

    Pulumi asks every rule about every object of a layer. `namespaces` are those of teams; objects
    elsewhere, and those that carry a label by which a constraint leaves them out, are not judged. A
    rule that is asked only when an object enters a cluster is disabled.
    """
    exempt = {rule.id: rule.exempt for rule in rules()}
    return {
        policy.rule: {
            "enforcementLevel": _level(policy, ladder),
            **{name: known[name] for name in policy.parameters},
            "namespaces": sorted(namespaces),
            "exempt": list(exempt[policy.id]),
        }
        for policy in policies
    }


def _level(policy: Policy, ladder: Ladder) -> str:
    if "design" not in policy.phase:
        return "disabled"
    return ladder.enforcement(policy.level, policy.severity, "fail")
