"""A release is one digest over all that decides; what changed is said in words."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.goldens import golden_plan
from support.plans import ROOT, plan, provider, resource
from support.releases import NOW, release

from bedplate.engine.plan import Plan
from bedplate.governance.release import ReleaseError, changed, make_release, read_release
from bedplate.spec.resolve import resolve

if TYPE_CHECKING:
    from pathlib import Path


def _golden() -> Plan:
    return golden_plan(ROOT / "tests/golden/stacks/dev.plan.json")


def _made(root: Path, plan: Plan, policies: dict[str, bytes] | None = None) -> Any:
    spec = resolve("dev", ROOT / "stacks").spec
    return make_release(spec, plan, policies or {"a.rego": b"x"}, root, "Sara", NOW, {})


def test_the_digest_knows_no_path_clock_or_order(tmp_path: Path) -> None:
    """Two machines, two days, resources in another order: one digest."""
    plan = _golden()
    (other := tmp_path / "elsewhere").mkdir()
    turned = replace(
        plan,
        layers=tuple(replace(each, resources=each.resources[::-1]) for each in plan.layers),
    )
    later = replace(_made(other, turned), created=NOW + timedelta(days=1))

    assert _made(tmp_path, plan).digest == later.digest
    assert changed(_made(tmp_path, plan), later) == ()


def test_one_changed_input_changes_the_digest_and_is_named(tmp_path: Path) -> None:
    """The resource is named by layer, type and name."""
    plan = _golden()
    first, *rest = plan.layers
    index = next(i for i, r in enumerate(first.resources) if r.type == "aws:kms/key:Key")
    key = first.resources[index]
    touched = replace(key, inputs=key.inputs | {"description": "other"})
    resources = (*first.resources[:index], touched, *first.resources[index + 1 :])
    after = _made(tmp_path, Plan("dev", (replace(first, resources=resources), *rest)))
    before = _made(tmp_path, plan)

    assert before.digest != after.digest
    assert changed(before, after) == (f"foundation:aws:kms/key:Key::{touched.name} is changed",)


@pytest.mark.parametrize(
    "change",
    [
        {"inputs": {"bucket": "acme-b"}},
        {"inputs": {"bucket": "acme-a", "tags": {}}},
        {
            "name": "other",
            "urn": "urn:pulumi:prod::bedplate-foundation::aws:s3/bucket:Bucket::other",
        },
        {"type": "aws:s3/bucketV2:BucketV2"},
        {"dependencies": ()},
        {"provider": None},
        {"options": {"protect": False}},
        {"property_dependencies": {}},
    ],
    ids="-".join,
)
def test_no_change_of_a_resource_goes_unseen(tmp_path: Path, change: dict[str, Any]) -> None:
    """Whatever of it decides what is deployed: the digest differs, and something is said."""
    main = provider()
    bucket = resource(
        "aws:s3/bucket:Bucket", "a", {"bucket": "acme-a"}, options={"protect": True},
        dependencies=(main.urn,), property_dependencies={"bucket": (main.urn,)},
    )  # fmt: skip
    before = _made(tmp_path, plan(main, bucket))
    after = _made(tmp_path, plan(main, replace(bucket, **change)))

    assert before.digest != after.digest
    assert changed(before, after) != ()


@given(where=st.integers(0, 10_000), bit=st.integers(0, 7))
@settings(max_examples=60)
def test_one_byte_of_a_release_makes_it_another_one_or_none(
    tmp_path_factory: pytest.TempPathFactory, where: int, bit: int
) -> None:
    """A flipped bit is refused, or it stands in what no approval covers: time and summary."""
    file = tmp_path_factory.mktemp("release") / "x.json"
    data = bytearray(release().dumps().encode())
    data[where % len(data)] ^= 1 << bit
    file.write_bytes(data)
    try:
        found = read_release(file)
    except ReleaseError:
        return

    assert found.digest == release().digest
    assert (found.spec, found.parts) == (release().spec, release().parts)


def test_a_policy_or_a_lock_is_part_of_it(tmp_path: Path) -> None:
    """Rules and packages decide too."""
    plan = _golden()
    before = _made(tmp_path, plan)
    rules = _made(tmp_path, plan, {"a.rego": b"y"})
    (tmp_path / "requirements.lock").write_text("numpy==1\n")
    locked = _made(tmp_path, plan)

    assert changed(before, rules) == ("the policies differ",)
    assert changed(before, locked) == ("the tools, locks or programs differ",)


def test_a_program_is_part_of_it(tmp_path: Path) -> None:
    """It could make something else where it is not simulated: people approve its text too."""
    plan = _golden()
    program = tmp_path / "infra/foundation/__main__.py"
    program.parent.mkdir(parents=True)
    program.write_text("a = 1\n")
    before = _made(tmp_path, plan)
    program.write_text("a = 2\n")
    (program.parent / "Pulumi.dev.yaml").write_text("written by Pulumi\n")
    after = _made(tmp_path, plan)
    program.write_text("a = 1\n")

    assert changed(before, after) == ("the tools, locks or programs differ",)
    assert changed(before, _made(tmp_path, plan)) == ()


@pytest.mark.parametrize("odd", ["NaN", '"\\ud800"'])
def test_a_release_of_what_has_no_digest_is_none(tmp_path: Path, odd: str) -> None:
    """A reader of JSON takes numbers and letters that no digest is defined for."""
    file = tmp_path / "aa.json"
    text = _made(tmp_path, _golden()).dumps()
    file.write_text(text.replace('"author": "Sara"', f'"author": {odd}'))
    with pytest.raises(ReleaseError) as caught:
        read_release(file)

    assert caught.value.message == (
        f"{file} is no release that can be read. Fix: write it again with `bedplate release`."
    )


def test_a_pipe_is_no_release(tmp_path: Path) -> None:
    """Nobody waits for who may write into it."""
    file = tmp_path / "aa.json"
    os.mkfifo(file)
    with pytest.raises(ReleaseError, match=" is no release that can be read"):
        read_release(file)


def test_a_changed_value_is_shown_before_and_after() -> None:
    """The path of the value, what it was and what it is."""
    after = release({"network": {"cidr": "10.44.0.0/16"}, "tier": "production", "protect": True})

    assert changed(release(), after) == (
        'network.cidr: "10.40.0.0/16" → "10.44.0.0/16"',
        "protect: nothing → true",
    )


def test_created_and_deleted_resources_are_told_apart() -> None:
    """What is there only afterwards is created, what was there only before is deleted."""
    before = release()
    parts = {**before.parts, "plan.foundation": "sha256:ee"}
    after = replace(before, parts=parts, resources={"foundation:aws:s3/bucket:Bucket::new": "x"})

    assert changed(before, after) == (
        "foundation:aws:s3/bucket:Bucket::new is created",
        "foundation:aws:s3/bucket:Bucket::models is deleted",
    )


def test_a_release_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Nothing is lost on the way through a file."""
    file = tmp_path / "release.json"
    file.write_text(release().dumps())

    assert read_release(file) == release()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"10.40.0.0/16"', '"10.41.0.0/16"'),
        ('"policies": "sha256:aa"', '"policies": "sha256:ab"'),
        ('"author": "Sara Nasser"', '"author": "Omar Rahman"'),
        ('"environment": "prod"', '"environment": "dev"'),
        ("bedplate.release/v1", "bedplate.release/v2"),
    ],
)
def test_an_edited_release_is_refused(tmp_path: Path, old: str, new: str) -> None:
    """Each part that counts is covered by the digest."""
    file = tmp_path / "release.json"
    assert old in release().dumps()
    file.write_text(release().dumps().replace(old, new))
    with pytest.raises(ReleaseError) as caught:
        read_release(file)

    assert caught.value.message == (
        f"{file} is not what its digest says: it was edited. "
        "Fix: restore it from git, or write it again with `bedplate release`."
    )


@given(st.text(max_size=200))
def test_any_text_is_refused_with_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    """Whatever stands in the file, there is no traceback."""
    file = tmp_path_factory.mktemp("release") / "x.json"
    file.write_text(text, encoding="utf-8", errors="surrogatepass")
    with pytest.raises(ReleaseError, match=r"is no release that can be read\. Fix: write it"):
        read_release(file)
