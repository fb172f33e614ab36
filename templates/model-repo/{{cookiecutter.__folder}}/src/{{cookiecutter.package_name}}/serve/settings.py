"""What the manifests tell a server, as environment variables. It loads nothing heavy."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """Where a server runs; the manifests set these as environment variables."""

    model: Path
    """Folder of the registered artefact (MODEL_DIR)."""
    digest: str | None
    """Digest that it must have (MODEL_DIGEST); without one any intact artefact is served."""
    version: str
    """Version of the model (MODEL_VERSION)."""
    log: str
    """Folder or http(s) address of the prediction log (PREDICTION_LOG)."""
    namespace: str
    """Namespace that an address is told with each record (PREDICTION_LOG_NAMESPACE)."""
    retention_days: int
    """How long a log in a folder is kept (PREDICTION_LOG_DAYS)."""
    hidden: tuple[str, ...]
    """Inputs that the log must not hold (PREDICTION_LOG_REDACT, by commas)."""
    port: int
    """Port (PORT)."""


def settings(environ: dict[str, str] | None = None) -> Settings:
    """Return the settings that the environment names."""
    given = dict(os.environ) if environ is None else environ
    hidden = given.get("PREDICTION_LOG_REDACT", "")
    return Settings(
        model=Path(given.get("MODEL_DIR", "/mnt/models")),
        digest=given.get("MODEL_DIGEST") or None,
        version=given.get("MODEL_VERSION", "0"),
        log=given.get("PREDICTION_LOG", "build/predictions"),
        namespace=given.get("PREDICTION_LOG_NAMESPACE", ""),
        retention_days=int(given.get("PREDICTION_LOG_DAYS", "30")),
        hidden=tuple(name.strip() for name in hidden.split(",") if name.strip()),
        port=int(given.get("PORT", "8080")),
    )
