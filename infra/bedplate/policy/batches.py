"""Runs the tasks of a job in batches, and finds the rule that a broken batch breaks on.

OPA judges many tasks in one query, and one rule that breaks fails the whole query. The program and
the server engine share the module that runs a batch, and the search for the rule at fault.
"""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from bedplate.policy.engine import SKIPPED, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bedplate.policy.engine import Job

    Run: TypeAlias = Callable[[Sequence[int]], dict[int, Outcome]]

ENDLESS: Final = "it did not end within {:g} s"
"""Why a batch broke that took too long."""


class Broken(Exception):  # noqa: N818 - says which batch to split, never shown
    """A batch failed as a whole, as OPA's do when one rule breaks."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def run_all(run: Run, job: Job) -> list[Outcome]:
    """Return one outcome a task; ``run`` judges some tasks by number and may raise Broken."""
    everything = range(len(job.tasks))
    if not everything:
        return []
    try:
        outcomes = run(everything)
    except Broken:
        outcomes = _rule_by_rule(run, job)
    return [outcomes[number] for number in everything]


def _rule_by_rule(run: Run, job: Job) -> dict[int, Outcome]:
    """Run each rule apart, so that a broken one costs only itself."""
    by_rule: dict[str, list[int]] = defaultdict(list)
    for number, task in enumerate(job.tasks):
        by_rule[task.rule].append(number)
    outcomes: dict[int, Outcome] = {}
    for numbers in by_rule.values():
        outcomes |= _up_to_break(run, numbers)
    return outcomes


def _up_to_break(run: Run, numbers: Sequence[int]) -> dict[int, Outcome]:
    """Return the outcomes of one rule: up to the first input it breaks on, then skipped."""
    try:
        return run(numbers)
    except Broken as broken:
        if len(numbers) == 1:
            return {numbers[0]: Outcome(error=broken.reason)}
        if broken.reason.startswith(ENDLESS.partition("{")[0]):
            # Splitting would wait again and again; the rule is not tried further.
            first = {numbers[0]: Outcome(error=broken.reason)}
            return first | dict.fromkeys(numbers[1:], SKIPPED)
    middle = len(numbers) // 2
    left = _up_to_break(run, numbers[:middle])
    if any(outcome.error for outcome in left.values()):
        return left | dict.fromkeys(numbers[middle:], SKIPPED)
    return left | _up_to_break(run, numbers[middle:])


def driver(package: str, rules: Sequence[str], *, namespace: str = "data") -> str:
    """Return a module whose ``answers`` hold ``[task, messages]`` for every task of its input.

    Rules are looked up below ``namespace``; where that is not all of data, so is their config.
    """
    config = "" if namespace == "data" else f" with data.config as {namespace}.config"
    lines = [f"package {package}", "", "import rego.v1", ""]
    for rule in rules:
        lines += [
            "answers contains [task[0], messages] if {",
            f"\tsome task in input.tasks[{json.dumps(rule)}]",
            f"\tmessages := {namespace}.{rule} with input as input.inputs[task[1]]{config}",
            "}",
            "",
        ]
    return "\n".join(lines)


def batch_input(job: Job, numbers: Sequence[int]) -> str:
    """Return the driver's input for some tasks, as JSON."""
    used = sorted({job.tasks[number].input for number in numbers})
    place = {index: at for at, index in enumerate(used)}
    tasks: dict[str, list[list[int]]] = defaultdict(list)
    for number in numbers:
        task = job.tasks[number]
        tasks[task.rule].append([number, place[task.input]])
    inputs = ",".join(job.inputs[index] for index in used)
    return f'{{"inputs":[{inputs}],"tasks":{json.dumps(tasks)}}}'


def is_rule_error(error: dict[str, Any]) -> bool:
    """Tell whether an error of OPA's is about a rule on an input, and not about the modules."""
    return "eval" in str(error.get("code"))
