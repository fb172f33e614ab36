"""The model card: a rendering of the evidence. Nobody writes a number in it by hand."""

from typing import Any

from . import artefact, registry
from .context import Context
from .digest import of_value, read_json, write_json, write_text
from .errors import OpsError
from .evidence import GATES, read_all
from .gates.engine import schema


def facts(context: Context) -> dict[str, Any]:
    """Return all that the card says, as data."""
    found = read_all(context.evidence, schema(context))
    known = registry.registered(context)
    if not found:
        raise OpsError("there is no evidence. Fix: run the gates first.")
    governance = context.config("governance")
    return {
        "name": context.name(),
        "version": known["version"],
        "digest": known["digest"],
        "metadata": read_json(context.model / artefact.METADATA),
        "governance": {key: governance[key] for key in ("model", "risk", "personal_data")},
        "evidence": {gate: read_json(context.evidence / f"{gate}.json") for gate in found},
    }


def make(context: Context) -> str:
    """Write the facts and the card of this run; return the digest of the facts."""
    known = facts(context)
    folder = context.build / "card"
    write_json(folder / "facts.json", known)
    write_text(folder / "MODEL_CARD.md", render(known))
    return of_value(known)


def render(known: dict[str, Any]) -> str:
    """Return the card: the same text for the same facts."""
    parts = [
        _head(known),
        _purpose(known),
        _data(known),
        _gates(known),
        _slices(known),
        _limits(known),
    ]
    return "\n\n".join(parts) + f"\n\n<!-- facts: {of_value(known)} -->\n"


def _table(head: list[str], rows: list[list[Any]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(value: Any) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")


def _head(known: dict[str, Any]) -> str:
    return (
        f"# Model card: {known['name']}, version {known['version']}\n\n"
        f"Made from the evidence of the gates; a change by hand is found by `make audit`.\n\n"
        f"Artefact: `{known['digest']}`"
    )


def _purpose(known: dict[str, Any]) -> str:
    model, risk = known["governance"]["model"], known["governance"]["risk"]
    rows = [
        ["Owner", model["owner"]],
        ["Business capability", model["business_capability"]],
        ["Application", model["application"]],
        ["Intended purpose", model["intended_purpose"]],
        ["Out of scope", model["out_of_scope"]],
        ["Risk tier", risk["tier"]],
        ["Decides without a person", "yes" if risk["automated_decision"] else "no"],
        ["Oversight", risk["oversight_owner"]],
        ["Way to a review", risk["review_route"]],
    ]
    return "## Purpose\n\n" + _table(["", ""], rows)


def _data(known: dict[str, Any]) -> str:
    made = known["metadata"]
    rows = [
        ["Problem", made["problem"]],
        ["Target", made["target"]],
        ["Inputs", ", ".join(made["inputs"])],
        ["Sensitive attribute (not an input)", made["sensitive"]],
        ["Data", made["lineage_id"]],
{%- if cookiecutter.feature_store == "feast" %}
        ["Feature service", made["feature_service"]["name"]],
{%- endif %}
        ["Seed", made["seed"]],
        [
            "Libraries",
            ", ".join(f"{name} {version}" for name, version in made["libraries"].items()),
        ],
    ]
    return "## Data and training\n\n" + _table(["", ""], rows)


def _gates(known: dict[str, Any]) -> str:
    rows = []
    for gate in GATES:
        if (found := known["evidence"].get(gate)) is None:
            rows.append([gate, "not run", "", "", ""])
            continue
        for check in _shown(gate, found["checks"]):
            rule = f"{check['relation']} {check['threshold']}"
            rows.append([gate, found["verdict"], f"{check['name']} [{check['where']}]",
                         check["value"], rule])  # fmt: skip
    return "## Gates\n\n" + _table(["Gate", "Verdict", "Measured", "Value", "Must be"], rows)


def _shown(gate: str, checks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the checks worth a line: all that failed, and what the gate is about."""
    if gate not in {"drift", "data_quality"}:
        return checks
    failed = [check for check in checks if not check["passed"]]
    # Of many like numbers the one that is nearest to its threshold stands for the rest.
    names = dict.fromkeys(check["name"] for check in checks)
    worst = [max((c for c in checks if c["name"] == name), key=_nearness) for name in names]
    return failed or worst


def _nearness(check: dict[str, Any]) -> float:
    value = check["value"]
    if not isinstance(value, int | float):
        return float("-inf")
    return float(value) if check["relation"] == "<=" else -float(value)


def _slices(known: dict[str, Any]) -> str:
    found = known["evidence"].get("fairness")
    if not found or not found["details"].get("slices"):
        return "## Slices\n\nNot measured."
    slices = found["details"]["slices"]
    names = list(next(iter(slices.values())))
    rows = [[name, *(values[key] for key in names)] for name, values in slices.items()]
    small = found["details"]["not_judged"]
    text = "## Slices\n\n" + _table([found["details"]["attribute"], *names], rows)
    if small:
        text += "\n\nToo small to judge: " + ", ".join(f"{k} ({v} rows)" for k, v in small.items())
    return text


def _limits(known: dict[str, Any]) -> str:
    lines = [
        f"- {gate}: let through by {found['advisory']['approver']} until {found['advisory']['until']}: "
        f"{found['advisory']['reason']}"
        for gate, found in known["evidence"].items()
        if found["advisory"]
    ]
    personal = known["governance"]["personal_data"]
    lines.append(
        f"- Personal data: {', '.join(known['metadata']['personal']) or 'no input'}; the prediction "
        f"log leaves it out and is kept for {personal.get('retention_days', 0)} days."
        if personal["processed"]
        else "- No personal data is processed."
    )
    return "## Limits and exceptions\n\n" + "\n".join(lines)
