"""The reference pages follow from the catalogue."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from support.plans import ROOT, RULE, both_packs, pack

from bedplate.policy.catalogue_docs import FOLDER, render

if TYPE_CHECKING:
    from pathlib import Path


def test_a_policy_has_a_page(tmp_path: Path) -> None:
    """What, why, what to avoid, what to prefer, the clauses."""
    page = render(pack(tmp_path, rule=RULE))[f"{FOLDER}/things.md"]

    assert page == (
        "# things\n"
        "\n"
        "A policy *maps to* a clause: it checks something that the clause asks for. "
        "It does not decide whether a law is kept.\n"
        "\n"
        "## ACM-001\n"
        "\n"
        "**Things are blue.** Blue is calm.\n"
        "\n"
        "- Avoid: Red.\n"
        "- Prefer: Paint it.\n"
        "- Severity: high, mandatory\n"
        "- Judges: `aws:s3/bucket:Bucket`\n"
        "- Maps to:\n"
        "  - GDPR, 32: Security\n"
        "- Rule: `deny_acm_001`\n"
    )


def test_the_pages_on_disk_are_those_of_the_catalogue() -> None:
    """Nobody forgot to write them again."""
    on_disk = {
        str(file.relative_to(ROOT)): file.read_text()
        for file in (ROOT / FOLDER).glob("*.md")
        if file.name != "coverage.md"  # a page of its own, see test_coverage.py
    }

    assert on_disk == render(both_packs())


def test_every_link_of_the_index_leads_to_a_heading() -> None:
    """Anchors are those that a renderer makes from headings."""
    pages = render(both_packs())
    links = re.findall(r"\]\((\w+\.md)#([\w-]+)\)", pages[f"{FOLDER}/index.md"])
    headings = {
        (name.rpartition("/")[2], re.sub(r"[^\w -]", "", title).lower().replace(" ", "-"))
        for name, page in pages.items()
        for title in re.findall(r"^## (.+)$", page, re.MULTILINE)
    }

    assert len(links) == len(both_packs().policies)
    assert set(links) - headings == set()


def test_no_page_claims_that_a_law_is_kept() -> None:
    """A policy maps to a clause; more is not ours to say."""
    text = " ".join(render(both_packs()).values()).lower()

    assert [word for word in ("complies", "compliant", "guarantees") if word in text] == []
