"""The second engine: the ``opa`` binary, all rules over all inputs in one batch."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bedplate.errors import PolicyError
from bedplate.policy.batches import (
    ENDLESS,
    Broken,
    batch_input,
    driver,
    is_rule_error,
    run_all,
)
from bedplate.policy.engine import read_hits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bedplate.policy.engine import Job, Outcome

_DRIVER: Final = "bedplate_batch"
"""Package of the module that runs the batch."""


class OpaEngine:
    """Evaluates with ``opa eval``; a batch that breaks is split until the rule is found."""

    name = "opa"
    keeps_policies = False

    def __init__(self, binary: str = "opa", batch_seconds: float = 120.0) -> None:
        found = shutil.which(binary)
        if found is None:
            raise PolicyError(
                f"The program {binary} is not there. "
                "Fix: install Open Policy Agent and put opa on PATH, or leave out --rego opa."
            )
        self._binary = str(Path(found).resolve())
        self._seconds = batch_seconds

    def prepare(self, job: Job) -> None:
        """Do nothing: policies are read in each run."""

    def run(self, job: Job) -> list[Outcome]:
        """Return one outcome a task; see ``RegoEngine``."""
        if not job.tasks:
            return []
        with tempfile.TemporaryDirectory(prefix="bedplate-opa-") as folder:
            return run_all(_Batch(self._binary, self._seconds, Path(folder), job).run, job)

    def close(self) -> None:
        """Do nothing: no process outlives a run."""


class _Batch:
    """A folder with the modules, and runs over parts of one job."""

    def __init__(self, binary: str, seconds: float, folder: Path, job: Job) -> None:
        self._binary = binary
        self._seconds = seconds
        self._folder = folder
        self._job = job
        self._files: dict[str, str] = {}
        for number, module in enumerate(job.modules):
            file = f"m{number}.rego"
            self._files[file] = module.file
            (folder / file).write_text(module.text, encoding="utf-8")
        rules = sorted({task.rule for task in job.tasks})
        (folder / "driver.rego").write_text(driver(_DRIVER, rules), encoding="utf-8")
        (folder / "data.json").write_text(json.dumps({"config": job.config}), encoding="utf-8")

    def run(self, numbers: Sequence[int]) -> dict[int, Outcome]:
        """Evaluate some tasks; raises Broken where OPA refuses the batch."""
        text = batch_input(self._job, numbers)
        (self._folder / "input.json").write_text(text, encoding="utf-8")
        answers = self._eval()
        return {number: read_hits(value) for number, value in answers}

    def _eval(self) -> list[tuple[int, Any]]:
        files = [*self._files, "driver.rego", "data.json"]
        data = [argument for file in files for argument in ("--data", file)]
        command = [
            self._binary, "eval", *data, "--input", "input.json", "--format", "json",
            "--strict-builtin-errors", f"data.{_DRIVER}.answers",
        ]  # fmt: skip
        try:
            done = subprocess.run(  # noqa: S603 - the binary that the user named
                command,
                cwd=self._folder,
                capture_output=True,
                timeout=self._seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise Broken(ENDLESS.format(self._seconds)) from error
        return self._answers(done)

    def _answers(self, done: subprocess.CompletedProcess[bytes]) -> list[tuple[int, Any]]:
        try:
            document = json.loads(done.stdout)
        except ValueError:
            raise Broken("it took the engine down") from None
        if errors := document.get("errors"):
            first = errors[0]
            if not is_rule_error(first):
                raise PolicyError(
                    f"The policies can't be read: {self._located(first)}. "
                    "Fix: run `opa check --strict` on them."
                )
            raise Broken(str(first.get("message", ""))[:300])
        answers: list[tuple[int, Any]] = document["result"][0]["expressions"][0]["value"]
        return answers

    def _located(self, error: dict[str, Any]) -> str:
        place = error.get("location") or {}
        file = self._files.get(str(place.get("file")), str(place.get("file")))
        return f"{file}:{place.get('row', 0)}:{place.get('col', 0)}: {error.get('message', '')}"
