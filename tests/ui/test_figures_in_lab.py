"""Figures of a view in a real JupyterLab whose window changes its size."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from lab import Notebook

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CELL = """import plotly.graph_objects as go
from workbench.ui.figures.controls import figure_of
figure_of(lambda: go.Figure(go.Bar(x=[2030, 2031], y=[1.0, 2.0]), {"height": 320}))"""
SIZE = """() => {
  const figure = document.querySelector(".jp-OutputArea .js-plotly-plot").getBoundingClientRect();
  const drawn = document.querySelector(".jp-OutputArea .main-svg").getBoundingClientRect();
  return [Math.round(figure.height), Math.round(figure.width - drawn.width)];
}"""


def test_a_figure_keeps_its_height_and_follows_the_width_when_the_window_changes(
    open_notebook: Callable[..., Notebook],
) -> None:
    page = open_notebook(CELL).page
    page.locator(".jp-OutputArea .main-svg").first.wait_for(timeout=60_000)
    for width, height in ((1200, 940), (900, 940), (1300, 900)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function(f"JSON.stringify(({SIZE})()) === '[320,0]'", timeout=10_000)
        page.wait_for_timeout(500)
        assert page.evaluate(SIZE) == [320, 0]
