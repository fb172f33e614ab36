"""Derives `bedplate.contracts` from published charts and custom resource definitions.

Usage: python tools/contracts.py [--check] [FOLDER]. FOLDER holds `index.json`, `charts/` and
`crds/`; by default `../shared/contracts`. With --check nothing is written, a difference exits 1.
Where the folder is absent nothing can be derived: it says so, and the committed data stands.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from contract_shapes import chart_shape, definition_shape

from bedplate.versions import CHARTS

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "infra" / "bedplate" / "contracts" / "data"
LEFT_OUT = {("gateway-api", "v1.6.1"), ("kserve-llmisvc-bundled", "v0.20.0")}
"""Definitions that no pinned component installs."""


class _Loader(yaml.CSafeLoader):
    """Reads a lone `=` as text: one definition lists it among operators."""


_Loader.add_constructor("tag:yaml.org,2002:value", lambda _, node: str(node.value))


def origin(entry: dict[str, Any]) -> dict[str, str]:
    """Return where an entry of the index comes from."""
    return {name: entry[name] for name in ("version", "source", "ref", "licence")}


def charts(folder: Path, index: list[dict[str, Any]]) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield the file and content of each chart's contract."""
    entries = {entry["name"]: entry for entry in index if entry["kind"] == "chart"}
    for name in sorted(CHARTS):
        if name not in entries:
            continue
        shape = chart_shape(name, folder, entries)
        yield (
            DATA / "charts" / f"{name}.json",
            {"chart": name, **origin(entries[name]), "shape": shape},
        )


def definitions(folder: Path, index: list[dict[str, Any]]) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield the file and content of each custom resource's contract."""
    for entry in index:
        if entry["kind"] != "crd" or (entry["name"], entry["version"]) in LEFT_OUT:
            continue
        for file in sorted((folder / entry["path"]).glob("*.yaml")):
            spec = yaml.load(file.read_text(), _Loader)["spec"]  # noqa: S506 - a safe loader
            group, kind = spec["group"], spec["names"]["kind"]
            if kind.startswith("LLMInferenceService"):
                continue  # their charts are not installed
            content = {
                "group": group,
                "kind": kind,
                "plural": spec["names"]["plural"],
                "scope": spec["scope"],
                **origin(entry),
                "versions": {
                    version["name"]: {
                        "served": version["served"],
                        "shape": definition_shape(version["schema"]["openAPIV3Schema"]),
                    }
                    for version in spec["versions"]
                },
            }
            yield DATA / "objects" / group / f"{kind}.json", content


def main() -> None:
    """Write the contracts, or compare them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 1 where a contract differs")
    parser.add_argument(
        "folder", nargs="?", type=Path, default=ROOT.parent / "shared" / "contracts"
    )
    arguments = parser.parse_args()
    folder: Path = arguments.folder
    if not (folder / "index.json").is_file():
        print(f"skipped: there are no published contracts in {folder}")
        return
    index = json.loads((folder / "index.json").read_text())
    written = dict([*charts(folder, index), *definitions(folder, index)])
    # Charts of another folder keep their contracts; a chart that is no longer pinned does not.
    elsewhere = {DATA / "charts" / f"{name}.json" for name in CHARTS}
    stale = [path for path in DATA.rglob("*.json") if path not in {*written, *elsewhere}]
    for path, content in written.items():
        text = json.dumps(content, separators=(",", ":"), sort_keys=True) + "\n"
        if path.is_file() and path.read_text() == text:
            continue
        stale.append(path)
        if not arguments.check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    for path in stale:
        print(f"{'differs' if arguments.check else 'wrote'}: {path.relative_to(ROOT)}")
    sys.exit(1 if arguments.check and stale else 0)


if __name__ == "__main__":
    main()
