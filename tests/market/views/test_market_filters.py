"""The filters of a market board are what its title, figures, tables and files are made from, on every tab."""

from __future__ import annotations

import datetime
import html
import json
import re
from collections.abc import Iterator
from pathlib import Path

import ipywidgets
import pytest

from workbench.market.results.export import csv_of
from workbench.market.sample.market import make_sample_dataset
from workbench.market.store.reading import MarketData
from workbench.market.views.answer_view import AnswerView
from workbench.market.views.board import CHOSEN, EVERYTHING, FITTING, AnswerBoard
from workbench.market.views.boards import (
    BatteriesBoard,
    GenerationBoard,
    PricesBoard,
    StationsBoard,
    TodayBoard,
    TrendsBoard,
)

BOARDS = (TodayBoard, GenerationBoard, PricesBoard, StationsBoard, BatteriesBoard, TrendsBoard)
OF_ALL = {"Data", "Station"}
"""Tabs that are about the data, or about a station whatever its region."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_sample_dataset(tmp_path_factory.mktemp("filters") / "nem", days=3, units=20)


@pytest.fixture(params=BOARDS, ids=lambda kind: kind.__name__)
def board(request: pytest.FixtureRequest, folder: Path) -> Iterator[AnswerBoard]:
    made = request.param(MarketData.open(folder), period=EVERYTHING)
    yield made
    made.close()


@pytest.fixture
def prices(folder: Path) -> Iterator[PricesBoard]:
    made = PricesBoard(MarketData.open(folder), period=EVERYTHING)
    yield made
    made.close()


def shown_on(board: AnswerBoard) -> Iterator[tuple[str, AnswerView]]:
    """Open every tab, with tables, and give what is on it."""
    for number, name in enumerate(board._tabs.titles):
        board._tabs.selected_index = number
        for view in board._tabs.children[number].children:
            view._as_table.value = True
            yield name, view


def texts_of(view: AnswerView) -> dict[str, str]:
    """Give all forms in which an answer leaves the page."""
    assert view.answer is not None, view._notes.value
    caption = re.search(r"<caption>(.*?)</caption>", view._table.value)
    assert caption
    forms = {
        "table": html.unescape(caption[1]),
        "csv": csv_of(view.answer).decode().split("\r\n\r\n")[0],
    }
    if view._draw is not None:
        area = view._figure
        layout = area.outputs[0]["data"]["application/vnd.plotly.v1+json"]["layout"]
        forms["figure"] = json.dumps(layout["title"], ensure_ascii=False)
    return forms


def test_a_region_is_the_one_that_is_named_drawn_tabled_and_exported(board):
    regions = set(board.data.description.region_names)
    for region in board.data.description.region_names[:2]:
        board.region.value = region
        assert region in board._status.value
        for tab, view in shown_on(board):
            if tab in OF_ALL or ("All regions" in view.answer.title and region not in told_apart(view)):
                continue
            if " to " not in view.answer.title or view.answer.title.startswith("Interconnector "):
                continue
            for form, text in texts_of(view).items():
                assert region in text, (tab, form)
                assert "All regions" not in text, (tab, form)
            assert not set(view.answer.names) & (regions - {region}), tab
            if "Region" in view.answer:
                assert set(view.answer["Region"]) <= {region}


def told_apart(view: AnswerView) -> set[str]:
    """Give the names by which an answer tells regions apart; not every region has rooftops."""
    answer = view.answer
    return {*answer.names, *(name for column in ("Region",) if column in answer for name in answer[column])}


def test_the_period_is_named_alike_by_figure_table_and_file(board):
    board.chosen.value = "2 days"
    period = str(board.period())
    assert period in board._status.value
    for tab, view in shown_on(board):
        if period in view.answer.title:
            for form, text in texts_of(view).items():
                assert period in text, (tab, form)


@pytest.mark.slow
def test_every_other_filter_changes_what_is_shown_or_is_put_back(board):
    lists = [
        control for control in (board.resolution, *board._extra) if isinstance(control, ipywidgets.Dropdown)
    ]
    for control in lists:
        for _, value in control._options_full[:4]:
            control.value = value
            for tab, view in shown_on(board):
                assert view.answer is not None, (tab, control.description, view._notes.value)
                texts_of(view)


def test_a_day_outside_of_the_data_is_put_back_with_the_reason(prices):
    prices.chosen.value = CHOSEN
    first, last = prices._days_of_data()
    prices.first.value = datetime.date(2001, 1, 1)
    assert prices.first.value == first
    assert f"there are no data on 2001-01-01, only from {first} to {last}" in prices._days.reasons.value
    prices.last.value = datetime.date(2051, 1, 1)
    assert prices.last.value == last
    assert "2051-01-01" in prices._days.reasons.value
    prices.last.value = first
    assert prices._days.reasons.value == ""
    assert str(prices.period()) in prices._status.value
    prices.first.value = last
    assert (prices.first.value, prices.last.value) == (first, last)
    assert "changed places" in prices._days.reasons.value
    prices.first.value = None
    assert prices.first.value == first
    assert "From needs a day" in prices._days.reasons.value


def test_native_steps_of_a_long_period_are_put_back_with_the_reason(prices, monkeypatch):
    monkeypatch.setattr("workbench.market.views.board.MAX_NATIVE_DAYS", 1)
    prices.resolution.value = prices.resolution.options[1]
    assert prices.resolution.value == FITTING
    assert "at most 1 days at a time" in prices._put_back.value
    prices.chosen.value = "Today"
    assert prices._put_back.value == ""
    prices.resolution.value = prices.resolution.options[1]
    assert prices.resolution.value == prices.resolution.options[1]


def test_a_board_says_while_it_is_drawn_again(prices):
    classes: list[set[str]] = []
    view = prices._tabs.children[0].children[0]
    view._ask = lambda period, ask=view._ask: classes.append(set(view._dom_classes)) or ask(period)
    prices.chosen.value = "Today"
    assert "workbench-busy" in classes[-1]
    assert "workbench-busy" not in view._dom_classes
