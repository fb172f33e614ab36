"""The third engine: an OPA server that somebody else runs, asked over HTTP.

The policies and their facts are put there for one run, in a namespace that only this run uses, and
are taken away afterwards. The server is never trusted to be well: one that is gone, slow, too old
or that answers anything but every question is an error, and never a pass.
"""

from __future__ import annotations

import json
import re
from contextlib import contextmanager, suppress
from secrets import token_hex
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
from bedplate.policy.engine import Outcome, read_hits
from bedplate.policy.joined import Located
from bedplate.policy.namespaced import namespaced
from bedplate.policy.opa_connection import Connection, Endless, Refused, UnwellError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bedplate.policy.engine import Job

OLDEST: Final = (1, 0)
"""Oldest version of OPA whose Rego is that of the policies."""
_PART_TASKS: Final = 400
"""Tasks that are asked in one request: what a server answers well within its time."""
_DRIVER: Final = "batch"
"""Package, in the namespace, of the module that runs a batch."""


class OpaServerEngine:
    """Evaluates in a running OPA server."""

    name = "opa-server"
    keeps_policies = False

    def __init__(self, address: str, token: str | None = None, seconds: float = 30.0) -> None:
        self._connection = Connection(address, token, seconds)

    def prepare(self, job: Job) -> None:
        """Do nothing: policies are read in each run."""

    def run(self, job: Job) -> list[Outcome]:
        """Return one outcome a task; see ``RegoEngine``."""
        if not job.tasks:
            return []
        self._check_version()
        with self._published(job) as namespace:
            return run_all(_Batch(self._connection, namespace, job).run, job)

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def _check_version(self) -> None:
        try:
            answer = self._connection.data("system/version")
            version = answer["result"]["version"]
            numbers = re.match(r"v?(\d+)\.(\d+)", version)
        except Refused as refused:
            raise self._connection.refusal(refused) from None
        except (KeyError, TypeError):
            raise self._connection.foreign(200) from None
        except Endless:
            raise self._connection.silent() from None
        if numbers is None or tuple(map(int, numbers.groups())) < OLDEST:
            oldest = ".".join(map(str, OLDEST))
            raise PolicyError(
                f"The OPA server {self._connection.address} is of version {version}; the policies "
                f"need {oldest} or later. Fix: upgrade it, or leave out --opa."
            )

    @contextmanager
    def _published(self, job: Job) -> Iterator[str]:
        """Put policies and facts into a namespace of this run's own, for as long as it lasts."""
        namespace = f"bedplate_{token_hex(8)}"
        placed = namespaced(job.modules, namespace)
        rules = sorted({task.rule for task in job.tasks})
        text = driver(f"{namespace}.{_DRIVER}", rules, namespace=f"data.{namespace}")
        names = []
        try:
            for name, module in [*placed.items(), (_DRIVER, Located(text, ()))]:
                names.append(f"{namespace}/{name}")
                self._publish(names[-1], module)
            config = {rule: dict(values) for rule, values in job.config.items()}
            self._connection.put_data(f"{namespace}/config", config)
            yield namespace
        finally:
            # What a dead server still holds is of no use to anybody else.
            for name in reversed(names):
                with suppress(PolicyError, Refused, Endless):
                    self._connection.delete_policy(name)
            with suppress(PolicyError, Refused, Endless):
                self._connection.delete_data(namespace)

    def _publish(self, name: str, module: Located) -> None:
        try:
            self._connection.put_policy(name, module.text)
        except Endless:
            raise self._connection.silent() from None
        except Refused as refused:
            error = (refused.errors or [{}])[0]
            place = error.get("location") or {}
            if "row" in place:
                at = module.place(int(place["row"]), int(place.get("col", 0)))
                raise PolicyError(
                    f"The policies can't be read: {at}: {error.get('message', '')}. "
                    "Fix: run `opa check --strict` on them."
                ) from None
            raise self._connection.refusal(refused) from None


class _Batch:
    """Runs over parts of one job that a server holds the policies of."""

    def __init__(self, connection: Connection, namespace: str, job: Job) -> None:
        self._connection = connection
        self._rule = f"{namespace}/{_DRIVER}/answers"
        self._job = job

    def run(self, numbers: Sequence[int]) -> dict[int, Outcome]:
        """Evaluate some tasks; raises Broken where a rule breaks."""
        outcomes: dict[int, Outcome] = {}
        for start in range(0, len(numbers), _PART_TASKS):
            part = numbers[start : start + _PART_TASKS]
            outcomes |= self._answered(part, self._ask(part))
        return outcomes

    def _ask(self, numbers: Sequence[int]) -> Any:
        document = json.loads(batch_input(self._job, numbers))
        try:
            return self._connection.query(self._rule, document)
        except Endless:
            if self._connection.is_alive():
                raise Broken(ENDLESS.format(self._connection.seconds)) from None
            raise self._connection.silent() from None
        except Refused as refused:
            for error in refused.errors:
                if is_rule_error(error):
                    raise Broken(str(error.get("message", ""))[:300]) from None
            raise self._connection.refusal(refused) from None

    def _answered(self, numbers: Sequence[int], answer: Any) -> dict[int, Outcome]:
        """Return the outcomes; raises PolicyError unless every question has one answer."""
        try:
            outcomes = {int(number): read_hits(value) for number, value in answer["result"]}
        except (KeyError, TypeError, ValueError):
            raise UnwellError(self._connection.address, "left questions unanswered") from None
        if set(outcomes) != set(numbers):
            raise UnwellError(self._connection.address, "left questions unanswered")
        return outcomes
