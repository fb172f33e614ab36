"""Plans and policy packs that a test states in a few words."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bedplate.engine.plan import LayerPlan, Plan, Resource, SourcePosition
from bedplate.policy.catalogue import load_catalogue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bedplate.policy.catalogue import Catalogue

ROOT = Path(__file__).resolve().parents[3]
POLICIES = ROOT / "policies"

PROVIDER = "urn:pulumi:prod::bedplate-foundation::pulumi:providers:aws::main"
SSE = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
BUCKET = "aws:s3/bucket:Bucket"
KEY = "arn:aws:kms:me-central-1:111122223333:key/0a1b"


def urn(token: str, name: str) -> str:
    """Return the URN of a resource of the test's layer."""
    return f"urn:pulumi:prod::bedplate-foundation::{token}::{name}"


def resource(
    token: str, name: str = "x", inputs: Mapping[str, Any] | None = None, **more: Any
) -> Resource:
    """Return one resource under the explicit provider, made at main.py:7."""
    fields: dict[str, Any] = {
        "parent": None,
        "custom": True,
        "outputs": {},
        "provider": f"{PROVIDER}::id",
        "source": SourcePosition("main.py", 7, 1),
    }
    fields |= more
    return Resource(
        urn=urn(token, name), type=token, name=name, inputs=dict(inputs or {}), **fields
    )


def provider(region: str = "me-central-1") -> Resource:
    """Return the explicit provider of the test's resources."""
    return resource("pulumi:providers:aws", "main", {"region": region}, provider=None)


def reading(token: str, name: str, inputs: Mapping[str, Any], prop: str, of: Resource) -> Resource:
    """Return a resource of which one property reads an output of another."""
    dependencies = {"dependencies": (of.urn,), "property_dependencies": {prop: (of.urn,)}}
    return resource(token, name, inputs, **dependencies)


def plan(*resources: Resource) -> Plan:
    """Return a plan of one layer."""
    layer = LayerPlan("foundation", "bedplate-foundation", "prod", resources)
    return Plan("prod", (layer,))


@cache
def shipped() -> Catalogue:
    """Return the catalogue of the shipped policies."""
    return load_catalogue([POLICIES / "deploy"], [POLICIES / "controls.yaml"])


@cache
def both_packs() -> Catalogue:
    """Return the catalogue of the rules on plans and of those at admission."""
    packs = [POLICIES / "deploy", POLICIES / "admission"]
    return load_catalogue(packs, [POLICIES / "controls.yaml"])


CONTROLS = """\
"gdpr:32":
  regime: "GDPR"
  title: "Security"
  text: "Encrypt."
  status: in-force
  effective: "2018-05-25"
  source: "Official Journal"
  confidence: high
"""
"""A control file of one clause."""

RULE = """\
package acme

import rego.v1

# METADATA
# title: Things are blue
# description: Blue is calm.
# custom:
#   id: ACM-001
#   severity: high
#   scope: resource
#   resource_types: [aws:s3/bucket:Bucket]
#   controls: [gdpr:32]
#   avoid: Red.
#   remediation: Paint it.
deny_acm_001 contains message if {
\tobject.get(input, "colour", "") != "blue"
\tmessage := "Not blue; paint it."
}
"""
"""A rule of a team's own."""


def pack(folder: Path, **files: str) -> Catalogue:
    """Write a policy pack of the given files (names without ``.rego``) and load it."""
    write_pack(folder, **files)
    return load_catalogue([folder / "pack"], [folder / "controls.yaml"])


def write_pack(folder: Path, **files: str) -> None:
    """Write a policy pack of the given files (names without ``.rego``)."""
    (folder / "pack" / "things").mkdir(parents=True, exist_ok=True)
    (folder / "pack" / "PulumiPolicy.yaml").write_text("runtime: opa\nversion: 1.0.0\n")
    (folder / "controls.yaml").write_text(CONTROLS)
    for name, text in files.items():
        (folder / "pack" / "things" / f"{name}.rego").write_text(text)
