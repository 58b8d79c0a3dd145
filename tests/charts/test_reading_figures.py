"""Names at lines, nights and weekends behind them, one drawing a carrier."""

from __future__ import annotations

import re

import numpy as np
import plotly.graph_objects as go
import pytest

from workbench.charts.figure import head, narrow_head
from workbench.charts.icons import carrier_icon
from workbench.charts.line_labels import label_lines
from workbench.charts.palette import CARRIERS
from workbench.charts.time_bands import NIGHT_BEGINS, NIGHT_ENDS, shade_nights_and_weekends
from workbench.data.heading import Heading


def lines(*ends: float) -> go.Figure:
    traces = [
        go.Scatter(y=[0.0, 50.0, end], name=f"Region {at}", mode="lines") for at, end in enumerate(ends)
    ]
    return go.Figure(traces, layout={"height": 480, "margin": {"b": 110, "t": 70}})


def test_each_line_has_its_name_at_its_end_in_the_order_of_the_ends_and_apart() -> None:
    figure = label_lines(lines(10.0, 10.5, 40.0, 10.2))
    at = {note.text.partition("</span> ")[2]: note.y for note in figure.layout.annotations}
    assert sorted(at, key=at.__getitem__) == ["Region 0", "Region 3", "Region 1", "Region 2"]
    places = sorted(at.values())
    assert np.diff(places).min() >= 14 / 300
    assert 0.0 <= places[0] <= places[-1] <= 1.0
    assert figure.layout.showlegend is False


def test_one_line_and_figures_of_areas_keep_their_legend() -> None:
    areas = go.Figure([go.Scatter(y=[1, 2], name=name, stackgroup="one") for name in "ab"])
    assert not label_lines(lines(1.0)).layout.annotations
    assert not label_lines(areas).layout.annotations


def test_nights_of_a_few_days_are_tinted_within_what_is_drawn() -> None:
    figure = go.Figure()
    words = shade_nights_and_weekends(
        figure, np.datetime64("2025-07-02T02:00"), np.datetime64("2025-07-04T00:00")
    )
    spans = [(str(shape.x0), str(shape.x1)) for shape in figure.layout.shapes]
    assert spans == [
        ("2025-07-02T02:00", "2025-07-02T06:00"),
        ("2025-07-02T21:00", "2025-07-03T06:00"),
        ("2025-07-03T21:00", "2025-07-04T00:00"),
    ]
    assert f"{NIGHT_BEGINS}:00 to {NIGHT_ENDS:02d}:00" in words


def test_weekends_of_a_few_weeks_are_tinted_and_years_are_left_alone() -> None:
    figure = go.Figure()
    assert "weekend" in shade_nights_and_weekends(
        figure, np.datetime64("2025-07-01"), np.datetime64("2025-07-31")
    )
    assert [str(shape.x0)[:10] for shape in figure.layout.shapes] == [
        "2025-07-05",
        "2025-07-12",
        "2025-07-19",
        "2025-07-26",
    ]
    assert (
        shade_nights_and_weekends(go.Figure(), np.datetime64("2025-01-01"), np.datetime64("2026-01-01")) == ""
    )


@pytest.mark.parametrize("carrier", CARRIERS)
def test_each_carrier_has_a_drawing(carrier: str) -> None:
    assert "M3 3h10v10H3z" not in carrier_icon(carrier, "#000")
    numbers = re.findall(r"d=\"([^\"]+)\"", carrier_icon(carrier, "#000"))
    assert re.fullmatch(r"[MmLlHhVvCcQqTtSsAaZz0-9 .,\-]+", numbers[0])


def test_the_lines_of_a_heading_are_broken_for_narrow_pages_and_nothing_is_lost() -> None:
    heading = Heading(
        "Prices", ("All regions", "2025-07-02 00:00 to 2025-07-09 00:00"), "30-minute means", "2025-07-09"
    )
    figure = head(go.Figure(layout={"title": {"text": "Prices"}}), heading)
    before, height = figure.layout.title.text, figure.layout.height
    assert before.count("<sup>") == 1
    narrow = narrow_head(figure).layout
    parts = [re.sub("</?sup>", "", line) for line in narrow.title.text.split("<br>")]
    assert max(map(len, parts)) <= 44
    assert narrow.height == height + 20 * (len(parts) - 2)
    assert " · ".join(parts) == re.sub("</?sup>", "", before).replace("<br>", " · ")
