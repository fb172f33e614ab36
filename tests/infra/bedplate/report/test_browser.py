"""The report in a real browser: Chromium, as a reader with eyes, a keyboard or a screen reader."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped] # it has none
from playwright.sync_api import sync_playwright
from support.report_pages import HOSTILE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page, Request
    from support.report_pages import Platform

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.xdist_group("report")]

SAMPLE = """
const more = ["tbody tr:nth-child(n+4)", ".rows li:nth-child(n+3)", ".tree li:nth-child(n+4)",
  "#concerns > details:nth-of-type(n+3)", "#clauses > details:nth-of-type(n+3)",
  "option:nth-child(n+4)", "article.policy:nth-of-type(n+6):not(:last-of-type)"];
for (const each of document.querySelectorAll(more.join())) each.remove();
for (const part of document.querySelectorAll("details")) part.open = true;
"""
"""Keeps some of each kind, since all are written in the same way, and opens every part."""
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return one Chromium for all tests."""
    with sync_playwright() as driver:
        path = shutil.which("chromium")
        yield driver.chromium.launch(executable_path=path, args=["--no-sandbox"])


@pytest.fixture(scope="module")
def file(made: Platform, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the report as a file."""
    written = tmp_path_factory.mktemp("report") / "report.html"
    written.write_text(made.html, encoding="utf-8")
    return written


@pytest.fixture
def opened(browser: Browser, file: Path) -> Iterator[Callable[..., Page]]:
    """Return a function that opens the report; nothing may be logged, fail or be asked for."""
    trouble: list[str] = []
    contexts: list[BrowserContext] = []

    def asked(request: Request) -> None:
        if not request.url.startswith((file.as_uri(), "data:")):
            trouble.append(request.url)

    def open_page(size: Any = DESK, **more: Any) -> Page:
        context = browser.new_context(viewport=size, **more)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: trouble.append(message.text))
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("dialog", lambda dialog: trouble.append(dialog.message))
        page.on("request", asked)
        page.goto(file.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert trouble == []


def _graph(page: Page) -> list[str]:
    return [str(text) for text in page.locator("#graph-view g.node title").all_text_contents()]


@pytest.mark.parametrize(
    ("size", "scheme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk-light", "phone-dark"]
)
def test_axe_finds_nothing(opened: Callable[..., Page], size: Any, scheme: str) -> None:
    """Contrast, names, roles, order of headings, tables, landmarks; with every part open."""
    page = opened(size, color_scheme=scheme)
    page.evaluate(SAMPLE)
    page.locator("#graph-view g.node").first.focus()
    page.keyboard.press("Enter")
    violations = Axe().run(page).response["violations"]

    assert [(each["id"], each["nodes"][0]["html"][:200]) for each in violations] == []
    assert page.locator(".chip.waived, .chip.blocks, .chip.open, .chip.pass").count() > 20


def test_a_phone_never_scrolls_sideways(opened: Callable[..., Page]) -> None:
    """What is wider than the screen scrolls by itself."""
    page = opened(PHONE, has_touch=True)
    page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")

    assert page.evaluate("document.documentElement.scrollWidth") == 360
    # A target that fingers can hit.
    assert page.evaluate(
        "[...document.querySelectorAll('.filter select, .filter button, .graph-bar button')]"
        ".every(each => each.getBoundingClientRect().height >= 36)"
    )


def test_the_filter_shows_what_is_asked_for(opened: Callable[..., Page]) -> None:
    """By environment, words, regime; it says how many, and what it hides is hidden."""
    page = opened()
    rows = page.locator("#findings .rows li[data-state]")
    shown, every = page.locator("#findings .rows li[data-state]:visible"), rows.count()

    def told() -> int:
        text = str(page.locator(".filter output").text_content())
        assert text.endswith(f" of {every} shown")
        assert text.startswith(f"{shown.count()} of ")
        return shown.count()

    assert told() == every > 20
    page.locator(".filter [name=environment]").select_option("staging")
    assert told() == page.locator("#findings [data-environment=staging]").count() < every
    page.locator(".filter [name=state]").select_option("open")
    assert told() == 6
    page.locator(".filter [name=text]").fill("keys-LOGS rotat")
    assert told() == 1
    page.locator(".filter [name=regime]").select_option("itil4")
    assert told() == 0
    assert page.locator("#findings .none").is_visible()
    page.get_by_role("button", name="Clear").click()
    page.wait_for_function("document.querySelector('.none').hidden")
    assert told() == every


def test_the_graph_opens_by_keyboard(opened: Callable[..., Page]) -> None:
    """One stop of the tab key; arrows move, Enter opens, and the details tell of it."""
    page = opened()
    page.locator("#graph-environment").select_option("staging")
    before = _graph(page)
    page.locator("#graph-close").focus()
    page.keyboard.press("Tab")
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    focused = page.evaluate("document.activeElement.getAttribute('aria-label')")
    page.keyboard.press("Enter")
    after = _graph(page)
    details = page.locator("#graph-details")

    assert "identities" in before
    assert page.evaluate("document.activeElement.getAttribute('aria-expanded')") == "true"
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == focused
    assert len(after) > len(before)
    assert str(focused).split(",")[0] == details.locator("h3").text_content()
    assert "Details follow" in str(page.locator("#graph-status").text_content())
    page.keyboard.press("Enter")
    assert _graph(page) == before


def test_a_click_tells_of_inputs_policies_and_dependencies(opened: Callable[..., Page]) -> None:
    """And a dependency leads on to the resource that it names."""
    page = opened()
    page.locator("#graph-environment").select_option("staging")
    page.get_by_role("button", name="cluster, 25 resources").click()
    page.get_by_role("button", name="cluster, aws:eks/cluster:Cluster").click()
    details = page.locator("#graph-details")
    text = str(details.text_content())

    assert "Set by" in text
    assert "Main inputs" in text
    assert "✕ failed: ZT-001" in text
    assert "✓ passed: ENC-005" in text
    details.get_by_role("button", name="cluster-role", exact=True).first.click()
    assert details.locator("h3").text_content() == "cluster-role"
    assert "aws:iam/role:Role" in str(details.text_content())


def test_a_resource_is_found_by_its_name(opened: Callable[..., Page]) -> None:
    """Whatever it is called: it is text, wherever it is shown."""
    page = opened()
    page.get_by_label("Find", exact=True).fill("stores-models-bucket")
    page.keyboard.press("Enter")

    assert page.locator("#graph-details h3").text_content() == "stores-models-bucket"
    page.get_by_label("Find", exact=True).fill(HOSTILE)
    page.keyboard.press("Enter")
    assert page.locator("#graph-details h3").text_content() == HOSTILE


def test_the_graph_moves_under_the_pointer(opened: Callable[..., Page]) -> None:
    """Dragged and zoomed; the wheel alone scrolls the page."""
    page = opened()
    view = page.locator("#graph-view")
    view.scroll_into_view_if_needed()
    box = view.bounding_box()
    assert box is not None
    start = view.get_attribute("viewBox")
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] - 20)
    page.mouse.wheel(0, 10)
    unmoved = view.get_attribute("viewBox")
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + box["height"] - 60, steps=4)
    page.mouse.up()
    moved = view.get_attribute("viewBox")
    page.get_by_role("button", name="Zoom in").click()
    zoomed = view.get_attribute("viewBox")
    page.get_by_role("button", name="Show all").click()

    assert unmoved == start
    assert moved != start
    assert float(str(zoomed).split()[2]) < float(str(moved).split()[2])
    assert view.get_attribute("viewBox") == start


def test_links_open_what_they_lead_to(opened: Callable[..., Page]) -> None:
    """A clause lies in a part that is closed at first."""
    page = opened()
    page.locator("#finding-ZT-001 a", has_text="iso27001").first.click()

    assert page.locator("tr[id^='clause-iso27001']:visible").count() > 5


def test_it_prints_whole(opened: Callable[..., Page]) -> None:
    """All parts are open on paper, black on white, also where a reader has dark colours."""
    page = opened(color_scheme="dark")
    printed = page.pdf(format="A4")
    page.emulate_media(media="print")
    colours = page.evaluate(
        "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
    )
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    open_parts = page.locator("details:not([open])").count()
    page.evaluate("dispatchEvent(new Event('afterprint'))")

    assert printed.startswith(b"%PDF-")
    assert printed.count(b"/Type /Page\n") > 15
    assert colours == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    assert open_parts == 0
    assert page.locator("details[open]").count() == 0
    assert not page.locator("nav").is_visible()


def test_it_can_be_read_without_a_script(opened: Callable[..., Page]) -> None:
    """The list of resources stands in for the graph; no filter is offered that would not work."""
    page = opened(java_script_enabled=False)
    page.locator(".tree > details > summary").first.click()
    page.locator(".tree summary", has_text="bedplate:foundation:Stores").first.click()

    assert page.locator(".tree b", has_text="stores-models").first.is_visible()
    assert not page.locator("#graph").is_visible()
    assert not page.locator(".filter").is_visible()


def test_motion_is_reduced_where_a_reader_wants_that(opened: Callable[..., Page]) -> None:
    """Links jump, they do not glide."""
    calm, usual = opened(reduced_motion="reduce"), opened(reduced_motion="no-preference")
    behaviour = "getComputedStyle(document.documentElement).scrollBehavior"

    assert (calm.evaluate(behaviour), usual.evaluate(behaviour)) == ("auto", "smooth")
