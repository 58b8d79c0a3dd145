"""The legend of the generation mix: numbers of the period, what is under the cursor, parts left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROWS = """() => Object.fromEntries([...document.querySelectorAll(".workbench-legend tbody tr")].map((row) =>
  [row.cells[0].innerText.trim(), [...row.cells].slice(1).map((cell) => cell.textContent)]))"""
DRAWN = """() => (document.querySelector(".js-plotly-plot")?._fullData ?? [])
  .filter((trace) => trace.visible === true).map((trace) => trace.name)"""
TOTALS = ".wb-tabs > .lm-TabBar .lm-TabBar-tab:has-text('Totals')"
TABLE = """() => Object.fromEntries([...document.querySelectorAll(".workbench-table")]
  .filter((table) => table.offsetWidth).flatMap((table) => [...table.tBodies[0].rows])
  .map((row) => [row.cells[0].textContent, [row.cells[1].textContent, row.cells[3].textContent]]))"""


def test_the_legend_tells_what_is_under_the_cursor_and_takes_parts_out_of_the_figure(
    open_board: Callable[..., Any],
) -> None:
    page = open_board("market-generation", 1400, "light")
    page.locator(".workbench-legend button", has_text="Wind").wait_for()
    before = page.evaluate(ROWS)
    assert set(before) >= {"Demand", "Wind", "Battery charging"}
    assert not any(cells[-1] for cells in before.values())
    page.wait_for_timeout(800)  # it looks for its figure twice a second
    page.locator(".js-plotly-plot .nsewdrag").first.hover(position={"x": 300, "y": 100}, force=True)
    page.wait_for_function(f"() => ({ROWS})().Wind.at(-1) !== ''")
    pointed = page.evaluate(ROWS)
    said = page.locator(".js-plotly-plot .hoverlayer").text_content()
    for name in ("Wind", "Water"):
        assert f"{name} : {pointed[name][-1]} MW" in said, (name, pointed[name], said)
        assert pointed[name][:-1] == before[name][:-1]
    page.locator(".workbench-legend button", has_text="Wind").click()
    page.wait_for_function(f"() => ({DRAWN})().length && !({DRAWN})().includes('Wind')")
    button = page.locator(".workbench-legend button", has_text="Wind")
    assert button.get_attribute("aria-pressed") == "false"
    button.click()
    page.wait_for_function(f"() => ({DRAWN})().includes('Wind')")
    page.locator(TOTALS).click()
    page.locator(".workbench-table:visible").wait_for()
    totals = page.evaluate(TABLE)
    assert {name: before[name][:2] for name in totals} == totals
