"""Only a listed person's own signature on this release counts."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from support.releases import AUTHOR, LAYLA, NOW, OMAR, TRUSTED, key, person, release

from bedplate import dsse
from bedplate.governance.approvals import (
    LONGEST,
    PAYLOAD_TYPE,
    ApprovalError,
    Intent,
    Statement,
    decide_on,
    verified,
)

if TYPE_CHECKING:
    from pathlib import Path

    from bedplate.spec.governance import ApproverSpec

WEEK = timedelta(days=7)


def _put(folder: Path, envelope: dsse.Envelope, name: str = "a.json") -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(json.dumps(envelope.to_json()))


def _approve(who: ApproverSpec, **changes: Any) -> dsse.Envelope:
    one = decide_on(release(), Intent("approved", who, WEEK, ""), key(who.name), NOW)
    if not changes:
        return one
    statement = replace(Statement.parse(one.payload), **changes)
    return dsse.sign(dsse.canonical(statement.to_json()), PAYLOAD_TYPE, key(who.name))


def _reasons(folder: Path) -> list[str]:
    return [refused.reason for refused in verified(folder, release(), TRUSTED, NOW).refused]


def test_two_approvals_count(tmp_path: Path) -> None:
    """Each is handed on with its role, digest and times."""
    _put(tmp_path, _approve(LAYLA), "layla.json")
    _put(tmp_path, _approve(OMAR), "omar.json")
    found = verified(tmp_path, release(), TRUSTED, NOW)
    first = found.approvals[0]

    assert [one.approver for one in found.approvals] == ["Layla Haddad", "Omar Rahman"]
    assert (first.role, first.digest, first.expires) == ("platform", release().digest, NOW + WEEK)
    assert (found.rejections, found.refused) == ((), ())


def test_a_statement_is_an_in_toto_one(tmp_path: Path) -> None:
    """Other tools find the subject and the kind of the predicate where in-toto has them."""
    payload = json.loads(_approve(LAYLA).payload)

    assert payload["_type"] == "https://in-toto.io/Statement/v1"
    assert payload["subject"] == [
        {"name": "release/prod", "digest": {"sha256": release().digest.removeprefix("sha256:")}}
    ]
    assert not list(tmp_path.iterdir())


def test_a_forged_signature_does_not_count(tmp_path: Path) -> None:
    """Somebody else's key does not make it the listed person's."""
    payload = _approve(LAYLA).payload
    _put(tmp_path, dsse.sign(payload, PAYLOAD_TYPE, key("Mallory")))

    assert _reasons(tmp_path) == ["It is not signed with the key of Layla Haddad."]


def test_an_edited_statement_does_not_count(tmp_path: Path) -> None:
    """One changed byte breaks the signature."""
    envelope = _approve(LAYLA)
    payload = envelope.payload.replace(b"platform", b"Platform")
    _put(tmp_path, dsse.Envelope(envelope.payload_type, payload, envelope.signatures))

    assert _reasons(tmp_path) == ["It is not signed with the key of Layla Haddad."]


def test_a_replay_is_of_another_release(tmp_path: Path) -> None:
    """It is handed on with its own digest, and the rules see that it is stale."""
    _put(tmp_path, _approve(LAYLA, digest="sha256:" + "0" * 64))
    (found,) = verified(tmp_path, release(), TRUSTED, NOW).approvals

    assert found.digest == "sha256:" + "0" * 64 != release().digest


def test_an_approval_for_another_environment_does_not_count(tmp_path: Path) -> None:
    """What was signed for staging does not open production."""
    _put(tmp_path, _approve(LAYLA, environment="staging"))

    assert _reasons(tmp_path) == ["It is for staging, not for prod."]


def test_a_role_that_the_person_has_not_does_not_count(tmp_path: Path) -> None:
    """The role is the one that the environment lists."""
    _put(tmp_path, _approve(LAYLA, role="compliance"))

    assert _reasons(tmp_path) == ["Layla Haddad has the role platform, not compliance."]


def test_ones_own_release_can_not_be_approved(tmp_path: Path) -> None:
    """Neither made here nor, signed by other means, counted."""
    author = person(AUTHOR, "platform")
    with pytest.raises(ApprovalError) as caught:
        _approve(author)
    statement = Statement.parse(_approve(LAYLA).payload)
    own = replace(statement, approver=AUTHOR)
    _put(tmp_path, dsse.sign(dsse.canonical(own.to_json()), PAYLOAD_TYPE, key(AUTHOR)))

    assert caught.value.message == (
        "Sara Nasser is the author of the release. Fix: have somebody else approve it."
    )
    assert _reasons(tmp_path) == ["Sara Nasser is the author of the release."]


def test_the_same_person_counts_once(tmp_path: Path) -> None:
    """A second file by one person adds nothing."""
    _put(tmp_path, _approve(LAYLA), "a.json")
    _put(tmp_path, _approve(LAYLA, reason="again"), "b.json")
    found = verified(tmp_path, release(), TRUSTED, NOW)

    assert len(found.approvals) == 1
    assert [one.reason for one in found.refused] == ["Layla Haddad has decided on it already."]


def test_a_name_that_only_looks_alike_is_nobody(tmp_path: Path) -> None:
    """A Cyrillic letter makes another name; the message shows it."""
    alike = "Lаyla Haddad"  # noqa: RUF001 - the second letter is Cyrillic
    _put(tmp_path, _approve(LAYLA, approver=alike))

    assert _reasons(tmp_path) == ["'L\\u0430yla Haddad' is not listed as an approver with a key."]


def test_a_clock_ahead_is_noticed_beyond_some_minutes(tmp_path: Path) -> None:
    """A little skew is life; an hour is not."""
    _put(tmp_path, _approve(LAYLA, signed_at=NOW + timedelta(minutes=4)), "a.json")
    _put(tmp_path, _approve(OMAR, signed_at=NOW + timedelta(hours=1)), "b.json")
    found = verified(tmp_path, release(), TRUSTED, NOW)

    assert [one.approver for one in found.approvals] == ["Layla Haddad"]
    assert [one.reason for one in found.refused] == [
        "It is signed at 2026-11-24T17:00:00+00:00, which lies ahead."
    ]


def test_an_approval_for_ever_does_not_count(tmp_path: Path) -> None:
    """Neither made nor counted."""
    _put(tmp_path, _approve(LAYLA, expires=NOW + timedelta(days=365)))
    with pytest.raises(ApprovalError, match=r"counts for at most 30 days\. Fix: shorten it\."):
        decide_on(release(), Intent("approved", LAYLA, LONGEST + WEEK, ""), key(LAYLA.name), NOW)

    assert _reasons(tmp_path) == ["It would count for more than 30 days."]


def test_a_rejection_has_a_reason_and_stands(tmp_path: Path) -> None:
    """It is handed on apart from the approvals."""
    with pytest.raises(ApprovalError, match=r"A rejection needs a reason\."):
        decide_on(release(), Intent("rejected", OMAR, WEEK, " "), key(OMAR.name), NOW)
    _put(
        tmp_path,
        decide_on(release(), Intent("rejected", OMAR, WEEK, "no DPIA"), key(OMAR.name), NOW),
    )
    found = verified(tmp_path, release(), TRUSTED, NOW)

    assert [(one.approver, one.reason) for one in found.rejections] == [("Omar Rahman", "no DPIA")]
    assert found.approvals == ()


def test_another_key_than_the_listed_one_can_not_sign() -> None:
    """The mistake is told before anything is written."""
    with pytest.raises(ApprovalError) as caught:
        decide_on(release(), Intent("approved", LAYLA, WEEK, ""), key("Mallory"), NOW)

    assert caught.value.message == (
        "The key is not the one listed for Layla Haddad. Fix: sign with the key of Layla Haddad."
    )


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"payload": 1}', "\x00"])
def test_files_that_are_no_approvals_are_listed(tmp_path: Path, text: str) -> None:
    """They do not count, and do not stop the others."""
    (tmp_path / "bad.json").write_text(text)
    _put(tmp_path, _approve(LAYLA), "good.json")
    found = verified(tmp_path, release(), TRUSTED, NOW)

    assert len(found.approvals) == 1
    assert [one.reason for one in found.refused] == ["It is no signed approval that can be read."]


def test_no_folder_is_no_approval(tmp_path: Path) -> None:
    """Nothing is there, nothing counts."""
    found = verified(tmp_path / "none", release(), TRUSTED, NOW)

    assert (found.approvals, found.refused) == ((), ())
