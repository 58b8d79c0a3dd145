import pandas as pd
import pytest

from workbench.charts.plots import Plots, Table


@pytest.fixture
def costs() -> Table:
    frame = pd.DataFrame(
        {"year": [2030, 2035], "capital": [3.0, 5.0], "fuel": [2.0, 1.0], "energy": [10.0, 12.0]}
    )
    return Table(
        frame, {"capital": "crore", "fuel": "crore", "energy": "GWh"}, "Costs", ("fuel prices assumed",)
    )


def test_a_table_shows_units_in_its_headers_and_its_notes(costs: Table) -> None:
    shown = costs._repr_html_()
    assert "capital [crore]" in shown
    assert "energy [GWh]" in shown
    assert "fuel prices assumed" in shown


def test_text_of_a_table_is_not_taken_for_markup() -> None:
    table = Table(pd.DataFrame({"<b>": ["<script>"]}), {}, "<i>", ("<u>",))
    shown = table._repr_html_()
    assert "<script>" not in shown
    assert "<i>" not in shown
    assert "<u>" not in shown


def test_the_frame_given_out_is_a_copy(costs: Table) -> None:
    mine = costs.to_pandas()
    mine.loc[0, "fuel"] = 99
    assert costs.frame.loc[0, "fuel"] == 2


def test_bars_take_the_columns_that_share_the_first_unit_and_name_it(costs: Table) -> None:
    figure = costs.plot.bar()
    assert [trace.name for trace in figure.data] == ["capital", "fuel"]
    assert [trace.type for trace in figure.data] == ["bar", "bar"]
    assert list(figure.data[0].x) == [2030, 2035]
    assert figure.layout.yaxis.title.text == "[crore]"
    assert figure.layout.xaxis.title.text == "year"


def test_one_column_is_named_on_its_axis(costs: Table) -> None:
    assert costs.plot.line(y="energy").layout.yaxis.title.text == "energy [GWh]"


def test_the_index_labels_the_rows_when_it_is_named(costs: Table) -> None:
    table = Table(costs.frame.set_index("year"), costs.units, "Costs")
    assert list(table.plot.area(y=["capital", "fuel"]).data[1].x) == [2030, 2035]


def test_an_unknown_column_is_answered_with_those_present(costs: Table) -> None:
    with pytest.raises(KeyError, match="year, capital, fuel, energy"):
        costs.plot.bar(y="coal")


def test_columns_of_different_units_are_not_put_on_one_axis(costs: Table) -> None:
    with pytest.raises(ValueError, match=r"capital \[crore\], energy \[GWh\]"):
        costs.plot.line(y=["capital", "energy"])


def test_a_table_without_numbers_says_that_there_is_nothing_to_draw() -> None:
    with pytest.raises(ValueError, match="no column of numbers"):
        Table(pd.DataFrame({"name": ["a"]}), {}, "Names").plot.bar()


def test_plots_are_found_by_the_names_of_tables_and_made_when_drawn(costs: Table) -> None:
    made = []

    def later() -> Table:
        made.append(1)
        return costs

    plots = Plots(
        {"costs": later, "prices": costs}, {"prices": lambda theme: costs.plot.line(y="energy", theme=theme)}
    )
    assert dir(plots) == ["costs", "prices"]
    assert not made
    assert plots.costs.bar().data[0].type == "bar"
    assert made == [1]
    assert plots.prices().data[0].name == "energy"
    with pytest.raises(AttributeError, match="present: costs, prices"):
        _ = plots.demand


def test_a_long_table_is_drawn_a_series_at_a_time_and_only_where_it_says() -> None:
    frame = pd.DataFrame(
        {
            "site": ["A", "A", "B", "B"],
            "year": [2030, 2031] * 2,
            "load": [1.0, 2.0, 3.0, 4.0],
            "kept": [1, 1, 0, 1],
        }
    )
    table = Table(frame, {"load": "MW"}, "Load", x="year", y=("load",), by=("site",), where=frame.kept == 1)
    figure = table.plot.line()
    assert [(trace.name, list(trace.x), list(trace.y)) for trace in figure.data] == [
        ("A", [2030, 2031], [1.0, 2.0]),
        ("B", [2031], [4.0]),
    ]
    assert figure.layout.yaxis.title.text == "load [MW]"
    assert figure.layout.showlegend


def test_the_whole_result_is_drawn_by_its_own_figure_or_by_that_of_the_first_table(costs: Table) -> None:
    assert len(Plots({"costs": costs})().data) == 2
    own = Plots({"costs": costs}, whole=lambda theme, of: costs.plot.bar(y=of, theme=theme))
    assert own(of="energy").data[0].type == "bar"
