"""Rules on dependencies, code and tests."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Final

from bedplate.review.rule import Fault, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedplate.review.repository import Repository

_LOCKS: Final = (
    "uv.lock",
    "poetry.lock",
    "pdm.lock",
    "Pipfile.lock",
    "conda-lock.yml",
    "pixi.lock",
)
_UNSAFE_LOADS: Final = frozenset(
    {"pickle.load", "pickle.loads", "joblib.load", "dill.load", "cloudpickle.load", "torch.load"}
)
"""Calls that run code found in the file that they read."""
_SECRETS: Final = {
    "an AWS access key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a private key": re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----"),
    "a GitHub token": re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36,}\b"),
    "a GitLab token": re.compile(r"\bglpat-[A-Za-z0-9_-]{20,}\b"),
    "a Hugging Face token": re.compile(r"\bhf_[A-Za-z0-9]{30,}\b"),
}
_LEFTOVER: Final = re.compile(r"\{\{ ?cookiecutter\.|\bCHANGE_?ME\b|\bREPLACE_?ME\b")


def _lock(repository: Repository) -> Iterator[Fault]:
    """A lock names exact versions with hashes."""
    if repository.matching(*_LOCKS):
        return
    pinned = repository.matching("*requirements*.txt", "*.lock")
    if any("--hash=sha256:" in repository.text(name) for name in pinned):
        return
    name = pinned[0] if pinned else ""
    yield Fault(name, 0, "No lock with hashes says which packages are installed.")


def _tests(repository: Repository) -> Iterator[Fault]:
    """Tests exist and assert something that can fail."""
    names = repository.matching("test_*.py", "*_test.py")
    functions = [
        (name, node)
        for name in names
        if (tree := repository.module(name)) is not None
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test")
    ]
    if not functions:
        yield Fault("", 0, "There is no test.")
    for name, node in functions:
        constant = [a for a in ast.walk(node) if isinstance(a, ast.Assert) and _fixed(a.test)]
        for found in constant:
            yield Fault(name, found.lineno, f"{node.name} asserts a constant.")
        if not constant and not _asserts(node):
            yield Fault(name, node.lineno, f"{node.name} asserts nothing.")


def _fixed(test: ast.expr) -> bool:
    return isinstance(test, ast.Constant)


def _asserts(node: ast.AST) -> bool:
    """Tell whether a test can fail by a claim: an assert, an expected error, a checking call."""
    for part in ast.walk(node):
        if isinstance(part, ast.Assert | ast.Raise):
            return True
        if isinstance(part, ast.Call):
            called = ast.unparse(part.func).rpartition(".")[2]
            if called.startswith(("assert", "check", "expect", "raises", "warns", "fail")):
                return True
    return False


def _unsafe_loads(repository: Repository) -> Iterator[Fault] | None:
    """A model is never read by something that runs code from the file."""
    names = repository.matching("*.py")
    return _loads(repository, names) if names else None


def _loads(repository: Repository, names: tuple[str, ...]) -> Iterator[Fault]:
    for name in names:
        tree = repository.module(name)
        for node in ast.walk(tree) if tree else ():
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func)
            safe = any(k.arg == "weights_only" and _is_true(k.value) for k in node.keywords)
            if called in _UNSAFE_LOADS and not safe:
                yield Fault(name, node.lineno, f"`{called}` runs code from the file it reads.")


def _is_true(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is True


def _secrets(repository: Repository) -> Iterator[Fault]:
    """No credential lies in the repository; the message never repeats it."""
    for name in repository.files:
        for number, line in enumerate(repository.text(name).splitlines(), 1):
            for what, pattern in _SECRETS.items():
                if pattern.search(line):
                    yield Fault(name, number, f"The line holds what looks like {what}.")


def _leftovers(repository: Repository) -> Iterator[Fault]:
    """Nothing is left of a template: no braces, no text to be replaced."""
    for name in repository.files:
        for number, line in enumerate(repository.text(name).splitlines(), 1):
            found = _LEFTOVER.search(line)
            if found and not name.startswith("templates/"):
                yield Fault(name, number, f"`{found[0]}` is left over from a template.")


def _python_versions(repository: Repository) -> Iterator[Fault] | None:
    """Linter, types and containers run the Python that the project asks for."""
    text = repository.text("pyproject.toml")
    wanted = re.search(r'requires-python\s*=\s*"[^"0-9]*(\d+\.\d+)', text)
    if not wanted:
        return None
    return _other_versions(repository, text, wanted[1])


def _other_versions(repository: Repository, text: str, wanted: str) -> Iterator[Fault]:
    patterns = {
        r'target-version\s*=\s*"py(\d+)"': wanted.replace(".", ""),
        r'python_version\s*=\s*"(\d+\.\d+)"': wanted,
    }
    for pattern, expected in patterns.items():
        found = re.search(pattern, text)
        if found and found[1] != expected:
            at = text[: found.start()].count("\n") + 1
            message = f"`{found[0]}` does not fit Python {wanted}."
            yield Fault("pyproject.toml", at, message)
    for name in repository.matching("*.yml", "*.yaml"):
        for number, line in enumerate(repository.text(name).splitlines(), 1):
            if re.search(r"python-version:\s*3\.\d0\s*$", line):
                message = "YAML reads this unquoted version as a number and drops its zero."
                yield Fault(name, number, message)


RULES: Final = (
    Rule("MR-001", "Packages are locked with their hashes", "high",
         "Write a lock with `uv pip compile --universal --generate-hashes`.", _lock),
    Rule("MR-002", "Every test can fail", "high",
         "Assert what the code must do, or delete the test.", _tests),
    Rule("MR-003", "Models are read without running code", "high",
         "Store models with skops or safetensors, and list the trusted types.", _unsafe_loads),
    Rule("MR-004", "No credential lies in the repository", "critical",
         "Revoke it, remove it from the history, and read it from the environment.", _secrets),
    Rule("MR-005", "Nothing is left over from a template", "low",
         "Put in the real value, or delete the line.", _leftovers),
    Rule("MR-006", "One Python version for all tools", "medium",
         "Name the same version everywhere, quoted in YAML.", _python_versions),
)  # fmt: skip
"""Rules of this module."""
