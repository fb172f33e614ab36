"""Write what is generated in docs/ and in the blueprints' READMEs; with --check, only compare.

python tools/docs.py            rewrites what is out of date, and names it
python tools/docs.py --check    writes nothing; exit code 1 and the names where something is
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import diagrams
import traceability

from bedplate.cli.reference import render as cli_page
from bedplate.policy import catalogue_docs
from bedplate.policy.catalogue import load_catalogue
from bedplate.policy.coverage import coverage_page
from bedplate.spec.reference import blueprint_schema_text, environment_page, environment_schema_text
from bedplate.spec.resolve import Resolved, environments, resolve

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[1]
"""The project's root."""

SETTINGS = (
    ("Tier", "tier"),
    ("Regimes", "governance.regimes"),
    ("Jurisdictions", "governance.jurisdictions"),
    ("Classification", "governance.data_classification"),
    ("Approvals of a release", "governance.approvals.required"),
    ("Protected from deletion", "protect"),
    ("Zones", "network.zones"),
    ("Way out", "network.egress"),
    ("Cluster endpoint", "cluster.endpoint_access"),
    ("Kubernetes", "cluster.version"),
    ("System nodes", "cluster.system_nodes.instance_types"),
    ("Database", "stores.database.instance_class"),
    ("Database standby", "stores.database.multi_az"),
    ("Backups kept, days", "stores.backup.retention_days"),
    ("Backup vault lock", "stores.backup.vault_lock"),
    ("Audit log locked, days", "audit.log_archive.retention_days"),
    ("Audit log lock", "audit.log_archive.mode"),
    ("Evidence locked, days", "stores.evidence_retention_days"),
    ("Evidence lock", "stores.evidence_lock"),
    ("Logs kept, days", "monitoring.logs_retention_days"),
    ("Serving runtimes", "serving.kserve.runtimes"),
    ("Pipelines", "orchestration.engine"),
    ("Most GPUs", "budget.max_gpus"),
)
"""What a blueprint's README shows: words and path of each setting."""

_BLOCK = re.compile(r"(<!-- generated: (\w+) -->\n)(.*?)(<!-- end of \2 -->)", re.DOTALL)


def documents(root: Path = ROOT) -> dict[str, str]:
    """Return every generated document by its path below the root."""
    reference = {
        "docs/reference/cli.md": cli_page(),
        "docs/reference/environment.md": environment_page(),
        "docs/reference/environment.schema.json": environment_schema_text(),
        "docs/reference/blueprint.schema.json": blueprint_schema_text(),
        "docs/reference/diagrams.md": diagrams.page(root / "tests" / "golden"),
        traceability.PAGE: traceability.page(root),
    }
    return reference | _policy_pages(root) | _blueprint_readmes(root)


def stale(root: Path = ROOT) -> dict[str, str]:
    """Return the documents that differ from what is on disk."""
    return {name: text for name, text in documents(root).items() if _on_disk(root / name) != text}


def _on_disk(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _policy_pages(root: Path) -> dict[str, str]:
    policies = root / "policies"
    packs = [policies / "deploy", policies / "admission"]
    catalogue = load_catalogue(packs, [policies / "controls.yaml"])
    page = {f"{catalogue_docs.FOLDER}/coverage.md": coverage_page(catalogue, _types(root))}
    return catalogue_docs.render(catalogue) | page


def _types(root: Path) -> set[str]:
    """Return the types of the golden plans' resources, without components and providers."""
    return {
        resource["type"]
        for golden in (root / "tests/golden").rglob("*.plan.json")
        for layer in json.loads(golden.read_text(encoding="utf-8"))["layers"]
        for resource in layer["resources"]
        if resource["type"].startswith(("aws:", "kubernetes:"))
    }


def _blueprint_readmes(root: Path) -> dict[str, str]:
    found = {}
    golden = root / "tests/golden/blueprints"
    for readme in sorted((root / "blueprints").glob("*/README.md")):
        name = readme.parent.name
        blocks: dict[str, Callable[[], str]] = {
            "example": partial(_example, readme.parent),
            "settings": partial(_settings, readme.parent),
            "resources": partial(resources, golden / f"{name}.plan.json"),
        }
        text = readme.read_text(encoding="utf-8")
        found[f"blueprints/{name}/README.md"] = fill(text, blocks)
    return found


def fill(text: str, blocks: dict[str, Callable[[], str]]) -> str:
    """Return the text with each block between its markers replaced.

    Raises KeyError for a block that is not known.
    """

    def replace(match: re.Match[str]) -> str:
        return f"{match[1]}\n{blocks[match[2]]()}\n\n{match[4]}"

    return _BLOCK.sub(replace, text)


def _resolved(folder: Path) -> Resolved:
    examples = folder / "example"
    (environment,) = environments(examples)
    return resolve(environment, examples)


def _example(folder: Path) -> str:
    (path,) = (folder / "example").glob("*.yaml")
    return f"```yaml\n{path.read_text(encoding='utf-8').rstrip()}\n```"


def _settings(folder: Path) -> str:
    resolved = _resolved(folder)
    rows = ["| Setting | Value | Set by |", "|---|---|---|"]
    for words, path in SETTINGS:
        rows.append(_row(words, _value(resolved, path), _setter(resolved, path, folder.name)))
    for name, pool in resolved.spec.gpu_pools.items():
        types, bought = " or ".join(pool.instance_types), ", then ".join(pool.purchase)
        value = f"{types}, {bought}, {pool.provisioner}, up to {pool.max_gpus} GPUs"
        setter = _setter(resolved, f"gpu_pools.{name}", folder.name)
        rows.append(_row(f"GPU pool `{name}`", value, setter))
    return "\n".join(rows)


def _row(words: str, value: str, setter: str) -> str:
    return f"| {words} | {value} | {setter} |"


def _value(resolved: Resolved, path: str) -> str:
    value: object = resolved.spec
    for part in path.split("."):
        value = getattr(value, part)
    if isinstance(value, tuple):
        return ", ".join(str(item) for item in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "no limit" if value is None else str(value)


def _setter(resolved: Resolved, path: str, blueprint: str) -> str:
    origin = resolved.origins.get(path)
    if origin is None:
        return "default"
    if origin.layer != "blueprint":
        return "the environment"
    name = Path(origin.file).parent.name
    return "this blueprint" if name == blueprint else f"`{name}`"


def resources(golden: Path) -> str:
    """Return a table of the AWS resources in a golden plan, by top-level section."""
    if not golden.is_file():
        return "Not recorded yet: run `make golden`, then `make docs`."
    plan = json.loads(golden.read_text(encoding="utf-8"))
    counts: Counter[str] = Counter()
    for layer in plan["layers"]:
        for resource in layer["resources"]:
            if resource["type"].startswith("aws:"):
                counts[(resource["spec_path"] or "own").split(".")[0]] += 1
    rows = [f"| `{name}` | {count} |" for name, count in sorted(counts.items())]
    total = f"| all | {sum(counts.values())} |"
    return "\n".join(["| Component | AWS resources |", "|---|---|", *rows, total])


def main() -> int:
    """Write or compare; return the exit code."""
    parser = argparse.ArgumentParser(description="Write the generated documents.")
    parser.add_argument("--check", action="store_true", help="compare only")
    check = parser.parse_args().check
    found = stale()
    for name, text in found.items():
        path = ROOT / name
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        print(f"{'out of date' if check else 'written'}: {name}")
    if found and check:
        print("Run `make docs`.", file=sys.stderr)
    return 1 if found and check else 0


if __name__ == "__main__":
    sys.exit(main())
