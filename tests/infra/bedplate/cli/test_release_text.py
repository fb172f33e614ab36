"""`bedplate release` says what a release changes, what can't be taken back first."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.goldens import PRODUCTION, environment_of
from support.plans import plan, resource
from support.releases import NOW, release

from bedplate.cli.release_text import difference_lines
from bedplate.governance.release import Release, changed, make_release
from bedplate.governance.release_details import details_of
from bedplate.governance.release_difference import difference
from bedplate.governance.releasing import Prepared

if TYPE_CHECKING:
    from collections.abc import Callable

VPC = "aws:ec2/vpc:Vpc"
KEY = "aws:kms/key:Key"


def _with(cidr: str, *names: str, hourly: float) -> Release:
    """Return a release of a network and of keys."""
    made = plan(
        resource(VPC, "main", {"cidrBlock": cidr}, provider=None),
        *(resource(KEY, name, {}, provider=None) for name in names),
    )
    whole = release({"network": {"cidr": cidr}})
    resources = {f"foundation:{each.type}::{each.name}": cidr for each in made.resources()}
    parts = {**whole.parts, "plan.foundation": f"sha256:{cidr}"}
    return replace(
        whole, parts=parts, resources=resources, details=details_of(made),
        summary={"hourly_usd": hourly},
    )  # fmt: skip


@pytest.fixture
def prepared(monkeypatch: pytest.MonkeyPatch) -> Callable[[Release | None, Release], None]:
    """Return what lets a release be made against one that is live."""

    def answer(live: Release | None, made: Release) -> None:
        def stand_in(*_: object) -> Prepared:
            file = Path("releases/prod") / f"{made.short}.json"
            if live is None:
                return Prepared(made, file, None, (), None)
            digest = live.digest.removeprefix("sha256:")
            return Prepared(made, file, digest, changed(live, made), difference(live, made))

        monkeypatch.setattr("bedplate.governance.releasing.prepared", stand_in)

    return answer


def test_the_grave_comes_first(
    run: Callable[..., Any], project: Path, prepared: Callable[..., None]
) -> None:
    """A network that is replaced and a key that goes, each with what it means."""
    live = _with("10.40.0.0/16", "a", "b", hourly=2.0)
    made = _with("10.41.0.0/16", "a", hourly=1.5)
    prepared(live, made)
    done = run("release", "prod", "--author", "Sara Nasser")

    assert done.out.splitlines() == [
        f"Release {made.short} of prod by Sara Nasser.",
        made.digest,
        "",
        f"Against {live.short}, which is live:",
        "  Replaced: deleted and made anew:",
        f"    foundation:{VPC}::main (cidrBlock): everything in it would have to move",
        "  Deleted:",
        f"    foundation:{KEY}::b: nothing that it encrypted could be read again",
        "  Cost:",
        "    2.00 → 1.50 USD an hour, every pool at its maximum",
        "  Values:",
        '    network.cidr: "10.40.0.0/16" → "10.41.0.0/16"',
        "  Changed in place:",
        f"    foundation:{KEY}::a",
        "",
        f"Written to releases/prod/{made.short}.json. Next: commit it, and have it approved:",
        f"  bedplate approve prod {made.short} --as NAME --key FILE",
    ]
    assert project.is_dir()


def test_what_is_grave_is_never_cut_off() -> None:
    """Among many that are replaced, those whose loss is grave are told first."""
    group = "aws:ec2/securityGroup:SecurityGroup"
    sides = [
        make_release(
            environment_of(PRODUCTION).spec,
            plan(
                *(resource(group, f"a{number:02}", {"vpcId": cidr}, provider=None)
                  for number in range(20)),
                resource(VPC, "z", {"cidrBlock": cidr}, provider=None),
            ),
            {}, PRODUCTION.parent, "Sara", NOW, {"hourly_usd": hourly},
        )
        for cidr, hourly in (("10.0.0.0/16", 1.0), ("10.1.0.0/16", 1.001))
    ]  # fmt: skip
    lines = difference_lines(difference(*sides))

    assert lines[1] == f"    foundation:{VPC}::z (cidrBlock): everything in it would have to move"
    assert lines[13] == "    … and 9 more; `--format json` has all"
    assert "    1.0000 → 1.0010 USD an hour, every pool at its maximum" in lines


def test_json_has_all_of_it(
    run: Callable[..., Any], project: Path, prepared: Callable[..., None]
) -> None:
    """The release, the sentences, and the difference by meaning."""
    live, made = _with("10.40.0.0/16", hourly=2.0), _with("10.41.0.0/16", hourly=2.0)
    prepared(live, made)
    found = json.loads(run("release", "prod", "--author", "S", "--format", "json").out)

    assert found["digest"] == made.digest
    assert found["difference"]["resources"]["replaced"] == [
        {"resource": f"foundation:{VPC}::main", "properties": ["cidrBlock"]}
    ]
    assert f"foundation:{VPC}::main is replaced (cidrBlock)" in found["changes"]
    assert project.is_dir()


def test_what_is_live_already_and_what_is_first_are_told(
    run: Callable[..., Any], project: Path, prepared: Callable[..., None]
) -> None:
    """Nothing differs from itself; where nothing is live everything is created."""
    made = _with("10.40.0.0/16", hourly=2.0)
    prepared(made, replace(made, created=NOW))
    same = run("release", "prod", "--author", "S")
    prepared(None, made)
    first = run("release", "prod", "--author", "S")

    assert same.out.splitlines()[3] == "It is live already."
    assert first.out.splitlines()[3] == "Nothing is live yet: everything is created."
    assert project.is_dir()


def test_an_author_who_looks_like_somebody_else_is_refused(
    run: Callable[..., Any], project: Path
) -> None:
    """Else one's own approval would pass for another's."""
    done = run("release", "prod", "--author", "L\u0430yla Haddad")

    assert (done.code, done.err) == (
        2,
        (
            "The author's name 'L\\u0430yla Haddad' mixes the alphabets Cyrillic and Latin: "
            "it may look like another name. Fix: write it in one alphabet.\n"
        ),
    )
    assert not (project / "releases").exists()
