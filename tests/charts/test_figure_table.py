from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from workbench.charts.figure_table import figure_table


def titled(*traces: object, across: str = "Year", up: str = "Energy [GWh]") -> go.Figure:
    return go.Figure(list(traces)).update_layout(xaxis_title=across, yaxis_title=up)


def test_traces_over_the_same_positions_stand_side_by_side_with_their_unit():
    figure = titled(
        go.Bar(x=[2025, 2026], y=[1.0, 2.0], name="Home"), go.Bar(x=[2025, 2026], y=[3.0, 4.0], name="EV")
    )
    table = figure_table(figure)
    assert table.headers == ("Year", "Home [GWh]", "EV [GWh]")
    assert table.rows == ((2025, 1.0, 3.0), (2026, 2.0, 4.0))
    assert not table.is_cut


def test_traces_over_different_positions_are_one_row_a_point():
    figure = titled(go.Scatter(x=[1], y=[5], name="History"), go.Scatter(x=[2, 3], y=[6, 7], name="Forecast"))
    table = figure_table(figure)
    assert table.headers[0] == "Series"
    assert [row[1:] for row in table.rows] == [(1, 5), (2, 6), (3, 7)]


def test_lying_bars_are_read_from_their_names():
    table = figure_table(
        titled(go.Bar(x=[1, 2], y=["a", "b"], orientation="h"), across="Load [MW]", up="Plant")
    )
    assert table.headers == ("Plant", "Load [MW]")
    assert table.rows == (("a", 1), ("b", 2))


def test_a_matrix_keeps_its_two_directions():
    figure = titled(go.Heatmap(z=np.array([[1.0, 2.0], [3.0, 4.0]]), x=["Jan", "Feb"], y=[0, 1]), up="Hour")
    table = figure_table(figure)
    assert table.headers == ("Hour", "Jan", "Feb")
    assert table.rows == ((0, 1.0, 2.0), (1, 3.0, 4.0))


def test_times_are_written_as_people_read_them_and_gaps_stay_empty():
    hours = pd.date_range("2025-01-01", periods=2, freq="h")
    table = figure_table(titled(go.Scatter(x=hours, y=[1.0, np.nan]), across="Time"))
    assert table.rows == (("2025-01-01", 1.0), ("2025-01-01 01:00", ""))


def test_a_long_table_is_cut_and_says_so():
    table = figure_table(titled(go.Scatter(x=list(range(1000)), y=list(range(1000)))), limit=10)
    assert len(table.rows) == 10
    assert table.rows_in_all == 1000
    assert table.is_cut


def test_hidden_and_empty_traces_are_left_out():
    assert figure_table(titled(go.Scatter(x=[1], y=[1], visible=False), go.Scatter())).rows == ()


def test_a_pie_and_flows_have_tables_too():
    assert figure_table(go.Figure(go.Pie(labels=["a", "b"], values=[1, 2]))).rows == (("a", 1), ("b", 2))
    flows = go.Sankey(node={"label": ["coal", "load"]}, link={"source": [0], "target": [1], "value": [7]})
    assert figure_table(go.Figure(flows)).rows == (("coal → load", 7),)
