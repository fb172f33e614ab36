"""Adds Checkov's opinion to assessments."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bedplate.governance.checkov_opinion import opinion
from bedplate.governance.layers import blueprint_folder
from bedplate.operate.checkov.program import find
from bedplate.policy.facts import facts
from bedplate.spec.resolve import resolve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bedplate.governance.assessment import Assessment, Options
    from bedplate.governance.checkov_opinion import Opinion


def with_checkov(
    assessments: Sequence[Assessment], options: Options
) -> tuple[tuple[Assessment, ...], dict[str, Opinion]]:
    """Return the assessments with Checkov's findings, and its opinion by environment.

    An environment without a plan is left as it is. Raises BedplateError where Checkov is absent.
    """
    program = find(options.stacks.resolve().parent)
    opinions: dict[str, Opinion] = {}
    extended: list[Assessment] = []
    for assessment in assessments:
        if assessment.plan is None:
            extended.append(assessment)
            continue
        environment = resolve(assessment.environment, options.stacks, blueprint_folder(options))
        regions = facts(environment.spec, options.today)["allowed_regions"]
        said = opinion(assessment.plan, environment.origins, regions, program)
        opinions[assessment.environment] = said
        extended.append(replace(assessment, findings=(*assessment.findings, *said.findings)))
    return tuple(extended), opinions
