"""Prepares the sandbox's folder and the environment in which the Pulumi CLI runs inside it."""

from __future__ import annotations

import secrets
import sys
import tempfile
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ruamel.yaml import YAML

import bedplate
from bedplate.engine.cli_command import run_pulumi
from bedplate.engine.sandbox.drift import FILE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bedplate.engine.request import LayerRequest

BANNER: Final = "SANDBOX: stand-in provider, nothing is deployed"
"""Shown in every sandbox run, so that nobody takes it for a real deployment."""
FOLDER: Final = Path(".bedplate") / "sandbox"
"""The sandbox's folder below the root of a project."""
NO_ACCOUNT: Final = "000000000000"
"""Account of a sandbox that is not told whose it is."""
ACCOUNT_VARIABLE: Final = "BEDPLATE_SANDBOX_ACCOUNT"
"""Environment variable that tells the stand-in provider its AWS account."""
PACKAGES: Final = ("aws", "kubernetes")
"""Pulumi packages whose provider is stood in for."""

_NOTE: Final = f"""\
{BANNER}.

This folder holds the state of Pulumi runs in Bedplate's sandbox. It is no record of anything in
AWS, and it may be deleted at any time.
"""


@contextmanager
def session(
    root: Path, stacks: Iterable[tuple[str, str]] | None = None
) -> Iterator[dict[str, str]]:
    """Give the environment variables of a sandbox for the project at ``root``.

    Add them to the process's own and run ``pulumi`` as usual. State, passphrase, plugins and stack
    settings all lie in the sandbox; nothing of the user's is read or written. ``stacks`` are the
    projects and stacks that must exist; by default every environment of every layer. Raises
    EngineError where the CLI is missing.
    """
    folder = root.resolve() / FOLDER
    for name in ("state", "home", "settings"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    _write(folder / ".gitignore", "*\n")
    _write(folder / "SANDBOX.txt", _NOTE)
    for package in PACKAGES:
        _write_plugin(folder / "home" / "plugins", package)
    environment = _environment(folder)
    for project, stack in _stacks_of(root) if stacks is None else stacks:
        _ensure_stack(folder, environment, project, stack)
    yield environment


def settings_file(root: Path, request: LayerRequest) -> Path:
    """Return where the sandbox keeps one stack's settings, instead of the project's own file."""
    name = f"Pulumi.{request.project}.{request.stack}.yaml"
    return root.resolve() / FOLDER / "settings" / name


def _environment(folder: Path) -> dict[str, str]:
    return {
        "PULUMI_BACKEND_URL": (folder / "state").as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": _passphrase(folder / "passphrase"),
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_IGNORE_AMBIENT_PLUGINS": "true",
        # The CLI reads each of its flags from such a variable; this one is --config-file.
        "PULUMI_OPTION_CONFIG_FILE": str(folder / "settings" / "Pulumi.sandbox.yaml"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }


def _stacks_of(root: Path) -> Iterator[tuple[str, str]]:
    """Yield project and stack of every environment in every layer of a platform repository."""
    environments = [file.stem for file in sorted((root / "stacks").glob("*.yaml"))]
    for file in sorted((root / "infra").glob("*/Pulumi.yaml")):
        project = YAML(typ="safe", pure=True).load(file)["name"]
        for environment in environments:
            if environment != "common":
                yield project, environment


def _ensure_stack(folder: Path, environment: dict[str, str], project: str, stack: str) -> None:
    """Create a stack where it is missing, from a project of the sandbox's own.

    ``pulumi stack init`` writes settings beside the project, and the user's must not change.
    """
    if (folder / "state" / ".pulumi" / "stacks" / project / f"{stack}.json").exists():
        return
    home = folder / "projects" / project
    home.mkdir(parents=True, exist_ok=True)
    _write(home / "Pulumi.yaml", f"name: {project}\nruntime: python\n")
    name = f"organization/{project}/{stack}"
    arguments = ["stack", "init", name, "--no-select"]
    run_pulumi(arguments, home, environment, (project, stack))


def _passphrase(path: Path) -> str:
    """Return the sandbox's own passphrase, made on first use and readable by its owner only."""
    if not path.exists():
        with tempfile.NamedTemporaryFile("w", dir=path.parent, encoding="utf-8") as made:
            made.write(secrets.token_urlsafe(24))
            made.flush()
            # Whoever is first wins, and nobody reads half a passphrase.
            with suppress(FileExistsError):
                path.hardlink_to(made.name)
    return path.read_text(encoding="utf-8")


def _write_plugin(plugins: Path, package: str) -> None:
    """Install a launcher where the CLI looks for the provider of the installed SDK."""
    launcher = f"pulumi-resource-{package}"
    folder = plugins / f"resource-{package}-v{version(f'pulumi-{package}')}"
    folder.mkdir(parents=True, exist_ok=True)
    library = Path(bedplate.__file__).parents[1]
    _write(
        folder / launcher,
        "#!/bin/sh\n"
        f'PYTHONPATH="{library}${{PYTHONPATH:+:$PYTHONPATH}}" '
        f'exec "{sys.executable}" -m bedplate.engine.sandbox.provider '
        f'"--package={package}" "--account=${{{ACCOUNT_VARIABLE}:-{NO_ACCOUNT}}}" '
        f'"--drift={plugins.parents[1] / FILE}" "$@"\n',
    )
    (folder / launcher).chmod(0o755)


def _write(path: Path, text: str) -> None:
    """Write a file unless it is there already: another run may be reading it."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
