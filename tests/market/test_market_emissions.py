"""Emissions by factors whose source is said, intensity over time, and records."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from market.market_rows import publish, rows, stamps_between, with_changes
from workbench.errors import InvalidData
from workbench.market import Market
from workbench.market.definitions.emissions import GIVEN, burnt, factor_of
from workbench.market.model.description import check
from workbench.market.model.nem import NEM
from workbench.market.model.period import Period
from workbench.market.model.units import MarketUnit, UnitKind
from workbench.market.queries import emissions, emissions_by_region, intensity, records
from workbench.market.store.reading import MarketData

UNITS = (
    MarketUnit("COAL1", "Coal", "NSW1", "Coal", "A", 500.0),
    MarketUnit("WIND1", "Wind", "SA1", "Wind", "B", 200.0),
    MarketUnit("ODD1", "Odd", "SA1", "Other", "B", 200.0),
    MarketUnit("BATT1", "Battery", "SA1", "Battery Storage", "C", 100.0, 200.0, UnitKind.BIDIRECTIONAL),
)
HOURS = stamps_between("2025-08-01T00:00", "2025-08-01T04:00")
POWER = {"COAL1": 300.0, "WIND1": 100.0, "ODD1": 50.0, "BATT1": 20.0}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> MarketData:
    folder = tmp_path_factory.mktemp("emissions")
    for unit, mw in POWER.items():
        grows = mw + np.arange(len(HOURS)) * (unit == "WIND1")
        publish(folder, {"unit_power": rows("unit_power", HOURS, unit, mw=grows.tolist())}, register=UNITS)
    demand = rows("region", HOURS, "NSW1", demand=(400.0 + np.arange(len(HOURS))).tolist())
    publish(folder, {"region": demand}, register=UNITS)
    return MarketData.open(folder)


def test_a_factor_is_the_carbon_of_the_fuel_over_the_efficiency() -> None:
    # 94.6 kg/GJ is that of bituminous coal, IPCC 2006, volume 2, table 2.2; 3.6 GJ are a MWh.
    assert burnt(94.6, 0.36).tonnes_per_mwh == pytest.approx(0.946)
    assert "IPCC 2006, 94.6 kg/GJ, at an assumed efficiency of 36 %" in burnt(94.6, 0.36).source
    assert factor_of("Something", {}) is None
    found = factor_of("Coal", {"Coal": 0.82})
    assert found is not None
    assert (found.tonnes_per_mwh, found.source) == (0.82, GIVEN)


def test_emissions_by_fuel_say_their_factor_its_source_and_the_energy_without_one(data: MarketData) -> None:
    found = emissions(data, Period(data.first, data.last))
    by_fuel = dict(zip(found["Fuel"], found["Emissions"], strict=True))
    assert by_fuel["Coal"] == pytest.approx(1.2 * 0.946)
    assert by_fuel["Wind"] == 0
    assert np.isnan(by_fuel["Other"]), "a fuel without a factor has no emissions, not zero"
    assert "Battery Storage" not in by_fuel
    assert any("of fuels without a factor" in note for note in found.notes)


def test_regions_have_the_intensity_of_what_has_a_factor(data: MarketData) -> None:
    found = emissions_by_region(data, Period(data.first, data.last))
    place = {name: at for at, name in enumerate(found["Region"])}
    assert found["Intensity"][place["NSW1"]] == pytest.approx(946.0)
    assert found["Intensity"][place["SA1"]] == 0
    assert found["Without factor"][place["SA1"]] == pytest.approx(100 * 200 / (200 + 4 * (100 + 23.5)))


def test_the_intensity_over_time_is_of_the_power_in_each_bin(data: MarketData) -> None:
    found = intensity(data, Period(data.first, data.last))
    mass = 300 * 0.946
    power = 300 + 100 + np.arange(len(HOURS))
    assert len(found) in (8, 48)
    step = len(HOURS) // len(found)
    assert found["Intensity"] == pytest.approx(1000 * mass / power.reshape(-1, step).mean(axis=1))
    assert found["Emissions"] == pytest.approx(np.full(len(found), mass))


def test_records_say_when_they_were_and_what_they_were_before(data: MarketData) -> None:
    late = Period(data.first + np.timedelta64(120, "m"), data.last)
    found = records(data, late)
    demand = records(data, late, region="NSW1")
    at = {name: number for number, name in enumerate(found["Record"])}
    wind, low = at["Wind, highest"], demand["Record"].tolist().index("Demand, lowest")
    assert found["Value"][wind] == pytest.approx(100 + np.arange(42, 48).mean())
    assert found["At"][wind] == data.last
    assert found["Within the period"][wind] == "yes"
    assert found["Before the period"][wind] == pytest.approx(100 + np.arange(18, 24).mean())
    assert (demand["Value"][low], demand["Within the period"][low]) == (pytest.approx(402.5), "no")


def test_factors_of_the_description_are_checked(tmp_path: Path) -> None:
    check(with_changes(emission_factors={"Coal": 0.9}))
    for factors, said in (({"Coal": 900.0}, "expected t/MWh from 0 to 3"), ({"Sun": 0.1}, "the fuel Sun")):
        with pytest.raises(InvalidData, match=said):
            check(dataclasses.replace(NEM, emission_factors=factors))


def test_the_facade_draws_emissions_and_shows_records(data: MarketData) -> None:
    market = Market(data)
    for by in ("fuel", "region", "time"):
        assert market.emissions("2025-08-01", by=by).plot().data
    assert len(market.records("2025-08-01"))
