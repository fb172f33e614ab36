"""Objects that show what each admission rule refuses and lets through.

A file of `tests/cluster/admission` is one object. Its name says the rule and the verdict:
`<rule>.good.<case>.yaml` breaks no rule at all, `<rule>.bad.<case>.yaml` breaks exactly its own,
and says so in the words after `# says:`. `# given:` changes parameters for one case.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parents[2] / "cluster" / "admission"


@dataclass(frozen=True)
class Case:
    """One object, and what comes of it."""

    rule: str
    """Id of the rule that it is about, in lower case."""
    text: str
    """The object's file."""
    manifest: dict[str, Any]
    """The object."""
    says: str
    """What the rule says of it; "" where it passes."""
    given: tuple[tuple[str, tuple[str, ...]], ...]
    """Parameters that differ from those of the other cases."""

    @property
    def name(self) -> str:
        """The object's own name, unique among the cases."""
        return str(self.manifest["metadata"]["name"])

    def parameters(self) -> dict[str, list[str]]:
        """Return what the rules are given."""
        return PARAMETERS | {key: list(values) for key, values in self.given}


PARAMETERS: dict[str, list[str]] = yaml.safe_load((FOLDER / "parameters.yaml").read_text())
"""What a strict environment gives the rules."""


def _case(file: Path) -> Case:
    text = file.read_text()
    heads = [line[2:] for line in text.splitlines() if line.startswith("# ")]
    says = [line.removeprefix("says: ") for line in heads if line.startswith("says: ")]
    given = [line.removeprefix("given: ") for line in heads if line.startswith("given: ")]
    other: dict[str, list[str]] = yaml.safe_load(given[0]) if given else {}
    return Case(
        rule=file.name.split(".")[0],
        text=text,
        manifest=yaml.safe_load(text),
        says=says[0] if says else "",
        given=tuple((key, tuple(values)) for key, values in other.items()),
    )


CASES = {file.stem: _case(file) for file in sorted(FOLDER.glob("*.*.*.yaml"))}
"""Every case by its file's name."""
BAD = {name: case for name, case in CASES.items() if ".bad." in name}
"""Those that a rule refuses."""
GOOD = {name: case for name, case in CASES.items() if ".good." in name}
"""Those that none does."""
