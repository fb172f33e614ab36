"""Part `registry.models`: where model versions are registered."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from bedplate.spec.base import Spec


class ModelRegistrySpec(Spec):
    """Where model versions are registered."""

    engine: Literal["mlflow"] = "mlflow"
    """MLflow on the foundation's Postgres and model bucket."""
    replicas: Annotated[int, Field(ge=1, le=10)] = 2
    """Copies of the server; its state lies in the database and the bucket."""
