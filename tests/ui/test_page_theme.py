from __future__ import annotations

import gc

import plotly.graph_objects as go

from workbench.ui.figures.area import FigureArea
from workbench.ui.figures.page_theme import PageTheme, page_theme


def paper(area: FigureArea) -> str:
    content = area.outputs[0]["data"]["application/vnd.plotly.v1+json"]
    return content["layout"]["template"]["layout"]["paper_bgcolor"]


def test_figures_are_drawn_again_when_the_page_turns_dark():
    area = FigureArea()
    area.show(go.Figure(go.Scatter(y=[1, 2])))
    assert paper(area) == "#FFFFFF"
    try:
        page_theme().set_state({"dark": True})
        assert paper(area) == "#111417"
        later = FigureArea()
        later.show(go.Figure(go.Scatter(y=[3])))
        assert paper(later) == "#111417"
    finally:
        page_theme().set_state({"dark": False})
    assert paper(area) == "#FFFFFF"


def test_a_browser_can_say_dark_or_light_and_nothing_else():
    page = PageTheme()
    for content in ({"dark": "yes"}, {"dark": 1}, {"_esm": "alert(1)"}, {"layout": "x"}, {}):
        page.set_state(content)
    assert page.theme == "light"
    assert "isDark" in page._esm
    page.set_state({"dark": True, "_esm": "alert(1)"})
    assert page.theme == "dark"
    assert "alert" not in page._esm


def test_a_figure_that_is_gone_is_not_drawn_any_more():
    class Gone:
        drawn = 0

        def draw(self) -> None:
            type(self).drawn += 1

    page, figure = PageTheme(), Gone()
    page.follow(figure.draw)
    page.set_state({"dark": True})
    del figure
    gc.collect()
    page.set_state({"dark": False})
    assert Gone.drawn == 1
