"""Whether the API server would accept a custom resource, as far as its schema says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from bedplate.contracts import store
from bedplate.contracts.shapes import Fault, faults, suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping

_BUILT_IN: Final = frozenset(
    {
        *("admissionregistration.k8s.io", "apiextensions.k8s.io", "apiregistration.k8s.io"),
        *("authentication.k8s.io", "authorization.k8s.io", "certificates.k8s.io"),
        *("coordination.k8s.io", "discovery.k8s.io", "events.k8s.io", "node.k8s.io"),
        *("flowcontrol.apiserver.k8s.io", "networking.k8s.io", "rbac.authorization.k8s.io"),
        *("resource.k8s.io", "scheduling.k8s.io", "storage.k8s.io", "internal.apiserver.k8s.io"),
    }
)
"""API groups with a dot in their name that the API server itself serves."""
_IN_NO_NAMESPACE: Final[dict[str, tuple[str, ...]]] = {
    "": ("ComponentStatus", "Namespace", "Node", "PersistentVolume"),
    "admissionregistration.k8s.io": (
        "MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding",
        "MutatingWebhookConfiguration", "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding", "ValidatingWebhookConfiguration",
    ),
    "apiextensions.k8s.io": ("CustomResourceDefinition",),
    "apiregistration.k8s.io": ("APIService",),
    "authentication.k8s.io": ("SelfSubjectReview", "TokenReview"),
    "authorization.k8s.io": (
        "SelfSubjectAccessReview", "SelfSubjectRulesReview", "SubjectAccessReview",
    ),
    "certificates.k8s.io": ("CertificateSigningRequest", "ClusterTrustBundle"),
    "flowcontrol.apiserver.k8s.io": ("FlowSchema", "PriorityLevelConfiguration"),
    "networking.k8s.io": ("IPAddress", "IngressClass", "ServiceCIDR"),
    "node.k8s.io": ("RuntimeClass",),
    "rbac.authorization.k8s.io": ("ClusterRole", "ClusterRoleBinding"),
    "resource.k8s.io": ("DeviceClass", "DeviceTaintRule", "ResourceSlice"),
    "scheduling.k8s.io": ("PriorityClass",),
    "storage.k8s.io": (
        "CSIDriver", "CSINode", "StorageClass", "VolumeAttachment", "VolumeAttributesClass",
    ),
}  # fmt: skip
"""Kubernetes' own kinds that lie in no namespace, by API group; `kubectl api-resources` of 1.35."""


def group_of(api_version: str) -> str:
    """Return the group of an `apiVersion`, "" for the core group."""
    return api_version.split("/", maxsplit=1)[0] if "/" in api_version else ""


def is_custom(api_version: str) -> bool:
    """Tell whether a definition must be established before an object can be made."""
    group = group_of(api_version)
    return "." in group and group not in _BUILT_IN


def plural_of(api_version: str, kind: str) -> str | None:
    """Return the plural of a custom kind, as in the name of its definition."""
    contract = store.kind(group_of(api_version), kind)
    return contract["plural"] if contract else None


def scope_of(group: str, kind: str) -> Literal["Cluster", "Namespaced"] | None:
    """Return whether objects of a kind lie in a namespace; None where nobody here knows."""
    if group in _BUILT_IN or "." not in group:
        return "Cluster" if kind in _IN_NO_NAMESPACE.get(group, ()) else "Namespaced"
    contract = store.kind(group, kind)
    return contract["scope"] if contract else None


def object_faults(manifest: Mapping[str, Any]) -> list[Fault]:
    """Return what is wrong with an object of a group that has contracts.

    Other groups, Kubernetes' own among them, are left to the API server. Rules in CEL are, too.
    """
    api_version, kind = str(manifest.get("apiVersion", "")), str(manifest.get("kind", ""))
    group = group_of(api_version)
    known = store.kinds(group) if is_custom(api_version) else ()
    if not known:
        return []
    contract = store.kind(group, kind)
    if contract is None:
        return [Fault("kind", f"{group} has no kind `{kind}`", suggestion(kind, known))]
    version = api_version.split("/", maxsplit=1)[1]
    served = [name for name, entry in contract["versions"].items() if entry["served"]]
    if version not in served:
        problem = f"`{api_version}` does not serve {kind}"
        return [Fault("apiVersion", problem, f"use {group}/{' or '.join(served)}")]
    found = list(faults(contract["versions"][version]["shape"], dict(manifest)))
    return sorted([*found, *_scope_faults(contract, manifest)])


def _scope_faults(contract: Mapping[str, Any], manifest: Mapping[str, Any]) -> list[Fault]:
    metadata = manifest.get("metadata")
    namespaced = isinstance(metadata, dict) and metadata.get("namespace") is not None
    kind = contract["kind"]
    if contract["scope"] == "Cluster" and namespaced:
        return [Fault("metadata.namespace", f"{kind} has no namespace", "remove it")]
    if contract["scope"] == "Namespaced" and not namespaced:
        return [Fault("metadata.namespace", f"{kind} needs a namespace", "add it")]
    return []
