"""Each of the twelve boards with an incomplete result, in a real browser."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from site_under_test import BOARDS, FIRST_FIGURE

ENDS = """() => ({
  ticks: [...document.querySelectorAll(".wb-figure")].filter((figure) => figure.offsetWidth).map((figure) =>
    [...figure.querySelectorAll(".xtick text")].filter((text) => text.getBoundingClientRect().width)
      .map((text) => text.innerHTML.replace(/<[^>]*>/g, " ")).at(-1)),
  columns: [...document.querySelectorAll(".workbench-table")].filter((table) => table.offsetWidth).map((table) =>
    table.querySelector("th:last-child").textContent),
})"""
BUTTONS = "() => [...document.querySelectorAll('.modebar-btn')].map((button) => button.dataset.title)"

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SIGN = "b.workbench-incomplete"


def hosts_asked(page: Any) -> set[str]:
    """Give every host that a page has asked for anything."""
    return {urlsplit(url).netloc for url in page.asked if not url.startswith(("data:", "blob:"))}


def test_there_are_thirteen_boards() -> None:
    assert len(BOARDS) == 13


@pytest.mark.parametrize("name", BOARDS)
@pytest.mark.parametrize(
    ("width", "scheme"), [pytest.param(1400, "light", marks=pytest.mark.thorough), (400, "dark")]
)
def test_a_board_says_that_its_result_is_incomplete(
    name: str, width: int, scheme: str, open_board: Callable[..., Any]
) -> None:
    page = open_board(name, width, scheme)
    if name == "market-today":  # its day is whole: the holes of the sample lie in the days before
        page.locator("select").nth(1).select_option("7 days")
    page.wait_for_selector(SIGN)
    assert page.locator(SIGN).first.inner_text().startswith("◐")
    amber = {"light": "rgb(154, 98, 0)", "dark": "rgb(231, 171, 62)"}[scheme]
    assert page.evaluate(f"getComputedStyle(document.querySelector('{SIGN}')).color") == amber
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if not name.startswith("market"):
        strip = page.locator(".workbench-notes.incomplete").first
        notes = strip.locator("p").all_inner_texts()[1:]
        assert notes[0].startswith("Missing:")
        assert 1 <= len([text for text in notes if "more in the table" not in text]) <= 3
    page.wait_for_function(FIRST_FIGURE, arg="Made-up data")
    assert hosts_asked(page) == {urlsplit(page.url).netloc}
    assert set(page.evaluate(BUTTONS)) == {"Download plot as a PNG", "Zoom", "Pan", "Reset axes"}


def test_no_board_offers_a_smaller_total(open_board: Callable[..., Any]) -> None:
    page = open_board("demand", 1400, "light")
    table = page.locator(".workbench-table:has(caption:text('From sales to requirement'))")
    headers = table.locator("th").all_inner_texts()
    last = table.locator("tbody tr").last.locator("td").all_inner_texts()
    row = {header.partition(" [")[0].strip(): cell for header, cell in zip(headers, last, strict=True)}
    for total in ("Requirement", "Peak", "Gross", "Net"):
        assert row[total] == "missing", total
    assert float(row["Partial sum"].replace(",", "")) > 0
    page = open_board("planning", 1400, "light")
    assert page.locator("td:has-text('Requirement and peak are missing')").count() == 1


def test_a_printed_board_has_every_figure_on_its_sheet(open_board: Callable[..., Any]) -> None:
    page = open_board("demand", 1400, "dark")
    # A page is laid out on paper as it is when the event has been handled: what is drawn later is not printed.
    widths = page.evaluate(
        """() => {
          window.dispatchEvent(new Event("beforeprint"));
          const figures = [...document.querySelectorAll(".wb-figure")].filter((figure) => figure.offsetWidth);
          return figures.map((figure) => Number(figure.querySelector(".main-svg").getAttribute("width")));
        }"""
    )
    assert len(widths) == 3
    assert all(0 < width <= 660 for width in widths)


@pytest.mark.thorough
@pytest.mark.parametrize("landscape", [False, True], ids=["portrait", "landscape"])
def test_the_last_tick_and_the_last_column_of_every_board_are_on_paper(
    landscape: bool, open_board: Callable[..., Any], tmp_path: Path
) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed: nothing was read from paper")
    missing = {}
    for name in BOARDS:
        page = open_board(name, 1400, "dark")
        printed = tmp_path / f"{name}.pdf"
        page.pdf(path=str(printed), format="A4", landscape=landscape)
        ends = page.evaluate(ENDS)
        words = subprocess.run(
            ["pdftotext", str(printed), "-"], capture_output=True, text=True, check=True
        ).stdout.split()
        expected = [word for text in (*ends["ticks"], *ends["columns"]) if text for word in text.split()]
        missing[name] = sorted(set(expected) - set(words))
        assert ends["ticks"] or ends["columns"], name
    assert not any(missing.values()), missing
