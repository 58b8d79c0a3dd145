"""Markets of other intervals than five minutes: every question and every board answers, in their own steps."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import numpy as np
import pytest

from market.market_rows import publish, rows, stamps_between
from workbench.data.projects.project import Project
from workbench.errors import SettingError
from workbench.market import Market, ingest_market
from workbench.market.model.description import MarketDescription
from workbench.market.model.description_parts import Fuel, Region
from workbench.market.model.period import Resolution, resolutions_of
from workbench.market.model.units import MarketUnit
from workbench.market.store.reading import MarketData
from workbench.market.views.answer_view import AnswerView
from workbench.market.views.boards import (
    BatteriesBoard,
    GenerationBoard,
    PricesBoard,
    StationsBoard,
    TodayBoard,
    TrendsBoard,
)

ONE_ZONE = MarketDescription(
    name="ONE",
    title="One zone",
    currency="EUR",
    utc_offset_minutes=60,
    interval_minutes=60,
    bucket_minutes=60,
    price_floor=-500.0,
    price_cap=5000.0,
    regions=(Region("Z1"),),
    fuels=(Fuel("Wind", renewable=True), Fuel("Lignite"), Fuel("Pumped", storage=True), Fuel("Unknown")),
)
UNITS = (
    MarketUnit("W1", "Wind farm", "Z1", "Wind", "", 100.0),
    MarketUnit("L1", "Lignite plant", "Z1", "Lignite", "", 500.0),
)
QUESTIONS = (
    "prices", "price_statistics", "price_bands", "price_events", "price_duration", "generation", "fuel_totals",
    "shares", "year_before", "evening_peak", "curtailment", "rooftop", "revenue", "stations", "batteries", "flows",
    "coverage", "gaps",
)  # fmt: skip
BOARDS = (TodayBoard, GenerationBoard, PricesBoard, StationsBoard, BatteriesBoard, TrendsBoard)


@pytest.fixture(scope="module", params=[(60, 60), (15, 60), (30, 30)], ids=["hour", "quarter", "half-hour"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    interval, bucket = request.param
    place = tmp_path_factory.mktemp("market")
    stamps = stamps_between("2024-06-01", "2024-06-04", interval)
    made = {"minutes": interval}
    frames = {
        "price": rows("price", stamps, "Z1", rrp=50.0, **made),
        "region": rows("region", stamps, "Z1", demand=500.0, **made),
    }
    description = dataclasses.replace(ONE_ZONE, interval_minutes=interval, bucket_minutes=bucket)
    publish(place, frames, description=description, register=UNITS)
    for unit, mw in (("W1", 80.0), ("L1", 400.0)):
        publish(place, {"unit_power": rows("unit_power", stamps, unit, mw=mw, **made)}, register=UNITS)
    return place


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_question_is_answered_and_drawn(folder: Path, question: str) -> None:
    with Market(MarketData.open(folder)) as market:
        answer = getattr(market, question)("2024-06-01/2024-06-03")
        assert answer.to_pandas().shape[1] >= 1
        answer.plot()


def test_energy_and_revenue_are_of_the_markets_own_hours(folder: Path) -> None:
    with Market(MarketData.open(folder)) as market:
        revenue = market.revenue("2024-06-01/2024-06-03", by="fuel").to_pandas().set_index("Fuel")
        assert revenue["Energy"].to_dict() == pytest.approx({"Wind": 5.76, "Lignite": 28.8})
        assert revenue["Revenue"].to_dict() == pytest.approx({"Wind": 80 * 72 * 50, "Lignite": 400 * 72 * 50})
        assert np.nanmean(market.prices("2024-06-01")["Z1"]) == 50.0


def test_a_resolution_that_would_cut_the_intervals_is_refused_with_those_there_are(folder: Path) -> None:
    with Market(MarketData.open(folder)) as market:
        offered = resolutions_of(market.data.description)
        assert offered[0].minutes == market.data.description.interval_minutes
        assert Resolution.FIVE_MINUTES not in offered
        with pytest.raises(SettingError, match=rf"which 5 min would cut; take one of {offered[0]}, "):
            market.prices("2024-06-01", resolution="5 min")


@pytest.mark.parametrize("kind", BOARDS, ids=lambda kind: kind.__name__)
def test_every_tab_of_every_board_is_drawn_without_an_error(folder: Path, kind: type) -> None:
    board = kind(MarketData.open(folder))
    try:
        for number in range(len(board._tabs.titles)):
            board._tabs.selected_index = number
            for view in board._tabs.children[number].children:
                if isinstance(view, AnswerView):
                    assert "cannot be shown" not in view._notes.value, board._tabs.titles[number]
                    view._zoomed("2024-06-03 08:10", "2024-06-03 11:50")
                    assert "cannot be shown" not in view._notes.value, board._tabs.titles[number]
        assert set(board.resolution.options[1:]) <= set(map(str, resolutions_of(board.data.description)))
    finally:
        board.close()


@pytest.mark.parametrize("zone", ["offsets", "naive"])
def test_hourly_files_over_a_change_of_clocks_give_each_hour_once(
    tmp_path: Path, shared_data: Path, zone: str
) -> None:
    source = shared_data.parent / "cases" / "market" / "entsoe"
    if not source.is_dir():
        pytest.skip(f"the files {source} are not here")
    project = Project.create(tmp_path / "project", "One zone")
    (project.inputs / "files").mkdir()
    for path in source.glob(f"*_{zone}.csv"):
        shutil.copy(path, project.inputs / "files")
    mapping = (source / "drops.toml").read_text()
    if zone == "naive":
        mapping = mapping.replace('period = "beginning"', 'period = "beginning"\ntime_zone = "Europe/Berlin"')
    (project.inputs / "files" / "drops.toml").write_text(mapping)
    described = project.results / "market" / "de"
    described.mkdir(parents=True)
    shutil.copy(source / "market_hourly.toml", described / "market.toml")
    ingest_market(project, files="files", scenario="de")
    with Market.open(project, "de") as market:
        price = market.data.rows("price", market.data.first, market.data.last)
        # Three days of local time, one of them with 25 hours, and each hour once.
        assert (price.height, price["stamp"].n_unique()) == (73, 73)
        assert price["stamp"].diff().drop_nulls().unique().dt.total_minutes().to_list() == [60]
