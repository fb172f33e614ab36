"""Writes the page: one HTML text that loads nothing and runs only its own script."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment as Templates
from jinja2 import FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from bedplate.report import costs, findings, graph, settings
from bedplate.report.text import safe
from bedplate.versions import BEDPLATE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bedplate.policy.catalogue import Policy
    from bedplate.policy.controls import Control
    from bedplate.report.environment import Environment

ASSETS: Final = Path(__file__).with_name("assets")
"""Templates, the style sheet and the scripts."""
SCRIPTS: Final = (
    "details.js", "filter.js", "graph_data.js", "graph_layout.js", "graph_view.js",
    "graph_details.js", "graph_start.js",
)  # fmt: skip
"""The scripts, in the order in which they run."""
_TICKS: Final = re.compile(r"`([^`]+)`")
_IN_SCRIPT: Final = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}
"""What would end a script element, or begin a comment in it, as JSON may write it too."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a report is written from."""

    title: str
    """What it is about, such as the platform's name."""
    made: datetime
    """When, with its time zone."""
    environments: tuple[Environment, ...]
    """The environments, in the order in which they are shown."""
    policies: Mapping[str, Policy]
    """The catalogue by id."""
    controls: Mapping[str, Control]
    """Clauses by id."""


def render(contents: Contents) -> str:
    """Return the report as one HTML text."""
    templates = Templates(
        loader=FileSystemLoader(ASSETS),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalized,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters |= {"usd": _usd, "moment": _moment, "ticked": _ticked}
    return templates.get_template("page.html").render(_values(contents)).rstrip("\n")


def _values(contents: Contents) -> dict[str, Any]:
    environments = contents.environments
    policies = findings.judged(environments, contents.policies)
    style = _read("report.css")
    script = f'"use strict";\n(() => {{\n{"".join(map(_read, SCRIPTS))}}})();\n'
    key, further = settings.differing(environments)
    return {
        "title": contents.title,
        "made": contents.made,
        "version": BEDPLATE,
        "environments": environments,
        "facts": settings.facts(environments),
        "settings": key,
        "further": further,
        "policies": policies,
        "flagged": findings.flagged(policies),
        "concerns": findings.concerns(policies),
        "regimes": findings.regimes(policies, contents.controls, environments),
        "controls": contents.controls,
        "summed": findings.summed,
        "states": findings.STATES,
        "layers": graph.listed(environments),
        "trimmed": graph.trimmed(environments),
        "totals": costs.totals(environments),
        "parts": costs.parts,
        "prices": costs.sources(environments),
        "by_use": costs.by_use(environments),
        "style": style,
        "script": script,
        "style_hash": _hash(style),
        "script_hash": _hash(script),
        "graph": embedded(graph.data(environments, policies)),
    }


def embedded(value: Any) -> str:
    """Return JSON that can stand in a script element, whatever texts are in it."""
    text = json.dumps(value, separators=(",", ":"))
    for character, written in _IN_SCRIPT.items():
        text = text.replace(character, written)
    return text


def _finalized(value: object) -> object:
    """Clean every text that a template writes; what is markup already was made from such texts."""
    return safe(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _read(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """Return the hash by which the page's own policy lets an element in."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _ticked(text: str) -> Markup:
    """Return a sentence of ours with what stands in backticks as code."""
    return Markup(_TICKS.sub(r"<code>\1</code>", str(escape(safe(text)))))  # noqa: S704 - escaped


def _usd(amount: float) -> str:
    return f"{amount:,.2f}"


def _moment(value: datetime) -> str:
    return f"{value:%Y-%m-%d %H:%M} UTC"
