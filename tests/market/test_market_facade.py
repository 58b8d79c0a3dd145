"""The market data of a project as one object: three lines from a notebook, every wrong argument a sentence."""

from __future__ import annotations

import doctest
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

import workbench.market
from market.market_made_datasets import generated
from workbench.data.projects.project import Project
from workbench.errors import SettingError, UnknownName, UnreadableFile, WorkbenchError
from workbench.market import Answer, Market, Period, add_sample
from workbench.market.queries import generation, prices
from workbench.market.store.dataset import market_folder

WEEK = "2025-07-01/2025-07-07"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = Project.create(tmp_path_factory.mktemp("market") / "project", "A market")
    add_sample(made, days=8, units=24)
    return made


@pytest.fixture
def market(project: Project) -> Iterator[Market]:
    with Market.open(project) as opened:
        yield opened


def answers(market: Market) -> list[Answer]:
    return [
        market.prices(WEEK),
        market.prices(WEEK, by="hour"),
        market.price_statistics(WEEK),
        market.price_bands(WEEK),
        market.price_events(WEEK),
        market.price_duration(WEEK),
        market.generation(WEEK),
        market.generation(WEEK, by="hour", region="West"),
        market.fuel_totals(WEEK),
        market.shares(WEEK, resolution="day"),
        market.year_before(WEEK),
        market.evening_peak(WEEK),
        market.curtailment(WEEK),
        market.rooftop(WEEK),
        *(market.revenue(WEEK, by=by) for by in ("fuel", "region", "station", "unit")),
        market.stations(WEEK, "bay", fuel="Wind"),
        market.station(WEEK, market.station_names()[0]),
        *(market.batteries(WEEK, by=by) for by in ("station", "time", "hour")),
        market.flows(WEEK),
        market.flows(WEEK, market.interconnectors[0]),
        market.coverage(),
        market.gaps(WEEK),
    ]


def test_every_answer_shows_itself_draws_itself_and_is_a_frame(market: Market) -> None:
    for answer in answers(market):
        assert len(answer), answer.title
        assert answer.title in answer._repr_html_(), answer.title
        assert list(answer.to_pandas().columns) == list(answer.names), answer.title
        assert answer.plot().data, answer.title


def test_answers_are_those_of_the_queries(market: Market) -> None:
    period = Period.of_days(np.datetime64("2025-07-01"), np.datetime64("2025-07-07"))
    np.testing.assert_array_equal(market.prices(WEEK)["West"], prices(market.data, period)["West"])
    own = market.generation(WEEK, region="west")
    np.testing.assert_array_equal(own["Demand"], generation(market.data, period, region="West")["Demand"])


def test_figures_of_any_columns_are_one_call_away(market: Market) -> None:
    figure = market.prices(WEEK).plot.line(y=["West", "South"])
    assert [trace.name for trace in figure.data] == ["West", "South"]
    assert "AUD/MWh" in figure.layout.yaxis.title.text
    dark = market.generation(WEEK).plot(theme="dark")
    assert dark.layout.template != market.generation(WEEK).plot().layout.template


@pytest.mark.parametrize(
    ("ask", "sentence"),
    [
        (lambda m: m.prices("July"), r"'July' cannot be read as a period; write it like \"2025\""),
        (lambda m: m.prices(2025), "2025 cannot be read as a period"),
        (lambda m: m.prices("2031"), r"no data of 2031-01-01 00:00 to .*: sample has 2025-07-01 00:00 to"),
        (lambda m: m.prices(WEEK, by="year"), "no grouping 'year'; there are time, hour"),
        (lambda m: m.prices(WEEK, resolution="year"), "no resolution 'year'; there are 5 min"),
        (lambda m: m.generation(WEEK, region="WA1"), "no region 'WA1'; there are Centre, North"),
        (lambda m: m.revenue(WEEK, fuel="Wnd"), "no fuel 'Wnd'; there are Coal"),
        (lambda m: m.revenue(WEEK, by="owner"), "no grouping 'owner'; there are fuel, region"),
        (lambda m: m.station(WEEK, "Nowhere"), "no station 'Nowhere'"),
        (lambda m: m.station_names(fuel="Wnd"), "no fuel 'Wnd'"),
        (lambda m: m.flows(WEEK, "N-X"), "no interconnector 'N-X'; there are Centre-North 1"),
    ],
)
def test_a_wrong_argument_is_a_sentence_that_says_what_there_is(
    market: Market, ask: Callable[[Market], object], sentence: str
) -> None:
    with pytest.raises(SettingError, match=sentence) as caught:
        ask(market)
    assert isinstance(caught.value, WorkbenchError)


def test_a_period_that_the_data_cover_in_part_says_so(market: Market) -> None:
    notes = market.prices("2025-07").notes
    assert "The data have only 2025-07-01 00:00 to 2025-07-09 00:00 of this period." in notes


def test_made_up_data_say_so_in_every_answer_and_in_what_is_shown(market: Market) -> None:
    assert "Made-up data" in repr(market)
    for answer in (market.prices(WEEK), market.revenue(WEEK), market.batteries(WEEK)):
        assert any("Made-up data" in note for note in answer.notes), answer.title


def test_the_only_dataset_or_the_default_is_opened_and_others_by_name(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "project", "Markets")
    with pytest.raises(UnreadableFile, match="has no market data yet: ingest files"):
        Market.open(project)
    add_sample(project, days=1, units=12)
    assert Market.open(project).name == "sample"
    add_sample(project, "other", days=1, units=12)
    with pytest.raises(SettingError, match="several datasets, choose one: other, sample"):
        Market.open(project)
    assert Market.open(project, "other").name == "other"
    with pytest.raises(UnknownName, match="no dataset 'third'; there are other, sample"):
        Market.open(project, "third")
    generated(market_folder(project), ("2025-07-01", "2025-07-02"), units=12)
    assert Market.open(project.folder).name == "nem"
    assert Market.datasets(project) == ("nem", "other", "sample")
    assert Market.open(market_folder(project, "other")).name == "other"


def test_a_sample_is_not_written_over_a_dataset(project: Project) -> None:
    before = Market.open(project).data.version
    add_sample(project, days=1, units=12)
    assert Market.open(project).data.version == before


def test_the_names_of_the_domain_are_exact_sorted_and_lazy() -> None:
    assert workbench.market.__all__ == sorted(workbench.market.__all__)
    assert set(workbench.market.__all__) == set(dir(workbench.market))
    for name in workbench.market.__all__:
        assert getattr(workbench.market, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'markets'"):
        workbench.market.markets  # noqa: B018
    light = (
        "import sys, workbench.market; assert not {'polars', 'numpy', 'pandas', 'plotly'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", light], check=True)


def test_opening_and_asking_loads_neither_pandas_nor_plotly(project: Project) -> None:
    code = (
        "import sys; from workbench.market import Market; "
        f"Market.open({str(project.folder)!r}).prices('last 2 days'); "
        "assert not {'pandas', 'plotly', 'polars', 'ipywidgets'} & set(sys.modules), sorted(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_examples_of_the_docstrings_run(tmp_path: Path) -> None:
    from workbench.market import market as module

    assert doctest.testmod(module, extraglobs={"folder": tmp_path / "p"}).failed == 0
