"""What Checkov says, joined with a Plan: the real program, and programs that are not well."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.plans import BUCKET, SSE, plan, provider, reading, resource

from bedplate.errors import BedplateError
from bedplate.governance.checkov_opinion import opinion
from bedplate.operate.checkov.names import DATA
from bedplate.operate.checkov.program import find, run
from bedplate.spec.tree import Origin

if TYPE_CHECKING:
    from bedplate.engine.plan import Plan
    from bedplate.governance.checkov_opinion import Opinion

AGAIN = "Fix: run `make checkov`; it installs the version that Bedplate is tested with."
DEPLOYMENT = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "d", "namespace": "x"},
    "spec": {
        "selector": {"matchLabels": {"a": "b"}},
        "template": {
            "metadata": {"labels": {"a": "b"}},
            "spec": {"containers": [{"name": "c", "image": "nginx", "securityContext": {}}]},
        },
    },
}


def _program(folder: Path, text: str) -> Path:
    """Write a program that stands where Checkov should."""
    file = folder / "checkov"
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return file


def _plan() -> Plan:
    bucket = resource(BUCKET, "b", {"bucket": "b"}, spec_path="stores")
    rule = {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms"}}
    setting = reading(SSE, "s", {"bucket": "b", "rules": [rule]}, "bucket", bucket)
    bare = resource(BUCKET, "bare", {"bucket": "bare"}, spec_path="stores")
    workload = resource("kubernetes:apps/v1:Deployment", "d", DEPLOYMENT)
    return plan(provider(), bucket, setting, bare, workload)


@pytest.fixture(scope="module")
def said() -> Opinion:
    """Return what the real program says of a small plan."""
    program = shutil.which("checkov")
    assert program is not None
    origins = {"stores": Origin("stacks/prod.yaml", 7, 1, "environment")}
    return opinion(_plan(), origins, ["me-central-1"], Path(program))


@pytest.mark.needs("checkov")
def test_verdicts_are_joined_by_resource(said: Opinion) -> None:
    """The bare bucket fails, the encrypted one passes by its setting, and objects are judged."""
    found = {(f.policy, f.urn.rpartition("::")[2]): f for f in said.findings}

    assert found["CKV_AWS_145", "b"].verdict == "pass"
    assert found["CKV_AWS_145", "bare"].verdict == "fail"
    assert found["CKV_K8S_43", "d"].verdict == "fail"
    assert found["CKV_AWS_145", "bare"].message == (
        'Bucket "bare" fails Checkov\'s: Ensure that S3 buckets are encrypted with KMS by default.'
    )


@pytest.mark.needs("checkov")
def test_its_findings_only_advise_and_have_their_line(said: Opinion) -> None:
    """Checkov's catalogue is nobody's policy here."""
    assert said.asked == 4
    assert not [finding for finding in said.findings if finding.blocks]
    (one,) = [f for f in said.findings if f.policy == "CKV_AWS_145" and f.verdict == "fail"]
    assert one.source is not None
    assert (one.source.file, one.source.line) == ("stacks/prod.yaml", 7)


@pytest.mark.needs("checkov")
def test_what_contradicts_residency_is_marked(said: Opinion) -> None:
    """A copy in another region is not asked for where one region only is lawful."""
    (one, _) = [f for f in said.findings if f.policy == "CKV_AWS_144"]

    assert said.contradictions == {"CKV_AWS_144": 2}
    assert said.to_json()["against_residency"] == {"CKV_AWS_144": 2}
    assert one.verdict == "not_applicable"
    assert one.message.endswith(
        "It asks for a copy of the bucket's objects in another region, "
        "which residency forbids; residency wins."
    )


@pytest.mark.needs("checkov")
def test_checkov_knows_every_type_that_we_name() -> None:
    """The data file names no type that its registry lacks."""
    program = shutil.which("checkov")
    assert program is not None
    python = Path(program).resolve().with_name("python")
    source = (Path(__file__).parents[4] / "tools/terraform_names.py").read_text()
    ask = source.partition('KNOWN = """')[2].partition('"""')[0]
    done = subprocess.run([python, "-c", ask], capture_output=True, text=True, check=True)
    known = set(json.loads(done.stdout.splitlines()[-1]))
    named = {name for name, _ in json.loads(DATA.read_text())["types"].values()}

    assert named - known == set()


def test_without_the_program_there_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says how to get it; what `make checkov` made is found without PATH."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(BedplateError) as refusal:
        find(tmp_path)
    assert refusal.value.message == (
        "The program checkov is not there. Fix: run `make checkov`, which installs it apart "
        "from Bedplate, or put it on PATH."
    )

    (tmp_path / ".tools/checkov/bin").mkdir(parents=True)
    made = _program(tmp_path / ".tools/checkov/bin", "exit 0")
    assert find(tmp_path) == made


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        (
            "echo out of memory >&2; exit 9",
            f"Checkov broke with exit code 9: out of memory. {AGAIN}",
        ),
        (
            "echo no json; exit 1",
            f"Checkov broke with exit code 1: no json. {AGAIN}",
        ),
        (
            "exec sleep 9",
            "Checkov did not end within 0.5 s. Fix: check fewer environments at once.",
        ),
    ],
    ids=["fails", "babbles", "hangs"],
)
def test_a_program_that_is_not_well_is_no_pass(tmp_path: Path, text: str, refusal: str) -> None:
    """Whatever it does instead of answering, the sentence says it."""
    with pytest.raises(BedplateError) as refused:
        run(_program(tmp_path, text), {"a.json": "{}"}, seconds=0.5)

    assert refused.value.message == refusal


def test_nothing_to_ask_needs_no_program() -> None:
    """A plan without resources of either kind is not put to it."""
    said = opinion(plan(provider()), {}, [], Path("/absent"))

    assert (said.asked, said.findings) == (0, ())
