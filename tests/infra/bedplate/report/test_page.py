"""The page: what it says, how it is built, and that nothing in it can do harm."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from support.report_pages import HIDDEN, HOSTILE, NOW, PLANTED

from bedplate.governance.assessment import Assessment
from bedplate.policy.waivers import NO_WAIVERS
from bedplate.report import build, findings
from bedplate.report.page import ASSETS, SCRIPTS, embedded

if TYPE_CHECKING:
    from support.html_tree import Element
    from support.report_pages import Platform

pytestmark = pytest.mark.xdist_group("report")

NONE = "\N{EN DASH}"
SECTIONS = [
    "environments", "findings", "concerns", "clauses", "waivers", "resources", "cost", "releases",
    "ledger",
]  # fmt: skip


def _section(page: Element, name: str) -> str:
    return page.by_id(name).text


def test_the_header_says_how_each_environment_stands(made: Platform, page: Element) -> None:
    """The first thing that a reader sees is the verdict, in words."""
    (header,) = page.all("header")
    items = [item.text for item in header.all("li")]
    blocking = sum(finding.blocks for finding in made.assessments[0].findings)

    assert items == [
        f"✕ dev: blocked {blocking} blocking, 0 waived",
        "✕ staging: blocked 1 blocking, 0 waived, 6 open",
        "✓ prod: clean 0 blocking, 6 waived",
        f"✕ broken: blocked {len(made.assessments[3].problems)} blocking, 0 waived",
    ]
    assert "Made 2026-11-25 12:30 UTC with Bedplate" in header.text


def test_the_page_has_landmarks_headings_in_order_and_a_skip_link(page: Element) -> None:
    """A screen reader finds its way: landmarks, headings without a gap, a first link to them."""
    (body,) = page.all("body")
    first = next(body.all())
    (main,) = page.all("main")
    levels = [int(each.tag[1]) for each in page.all("h1", "h2", "h3", "h4")]
    steps = [after - before for before, after in pairwise(levels)]
    sections = [each for each in main.children if not isinstance(each, str)]

    assert (first.tag, first.attributes["href"], main.attributes["id"]) == ("a", "#main", "main")
    assert [each.attributes["id"] for each in sections] == SECTIONS
    assert levels.count(1) == 1
    assert max(steps) <= 1
    (nav,) = page.all("nav")
    assert [link.attributes["href"] for link in nav.all("a")] == [f"#{name}" for name in SECTIONS]


def test_every_table_says_what_it_is_and_what_its_headings_head(page: Element) -> None:
    """Each has a caption, and each of its headings a scope."""
    tables = list(page.all("table"))

    assert len(tables) > 20
    assert [table.text[:60] for table in tables if not next(table.all("caption"), None)] == []
    assert {str(head.attributes.get("scope")) for t in tables for head in t.all("th")} == {
        "col", "row", "rowgroup",
    }  # fmt: skip


def test_ids_are_unique_and_links_lead_somewhere(page: Element) -> None:
    """Every link leads to a part of the page: there is nothing else to lead to."""
    ids = [str(each.attributes["id"]) for each in page.all() if "id" in each.attributes]
    links = {str(each.attributes["href"]) for each in page.all("a")}

    assert sorted(ids) == sorted(set(ids))
    assert {link.removeprefix("#") for link in links} - set(ids) == set()


def test_nothing_is_loaded_and_only_its_own_script_runs(made: Platform, page: Element) -> None:
    """The page's own policy forbids all else; the hashes are those of what is in it."""
    (policy,) = (
        str(each.attributes["content"])
        for each in page.all("meta")
        if each.attributes.get("http-equiv") == "Content-Security-Policy"
    )
    style, script = (
        re.findall(rf"<{tag}>(.*?)</{tag}>", made.html, re.DOTALL) for tag in ("style", "script")
    )
    hashes = [
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for (text,) in (style, script)
    ]
    loading = {"src", "srcset", "poster", "data", "action", "formaction", "ping", "style"}

    assert policy == (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    assert {name for each in page.all() for name in each.attributes} & loading == set()
    assert [name for each in page.all() for name in each.attributes if name.startswith("on")] == []
    assert [each.attributes["href"] for each in page.all("link")] == ["data:,"]
    assert not re.search(r"url\(|@import", style[0])
    assert not re.search(r"fetch\(|XMLHttpRequest|WebSocket|innerHTML|eval\(", script[0])


def test_hostile_names_stay_text(made: Platform, page: Element) -> None:
    """A name that looks like markup is shown; one with hidden characters shows that it has some."""
    scripts = list(page.all("script"))
    data = json.loads(scripts[0].text)

    assert len(scripts) == 2
    assert list(page.all("img")) == []
    assert HOSTILE in _section(page, "findings")
    assert HOSTILE in data["texts"]
    assert HIDDEN not in made.html
    assert "safe\N{REPLACEMENT CHARACTER}gnp.exe\N{REPLACEMENT CHARACTER}" in data["texts"]


def test_json_can_not_end_its_element() -> None:
    """Neither a script's end, nor a comment, nor an entity stands in it; its value stays."""
    value = {"a": [HOSTILE, "<!--", "&lt;", "\u2028"]}
    text = embedded(value)

    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == value


def test_planted_secrets_are_nowhere(made: Platform) -> None:
    """Not those that a plan marks, nor those that names, URLs or charts' values give away."""
    assert PLANTED not in made.html
    assert "(secret)" in made.html
    assert "(not shown)" in made.html
    assert "https://git.acme.example/x" in made.html


def test_the_page_is_small(made: Platform) -> None:
    """Four environments of 700 resources take less than a megabyte."""
    assert 300_000 < len(made.html.encode()) < 1_000_000


def test_environments_stand_side_by_side(page: Element) -> None:
    """What each is, what it costs, and the settings that differ."""
    table = next(page.by_id("environments").all("table"))
    rows = {
        cells[0].text: [cell.text for cell in cells[1:]]
        for cells in (list(row.all("th", "td")) for row in table.all("tr"))
    }

    assert rows["Verdict"] == ["✕ blocked", "✕ blocked", "✓ clean", "✕ blocked"]
    assert rows["Tier"] == ["development", "staging", "production", NONE]
    assert rows["Resources"] == ["702", "707", "714", "0"]
    assert rows["Findings"][2].startswith("~ 6 waived ✓ 2,")
    assert rows["network.zones"] == ["2", "3", "3", NONE]
    assert rows["USD per hour, idle to full"][3] == NONE
    assert "cluster.version" not in rows  # the same in all


def test_what_blocks_is_said_first(page: Element) -> None:
    """Policies by id, and faults of files with the line and the remedy."""
    text = _section(page, "environments")

    assert "What blocks staging ZT-001 (critical)" in text
    assert (
        "stacks/broken.yaml:2 aws.region : mars-1 is not a known AWS region. Fix: use one of"
        in text
    )
    assert "What blocks prod" not in text


def test_findings_carry_all_that_is_needed_to_mend_them(page: Element) -> None:
    """Severity, state, resource, place, remedy, clauses; and the waiver where there is one."""
    open_api = page.by_id("finding-ZT-001")
    waived = page.by_id("finding-OPS-002")

    assert open_api.attributes["data-severity"] == "critical"
    assert "nist-800-207" in str(open_api.attributes["data-regimes"])
    assert "✕ blocks critical Zero trust maps to" in open_api.text
    assert "Fix: Set cluster.endpoint_access to private" in open_api.text
    (row,) = open_api.all("li")
    assert row.text.startswith("✕ blocks staging cluster aws:eks/cluster:Cluster")
    assert "blueprints/enterprise/blueprint.yaml:" in row.text
    assert "Waived by W-7 (SEC-12) until 2026-12-05, approved by Omar Rahman" in waived.text


def test_clauses_say_maps_to_and_which_environments_chose_them(page: Element) -> None:
    """Never that a clause is complied with."""
    text = _section(page, "clauses")
    row = page.by_id("clause-nist-800-207-T2")

    assert "chosen by dev, staging, prod" in text
    assert "chosen by no environment" in text
    assert row.text.startswith("nist-800-207:T2")
    assert "is not thereby complied with" in text
    assert "✓" in row.text


def test_all_policies_are_listed_by_concern(made: Platform, page: Element) -> None:
    """Those that are kept too, with what they said of each environment."""
    text = _section(page, "concerns")
    asked = {finding.policy for one in made.assessments for finding in one.findings}

    assert {name for name in asked if name not in text} == set()
    assert "GPU cost" in text


def test_waivers_tell_when_they_end(page: Element) -> None:
    """And those that are over say so."""
    rows = [row.text for row in page.by_id("waivers").all("tr")]

    assert "W-7 SEC-12 prod ~ in force excuses 6 OPS-002" in rows[2]
    assert rows[2].endswith("2026-12-05 in 10 days")
    assert "expired" in rows[1]
    assert rows[1].endswith("2026-10-01 55 days ago")


def test_the_list_holds_every_resource_without_a_script(made: Platform, page: Element) -> None:
    """Once for all environments; what only some have says so."""
    resources = page.by_id("resources")
    named = {each.text for each in resources.all("b")}
    wanted = {
        resource.name
        for one in made.assessments
        if one.plan
        for resource in one.plan.resources()
        if not resource.is_provider and HIDDEN not in resource.name
    }

    assert wanted - named == set()
    assert next(resources.all("div")).attributes["hidden"] is None


def test_costs_are_bars_and_figures(page: Element) -> None:
    """Each bar stands in a row that says the same in numbers."""
    table = next(page.by_id("cost").all("table"))
    rows = [row for row in table.all("tr") if next(row.all("rect"), None)]

    assert [row.text.split()[0] for row in rows] == ["dev", "staging", "prod"]
    widths = [[float(str(r.attributes["width"])) for r in row.all("rect")] for row in rows]
    assert widths[2][0] == 100
    assert all(0 < idle <= full <= 100 for full, idle in widths)
    assert "2.12 67.65 1,545.14 49,380.94" in rows[2].text


def test_scripts_are_small_and_all_there(made: Platform) -> None:
    """Each file is short enough to be read, and none was forgotten."""
    files = {file.name: file.read_text() for file in ASSETS.glob("*.js")}

    assert set(files) == set(SCRIPTS)
    assert {name for name, text in files.items() if len(text.splitlines()) > 300} == set()
    assert all(text in made.html for text in files.values())


def test_an_environment_that_could_not_be_assessed_is_shown_with_its_reason(made: Platform) -> None:
    """A program that fails leaves no plan, and a report all the same."""
    refused = Assessment("dev", None, (), "The program failed: <b>no</b>.", None, (), None)
    html = build.report([refused.decided(NO_WAIVERS, NOW.date())], made.options, NOW)

    assert "The program failed: &lt;b&gt;no&lt;/b&gt;." in html
    assert "<strong>dev:</strong> blocked" in html
    assert "There is no plan to draw" in html
    assert "There is no estimate" in html


def test_too_many_findings_are_counted_not_listed(
    made: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page stays small, and says what it leaves out."""
    monkeypatch.setattr(findings, "MOST_ROWS", 3)
    html = build.report(made.assessments[1:2], made.options, NOW)

    assert html.count("<li data-environment=") == 3
    assert "3 more; <code>bedplate check --format json</code> lists all." in html
    assert "findings that are not listed" in html


def test_a_clean_environment_says_that_nothing_is_found(made: Platform) -> None:
    """Rather than showing an empty list."""
    prod = made.assessments[2]
    clean = replace(prod, findings=tuple(f for f in prod.findings if f.verdict == "pass"))
    html = build.report([clean], made.options, NOW)

    assert "Every policy that applies is kept" in html
    assert '<form class="filter"' not in html
