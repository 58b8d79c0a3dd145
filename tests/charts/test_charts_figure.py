from __future__ import annotations

import plotly.graph_objects as go
import pytest

from workbench.charts import CATEGORIES, DASHES
from workbench.charts.figure import add_band, add_line, new_figure, note_empty, with_line
from workbench.charts.palette import nth_colour, nth_dash


@pytest.mark.parametrize(("theme", "paper"), [("light", "#FFFFFF"), ("dark", "#111417")])
def test_a_new_figure_has_the_house_style_of_its_theme_and_titles_with_units(theme, paper):
    figure = new_figure("Load", "Hour", "Load [MW]", theme)
    assert figure.layout.template.layout.paper_bgcolor == paper
    titles = (figure.layout.title.text, figure.layout.xaxis.title.text, figure.layout.yaxis.title.text)
    assert titles == ("Load", "Hour", "Load [MW]")


def test_a_line_keeps_its_look_and_takes_what_else_a_trace_knows():
    figure = new_figure("Load")
    add_line(figure, [1, 2], [3, 4], "base", "#123456", dash="dot", hover="%{y} MW", showlegend=False)
    trace = figure.data[0]
    assert (trace.mode, trace.name, trace.showlegend) == ("lines", "base", False)
    assert (trace.line.color, trace.line.dash, trace.line.width) == ("#123456", "dot", 2)
    assert trace.hovertemplate == "%{y} MW"
    add_line(figure, [1], [3], "marked", "#123456", mode="lines+markers")
    assert figure.data[1].mode == "lines+markers"


def test_a_line_with_something_that_no_trace_knows_is_refused():
    with pytest.raises(ValueError, match="colour_of_the_moon"):
        add_line(new_figure("Load"), [1], [2], "base", "#123456", colour_of_the_moon=True)


def test_a_band_fills_from_its_upper_to_its_lower_end_and_is_named_once():
    figure = go.Figure()
    add_band(figure, [1, 2], [1, 1], [3, 4], "90 % interval")
    upper, lower = figure.data
    assert (list(upper.y), list(lower.y)) == ([3, 4], [1, 1])
    assert (lower.fill, upper.fill) == ("tonexty", None)
    assert (upper.showlegend, lower.name) == (False, "90 % interval")


def test_an_empty_figure_says_why():
    figure = note_empty(new_figure("Load", "Hour", "Load [MW]"), "No hour is known.")
    assert [note.text for note in figure.layout.annotations] == ["No hour is known."]
    assert not figure.layout.xaxis.visible
    assert not figure.layout.yaxis.visible


def test_a_line_below_the_title_is_left_out_when_there_is_nothing_to_say():
    assert with_line("Load", "") == "Load"
    assert with_line("Load", "2025") == "Load<br><sup>2025</sup>"


def test_colours_and_dashes_come_round_again():
    assert [nth_colour(index) for index in (0, 7, 8)] == [CATEGORIES[0], CATEGORIES[7], CATEGORIES[0]]
    assert [nth_dash(index) for index in (0, 5, 6)] == [DASHES[0], DASHES[5], DASHES[0]]
