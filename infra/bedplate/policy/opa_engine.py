"""The second engine: the ``opa`` binary, all rules over all inputs in one batch."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bedplate.errors import PolicyError
from bedplate.policy.engine import SKIPPED, Outcome, read_hits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bedplate.policy.engine import Job

_DRIVER: Final = "bedplate_batch"
"""Package of the module that runs the batch."""


class _Broken(Exception):  # noqa: N818 - says which batch to split, never shown
    """A batch failed as a whole, as OPA's do when one rule breaks."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class OpaEngine:
    """Evaluates with ``opa eval``; a batch that breaks is split until the rule is found."""

    name = "opa"

    def __init__(self, binary: str = "opa", batch_seconds: float = 120.0) -> None:
        found = shutil.which(binary)
        if found is None:
            raise PolicyError(
                f"The program {binary} is not there. "
                "Fix: install Open Policy Agent and put opa on PATH, or leave out --rego opa."
            )
        self._binary = str(Path(found).resolve())
        self._seconds = batch_seconds

    def run(self, job: Job) -> list[Outcome]:
        """Return one outcome a task; see ``RegoEngine``."""
        if not job.tasks:
            return []
        with tempfile.TemporaryDirectory(prefix="bedplate-opa-") as folder:
            batch = _Batch(self._binary, self._seconds, Path(folder), job)
            everything = range(len(job.tasks))
            try:
                outcomes = batch.run(everything)
            except _Broken:
                outcomes = self._rule_by_rule(batch, job)
        return [outcomes[number] for number in everything]

    def close(self) -> None:
        """Do nothing: no process outlives a run."""

    def _rule_by_rule(self, batch: _Batch, job: Job) -> dict[int, Outcome]:
        """Run each rule apart, so that a broken one costs only itself."""
        by_rule: dict[str, list[int]] = defaultdict(list)
        for number, task in enumerate(job.tasks):
            by_rule[task.rule].append(number)
        outcomes: dict[int, Outcome] = {}
        for numbers in by_rule.values():
            outcomes |= _up_to_break(batch, numbers)
        return outcomes


def _up_to_break(batch: _Batch, numbers: Sequence[int]) -> dict[int, Outcome]:
    """Return the outcomes of one rule: up to the first input it breaks on, then skipped."""
    try:
        return batch.run(numbers)
    except _Broken as broken:
        if len(numbers) == 1:
            return {numbers[0]: Outcome(error=broken.reason)}
        if broken.reason.startswith("it did not end"):
            # Splitting would wait again and again; the rule is not tried further.
            first = {numbers[0]: Outcome(error=broken.reason)}
            return first | dict.fromkeys(numbers[1:], SKIPPED)
    middle = len(numbers) // 2
    left = _up_to_break(batch, numbers[:middle])
    if any(outcome.error for outcome in left.values()):
        return left | dict.fromkeys(numbers[middle:], SKIPPED)
    return left | _up_to_break(batch, numbers[middle:])


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
        (folder / "driver.rego").write_text(_driver(rules), encoding="utf-8")
        (folder / "data.json").write_text(json.dumps({"config": job.config}), encoding="utf-8")

    def run(self, numbers: Sequence[int]) -> dict[int, Outcome]:
        """Evaluate some tasks; raises _Broken where OPA refuses the batch."""
        used = sorted({self._job.tasks[number].input for number in numbers})
        place = {index: at for at, index in enumerate(used)}
        tasks: dict[str, list[list[int]]] = defaultdict(list)
        for number in numbers:
            task = self._job.tasks[number]
            tasks[task.rule].append([number, place[task.input]])
        inputs = ",".join(self._job.inputs[index] for index in used)
        text = f'{{"inputs":[{inputs}],"tasks":{json.dumps(tasks)}}}'
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
            raise _Broken(f"it did not end within {self._seconds:g} s") from error
        return self._answers(done)

    def _answers(self, done: subprocess.CompletedProcess[bytes]) -> list[tuple[int, Any]]:
        try:
            document = json.loads(done.stdout)
        except ValueError:
            raise _Broken("it took the engine down") from None
        if errors := document.get("errors"):
            first = errors[0]
            if first.get("code") != "eval_builtin_error" and "eval" not in str(first.get("code")):
                raise PolicyError(
                    f"The policies can't be read: {self._located(first)}. "
                    "Fix: run `opa check --strict` on them."
                )
            raise _Broken(str(first.get("message", ""))[:300])
        answers: list[tuple[int, Any]] = document["result"][0]["expressions"][0]["value"]
        return answers

    def _located(self, error: dict[str, Any]) -> str:
        place = error.get("location") or {}
        file = self._files.get(str(place.get("file")), str(place.get("file")))
        return f"{file}:{place.get('row', 0)}:{place.get('col', 0)}: {error.get('message', '')}"


def _driver(rules: Sequence[str]) -> str:
    """Return a module that answers every task as ``[task, messages]``."""
    lines = [f"package {_DRIVER}", "", "import rego.v1", ""]
    for rule in rules:
        lines += [
            "answers contains [task[0], messages] if {",
            f"\tsome task in input.tasks[{json.dumps(rule)}]",
            f"\tmessages := data.{rule} with input as input.inputs[task[1]]",
            "}",
            "",
        ]
    return "\n".join(lines)
