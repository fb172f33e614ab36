"""What a platform tells a model repository: a file for each environment, from its simulated layers.

The addresses are those of the ConfigMap `platform-endpoints` and of the foundation's exports: what
the cluster will really hold. Imports Pulumi.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import yaml

from bedplate.components.platform.teams_manifests import ENDPOINTS
from bedplate.errors import UsageError
from bedplate.governance.assessment import Options
from bedplate.governance.simulation import resolved, simulated
from bedplate.scaffold.platform_answers import team_of
from bedplate.spec.stacks import environments

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bedplate.engine.plan import Plan
    from bedplate.spec.platform import PlatformSpec, Tier

_TIERS: Final[tuple[Tier, ...]] = ("development", "staging", "production")
"""Tiers in the order in which a release passes them."""
_REPLICAS: Final[dict[Tier, dict[str, int]]] = {
    "development": {"min": 1, "max": 2},
    "staging": {"min": 1, "max": 3},
    "production": {"min": 2, "max": 6},
}
_RESOURCES: Final = {
    "requests": {"cpu": "250m", "memory": "768Mi"},
    "limits": {"cpu": "1", "memory": "1Gi"},
}
"""What a small predictor takes; the team changes it."""


@dataclass(frozen=True, slots=True)
class Places:
    """What a platform answers, and what it writes."""

    answers: Mapping[str, str]
    """Answers by question."""
    files: Mapping[str, str]
    """Texts by path from the repository's root; they replace what the template made there."""


def places(file: Path, repository: str, team: str | None) -> Places:
    """Return what the platform knows, by the environment file that is named.

    All environments of its folder are written, so that a release can be promoted from one to the
    next. Raises UsageError where the team can't be told, SpecError for a faulty platform.
    """
    if not file.is_file():
        raise UsageError(f"There is no file {file}. Fix: name one, such as stacks/dev.yaml.")
    options = Options(file.parent)
    found = [resolved(name, options) for name in environments(file.parent)]
    found.sort(key=lambda one: (_TIERS.index(one.spec.tier), one.spec.environment))
    files: dict[str, str] = {}
    answers: dict[str, str] = {}
    previous: str | None = None
    for one in found:
        spec = one.spec
        owner = team_of(spec, repository, team)
        known = _Known(spec, simulated(one, options), owner)
        files[f"deploy/environments/{spec.environment}.yaml"] = known.place(previous)
        if spec.environment == file.stem:
            answers = {
                "owner_team": owner,
                "container_registry": known.registry,
                "orchestrator": spec.orchestration.engine,
            }
            files["config/platform.yaml"] = known.addresses()
        previous = spec.environment
    return Places(answers, files)


class _Known:
    """The addresses of one environment for one team."""

    def __init__(self, spec: PlatformSpec, plan: Plan, team: str) -> None:
        foundation, platform = plan.layers
        self._spec, self._team = spec, team
        self.namespace = spec.teams[team].namespaces[0]
        self.registry: str = foundation.exports["repository_urls"][team]
        found = [
            each.inputs["data"]
            for each in platform.resources
            if each.type == "kubernetes:core/v1:ConfigMap"
            and each.inputs["metadata"]["name"] == ENDPOINTS
            and each.inputs["metadata"]["namespace"] == self.namespace
        ]
        self._data: dict[str, str] = found[0]

    def addresses(self) -> str:
        """Return `config/platform.yaml`."""
        data = self._data
        values = {
            "container_registry": self.registry,
            "namespace": self.namespace,
            # Reached from inside the cluster only; a laptop's runs go to a file.
            "mlflow_tracking_uri": "",
            "openlineage_url": data.get("OPENLINEAGE_URL", ""),
            **({"feature_store_url": store} if (store := data.get("FEATURE_STORE_URL")) else {}),
            "model_domain": data["MODEL_DOMAIN"],
            "model_bucket": data["MODEL_BUCKET"],
        }
        head = "# Addresses of the platform. A variable of the same name, in capitals, wins."
        return _text(f"{head}\n# In the cluster, the ConfigMap {ENDPOINTS} sets them.", values)

    def place(self, previous: str | None) -> str:
        """Return `deploy/environments/<environment>.yaml`."""
        data, tier = self._data, self._spec.tier
        store = data.get("REQUEST_LOG_STORE")
        values: dict[str, Any] = {
            "namespace": self.namespace,
            "team": self._team,
            "registries": [self.registry],
            "stores": [f"s3://{data['MODEL_BUCKET']}/{data['MODEL_PREFIX']}"],
            "domain": data["MODEL_DOMAIN"],
            "request_log": data.get("REQUEST_LOG_URL", ""),
            # Absent where the platform wants no canaries.
            "canary_percent": int(data.get("CANARY_PERCENT", "0")),
            "replicas": _REPLICAS[tier],
            "resources": _RESOURCES,
            # What the monitor reads: the team's own part of the request log.
            "settings": {"PREDICTION_STORE": store} if store else {},
        }
        if previous is not None:
            values["after"] = previous
        name = self._spec.environment
        return _text(
            f"# Where this model runs in {name}. Written from the platform's file.", values
        )


def _text(head: str, values: Mapping[str, Any]) -> str:
    lines = (_line(key, value) for key, value in values.items())
    return "\n".join([head, *lines, ""])


def _line(key: str, value: Any) -> str:
    """Return a key on a line of its own; what lies below it stays there where it is short."""
    text = yaml.safe_dump({key: value}, sort_keys=False, default_flow_style=None, width=100).strip()
    return text[1:-1] if text.startswith("{") else text
