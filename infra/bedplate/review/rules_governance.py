"""Rules on gates, data, evidence and ownership."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

from bedplate.review.rule import Fault, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedplate.review.repository import Repository

_GATES: Final = ("config/gates.yaml", "config/gates.yml", "gates.yaml", "gates.yml")
_FAULTS: Final = re.compile(r"poison|leak|tamper|shift|bias|degrad|fault", re.IGNORECASE)
_CARDS: Final = ("MODEL_CARD.md", "model_card.md", "MODEL-CARD.md", "model-card.md")
_LINEAGE: Final = re.compile(r"\b(?:openlineage|mlflow|marquez|datahub|wandb|dvc)\b", re.IGNORECASE)


def _gates(repository: Repository) -> Iterator[Fault]:
    """Thresholds decide whether a model goes on, and they block."""
    names = repository.matching(*_GATES)
    if not names:
        yield Fault("", 0, "No file states the thresholds that a model has to meet.")
    for name in names:
        for document in repository.documents(name):
            for path, entry in _advisory(document, ""):
                message = _excuse(entry)
                if message:
                    line = repository.line_of(name, "advisory")
                    yield Fault(name, line, f"{path} is advisory {message}.")


def _advisory(tree: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if not isinstance(tree, dict):
        return
    if tree.get("mode") == "advisory" or tree.get("advisory"):
        yield path or "A gate", tree
        return
    for key, value in tree.items():
        yield from _advisory(value, f"{path}.{key}" if path else str(key))


def _excuse(entry: dict[str, Any]) -> str:
    """Return what an advisory gate lacks: "" where approver, reason and end date are in order."""
    given = entry["advisory"] if isinstance(entry.get("advisory"), dict) else entry
    missing = [key for key in ("approver", "reason", "until") if not given.get(key)]
    if missing:
        return f"without {', '.join(missing)}"
    until = given["until"]
    try:
        end = until if isinstance(until, date) else date.fromisoformat(str(until))
    except ValueError:
        return f"until {until}, which is no date"
    return f"until {end}, which is past" if end < datetime.now(UTC).date() else ""


def _proven(repository: Repository) -> Iterator[Fault] | None:
    """A test puts in a fault and expects the gate to stop it."""
    if not repository.matching(*_GATES):
        return None
    tests = repository.matching("test_*.py", "*_test.py")
    if any(_FAULTS.search(name) or _FAULTS.search(_names(repository, name)) for name in tests):
        return iter(())
    return iter([Fault("", 0, "No test shows that a gate stops a bad model.")])


def _names(repository: Repository, name: str) -> str:
    return " ".join(re.findall(r"def (test_\w+)", repository.text(name)))


def _dataset(repository: Repository) -> Iterator[Fault] | None:
    """A manifest names each dataset's hash, and the file still has it."""
    names = repository.matching("*manifest*.json")
    data = repository.matching("data/*.csv", "data/*/*.csv", "*.parquet")
    if not names:
        return (
            iter([Fault(data[0], 0, "No manifest states the hash of the data.")]) if data else None
        )
    return _changed(repository, names)


def _changed(repository: Repository, names: tuple[str, ...]) -> Iterator[Fault]:
    for name in names:
        try:
            document = json.loads(repository.text(name))
        except ValueError:
            yield Fault(name, 0, "The manifest is no JSON.")
            continue
        for path, digest in _entries(document):
            for root in (repository.root, (repository.root / name).parent):
                file = root / path
                if file.is_file() and file.resolve().is_relative_to(repository.root.resolve()):
                    actual = hashlib.sha256(file.read_bytes()).hexdigest()
                    if actual != digest.removeprefix("sha256:"):
                        yield Fault(name, 0, f"{path} is not what the manifest says.")
                    break


def _entries(tree: Any) -> Iterator[tuple[str, str]]:
    """Yield path and digest of every entry that has both."""
    if isinstance(tree, dict):
        path = tree.get("path") or tree.get("file")
        digest = tree.get("sha256") or tree.get("digest")
        if isinstance(path, str) and isinstance(digest, str):
            yield path, digest
        for value in tree.values():
            yield from _entries(value)
    elif isinstance(tree, list):
        for item in tree:
            yield from _entries(item)


def _card(repository: Repository) -> Iterator[Fault]:
    """A model card says what the model is for and how well it does."""
    names = repository.matching(*_CARDS)
    made = [n for n in repository.matching("*card*.py", "*card*.j2", "*card*.jinja") if n]
    if not names and not made:
        yield Fault("", 0, "There is no model card, and nothing that writes one.")
    for name in names:
        text = repository.text(name).lower()
        for heading in ("intended use", "evaluation"):
            if heading not in text:
                yield Fault(name, 0, f"The model card says nothing of its {heading}.")


def _lineage(repository: Repository) -> Iterator[Fault]:
    """Runs leave a trace: data, code, parameters and model together."""
    sources = repository.matching("*.py", "pyproject.toml", "*requirements*.txt", "dvc.yaml")
    if not any(_LINEAGE.search(repository.text(name)) for name in sources):
        yield Fault("", 0, "Nothing records which data and code a model came from.")


def _owners(repository: Repository) -> Iterator[Fault]:
    """Somebody is asked to review each change."""
    if not repository.matching("CODEOWNERS"):
        yield Fault("", 0, "No CODEOWNERS file says who reviews a change.")


def _readme(repository: Repository) -> Iterator[Fault]:
    """The README's commands exist."""
    names = [name for name in repository.files if name.lower() == "readme.md"]
    if not names:
        yield Fault("", 0, "There is no README.")
        return
    text = repository.text(names[0])
    targets = set(re.findall(r"^([\w.-]+):(?!=)", repository.text("Makefile"), re.MULTILINE))
    for number, line in enumerate(text.splitlines(), 1):
        found = re.match(r"\s*(?:\$ )?make ([\w.-]+)", line)
        if found and found[1] not in targets:
            yield Fault(names[0], number, f"`make {found[1]}` has no target in the Makefile.")


RULES: Final = (
    Rule("MR-030", "Gates state thresholds and block", "high",
         "State thresholds in config/gates.yaml; advisory needs approver, reason and until.",
         _gates),
    Rule("MR-031", "Gates are proven to block", "medium",
         "Test each gate with a fault that it must stop, as tests/faults of our template does.",
         _proven),
    Rule("MR-032", "Data is what its manifest says", "medium",
         "Write a manifest with a sha256 for each file, and check it before training.", _dataset),
    Rule("MR-033", "A model card says what the model is for", "medium",
         "Render a card from the evidence of the gates.", _card),
    Rule("MR-034", "Models can be traced to data and code", "medium",
         "Log runs with MLflow and emit OpenLineage events.", _lineage),
    Rule("MR-035", "Somebody owns each change", "low",
         "Add a CODEOWNERS file.", _owners),
    Rule("MR-036", "The README's commands exist", "low",
         "Add the target, or mend the README.", _readme),
)  # fmt: skip
"""Rules of this module."""
