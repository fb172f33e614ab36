"""A real Kubernetes API server on the loopback interface, for as long as a test session lasts."""

from __future__ import annotations

import json
import shutil
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

PROGRAMS = ("etcd", "kube-apiserver", "openssl")
"""What it takes; `kube-controller-manager`, `kube-scheduler` and `kwok` come on top."""

_TOKEN = "tests-only"  # noqa: S105 - a server that lives for one test session
_STARTS_WITHIN = 90
_NOT_FOUND = 404


class Refused(Exception):  # noqa: N818 - the server's own word for it
    """The API server's answer that it will not do it."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


@dataclass
class Cluster:
    """A client of the API server, as the administrator."""

    url: str
    """Where it listens."""
    folder: Path
    """Where its files lie."""

    def __post_init__(self) -> None:
        self._tls = ssl.create_default_context()
        self._tls.check_hostname = False
        self._tls.verify_mode = ssl.CERT_NONE  # a certificate that it made itself, on loopback
        self._plurals: dict[tuple[str, str], tuple[str, bool]] = {}

    def call(
        self, method: str, path: str, body: object = None, user: str = "", kind: str = "json"
    ) -> Any:
        """Return the answer to one request; raises Refused."""
        headers = {"Authorization": f"Bearer {_TOKEN}", "Content-Type": f"application/{kind}"}
        if user:
            headers["Impersonate-User"] = user
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - always https on loopback
            f"{self.url}{path}", data, headers, method=method
        )
        try:
            with urllib.request.urlopen(request, context=self._tls, timeout=60) as answer:  # noqa: S310
                return json.load(answer)
        except urllib.error.HTTPError as error:
            text = error.read().decode()
            message = json.loads(text).get("message", text) if text.startswith("{") else text
            raise Refused(error.code, message) from None

    def path(self, manifest: Mapping[str, Any], *, named: bool = True) -> str:
        """Return the path of an object, or of its collection; raises KeyError for unknown kinds."""
        version, kind = str(manifest["apiVersion"]), str(manifest["kind"])
        plural, namespaced = self._resource(version, kind)
        base = f"/apis/{version}" if "/" in version else f"/api/{version}"
        metadata = manifest["metadata"]
        place = f"/namespaces/{metadata.get('namespace', 'default')}" if namespaced else ""
        return f"{base}{place}/{plural}" + (f"/{metadata['name']}" if named else "")

    def _resource(self, version: str, kind: str) -> tuple[str, bool]:
        if (version, kind) not in self._plurals:
            base = f"/apis/{version}" if "/" in version else f"/api/{version}"
            for entry in self.call("GET", base)["resources"]:
                if "/" not in entry["name"]:
                    self._plurals[version, entry["kind"]] = (entry["name"], entry["namespaced"])
        return self._plurals[version, kind]

    def apply(self, manifest: Mapping[str, Any], *, dry_run: bool = False) -> Any:
        """Apply an object, every unknown field refused."""
        query = "?fieldManager=bedplate&force=true&fieldValidation=Strict"
        query += "&dryRun=All" if dry_run else ""
        return self.call("PATCH", self.path(manifest) + query, manifest, kind="apply-patch+yaml")

    def create(self, manifest: Mapping[str, Any], user: str = "") -> Any:
        """Create an object, every unknown field refused."""
        query = "?fieldValidation=Strict"
        return self.call("POST", self.path(manifest, named=False) + query, manifest, user)

    def get(self, manifest: Mapping[str, Any]) -> Any:
        """Return an object as it is now; None where there is none."""
        try:
            return self.call("GET", self.path(manifest))
        except Refused as refusal:
            if refusal.status == _NOT_FOUND:
                return None
            raise

    def can_i(self, groups: list[str], user: str, attributes: Mapping[str, str]) -> bool:
        """Tell whether a user in groups may do something (verb, resource, group, namespace)."""
        review = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SubjectAccessReview",
            "metadata": {},
            "spec": {"user": user, "groups": groups, "resourceAttributes": dict(attributes)},
        }
        answer = self.call("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", review)
        return bool(answer["status"]["allowed"])

    def kubeconfig(self) -> Path:
        """Return a kubeconfig of the administrator."""
        file = self.folder / "kubeconfig"
        cluster = {"server": self.url, "insecure-skip-tls-verify": True}
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "test",
            "clusters": [{"name": "test", "cluster": cluster}],
            "users": [{"name": "test", "user": {"token": _TOKEN}}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
        }
        file.write_text(json.dumps(config))
        return file


def free_port() -> int:
    """Return a port of the loopback interface that nobody listens at."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def running(program: str, *arguments: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program for a while; ends it, and only it."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [shutil.which(program) or program, *arguments],
            stdout=output, stderr=subprocess.STDOUT, cwd=log.parent,
        )  # fmt: skip
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """Run etcd and the API server below a folder; raises AssertionError where they don't start."""
    client, peer, secure = free_port(), free_port(), free_port()
    etcd_url, peer_url = f"http://127.0.0.1:{client}", f"http://127.0.0.1:{peer}"
    key = folder / "service-accounts.key"
    subprocess.run(["openssl", "genrsa", "-out", str(key), "2048"], check=True, capture_output=True)
    tokens = folder / "tokens.csv"
    tokens.write_text(f'{_TOKEN},admin,admin,"system:masters"\n')
    etcd = running(
        "etcd", "--data-dir", str(folder / "etcd"),
        "--listen-client-urls", etcd_url, "--advertise-client-urls", etcd_url,
        "--listen-peer-urls", peer_url, "--initial-advertise-peer-urls", peer_url,
        "--initial-cluster", f"default={peer_url}", "--unsafe-no-fsync",
        log=folder / "etcd.log",
    )  # fmt: skip
    server = running(
        "kube-apiserver", "--etcd-servers", etcd_url, "--bind-address", "127.0.0.1",
        "--secure-port", str(secure), "--cert-dir", str(folder / "certificates"),
        "--token-auth-file", str(tokens), "--authorization-mode", "RBAC",
        "--service-cluster-ip-range", "10.96.0.0/16", "--allow-privileged=true",
        "--service-account-issuer", "https://kubernetes.default.svc",
        "--service-account-key-file", str(key), "--service-account-signing-key-file", str(key),
        log=folder / "kube-apiserver.log",
    )  # fmt: skip
    with etcd, server:
        made = Cluster(f"https://127.0.0.1:{secure}", folder)
        _wait(made)
        yield made


def _wait(made: Cluster) -> None:
    deadline = time.monotonic() + _STARTS_WITHIN
    while time.monotonic() < deadline:
        try:
            made.call("GET", "/api/v1/namespaces/kube-system")
        except (OSError, Refused, ValueError):
            time.sleep(0.3)
        else:
            return
    log = (made.folder / "kube-apiserver.log").read_text()[-3000:]
    raise AssertionError(f"the API server did not start:\n{log}")


@contextmanager
def controllers(made: Cluster) -> Iterator[None]:
    """Run the controller manager: quotas, service accounts, workloads."""
    config, key = str(made.kubeconfig()), str(made.folder / "service-accounts.key")
    with running(
        "kube-controller-manager", "--kubeconfig", config, "--bind-address", "127.0.0.1",
        "--secure-port", str(free_port()), "--leader-elect=false",
        "--service-account-private-key-file", key, "--use-service-account-credentials=false",
        log=made.folder / "kube-controller-manager.log",
    ):  # fmt: skip
        yield


_STAGES = """
apiVersion: kwok.x-k8s.io/v1alpha1
kind: Stage
metadata: {name: node-is-ready}
spec:
  resourceRef: {apiGroup: v1, kind: Node}
  selector:
    matchExpressions: [{key: .status.phase, operator: NotIn, values: [Running]}]
  next:
    statusTemplate: |
      phase: Running
      conditions:
      - {type: Ready, status: "True", reason: Test, message: "",
         lastHeartbeatTime: {{ Now | Quote }}, lastTransitionTime: {{ Now | Quote }}}
---
apiVersion: kwok.x-k8s.io/v1alpha1
kind: Stage
metadata: {name: pod-runs}
spec:
  resourceRef: {apiGroup: v1, kind: Pod}
  selector:
    matchExpressions: [{key: .status.phase, operator: In, values: [Pending]},
                       {key: .spec.nodeName, operator: Exists}]
  next:
    statusTemplate: |
      phase: Running
"""
"""How kwok lets nodes become ready and pods run."""


@contextmanager
def scheduler(made: Cluster) -> Iterator[None]:
    """Run the scheduler, and kwok, which says of every node and pod that it runs."""
    config, stages = str(made.kubeconfig()), made.folder / "stages.yaml"
    stages.write_text(_STAGES)
    schedules = running(
        "kube-scheduler", "--kubeconfig", config, "--bind-address", "127.0.0.1",
        "--secure-port", str(free_port()), "--leader-elect=false",
        "--authentication-kubeconfig", config, "--authorization-kubeconfig", config,
        log=made.folder / "kube-scheduler.log",
    )  # fmt: skip
    runs = running(
        "kwok", "--kubeconfig", config, "--config", str(stages), "--manage-all-nodes=true",
        "--server-address", f"127.0.0.1:{free_port()}",
        log=made.folder / "kwok.log",
    )  # fmt: skip
    with schedules, runs:
        yield
