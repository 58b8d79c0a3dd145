"""From the numbers of a board to the version, tables, files and rows behind them."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from workbench.data.explanation.place import Shown
from workbench.data.explanation.steps import Explanation
from workbench.data.formatting import Style
from workbench.data.origins import Origin
from workbench.data.projects.project import Project
from workbench.data.projects.settings_file import ProjectSettings
from workbench.market.jobs import ingest_market
from workbench.market.model.answer import Answer
from workbench.market.model.period import Period
from workbench.market.queries import generation, prices, revenue_by
from workbench.market.queries.revenue import By
from workbench.market.results.explained import explain_answer
from workbench.market.sample.files import write_nemweb
from workbench.market.sample.market import SampleMarket, make_sample_dataset
from workbench.market.sample.units import write_register
from workbench.market.store.dataset import market_folder
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
    found = explained(data, answer, period, "Centre", 3).cell
    (readings,) = found.parts
    begin, end = answer["Begin"][3], answer["End"][3]
    name = readings.place.split(", ")[1]
    (path,) = [path for path in folder.rglob(name) if path.parent.parent.name == "price"]
    assert (pl.read_parquet(path).select(pl.any_horizontal(pl.col(pl.Utf8) == "Centre"))).to_series().any()
    assert readings.value == data.rows("price", begin, end, series=["Centre"]).height > 0


def test_generation_of_a_fuel_is_derived_from_the_units_readings(data: MarketData) -> None:
    period = Period(data.first, data.last)
    answer = generation(data, period)
    found = explained(data, answer, period, answer.names[2], 0).cell
    assert found.rule.startswith("Generation by fuel")
    assert found.parts[0].place.startswith("table unit_power, ")


def test_made_up_data_are_never_measured(data: MarketData) -> None:
    period = Period(data.first, data.last)
    found = explained(data, prices(data, period), period, "Centre", 0)
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
        public = view._explain(Shown(1.0, "Centre [AUD/MWh]")).without_folders()
        assert str(folder) not in str(public)
    finally:
        board.close()


def test_a_single_reading_leads_to_the_row_of_the_record(folder: Path, data: MarketData) -> None:
    stamp = np.datetime64(data.last, "m")
    period = Period(stamp - np.timedelta64(5, "m"), stamp)
    answer = prices(data, period)
    region = data.description.region_names[0]
    found = explained(data, answer, period, region, 0).cell
    ((reading,),) = (part.parts for part in found.parts)
    file, row, column = reading.place.split(", ")
    stored = pl.read_parquet(folder / file).row(int(row.removeprefix("row ")) - 2, named=True)
    assert column == "column rrp"
    assert (stored["region"], stored["stamp"]) == (region, stamp.astype("datetime64[us]").item())
    assert stored["rrp"] == reading.value == found.value


def test_several_readings_lead_to_their_first_and_last_row(folder: Path, data: MarketData) -> None:
    period = Period(data.first, data.first + np.timedelta64(1, "D"))
    answer = prices(data, period)
    region = data.description.region_names[-1]
    shown = Shown(1.0, f"{region} [AUD/MWh]", (), answer.title)
    (readings,) = explain_answer(data, answer, shown, period, Style()).cell.parts
    file, rows = readings.parts[0].place.split(", ")[:2]
    first, last = (int(word) - 2 for word in rows.removeprefix("rows ").split(" to "))
    stored = pl.read_parquet(folder / file)
    assert stored["region"][first] == stored["region"][last] == region
    assert stored.slice(first, last - first + 1).filter(pl.col("region") == region).height == readings.value


def test_generation_of_a_fuel_counts_the_readings_of_its_units_only(data: MarketData) -> None:
    period = Period(data.first, data.first + np.timedelta64(1, "D"))
    answer = generation(data, period)
    fuel = next(name for name in answer.names if name in data.units.fuels)
    (readings,) = explained(data, answer, period, fuel, 0).cell.parts
    units = [unit.name for unit in data.units if unit.fuel == fuel]
    begin, end = answer["Begin"][0], answer["End"][0]
    assert readings.value == data.rows("unit_power", begin, end, series=units).height


def test_a_revenue_is_price_times_power_times_hours_of_both_sources(folder: Path, data: MarketData) -> None:
    period = Period(data.last - np.timedelta64(1, "D"), data.last)
    answer = revenue_by(data, period, By.UNIT)
    name = str(answer["Unit"][0])
    shown = Shown(float(answer["Revenue"][0]), "Revenue [AUD]", (name,), answer.title)
    (money,) = explain_answer(data, answer, shown, period, Style()).cell.parts
    energy, price, interval = money.parts
    assert money.value == pytest.approx(shown.value)
    assert energy.value * price.value == pytest.approx(money.value)
    assert [part.place.split(", ")[0] for part in (*energy.parts, *price.parts)] == [
        "table unit_power",
        "table price",
    ]
    of_price, of_power, hours = interval.parts
    readings = [part.parts[0] for part in (of_price, of_power)]
    assert readings[0].value * readings[1].value * hours.value == pytest.approx(interval.value)
    for reading, column in zip(readings, ("rrp", "mw"), strict=True):
        file, row = reading.place.split(", ")[:2]
        assert (
            pl.read_parquet(folder / file).row(int(row.removeprefix("row ")) - 2, named=True)[column]
            == reading.value
        )


def test_what_a_unit_paid_is_explained_by_what_it_took(data: MarketData) -> None:
    period = Period(data.last - np.timedelta64(1, "D"), data.last)
    answer = revenue_by(data, period, By.UNIT)
    at = int(np.flatnonzero(answer["Charged"] > 0)[0])
    for column, count in (("Cost", 1), ("Net", 2)):
        shown = Shown(float(answer[column][at]), f"{column} [AUD]", (str(answer["Unit"][at]),), answer.title)
        parts = explain_answer(data, answer, shown, period, Style()).cell.parts
        assert len(parts) == count
        assert parts[-1].quantity == "Cost"
        assert parts[-1].value == pytest.approx(float(answer["Cost"][at]))


def test_what_is_known_of_a_missing_revenue_goes_by_that_name(data: MarketData) -> None:
    period = Period(data.first, data.first + np.timedelta64(1, "D"))
    answer = revenue_by(data, period, By.UNIT)
    at = int(np.flatnonzero(np.isnan(answer["Revenue"]))[0])
    shown = Shown(float(answer["Revenue"][at]), "Revenue [AUD]", (str(answer["Unit"][at]),), answer.title)
    found = explain_answer(data, answer, shown, period, Style()).cell
    assert found.origin is Origin.MISSING
    assert found.parts[0].quantity == "Partial revenue"
    assert found.parts[0].value == pytest.approx(float(answer["Partial revenue"][at]))


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> MarketData:
    """A market of three hours that was read from zips of NEMWEB's kind."""
    market = SampleMarket.make(12)
    project = Project.create(
        tmp_path_factory.mktemp("ingested") / "market", ProjectSettings("Market", region="NEM")
    )
    write_register(project.inputs / "units.csv", market.units)
    write_nemweb(project.inputs / "nemweb", market.frames("2025-08-01", "2025-08-01T03:00"))
    ingest_market(project, files="nemweb", register="units.csv")
    return MarketData.open(market_folder(project))


def test_a_reading_leads_to_the_line_of_the_file_inside_the_zip(ingested: MarketData) -> None:
    stamp = np.datetime64("2025-08-01T01:35", "m")
    period = Period(stamp - np.timedelta64(5, "m"), stamp)
    found = explained(ingested, prices(ingested, period), period, "SA1", 0).cell
    ((reading, published),) = (part.parts for part in found.parts)
    archive, member = published.place.split(", ")[0].split(" > ")
    line = int(published.place.split("line ")[1].split(",")[0])
    path = ingested.folder.parents[2] / "inputs" / "nemweb" / archive
    with zipfile.ZipFile(path) as opened:
        cells = opened.read(member).decode().splitlines()[line - 1].split(",")
    assert "table DISPATCH.PRICE." in published.place
    assert {"SA1", '"2025/08/01 01:35:00"'} & set(cells)
    assert any(cell == f"{reading.value:g}" or _number(cell) == reading.value for cell in cells)
    assert found.origin is Origin.MEASURED


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def test_a_file_that_is_not_there_any_more_is_said(ingested: MarketData, tmp_path: Path) -> None:
    shutil.copytree(ingested.folder, tmp_path / "copy")
    data = MarketData.open(tmp_path / "copy")
    stamp = np.datetime64("2025-08-01T01:35", "m")
    period = Period(stamp - np.timedelta64(5, "m"), stamp)
    (readings,) = explained(data, prices(data, period), period, "SA1", 0).cell.parts
    assert (
        "none that is still in the folder of the market or in the inputs holds it" in readings.parts[1].rule
    )
