"""Where a number comes from, asked by a reader of a published board: the chain, and no folder of the machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from site_under_test import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DIALOG = "dialog.workbench-origins[open]"


def test_a_reader_asks_about_a_cell_and_sees_no_folder(
    browser: Any, site: Site, finished_project: Path
) -> None:
    context = browser.new_context(viewport={"width": 400, "height": 900}, color_scheme="dark")
    try:
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{site.port}/board/demand")
        cell = page.locator("table[data-origins] tbody tr:has-text('FY 2029-30') td").nth(7)
        cell.click(timeout=60_000)
        page.locator(f"{DIALOG} summary:has-text('Net, FY 2029-30')").first.wait_for()
        chain = page.locator(f"{DIALOG} .chain").text_content()
        assert "demand.xlsx, sheet '" in chain
        assert str(finished_project.parent) not in chain
        assert "/tmp" not in chain
        assert page.evaluate("document.querySelector('dialog[open]').getBoundingClientRect().width") <= 400
        page.locator(f"{DIALOG} .close").click()

        plot = page.locator(".js-plotly-plot").first
        plot.scroll_into_view_if_needed()
        box = plot.locator(".barlayer .point path").first.bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.locator(f"{DIALOG} .chain:has-text('demand.xlsx')").wait_for()
    finally:
        context.close()
