"""Each way to get a release past its approvals is refused, in a sentence of its own.

From the files on disk over their signatures to what the rules say.
"""

from __future__ import annotations

import json
import os
import re
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from support.layers import spec
from support.plans import plan, provider, shipped
from support.releases import AUTHOR, LAYLA, NOW, OMAR, key, person, release

from bedplate import dsse
from bedplate.governance.approvals import (
    PAYLOAD_TYPE,
    ApprovalError,
    Intent,
    Statement,
    decide_on,
    verified,
)
from bedplate.policy.evaluate import evaluate
from bedplate.policy.facts import facts
from bedplate.policy.regorus_engine import RegorusEngine
from bedplate.policy.release_fact import Change, Release

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bedplate.spec.governance import ApproverSpec

TRUSTED = (LAYLA, OMAR)
GOVERNANCE = {"approvals": {"required": 2, "roles": ["platform", "compliance"]}}
DAY = timedelta(days=1)
TOO_FEW = "The release has 1 approvals in force and needs 2; have it approved by more people."
NO_PLATFORM = "Nobody in the role platform has approved the release; have it approved in that role."


def _envelope(who: ApproverSpec, signer: str | None = None, **changes: Any) -> dsse.Envelope:
    """Return an approval as it is made, or with other contents, signed by whoever has the key."""
    one = decide_on(release(), Intent("approved", who, 7 * DAY, ""), key(who.name), NOW - DAY)
    statement = replace(Statement.parse(one.payload), **changes)
    return dsse.sign(dsse.canonical(statement.to_json()), PAYLOAD_TYPE, key(signer or who.name))


def _put(folder: Path, envelopes: Mapping[str, dsse.Envelope]) -> None:
    for name, envelope in envelopes.items():
        (folder / f"{name}.json").write_text(json.dumps(envelope.to_json()))


def _said(
    folder: Path, trusted: tuple[ApproverSpec, ...] = TRUSTED, **changes: Any
) -> tuple[set[str], set[str]]:
    """Return why files do not count, and what the rules on approvals say of those that do."""
    now = changes.pop("now", NOW)
    author = changes.pop("author", AUTHOR)
    found = verified(folder, replace(release(), author=author), trusted, now)
    fact = Release(
        digest=changes.pop("digest", release().digest),
        author=author,
        deployer=changes.pop("deployer", "pipeline"),
        now=now,
        approvals=found.approvals,
        change=Change("normal", "CHG-1", "approved"),
    )
    known = facts(spec({"governance": GOVERNANCE}), date(2026, 11, 24), 1.0, [], fact)
    rules = [p for p in shipped().policies if p.id in ("APR-001", "APR-002", "APR-010")]
    catalogue = replace(shipped(), policies=tuple(rules))
    with closing(RegorusEngine()) as engine:
        findings = evaluate(plan(provider()), catalogue, known, engine, {}, "deploy")
    texts = [finding.message for finding in findings if finding.verdict == "fail"]
    # A policy that fails in several ways says each in a sentence.
    said = {each for text in texts for each in re.split(r"(?<=\.) (?=[A-Z])", text)}
    return {each.reason for each in found.refused}, said


def test_two_good_ones_are_enough(tmp_path: Path) -> None:
    """What the faults are faults of."""
    _put(tmp_path, {"layla": _envelope(LAYLA), "omar": _envelope(OMAR)})

    assert _said(tmp_path) == (set(), set())


@pytest.mark.parametrize(
    ("layla", "refused"),
    [
        pytest.param(_envelope(LAYLA, "Mallory"),
                     "It is not signed with the key of Layla Haddad.", id="forged"),
        pytest.param(_envelope(LAYLA, "Omar Rahman"),
                     "It is not signed with the key of Layla Haddad.", id="another approver's key"),
        pytest.param(_envelope(LAYLA, environment="staging"),
                     "It is for staging, not for prod.", id="replayed from another environment"),
        pytest.param(_envelope(LAYLA, role="compliance"),
                     "Layla Haddad has the role platform, not compliance.", id="wrong role"),
        pytest.param(_envelope(LAYLA, signed_at=NOW + timedelta(minutes=6)),
                     "It is signed at 2026-11-24T16:06:00+00:00, which lies ahead.", id="skew"),
        pytest.param(_envelope(LAYLA, expires=NOW + 40 * DAY),
                     "It would count for more than 30 days.", id="for ever"),
        pytest.param(_envelope(LAYLA, approver="L\u0430yla Haddad"),
                     "'L\\u0430yla Haddad' is not listed as an approver with a key.", id="alike"),
        pytest.param(_envelope(LAYLA, approver="../../../etc/passwd"),
                     "'../../../etc/passwd' is not listed as an approver with a key.", id="path"),
    ],
)  # fmt: skip
def test_a_file_that_does_not_count_leaves_too_few(
    tmp_path: Path, layla: dsse.Envelope, refused: str
) -> None:
    """The file is named with its reason, and the rules count the others."""
    _put(tmp_path, {"layla": layla, "omar": _envelope(OMAR)})

    assert _said(tmp_path) == ({refused}, {TOO_FEW, NO_PLATFORM})


def test_an_edited_payload_is_not_signed(tmp_path: Path) -> None:
    """A longer validity under the old signature."""
    good = _envelope(LAYLA)
    payload = good.payload.replace(b"2026-11-30", b"2026-12-20")
    edited = dsse.Envelope(good.payload_type, payload, good.signatures)
    _put(tmp_path, {"layla": edited, "omar": _envelope(OMAR)})

    assert payload != good.payload
    assert _said(tmp_path)[0] == {"It is not signed with the key of Layla Haddad."}


def test_a_pipe_in_the_folder_is_not_waited_for(tmp_path: Path) -> None:
    """Whoever may write there could stop every deployment by it."""
    os.mkfifo(tmp_path / "layla.json")
    found = verified(tmp_path, release(), TRUSTED, NOW)

    assert [(each.file, each.reason) for each in found.refused] == [
        ("layla.json", "It is no file.")
    ]


def test_a_replay_from_another_release_is_stale(tmp_path: Path) -> None:
    """Its signature holds, and it is of something else."""
    other = release({"network": {"cidr": "10.99.0.0/16"}, "tier": "production"})
    stale = _envelope(LAYLA, digest=other.digest)
    _put(tmp_path, {"layla": stale, "omar": _envelope(OMAR)})

    assert _said(tmp_path) == (
        set(),
        {
            TOO_FEW,
            NO_PLATFORM,
            "The approval of Layla Haddad is of another release; have this one approved.",
        },
    )


def test_what_has_expired_is_stale(tmp_path: Path) -> None:
    """A second later than it says."""
    _put(tmp_path, {"layla": _envelope(LAYLA, expires=NOW), "omar": _envelope(OMAR)})

    assert _said(tmp_path, now=NOW + timedelta(seconds=1))[1] == {
        TOO_FEW,
        NO_PLATFORM,
        (
            "The approval of Layla Haddad is not valid now: it has expired or lies ahead; "
            "have the release approved anew."
        ),
    }


def test_one_byte_of_the_plan_makes_all_of_them_stale(tmp_path: Path) -> None:
    """The digest at the deployment is another one."""
    _put(tmp_path, {"layla": _envelope(LAYLA), "omar": _envelope(OMAR)})
    digest = release().digest[:-1] + ("0" if release().digest[-1] != "0" else "1")
    _, said = _said(tmp_path, digest=digest)

    assert "The release has 0 approvals in force and needs 2; have it approved by more people." in (
        said
    )
    assert "The approval of Omar Rahman is of another release; have this one approved." in said


@pytest.mark.parametrize("author", ["Layla Haddad", "layla haddad", "L\u0430yla Haddad"])
def test_the_author_does_not_approve(tmp_path: Path, author: str) -> None:
    """However the name is written; neither made nor counted."""
    _put(tmp_path, {"layla": _envelope(LAYLA), "omar": _envelope(OMAR)})
    refused, said = _said(tmp_path, author=author)
    with pytest.raises(ApprovalError) as caught:
        decide_on(
            replace(release(), author=author),
            Intent("approved", LAYLA, DAY, ""),
            key("Layla Haddad"),
            NOW,
        )

    assert refused == {"Layla Haddad is the author of the release."}
    assert said == {TOO_FEW, NO_PLATFORM}
    assert caught.value.message == (
        "Layla Haddad is the author of the release. Fix: have somebody else approve it."
    )


@pytest.mark.parametrize("deployer", ["Omar Rahman", "OMAR  RAHMAN", "Omar R\u0430hm\u0430n"])
def test_the_deployer_does_not_approve(tmp_path: Path, deployer: str) -> None:
    """The rules know one person under several ways to write a name."""
    _put(tmp_path, {"layla": _envelope(LAYLA), "omar": _envelope(OMAR)})

    assert _said(tmp_path, deployer=deployer)[1] == {
        "Omar Rahman has approved the release and is its deployer; have somebody else approve it."
    }


def test_the_author_does_not_deploy(tmp_path: Path) -> None:
    """Else one person could deploy something that others have not read."""
    _put(tmp_path, {"layla": _envelope(LAYLA), "omar": _envelope(OMAR)})

    assert _said(tmp_path, deployer=AUTHOR.upper())[1] == {
        "Sara Nasser is author and deployer of the release; let another identity deploy it."
    }


def test_one_key_under_two_names_counts_once(tmp_path: Path) -> None:
    """The environment file refuses such a list; should one get by, the second is not counted."""
    twin = person("Layla Haddad", "compliance").model_copy(update={"name": "Lina Haddad"})
    good = _envelope(LAYLA)
    statement = replace(Statement.parse(good.payload), approver="Lina Haddad", role="compliance")
    second = dsse.sign(dsse.canonical(statement.to_json()), PAYLOAD_TYPE, key("Layla Haddad"))
    _put(tmp_path, {"a": good, "b": second})

    assert _said(tmp_path, (LAYLA, twin))[0] == {
        "Layla Haddad has decided on it already, with the key of Lina Haddad."
    }


def test_the_same_approval_twice_counts_once(tmp_path: Path) -> None:
    """A copy under another name adds nobody."""
    _put(tmp_path, {"a": _envelope(LAYLA), "b": _envelope(LAYLA)})
    refused, said = _said(tmp_path)

    assert refused == {"Layla Haddad has decided on it already."}
    assert TOO_FEW in said
