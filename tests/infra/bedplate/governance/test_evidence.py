"""Evidence: one file of a release that proves itself, and tells each way of tampering apart."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from support.evidence import NOW, Deployed, deployed_platform, small_plan
from support.releases import LAYLA, OMAR, key, person

from bedplate import dsse
from bedplate.governance import bundle, evidence_rules
from bedplate.governance.approvals import Intent, decide_on
from bedplate.governance.bundle import BundleError, read
from bedplate.governance.evidence import bundle_file, write_bundle
from bedplate.governance.evidence_verify import verify_bundle
from bedplate.governance.ledger import Entry, append
from bedplate.governance.policy_set import shipped_policies
from bedplate.governance.presenting import rule_texts
from bedplate.versions import BEDPLATE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


Edit: TypeAlias = "Callable[[dict[str, bytes]], object]"
"""Changes the members of a bundle."""


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Deployed:
    """Return a platform after a deployment."""
    return deployed_platform(tmp_path_factory.mktemp("platform"))


@pytest.fixture(scope="module")
def whole(deployed: Deployed) -> Path:
    """Return its evidence."""
    release, records = deployed.admitted.release, deployed.records
    return write_bundle(deployed.admitted, records, bundle_file(records, release)).path


@pytest.fixture
def forged(whole: Path, tmp_path: Path) -> Callable[..., list[str]]:
    """Return a function that edits the members of the bundle, seals it anew and verifies it."""

    def forge(edit: Edit, **facts: Any) -> list[str]:
        found = read(whole)
        members = dict(found.members)
        edit(members)
        stated = {name: value for name, value in found.manifest.items() if name != "members"}
        made = bundle.write(tmp_path / "forged.zip", {**stated, **facts}, members, None)
        return list(verify_bundle(made.path).faults)

    return forge


def _json(members: dict[str, bytes], name: str, change: Callable[[Any], object]) -> None:
    document = json.loads(members[name])
    change(document)
    members[name] = json.dumps(document, indent=2, sort_keys=True).encode()


def _name(members: dict[str, bytes], start: str, part: str = "") -> str:
    (found,) = (name for name in members if name.startswith(start) and part in name)
    return found


def test_the_evidence_of_a_deployment_is_at_one_with_itself(
    whole: Path, deployed: Deployed
) -> None:
    """Nothing but the file is read: who approved, by which key, and how many entries there are."""
    found = verify_bundle(whole)
    release = deployed.admitted.release

    assert found.faults == ()
    assert (found.environment, found.release) == ("prod", release.digest)
    assert [one.approver for one in found.approvals] == ["Layla Haddad", "Omar Rahman"]
    assert [one.fingerprint for one in found.signers] == [
        key(one.name).public.keyid for one in (LAYLA, OMAR)
    ]
    assert (found.entries, found.signed_by) == (5, "")


def test_it_holds_all_that_an_auditor_asks_for(whole: Path, deployed: Deployed) -> None:
    """Records lie under their paths in the repository, byte for byte."""
    members = read(whole).members
    short = deployed.admitted.release.short
    records = [
        f"approvals/prod/{short}/layla-haddad.json",
        f"approvals/prod/{short}/omar-rahman.json",
        "approvals/waivers/W-1.dsse.json",
        "changes/CHG-1.yaml",
        "ledger/prod.jsonl",
        f"releases/prod/{short}.json",
        "waivers.yaml",
    ]

    assert sorted(members) == sorted(
        [*records, "approvers.json", "findings.json", "oscal.json", "plan.json", "policies.json",
         "sbom.cdx.json", "spec.json", "tools.json"]
    )  # fmt: skip
    assert all(members[name] == (deployed.root / name).read_bytes() for name in records)


def test_nothing_in_it_is_of_this_machine(whole: Path, deployed: Deployed) -> None:
    """Neither the folder of the repository nor that of the library is named."""
    text = b"\n".join(read(whole).members.values())

    assert str(deployed.root).encode() not in text
    assert b"/infra/" not in text


def test_the_same_inputs_make_the_same_bytes(
    whole: Path, deployed: Deployed, tmp_path: Path
) -> None:
    """Whenever and wherever it is written; a signature is a member more."""
    again = write_bundle(deployed.admitted, deployed.records, tmp_path / "again.zip")
    signed = write_bundle(deployed.admitted, deployed.records, tmp_path / "s.zip", key(OMAR.name))

    assert again.path.read_bytes() == whole.read_bytes()
    assert set(read(signed.path).members) - set(read(whole).members) == {bundle.SIGNATURE}
    assert verify_bundle(signed.path).signed_by == key(OMAR.name).public.keyid


def test_a_plan_of_something_else_is_not_bundled(deployed: Deployed, tmp_path: Path) -> None:
    """What is told of a release is what the release was made of."""
    plan = small_plan()
    fewer = replace(plan.layers[0], resources=plan.layers[0].resources[1:])
    other = replace(deployed.admitted, plan=replace(plan, layers=(fewer, plan.layers[1])))
    with pytest.raises(BundleError) as caught:
        write_bundle(other, deployed.records, tmp_path / "x.zip")

    short = deployed.admitted.release.short
    assert caught.value.message == (
        f"Release {short} can't be bundled: plan.foundation of prod changed since it was made. "
        "Fix: check out the commit that it was made in, and repeat."
    )
    assert list(tmp_path.iterdir()) == []


def test_one_changed_byte_names_its_member(whole: Path, tmp_path: Path) -> None:
    """Of each member, with the archive put together again so that its checksums fit."""
    found = read(whole)
    file = tmp_path / "edited.zip"
    for name, content in found.members.items():
        edited = bytearray(content)
        edited[len(content) // 2] ^= 1
        file.write_bytes(
            bundle.packed({**found.members, name: bytes(edited), bundle.MANIFEST: found.raw})
        )
        assert verify_bundle(file).faults == (
            f"{name} is not what the manifest says: it was edited.",
        )


def test_members_that_are_missing_or_more_are_named(whole: Path, tmp_path: Path) -> None:
    """The manifest names all there are."""
    found = read(whole)
    members = {**found.members, "more.txt": b"x", bundle.MANIFEST: found.raw}
    del members["waivers.yaml"]
    file = tmp_path / "edited.zip"
    file.write_bytes(bundle.packed(members))

    assert verify_bundle(file).faults == (
        "'waivers.yaml' is named by the manifest and not there.",
        "more.txt is there and not named by the manifest.",
    )


@pytest.mark.parametrize("name", ["spec.json", "releases/prod/", "ledger/prod.jsonl"])
def test_a_bundle_without_a_member_that_each_has_is_refused(
    forged: Callable[..., list[str]], name: str
) -> None:
    """Sealed anew, so that the manifest does not miss it."""
    (fault,) = forged(lambda members: members.pop(_name(members, name)))

    assert fault.startswith(("It has no spec.json.", "It can't be read: "))


MADE = "is not what the release was made of: the digest of"
EDITED = "It can't be read: releases/prod/SHORT.json is not what its digest says: it was edited."
BY_W1 = "waived by W-1 (mandatory); by tier and waivers it is fail (mandatory)."
NO_LONGER_WAIVED = [
    f"findings.json calls ENC-001 on audit-archive-bucket {BY_W1}",
    f"findings.json calls ENC-001 on audit-configuration-bucket {BY_W1}",
]
ASKED = "APR-001 on bedplate-foundation-prod"
ARCHIVE = "ENC-001 on audit-archive-bucket"


def _text(name: str, old: str, new: str) -> Edit:
    """Return an edit of a member's text, once."""

    def edit(members: dict[str, bytes]) -> None:
        where = _name(members, name)
        assert old.encode() in members[where]
        members[where] = members[where].replace(old.encode(), new.encode(), 1)

    return edit


def _gone(name: str, part: str = "") -> Edit:
    """Return an edit that takes a member away."""

    def edit(members: dict[str, bytes]) -> None:
        del members[_name(members, name, part)]

    return edit


def _in(name: str, change: Callable[[Any], object]) -> Edit:
    """Return an edit of a member's JSON."""
    return lambda members: _json(members, name, change)


def _cut(members: dict[str, bytes]) -> None:
    lines = members["ledger/prod.jsonl"].splitlines(keepends=True)
    members["ledger/prod.jsonl"] = b"".join(lines[:-1])


def _found(document: Any, verdict: str) -> dict[str, Any]:
    found = document["environments"][0]["findings"]
    return next(each for each in found if each["verdict"] == verdict)


def _taken_away(document: Any) -> None:
    document["environments"][0]["findings"].remove(_found(document, "pass"))


def _result(document: Any) -> Any:
    (result,) = document["assessment-results"]["results"]
    return result


def _subject(document: Any) -> Any:
    return next(o for o in _result(document)["observations"] if o.get("subjects"))["subjects"][0]


def _all_called_sound(members: dict[str, bytes]) -> None:
    """Call what is waived a pass in both documents, in every place that speaks of it."""

    def findings(document: Any) -> None:
        environment = document["environments"][0]
        waived = [each for each in environment["findings"] if each["verdict"] == "waived"]
        for each in waived:
            each.update(verdict="pass", waiver=None)
        verdicts = environment["verdicts"]
        verdicts["pass"] += len(waived)
        verdicts["waived"] -= len(waived)

    def results(document: Any) -> None:
        for observation in _result(document)["observations"]:
            for subject in observation.get("subjects", []):
                for each in subject["props"]:
                    if (each["name"], each["value"]) == ("verdict", "waived"):
                        each["value"] = "pass"
        for each in _result(document)["findings"]:
            each["target"]["status"]["state"] = "satisfied"

    _json(members, "findings.json", findings)
    _json(members, "oscal.json", results)


def _dropped(document: Any) -> None:
    environment = document["environments"][0]
    environment["findings"].remove(_found(document, "not_applicable"))
    environment["verdicts"]["not_applicable"] -= 1


def _broken_clause(document: Any) -> Any:
    states = (each["target"]["status"] for each in _result(document)["findings"])
    return next(each for each in states if each["state"] == "not-satisfied")


def _chart(document: Any, name: str) -> Any:
    return next(each for each in document["components"] if each["name"] == name)


FORGERIES: dict[str, tuple[Edit, list[str]]] = {
    "spec": (
        _text("spec.json", "10.40.0.0/16", "10.99.0.0/16"),
        ["spec.json is not the environment of the release."],
    ),
    "release's spec": (_text("releases/", "10.40.0.0/16", "10.99.0.0/16"), [EDITED]),
    "release's author": (_text("releases/", "Sara Nasser", "Eve"), [EDITED]),
    "plan": (
        _in("plan.json", lambda p: p["layers"][0]["resources"][-1]["inputs"].update(x=1)),
        [f"plan.json, in its layer foundation, {MADE} plan.foundation differs."],
    ),
    "a layer more": (
        _in("plan.json", lambda p: p["layers"].append({**p["layers"][0], "layer": "third"})),
        ["plan.json has a part that the release does not cover: plan.third."],
    ),
    "policies": (
        _text("policies.json", "production", "nowhere"),
        [f"policies.json, or waivers.yaml, {MADE} policies differs."],
    ),
    "tools": (
        _in("tools.json", lambda tools: tools.update(pulumi="0.0.0")),
        [f"tools.json {MADE} tools differs."],
    ),
    "trust root": (
        _in("approvers.json", lambda root: root["approvers"].pop()),
        ["approvers.json lists other people or keys than the environment of the release."],
    ),
    "waiver": (
        _text("waivers.yaml", "2026-12-31", "2026-12-30"),
        [f"policies.json, or waivers.yaml, {MADE} policies differs.", *NO_LONGER_WAIVED],
    ),
    "waiver's signature": (_gone("approvals/waivers/"), NO_LONGER_WAIVED),
    "verdict": (
        _in("findings.json", lambda d: _found(d, "waived").update(verdict="pass", waiver=None)),
        [
            "findings.json counts other verdicts than it lists.",
            f"oscal.json calls {ARCHIVE} waived, and findings.json does not.",
            f"findings.json calls {ARCHIVE} pass, and oscal.json does not.",
        ],
    ),
    "verdict, wherever it stands": (
        _all_called_sound,
        [
            "The rule ENC-001 calls audit-archive-bucket fail, and findings.json does not.",
            "The rule ENC-001 calls audit-configuration-bucket fail, and findings.json does not.",
            f"findings.json calls {ARCHIVE} pass, and the rule does not.",
            (
                "findings.json calls ENC-001 on audit-configuration-bucket pass, "
                "and the rule does not."
            ),
        ],
    ),
    "finding that oscal leaves out": (
        _in("findings.json", _dropped),
        [
            (
                "The rule ENC-003 calls bedplate-foundation-prod not_applicable, "
                "and findings.json does not."
            ),
        ],
    ),
    "finding taken away": (
        _in("findings.json", _taken_away),
        [
            "findings.json counts other verdicts than it lists.",
            f"oscal.json calls {ASKED} pass, and findings.json does not.",
        ],
    ),
    "finding on nothing": (
        _in("findings.json", lambda d: _found(d, "pass").update(urn="urn:pulumi:x::y::z::gone")),
        [
            "findings.json judges gone, which is not in the plan.",
            f"oscal.json calls {ASKED} pass, and findings.json does not.",
            "findings.json calls APR-001 on gone pass, and oscal.json does not.",
        ],
    ),
    "oscal": (
        _in("oscal.json", lambda d: _subject(d)["props"][0].update(value="fail")),
        [
            f"oscal.json calls {ASKED} fail, and findings.json does not.",
            f"findings.json calls {ASKED} pass, and oscal.json does not.",
        ],
    ),
    "oscal's result": (
        _in("oscal.json", lambda d: _broken_clause(d).update(state="satisfied")),
        ["oscal.json states another result for the clause gdpr:32 than its findings."],
    ),
    "sbom": (
        _in("sbom.cdx.json", lambda d: _chart(d, "gatekeeper").update(version="9.9.9")),
        [
            "sbom.cdx.json lacks the chart gatekeeper 3.23.0 of the plan.",
            "sbom.cdx.json has the chart gatekeeper 9.9.9, which is not in the plan.",
        ],
    ),
    "ledger": (
        _text("ledger/", "pipeline", "somebody"),
        [
            (
                "In the ledger, entry 5: It does not follow from the entry before it: "
                "one of the two was edited or moved."
            ),
        ],
    ),
    "ledger cut": (_cut, ["The ledger ends otherwise than the manifest says."]),
    "change record": (_gone("changes/"), ["It has no change record."]),
    "change of another release": (
        _text("changes/", "sha256:", "sha256:0"),
        ["A change record in it is of another release.", "It has no change record."],
    ),
    "change not approved": (
        _text("changes/", "state: approved", "state: open"),
        ["The change CHG-1 is not approved."],
    ),
    "approval taken away": (
        _gone("approvals/prod/", "omar"),
        [
            "It was deployed on 1 approvals and needs 2.",
            "Nobody in the role compliance approved it.",
            "The ledger has an approval by Omar Rahman, and none that counts is in the bundle.",
        ],
    ),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_what_was_edited_and_sealed_anew_is_found_out(
    forged: Callable[..., list[str]], deployed: Deployed, name: str
) -> None:
    """Each way has its own sentences, and nothing else is said."""
    edit, expected = FORGERIES[name]
    short = deployed.admitted.release.short

    assert forged(edit) == [text.replace("SHORT", short) for text in expected]


def _signed(deployed: Deployed, who: Any, by: str, **changes: Any) -> bytes:
    """Return an approval by somebody, signed with the key of somebody."""
    intent = Intent("approved", who, timedelta(days=7), "")
    moment = changes.pop("now", NOW - timedelta(hours=2))
    release = replace(deployed.admitted.release, **changes)
    envelope = decide_on(release, intent, key(who.name), moment)
    if by != who.name:
        envelope = dsse.sign(envelope.payload, envelope.payload_type, key(by))
    return json.dumps(envelope.to_json()).encode()


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (
            lambda d: _signed(d, OMAR, "Eve"),
            (
                "The approval omar-rahman.json does not count: "
                "It is not signed with the key of Omar Rahman."
            ),
        ),
        (
            lambda d: _signed(d, person("Eve", "compliance"), "Eve"),
            (
                "The approval omar-rahman.json does not count: "
                "'Eve' is not listed as an approver with a key."
            ),
        ),
        (
            lambda d: _signed(d, OMAR, OMAR.name, author="Somebody Else"),
            "The approval of Omar Rahman is of another release.",
        ),
        (
            lambda d: _signed(d, OMAR, OMAR.name, now=NOW - timedelta(days=9)),
            (
                "The approval of Omar Rahman had expired when it was deployed at "
                "2026-11-24T16:01:00+00:00."
            ),
        ),
        (
            lambda d: _signed(d, OMAR, OMAR.name, now=NOW + timedelta(hours=1)),
            (
                "The approval omar-rahman.json does not count: "
                "It is signed at 2026-11-24T17:00:00+00:00, which lies ahead."
            ),
        ),
        (
            lambda _: b"{}",
            (
                "The approval omar-rahman.json does not count: "
                "It is no signed approval that can be read."
            ),
        ),
    ],
    ids=["forged", "unlisted", "replayed", "expired", "too late", "unreadable"],
)
def test_an_approval_that_does_not_count_says_why(
    forged: Callable[..., list[str]],
    deployed: Deployed,
    made: Callable[[Deployed], bytes],
    said: str,
) -> None:
    """The signature, the trust root, the digest and the time are all looked at anew."""
    found = forged(lambda m: m.update({_name(m, "approvals/prod/", "omar"): made(deployed)}))

    assert found[:3] == [
        said,
        "It was deployed on 1 approvals and needs 2.",
        "Nobody in the role compliance approved it.",
    ]


def test_a_rejection_can_not_be_left_out(deployed: Deployed, tmp_path: Path) -> None:
    """The ledger knows of it, and is chained."""
    records = replace(deployed.records, kept=tmp_path)
    ledger = deployed.records.ledger.read_bytes()
    records.ledger.parent.mkdir()
    records.ledger.write_bytes(ledger)
    digest = deployed.admitted.release.digest
    entry = Entry(NOW + timedelta(hours=1), OMAR.name, "rejection", "prod", digest, {})
    append(records.ledger, entry, key(OMAR.name))
    made = write_bundle(deployed.admitted, records, tmp_path / "x.zip")

    assert verify_bundle(made.path).faults == (
        "The ledger has a rejection by Omar Rahman, and none that counts is in the bundle.",
    )


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"release": "sha256:" + "a" * 64}, ("It can't be read: releases/prod/aaaaaaaaaaaa.json "
         "is no release that can be read.")),
        ({"judged_at": "2026-11-25T16:00:00+00:00"},
         "It was judged at 2026-11-25T16:00:00+00:00, after it was deployed."),
        ({"judged_at": "yesterday"}, "It can't be read: a member has another form."),
        ({"judged_at": "2026-11-24T16:00:00"}, "It can't be read: its time has no zone."),
        ({"ledger": {"count": 9, "head": ""}}, "The ledger ends otherwise than the manifest says."),
    ],
    ids=["release", "later", "no time", "no zone", "ledger"],
)  # fmt: skip
def test_a_manifest_that_says_otherwise_is_found_out(
    forged: Callable[..., list[str]], facts: dict[str, Any], said: str
) -> None:
    """What it states of release, time and ledger must be so."""
    assert forged(lambda _: None, **facts) == [said]


def test_who_deploys_what_they_made_or_approved_is_named(
    deployed: Deployed, tmp_path: Path
) -> None:
    """Author, approvers and deployer are three, by the ledger's own word."""
    said = []
    for who in (deployed.admitted.release.author, LAYLA.name):
        records = replace(deployed.records, kept=tmp_path / who)
        digest = deployed.admitted.release.digest
        append(records.ledger, Entry(NOW, who, "deployed", "prod", digest, {}))
        made = write_bundle(deployed.admitted, records, tmp_path / "x.zip")
        said.append(verify_bundle(made.path).faults)

    assert said == [
        ("Sara Nasser is its author and deployed it.",),
        (
            "Layla Haddad approved it and is its author or deployer.",
            "It was deployed on 1 approvals and needs 2.",
        ),
    ]


def test_a_ledger_that_knows_nothing_of_it_is_named(deployed: Deployed, tmp_path: Path) -> None:
    """A bundle of a release that nobody recorded is none."""
    records = replace(deployed.records, kept=tmp_path)
    append(records.ledger, Entry(NOW, "pipeline", "note", "prod", "", {}))
    made = write_bundle(deployed.admitted, records, tmp_path / "x.zip")

    assert verify_bundle(made.path).faults == ("The ledger knows nothing of the release.",)


def test_a_signature_of_the_bundle_is_by_somebody_known(deployed: Deployed, tmp_path: Path) -> None:
    """An approver, or a key that whoever verifies names; it is of this very manifest."""
    eve = key("Eve")
    file = write_bundle(deployed.admitted, deployed.records, tmp_path / "x.zip", eve).path
    by_nobody = verify_bundle(file).faults
    named = verify_bundle(file, [eve.public])
    found = read(file)
    members = {name: text for name, text in found.members.items() if name != bundle.SIGNATURE}
    stated = {name: value for name, value in found.manifest.items() if name != "members"}
    other = bundle.write(file, {**stated, "judged_at": "2026-11-24T15:59:00+00:00"}, members, eve)
    moved = {**members, bundle.SIGNATURE: read(other.path).members[bundle.SIGNATURE]}
    file.write_bytes(bundle.packed({**moved, bundle.MANIFEST: found.raw}))

    assert by_nobody == (
        "manifest.dsse.json is no signature by an approver, or by a signer that you named.",
    )
    assert (named.faults, named.signed_by) == ((), eve.public.keyid)
    assert verify_bundle(file, [eve.public]).faults == (
        "manifest.dsse.json signs another manifest: one of the two was edited.",
    )


@pytest.mark.parametrize("name", ["findings.json", "oscal.json", "plan.json", "tools.json"])
def test_a_member_of_another_form_is_a_sentence(
    forged: Callable[..., list[str]], name: str
) -> None:
    """Whoever seals a bundle anew can write anything into it; no traceback comes of it."""
    for content in (b"{}", b"[]", b"null", b'{"environments": [{"environment": "prod"}]}', b"\xff"):
        found = forged(lambda members, text=content: members.update({name: text}))
        assert found
        assert all(fault.endswith(".") for fault in found)


def test_decisions_of_former_approvers_stay_in_the_ledger(
    deployed: Deployed, tmp_path: Path
) -> None:
    """Those on other releases were signed by keys of their own time."""
    records = replace(deployed.records, kept=tmp_path)
    former = Entry(NOW - timedelta(days=99), "Noor Aziz", "approval", "prod", "sha256:bb", {})
    append(records.ledger, former, key("Noor Aziz"))
    for line in deployed.records.ledger.read_text().splitlines():
        body = json.loads(line)["entry"]
        time, facts = datetime.fromisoformat(body["time"]), body["facts"]
        again = Entry(time, body["actor"], body["event"], "prod", body["release"], facts)
        signer = "Eve" if body["actor"] == OMAR.name else body["actor"]
        append(records.ledger, again, key(signer) if body["event"] == "approval" else None)
    made = write_bundle(deployed.admitted, records, tmp_path / "x.zip")

    assert verify_bundle(made.path).faults == (
        (
            "In the ledger, entry 4: Its signature does not count: it was edited, "
            "or signed with an unknown key."
        ),
    )


def test_rules_of_another_version_are_not_asked_again(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What they would say proves nothing, and that is said."""
    found = read(whole)
    stated = {name: value for name, value in found.manifest.items() if name != "members"}
    older = bundle.write(
        tmp_path / "older.zip", {**stated, "bedplate": "0.0.9"}, found.members, None
    )
    one = verify_bundle(older.path)
    ours = rule_texts(shipped_policies())
    monkeypatch.setattr(evidence_rules, "rule_texts", lambda *_: {**ours, next(iter(ours)): b"new"})
    two = verify_bundle(whole)

    assert (one.faults, two.faults) == ((), ())
    assert one.not_judged_anew == f"it was made by Bedplate 0.0.9, and this is {BEDPLATE}"
    assert two.not_judged_anew == "its rules are not those of this version"
