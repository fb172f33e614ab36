"""A platform's own rules at admission, and objects that they judge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from pathlib import Path

_HEAD = """\
package house

import rego.v1

"""
_METADATA = """\
# METADATA
# title: {title}
# description: Somebody pays for each room.
# custom:
#   id: {id}
#   severity: {severity}
#   scope: resource
#   phase: [design, deploy, admission]
#   resource_types: [{types}]
#   reads: [metadata.labels, metadata.name]
{more}#   controls: [iso27001:A.5.9]
#   avoid: An object without the label room.
#   remediation: Add the label.
"""
HELPERS = (
    _HEAD
    + """\
# What all rules of the pack share.
seen := input.review.object

name := seen.metadata.name

lacks(label) if not object.get(seen, ["metadata", "labels", label], false) # nor is it empty
"""
)
"""What rules of the pack share."""
UNUSED = _HEAD + "nobody_asks := `data.x # not a comment`\n"
"""What no rule needs."""
ROOM = (
    _HEAD
    + _METADATA.format(
        title="Configuration says which room it is of",
        id="ACM-101",
        severity="critical",
        types="kubernetes:core/v1:ConfigMap",
        more="#   parameters: [pinning]\n",
    )
    + """\
deny_acm_101 contains message if {
\tlacks("room")
\tmessage := sprintf("#%s has no room (%s).", [name, input.parameters.pinning[0]])
}
"""
)
"""A rule that refuses what lies in a team's namespace."""
ADVICE = (
    _HEAD
    + _METADATA.format(
        title="The cluster's own objects say which room they are of",
        id="ACM-102",
        severity="critical",
        types="kubernetes:core/v1:Namespace, kubernetes:storage.k8s.io/v1:StorageClass",
        more="",
    )
    + """\
warn_acm_102 contains message if {
\tlacks("room")
\tmessage := sprintf("%s has no room.", [name])
}
"""
)
"""A rule that only warns, about what lies in no namespace."""
MIXED = (
    _HEAD
    + _METADATA.format(
        title="Names are plain",
        id="ACM-103",
        severity="medium",
        types="kubernetes:core/v1:ConfigMap, kubernetes:core/v1:Namespace, "
        "kubernetes:core/v1:PersistentVolume",
        more="",
    )
    + """\
deny_acm_103 contains message if {
\tcontains(name, "odd")
\tmessage := sprintf("%s is odd.", [name])
}
"""
)
"""A rule on what lies in namespaces and what does not."""
FILES = {
    "PulumiPolicy.yaml": "runtime: opa\ninputFormat: kubernetes-admission\n",
    "lib/seen.rego": HELPERS,
    "lib/unused.rego": UNUSED,
    "rooms/room.rego": ROOM,
    "rooms/advice.rego": ADVICE,
    "rooms/mixed.rego": MIXED,
}
"""The pack."""


def write_pack(folder: Path, **changed: str) -> Path:
    """Write a platform repository's pack, some of its files by other texts; return its folder."""
    pack = folder / "policies" / "house"
    for name, text in FILES.items():
        file = pack / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(changed.get(file.stem, text))
    return pack


OBJECTS: list[dict[str, Any]] = list(
    yaml.safe_load_all("""\
{apiVersion: v1, kind: Namespace, metadata: {name: fraud, labels: {bedplate/team: fraud, room: a}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: monitoring}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: odd, labels: {room: a}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: odd-team, labels: {bedplate/team: x, room: a}}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: plain, namespace: fraud}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: odd-one, namespace: fraud, labels: {room: a}}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: odd-elsewhere, namespace: monitoring}}
---
{apiVersion: v1, kind: PersistentVolume, metadata: {name: odd-volume}}
---
{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: fast}, provisioner: x}
""")
)
"""Objects in a team's namespace, in another, and in none."""
SAID = {
    ("ACM-101", "plain", "#plain has no room (tag)."),
    ("ACM-102", "monitoring", "monitoring has no room."),
    ("ACM-102", "fast", "fast has no room."),
    ("ACM-103", "odd-team", "odd-team is odd."),
    ("ACM-103", "odd-one", "odd-one is odd."),
    ("ACM-103", "odd-volume", "odd-volume is odd."),
}
"""What the rules say of them."""
