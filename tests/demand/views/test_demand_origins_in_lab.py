"""Where a number comes from, asked in JupyterLab: a cell by mouse and keyboard, a point of a figure."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RUN = (
    "import workbench\nproject = workbench.open_project()\n"
    'workbench.start("demand", project).result()\nshown = workbench.board("demand", project)'
)
DIALOG = "dialog.workbench-origins[open]"


def test_a_cell_and_a_point_say_where_they_come_from(open_notebook: Any) -> None:
    notebook = open_notebook(RUN, "shown")
    page = notebook.page
    cell = page.locator("table[data-origins] tbody tr:has-text('FY 2029-30') td").nth(7)
    cell.click(timeout=60_000)
    chain = page.locator(f"{DIALOG} .chain")
    page.locator(f"{DIALOG} summary:has-text('Net, FY 2029-30')").first.wait_for()
    assert "category sales" in chain.text_content()
    assert ", cell B" in chain.text_content()
    page.keyboard.press("Escape")
    page.locator(DIALOG).wait_for(state="hidden")

    cell.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    page.locator(f"{DIALOG} summary:has-text('Rooftop solar, FY 2029-30')").first.wait_for()
    page.locator(f"{DIALOG} .close").click()

    bars = page.locator(".js-plotly-plot:has(.gtitle:has-text('Electricity by sector'))").first
    bars.scroll_into_view_if_needed()
    box = bars.locator(".barlayer .point path").first.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.locator(f"{DIALOG} .origin").first.wait_for()
    assert "sheet '" in chain.text_content()
