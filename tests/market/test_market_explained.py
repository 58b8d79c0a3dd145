"""From the numbers of a board to the version, tables, files and rows behind them."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from workbench.data.explanation.place import Shown
from workbench.data.explanation.steps import Explanation
from workbench.data.formatting import Style
from workbench.data.origins import Origin
from workbench.market.model.answer import Answer
from workbench.market.model.period import Period
from workbench.market.queries import generation, prices
from workbench.market.results.explained import explain_answer
from workbench.market.sample.market import make_sample_dataset
from workbench.market.store.reading import MarketData
from workbench.market.views.boards import PricesBoard


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_sample_dataset(tmp_path_factory.mktemp("explained") / "nem", days=3, units=12)


@pytest.fixture(scope="module")
def data(folder: Path) -> MarketData:
    return MarketData.open(folder)


def explained(data: MarketData, answer: Answer, period: Period, column: str, row: int) -> Explanation:
    found = answer.column(column)
    shown = Shown(float(found.cells[row]), found.header, (answer["Begin"][row],), answer.title)
    return explain_answer(data, answer, shown, period, Style())


def test_a_price_leads_to_its_table_its_file_and_its_rows(folder: Path, data: MarketData) -> None:
    period = Period(data.first, data.last)
    answer = prices(data, period)
    found = explained(data, answer, period, "NSW1", 3).cell
    (readings,) = found.parts
    begin, end = answer["Begin"][3], answer["End"][3]
    name = readings.place.split(", ")[1]
    (path,) = [path for path in folder.rglob(name) if path.parent.parent.name == "price"]
    assert (pl.read_parquet(path).select(pl.any_horizontal(pl.col(pl.Utf8) == "NSW1"))).to_series().any()
    assert readings.value == data.rows("price", begin, end, series=["NSW1"]).height > 0


def test_generation_of_a_fuel_is_derived_from_the_units_readings(data: MarketData) -> None:
    period = Period(data.first, data.last)
    answer = generation(data, period)
    found = explained(data, answer, period, answer.names[2], 0).cell
    assert found.rule.startswith("Generation by fuel")
    assert found.parts[0].place.startswith("table unit_power, ")


def test_made_up_data_are_never_measured(data: MarketData) -> None:
    period = Period(data.first, data.last)
    found = explained(data, prices(data, period), period, "NSW1", 0)
    assert all(step.origin is not Origin.MEASURED for step in found.cell.walk())
    assert any("made-up" in note.casefold() for note in found.notes)
    assert any("data version 1" in line for line in found.made)


def test_a_total_over_days_counts_the_rows_of_all_its_files(data: MarketData) -> None:
    period = Period(data.first, data.last)
    answer = prices(data, period)
    shown = Shown(1.0, "Mean [AUD/MWh]", (), answer.title)
    (readings,) = explain_answer(data, answer, shown, period, Style()).cell.parts
    assert readings.value == sum(part.rows for part in data.parts("price", data.first, data.last))


def test_a_board_answers_a_cell_and_a_point_without_a_folder(folder: Path) -> None:
    board = PricesBoard(MarketData.open(folder))
    try:
        view = board._views[0][0]
        sent: list[dict[str, str]] = []
        view._origins.send = lambda content, buffers=None: sent.append(content)
        view._as_table.value = True
        for area in (0, 1):
            view._origins.receive({"kind": "ask", "ask": 1, "area": area, "first": 0, "second": 2})
        assert len(sent) == 2
        assert all("Readings of" in answer["text"] for answer in sent)
        public = view._explain(Shown(1.0, "NSW1 [AUD/MWh]")).without_folders()
        assert str(folder) not in str(public)
    finally:
        board.close()
