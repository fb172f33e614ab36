"""The catalogue is whole, and says where it is not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from support.plans import ROOT, RULE, both_packs, pack, shipped, write_pack

from bedplate.errors import PolicyError
from bedplate.policy.catalogue import load_catalogue

if TYPE_CHECKING:
    from pathlib import Path

SHIPPED = [
    *(f"APR-{number:03}" for number in (1, 2, 3, 4, 8, 10, 11)),
    *(f"ENC-{number:03}" for number in range(1, 12)),
    *(f"GPU-{number:03}" for number in (1, 2, 3, 4, 5, 5)),
    *(f"OPS-{number:03}" for number in range(1, 10)),
    *(f"RES-{number:03}" for number in range(1, 9)),
    *(f"SUP-{number:03}" for number in (4, 5, 6)),
    *(f"TAG-{number:03}" for number in (1, 2, 3)),
    *(f"ZT-{number:03}" for number in (1, 2, 3, 4, 5, 6, 7, 9, 11, 12)),
]


def _refusal(folder: Path, text: str) -> str:
    with pytest.raises(PolicyError) as caught:
        pack(folder, rule=text)
    return caught.value.message.replace(f"{folder}/pack/things/", "")


def test_every_shipped_policy_is_there_once() -> None:
    """What is not here stands in the admission pack; GPU-005 also has a warning."""
    policies = shipped().policies

    assert [policy.id for policy in policies] == SHIPPED
    assert {policy.id for policy in policies if policy.level == "advisory"} == {
        "GPU-005",
        "TAG-003",
    }


def test_a_rule_becomes_a_policy(tmp_path: Path) -> None:
    """Everything that the METADATA says arrives in the policy, with the rule's place."""
    (policy,) = pack(tmp_path, rule=RULE).policies

    assert policy.path == "acme.deny_acm_001"
    assert policy.concern == "things"
    assert (policy.level, policy.severity, policy.scope) == ("mandatory", "high", "resource")
    assert policy.resource_types == ("aws:s3/bucket:Bucket",)
    assert policy.controls == ("gdpr:32",)
    assert (policy.reads, policy.parameters, policy.settings, policy.applies) == ((), (), (), {})
    assert policy.phase == ("design", "deploy")
    assert (policy.title, policy.remediation) == ("Things are blue", "Paint it.")
    assert policy.file.endswith("rule.rego")
    assert policy.line == 16


def test_every_shipped_control_that_is_cited_is_there_and_reads_well() -> None:
    """Control texts are sentences of our own."""
    controls = shipped().controls.values()

    assert [c.id for c in controls if not c.text.endswith(".")] == []


def test_every_clause_is_cited_by_a_policy() -> None:
    """A clause that nothing maps to is either forgotten, or no business of a platform."""
    catalogue = both_packs()
    cited = {name for policy in catalogue.policies for name in policy.controls}

    assert set(catalogue.controls) - cited == set()


WANTED = """
uae-pdpl:5 uae-pdpl:7 uae-pdpl:8 uae-pdpl:9 uae-pdpl:10 uae-pdpl:18 uae-pdpl:20 uae-pdpl:21
uae-pdpl:22 uae-pdpl:23 uae-health:13 uae-health:retention cbuae:6.1 cbuae:6.2 cbuae:6.3 difc:26
difc:reg10 adgm:40 adgm:41 gdpr:5 gdpr:22 gdpr:25 gdpr:30 gdpr:32 gdpr:33 gdpr:35 gdpr:44 gdpr:45
gdpr:46 gdpr:47 gdpr:49 eu-ai-act:9 eu-ai-act:10 eu-ai-act:11 eu-ai-act:12 eu-ai-act:13
eu-ai-act:14 eu-ai-act:15 eu-ai-act:19 eu-ai-act:26.6 itil4:standard itil4:normal itil4:emergency
"""
"""The clauses of laws and practices that a platform can show something for."""
ANNEX_A = """
5.3 5.9 5.12 5.14 5.15 5.18 5.21 5.23 5.28 5.30 5.33 8.2 8.3 8.8 8.9 8.10 8.13 8.14 8.15 8.16 8.20
8.22 8.24 8.31 8.32
"""
"""The same, of ISO/IEC 27001:2022, Annex A."""


def test_no_clause_has_gone() -> None:
    """A rule that is merged or dropped takes no clause with it."""
    wanted = {*WANTED.split(), *(f"iso27001:A.{number}" for number in ANNEX_A.split())}
    wanted |= {f"nist-800-207:T{number}" for number in range(2, 8)}
    cited = {name for policy in both_packs().policies for name in policy.controls}

    assert wanted - cited == set()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "#   severity: high",
            "#   severty: high",
            (
                "rule.rego:5:3: custom.severity: the key is missing. Fix: add it.\n"
                "rule.rego:10:5: custom.severty: the key is unknown. Fix: did you mean severity."
            ),
        ),
        (
            "#   id: ACM-001\n",
            "",
            "rule.rego:5:3: custom.id: the key is missing. Fix: add it.",
        ),
        (
            "#   severity: high",
            "#   severity: hihg",
            'rule.rego:10:5: custom.severity: "hihg" is not valid. Fix: did you mean high.',
        ),
        (
            "[gdpr:32]",
            "[gdpr:33]",
            (
                'rule.rego:13:5: custom.controls: there is no control "gdpr:33". '
                "Fix: did you mean gdpr:32."
            ),
        ),
        (
            "ACM-001",
            "ACM-1",
            (
                'rule.rego:9:5: custom.id: "ACM-1" is not valid. '
                "Fix: use capitals, a hyphen and three digits, such as ENC-001."
            ),
        ),
        (
            "deny_acm_001 contains",
            "deny_acm_002 contains",
            (
                "rule.rego:9:5: custom.id: ACM-001 of scope resource does not name the rule "
                "deny_acm_002. Fix: call the rule deny_acm_001, or warn_acm_001 if it only warns."
            ),
        ),
        (
            "[aws:s3/bucket:Bucket]",
            "[bucket]",
            (
                'rule.rego:12:5: custom.resource_types: "bucket" is not valid. '
                "Fix: use a type token such as aws:s3/bucket:Bucket, or aws:s3/*."
            ),
        ),
        (
            "[aws:s3/bucket:Bucket]",
            "[]",
            (
                "rule.rego:12:5: custom.resource_types: it is empty. "
                "Fix: name the types that the rule judges."
            ),
        ),
        (
            "# description: Blue is calm.",
            "# description: [Blue]",
            "rule.rego:7:3: description: it is no text. Fix: write a sentence.",
        ),
        (
            "# custom:",
            "# custom: [",
            (
                "rule.rego:10:13: the METADATA is not valid YAML: "
                "did not find expected ',' or ']'. "
                "Fix: write the METADATA comment as a YAML mapping."
            ),
        ),
        (
            "#   avoid: Red.",
            "#   avoid: Red.\n#   applies: {regime: [gdpr]}",
            (
                "rule.rego:15:15: custom.applies.regime: the key is unknown. "
                "Fix: did you mean regimes."
            ),
        ),
        (
            "#   avoid: Red.",
            "#   avoid: Red.\n#   phase: [deplyo]",
            'rule.rego:15:5: custom.phase: "deplyo" is not valid. Fix: did you mean deploy.',
        ),
        (
            "#   avoid: Red.",
            "#   avoid: Red.\n#   phase: deploy",
            (
                "rule.rego:15:5: custom.phase: it is no list of phases. "
                "Fix: give a list of design, deploy, admission."
            ),
        ),
        (
            "deny_acm_001 contains message if {",
            "deny_acm_001 := message if {",
            (
                "rule.rego:16:1: deny_acm_001: the rule is no set of messages. "
                "Fix: write it as `deny_acm_001 contains message if { … }`."
            ),
        ),
        (
            '\tmessage := "Not',
            '\thttp.send({})\n\tmessage := "Not',
            "rule.rego:18:1: it calls http.send. Fix: remove it.",
        ),
        (
            "# METADATA\n",
            "",
            (
                "rule.rego:15:1: deny_acm_001: the rule has no METADATA. "
                "Fix: put a METADATA comment right above its first head."
            ),
        ),
    ],
)
def test_a_faulty_rule_is_refused_at_its_line(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    """Every fault has a position, says what is wrong and how to mend it."""
    assert old in RULE

    assert _refusal(tmp_path, RULE.replace(old, new, 1)) == message


def test_all_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    """Two files with one id are one fault, beside the fault of a third."""
    write_pack(
        tmp_path,
        a=RULE,
        b=RULE,
        c=RULE.replace("ACM-001", "ACM-003"),
        d="import rego.v1\n",
        e="package other\n",
    )

    with pytest.raises(PolicyError) as caught:
        load_catalogue([tmp_path / "pack"], [tmp_path / "controls.yaml"])

    folder = f"{tmp_path}/pack/things/"
    assert caught.value.message.replace(folder, "").splitlines() == [
        "b.rego:16:1: deny_acm_001: the id ACM-001 is taken by a.rego:16. Fix: choose another.",
        (
            "b.rego:16:1: deny_acm_001: the rule acme.deny_acm_001 is taken by a.rego:16. "
            "Fix: choose another."
        ),
        (
            "c.rego:9:5: custom.id: ACM-003 of scope resource does not name the rule deny_acm_001. "
            "Fix: call the rule deny_acm_003, or warn_acm_003 if it only warns."
        ),
        "d.rego:0:0: it declares no package. Fix: declare the package of the pack in it.",
        (
            "e.rego:0:0: its package is other, that of the pack is acme. "
            "Fix: give every file of a pack the same package."
        ),
    ]


def test_a_folder_that_is_no_pack_is_refused(tmp_path: Path) -> None:
    """A pack without its marker, and one without rules, can't be meant."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "PulumiPolicy.yaml").write_text("runtime: opa\n")

    with pytest.raises(PolicyError) as caught:
        load_catalogue([tmp_path, tmp_path / "empty"], [])

    assert caught.value.message.replace(str(tmp_path), "here").splitlines() == [
        "here:0:0: it is no policy pack. Fix: name a policy pack, a folder with PulumiPolicy.yaml.",
        "here/empty:0:0: it holds no Rego file. Fix: add a rule, or leave the pack out.",
    ]


def _ids(cell: str) -> set[str]:
    """Return the ids of a table's cell, those of ranges such as `ENC-001 to ENC-010` too."""
    found = set(re.findall(r"[A-Z]+-[0-9]{3}", cell))
    for prefix, first, last in re.findall(r"([A-Z]+)-([0-9]{3}) to [A-Z]+-([0-9]{3})", cell):
        found |= {f"{prefix}-{number:03}" for number in range(int(first), int(last) + 1)}
    return found


def test_every_planned_rule_is_accounted_for() -> None:
    """The page on policies says of all 59 where they are, and names none that is not there."""
    page = (ROOT / "docs/explanation/policies.md").read_text()
    rows = [line.split("|") for line in page.splitlines() if re.match(r"\| [A-Z]+-[0-9]", line)]
    planned = set[str]().union(*(_ids(row[1]) for row in rows))
    named = set[str]().union(*(_ids(row[2]) for row in rows))
    sizes = {"ENC": 10, "RES": 7, "APR": 10, "ZT": 10, "GPU": 6, "TAG": 3, "SUP": 6, "OPS": 7}
    wanted = {f"{key}-{n:03}" for key, size in sizes.items() for n in range(1, size + 1)}

    assert len(wanted) == 59
    assert planned == wanted
    assert named - {policy.id for policy in both_packs().policies} == set()
