"""Workbooks of plants under the headers and units that planners use, which no template of ours has."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl
import pytest

from workbench.capacity.config import CapacityConfig
from workbench.capacity.inputs.reading import read_system, require_currency
from workbench.capacity.inputs.sheets.units import unit_of
from workbench.capacity.model.system import Kind, System
from workbench.errors import InvalidData

Sheets = Mapping[str, Sequence[Sequence[object]]]


def read(folder: Path, sheets: Sheets) -> System:
    book = openpyxl.Workbook()
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(list(row))
    del book["Sheet"]
    book.save(folder / "plants.xlsx")
    return read_system(folder / "plants.xlsx", CapacityConfig())


@pytest.mark.parametrize(
    ("text", "wanted", "factor", "currency"),
    [
        ("MW", "MW", 1.0, ""), ("GW", "MW", 1e3, ""), ("kWp", "MW", 1e-3, ""),
        ("Rs crore/MW", "currency/MW", 1e7, "INR"), ("Rs. Cr. per MW", "currency/MW", 1e7, "INR"),
        ("USD_per_kW", "currency/MW", 1e3, "USD"), ("k$/MW", "currency/MW", 1e3, "USD"), ("M€/GW",
        "currency/MW", 1e3, "EUR"),
        ("Rs lakh/MW/yr", "currency/MW", 1e5, "INR"), ("USD per kW yr", "currency/MW", 1e3, "USD"),
        ("Rs/kWh", "currency/MWh", 1e3, "INR"), ("₹/unit", "currency/MWh", 1e3, "INR"), ("paise/kWh",
        "currency/MWh", 10.0, "INR"),
        ("EUR/MWh", "currency/MWh", 1.0, "EUR"), ("%", "per unit", 0.01, ""), ("years", "years", 1.0, ""),
        ("kg CO2/MWh", "t/MWh", 1e-3, ""), ("kgCO2/kWh", "t/MWh", 1.0, ""), ("kg/GJ", "t/MWh", 3.6e-3, ""),
        ("GWh", "MWh", 1e3, ""),
    ],
)  # fmt: skip
def test_a_unit_is_read_as_it_is_written(text: str, wanted: str, factor: float, currency: str) -> None:
    unit = unit_of(text, wanted)
    assert unit is not None
    assert unit.factor == pytest.approx(factor)
    assert unit.currency == currency


@pytest.mark.parametrize(
    ("text", "efficiency"),
    [
        ("kcal/kWh", 859.845 / 2300),
        ("kJ/kWh", 3600 / 2300),
        ("Btu/kWh", 3412.14 / 2300),
        ("MJ/kWh", 3.6 / 2300),
    ],
)
def test_a_heat_rate_is_the_inverse_of_an_efficiency(text: str, efficiency: float) -> None:
    unit = unit_of(text, "MWh/MWh")
    assert unit is not None
    assert unit.inverse
    assert unit.factor / 2300 == pytest.approx(efficiency, rel=1e-4)


@pytest.mark.parametrize("text", ["MWh", "Rs/tonne", "furlong", "MW/h", "$/MW/MWh", ""])
def test_what_is_no_unit_of_power_is_none(text: str) -> None:
    assert unit_of(text, "MW") is None


FUELS = [["Fuel", "kg CO2/MWh"], ["Coal", 340], ["Gas", 202], ["Solar", 0], ["Battery", 0]]


def test_units_in_headers_are_heeded_and_told(tmp_path: Path) -> None:
    system = read(
        tmp_path,
        {
            "Existing stations": [
                ["Stations as on 31 March"],
                ["Station", "Fuel", "Capacity (GW)", "Heat rate (kcal/kWh)", "Variable cost (Rs/kWh)",
                 "Fixed O&M (Rs lakh/MW/yr)",
                 "COD", "Life (years)", "Min load (%)"],
                ["North 1", "coal", 1.2, 2300, 2.9, 24, datetime.date(2005, 6, 1), 40, 55],
                ["GT", "Gas", 0.5, 1800, 6.5, 15, "2008-09", "30 yrs", 0],
                ["Total", None, 1.7],
            ],
            "New projects": [
                ["Technology", "Fuel", "Capex (Rs crore/MW)", "Variable cost (Rs/kWh)", "Efficiency (%)",
                 "Life", "Max new (MW)", "Duration (h)"],
                ["PV", "Solar", 4.0, 0, None, 25, "6,000 MW", None],
                ["BESS", "Battery", 4.5, 0, 81, 15, None, 4],
            ],
            "Emissions": FUELS,
        },
    )  # fmt: skip
    north, turbine = system.plants
    assert (north.name, north.carrier, north.p_nom, north.marginal_cost, north.fixed_cost) == (
        "North 1",
        "Coal",
        1200,
        2900,
        2.4e6,
    )
    assert north.efficiency == pytest.approx(859.845 / 2300, rel=1e-5)
    assert (north.build_year, turbine.build_year, turbine.lifetime, north.p_min_pu) == (2006, 2009, 30, 0.55)
    solar, battery = system.candidates
    assert (solar.name, solar.capital_cost, solar.p_nom_max) == ("PV", 4e7, 6000)
    assert (battery.kind, battery.max_hours) == (Kind.STORAGE_UNIT, 4)
    assert battery.efficiency == pytest.approx(0.9)
    assert system.carriers["Coal"].co2_emissions == pytest.approx(0.34)
    said = " ".join(map(str, system.problems))
    assert "'Capacity (GW)' as p_nom (times 1000)" in said
    assert "'Heat rate (kcal/kWh)' as efficiency" in said
    assert "cell A5: the row is a total" in said
    with pytest.raises(InvalidData, match="are in INR, as its headers say, and the project counts in EUR"):
        require_currency(system, "EUR")


def test_costs_of_fuel_and_operation_and_of_energy_of_storage_are_put_together(tmp_path: Path) -> None:
    system = read(
        tmp_path,
        {
            "existing_capacity": [
                ["technology", "capacity_MW", "energy_MWh", "efficiency", "variable_om_USD_per_MWh",
                 "fuel_price_USD_per_GJ"],
                ["Gas", 1000, None, 0.5, 3, 5],
                ["Battery", 50, 100, 0.81, 0, 0],
            ],
            "options": [
                ["Technology", "Capex (USD/kWh)", "Energy/Power (h)", "Round-trip efficiency", "Lifetime (yr)",
                 "variable_om"],
                ["Battery", 150, 4, 0.81, 12, 0],
            ],
            "Fuels": FUELS,
        },
    )  # fmt: skip
    gas, battery = system.plants
    assert gas.marginal_cost == pytest.approx(3 + 5 * 3.6 / 0.5)
    assert (battery.max_hours, battery.kind) == (2.0, Kind.STORAGE_UNIT)
    assert system.candidates[0].capital_cost == pytest.approx(150 * 1000 * 4)
    assert system.currency == "USD"


def test_one_sheet_of_plants_and_candidates_is_told_apart_by_its_status(tmp_path: Path) -> None:
    rows = [
        [
            "Name",
            "Fuel type",
            "Status",
            "MW",
            "Efficiency",
            "Marginal cost (Rs/MWh)",
            "Capital cost (Rs/MW)",
            "Lifetime",
        ],
        ["A", "Coal", "Operational", 800, 0.35, 2800, None, None],
        ["Park", "Solar", "Candidate", 3000, None, 0, 4e7, 25],
    ]
    system = read(tmp_path, {"All plants": rows, "Fuels": FUELS})
    assert [(p.name, p.p_nom) for p in system.plants] == [("A", 800)]
    assert [(c.name, c.p_nom_max, c.capital_cost) for c in system.candidates] == [("Park", 3000, 4e7)]
    assert math.isinf(system.plants[0].lifetime)
    with pytest.raises(
        InvalidData, match="sheet 'All plants', cell C2: the status 'mothballed' does not say"
    ):
        read(tmp_path, {"All plants": [rows[0], ["A", "Coal", "mothballed", 1], rows[2]], "Fuels": FUELS})


def test_a_planning_workbook_heeds_the_units_of_its_headers(tmp_path: Path) -> None:
    system = read(
        tmp_path,
        {
            "buses": [["Name"], ["Main_Bus"]],
            "CO2": [["Technology", "kg/MWh"], ["coal", 340], ["solar", 0]],
            "generators": [
                ["Name", "Bus", "Carrier", "P_nom (GW)", "Marginal cost (Rs/kWh)", "Efficiency (%)"],
                ["A", "Main_Bus", "coal", 1.5, 2.8, 36],
            ],
            "New Generators": [
                ["Technology", "Bus", "Carrier", "Marginal cost"],
                ["PV", "Main_Bus", "solar", 0],
            ],
            "Capital cost": [["Technology", "FY 2029-30 (Rs crore/MW)"], ["PV", 4]],
            "FOM": [["carrier", "2030 (Rs lakh/MW)"], ["coal", 24], ["solar", 5]],
            "Demand": [["Hour", "Load 2029-30 (GW)"], *([hour, 1.4] for hour in range(8760))],
        },
    )
    (plant,) = system.plants
    assert (plant.p_nom, plant.marginal_cost, plant.efficiency, plant.fixed_cost) == (
        1500,
        2800,
        0.36,
        {2030: 2.4e6},
    )
    assert system.candidates[0].capital_cost == {2030: 4e7}
    assert system.demand[2030].mean() == pytest.approx(1400)
    assert system.carriers["coal"].co2_emissions == pytest.approx(0.34)


@pytest.mark.parametrize(
    ("header", "value", "said"),
    [
        ("Capacity (MWh)", 900,
        "cell C1: the unit 'MWh' of the column 'Capacity \\(MWh\\)' is not known here; expected MW"),
        ("Capacity (MW)", "about 500", "cell C2: expected a number, found 'about 500'"),
        ("Capacity (MW)", "500 MWh", "cell C2: expected a number, found '500 MWh'"),
        ("Capacity (MW)", None, "cell C2: the p_nom is missing"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named_with_its_cell(
    tmp_path: Path, header: str, value: object, said: str
) -> None:
    sheets: Sheets = {
        "Existing": [
            ["Plant", "Fuel", header, "Cost (Rs/MWh)", "Efficiency"],
            ["A", "Coal", value, 2800, 0.36],
        ],
        "options": [["carrier", "capital_cost", "marginal_cost", "lifetime"], ["Solar", 4e7, 0, 25]],
        "Fuels": FUELS,
    }
    with pytest.raises(InvalidData) as caught:
        read(tmp_path, sheets)
    assert any(re.search(said, str(problem)) for problem in caught.value.problems)


def test_capacity_of_units_lifetime_to_retirement_and_what_is_gone(tmp_path: Path) -> None:
    rows = [
        [
            "Name of\nstation",
            "Fuel",
            "Unit size (MW)",
            "No. of units",
            "COD",
            "Retirement year",
            "Cost (Rs/kWh)",
            "Efficiency",
            "Status",
        ],
        ["A", "Coal", 500, 4, 2001, 2031, 2.8, 0.36, "Operating"],
        ["B", "Coal", 200, 2, 1980, 2015, 2.8, 0.3, "Retired"],
    ]
    options = [["fuel", "capex", "vc", "life"], ["Solar", 4.0, 0, 25]]
    system = read(tmp_path, {"Existing": rows, "New": options, "Fuels": FUELS})
    (plant,) = system.plants
    assert (plant.p_nom, plant.build_year, plant.lifetime, plant.marginal_cost) == (2000, 2001, 30, 2800)
    said = " ".join(map(str, system.problems))
    assert "the row is left out: it is retired" in said
    assert "New Solar cost less than 1000 currency/MW to build: write the unit into the header" in said


def test_costs_in_two_currencies_are_refused(tmp_path: Path) -> None:
    sheets: Sheets = {
        "Existing": [["Plant", "Fuel", "MW", "Cost (EUR/MWh)", "Efficiency"], ["A", "Coal", 500, 28, 0.36]],
        "options": [["carrier", "capex (USD/kW)", "marginal_cost", "lifetime"], ["Solar", 600, 0, 25]],
        "Fuels": FUELS,
    }
    with pytest.raises(InvalidData, match=r"several currencies: EUR \(sheet 'Existing', .*; USD"):
        read(tmp_path, sheets)
