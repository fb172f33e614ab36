"""From a release and an environment to Kubernetes manifests, and nothing else goes in.

`deploy/base` has what never changes. What a human would forget (digests, labels, evidence) comes
from the release.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from .digest import parse_yaml
from .pointer import PointerError, Release, Served

Manifest = dict[str, Any]
HEADER = "# Written by `ops.step release` from deploy/releases. Change that, not this.\n"
KEYS = {
    "namespace", "team", "registries", "stores", "domain", "request_log", "replicas", "resources",
    "settings",
}  # fmt: skip
SERVING = "{{cookiecutter.serving}}"


def environment(path: Path) -> dict[str, Any]:
    """Return an environment's values, or raise PointerError."""
    if not path.exists():
        known = sorted(each.stem for each in path.parent.glob("*.yaml"))
        raise PointerError(f"there is no environment {path.stem}; use {' or '.join(known)}")
    given: dict[str, Any] = parse_yaml(path.read_text(encoding="utf-8"))
    if missing := sorted(KEYS - set(given)):
        raise PointerError(f"{path}: it lacks {', '.join(missing)}")
    if unknown := sorted(set(given) - KEYS - {"after", "canary_percent"}):
        raise PointerError(f"{path}: it has the unknown {', '.join(unknown)}")
    return given


def render(release: Release, place: dict[str, Any], folder: Path) -> dict[str, str]:
    """Return the text of every manifest by the name of its file."""
    parts = _Parts(release, place, folder)
    made = {name: parts for name, parts in parts.all() if parts}
    return {name: HEADER + _dump(manifests) for name, manifests in made.items()}


def _dump(manifests: list[Manifest]) -> str:
    text: str = yaml.safe_dump_all(manifests, sort_keys=False, width=1000)
    return text


class _Parts:
    """The manifests of one release."""

    def __init__(self, release: Release, place: dict[str, Any], folder: Path) -> None:
        self._release, self._place, self._folder = release, place, folder
        self._name = release.model

    def all(self) -> Iterator[tuple[str, list[Manifest]]]:
        """Yield each file's name and manifests."""
        release = self._release
        if SERVING != "batch":
            yield "inferenceservice.yaml", [self._service(self._name, release.stable)]
            candidate = release.candidate
            yield "candidate.yaml", [
                self._service(f"{self._name}-next", candidate)] if candidate else []  # fmt: skip
            yield "httproute.yaml", [self._route()]
        if SERVING != "kserve":
            yield "batch.yaml", [self._batch(release.stable)]
        yield "monitor.yaml", [self._monitor(release.stable), self._scrape()]
        yield "rules.yaml", [self._rules()]

    def _base(self, name: str) -> Manifest:
        text = (self._folder / "deploy" / "base" / name).read_text(encoding="utf-8")
        base: Manifest = parse_yaml(text)
        return base

    def _labels(self, version: str, app: str | None = None) -> dict[str, str]:
        return {
            "app": app or self._name,
            "team": self._place["team"],
            "model": self._name,
            "model-version": version,
        }

    def _annotations(self, served: Served) -> dict[str, str]:
        given = {
            "model-digest": served.digest,
            "model-manifest": served.manifest,
            "model-signer": served.signer,
            "model-card": served.card,
            "evaluation": served.evaluation,
            "lineage-id": served.lineage,
            "author": served.author,
            "approvers": ",".join(served.approvers),
            "change": served.change,
            "rollback": self._release.rollback,
            **served.governance,
        }
        return {f"bedplate/{key}": value for key, value in given.items()}

    def _environ(self, served: Served, **more: str) -> list[dict[str, str]]:
        place = self._place
        given = {
            "STORAGE_URI": served.storage,
            "MODEL_DIGEST": served.digest,
            "MODEL_VERSION": served.version,
            "PREDICTION_LOG": place["request_log"],
            "PREDICTION_LOG_NAMESPACE": place["namespace"],
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "DO_NOT_TRACK": "true",
            **{str(key): str(value) for key, value in place["settings"].items()},
            **more,
        }
        return [{"name": key, "value": value} for key, value in given.items()]

    def _image(self, served: Served) -> str:
        registries = self._place["registries"]
        # The repository itself, or one below it: not one whose name only begins alike.
        places = tuple(f"{each.rstrip('/')}{end}" for each in registries for end in "/@")
        if not served.image.startswith(places):
            allowed = " or ".join(registries)
            raise PointerError(f"image: {served.image} is not from {allowed}; push it there")
        return served.image

    def _storage(self, served: Served) -> None:
        stores = self._place["stores"]
        if not served.storage.startswith(tuple(stores)):
            allowed = " or ".join(stores)
            raise PointerError(
                f"storage: {served.storage} is not below {allowed}; register it there"
            )

    def _metadata(self, name: str, version: str, app: str | None = None) -> Manifest:
        labels = self._labels(version, app)
        return {"name": name, "namespace": self._place["namespace"], "labels": labels}

    def _service(self, name: str, served: Served) -> Manifest:
        self._storage(served)
        made = self._base("inferenceservice.yaml")
        annotations = made["metadata"]["annotations"] | self._annotations(served)
        made["metadata"] = self._metadata(name, served.version) | {"annotations": annotations}
        predictor, replicas = made["spec"]["predictor"], self._place["replicas"]
        predictor["labels"] = self._labels(served.version)
        # The route of this repository is the only way in: KServe's own would take all requests past
        # the split.
        made["metadata"]["labels"]["networking.kserve.io/visibility"] = "cluster-local"
        predictor["minReplicas"] = 1 if name != self._name else replicas["min"]
        predictor["maxReplicas"] = replicas["max"]
        if self._place["request_log"]:
            predictor["logger"] = {"mode": "all", "url": self._place["request_log"]}
        container = predictor["containers"][0]
        container["image"] = self._image(served)
        container["env"] = self._environ(served)
        container["resources"] = self._place["resources"]
        return made

    def _route(self) -> Manifest:
        made, weight = self._base("httproute.yaml"), self._release.weight
        made["metadata"] = self._metadata(self._name, self._release.stable.version)
        # The name that KServe itself would give, so that callers see no difference.
        host = f"{self._name}-{self._place['namespace']}.{self._place['domain']}"
        made["spec"]["hostnames"] = [host]
        backends = [{"name": f"{self._name}-predictor", "port": 80, "weight": 100 - weight}]
        if self._release.candidate:
            next_one = {"name": f"{self._name}-next-predictor", "port": 80, "weight": weight}
            backends.append(next_one)
        made["spec"]["rules"] = [{"backendRefs": backends}]
        return made

    def _fill(self, made: Manifest, pod: Manifest, served: Served, app: str) -> Manifest:
        """Complete what runs the package's own code beside the predictor."""
        made["metadata"] = self._metadata(app, served.version, app)
        container = pod["spec"]["containers"][0]
        pod["metadata"] = {"labels": self._labels(served.version, app)}
        container["image"] = self._image(served)
        # The platform's addresses: registry, lineage, buckets.
        container["envFrom"] = [{"configMapRef": {"name": "platform-endpoints"}}]
        return container

    def _monitor(self, served: Served) -> Manifest:
        made, app = self._base("monitor.yaml"), f"{self._name}-monitor"
        made["spec"]["selector"] = {"matchLabels": {"app": app}}
        container = self._fill(made, made["spec"]["template"], served, app)
        container["command"] = [
            "python",
            "-m",
            "{{cookiecutter.package_name}}.ops.exporter",
        ]
        # Where the log is mounted or copied to; without one there is no truth, and an alert says so.
        store = self._place["settings"].get("PREDICTION_STORE", "/mnt/predictions")
        container["env"] = self._environ(served, PREDICTION_LOG=store)
        return made

    def _scrape(self) -> Manifest:
        app = f"{self._name}-monitor"
        return {
            "apiVersion": "monitoring.coreos.com/v1",
            "kind": "PodMonitor",
            "metadata": self._metadata(app, self._release.stable.version, app),
            "spec": {
                "selector": {"matchLabels": {"app": app}},
                "podMetricsEndpoints": [{"port": "metrics", "path": "/metrics", "interval": "60s"}],
            },
        }

    def _batch(self, served: Served) -> Manifest:
        self._storage(served)
        made, app = self._base("batch.yaml"), f"{self._name}-batch"
        pod = made["spec"]["jobTemplate"]["spec"]["template"]
        container = self._fill(made, pod, served, app)
        made["metadata"]["annotations"] = self._annotations(served)
        container["command"] = [
            "python",
            "-m",
            "{{cookiecutter.package_name}}.serve.batch",
        ]
        container["env"] = self._environ(served)
        container["resources"] = self._place["resources"]
        return made

    def _rules(self) -> Manifest:
        text = (self._folder / "monitoring" / "rules" / "model.yaml").read_text(encoding="utf-8")
        return {
            "apiVersion": "monitoring.coreos.com/v1",
            "kind": "PrometheusRule",
            "metadata": self._metadata(self._name, self._release.stable.version),
            "spec": parse_yaml(text),
        }
