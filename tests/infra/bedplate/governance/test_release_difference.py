"""What a release changes is told by meaning: what is replaced, which version, size, exposure."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from support.goldens import PRODUCTION, environment_of, golden_plan
from support.plans import BUCKET, plan, provider, reading, resource
from support.releases import NOW, release

from bedplate.cli.release_text import difference_lines
from bedplate.engine.plan import Plan, Resource
from bedplate.governance.release import Release, changed, make_release, read_release
from bedplate.governance.release_details import Changes, Details, Replaced
from bedplate.governance.release_difference import Verdict, difference, kept, replaced
from bedplate.policy.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

VPC = "aws:ec2/vpc:Vpc"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
HELM = "kubernetes:helm.sh/v3:Release"
MAP = "kubernetes:core/v1:ConfigMap"
POLICY = "aws:s3/bucketPolicy:BucketPolicy"


def _made(made: Plan, summary: Mapping[str, Any] | None = None) -> Release:
    spec = environment_of(PRODUCTION).spec
    folder = PRODUCTION.parent
    return make_release(spec, made, {}, folder, "Sara", NOW, summary or {})


def _of(*resources: Resource) -> Release:
    return _made(plan(*resources))


def _vpc(cidr: str) -> Resource:
    return resource(VPC, "vpc", {"cidrBlock": cidr}, provider=None)


def test_a_property_that_forces_it_replaces(tmp_path: Path) -> None:
    """The resource, why, and everything that reads it: a security group is of one VPC."""
    before, after = (
        _of(
            _vpc(cidr), reading(GROUP, "group", {"description": "d", "vpcId": "v"}, "vpcId",
                                _vpc(cidr)),
            resource(BUCKET, "models", {"bucket": "models"}, provider=None),
        )
        for cidr in ("10.40.0.0/16", "10.41.0.0/16")
    )  # fmt: skip
    file = tmp_path / "r.json"
    file.write_text(before.dumps())

    assert replaced(read_release(file), after) == (
        Replaced(f"foundation:{GROUP}::group", ("vpcId",)),
        Replaced(f"foundation:{VPC}::vpc", ("cidrBlock",)),
    )
    assert replaced(before, after)[1].type == VPC
    assert f"foundation:{VPC}::vpc is replaced (cidrBlock)" in changed(before, after)


def test_a_change_in_place_replaces_nothing() -> None:
    """Tags are changed where they are."""
    one, two = (
        _of(resource(VPC, "vpc", {"cidrBlock": "10.0.0.0/16", "tags": {"a": tag}}, provider=None))
        for tag in "xy"
    )

    assert replaced(one, two) == ()
    assert difference(one, two).resources == Changes((), (f"foundation:{VPC}::vpc",), (), ())


def test_another_region_replaces_all_that_the_provider_makes() -> None:
    """The region is the provider's, not the resource's."""
    one, two = (
        _of(provider(region), resource(BUCKET, "models", {"bucket": "models"}))
        for region in ("me-central-1", "eu-central-1")
    )

    assert [(each.resource, each.properties) for each in replaced(one, two)] == [
        (f"foundation:{BUCKET}::models", ("provider",)),
        ("foundation:pulumi:providers:aws::main", ("region",)),
    ]


def test_an_ignored_change_replaces_nothing() -> None:
    """Pulumi does not look at what `ignoreChanges` names."""
    one, two = (
        _of(
            resource(VPC, "vpc", {"cidrBlock": cidr}, provider=None,
                     options={"ignoreChanges": ["cidrBlock"]})
        )
        for cidr in ("10.0.0.0/16", "10.1.0.0/16")
    )  # fmt: skip

    assert replaced(one, two) == ()


@pytest.mark.parametrize(
    "options",
    [
        {"aliasURNs": [f"urn:pulumi:prod::bedplate-foundation::bedplate:x:Y${VPC}::vpc"]},
        {"aliases": [{"name": "vpc"}]},
    ],
)
def test_a_renamed_resource_with_an_alias_is_the_same_one(options: dict[str, Any]) -> None:
    """Without the alias it would be deleted, and another one created."""
    inputs = {"cidrBlock": "10.0.0.0/16"}
    before = _of(resource(VPC, "vpc", inputs, provider=None))
    bare = difference(before, _of(resource(VPC, "main", inputs, provider=None))).resources
    aliased = _of(resource(VPC, "main", inputs, provider=None, options=options))
    kept_one = difference(before, aliased).resources

    assert (bare.created, bare.deleted) == (
        (f"foundation:{VPC}::main",),
        (f"foundation:{VPC}::vpc",),
    )
    assert (kept_one.created, kept_one.deleted, kept_one.replaced) == ((), (), ())


def test_an_object_that_moves_to_another_namespace_is_replaced() -> None:
    """Kubernetes can't rename or move an object."""
    one, two = (
        _of(resource(MAP, "c", {"metadata": {"name": "c", "namespace": space}}, provider=None))
        for space in ("a", "b")
    )

    assert replaced(one, two) == (Replaced(f"foundation:{MAP}::c", ("metadata.namespace",)),)


def test_versions_sizes_and_exposure_are_values() -> None:
    """A chart, an image in its values, a count, a policy that lets everybody in."""
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Sid": "Tls"}
    wide = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": ["s3:GetObject"]}
    one, two = (
        _of(
            resource(HELM, "loki", {"name": "loki", "version": version, "values": {
                "replicas": count, "image": {"repository": "loki", "tag": version}}},
                provider=None),
            resource(POLICY, "p", {"policy": json.dumps({"Statement": statements})}, provider=None),
        )
        for version, count, statements in (("1.0.0", 1, [deny]), ("1.1.0", 3, [deny, wide]))
    )  # fmt: skip
    lines = difference_lines(difference(one, two))

    assert lines == [
        "  Exposure:",
        f'    foundation:{POLICY}::p policy to anybody: nothing → ["2: s3:GetObject"]',
        "  Versions:",
        f'    foundation:{HELM}::loki values.image.tag: "1.0.0" → "1.1.0"',
        f'    foundation:{HELM}::loki version: "1.0.0" → "1.1.0"',
        "  Sizes:",
        f"    foundation:{HELM}::loki values.replicas: 1 → 3",
        "  Changed in place:",
        f"    foundation:{POLICY}::p",
        f"    foundation:{HELM}::loki",
    ]


def test_a_public_endpoint_of_the_real_plan_is_exposure() -> None:
    """The golden plan of production, with one flag turned and one version raised."""
    golden = golden_plan(PRODUCTION)
    first, *rest = golden.layers

    def turned(each: Resource) -> Resource:
        if each.type != "aws:eks/cluster:Cluster":
            return each
        config = each.inputs["vpcConfig"] | {"endpointPublicAccess": True}
        return replace(each, inputs=each.inputs | {"vpcConfig": config, "version": "1.36"})

    after = _made(
        Plan("prod", (replace(first, resources=tuple(map(turned, first.resources))), *rest))
    )
    found = difference(_made(golden), after).to_json()
    cluster = "foundation:aws:eks/cluster:Cluster::cluster"

    assert found["resources"] == {
        "created": [], "changed": [cluster], "replaced": [], "deleted": [],
    }  # fmt: skip
    assert found["exposure"] == [
        {
            "resource": cluster,
            "path": "vpcConfig.endpointPublicAccess",
            "before": False,
            "after": True,
        }
    ]
    assert [each["after"] for each in found["versions"]] == ["1.36"]


def _finding(verdict: str, name: str = "models") -> Finding:
    return Finding(
        policy="ENC-001", severity="high", level="mandatory", verdict=verdict,  # type: ignore[arg-type]
        urn=f"urn:pulumi:prod::bedplate-foundation::a:b:C${BUCKET}::{name}", type=BUCKET,
        message="m", controls=(), remediation="r", source=None,
    )  # fmt: skip


def test_verdicts_and_cost_are_told_before_and_after() -> None:
    """What newly fails, what is newly waived, and what no longer does."""
    summary = kept((_finding("pass"), _finding("waived"), _finding("fail", "other")))
    before = _made(plan(), {"findings": summary[:1], "hourly_usd": 2.0})
    after = _made(plan(), {"findings": summary[1:], "hourly_usd": 3.5})
    found = difference(before, after)

    assert summary[0] == {"policy": "ENC-001", "resource": f"{BUCKET}::models", "verdict": "waived"}
    assert found.newly == (Verdict("ENC-001", f"{BUCKET}::other", "fail"),)
    assert difference_lines(found) == [
        "  Verdicts:",
        f"    newly fail: ENC-001 on {BUCKET}::other",
        f"    no longer waived: ENC-001 on {BUCKET}::models",
        "  Cost:",
        "    2.00 → 3.50 USD an hour, every pool at its maximum",
    ]


def test_an_edited_summary_is_no_traceback() -> None:
    """It is for people, and not part of the digest."""
    broken = _made(plan(), {"findings": [1, {"policy": 2}, {}], "hourly_usd": "much"})

    assert difference(broken, _made(plan())).is_empty


def test_a_release_without_details_excludes_no_replacement(tmp_path: Path) -> None:
    """It was made before they were kept: what could be replaced counts as replaced."""
    inputs = {"cidrBlock": "10.0.0.0/16"}
    whole = _of(resource(VPC, "vpc", inputs, provider=None))
    parts = {name: digest for name, digest in whole.parts.items() if name != "details"}
    old = replace(whole, parts=parts, details=Details())
    text = {k: v for k, v in old.to_json().items() if k != "details"}
    (tmp_path / "old.json").write_text(json.dumps(text))
    after = _of(resource(VPC, "vpc", {**inputs, "tags": {"a": "b"}}, provider=None))

    assert read_release(tmp_path / "old.json") == old
    assert replaced(old, after) == (Replaced(f"foundation:{VPC}::vpc", ("?",)),)
    assert changed(old, whole) == ("the form of the release differs",)


def test_edited_details_are_refused(tmp_path: Path) -> None:
    """Who hides a replacement changes what the digest covers."""
    whole = _of(_vpc("10.0.0.0/16"))
    (digest,) = whole.details.replacing[f"foundation:{VPC}::vpc"].values()
    file = tmp_path / "r.json"
    file.write_text(whole.dumps().replace(digest, "0" * 16))
    with pytest.raises(Exception, match="is not what its digest says: it was edited"):
        read_release(file)


def test_many_entries_are_cut_in_the_text_alone() -> None:
    """The text stays short; nothing is left out of JSON."""
    made = _of(*(resource(BUCKET, f"b{number:03}", {}, provider=None) for number in range(20)))
    found = difference(_of(), made)

    assert difference_lines(found)[-1] == "    … and 8 more; `--format json` has all"
    assert len(found.to_json()["resources"]["created"]) == 20


def test_nothing_differs_from_itself() -> None:
    """The same release twice."""
    assert difference(release(), release()).is_empty
