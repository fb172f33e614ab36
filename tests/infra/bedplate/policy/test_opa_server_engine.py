"""An OPA server says the same as the other engines, and one that is not well is never a pass."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from support.opa_server import Answer, free_port, never_answering, opa_server, stand_in
from support.plans import RULE, pack

from bedplate.errors import EXIT_BLOCKED, PolicyError
from bedplate.policy.engine import HELD, SKIPPED, Hit, Job, Outcome, Task
from bedplate.policy.opa_server_engine import OpaServerEngine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

BLUE, RED = '{"colour":"blue"}', '{"colour":"red"}'
NOT_BLUE = Outcome((Hit("Not blue; paint it."),))
BROKEN = '\n\tobject.get(input, "colour", "") == "red"\n\tto_number(input.colour) == 1\n'
ENDLESS = "\tsome a in numbers.range(1, 1000000)\n\tsome b in numbers.range(1, 1000000)\n"
ENDLESS += "\ta * b == 0 - 1\n"
VERSION = b'{"result":{"version":"1.22.2"}}'
TRY_AGAIN = (
    "; nothing counts as judged. "
    "Fix: check that it is a running OPA server and try again, or leave out --opa."
)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Run one server for all tests that leave it well."""
    with opa_server() as (address, _):
        yield address


def _job(folder: Path, inputs: Sequence[str], second: str = "", **more: Any) -> Job:
    head = RULE.partition("\tobject.get")[0].replace("ACM-001", "ACM-002")
    body = f'{head.replace("acm_001", "acm_002")}{second}\tmessage := "never"\n}}\n'
    modules = pack(folder, rule=RULE, **({"second": body} if second else {})).modules
    rules = (*(("acme.deny_acm_002",) if second else ()), "acme.deny_acm_001")
    tasks = [Task(number, rule) for number in range(len(inputs)) for rule in rules]
    return Job(modules, more.get("config", {}), inputs, tasks)


def _refusal(address: str, folder: Path, seconds: float = 5.0) -> str:
    with (
        closing(OpaServerEngine(address, seconds=seconds)) as engine,
        pytest.raises(PolicyError) as caught,
    ):
        engine.run(_job(folder, [BLUE]))
    assert caught.value.exit_code == EXIT_BLOCKED
    return caught.value.message


@pytest.mark.needs("opa")
def test_a_rule_fires_or_holds(server: str, tmp_path: Path) -> None:
    """One outcome a task, in the order of the tasks; no tasks are no outcomes."""
    with closing(OpaServerEngine(server)) as engine:
        assert engine.run(_job(tmp_path, [BLUE, RED, BLUE])) == [HELD, NOT_BLUE, HELD]
        assert engine.run(_job(tmp_path, [])) == []


@pytest.mark.needs("opa")
def test_a_run_leaves_nothing_behind(server: str, tmp_path: Path) -> None:
    """Policies and facts lie in a namespace of the run's own, which goes with it."""
    from opa_client.opa import OpaClient  # noqa: PLC0415 - an extra

    port = int(server.rpartition(":")[2])
    with OpaClient("127.0.0.1", port) as client, closing(OpaServerEngine(server)) as engine:
        client.update_policy_from_string("package acme\n\ndeny_acm_001 := 1", "theirs")
        client.update_or_create_data({"deny_acm_001": {"colour": "grey"}}, "config")

        assert engine.run(_job(tmp_path, [RED])) == [NOT_BLUE]
        assert client.get_policies_list() == ["theirs"]
        assert set(client.get_data()["result"]) == {"acme", "config"}


@pytest.mark.needs("opa")
def test_facts_are_those_of_the_run(server: str, tmp_path: Path) -> None:
    """A rule reads its own facts, whatever else the server holds."""
    text = RULE.replace('"blue"', "data.config.deny_acm_001.colour")
    modules = pack(tmp_path, rule=text).modules
    tasks = [Task(0, "acme.deny_acm_001")]
    with closing(OpaServerEngine(server)) as engine:
        answers = [
            engine.run(Job(modules, {"deny_acm_001": {"colour": colour}}, [RED], tasks))
            for colour in ("red", "green")
        ]

    assert answers == [[HELD], [NOT_BLUE]]


@pytest.mark.needs("opa")
def test_a_rule_that_breaks_costs_only_itself(server: str, tmp_path: Path) -> None:
    """A builtin's error is an error, though a server would by itself pass over it in silence."""
    with closing(OpaServerEngine(server)) as engine:
        outcomes = engine.run(_job(tmp_path, [BLUE, RED, BLUE, RED], BROKEN))

    of_broken, of_other = outcomes[::2], outcomes[1::2]
    assert of_broken[0] == HELD
    assert "to_number" in str(of_broken[1].error)
    assert of_broken[2:] == [SKIPPED, SKIPPED]
    assert of_other == [HELD, NOT_BLUE, HELD, NOT_BLUE]


@pytest.mark.needs("opa")
def test_a_rule_that_never_ends_is_left(server: str, tmp_path: Path) -> None:
    """The server is well, so the rule is at fault."""
    with closing(OpaServerEngine(server, seconds=2.0)) as engine:
        outcomes = engine.run(_job(tmp_path, [BLUE, RED], ENDLESS))

    assert outcomes == [Outcome(error="it did not end within 2 s"), HELD, SKIPPED, NOT_BLUE]


@pytest.mark.needs("opa")
def test_modules_that_cannot_be_read_are_refused(server: str, tmp_path: Path) -> None:
    """A syntax error is told at its place in the file that it came from."""
    with (
        closing(OpaServerEngine(server)) as engine,
        pytest.raises(PolicyError) as caught,
    ):
        engine.run(_job(tmp_path, [BLUE], "\tsome in in\n"))

    place = f"The policies can't be read: {tmp_path}/pack/things/second.rego:17:"
    assert caught.value.message.startswith(place)
    assert caught.value.message.endswith("Fix: run `opa check --strict` on them.")


@pytest.mark.needs("opa")
def test_a_token_is_asked_for(tmp_path: Path) -> None:
    """A server that lets nobody in says so; with the token it judges."""
    policy = tmp_path / "authz.rego"
    policy.write_text(
        "package system.authz\n\ndefault allow := false\n\n"
        'allow if input.path == ["health"]\n\nallow if input.identity == "opensesame"\n'
    )
    flags = ("--authentication=token", "--authorization=basic", str(policy))
    with opa_server(*flags) as (address, _):
        message = _refusal(address, tmp_path)
        with closing(OpaServerEngine(address, "opensesame")) as engine:
            outcomes = engine.run(_job(tmp_path, [RED]))

    assert message == (
        f"The OPA server {address} lets nobody in without a valid token (HTTP 401). "
        "Fix: put one into BEDPLATE_OPA_TOKEN, or leave out --opa."
    )
    assert outcomes == [NOT_BLUE]


@pytest.mark.needs("opa")
def test_a_server_that_dies_in_mid_check_is_no_pass(tmp_path: Path) -> None:
    """It is killed once it holds the policies and is about to be asked."""
    with opa_server() as (address, process), closing(OpaServerEngine(address)) as engine:
        connection = engine._connection
        query = connection.query

        def die_first(path: str, document: Any) -> Any:
            process.kill()
            process.wait()
            return query(path, document)

        connection.query = die_first  # type: ignore[method-assign]
        with pytest.raises(PolicyError) as caught:
            engine.run(_job(tmp_path, [BLUE]))

    assert caught.value.exit_code == EXIT_BLOCKED
    assert caught.value.message in {
        f"The OPA server {address} can't be reached (it refuses the connection){TRY_AGAIN}",
        f"The OPA server {address} can't be reached (it broke off the connection){TRY_AGAIN}",
    }


def test_a_server_that_is_not_there_is_no_pass(tmp_path: Path) -> None:
    """Nobody listens on the port."""
    address = f"http://127.0.0.1:{free_port()}"

    assert _refusal(address, tmp_path) == (
        f"The OPA server {address} can't be reached (it refuses the connection){TRY_AGAIN}"
    )


@pytest.mark.parametrize("trickle", [b"", b"HTTP/1.1 100 Continue\r\n\r\n"])
def test_a_server_that_never_answers_is_no_pass(tmp_path: Path, trickle: bytes) -> None:
    """Silence ends after the given time, and so does a trickle that leads nowhere."""
    with never_answering(trickle) as address:
        message = _refusal(address, tmp_path, seconds=0.5)

    assert message == f"The OPA server {address} did not answer within 0.5 s{TRY_AGAIN}"


def _well(path: str) -> Answer:
    """Answer as a server that takes everything."""
    if path.endswith("/version"):
        return 200, VERSION
    return (204, b"") if "/data/" in path else (200, b"{}")


def _but(query: Answer | None) -> Callable[[str, str, bytes], Answer | None]:
    """Answer as a server that is well until it is asked a question."""
    return lambda method, path, _: query if method == "POST" else _well(path)


def _old(_method: str, _path: str, _body: bytes) -> Answer:
    return 200, b'{"result":{"version":"0.62.1"}}'


UNWELL: dict[str, tuple[Callable[[str, str, bytes], Answer | None], str]] = {
    "no OPA": (lambda *_: (200, b"<html>hello</html>"), "gave an answer that is none of OPA's"),
    "no JSON object": (lambda *_: (200, b"[]"), "gave an answer that is none of OPA's"),
    "always fails": (lambda *_: (500, b"oops"), "gave an answer that is none of OPA's (HTTP 500)"),
    "fails in the end": (_but((500, b"oops")), "gave an answer that is none of OPA's (HTTP 500)"),
    "breaks off": (_but(None), "can't be reached (it broke off the connection)"),
    "is silent": (_but((200, b"{}")), "left questions unanswered"),
    "answers nothing": (_but((200, b'{"result":[]}')), "left questions unanswered"),
    "answers other things": (_but((200, b'{"result":[[7,[]]]}')), "left questions unanswered"),
    "answers nonsense": (_but((200, b'{"result":"yes"}')), "left questions unanswered"),
    "answers half": (_but((200, b'{"result":[[0')), "gave an answer that is none of OPA's"),
}


@pytest.mark.parametrize("case", UNWELL)
def test_a_server_that_is_not_well_is_no_pass(tmp_path: Path, case: str) -> None:
    """Whatever it answers, unless every question has an answer of the known form."""
    answer, said = UNWELL[case]
    with stand_in(answer) as address:
        message = _refusal(address, tmp_path)

    assert message.startswith(f"The OPA server {address} {said}")
    assert message.endswith(TRY_AGAIN)


def test_a_value_of_no_known_form_is_an_error(tmp_path: Path) -> None:
    """A rule that holds no set of messages is broken, and never held."""
    with (
        stand_in(_but((200, b'{"result":[[0,"yes"]]}'))) as address,
        closing(OpaServerEngine(address)) as engine,
    ):
        assert engine.run(_job(tmp_path, [BLUE])) == [
            Outcome(error="the rule is no set of messages")
        ]


def test_an_old_server_is_refused(tmp_path: Path) -> None:
    """Its Rego is another language."""
    with stand_in(_old) as address:
        assert _refusal(address, tmp_path) == (
            f"The OPA server {address} is of version 0.62.1; the policies need 1.0 or later. "
            "Fix: upgrade it, or leave out --opa."
        )


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1:8181", "ftp://host", "http://", "http://host:port", "http://u:secret@host", "x"],
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    """It is not repeated, since it may hold a password."""
    with pytest.raises(PolicyError) as caught:
        OpaServerEngine(address)

    assert caught.value.message == (
        "The address of the OPA server is not valid. "
        "Fix: write it as http://HOST:PORT or https://HOST:PORT, such as http://127.0.0.1:8181."
    )


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The package comes with the extra `opa`."""
    monkeypatch.setitem(sys.modules, "opa_client.opa", None)

    with pytest.raises(PolicyError) as caught:
        OpaServerEngine("http://127.0.0.1:8181")

    assert caught.value.message == (
        "The Python package opa-python-client is missing. "
        "Fix: pip install bedplate[opa], or leave out --opa."
    )


@pytest.mark.needs("opa")
def test_large_jobs_are_asked_in_parts(server: str, tmp_path: Path) -> None:
    """The outcomes of all parts come together in the order of the tasks."""
    inputs = [json.dumps({"colour": "blue" if n % 3 else "red"}) for n in range(1000)]
    with closing(OpaServerEngine(server)) as engine:
        outcomes = engine.run(_job(tmp_path, inputs))

    assert outcomes == [HELD if n % 3 else NOT_BLUE for n in range(1000)]
