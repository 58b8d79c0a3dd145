"""Published pages in a real browser: what they ask for, how they fit, and that they live."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from site_under_test import Site, wait_until

from workbench.runs import Job, job, setting, start

pytestmark = [pytest.mark.browser, pytest.mark.slow]

BOARD = "demand"
FIGURE = ".wb-figure .main-svg"


@dataclass(frozen=True, slots=True)
class TickConfig:
    """Settings of the ticking job."""

    scenario: str = setting("ticks", help="Scenario")


_stop = threading.Event()


@job("ticking", title="Ticking", config=TickConfig)
def tick(job: Job, project: Any, config: TickConfig) -> None:
    """Log a line ten times a second until the test is over."""
    number = 0
    while not _stop.wait(0.1):
        number += 1
        job.log(f"tick {number}")
        job.checkpoint()


@pytest.fixture
def open_page(browser: Any, site: Site) -> Iterator[Callable[..., Any]]:
    contexts = []

    def open_(path: str, wait_for: str = FIGURE, width: int = 1200, **options: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.asked, page.failures = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("websocket", lambda socket: page.asked.append(socket.url))
        page.on("pageerror", lambda error: page.failures.append(str(error)))
        page.goto(f"http://127.0.0.1:{site.port}{path}")
        page.wait_for_selector(wait_for, timeout=30_000)
        return page

    yield open_
    for context in contexts:
        context.close()


@pytest.mark.parametrize(
    ("path", "wait_for"), [("/", ".wb-card"), (f"/board/{BOARD}", FIGURE), ("/board/run", ".wb-panel")]
)
def test_a_page_asks_nothing_of_another_host_and_fails_nowhere(site, open_page, path, wait_for):
    page = open_page(path, wait_for)
    page.wait_for_timeout(1_000)
    hosts = {urlsplit(url).netloc for url in page.asked if not url.startswith(("data:", "blob:"))}
    assert hosts == {f"127.0.0.1:{site.port}"}
    assert page.failures == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_board_fits_a_phone_in_both_themes(open_page, scheme):
    page = open_page(f"/board/{BOARD}", width=400, color_scheme=scheme)
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == {"light": "rgb(255, 255, 255)", "dark": "rgb(17, 20, 23)"}[scheme]
    ink = page.evaluate(f"getComputedStyle(document.querySelector('{FIGURE} text')).fill")
    assert (
        sum(map(int, ink[4:-1].split(","))) > 500
        if scheme == "dark"
        else sum(map(int, ink[4:-1].split(","))) < 250
    )


def test_the_years_of_a_chart_stand_side_by_side_on_a_phone_and_its_legend_needs_no_scrolling(open_page):
    page = open_page(f"/board/{BOARD}", width=400)
    page.wait_for_selector(f"{FIGURE} .xtick text")
    boxes = page.evaluate(
        """() => [...document.querySelector('.wb-figure').querySelectorAll('.xtick text')].map((text) => {
          const { left, right } = text.getBoundingClientRect();
          return [left, right];
        })"""
    )
    assert len(boxes) >= 2
    assert all(left[1] < right[0] for left, right in itertools.pairwise(sorted(boxes)))
    plot = page.evaluate("document.querySelector('.wb-figure .bglayer, .wb-figure .plot').getBBox().height")
    assert plot > 150
    assert page.locator(".wb-figure .scrollbar[height]").first.get_attribute("height") in (None, "0")


def test_no_placeholder_stays_where_a_cell_shows_nothing(open_page):
    page = open_page("/board/silent-cells", ".jupyter-button")
    first = page.locator(".wb-cell[cell-index='1']")
    assert "wb-waiting" not in first.get_attribute("class")
    page.wait_for_selector(".wb-waiting", state="detached", timeout=15_000)


def test_every_figure_has_its_numbers_and_its_words(open_page):
    page = open_page(f"/board/{BOARD}")
    assert page.get_attribute(".wb-figure", "aria-label").startswith("Electricity by sector")
    page.locator("button:visible", has_text="Table").first.click()
    page.wait_for_selector(".workbench-table:has(caption:text('Electricity by sector'))")
    assert page.locator(".workbench-table:has(caption:text('Electricity by sector')) tbody tr").count() > 10


def test_a_board_is_used_by_keyboard(open_page):
    page = open_page(f"/board/{BOARD}")
    page.locator(".lm-TabBar-tab").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_selector("label:has-text('Sector')")
    page.locator("select:visible").nth(1).focus()
    page.keyboard.press("ArrowDown")
    page.wait_for_selector("label:has-text('Sector')")
    page.locator(".wb-figure .main-svg >> visible=true").first.wait_for()


def test_paper_shows_no_controls(open_page):
    page = open_page(f"/board/{BOARD}")
    page.emulate_media(media="print")
    assert page.locator(".jupyter-button:visible, .modebar:visible, .widget-dropdown:visible").count() == 0
    assert page.locator(FIGURE).first.is_visible()


def test_a_run_of_an_analyst_appears_and_goes_on_without_anybody_touching_the_page(site, open_page):
    page = open_page("/board/run", ".wb-panel")
    board = open_page(f"/board/{BOARD}")
    assert board.locator(".wb-panel").count() == 0
    _stop.clear()
    run = start(tick, site.project)
    try:
        live = open_page("/board/run", ".wb-panel[data-state='running']")
        live.wait_for_selector(".wb-row-message:has-text('tick ')")
        first = live.inner_text(".wb-panel")
        live.wait_for_timeout(1_000)
        assert live.inner_text(".wb-panel") != first
        assert live.locator(".wb-panel button:has-text('Cancel')").count() == 0
        assert live.locator(".wb-panel button:has-text('Pause')").count() == 0
        assert str(site.project) not in live.content()
    finally:
        _stop.set()
        run.wait(10)
    assert page.failures == board.failures == live.failures == []


def test_a_page_that_is_reloaded_left_or_closed_takes_its_kernel_with_it(site, open_page):
    wait_until(lambda: not site.kernels(), 40)
    page = open_page("/board/stranger", ".widget-dropdown")
    assert len(site.kernels()) == 1
    page.reload()
    page.wait_for_selector(".widget-dropdown")
    assert wait_until(lambda: len(site.kernels()) == 1, 10) < 10
    page.goto(f"http://127.0.0.1:{site.port}/")
    assert wait_until(lambda: not site.kernels(), 10) < 10
    page.goto(f"http://127.0.0.1:{site.port}/board/stranger")
    page.wait_for_selector(".widget-dropdown")
    page.context.close()
    assert wait_until(lambda: not site.kernels(), 30) < 30


def test_a_visitor_who_leaves_while_the_page_loads_leaves_no_kernel(site, open_page):
    page = open_page("/", ".wb-card")
    page.goto(f"http://127.0.0.1:{site.port}/board/{BOARD}", wait_until="commit")
    page.goto(f"http://127.0.0.1:{site.port}/")
    assert wait_until(lambda: not site.kernels(), 30) < 30


def test_a_board_that_fails_says_so_and_nothing_more(site, open_page):
    page = open_page("/board/broken", "#wb-status:not([hidden])")
    assert "cannot be shown now" in page.inner_text("#wb-status")
    assert "secret reason" not in page.content()
