"""Section `serving`: how models are served."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from bedplate.spec.base import Domain, Spec

Runtime = Literal[
    "huggingface", "triton", "sklearn", "xgboost", "lightgbm", "pytorch", "onnx", "mlflow", "vllm"
]
"""A KServe serving runtime."""


class KserveSpec(Spec):
    """KServe in Standard mode behind the Gateway API."""

    runtimes: tuple[Runtime, ...] = ("huggingface", "triton", "sklearn")
    """Serving runtimes that teams may use."""
    domain: Domain
    """DNS name below which models are reached."""
    certificate_arn: str | None = None
    """ACM certificate of the edge load balancer; absent: that of `certificates.issuer`."""
    storage_memory_gib: Annotated[int, Field(ge=1, le=256)] = 4
    """Most memory of what fetches a model before its server starts, GiB."""


class CanarySpec(Spec):
    """How a new model version takes traffic."""

    enabled: bool = True
    """Whether a new version starts as a canary."""
    initial_percent: Annotated[int, Field(ge=1, le=50)] = 10
    """First share of traffic, percent."""


class InferenceLogSpec(Spec):
    """What is kept of requests and predictions."""

    enabled: bool = True
    """Whether requests and predictions are logged."""
    retention_days: Annotated[int, Field(ge=1, le=36500)] = 200
    """Days they are kept; EU AI Act Art 19 and 26 ask for six months at least."""
    redact: tuple[Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_-]*$")], ...] = ()
    """Names of fields and of v2 tensors whose value is blotted out before anything is stored; where
    that can't be done, the record is dropped."""


class ServingSpec(Spec):
    """How models are served, released and logged."""

    kserve: KserveSpec
    """KServe's own settings."""
    canary: CanarySpec = CanarySpec()
    """How a new model version takes traffic."""
    autoscaler: Literal["hpa", "keda"] = "keda"
    """What scales predictors."""
    request_log: InferenceLogSpec = InferenceLogSpec()
    """What is kept of requests and predictions."""
