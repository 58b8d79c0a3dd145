"""Units without readings and energy without prices are missing: never 0 MW, revenue 0 or a smaller total."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from market.market_made_datasets import frame_of, publish
from market.market_rows import rows, stamps_between
from workbench.market import queries
from workbench.market.inputs.nemweb import read_nemweb
from workbench.market.inputs.units_register import read_register
from workbench.market.model.nem import NEM
from workbench.market.model.period import Period, Resolution
from workbench.market.model.units import MarketUnit
from workbench.market.queries import By
from workbench.market.store.reading import MarketData

DAY = Period("2025-09-07", "2025-09-08")
UNITS = (
    MarketUnit("N1", "N", "NSW1", "Coal", "A", 1000.0),
    MarketUnit("S1", "S", "SA1", "Wind", "B", 500.0),
    MarketUnit("S2", "S", "SA1", "Wind", "B", 500.0),
)


def cell(answer: queries.Answer, key: str, column: str) -> float:
    return float(answer[column][answer.columns[0].cells.tolist().index(key)])


@pytest.fixture(scope="module")
def partial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MarketData]:
    """One day at full power; S1 is silent from 10:00 to 13:00, S2 starts at 12:00, and NSW1 has no prices."""
    stamps = stamps_between("2025-09-07", "2025-09-08")
    power = [(str(stamp), "N1", 5, 1000.0) for stamp in stamps]
    silent = (stamps > np.datetime64("2025-09-07T10:00")) & (stamps <= np.datetime64("2025-09-07T13:00"))
    power += [(str(stamp), "S1", 5, 500.0) for stamp in stamps[~silent]]
    power += [(str(stamp), "S2", 5, 500.0) for stamp in stamps[stamps > np.datetime64("2025-09-07T12:00")]]
    prices = [(str(stamp), "SA1", 5, 50.0) for stamp in stamps]
    frames = {
        "unit_power": frame_of("unit_power", power, ["mw"]),
        "price": frame_of("price", prices, ["rrp"]),
    }
    folder = publish(tmp_path_factory.mktemp("partial") / "nem", frames, UNITS)
    with MarketData.open(folder) as data:
        yield data


def test_a_silent_unit_is_missing_in_its_hours_and_not_at_zero(partial: MarketData) -> None:
    answer = queries.generation(partial, DAY, resolution=Resolution.HOUR)
    assert np.flatnonzero(np.isnan(answer["Wind"])).tolist() == [10, 11, 12]
    assert answer["Wind"][9] == pytest.approx(500)
    assert answer["Wind"][13] == pytest.approx(1000)
    assert not np.isnan(answer["Coal"]).any()
    assert any("missing, not 0 MW" in note for note in answer.notes)
    by_hour = queries.generation_by_hour(partial, DAY)
    assert np.flatnonzero(np.isnan(by_hour["Wind"])).tolist() == [10, 11, 12]
    unit = queries.station_series(partial, DAY, "S", resolution=Resolution.HOUR)
    assert np.flatnonzero(np.isnan(unit["S1"])).tolist() == [10, 11, 12]


def test_the_capacity_factor_is_of_the_hours_that_were_read(partial: MarketData) -> None:
    table = queries.station_table(partial, DAY)
    assert cell(table, "S1", "Capacity factor") == pytest.approx(100)
    # New at noon: nothing is expected of it before.
    assert cell(table, "S2", "Capacity factor") == pytest.approx(100)
    assert cell(table, "S2", "Energy") == pytest.approx(6000)
    assert cell(queries.fuel_totals(partial, DAY), "Wind", "Capacity factor") == pytest.approx(100)


@pytest.mark.parametrize("by", [By.FUEL, By.REGION, By.STATION, By.UNIT])
def test_a_total_with_a_silent_unit_is_missing_and_its_partial_sum_named(partial: MarketData, by: By) -> None:
    key = {By.FUEL: "Wind", By.REGION: "SA1", By.STATION: "S", By.UNIT: "S1"}[by]
    answer = queries.revenue_by(partial, DAY, by)
    known = 500 * 21 + (0 if by is By.UNIT else 500 * 12)
    assert np.isnan([cell(answer, key, column) for column in ("Energy", "Revenue", "Net")]).all()
    assert cell(answer, key, "Partial energy") == pytest.approx(known)
    assert cell(answer, key, "Partial revenue") == pytest.approx(known * 50)
    expected = 24 if by is By.UNIT else 36
    assert cell(answer, key, "Without reading") == pytest.approx(100 * 3 / expected)


def test_energy_without_a_price_has_no_revenue_and_the_answer_says_how_much(partial: MarketData) -> None:
    for answer in (queries.revenue_by(partial, DAY), queries.fuel_totals(partial, DAY)):
        assert cell(answer, "Coal", "Energy") == pytest.approx(24)
        assert np.isnan(cell(answer, "Coal", "Revenue"))
        assert cell(answer, "Coal", "Without price") == pytest.approx(24_000)
        assert cell(answer, "Coal", "Share without price") == pytest.approx(100)
        assert any("24,000 MWh (59.3% of the energy) have no price" in note for note in answer.notes)


def test_a_unit_that_left_the_market_is_not_expected_any_more(tmp_path: Path) -> None:
    stamps = stamps_between("2025-09-01", "2025-09-20", 30)
    power = [(str(stamp), "N1", 30, 1000.0) for stamp in stamps]
    power += [(str(stamp), "S1", 30, 500.0) for stamp in stamps[stamps <= np.datetime64("2025-09-05")]]
    power += [(str(stamp), "S2", 30, 500.0) for stamp in stamps[stamps <= np.datetime64("2025-09-19")]]
    publish(tmp_path, {"unit_power": frame_of("unit_power", power, ["mw"])}, UNITS)
    with MarketData.open(tmp_path) as data:
        answer = queries.generation(data, Period(data.first, data.last), resolution=Resolution.DAY)
    # S1 left on the 5th. S2 fell silent on the last day, which is missing.
    assert np.flatnonzero(np.isnan(answer["Wind"])).tolist() == [18]
    assert answer["Wind"][[3, 4, 17]].tolist() == pytest.approx([1000, 500, 500])


def test_a_feed_that_stopped_is_a_gap_until_the_newest_data(tmp_path: Path) -> None:
    prices = rows("price", stamps_between("2025-03-01", "2025-03-02"), "NSW1", rrp=50.0)
    power = rows("unit_power", stamps_between("2025-03-01", "2025-03-03"), "COAL1", mw=100.0)
    publish(tmp_path, {"price": prices, "unit_power": power})
    with MarketData.open(tmp_path) as data:
        (gap,) = [gap for gap in data.gaps() if gap.series == "NSW1"]
    assert (str(gap.start), str(gap.end), gap.missing) == ("2025-03-02T00:00", "2025-03-03T00:00", 288)


@pytest.mark.parametrize("case", ["scada_partial", "price_stops"])
def test_the_published_files_of_the_case_are_read_so(case: str, shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data.parent / "cases" / "market" / case
    if not folder.is_dir():
        pytest.skip(f"the case {folder} is not here")
    frames = {}
    for path in sorted(folder.glob("*.CSV")):
        frames |= read_nemweb(path.name, path.read_bytes(), NEM)[0]
    units = read_register(folder.parent / "registers" / f"{case}.csv", NEM)[0]
    publish(tmp_path, frames, tuple(units))
    with MarketData.open(tmp_path) as data:
        period = Period(data.first, data.last)
        totals = queries.fuel_totals(data, period)
        if case == "scada_partial":
            assert cell(totals, "Wind", "Capacity factor") == pytest.approx(100)
            assert np.isnan(cell(totals, "Wind", "Energy"))
        else:
            assert {gap.missing for gap in data.gaps() if gap.table == "price"} == {288}
            assert np.isnan(cell(totals, "Coal", "Revenue"))
            assert cell(totals, "Coal", "Share without price") == pytest.approx(50)
