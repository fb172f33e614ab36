"""The pipeline, once: which step waits for which. Every engine runs this, and only this.

A step is `python -m {{cookiecutter.package_name}}.ops.step NAME`; all logic is behind it.
"""

PACKAGE = "{{cookiecutter.package_name}}"
NAME = "{{cookiecutter.repo_slug}}-training"
"""Name in every engine; the platform starts a run by it when an alert asks for one."""
FIRST = "data"
"""Makes the data of the run."""
CONDITION = "wanted"
"""Says after the data whether to train at all: a scheduled run may have no reason to."""
AFTER: dict[str, tuple[str, ...]] = {
    "validate": (CONDITION,),
    "train": ("validate",),
    "drift": ("validate",),
    "evaluate": ("train",),
    "fairness": ("train",),
    "security": ("train",),
    "register": ("evaluate", "fairness", "drift", "security"),
    "parity": ("register",),
    "latency": ("register",),
    "card": ("parity", "latency"),
}
"""Steps after the condition, in an order in which they may run. Those that wait for the same run
side by side."""
EXIT = "monitor"
"""Step that runs at the end, whatever happened before."""
RETRIES = 2
"""How often a step that broke is tried again."""
RED = 1
"""Exit code of a red gate. It is not tried again: it would be red again."""
NO = 3
"""Exit code of the condition when there is nothing to do."""


def step(name: str) -> list[str]:
    """Return the command of a step."""
    return ["python", "-m", f"{PACKAGE}.ops.step", name, "--caller", "step"]


def condition(reason: str, out: str = "") -> list[str]:
    """Return the command that says whether to train."""
    command = ["python", "-m", f"{PACKAGE}.ops.wanted", "--reason", reason]
    return [*command, "--out", out] if out else command
