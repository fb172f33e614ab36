"""The command line: the only place that prints, exits and reads the process environment.

Importing it must stay cheap, so that `bedplate --help` answers at once: each verb imports what it
needs when it runs.
"""

from __future__ import annotations

import gc
import sys
import traceback
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from bedplate.cli import (
    admit,
    approvals,
    audit,
    blueprints,
    bootstrap,
    check,
    cost,
    destroy,
    diff,
    drift,
    explain,
    mirror,
    new,
    new_model,
    policies,
    policy,
    preview,
    promote,
    release,
    report,
    review,
    rollback,
    sandbox,
    schema,
    up,
    upgrade,
    waiver,
)
from bedplate.cli.console import complain, say
from bedplate.cli.parameters import examples
from bedplate.errors import EXIT_INTERNAL, EXIT_INTERRUPTED, BedplateError, UsageError
from bedplate.versions import BEDPLATE

if TYPE_CHECKING:
    from collections.abc import Sequence

_DEBUG = "--debug"

app = typer.Typer(
    name="bedplate",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    # Plain help: Rich alone would take half of the time that `--help` may take.
    rich_markup_mode=None,
)
"""All verbs."""


def _version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it with the flag's value
    if wanted:
        say(f"bedplate {BEDPLATE}")
        raise typer.Exit


@app.callback(
    epilog=examples(
        "bedplate check", "bedplate check prod --format json", "bedplate explain prod network"
    )
)
def _all_verbs(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", callback=_version, is_eager=True),
    ] = False,
    debug: Annotated[
        bool, typer.Option(_DEBUG, help="Show the traceback of an internal error.")
    ] = False,
) -> None:
    """Simulate, judge and price machine-learning platforms on AWS, from one file each.

    Exit codes: 0 clean, 1 blocked, 2 wrong usage, 3 a verdict is open where open verdicts block,
    70 an internal error.
    """


app.command("check", epilog=check.EXAMPLES)(check.check)
app.command("admit", epilog=admit.EXAMPLES)(admit.admit)
app.command("preview", epilog=preview.EXAMPLES)(preview.preview)
app.command("explain", epilog=explain.EXAMPLES)(explain.explain)
app.command("cost", epilog=cost.EXAMPLES)(cost.cost)
app.command("diff", epilog=diff.EXAMPLES)(diff.diff)
app.command("promote", epilog=promote.EXAMPLES)(promote.promote)
app.add_typer(mirror.app, name="mirror")
app.command("blueprints", epilog=blueprints.EXAMPLES)(blueprints.blueprints)
app.command("policies", epilog=policies.EXAMPLES)(policies.policies)
app.add_typer(policy.app, name="policy")
app.add_typer(waiver.app, name="waiver")
app.command("sandbox", epilog=sandbox.EXAMPLES)(sandbox.sandbox)
app.command("report", epilog=report.EXAMPLES)(report.report)
app.command("schema", epilog=schema.EXAMPLES)(schema.schema)
app.command("new", epilog=new.EXAMPLES)(new.new)
app.command("bootstrap", epilog=bootstrap.EXAMPLES)(bootstrap.bootstrap)
app.command("upgrade", epilog=upgrade.EXAMPLES)(upgrade.upgrade)
app.command("release", epilog=release.EXAMPLES)(release.release)
app.command("approve", epilog=approvals.APPROVE_EXAMPLES)(approvals.approve)
app.command("reject", epilog=approvals.REJECT_EXAMPLES)(approvals.reject)
app.command("approvals", epilog=approvals.EXAMPLES)(approvals.approvals)
app.command("up", epilog=up.EXAMPLES)(up.up)
app.command("rollback", epilog=rollback.EXAMPLES)(rollback.rollback)
app.command("drift", epilog=drift.EXAMPLES)(drift.drift)
app.command("destroy", epilog=destroy.EXAMPLES)(destroy.destroy)
app.add_typer(audit.app, name="audit")
app.command("new-model", epilog=new_model.NEW_EXAMPLES)(new_model.new_model)
app.command("update-model", epilog=new_model.UPDATE_EXAMPLES)(new_model.update_model)
app.command("review", epilog=review.EXAMPLES)(review.review)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line, by default the process's own; return its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    own = given[: given.index("--")] if "--" in given else given
    debug = _DEBUG in own
    if debug:
        given.remove(_DEBUG)  # it may stand behind the verb too
    try:
        _must_be_text(given)
        typer.main.get_command(app)(args=given, prog_name="bedplate")
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 0
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BedplateError as error:
        if debug:
            traceback.print_exc()
        complain(error.message)
        return error.exit_code
    except Exception as error:  # noqa: BLE001 - our own fault, told in one line
        if debug:
            traceback.print_exc()
        complain(_apology(error))
        return EXIT_INTERNAL
    return 0


def entry() -> NoReturn:
    """Run the process's own command line and end the process; `bedplate.__main__` begins here.

    A command ends before a search for reference cycles would pay, and Python's own last search
    would walk over everything that Pulumi and the AWS SDK loaded.
    """
    gc.disable()
    code = main()
    gc.freeze()
    sys.exit(code)


def _must_be_text(arguments: Sequence[str]) -> None:
    """Raise UsageError for an argument of other bytes than UTF-8: no record could hold it."""
    for each in arguments:
        if any("\ud800" <= character <= "\udfff" for character in each):
            raise UsageError(f"The argument {each!a} is not text in UTF-8. Fix: type it anew.")


def _apology(error: Exception) -> str:
    what = " ".join(f"{type(error).__name__}: {error}".split())
    return f"internal error: {what}. Fix: re-run with {_DEBUG} and report what it shows."
