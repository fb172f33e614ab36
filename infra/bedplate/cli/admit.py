"""Verb `admit`: what a cluster would say of manifests, before they get there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bedplate.cli.check import FindingsFormat, Rego  # noqa: TC001 - typer reads them
from bedplate.cli.console import deliver, rendered, table, working
from bedplate.cli.parameters import Output, Stacks, examples
from bedplate.cli.places import chosen
from bedplate.errors import UsageError

if TYPE_CHECKING:
    from bedplate.governance.admission import Admission
    from bedplate.policy.finding import Verdict

EXAMPLES = examples(
    "bedplate admit deploy/manifests/prod --env prod --stacks ../platform/stacks",
    "bedplate admit inferenceservice.yaml --env stacks/dev.yaml",
    "bedplate admit deploy --env prod --format sarif --output admission.sarif",
)
"""End of the help page."""

Manifests = Annotated[
    list[Path],
    typer.Argument(
        metavar="PATH", help="Files, or folders, of Kubernetes manifests.", show_default=False
    ),
]
Env = Annotated[
    str,
    typer.Option(
        "--env",
        metavar="ENV",
        help="Environment that would admit them: its name, or its file.",
        show_default=False,
    ),
]
_COUNTED: dict[str, Verdict] = {"Passed": "pass", "Failed": "fail", "Waived": "waived"}
"""Columns of verdicts."""


def admit(
    paths: Manifests,
    env: Env,
    *,
    stacks: Stacks = Path("stacks"),
    output_format: FindingsFormat = "table",
    output: Output = None,
    rego: Rego = "regorus",
) -> None:
    """Judge manifests as an environment's cluster would.

    Asks what the API server would accept of custom resources, and the admission policies, as strict
    as the environment's tier. No cluster is needed. Exits 1 where a finding or a fault blocks.
    """
    from bedplate.governance.admission import admitted  # noqa: PLC0415 - see bedplate.cli
    from bedplate.governance.assessment import Options  # noqa: PLC0415 - likewise

    name, folder = _environment(env, stacks)
    chosen([name], folder)
    with working(f"Judging {', '.join(str(path) for path in paths)}"):
        found = admitted(paths, name, Options(folder, rego=rego))
    one = found.assessment
    if output_format == "json":
        from bedplate.governance.findings_document import document  # noqa: PLC0415

        whole = document([one], one.exit_code) | {"objects": len(found.manifests)}
        text = json.dumps(whole, indent=2, ensure_ascii=False)
    elif output_format != "table":
        from bedplate.cli.findings_formats import formatted  # noqa: PLC0415

        text = formatted(output_format, [one], folder, one.exit_code)
    else:
        text = _text(found, to_file=output is not None)
    deliver(text, output)
    raise typer.Exit(one.exit_code)


def _environment(env: str, stacks: Path) -> tuple[str, Path]:
    """Return the name and folder of an environment that is given by its name or its file."""
    if not env.endswith(".yaml"):
        return env, stacks
    file = Path(env)
    if not file.is_file():
        raise UsageError(f"{env} does not exist. Fix: name an environment, or its file.")
    return file.stem, file.parent


def _text(found: Admission, *, to_file: bool) -> str:
    """Return problems and findings, what blocks first, and a line of counts."""
    from bedplate.cli.findings_table import grouped  # noqa: PLC0415 - likewise
    from bedplate.governance.findings_document import counted  # noqa: PLC0415 - see bedplate.cli
    from bedplate.policy.formats.report import OUTCOMES  # noqa: PLC0415 - likewise

    one = found.assessment
    wrong = [finding for finding in one.findings if finding.verdict in {"fail", "error"}]
    lines = [
        *map(str, one.problems),
        *grouped([finding for finding in wrong if finding.blocks]),
        *grouped([finding for finding in wrong if not finding.blocks]),
        *map(str, one.notes),
    ]
    counts = counted(one.findings)
    summary = table("Environment", "Tier", "Verdict", right=("Objects", *_COUNTED))
    figures = (str(counts[verdict]) for verdict in _COUNTED.values())
    verdict = OUTCOMES[one.exit_code]
    summary.add_row(one.environment, str(one.tier), verdict, str(len(found.manifests)), *figures)
    return rendered(*lines, *([""] if lines else []), summary, to_file=to_file)
