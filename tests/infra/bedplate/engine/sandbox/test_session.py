"""The sandbox's folder and environment; what needs the CLI is in test_pulumi_cli.py."""

from __future__ import annotations

import stat
import subprocess
import sys
from typing import TYPE_CHECKING

from bedplate.engine.sandbox import BANNER, session
from bedplate.engine.sandbox.session import _stacks_of

if TYPE_CHECKING:
    from pathlib import Path


def test_everything_lies_in_the_sandbox(tmp_path: Path) -> None:
    """Backend, plugins and settings are the sandbox's own, whatever the user has set."""
    with session(tmp_path, []) as environment:
        folder = tmp_path / ".bedplate" / "sandbox"

    assert environment["PULUMI_BACKEND_URL"] == (folder / "state").as_uri()
    assert environment["PULUMI_HOME"] == str(folder / "home")
    assert environment["PULUMI_OPTION_CONFIG_FILE"].startswith(str(folder / "settings"))
    assert [tmp_path / ".bedplate"] == list(tmp_path.iterdir())
    assert (folder / "SANDBOX.txt").read_text().startswith(BANNER)
    assert (folder / ".gitignore").read_text() == "*\n"


def test_passphrase_is_kept_and_private(tmp_path: Path) -> None:
    """The passphrase is made once and readable by its owner only; each sandbox has its own."""
    with session(tmp_path, []) as first, session(tmp_path, []) as second:
        pass
    with session(tmp_path / "other", []) as other:
        pass
    file = tmp_path / ".bedplate" / "sandbox" / "passphrase"
    names = ("first", "second", "other")
    found = dict(zip(names, (first, second, other), strict=True))
    passphrases = {name: found[name]["PULUMI_CONFIG_PASSPHRASE"] for name in names}

    assert passphrases["first"] == passphrases["second"] != passphrases["other"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_launcher_starts_the_stand_in(tmp_path: Path) -> None:
    """What the CLI finds as AWS plugin prints a port: the stand-in of this library."""
    with session(tmp_path, []) as environment:
        plugins = tmp_path / ".bedplate" / "sandbox" / "home" / "plugins"
        (launcher,) = plugins.glob("resource-aws-v*/pulumi-resource-aws")
    started = subprocess.Popen([str(launcher), "-logflow"], stdout=subprocess.PIPE, text=True)
    try:
        port = started.stdout.readline() if started.stdout else ""
    finally:
        started.kill()
        started.wait()

    assert 1024 < int(port) < 65536
    assert sys.executable in launcher.read_text()
    assert environment["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] == "true"


def test_stacks_of_a_repository(tmp_path: Path) -> None:
    """Every environment of every layer has a stack; what environments share is none."""
    (tmp_path / "stacks").mkdir()
    for name in ("common", "dev", "prod"):
        (tmp_path / "stacks" / f"{name}.yaml").touch()
    for name in ("foundation", "platform"):
        folder = tmp_path / "infra" / name
        folder.mkdir(parents=True)
        (folder / "Pulumi.yaml").write_text(f"name: bedplate-{name}\n")

    assert list(_stacks_of(tmp_path)) == [
        ("bedplate-foundation", "dev"),
        ("bedplate-foundation", "prod"),
        ("bedplate-platform", "dev"),
        ("bedplate-platform", "prod"),
    ]
