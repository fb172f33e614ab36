"""The record of processing of personal data, from config/governance.yaml and the data contract."""

import sys
from typing import Any

from .. import schema
from . import contract as contracts
from .context import Context, here
from .digest import write_text


def personal(context: Context) -> list[str]:
    """Return the columns that the contract classifies as personal."""
    contract = contracts.load(context.root / "data" / "contract.yaml")
    return [each["name"] for each in contracts.columns(contract)
            if each.get("classification") == "personal"]  # fmt: skip


def render(context: Context) -> str:
    """Return the record."""
    governance = context.config("governance")
    given, model = governance["personal_data"], governance["model"]
    rows: list[tuple[str, Any]] = [
        ("Processing", f"The model {model['name']} of the team {model['owner']}"),
        ("Purpose", model["intended_purpose"]),
        ("Controller", given["controller"]),
        ("Contact", given["contact"]),
        ("Lawful basis", given["lawful_basis"]),
        ("Personal data", ", ".join(personal(context))),
        ("Inputs of the model among them",
         ", ".join(name for name in personal(context) if name in schema.INPUTS) or "none"),
        ("Used to measure fairness only", schema.SENSITIVE),
        ("Decides without a person", "yes" if governance["risk"]["automated_decision"] else "no"),
        ("Review by a person", governance["risk"]["review_route"]),
        ("Prediction log", f"without personal data, kept for {given['retention_days']} days"),
    ]  # fmt: skip
    lines = [f"| {name} | {value} |" for name, value in rows]
    return (
        "# Record of processing\n\nMade by `make records` from config/governance.yaml and "
        "data/contract.yaml. It maps to GDPR Art. 30\nand UAE PDPL Art. 7; it is no legal advice.\n\n"
        "| | |\n| --- | --- |\n" + "\n".join(lines) + "\n"
    )


def fault(context: Context) -> str | None:
    """Return what is wrong with the record; None if it is as it should be."""
    given = context.config("governance")["personal_data"]
    if not given["processed"]:
        found = personal(context)
        return f"data/contract.yaml has personal data ({', '.join(found)}), " \
               "config/governance.yaml says there is none" if found else None  # fmt: skip
    if missing := sorted(set(personal(context)) ^ set(schema.PERSONAL)):
        return f"schema.PERSONAL and data/contract.yaml differ: {', '.join(missing)}"
    path = context.root / given["record"]
    if not path.is_file() or path.read_text("utf-8") != render(context):
        return f"{given['record']} is not what the configuration says. Fix: make records"
    return None


def main() -> int:
    """Write the record."""
    context = here()
    path = context.root / context.config("governance")["personal_data"]["record"]
    write_text(path, render(context))
    sys.stdout.write(f"{path.relative_to(context.root)} is written\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
