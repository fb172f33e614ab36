"""Where a step runs and what it was told: folders, configuration, caller."""

import functools
import getpass
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import jsonschema
import yaml

from .digest import of_value, parse_yaml, read_json
from .errors import OpsError, UsageError

Caller = Literal["pr", "step", "promotion", "schedule"]
"""Who runs a gate: a pull request, a pipeline, a promotion, or a schedule."""
CALLERS: tuple[Caller, ...] = ("pr", "step", "promotion", "schedule")


@dataclass(frozen=True)
class Context:
    """One run of one or more steps."""

    root: Path
    """The repository."""
    build: Path
    """Where results go; nothing in it is kept in git."""
    caller: Caller = "step"
    """Who runs the step."""
    environment: str = "dev"
    """Which environment a release is for."""
    seed: int = 7
    """Everything random in training and gates follows from it."""
    serve: str = ""
    """Module that serves the model; empty for the repository's own."""

    @property
    def data(self) -> Path:
        """Folder of the data of this run."""
        return self.build / "data"

    @property
    def model(self) -> Path:
        """Folder of the model of this run."""
        return self.build / "model"

    @property
    def evidence(self) -> Path:
        """Folder of the evidence of this run."""
        return self.build / "evidence"

    @property
    def registration(self) -> Path:
        """What the registry said of this run's model."""
        return self.build / "registration.json"

    def config(self, name: str) -> dict[str, Any]:
        """Return a configuration that its schema accepts."""
        return load_config(self.root / "config", name)

    def tier(self) -> int:
        """Return the risk tier, 1 to 3."""
        tier: int = self.config("governance")["risk"]["tier"]
        return tier

    def name(self) -> str:
        """Return the name of the model."""
        name: str = self.config("governance")["model"]["name"]
        return name


def here(**changes: Any) -> Context:
    """Return the context of the current repository; `BUILD_DIR` moves its results."""
    root = Path(os.environ.get("MODEL_REPO", ".")).resolve()
    if not (root / "config" / "gates.yaml").is_file():
        raise UsageError(f"{root} is not a model repository. Fix: run this from its root.")
    build = Path(os.environ.get("BUILD_DIR", "build"))
    return Context(root, root / build, **changes)


@functools.cache
def load_config(folder: Path, name: str) -> dict[str, Any]:
    """Return one file of `config/`; all that its schema refuses is reported at once."""
    path = folder / f"{name}.yaml"
    try:
        value = parse_yaml(path.read_text("utf-8"))
    except (OSError, yaml.YAMLError) as fault:
        raise UsageError(f"config/{name}.yaml can't be read: {fault}") from None
    schema = read_json(folder / "schemas" / f"{name}.schema.json")
    checker = jsonschema.Draft202012Validator(
        schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )
    # YAML reads a bare date as a date; the schema speaks of texts.
    value = _plain(value)
    faults = [
        f"config/{name}.yaml: {'.'.join(map(str, fault.absolute_path)) or 'file'}: {fault.message}"
        for fault in checker.iter_errors(value)
    ]
    if faults:
        raise UsageError("\n".join(sorted(faults)))
    result: dict[str, Any] = value
    return result


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def config_digest(context: Context) -> str:
    """Return the digest of the thresholds that gates were judged by."""
    return of_value(context.config("gates"))


def now() -> datetime:
    """Return the time, in UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def actor() -> str:
    """Return who runs this, as CI or the system says."""
    for name in ("GITHUB_ACTOR", "GITLAB_USER_LOGIN", "ACTOR"):
        if os.environ.get(name):
            return os.environ[name]
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container may run as a user that has no name
        return "unknown"


def command(step: str) -> str:
    """Return how to run a step."""
    return f"python -m {__name__.split('.', maxsplit=1)[0]}.ops.step {step}"


def registered(context: Context) -> dict[str, Any]:
    """Return what `register` wrote."""
    if not context.registration.is_file():
        raise OpsError("the model is not registered. Fix: run the step `register` first.")
    return read_json(context.registration)
