"""Both engines say the same, and a rule that breaks costs only itself."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from support.plans import RULE, pack

from bedplate.errors import PolicyError
from bedplate.policy.engine import HELD, SKIPPED, Hit, Job, Outcome, Task, read_hits, short_error
from bedplate.policy.opa_engine import OpaEngine
from bedplate.policy.regorus_engine import RegorusEngine

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bedplate.policy.engine import RegoEngine

BOTH = [
    pytest.param(RegorusEngine, id="regorus"),
    pytest.param(OpaEngine, id="opa", marks=pytest.mark.needs("opa")),
]
BLUE, RED = '{"colour":"blue"}', '{"colour":"red"}'

ENDLESS = """
\tsome a in numbers.range(1, 1000000)
\tsome b in numbers.range(1, 1000000)
\ta * b == 0 - 1
"""
GREEDY = "\n\tcount(numbers.range(1, 4000000000)) == 0\n"
BROKEN = '\n\tobject.get(input, "colour", "") == "red"\n\tto_number(input.colour) == 1\n'


def _second(body: str, more: str = "") -> str:
    """Return a second rule, with the given body."""
    head = RULE.partition("\tobject.get")[0].replace("ACM-001", "ACM-002")
    return f'{head.replace("acm_001", "acm_002")}{body}\tmessage := "never"\n}}\n{more}'


def _job(folder: Path, inputs: Sequence[str], *bodies: str) -> Job:
    texts = dict(zip("abcde", bodies, strict=False))
    rules = ("acme.deny_acm_002",) if bodies else ()
    tasks = [
        Task(number, rule)
        for number in range(len(inputs))
        for rule in (*rules, "acme.deny_acm_001")
    ]
    modules = pack(folder, rule=RULE, **texts).modules
    return Job(modules, {}, inputs, tasks)


@pytest.mark.parametrize("engine", BOTH)
def test_a_rule_fires_or_holds(engine: type[RegoEngine], tmp_path: Path) -> None:
    """One outcome a task, in the order of the tasks."""
    with closing(engine()) as running:
        outcomes = running.run(_job(tmp_path, [BLUE, RED, BLUE]))

    assert outcomes == [HELD, Outcome((Hit("Not blue; paint it."),)), HELD]


@pytest.mark.parametrize("engine", BOTH)
def test_no_tasks_are_no_outcomes(engine: type[RegoEngine], tmp_path: Path) -> None:
    """A plan that no policy judges is fine."""
    with closing(engine()) as running:
        assert running.run(Job(_job(tmp_path, []).modules, {}, [], [])) == []


@pytest.mark.parametrize("engine", BOTH)
def test_a_rule_that_breaks_is_an_error_and_then_left_out(
    engine: type[RegoEngine], tmp_path: Path
) -> None:
    """Its first break is told; what it said before stands, and the other rules go on."""
    with closing(engine()) as running:
        job = _job(tmp_path, [BLUE, RED, BLUE, RED], _second(BROKEN))
        outcomes = running.run(job)

    of_broken, of_other = outcomes[::2], outcomes[1::2]
    assert of_broken[0] == HELD
    assert of_broken[1].error is not None
    assert of_broken[2:] == [SKIPPED, SKIPPED]
    assert [bool(outcome.hits) for outcome in of_other] == [False, True, False, True]


def test_a_rule_that_never_ends_is_killed(tmp_path: Path) -> None:
    """The worker is killed at that rule and goes on after it without it."""
    with closing(RegorusEngine(task_seconds=0.5)) as running:
        outcomes = running.run(_job(tmp_path, [BLUE, RED], _second(ENDLESS)))

    assert outcomes == [
        Outcome(error="it did not end within 0.5 s"),
        HELD,
        SKIPPED,
        Outcome((Hit("Not blue; paint it."),)),
    ]


@pytest.mark.needs("opa")
def test_opa_is_killed_at_a_rule_that_never_ends(tmp_path: Path) -> None:
    """OPA says nothing of where it is, so the rule counts as broken from its first input."""
    with closing(OpaEngine(batch_seconds=3)) as running:
        outcomes = running.run(_job(tmp_path, [BLUE, RED], _second(ENDLESS)))

    assert outcomes == [
        Outcome(error="it did not end within 3 s"),
        HELD,
        SKIPPED,
        Outcome((Hit("Not blue; paint it."),)),
    ]


@pytest.mark.parametrize(
    ("body", "more"),
    [
        pytest.param("\tf(1) == 2\n", "f(x) := g(x)\n\ng(x) := f(x)\n", id="recursion"),
        pytest.param(GREEDY, "", id="memory"),
    ],
)
def test_a_rule_that_takes_the_engine_down_costs_only_itself(
    tmp_path: Path, body: str, more: str
) -> None:
    """The process dies, the rule is named, the others are judged."""
    with closing(RegorusEngine(task_seconds=5)) as running:
        outcomes = running.run(_job(tmp_path, [RED, RED], _second(body, more)))

    assert outcomes[0].error is not None
    assert outcomes[2] == SKIPPED
    assert outcomes[1] == outcomes[3] == Outcome((Hit("Not blue; paint it."),))


@pytest.mark.parametrize("engine", BOTH)
def test_modules_that_cannot_be_read_are_refused(engine: type[RegoEngine], tmp_path: Path) -> None:
    """A syntax error is told with its place, before anything is judged."""
    job = _job(tmp_path, [BLUE], _second("\tsome in in\n"))

    with closing(engine()) as running, pytest.raises(PolicyError) as caught:
        running.run(job)

    assert f"{tmp_path}/pack/things/a.rego:17:" in caught.value.message
    assert caught.value.message.endswith("Fix: run `opa check --strict` on them.")


@pytest.mark.parametrize("engine", BOTH)
def test_an_engine_can_be_used_again(engine: type[RegoEngine], tmp_path: Path) -> None:
    """Facts of an earlier run do not linger."""
    modules = pack(tmp_path, rule=RULE.replace('"blue"', "data.config.deny_acm_001.colour")).modules
    with closing(engine()) as running:
        answers = [
            running.run(Job(modules, config, [RED], [Task(0, "acme.deny_acm_001")]))
            for config in ({"deny_acm_001": {"colour": "red"}}, {"deny_acm_001": {"colour": "x"}})
        ]

    assert answers == [[HELD], [Outcome((Hit("Not blue; paint it."),))]]


def test_a_missing_opa_says_how_to_get_it() -> None:
    """The second engine is asked for by name, so its absence is told."""
    with pytest.raises(PolicyError) as caught:
        OpaEngine("opa-that-is-not-there")

    assert caught.value.message == (
        "The program opa-that-is-not-there is not there. "
        "Fix: install Open Policy Agent and put opa on PATH, or leave out --rego opa."
    )


def test_a_value_of_no_known_form_is_an_error() -> None:
    """Whatever a rule holds that is no message is never taken for a pass."""
    assert read_hits("fired") == Outcome(error="the rule is no set of messages")
    assert read_hits(["b", {"msg": "a", "urn": "u"}]) == Outcome((Hit("a", "u"), Hit("b")))
    assert read_hits([{"text": "a"}]) == Outcome(
        error="the rule holds something that is neither text nor has a msg"
    )


def test_an_engines_error_is_one_sentence() -> None:
    """Stack traces and excerpts stay out."""
    text = "\n--> a.rego:10:39\n   |\n10 | x / 0\nerror: divide by zero\n\nStack backtrace:\n 0: x"

    assert short_error(text) == "divide by zero"
    assert short_error("not a valid rule path") == "not a valid rule path"
    assert short_error("") == "the rule broke without a reason"
