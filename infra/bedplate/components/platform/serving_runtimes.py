"""Serving runtimes: which of KServe's chart serve which format, at which pinned image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from bedplate.contracts.images import RUNTIMES as IMAGES_OF_RUNTIMES
from bedplate.contracts.images import ImageReference

if TYPE_CHECKING:
    from bedplate.contracts.supply import Supply
    from bedplate.spec.serving import Runtime


@dataclass(frozen=True, slots=True)
class ServingRuntime:
    """One runtime of the chart kserve-runtime-configs."""

    key: str
    """Its key in the chart's values."""
    image: str
    """Pinned image; the chart's own defaults are old, and one is `latest`."""
    formats: frozenset[Runtime]
    """What users call the formats that it serves."""


_FORMATS: Final[dict[str, frozenset[Runtime]]] = {
    "huggingfaceserver": frozenset({"huggingface"}),
    "lgbserver": frozenset({"lightgbm"}),
    "mlserver": frozenset({"mlflow"}),
    "sklearnserver": frozenset({"sklearn"}),
    "tritonserver": frozenset({"triton", "pytorch", "onnx"}),
    "vllmserver": frozenset({"vllm"}),
    "xgbserver": frozenset({"xgboost"}),
}

RUNTIMES: Final = tuple(
    ServingRuntime(key, IMAGES_OF_RUNTIMES[key], formats) for key, formats in _FORMATS.items()
)
"""Runtimes that can be chosen."""

_NEVER: Final = (
    "autogluonserver",
    "huggingfaceserver_multinode",
    "paddleserver",
    "pmmlserver",
    "predictiveserver",
    "tensorflow",
    "torchserve",
)
"""Runtimes of the chart that nobody can choose; TorchServe is no longer maintained."""

_RESTRICTED: Final[dict[str, Any]] = {
    "allowPrivilegeEscalation": False,
    "privileged": False,
    "runAsNonRoot": True,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}
"""What the Pod Security Standard `restricted`, which teams' namespaces are held to, asks for."""

_NO_USER = {"tritonserver", "vllmserver"}
"""Images that name no user, and would run as root."""
_USER = 1000


def chosen(formats: tuple[Runtime, ...]) -> tuple[ServingRuntime, ...]:
    """Return the runtimes that serve the formats."""
    return tuple(runtime for runtime in RUNTIMES if runtime.formats & set(formats))


def runtime_values(formats: tuple[Runtime, ...], supply: Supply) -> dict[str, Any]:
    """Return the values of kserve-runtime-configs."""
    wanted = chosen(formats)
    runtimes: dict[str, Any] = {"enabled": bool(wanted)}
    for runtime in RUNTIMES:
        image = supply.image(runtime.image)
        suffix = ImageReference.parse(image).suffix
        runtimes[runtime.key] = {
            "disabled": runtime not in wanted,
            "image": image.removesuffix(suffix),
            "tag": suffix.removeprefix(":"),
            "securityContext": _RESTRICTED
            | ({"runAsUser": _USER} if runtime.key in _NO_USER else {}),
        }
    runtimes |= {key: {"disabled": True} for key in _NEVER}
    return {"kserve": {"servingruntime": runtimes}}
