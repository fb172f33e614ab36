"""`up` deploys what was approved, and nothing else, whatever happens on the way."""

from __future__ import annotations

import json
import shutil
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from support.deployments import PEOPLE, Cli

from bedplate.governance.admitting import admitted

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bedplate.engine.plan import Plan

UP = ("up", "prod", "--sandbox", "--yes", "--deployer", "pipeline")
VPC = (
    "urn:pulumi:prod::bedplate-foundation::bedplate:foundation:Network$aws:ec2/vpc:Vpc::network-vpc"
)
REPLACED = {"op": "replace", "diffReasons": ["cidrBlock"], "replaceReasons": ["cidrBlock"]}


def _ledger(root: Path) -> list[dict[str, Any]]:
    lines = (root / ".bedplate/sandbox/ledger/prod.jsonl").read_text().splitlines()
    return [json.loads(line)["entry"] for line in lines]


def _verbs(pulumi: Cli) -> list[tuple[str, str]]:
    return [(layer, words[0]) for layer, *words in pulumi.calls if words[0] in ("preview", "up")]


def test_an_approved_release_is_deployed_layer_by_layer(
    run: Callable[..., Any], approved: Path, pulumi: Cli, production: Plan
) -> None:
    """Each layer is previewed and then deployed by that very plan; all of it is recorded."""
    done = run(*UP)
    foundation, inside = (len(layer.resources) for layer in production.layers)
    assert (done.code, done.err) == (0, "SANDBOX: stand-in provider, nothing is deployed\n")
    (bundle,) = (approved / ".bedplate/sandbox/evidence/prod").glob("*.zip")
    ups = [words for _, *words in pulumi.calls if words[0] == "up"]
    previews = [words for _, *words in pulumi.calls if words[0] == "preview"]
    short = bundle.stem

    assert (done.code, done.out) == (
        0,
        (
            f"foundation: {foundation} created\n"
            f"platform: {inside} created\n"
            f"Release {short} of prod by Sara Nasser is live.\n"
            f"Evidence: .bedplate/sandbox/evidence/prod/{short}.zip\n"
        ),
    )
    assert _verbs(pulumi) == [
        (layer, verb) for layer in ("foundation", "platform") for verb in ("preview", "up")
    ]
    for before, after in zip(previews, ups, strict=True):
        assert "--policy-pack" in before
        assert "--policy-pack" in after
        assert after[after.index("--plan") + 1] == before[before.index("--save-plan") + 1]
    assert [entry["event"] for entry in _ledger(approved)] == ["deployment-started", "deployed"]
    assert _ledger(approved)[-1]["facts"] == {
        "foundation": {"create": foundation},
        "platform": {"create": inside},
    }
    assert not (approved / "ledger/prod.jsonl").read_text().count("deployed")


def test_a_layer_without_changes_is_not_deployed(
    run: Callable[..., Any], approved: Path, pulumi: Cli, production: Plan
) -> None:
    """A second run changes nothing, and says so."""
    same = {each.name: {"op": "same"} for layer in production.layers for each in layer.resources}
    for layer in production.layers:
        pulumi.previews(layer, **same)
    done = run(*UP)

    assert done.code == 0
    assert (
        done.out.splitlines()[0] == f"foundation: {len(production.layers[0].resources)} unchanged"
    )
    assert {verb for _, verb in _verbs(pulumi)} == {"preview"}
    assert _ledger(approved)[-1]["event"] == "deployed"


def test_without_a_change_record_nothing_runs(
    run: Callable[..., Any], approved: Path, pulumi: Cli
) -> None:
    """The gate stands before the first call of the CLI; the refusal is recorded."""
    shutil.rmtree(approved / "changes")
    done = run(*UP)
    reason = (
        "APR-003 critical: There is no change record of a known type with an id; "
        "open a change for the release."
    )

    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "SANDBOX: stand-in provider, nothing is deployed\n"
        "prod may not be deployed:\n"
        f"  {reason}\n"
        "Fix: settle them, and see `bedplate approvals prod`.\n"
    )
    assert pulumi.calls == []
    assert [(each["event"], each["facts"]) for each in _ledger(approved)] == [
        ("refused", {"reasons": [reason]})
    ]


def test_a_gate_that_closes_between_layers_is_recorded_once(
    run: Callable[..., Any], approved: Path, pulumi: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The change record is withdrawn while the first layer is made: that one stands."""

    def then_withdrawn(*words: Any, **more: Any) -> Any:
        if ("foundation", "up") in _verbs(pulumi):
            shutil.rmtree(approved / "changes")
        return admitted(*words, **more)

    monkeypatch.setattr("bedplate.governance.deploying.admitted", then_withdrawn)
    done = run(*UP)

    assert done.code == 1
    assert "  APR-003 critical: " in done.err
    assert _verbs(pulumi) == [("foundation", "preview"), ("foundation", "up")]
    assert [entry["event"] for entry in _ledger(approved)] == ["deployment-started", "refused"]
    assert "foundation" in _ledger(approved)[-1]["facts"]


def test_one_changed_value_is_named(run: Callable[..., Any], approved: Path, pulumi: Cli) -> None:
    """What was approved is not what the file says now."""
    prod = approved / "stacks/prod.yaml"
    prod.write_text(prod.read_text().replace("max_gpus: 16", "max_gpus: 15"))
    done = run(*UP)
    change = "gpu_pools.inference-l4.max_gpus: 16 → 15"

    assert done.code == 1
    assert f"  It has changed since it was made: {change}.\n" in done.err
    assert pulumi.calls == []


def test_the_author_does_not_deploy(run: Callable[..., Any], approved: Path, pulumi: Cli) -> None:
    """One person's mistake passes nobody else otherwise."""
    done = run("up", "prod", "--sandbox", "--yes", "--deployer", "sara NASSER")

    assert done.code == 1
    assert "  APR-002 critical: " in done.err
    assert pulumi.calls == []
    assert approved.is_dir()


def test_what_can_not_be_had_back_is_guarded(
    run: Callable[..., Any], approved: Path, pulumi: Cli, production: Plan
) -> None:
    """The network would be replaced: refused with the ways out, until the approvals allow it."""
    pulumi.previews(production.layers[0], **{"network-vpc": REPLACED})
    refused = run(*UP)
    before = _verbs(pulumi)
    shutil.rmtree(approved / "approvals")
    for name in PEOPLE:
        run("approve", "prod", "--as", name, "--key", name.split()[0], "--allow", VPC)
    allowed = run(*UP)

    assert (refused.code, refused.err) == (
        1,
        (
            "SANDBOX: stand-in provider, nothing is deployed\n"
            "foundation was not deployed:\n"
            "  Vpc network-vpc would be replaced, because cidrBlock changed: "
            "everything in it would have to move.\n"
            "Fix: change cidrBlock back; if it exists elsewhere already, `pulumi import` it; "
            f"if it is meant, have the release approved with `--allow {VPC}`.\n"
        ),
    )
    assert before == [("foundation", "preview")]
    assert allowed.code == 0
    assert _ledger(approved)[1]["event"] == "refused"


def test_one_allowance_of_two_is_too_few(
    run: Callable[..., Any], approved: Path, pulumi: Cli, production: Plan
) -> None:
    """As many must allow it as must approve."""
    pulumi.previews(production.layers[0], **{"network-vpc": REPLACED})
    shutil.rmtree(approved / "approvals/prod")
    run("approve", "prod", "--as", "Layla Haddad", "--key", "Layla", "--allow", VPC)
    run("approve", "prod", "--as", "Omar Rahman", "--key", "Omar")
    done = run(*UP)

    assert done.code == 1
    assert "Vpc network-vpc would be replaced" in done.err


def test_what_nobody_approved_is_not_made(
    run: Callable[..., Any], approved: Path, pulumi: Cli, production: Plan
) -> None:
    """A program that makes something else under Pulumi than in the simulator is found out."""
    one, *rest = (each for each in production.layers[0].resources if each.custom)
    shown = json.loads(json.dumps(production.layers[0].to_json()))
    layer = type(production.layers[0]).from_json(shown | {"resources": [r.to_json() for r in rest]})
    pulumi.previews(layer)
    done = run(*UP)

    assert done.code == 1
    expected = f"foundation:{one.type}::{one.name} is in the release but would not be made."
    assert f"  {expected}\n" in done.err
    assert ("foundation", "up") not in _verbs(pulumi)
    assert approved.is_dir()


def test_what_the_policy_pack_forbids_is_said_in_its_words(
    run: Callable[..., Any], approved: Path, pulumi: Cli
) -> None:
    """No traceback of Pulumi's program; what is advisory is left out."""
    event = {
        "resourceUrn": VPC, "policyName": "ZT-002", "severity": "critical",
        "enforcementLevel": "mandatory", "message": "No port is open\nIt is open to anyone.\n",
    }  # fmt: skip
    advice = {**event, "policyName": "TAG-001", "enforcementLevel": "advisory"}
    events = [{"policyEvent": event}, {"policyEvent": event}, {"policyEvent": advice}]
    err = "error: preview failed\nTraceback (most recent call last):\n"
    pulumi.answer("foundation", "preview", code=255, events=events, err=err)
    done = run(*UP)

    assert (done.code, done.err) == (
        1,
        (
            "SANDBOX: stand-in provider, nothing is deployed\n"
            "foundation was not deployed:\n"
            "  ZT-002 critical: It is open to anyone.\n"
            "Fix: see what `bedplate check prod` says.\n"
        ),
    )
    assert approved.is_dir()


def test_a_failure_half_way_says_what_is_there_and_what_comes_next(
    run: Callable[..., Any], approved: Path, pulumi: Cli, production: Plan
) -> None:
    """The first layer stands, the second failed; the ledger knows both."""
    err = "error: the provider process crashed\n"
    pulumi.answer("platform", "up", code=255, err=err)
    done = run(*UP)
    last = _ledger(approved)[-1]

    assert (done.code, done.err) == (
        1,
        (
            "SANDBOX: stand-in provider, nothing is deployed\n"
            "pulumi up of bedplate-platform, stack prod, failed: the provider process crashed\n"
            "Fix: correct what it names, then run the same command again.\n"
            "\n"
            "Deployed before that: foundation.\n"
            "The state of platform holds what was made up to then. Next: settle what it names, "
            "then run `bedplate up prod` again; it goes on where it stopped.\n"
        ),
    )
    assert last["event"] == "deployment-failed"
    assert last["facts"]["foundation"] == {"create": len(production.layers[0].resources)}
    assert "platform" not in last["facts"]


@pytest.mark.parametrize("signal", ["SIGINT", "SIGTERM"])
def test_a_signal_is_handed_on_to_pulumi_and_recorded(
    run: Callable[..., Any], approved: Path, pulumi: Cli, signal: str
) -> None:
    """Pulumi is told once, however we were, and must write its state before anybody leaves."""
    pulumi.answer("foundation", "up", code=255, err="error: update canceled", signal=signal)
    done = run(*UP)

    assert done.code == 1
    assert "Interrupted: waiting until Pulumi has written its state.\n" in done.err
    assert "pulumi up of bedplate-foundation, stack prod, was interrupted. Fix: run" in done.err
    assert _ledger(approved)[-1]["event"] == "deployment-failed"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (
            (
                "error: the stack is currently locked by 1 lock(s). Either wait for the other "
                "process(es) to end or delete the lock file with `pulumi cancel`."
            ),
            (
                "another run holds its state.\nFix: wait for it. Where none runs, one was killed: "
                "`pulumi -C infra/foundation cancel prod --yes` frees the state (in the sandbox "
                "`bedplate sandbox -- pulumi -C infra/foundation cancel prod --yes`), and "
                "`bedplate drift prod` says what it left."
            ),
        ),
        (
            (
                'error: read ".pulumi/meta.yaml": blob (key ".pulumi/meta.yaml") (code=Unknown): '
                "no such host"
            ),
            'read ".pulumi/meta.yaml": blob (key ".pulumi/meta.yaml") (code=Unknown): no such host',
        ),
    ],
)
def test_a_state_that_is_locked_or_gone_is_said(
    run: Callable[..., Any], approved: Path, pulumi: Cli, said: str, shown: str
) -> None:
    """Nothing was deployed; what a killed run left is freed by a command that is named."""
    pulumi.answer("foundation", "preview", code=255, err=said)
    done = run(*UP)

    assert done.code == 1
    assert f"stack prod, failed: {shown}\n" in done.err
    assert "No layer was deployed before that.\n" in done.err
    assert _ledger(approved)[-1]["event"] == "deployment-failed"


def test_nobody_is_asked_where_nobody_can_answer(run: Callable[..., Any], approved: Path) -> None:
    """In a pipeline the option stands for the answer."""
    done = run("up", "prod", "--sandbox", "--deployer", "pipeline")

    assert (done.code, done.err) == (
        2,
        "Nobody can be asked here whether to go on. Fix: add --yes.\n",
    )
    assert approved.is_dir()


class _Terminal(StringIO):
    """A terminal on which somebody types."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("typed", "code"), [("y\ny\n", 0), ("n\n", 1), ("y\nn\n", 1)])
def test_somebody_is_asked_before_each_layer(
    run: Callable[..., Any],
    approved: Path,
    pulumi: Cli,
    monkeypatch: pytest.MonkeyPatch,
    typed: str,
    code: int,
) -> None:
    """The answer holds for one layer; a no is a refusal, which is recorded."""
    monkeypatch.setattr("sys.stdin", _Terminal(typed))
    done = run("up", "prod", "--sandbox", "--deployer", "pipeline")
    ups = [layer for layer, verb in _verbs(pulumi) if verb == "up"]

    assert done.code == code
    assert ups == ["foundation", "platform"][: typed.count("y")]
    assert _ledger(approved)[-1]["event"] == ("refused" if code else "deployed")


def test_a_layer_that_is_not_there_is_named(run: Callable[..., Any], approved: Path) -> None:
    """A near miss is named."""
    done = run(*UP, "--layer", "foundatoin")

    assert (done.code, done.err) == (
        2,
        "There is no layer `foundatoin`. Fix: did you mean `foundation`?\n",
    )
    assert approved.is_dir()


def test_the_environments_file_says_where_the_state_lies(
    run: Callable[..., Any], approved: Path, pulumi: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Outside the sandbox the stacks are made there; what can't be kept is said."""
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    done = run("up", "prod", "--yes", "--deployer", "pipeline", "--format", "json")
    told = json.loads(done.out)
    inits = [words for _, *words in pulumi.calls if words[:2] == ["stack", "init"]]

    assert done.code == 0
    assert told["layers"].keys() == {"foundation", "platform"}
    assert (approved / told["evidence"]).is_file()
    assert told["problems"][0].startswith("The evidence was not stored. ")
    assert told["problems"][0].endswith(" Repeat it: bedplate audit anchor prod")
    assert [words[2] for words in inits] == [
        "organization/bedplate-foundation/prod", "organization/bedplate-platform/prod",
    ]  # fmt: skip
    ledger = (approved / "ledger/prod.jsonl").read_text().splitlines()
    assert json.loads(ledger[-1])["entry"]["event"] == "deployed"
