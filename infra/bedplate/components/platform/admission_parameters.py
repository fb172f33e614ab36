"""What the admission rules are given: lists of text, from the environment alone.

How strict a rule is follows from the environment's tier: the tier decides which evidence a release
must show, and a rule that is given no list at all demands everything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bedplate.components.platform.services import request_log_of
from bedplate.components.platform.storage import STORAGE_CLASS
from bedplate.components.platform.teams_manifests import MODEL_READER, WORKLOAD
from bedplate.contracts.images import IMAGES, RUNTIMES, ImageReference
from bedplate.spec.enforcement import BLOCKS_FROM, THRESHOLDS

if TYPE_CHECKING:
    from bedplate.components.platform.admission_templates import AdmissionRule
    from bedplate.contracts.supply import Supply
    from bedplate.spec.platform import PlatformSpec, Tier

_RELEASED: Final = (
    "author", "automated-decision", "evaluation", "impact-assessment", "lineage-id", "model-card",
    "model-digest", "model-manifest", "model-signer", "read-only-root", "request-log", "risk-tier",
    "rollback", "signature-policy",
)  # fmt: skip

EVIDENCE: Final[dict[Tier, tuple[str, ...]]] = {
    "development": (),
    "staging": _RELEASED,
    "production": _RELEASED,
}
"""What a release of a model must show, by tier: annotations of ours, and demands of that name."""

APPROVALS: Final[dict[Tier, int]] = {"development": 0, "staging": 1, "production": 2}
"""Fewest people who approve a model, by tier (policy APR-101)."""

PINNING: Final[dict[Tier, str]] = {
    "development": "tag",
    "staging": "digest",
    "production": "digest",
}
"""How teams' images are pinned, by tier (policy SUP-102)."""

HIGH_RISK_TIERS: Final = ("3",)
"""Risk tiers of models that are of high risk; of three, the last is the gravest."""

_HELPERS: Final = ("argoexec", "agent", "router", "storage-initializer", "kserve-controller")
"""Images that controllers run inside teams' pods."""


def parameters(spec: PlatformSpec, supply: Supply, models: Any) -> dict[str, list[Any]]:
    """Return every parameter by its name; `models` is the bucket of models, text or an output."""
    own = supply.registry.split("/", maxsplit=1)[0]
    registries = [f"{own}/", *([f"{supply.images}/"] if supply.images else [])]
    logged = spec.teams if spec.serving.request_log.enabled else ()
    return {
        "registries": [*registries, *_upstream(supply), *spec.admission.registries],
        "platform_images": _platform_images(supply),
        "stores": [models],
        "classes": [STORAGE_CLASS],
        "pinning": [PINNING[spec.tier]],
        "signers": list(spec.admission.model_signers),
        "request_log": [request_log_of(key, spec.teams).url for key in logged],
        "closed_accounts": [MODEL_READER],
        "token_accounts": [WORKLOAD],
        **_release(spec),
    }


def _release(spec: PlatformSpec) -> dict[str, list[str]]:
    """Return what a release of a model must show."""
    personal = spec.governance.personal_data
    asked = spec.governance.approvals.required if spec.tier == "production" else 0
    return {
        "evidence": list(EVIDENCE[spec.tier]),
        "approvals": [str(max(APPROVALS[spec.tier], asked))],
        "high_risk_tiers": list(HIGH_RISK_TIERS),
        "personal_data": ["true"] if personal else [],
        "impact_assessment": [personal.dpia_reference]
        if personal and personal.dpia_reference
        else [],
    }


def _upstream(supply: Supply) -> list[str]:
    """Return where model servers and the pods' helpers come from, where that is upstream."""
    images = (
        "docker.io/kserve/",
        "kserve/",
        "docker.io/seldonio/",
        "docker.io/vllm/",
        "nvcr.io/nvidia/",
        "quay.io/argoproj/",
        "docker.io/curlimages/",
    )
    return [] if supply.images or supply.isolated else list(images)


def _platform_images(supply: Supply) -> list[str]:
    """Return the repositories of what the platform itself runs in teams' pods, pinned by it."""
    charts = ("argo-workflows", "kserve-resources")
    helpers = [
        image.reference
        for chart in charts
        for image in IMAGES[chart]
        if ImageReference.parse(image.reference).path.rpartition("/")[2] in _HELPERS
    ]
    return sorted({_repository(supply.image(each)) for each in (*helpers, *RUNTIMES.values())})


def _repository(reference: str) -> str:
    return reference.removesuffix(ImageReference.parse(reference).suffix)


def enforcement(rule: AdmissionRule, spec: PlatformSpec) -> str:
    """Return what happens to a violation: what `bedplate check` would do with it.

    What only advises there is told here; `admission.enforcement` may loosen all rules at once.
    """
    if spec.admission.enforcement != "deny":
        return spec.admission.enforcement
    blocks_from = spec.governance.enforcement.blocks_from or BLOCKS_FROM[spec.tier]
    grave = THRESHOLDS.index(rule.severity) <= THRESHOLDS.index(blocks_from)
    return "deny" if grave and not rule.advisory else "warn"
