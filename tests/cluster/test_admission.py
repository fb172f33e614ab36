"""Gatekeeper's own tool judges objects by the templates and constraints that we make."""

from __future__ import annotations

import copy
import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from support.platform_plans import CASES, manifests, plan

from bedplate.components.platform.admission_templates import constraint, rules, template

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.needs("gator")

KNOWN = {
    "registries": ["registry.example/"],
    "stores": ["s3://acme-models/"],
    "classes": ["gp3-encrypted"],
}
TEAM = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "fraud"}}
TEAM["metadata"] = {"name": "fraud", "labels": {"bedplate/team": "fraud"}}


def _object(api_version: str, kind: str, spec: dict[str, Any], **more: Any) -> dict[str, Any]:
    metadata = {"name": "x", "namespace": "fraud"}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": spec, **more}


def _pod(**changes: Any) -> dict[str, Any]:
    container = {
        "name": "main",
        "image": "registry.example/x@sha256:aa",
        "resources": {"limits": {"memory": "1Gi"}},
    }
    spec: dict[str, Any] = {"containers": [container | changes.pop("container", {})]}
    return _object("v1", "Pod", spec | changes)


def _model(**predictor: Any) -> dict[str, Any]:
    model = {"modelFormat": {"name": "sklearn"}, "storageUri": "s3://acme-models/fraud/1"}
    own = {"serviceAccountName": "model-reader", "model": model} | predictor
    return _object("serving.kserve.io/v1beta1", "InferenceService", {"predictor": own})


def _route(gateway: str) -> dict[str, Any]:
    parents = [{"name": gateway, "namespace": "edge"}]
    return _object("gateway.networking.k8s.io/v1", "HTTPRoute", {"parentRefs": parents})


def _policy(egress: list[dict[str, Any]]) -> dict[str, Any]:
    spec = {"podSelector": {}, "policyTypes": ["Egress"], "egress": egress}
    return _object("networking.k8s.io/v1", "NetworkPolicy", spec)


def _role(kind: str, **fields: Any) -> dict[str, Any]:
    made = _object("rbac.authorization.k8s.io/v1", kind, {}, **fields)
    del made["spec"]
    return made


GPU = {"resources": {"limits": {"memory": "1Gi", "nvidia.com/gpu": "1"}}}
TOLERATES = [{"key": "nvidia.com/gpu", "operator": "Exists"}]
CLASS = "storageClassName"

GOOD = (
    _pod(),
    _pod(container=GPU, tolerations=TOLERATES),
    _model(),
    _object("v1", "Service", {"type": "ClusterIP"}),
    _route("platform"),
    _policy([{"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}]),
    _role("Role", rules=[{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]),
    _object("v1", "PersistentVolumeClaim", {CLASS: "gp3-encrypted"}),
    _object("v1", "PersistentVolumeClaim", {}),
)
"""Objects that no rule finds fault with."""

_FLOATS = "which is not pinned; name a version or digest."
_SERVES = 'InferenceService "x"'
BAD = (
    ("sup-101", _pod(container={"image": "nginx@sha256:aa"}),
     'Pod "x" runs the image "nginx@sha256:aa", which is not from registry.example/.'),
    ("sup-102", _pod(container={"image": "registry.example/x:latest"}),
     f'Pod "x" runs the image "registry.example/x:latest", {_FLOATS}'),
    ("sup-102", _pod(container={"image": "registry.example/x"}),
     f'Pod "x" runs the image "registry.example/x", {_FLOATS}'),
    ("gpu-101", _pod(tolerations=TOLERATES), 'Pod "x" tolerates GPU nodes but asks for no GPU.'),
    ("gpu-101", _pod(tolerations=[{"operator": "Exists"}]),
     'Pod "x" tolerates GPU nodes but asks for no GPU.'),
    ("ops-101", _pod(container={"resources": {}}),
     'Pod "x" has no memory limit for the container "main".'),
    ("res-101", _model(model={"storageUri": "s3://elsewhere/1"}),
     f'{_SERVES} serves "s3://elsewhere/1", which is not below s3://acme-models/.'),
    ("zt-101", _model(serviceAccountName="workload"),
     f'{_SERVES} runs as the account "workload"; use model-reader.'),
    ("zt-102", _object("v1", "Service", {"type": "NodePort"}),
     'Service "x" has the type NodePort; use ClusterIP and a route on the platform\'s gateway.'),
    ("zt-102", _object("v1", "Service", {"externalIPs": ["192.0.2.1"]}),
     'Service "x" has external addresses; remove externalIPs.'),
    ("zt-103", _route("other"),
     'HTTPRoute "x" is attached to the gateway edge/other; use edge/platform.'),
    ("zt-103", _object("networking.k8s.io/v1", "Ingress", {}),
     'Ingress "x" is not served; use an HTTPRoute on the platform\'s gateway.'),
    ("zt-104", _policy([{}]),
     'NetworkPolicy "x" opens egress to everything; name who is meant.'),
    ("zt-104", _policy([{"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}]}]),
     'NetworkPolicy "x" opens egress to everything; name who is meant.'),
    ("zt-105", _role("Role", rules=[{"apiGroups": [""], "resources": ["*"], "verbs": ["get"]}]),
     'Role "x" allows every one of resources; name those that are needed.'),
    ("zt-105", _role("RoleBinding", roleRef={"name": "cluster-admin"}),
     'RoleBinding "x" hands out a role of the whole cluster; bind a role of the namespace.'),
    ("enc-101", _object("v1", "PersistentVolumeClaim", {CLASS: "gp2"}),
     'PersistentVolumeClaim "x" asks for the storage class "gp2"; use one of gp3-encrypted.'),
)  # fmt: skip
"""Objects, the rule that refuses each, and what it says."""


def _verdicts(folder: Path, documents: list[dict[str, Any]]) -> set[tuple[str, str]]:
    """Return the constraint and message of every violation that gator finds."""
    file = folder / "objects.yaml"
    file.write_text(yaml.safe_dump_all(documents))
    done = subprocess.run(
        ["gator", "test", "--filename", str(file), "--output", "json"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    found = json.loads(done.stdout or "null") or []
    return {(each["constraint"]["metadata"]["name"], each["msg"]) for each in found}


def _in_force() -> list[dict[str, Any]]:
    return [
        document
        for rule in rules()
        for document in (template(rule), constraint(rule, "deny", KNOWN))
    ]


def test_what_is_right_passes(tmp_path: Path) -> None:
    """No rule stands in the way of ordinary work."""
    objects = [copy.deepcopy(each) for each in GOOD]
    for number, each in enumerate(objects):
        each["metadata"]["name"] = f"good-{number}"

    assert _verdicts(tmp_path, [*_in_force(), TEAM, *objects]) == set()


@pytest.mark.parametrize(("rule", "bad", "message"), BAD)
def test_what_is_wrong_is_refused(
    tmp_path: Path, rule: str, bad: dict[str, Any], message: str
) -> None:
    """Exactly the rule that is broken says so, in one sentence."""
    assert _verdicts(tmp_path, [*_in_force(), TEAM, bad]) == {(rule, message)}


def test_every_rule_has_a_bad_case() -> None:
    """A rule that nothing ever breaks is not known to work."""
    assert {rule.id.lower() for rule in rules()} == {rule for rule, _, _ in BAD}


def test_the_platforms_own_namespaces_are_exempt(tmp_path: Path) -> None:
    """The constraints are for teams."""
    pod = _pod(container={"image": "nginx"})
    pod["metadata"]["namespace"] = "monitoring"
    own = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "monitoring"}}

    assert _verdicts(tmp_path, [*_in_force(), own, pod]) == set()


@pytest.mark.parametrize("case", CASES)
def test_what_ships_violates_nothing(tmp_path: Path, case: str) -> None:
    """The platform's own objects, judged by its own templates and constraints, pass."""
    existing = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kube-system"}}

    assert _verdicts(tmp_path, [existing, *manifests(plan(case))]) == set()
