"""Runs the tests of own rules: by the real ``opa test`` where it is there, else in regorus.

A test is a rule ``test_…`` of a file ``…_test.rego`` that holds. In regorus each is asked through a
rule of a driver module, so that the engine's worker, with its limits, is the one that runs it.
"""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from bedplate.errors import PolicyError
from bedplate.policy.catalogue import Module
from bedplate.policy.engine import Job, Task
from bedplate.policy.metadata import package_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bedplate.policy.engine import RegoEngine

_DRIVER: Final = "bedplate_own_tests"
_TEST: Final = re.compile(r"^(test_\w+)\b", re.MULTILINE)

Result = Literal["pass", "fail", "error"]
"""Whether a test held, did not hold, or broke."""


@dataclass(frozen=True, slots=True)
class Tested:
    """What came of one test."""

    name: str
    """``<package>.<rule>``."""
    file: str
    """File that it stands in."""
    line: int
    """1-based line of the test."""
    result: Result
    """Whether it held."""
    reason: str = ""
    """Why it broke."""


def modules_of(folders: Sequence[Path]) -> tuple[Module, ...]:
    """Return all Rego files below the folders; raises PolicyError for one without package."""
    modules = []
    for folder in folders:
        for file in sorted(folder.rglob("*.rego")):
            text = file.read_text(encoding="utf-8")
            package = package_of(text)
            if package is None:
                raise PolicyError(f"{file} declares no package. Fix: declare one in it.")
            modules.append(Module(str(file), text, package))
    return tuple(modules)


def tests_of(modules: Sequence[Module]) -> list[tuple[str, str, int]]:
    """Return name, file and line of each test, each name once."""
    found: dict[str, tuple[str, int]] = {}
    for module in modules:
        if not module.file.endswith("_test.rego"):
            continue
        for match in _TEST.finditer(module.text):
            line = module.text.count("\n", 0, match.start()) + 1
            found.setdefault(f"{module.package}.{match[1]}", (module.file, line))
    return [(name, file, line) for name, (file, line) in found.items()]


def run_in_process(modules: Sequence[Module], engine: RegoEngine) -> list[Tested]:
    """Run every test in an engine of ours."""
    tests = tests_of(modules)
    lines = [f"package {_DRIVER}", "", "import rego.v1", ""]
    for number, (name, _, _) in enumerate(tests):
        lines.append(f't{number} contains "held" if data.{name}')
    driver = Module("driver.rego", "\n".join([*lines, ""]), _DRIVER)
    tasks = [Task(0, f"{_DRIVER}.t{number}") for number in range(len(tests))]
    outcomes = engine.run(Job((*modules, driver), {}, ["{}"], tasks))
    results: list[Tested] = []
    for (name, file, line), outcome in zip(tests, outcomes, strict=True):
        result: Result = "error" if outcome.error else "pass" if outcome.hits else "fail"
        results.append(Tested(name, file, line, result, outcome.error or ""))
    return results


def run_by_opa(opa: str, modules: Sequence[Module], seconds: float = 60.0) -> list[Tested]:
    """Run every test by ``opa test``; raises PolicyError where it can't read the files."""
    files = [module.file for module in modules]
    try:
        done = subprocess.run(  # noqa: S603 - the program that was found on PATH
            [opa, "test", "--format", "json", "--timeout", "10s", *files],
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise PolicyError(
            f"opa test did not end within {seconds:g} s. Fix: look for a test that never ends."
        ) from error
    try:
        entries = json.loads(done.stdout or "null")
    except ValueError:
        entries = None
    if not isinstance(entries, list):
        said = " ".join((done.stderr or done.stdout).split())[:500]
        raise PolicyError(f"opa test refuses the files: {said}. Fix: mend what it names.")
    return [_tested(entry) for entry in entries]


def _tested(entry: dict[str, object]) -> Tested:
    place = entry.get("location")
    file, line = "", 0
    if isinstance(place, dict):
        file, line = str(place.get("file", "")), int(place.get("row", 0))
    name = f"{str(entry.get('package', '')).removeprefix('data.')}.{entry.get('name', '')}"
    error = entry.get("error")
    if error:
        return Tested(name, file, line, "error", str(error)[:300])
    return Tested(name, file, line, "fail" if entry.get("fail") else "pass")
