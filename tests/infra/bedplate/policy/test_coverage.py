"""The coverage map names who looks at what, and what nobody looks at."""

from __future__ import annotations

from support.plans import BUCKET, SSE, shipped

from bedplate.policy.coverage import coverage_page, looking_at

OTHER = "aws:other/thing:Thing"


def test_a_policy_looks_at_what_it_judges_and_at_what_it_reads() -> None:
    """ENC-001 judges buckets by a setting of theirs; a general rule judges everything."""
    assert "ENC-001" in {policy.id for policy in looking_at(shipped(), BUCKET)}
    assert "ENC-001" in {policy.id for policy in looking_at(shipped(), SSE)}
    assert {p.id for p in looking_at(shipped(), OTHER)} == {
        policy.id for policy in shipped().policies if "aws:*" in policy.resource_types
    }


def test_types_without_a_rule_of_their_own_are_listed() -> None:
    """The general rules are named once, above."""
    page = coverage_page(shipped(), {BUCKET, OTHER})

    assert page.endswith(f"## Types without a rule of their own\n\n- `{OTHER}`\n")
    assert f"| `{BUCKET}` | " in page
    assert "1 of 2 types have a rule of their own." in page
