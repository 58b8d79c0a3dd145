"""The boards without a browser: every tab is drawn, filters are followed, nothing is taken from a message."""

from __future__ import annotations

import csv
import datetime
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ipywidgets
import numpy as np
import pytest

from workbench.data.formatting import MISSING, Style
from workbench.data.projects.project import Project
from workbench.market.model.answer import Answer, Column
from workbench.market.sample.description import MADE_UP_MARKET
from workbench.market.sample.market import SampleMarket, make_sample_dataset
from workbench.market.store.dataset import market_folder
from workbench.market.store.publication import writing
from workbench.market.store.reading import MarketData
from workbench.market.views import asset_boards as market_asset_boards
from workbench.market.views import panels
from workbench.market.views.answer_tools import Appearance, Download, Zoom, read_request
from workbench.market.views.answer_view import AnswerView
from workbench.market.views.board import CHOSEN, EVERYTHING, POLL_SECONDS, AnswerBoard
from workbench.market.views.boards import (
    BatteriesBoard,
    GenerationBoard,
    PricesBoard,
    StationsBoard,
    TodayBoard,
    TrendsBoard,
)
from workbench.market.views.headlines import battery_tiles
from workbench.market.views.panels import MarketBoard
from workbench.market.views.view import MarketView
from workbench.ui.messages import InvalidMessage

BOARDS = (TodayBoard, GenerationBoard, PricesBoard, StationsBoard, BatteriesBoard, TrendsBoard)
UNITS, DAYS = 24, 4


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_sample_dataset(tmp_path_factory.mktemp("boards") / "nem", days=DAYS, units=UNITS)


@pytest.fixture
def make(folder: Path) -> Iterator[Any]:
    made: list[AnswerBoard] = []

    def board(kind: type[AnswerBoard], **options: Any) -> AnswerBoard:
        made.append(kind(MarketData.open(options.pop("at", folder)), **options))
        return made[-1]

    yield board
    for item in made:
        item.close()


def open_tab(board: AnswerBoard, name: str) -> list[AnswerView]:
    board._tabs.selected_index = board._tabs.titles.index(name)
    return list(board._tabs.children[board._tabs.selected_index].children)


def figure_in(view: AnswerView) -> dict[str, Any]:
    area = view._figure
    figure: dict[str, Any] = area.outputs[0]["data"]["application/vnd.plotly.v1+json"]
    return figure


def all_tabs() -> list[tuple[type[AnswerBoard], str]]:
    return [(kind, name) for kind in BOARDS for name in _TABS[kind.__name__]]


_TABS = {
    "TodayBoard": ("Now", "Prices", "A year ago", "Interconnectors", "Data"),
    "GenerationBoard": (
        "Mix",
        "Totals",
        "Time of day",
        "Interconnectors",
        "Rooftop",
        "Curtailment",
        "Evening peak",
        "Emissions",
        "Records",
        "Data",
    ),
    "PricesBoard": ("Series", "Statistics", "Time of day", "Bands", "High prices", "Duration", "Data"),
    "StationsBoard": ("Station", "Units", "Revenue", "Data"),
    "BatteriesBoard": ("Fleet", "Power", "Time of day", "Data"),
    "TrendsBoard": ("Shares", "Pace of a year", "A year ago", "Data"),
}


@pytest.mark.parametrize(("kind", "tab"), all_tabs())
def test_every_tab_is_drawn_with_a_title_on_every_axis(make, kind, tab, monkeypatch):
    # The data are of some weeks; the comparison is drawn all the same, without an earlier year.
    monkeypatch.setattr(MarketBoard, "has_year_before", True)
    board = make(kind, period=EVERYTHING)
    assert board._tabs.titles == _TABS[kind.__name__]
    views = open_tab(board, tab)
    assert views
    for view in views:
        assert view.answer is not None, view._notes.value
        if view._draw is not None:
            layout = figure_in(view)["layout"]
            for key, axis in layout.items():
                if key.startswith(("xaxis", "yaxis")) and axis.get("visible", True):
                    assert axis["title"]["text"]


def test_a_year_ago_is_offered_only_where_that_year_is_in_the_data(make, monkeypatch):
    assert "A year ago" not in make(TodayBoard)._tabs.titles
    assert "A year ago" not in make(TrendsBoard)._tabs.titles
    # As if so many days were a year.
    monkeypatch.setattr(panels, "YEAR", np.timedelta64(2, "D"))
    assert "A year ago" in make(TodayBoard)._tabs.titles
    assert "A year ago" in make(TrendsBoard)._tabs.titles


@pytest.mark.parametrize("kind", BOARDS)
def test_gaps_and_freshness_are_always_in_sight(make, kind):
    board = make(kind, period=EVERYTHING)
    assert "Data to <b>2025-07-05 00:00</b> UTC+10:00" in board._status.value
    assert "gaps in this period" in board._status.value


def test_the_filters_are_followed_by_the_tab_in_sight_and_later_by_the_others(make):
    board = make(GenerationBoard, period="2 days")
    (mix,) = open_tab(board, "Mix")
    before = mix.answer
    board.region.value = "West"
    assert mix.answer is not before
    assert "West" in mix.answer.title
    (figure, _) = open_tab(board, "Totals")
    assert "West" in figure.answer.title
    board.resolution.value = "hour"
    open_tab(board, "Mix")
    assert mix.answer["End"][1] - mix.answer["End"][0] == np.timedelta64(60, "m")


def test_chosen_days_are_shown_and_kept_within_the_data(make):
    board = make(PricesBoard)
    board.chosen.value = CHOSEN
    board.first.value = datetime.date(2025, 7, 2)
    board.last.value = datetime.date(2025, 7, 2)
    assert str(board.period()) == "2025-07-02 00:00 to 2025-07-03 00:00"
    board.last.value = datetime.date(2027, 1, 1)
    assert board.period().end == board.data.last
    assert board.first.layout.display == ""


def test_new_data_is_shown_up_to_its_own_time_and_across_midnight(tmp_path, make):
    folder = make_sample_dataset(tmp_path / "nem", days=1, units=8, holes=False)
    board = make(TodayBoard, at=folder)
    assert str(board.period()) == "2025-07-01 00:00 to 2025-07-02 00:00"
    assert not board.look()
    market = SampleMarket.make(8, description=MADE_UP_MARKET)
    with writing(folder) as writer:
        writer.publish(market.frames("2025-07-02T00:00", "2025-07-02T00:05"), register=market.units)
    # What its thread does once a second.
    board._poll()
    assert POLL_SECONDS <= 1
    assert str(board.period()) == "2025-07-02 00:00 to 2025-07-02 00:05"
    assert "2025-07-02 00:05" in board._status.value
    (mix, _) = open_tab(board, "Now")
    assert len(mix.answer) == 1


def test_a_zoom_asks_for_its_part_in_full_detail_and_goes_back(make):
    board = make(GenerationBoard, period=EVERYTHING)
    (mix,) = open_tab(board, "Mix")
    whole = len(mix.answer)
    mix._tools.receive({"kind": "zoom", "id": 1, "from": "2025-07-02 10:07", "to": "2025-07-02 14:20"})
    assert mix.answer["Begin"][0] == np.datetime64("2025-07-02T10:00")
    assert mix.answer["End"][-1] == np.datetime64("2025-07-02T14:30")
    assert len(mix.answer) == 54  # five minutes each
    assert figure_in(mix)["layout"]["xaxis"]["range"] == ["2025-07-02 10:00", "2025-07-02 14:30"]
    assert mix._tools.zoomed
    mix._tools.receive({"kind": "zoom", "id": 2, "from": "", "to": ""})
    assert len(mix.answer) == whole


def test_a_long_period_is_thinned_on_the_screen_and_whole_in_the_download(make):
    board = make(PricesBoard, period=EVERYTHING)
    board.resolution.value = "5 min"
    (series,) = open_tab(board, "Series")
    assert len(series.answer) == DAYS * 288
    for trace in figure_in(series)["data"]:
        assert len(json.dumps(trace["y"])) < 60_000
    sent: list[Any] = []
    series._tools.send = lambda content, buffers=None: sent.append((content, buffers))
    series._tools.receive({"kind": "download", "id": 3, "format": "csv"})
    (content, (made,)) = sent[0]
    lines = made.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("# Made-up data")
    assert "# Resolution: 5-minute values" in lines
    rows = list(csv.reader(line for line in lines if not line.startswith("#")))
    assert len(rows) == DAYS * 288 + 1
    assert rows[0][2] == "Centre [AUD/MWh]"
    assert content["name"].endswith(".csv")
    assert float(rows[5][2]) == series.answer["Centre"][4]


@pytest.mark.parametrize(
    ("kind", "tab", "shown"),
    [
        (PricesBoard, "High prices", {"High price"}),
        (PricesBoard, "Series", {"Resolution"}),
        (PricesBoard, "Statistics", set()),
        (GenerationBoard, "Interconnectors", {"Interconnector", "Resolution"}),
        (GenerationBoard, "Mix", {"Resolution"}),
        (StationsBoard, "Revenue", {"Fuel", "Revenue by"}),
        (StationsBoard, "Station", {"Fuel", "Search", "Station", "Resolution"}),
    ],
)
def test_a_filter_is_shown_where_it_acts_only(make, kind, tab, shown):
    board = make(kind)
    open_tab(board, tab)
    filters = (board.resolution, *board._extra)
    assert {part.description for part in filters if part.layout.display != "none"} == shown


@pytest.mark.parametrize("kind", BOARDS)
def test_every_board_begins_with_its_main_numbers(make, kind):
    status = make(kind, period="2 days")._status.value
    assert status.count('class="workbench-tile"') >= 3


def test_a_main_number_that_lacks_a_part_is_missing_and_not_smaller():
    whole = battery_fleet([10.0, 30.0], [5.0, 15.0])
    lacking = battery_fleet([10.0, 30.0], [5.0, float("nan")])
    values = [
        [tile.value for tile in battery_tiles(fleet, MADE_UP_MARKET, Style())] for fleet in (whole, lacking)
    ]
    assert values == [["40", "20", "3", "0.5"], ["40", MISSING, "3", MISSING]]


def battery_fleet(held: list[float], given: list[float]) -> Answer:
    columns = {"Storage": held, "Discharged": given, "Net revenue": [1.0, 2.0]}
    cells = tuple(Column(name, np.array(values), "") for name, values in columns.items())
    return Answer("Batteries", cells)


def test_the_file_of_a_table_has_all_rows_also_those_that_are_not_shown(make):
    (view,) = open_tab(make(PricesBoard), "Duration")
    view._as_table.value = True
    rows = view._table.csv()[1].decode().splitlines()
    assert len(rows) - 1 == len(view.answer) > view._table.value.count("<tr") - 1


def test_a_table_shows_the_numbers_of_its_answer(make):
    board = make(GenerationBoard, period="2 days")
    _, table = open_tab(board, "Totals")
    html = table._table.value
    assert "Energy [GWh]" in html
    coal = table.answer["Energy"][table.answer["Fuel"].tolist().index("Coal")]
    assert f"{coal:,.1f}" in html or f"{coal:,.0f}" in html


def test_the_page_tells_its_theme_and_all_figures_follow(make):
    board = make(GenerationBoard, period="2 days")
    (mix,) = open_tab(board, "Mix")
    light = figure_in(mix)["layout"]["template"]["layout"]["paper_bgcolor"]
    mix._tools.receive({"kind": "theme", "id": 1, "dark": True, "narrow": True})
    assert figure_in(mix)["layout"]["template"]["layout"]["paper_bgcolor"] != light
    assert figure_in(mix)["layout"]["margin"]["l"] == 44


@pytest.mark.parametrize(
    "content",
    [
        None,
        "download",
        {},
        {"kind": "download", "id": 1, "format": "../../secret"},
        {"kind": "download", "id": -1, "format": "csv"},
        {"kind": "zoom", "id": 1, "from": "2025-07-02", "to": "now()"},
        {"kind": "zoom", "id": 1, "from": 3, "to": 4},
        {"kind": "theme", "id": 1, "dark": "yes", "narrow": False},
        {"kind": "theme", "id": 1, "dark": True},
        {"kind": "run", "id": 1, "code": "import os"},
    ],
)
def test_what_is_no_request_is_refused(content):
    with pytest.raises(InvalidMessage):
        read_request(content)


def test_requests_are_understood():
    assert read_request({"kind": "download", "id": 1, "format": "xlsx"}) == Download(1, "xlsx")
    assert read_request({"kind": "zoom", "id": 1, "from": "2025-07-02 10:00", "to": "2025-07-03"}) == Zoom(
        "2025-07-02 10:00", "2025-07-03"
    )
    assert read_request({"kind": "theme", "id": 1, "dark": False, "narrow": True}) == Appearance(False, True)


@pytest.mark.parametrize(
    "span", [("2031-01-01", "2031-02-01"), ("2025-99-99", "2025-07-02"), ("2025-07-03", "2025-07-02")]
)
def test_a_zoom_outside_of_the_period_is_none(make, span):
    board = make(GenerationBoard, period=EVERYTHING)
    (mix,) = open_tab(board, "Mix")
    before = mix.answer.title
    mix._tools.receive({"kind": "zoom", "id": 1, "from": span[0], "to": span[1]})
    assert mix.answer.title == before


def test_a_browser_cannot_write_what_the_tools_say(make):
    board = make(GenerationBoard)
    (mix,) = open_tab(board, "Mix")
    mix._tools.set_state({"zoomed": True})
    assert mix._tools.zoomed is False


def test_an_error_is_said_in_place_of_its_figure(make, monkeypatch):
    board = make(GenerationBoard)
    (mix,) = open_tab(board, "Mix")
    mix._ask = lambda period: 1 / 0
    mix.redraw()
    assert "ZeroDivisionError" in mix._notes.value
    assert not mix._tools.ready
    assert mix._figure.outputs == ()


def test_stations_are_searched_and_a_search_without_finds_says_so(make):
    board = make(StationsBoard, period=EVERYTHING)
    name = board.data.units.stations[2]
    board.search.value = name.upper()
    assert name in board.station.options
    series, _ = open_tab(board, "Station")
    assert series.answer.title.startswith(str(board.station.value))
    board.search.value = "no such station"
    assert "no station fits the filters" in series._notes.value
    board.search.value = ""
    assert series.answer is not None


def test_strangers_choose_stations_from_a_list_only(make, monkeypatch):
    monkeypatch.setattr(market_asset_boards, "is_viewer", lambda: True)
    board = make(StationsBoard)
    assert not any(isinstance(part, ipywidgets.Text) for part in board._extra)
    board.search.value = "anything"
    assert board._searched() == ""


def test_without_data_a_sample_is_offered_and_made_in_the_project(tmp_path):
    project = Project.create(tmp_path / "project", "Market")
    view = MarketView(project, "today")
    (button,) = [part for part in view.children if isinstance(part, ipywidgets.Button)]
    button.click()
    (board,) = view.children
    assert isinstance(board, TodayBoard)
    assert (market_folder(project) / "market.toml").is_file()
    board.close()


def test_strangers_are_told_that_there_is_no_data(tmp_path, monkeypatch):
    monkeypatch.setattr("workbench.market.views.view.is_viewer", lambda: True)
    project = Project.create(tmp_path / "project", "Market")
    view = MarketView(project, "today")
    assert not any(isinstance(part, ipywidgets.Button) for part in view.children)
    assert "no market data here yet" in view.children[0].value


def test_a_board_that_was_opened_without_data_shows_them_when_they_come(tmp_path, folder):
    project = Project.create(tmp_path / "project", "Market")
    view = MarketView(project, "today")
    assert not isinstance(view.children[0], AnswerBoard)
    assert view._look()
    # The only dataset, whatever it is called.
    shutil.copytree(folder, market_folder(project, "own"))
    assert not view._look()
    (board,) = view.children
    assert isinstance(board, TodayBoard)
    board.close()
    view.close()


def test_the_first_view_loads_no_pandas(folder):
    code = f"""
import sys
from workbench.market.store.reading import MarketData
from workbench.market.views.boards import GenerationBoard
board = GenerationBoard(MarketData.open({str(folder)!r}), period="30 days")
assert board._views[0][0].answer is not None
print(*sorted(set(sys.modules) & {{"pandas", "polars", "pypsa", "sklearn", "scipy"}}))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.split() == []
