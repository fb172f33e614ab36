"""Writes policies/deploy/lib/taggable_types.rego from the installed pulumi-aws.

Usage: python tools/taggable_types.py. Run it when pulumi-aws moves to another version.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MODULE = ROOT / "policies" / "deploy" / "lib" / "taggable_types.rego"
TOKEN = re.compile(r"super\(\w+, __self__\)\.__init__\(\s*'aws:([^':]+):[^']+'")
UNTAGGED = frozenset({"s3/bucketObject", "s3/bucketObjectv2", "s3/objectCopy"})
"""S3 objects take ten tags at most, and carry those of nobody but their writer."""
HEAD = """\
package bedplate_deploy

import rego.v1

# METADATA
# title: Types of resources that take tags
# description: >-
#   All types of pulumi-aws {version} with the input property tags, save S3 objects, by the middle
#   part of their token. One text, not a set: an engine builds a set anew for every resource.
#   Written by tools/taggable_types.py.
is_taggable(type) if {{
\tstartswith(type, "aws:")
\tcontains(taggable_types, concat("", ["\\n", split(type, ":")[1], "\\n"]))
}}

taggable_types := `
"""


def taggable(source: str) -> set[str]:
    """Return the types of one source file whose constructor sets the input property tags."""
    found = set()
    for match in TOKEN.finditer(source):
        start = source.rfind("def _internal_init", 0, match.start())
        if '__props__.__dict__["tags"] = tags' in source[start : match.start()]:
            found.add(match[1])
    return found


def main() -> None:
    """Write the module."""
    spec = importlib.util.find_spec("pulumi_aws")
    if spec is None or spec.origin is None:
        raise SystemExit("pulumi-aws is not installed. Fix: install the project first.")
    files = Path(spec.origin).parent.rglob("*.py")
    types = set[str]().union(*(taggable(file.read_text(encoding="utf-8")) for file in files))
    version = ".".join(importlib.metadata.version("pulumi-aws").split(".")[:2])
    lines = "\n".join(sorted(types - UNTAGGED))
    MODULE.write_text(f"{HEAD.format(version=version)}{lines}\n`\n", encoding="utf-8")
    print(f"{len(types - UNTAGGED)} types in {MODULE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
