"""What a user sees of the CLI's own failure output."""

from __future__ import annotations

import json

import pytest

from bedplate.engine.cli_failure import failure

TRACEBACK = """\
error: Program failed with an unhandled exception:
Traceback (most recent call last):
  File "/repo/infra/foundation/__main__.py", line 9, in <module>
    build()
  File "/repo/infra/foundation/helper.py", line 3, in build
    return {}[x]
           ~~^^^
KeyError: 1

"""
PROGRESS = """\
Updating (dev):

    pulumi:pulumi:Stack bedplate-foundation-dev  error: Program failed with an unhandled exception:
Diagnostics:
  pulumi:pulumi:Stack (bedplate-foundation-dev):
    warning: SANDBOX: stand-in provider, nothing is deployed
"""


def said(output: str) -> str:
    """Return the middle of the message: what the CLI said."""
    text = str(failure("up", "dev", "bedplate-foundation", output))
    start = "pulumi up of bedplate-foundation, stack dev, failed: "
    end = "\nFix: correct what it names, then run the same command again."
    assert text.startswith(start)
    assert text.endswith(end)
    return text[len(start) : -len(end)]


def indented(text: str) -> str:
    """Return a message as the CLI prints it below a resource."""
    return "\n".join(f"    {line}" if line else "" for line in text.splitlines())


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("error: no credentials\n", "no credentials"),
        ("", "it gave no reason"),
        ("Duration: 1s\n", "it gave no reason"),
        (
            PROGRESS + indented(TRACEBACK) + "\nResources:\n    1 errored\n",
            "/repo/infra/foundation/helper.py:3: KeyError: 1",
        ),
        (
            json.dumps({"diagnostics": [{"message": TRACEBACK, "severity": "error"}]}, indent=4),
            "/repo/infra/foundation/helper.py:3: KeyError: 1",
        ),
        (
            json.dumps(
                {
                    "steps": [],
                    "diagnostics": [
                        {"message": "warning: old\n", "severity": "warning"},
                        {"message": "error: one\n", "severity": "error"},
                        {"message": "error: two\nlines\n", "severity": "error"},
                        {"message": "error: one\n", "severity": "error"},
                    ],
                },
                indent=4,
            ),
            "one\n  two lines",
        ),
        ("{\nnot JSON\nerror: it broke\n", "it broke"),
        (
            "".join(f"error: {n}\n" for n in range(7)),
            "0\n  1\n  2\n  3\n  4\n  … and 2 more",
        ),
    ],
    ids=[
        "plain",
        "nothing",
        "no error",
        "traceback in text",
        "traceback in JSON",
        "several, once each",
        "half JSON",
        "too many",
    ],
)
def test_failure_is_trimmed(output: str, expected: str) -> None:
    """Errors are shown once, in one line each, without progress, warnings or tracebacks."""
    assert expected == said(output)


def test_missing_stack() -> None:
    """A missing stack has a fix of its own."""
    error = failure("preview", "dev", "bedplate-foundation", "error: no stack named 'dev' found")

    assert str(error) == (
        'Pulumi has no stack "dev" of the project bedplate-foundation. '
        "Fix: create it with `pulumi stack init dev` in the project's folder."
    )


def test_a_program_without_its_packages() -> None:
    """Pulumi says of it that a program exited; the reason stands in what the program printed."""
    output = json.dumps(
        {
            "diagnostics": [
                {
                    "message": "ModuleNotFoundError: No module named 'pulumi'\n",
                    "severity": "info#err",
                },
                {"message": "error: program exited with code: 1\n", "severity": "error"},
            ]
        },
        indent=4,
    )
    error = failure("preview", "dev", "bedplate-foundation", output)

    assert str(error) == (
        "pulumi preview of bedplate-foundation, stack dev, failed: the program's Python has no "
        "module pulumi.\n"
        "Fix: install your lock in the virtual environment that infra/foundation/Pulumi.yaml "
        "names; where it is missing, make it."
    )
