"""How a program is fenced in, and what is said of one that fails."""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path

import pytest
from support.programs import HEADER, refusal, simulate

from bedplate.engine.simulator import LayerRequest, simulate_layer
from bedplate.errors import EngineError, Problem, SpecError

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:pulumi_aws.*")


def test_process_is_left_as_it_was(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Folder, import path and arguments are restored; what a program prints is no output."""
    before = (Path.cwd(), list(sys.path), list(sys.argv), set(sys.modules))
    (program.parent / "helper.py").write_text("", encoding="utf-8")
    simulate(program, "import helper, sys\nprint('hello')\nsys.path.append('x')")

    assert before == (Path.cwd(), list(sys.path), list(sys.argv), set(sys.modules))
    assert capsys.readouterr().out == ""


BROKEN = {
    "exception": (
        "x = 1\nraise ValueError('bad value.')",
        (
            "{program}:2: the program failed with ValueError: bad value. "
            "Fix: correct the program there."
        ),
    ),
    "exception in apply": (
        "import pulumi\n\npulumi.Output.from_input(1).apply(lambda n: n / 0)",
        (
            "{program}:3: the program failed with ZeroDivisionError: division by zero. "
            "Fix: correct the program there."
        ),
    ),
    "syntax": (
        "def broken(:\n    pass",
        "{program}:1: the program is not valid Python: invalid syntax. Fix: correct that line.",
    ),
    "exit": (
        "import sys\nsys.exit(3)",
        (
            "{program}:2: the program ended itself with exit code 3. "
            "Fix: raise an exception with a message instead of calling sys.exit."
        ),
    ),
    "refusal": (
        "import pulumi\nraise pulumi.RunError('Choose a region.')",
        "Choose a region.",
    ),
    "unknown function": (
        HEADER + "aws.ec2.get_ami(owners=['self'])",
        (
            "The simulator can't answer the function aws:ec2/getAmi:getAmi. "
            "Fix: preview this layer with the Pulumi CLI instead (--engine pulumi)."
        ),
    ),
    "duplicate": (
        HEADER + "for _ in range(2):\n    aws.ec2.Vpc('main')",
        (
            'Two resources of type aws:ec2/vpc:Vpc are both named "main" '
            "(urn:pulumi:dev::bedplate-foundation::aws:ec2/vpc:Vpc::main). "
            "Fix: give one of them another name."
        ),
    ),
    "transform": (
        "import pulumi\npulumi.runtime.register_resource_transform(lambda args: None)",
        (
            "The simulator can't run pulumi.runtime.register_resource_transform. "
            "Fix: use register_stack_transformation, or --engine pulumi."
        ),
    ),
}
"""A broken program and its message, by what is wrong."""

ENDLESS = {
    "loop": "while True: pass",
    "loop that catches": """
        while True:
            try:
                pass
            except Exception:
                pass
        """,
    "loop after a loop that was interrupted": """
        try:
            while True:
                pass
        except BaseException:
            pass
        while True:
            pass
        """,
    "output that nothing sets": """
        import asyncio, pulumi
        never = asyncio.get_event_loop().create_future()
        pulumi.export("never", pulumi.Output.from_input(never))
        """,
    "loop in apply": """
        import pulumi

        def spin(_):
            while True:
                pass

        pulumi.Output.from_input(1).apply(spin)
        """,
}
"""A program that never ends, by why."""


@pytest.mark.parametrize(("text", "message"), BROKEN.values(), ids=BROKEN)
def test_broken_program(program: Path, text: str, message: str) -> None:
    """What is wrong with a program is one sentence that names its line."""
    assert message.format(program=program) == refusal(program, text)


def test_error_in_a_helper_module_names_its_line(program: Path) -> None:
    """The deepest line of the program's own folder is named, not the library below it."""
    helper = program.parent / "helper.py"
    helper.write_text("import json\n\ndef read():\n    json.loads('{')\n", encoding="utf-8")
    message = refusal(program, "import helper\nhelper.read()")

    assert message.startswith(f"{helper}:4: the program failed with JSONDecodeError: ")


@pytest.mark.parametrize("text", ENDLESS.values(), ids=ENDLESS)
def test_program_that_never_ends(program: Path, text: str) -> None:
    """A program is stopped after its time, whatever it does."""
    message = refusal(program, text, timeout_seconds=0.5)

    assert message == (
        f"{program} did not end within 0.5 seconds. "
        "Fix: look for an endless loop, a wait, or an output that nothing sets."
    )


@pytest.mark.parametrize("after_s", [0.05, 3600])
def test_an_alarm_of_the_callers_own_still_comes(program: Path, after_s: float) -> None:
    """At once where its time ended while the program ran."""
    heard: list[int] = []
    handler = signal.signal(signal.SIGALRM, lambda number, _: heard.append(number))
    before = signal.setitimer(signal.ITIMER_REAL, after_s)
    try:
        simulate(program, "import time\ntime.sleep(0.2)")
        left, _ = signal.getitimer(signal.ITIMER_REAL)
        time.sleep(0.05)
    finally:
        signal.setitimer(signal.ITIMER_REAL, *before)
        signal.signal(signal.SIGALRM, handler)

    assert heard == ([signal.SIGALRM] if after_s < 1 else [])
    assert after_s - 60 < left < after_s


def test_no_program(program: Path) -> None:
    """A missing program is named."""
    request = LayerRequest(
        layer="foundation",
        project="p",
        stack="dev",
        program=program,
        config={},
        account_id="111122223333",
        region="me-central-1",
    )
    with pytest.raises(EngineError) as caught:
        simulate_layer(request)

    assert str(caught.value) == (
        f'There is no program "{program}". Fix: create it, or correct the path of the layer.'
    )


@pytest.mark.parametrize("place", ["raise error", "pulumi.Output.from_input(1).apply(fail)"])
def test_bedplates_own_errors_pass_through(program: Path, place: str) -> None:
    """What the library raises inside a program reaches the caller as it is."""
    problem = Problem("stacks/dev.yaml", 3, 1, "network", "too small", "choose /16")
    with pytest.raises(SpecError) as caught:
        simulate(
            program,
            f"""
            import pulumi
            from bedplate.errors import Problem, SpecError

            error = SpecError([{problem!r}])

            def fail(_):
                raise error

            {place}
            """,
        )

    assert caught.value.problems == (problem,)
