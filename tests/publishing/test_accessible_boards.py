"""Each board and tab with axe-core and with the keyboard, light and dark."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from accessibility import grave_faults
from site_under_test import BOARDS

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TABS = ".widget-tab > .lm-TabBar .lm-TabBar-tab"
DRAWN = """() => !document.querySelector(".workbench-busy") && [...document.querySelectorAll(".wb-figure")].every(
  (figure) => !figure.offsetHeight || (figure.scrollIntoView(), figure.querySelector(".main-svg")))"""
STOPS = """() => [...document.querySelectorAll(".wb-figure")].filter((figure) => figure.querySelector(".main-svg"))
  .map((figure) => figure.querySelectorAll("[tabindex='0'], button:not([tabindex]), a[href]").length)"""


@pytest.mark.parametrize(
    ("name", "scheme"),
    [
        pytest.param(
            name, scheme, marks=[] if (name, scheme) == ("demand", "light") else pytest.mark.thorough
        )
        for name in BOARDS
        for scheme in ("light", "dark")
    ],
)
def test_no_tab_of_a_board_has_a_grave_fault(
    name: str, scheme: str, open_board: Callable[..., Any], axe: str
) -> None:
    page = open_board(name, 1400, scheme)
    found = []
    for number in range(page.locator(TABS).count()):
        page.locator(TABS).nth(number).click()
        page.wait_for_timeout(500)
        page.wait_for_function(DRAWN, timeout=30_000)
        found += [
            f"{page.locator(TABS).nth(number).inner_text()}: {fault}" for fault in grave_faults(page, axe)
        ]
        assert set(page.evaluate(STOPS)) <= {1}
    assert found == []


def test_the_tools_of_a_figure_are_one_stop_in_which_the_arrow_keys_go(
    open_board: Callable[..., Any],
) -> None:
    page = open_board("demand", 1400, "light")
    tools = page.locator(".wb-figure .modebar-btn[tabindex='0']").first
    tools.focus()
    first = page.evaluate("document.activeElement.ariaLabel")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.ariaLabel") != first
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.ariaLabel") == first
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.wb-figure')") is None
