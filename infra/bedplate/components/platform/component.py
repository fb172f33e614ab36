"""The base of every component of the platform layer: manifests, charts and flows.

Objects are plain manifests, spelt as `kubectl` shows them (docs/adr/0006): contracts check them,
and a real API server accepts every one of them in the tests. The SDK's typed classes would add
nothing but most of a second of imports.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pulumi

from bedplate.components.component import Component
from bedplate.components.platform.flow import Flow, flow_manifests
from bedplate.components.platform.values import laid_over
from bedplate.contracts.objects import is_custom
from bedplate.versions import CHARTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bedplate.components.platform.scope import PlatformScope

RELEASE_TYPE: Final = "kubernetes:helm.sh/v3:Release"
"""A chart installed by Helm itself, hooks included."""

_TIMEOUT_SECONDS = 900
"""How long Helm waits for a chart's pods; images are pulled first."""
_WORKLOADS = ("CronJob", "DaemonSet", "Deployment", "Job", "StatefulSet")
"""Kinds whose owner is named on them (policy TAG-003)."""
_HISTORY = 5
"""Revisions that Helm keeps of a release."""


class KubernetesObject(pulumi.CustomResource):
    """One object of the cluster, made from its manifest."""

    def __init__(
        self, name: str, manifest: Mapping[str, Any], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Create the object; `manifest` holds apiVersion, kind, metadata and the rest."""
        super().__init__(object_type(manifest), name, dict(manifest), opts)


class Release(pulumi.CustomResource):
    """One Helm release."""

    def __init__(self, name: str, inputs: Mapping[str, Any], opts: pulumi.ResourceOptions) -> None:
        """Install the chart that `inputs` describes."""
        # What the SDK's own class sends; without it the provider expects its old form.
        props = {"compat": "true", "resourceNames": None, "status": None, **inputs}
        super().__init__(RELEASE_TYPE, name, props, opts)


def object_type(manifest: Mapping[str, Any]) -> str:
    """Return the type token of a manifest, e.g. `kubernetes:core/v1:Namespace`."""
    api_version, kind = str(manifest["apiVersion"]), str(manifest["kind"])
    group_version = api_version if "/" in api_version else f"core/{api_version}"
    return f"kubernetes:{group_version}:{kind}"


@dataclass(frozen=True, kw_only=True)
class PlatformArgs:
    """What a component of the platform layer is made from."""

    scope: PlatformScope
    """The environment, and what is there so far."""
    after: Sequence[pulumi.Resource] = ()
    """What everything in the component waits for."""


class PlatformComponent(Component):
    """A component inside the cluster."""

    ready: list[pulumi.Resource]
    """What must exist before others may rely on this component: its releases, unless it says
    otherwise. Not a registered output."""

    def __init__(
        self,
        name: str,
        spec_path: str,
        args: PlatformArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Register under `bedplate:platform:<class>`, tracing to `spec_path`."""
        super().__init__(f"bedplate:platform:{type(self).__name__}", name, spec_path, opts)
        self.scope = args.scope
        self.ready = []
        self._all_wait_for = tuple(args.after)

    def manifest(
        self, manifest: Mapping[str, Any], *, after: Sequence[pulumi.Resource] = ()
    ) -> KubernetesObject:
        """Create an object.

        It waits for its namespace and, where it is a custom resource, for the definitions of its
        group to be established. Raises KeyError where nothing before it brings either.
        """
        metadata = dict(manifest["metadata"])
        labels = self._labels() | dict(metadata.get("labels", {}))
        if manifest["kind"] in _WORKLOADS:
            labels |= {"app": metadata["name"], "team": self.scope.spec.owner.team}
        metadata["labels"] = labels
        waits = [*self._waits(str(manifest["apiVersion"]), metadata.get("namespace")), *after]
        place = f"{metadata['namespace']}/" if "namespace" in metadata else ""
        named = f"{place}{metadata['name']}"
        return KubernetesObject(named, {**manifest, "metadata": metadata}, self.after(*waits))

    def release(
        self,
        chart: str,
        namespace: str,
        values: Mapping[str, Any],
        *,
        name: str = "",
        skip_crds: bool = False,
        crds: Mapping[str, Sequence[str]] | None = None,
        after: Sequence[pulumi.Resource] = (),
    ) -> Release:
        """Install a chart of `versions.CHARTS`, its images redirected, the user's values on top.

        `crds` names the definitions that it brings, by group: `{"karpenter.sh": ["nodepools"]}`.
        """
        scope, pinned = self.scope, CHARTS[chart]
        source = scope.supply.chart(chart, pinned.version)
        own = scope.spec.charts.get(chart)
        ours = laid_over(values, scope.supply.image_values(chart))
        inputs: dict[str, Any] = {
            "name": name or chart,
            "chart": source.chart,
            "version": pinned.version,
            "namespace": namespace,
            "values": laid_over(ours, own.values) if own else ours,
            "skipCrds": skip_crds,
            "maxHistory": _HISTORY,
            "timeout": _TIMEOUT_SECONDS,
        }
        if source.repo:
            inputs["repositoryOpts"] = {"repo": source.repo}
        waits = [*self._waits("v1", namespace), *after]
        made = Release(name or chart, inputs, self.after(*waits))
        self.ready.append(made)
        for group, plurals in (crds or {}).items():
            self.established(group, plurals, made)
        return made

    def established(self, group: str, plurals: Sequence[str], brought_by: pulumi.Resource) -> None:
        """Let every custom resource of a group wait until the API server serves its definition.

        A release is done when Helm is; the definition may still be on its way to being served.
        """
        for plural in plurals:
            name = f"{plural}.{group}"
            manifest = {
                "apiVersion": "apiextensions.k8s.io/v1",
                "kind": "CustomResourceDefinitionPatch",
                "metadata": {
                    "name": name,
                    "annotations": {
                        "pulumi.com/patchForce": "true",
                        "pulumi.com/waitFor": "condition=Established",
                    },
                    "labels": self._labels(),
                },
            }
            gate = KubernetesObject(name, manifest, self.after(brought_by))
            self.scope.established.setdefault(group, []).append(gate)

    def allow(self, flow: Flow) -> None:
        """Let traffic through: in the mesh by identity, outside it by network policies."""
        for manifest in flow_manifests(flow, self.scope):
            self.manifest(manifest)

    def _labels(self) -> dict[str, str]:
        return {
            "app.kubernetes.io/managed-by": "bedplate",
            "app.kubernetes.io/part-of": self.scope.names.prefix,
        }

    def _waits(self, api_version: str, namespace: str | None) -> list[pulumi.Resource]:
        waits = list(self._all_wait_for)
        if namespace is not None:
            waits += self.scope.namespaces[namespace]
        if is_custom(api_version):
            waits += self.scope.established[api_version.split("/", maxsplit=1)[0]]
        return waits
