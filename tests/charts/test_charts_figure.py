from __future__ import annotations

import plotly.graph_objects as go
import pytest

from workbench.charts import CATEGORIES, DASHES
from workbench.charts.figure import add_band, add_line, new_figure, note_empty, with_line
from workbench.charts.figure_table import figure_table
from workbench.charts.palette import nth_colour, nth_dash
from workbench.charts.repeated import join
from workbench.charts.spikes import split_spikes


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


def lines(*series: list[float]) -> go.Figure:
    figure = go.Figure(
        [go.Scatter(x=list(range(len(one))), y=one, name=str(place)) for place, one in enumerate(series)]
    )
    return figure.update_layout(yaxis_title="Price [AUD/MWh]")


def test_a_few_spikes_get_a_scale_of_their_own_and_every_value_is_drawn() -> None:
    usual = [60.0 + place % 40 for place in range(200)]
    split = split_spikes(lines([*usual, 2350.0], usual))
    lower, upper = split.layout.yaxis.range, split.layout.yaxis2.range
    assert lower[1] == upper[0]
    assert 99 < lower[1] < 300
    assert upper[1] > 2350
    assert split.layout.yaxis.domain[1] < split.layout.yaxis2.domain[0]
    assert [trace.yaxis for trace in split.data] == [None, None, "y2", "y2"]
    assert [trace.showlegend for trace in split.data[2:]] == [False, False]
    # The table has each value once.
    assert figure_table(split).rows == figure_table(lines([*usual, 2350.0], usual)).rows


@pytest.mark.parametrize("values", [[float(place) for place in range(100)], [1.0] * 100, [1.0, 5000.0], []])
def test_a_figure_without_spikes_keeps_its_one_scale(values: list[float]) -> None:
    assert "yaxis2" not in split_spikes(lines(values)).layout


def test_what_follows_is_joined_to_the_last_known_point_of_a_history() -> None:
    figure = go.Figure()
    join(figure, [2023, 2024, 2025], [1.0, 2.0, float("nan")], [2026, 2027], [4.0, 5.0], "#000000")
    assert (figure.data[0].x, figure.data[0].y) == ((2024, 2026), (2.0, 4.0))
    assert figure_table(figure).rows == ()
    join(figure, [], [], [2026], [4.0], "#000000")
    join(figure, [2024], [1.0], [], [], "#000000")
    assert len(figure.data) == 1
