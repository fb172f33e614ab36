"""Verbs `policy new`, `policy test` and `policy diff`: own rules, and another version of ours."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bedplate.cli.console import deliver, say, working
from bedplate.cli.parameters import Output, OutputFormat, Stacks, examples
from bedplate.cli.places import chosen
from bedplate.cli.policy_text import diff_document, diff_text, tests_document, tests_text
from bedplate.errors import EXIT_BLOCKED, UsageError, shown

if TYPE_CHECKING:
    from bedplate.policy.own_tests import Tested

_USUAL = {
    False: ("aws:s3/bucket:Bucket", "tags.project"),
    True: ("kubernetes:apps/v1:Deployment", "metadata.labels.project"),
}
"""What a new rule judges, and what it asks for, where nothing is said: on a plan, at admission."""
_BY_DEFAULT_TYPE, _BY_DEFAULT_PROPERTY = (
    f"By default {on_a_plan}; with --admission {at_admission}."
    for on_a_plan, at_admission in zip(*_USUAL.values(), strict=True)
)
AtAdmission = Annotated[
    bool, typer.Option("--admission", help="Judge Kubernetes objects, at their admission too.")
]
Judged = Annotated[
    str | None, typer.Option("--type", help=f"Type of what it judges. {_BY_DEFAULT_TYPE}")
]
Needed = Annotated[
    str | None, typer.Option("--property", help=f"What each must state. {_BY_DEFAULT_PROPERTY}")
]
Severity = Annotated[str, typer.Option("--severity", help="critical, high, medium or low.")]
Clause = Annotated[str, typer.Option("--control", help="Clause that the rule maps to.")]
NEW_EXAMPLES = examples(
    "bedplate policy new naming bucket_project --property tags.project",
    "bedplate policy new cost database_class --type aws:rds/instance:Instance"
    " --property instanceClass",
    "bedplate policy new naming workload_project --admission --property metadata.labels.project",
)
"""End of the help page of `policy new`."""
TEST_EXAMPLES = examples("bedplate policy test", "bedplate policy test --stacks ../acme/stacks")
"""End of the help page of `policy test`."""
DIFF_EXAMPLES = examples(
    "bedplate policy diff policies ../bedplate-next/policies",
    "bedplate policy diff old/policies new/policies --format json",
)
"""End of the help page of `policy diff`."""

app = typer.Typer(no_args_is_help=True)


@app.callback(epilog=examples("bedplate policy new naming bucket_project", "bedplate policy test"))
def policy() -> None:
    """Write, test and compare rules of your own."""


@app.command("new", epilog=NEW_EXAMPLES)
def new(  # noqa: PLR0913 - each is an option of the command line
    concern: Annotated[str, typer.Argument(metavar="CONCERN", help="Folder, such as naming.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the rule's file.")],
    *,
    admission: AtAdmission = False,
    resource_type: Judged = None,
    needed: Needed = None,
    severity: Severity = "medium",
    control: Clause = "iso27001:A.8.9",
    prefix: Annotated[str, typer.Option("--prefix", help="First part of its id.")] = "OWN",
    stacks: Stacks = Path("stacks"),
) -> None:
    """Make an own rule with its tests: what is of a type must state a property.

    The files are a beginning that works; change rule and tests to what you need. Existing files
    are never overwritten. A rule made with --admission judges the objects of a plan and manifests,
    and is installed in the cluster.
    """
    from bedplate.governance.policy_set import catalogues_of  # noqa: PLC0415 - see bedplate.cli
    from bedplate.policy.fields import SEVERITIES  # noqa: PLC0415 - likewise
    from bedplate.policy.own_scaffold import NewRule, new_files  # noqa: PLC0415 - likewise

    if severity not in SEVERITIES:
        raise UsageError(
            f"There is no severity `{severity}`. Fix: use one of {', '.join(SEVERITIES)}."
        )
    usual = _USUAL[admission]
    kind, stated = resource_type or usual[0], needed or usual[1]
    rule = NewRule(concern, name, kind, stated, severity, control, prefix, admission)
    on_plans, inside = catalogues_of(stacks)
    mine, other = (inside, on_plans) if admission else (on_plans, inside)
    files = new_files(rule, _policies(stacks), _tests(stacks), mine, other.policies)
    for file, text in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        deliver(text.rstrip("\n"), file)
        say(f"Written: {shown(file)}")
    say("Next: write what the rule asks for, then run `bedplate policy test`.")


@app.command("test", epilog=TEST_EXAMPLES)
def run_tests(
    *,
    stacks: Stacks = Path("stacks"),
    output_format: OutputFormat = "table",
    output: Output = None,
) -> None:
    """Run the tests of own rules, by `opa test` where it is on PATH, else in process.

    Own rules lie in policies/ beside the stacks folder, their tests in tests/policies/. Exits 1
    where a test fails or breaks, where there is none, or where the rules can't be loaded.
    """
    from bedplate.governance.policy_set import all_policies_of, own_rules_of  # noqa: PLC0415

    own = own_rules_of(stacks)
    if own is None:
        fix = "make one with `bedplate policy new`"
        raise UsageError(f"{shown(_policies(stacks))} holds no own rules. Fix: {fix}.")
    all_policies_of(stacks)
    by, results = _tested([own, _tests(stacks)])
    failed = sum(result.result != "pass" for result in results)
    if output_format == "json":
        text = json.dumps(tests_document(by, results), indent=2, ensure_ascii=False)
    else:
        text = tests_text(by, results)
    deliver(text, output)
    if failed or not results:
        raise typer.Exit(EXIT_BLOCKED)


@app.command("diff", epilog=DIFF_EXAMPLES)
def diff(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="Folder of Bedplate's policy packs.")],
    new_set: Annotated[Path, typer.Argument(metavar="NEW", help="Another version of it.")],
    *,
    stacks: Stacks = Path("stacks"),
    output_format: OutputFormat = "table",
    output: Output = None,
) -> None:
    """Show which environments another version of the policies would newly block.

    OLD and NEW are folders of Bedplate's own packs, deploy/ among them, such as policies/ of two
    checkouts. Your own rules are left out of both. Exits 1 where an environment would newly be
    blocked.
    """
    from bedplate.governance.assessment import Options  # noqa: PLC0415 - see bedplate.cli
    from bedplate.governance.policy_change import policy_changes  # noqa: PLC0415 - likewise
    from bedplate.governance.policy_set import policies_in  # noqa: PLC0415 - likewise
    from bedplate.policy.difference import compared  # noqa: PLC0415 - likewise

    names = chosen((), stacks)
    before, after = policies_in(old), policies_in(new_set)
    with working(f"Judging {', '.join(names)} twice"):
        changes = list(policy_changes(names, Options(stacks), before, after))
    policies = compared((before.deploy, before.admission), (after.deploy, after.admission))
    if output_format == "json":
        text = json.dumps(diff_document(policies, changes), indent=2, ensure_ascii=False)
    else:
        text = diff_text(policies, changes, to_file=output is not None)
    deliver(text, output)
    if any(change.newly for change in changes):
        raise typer.Exit(EXIT_BLOCKED)


def _policies(stacks: Path) -> Path:
    return stacks.parent / "policies"


def _tests(stacks: Path) -> Path:
    return stacks.parent / "tests" / "policies"


def _tested(folders: list[Path]) -> tuple[str, list[Tested]]:
    """Return who ran the tests, and what came of each."""
    from bedplate.policy.own_tests import modules_of, run_by_opa, run_in_process  # noqa: PLC0415
    from bedplate.policy.regorus_engine import RegorusEngine  # noqa: PLC0415

    modules = modules_of([folder for folder in folders if folder.is_dir()])
    opa = shutil.which("opa")
    if opa is not None:
        return "opa test", run_by_opa(opa, modules)
    engine = RegorusEngine()
    try:
        return "regorus, in process", run_in_process(modules, engine)
    finally:
        engine.close()
