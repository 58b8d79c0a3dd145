"""The planning workbook to fill in: every sheet with columns, units and notes, and a small system as an example."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from workbench.capacity.inputs.availability import solar_availability
from workbench.capacity.model.fiscal_hours import hours_of
from workbench.data.workbooks.writing import Column, WorkbookWriter, writing_workbook

YEARS = (2030, 2035)

Rows = Sequence[Mapping[str, object]]

_FOR_THE_READER = ("", "For the reader, blank or not; nothing is computed from it.")
# Sheet -> column -> unit, note. Columns by year are added to the sheets of BY_YEAR.
COLUMNS: dict[str, dict[str, tuple[str, str]]] = {
    "Buses": {
        "name": ("", "One is named Main_Bus and carries the demand, where that is not given by zone."),
        "x": ("degrees", "Longitude, for the map; may be blank."),
        "y": ("degrees", "Latitude, for the map; may be blank."),
    },
    "CO2": {
        "TECHNOLOGY": ("", "Carrier; every carrier that is used, once."),
        "tonnes/MWh": ("t/MWh", "Of the fuel's heat; of the electricity for what is bought."),
        "color": ("", "Such as #4D4D4D; the house colour when blank."),
    },
    "Generators": {
        "name": ("", "Existing plants."),
        "bus": ("", "On the sheet Buses."),
        "carrier": ("", "On the sheet CO2."),
        "p_nom": ("MW", "Capacity."),
        "p_nom_extendable": ("", "Yes: more of it can be built; No when blank."),
        "p_nom_min": ("MW", "Least capacity where extendable; none when blank."),
        "p_nom_max": ("MW", "Most capacity where extendable; no limit when blank."),
        "marginal_cost": ("currency/MWh", "Used where the sheet Fuel_cost has no row for the carrier."),
        "build_year": ("", "First fiscal year in operation; needed where there is a lifetime."),
        "lifetime": ("years", "Blank: for ever."),
        "efficiency": ("MWh/MWh", "Electricity per heat, as a part of one; needed where the fuel emits."),
        "p_min_pu": ("per unit", "Least output while on, all the time where not switched; 0 when blank."),
        "committable": ("", "Yes: it is switched on and off; No when blank."),
        "start_up_cost": ("currency", "For each start; none when blank."),
        "shut_down_cost": ("currency", "For each stop; none when blank."),
        "min_up_time": ("h", "Once on; none when blank."),
        "min_down_time": ("h", "Once off; none when blank."),
        "ramp_limit_up": ("per unit/h", "Blank: no limit."),
        "ramp_limit_down": ("per unit/h", "Blank: no limit."),
        "capital_cost": (
            "currency/MW",
            "Overnight cost of more of it, where extendable; that of a candidate of its carrier when blank.",
        ),
    },
    "Links": {
        "name": ("", "Between two buses."),
        "bus0": ("", "From."),
        "bus1": ("", "To."),
        "type": ("", "Such as charging link; transmission when blank."),
        "p_nom": ("MW", "Capacity."),
        "p_nom_extendable": ("", "Yes: more of it can be built; No when blank."),
        "efficiency": ("MWh/MWh", "What arrives."),
        "p_max_pu": ("per unit", "1 when blank."),
        "p_min_pu": ("per unit", "-1: both ways; 0 when blank."),
        "marginal_cost": ("currency/MWh", ""),
        "capital_cost": ("currency/MW a year", "Of what is added: needed where extendable, blank where not."),
    },
    "New_Generators": {
        "TECHNOLOGY": ("", "Plants that can be built."),
        "bus": ("", ""),
        "carrier": ("", ""),
        "marginal_cost": ("currency/MWh", ""),
        "efficiency": ("MWh/MWh", "1 when blank; needed where the fuel emits."),
        "p_nom_max": ("MW", "In all years together; no limit when blank."),
    },
    "Pipe_Line_Generators_p_min": {"TECHNOLOGY": ("", ""), "bus": _FOR_THE_READER},
    "Pipe_Line_Generators_p_max": {"TECHNOLOGY": ("", ""), "bus": _FOR_THE_READER},
    "New_Storage": {
        "TECHNOLOGY": ("", "Storage that can be built."),
        "bus": ("", ""),
        "carrier": ("", ""),
        "Type": ("", "Store: energy alone; anything else, or blank: power with max_hours."),
        "e_nom_max": ("MWh", "Of a Store; no limit when blank."),
        "p_nom_max": ("MW", "Of anything else; no limit when blank."),
        "max_hours": ("h", "Energy over power; 6 when blank."),
        "efficiency_store": ("MWh/MWh", "0.9 when blank."),
        "efficiency_dispatch": ("MWh/MWh", "0.9 when blank."),
    },
    "Pipe_Line_Storage_p_min": {"TECHNOLOGY": ("", ""), "bus": _FOR_THE_READER},
    "Capital_cost": {
        "TECHNOLOGY": ("", "Overnight cost of each candidate."),
        "bus": _FOR_THE_READER,
        "carrier": _FOR_THE_READER,
        "Type": _FOR_THE_READER,
    },
    "FOM": {
        "carrier": ("", "Or the name of a plant or candidate, which goes before its carrier."),
        "FOM": ("currency/MW a year", "Fixed operation and maintenance; columns by year may take its place."),
    },
    "Lifetime": {"TECHNOLOGY": ("", ""), "carrier": _FOR_THE_READER, "lifetime": ("years", "")},
    "wacc": {"name": ("", "Cost of capital as a part of one; the name may be blank.")},
    "Fuel_cost": {"carrier": ("", "Of existing plants; or the name of one plant, or of a candidate.")},
    "Storage": {
        "name": ("", "Existing storage and reservoirs; further sheet, may be left out."),
        "bus": ("", "On the sheet Buses."),
        "carrier": ("", "On the sheet CO2."),
        "p_nom": ("MW", "Power of its turbines or inverters."),
        "max_hours": ("h", "Energy over power; or give energy."),
        "energy": ("MWh", "Instead of max_hours."),
        "p_store": ("MW", "Power of its pumps: p_nom when blank, 0 for a reservoir that only generates."),
        "efficiency_store": ("MWh/MWh", "1 when blank."),
        "efficiency_dispatch": ("MWh/MWh", "Of its turbines or inverters."),
        "marginal_cost": ("currency/MWh", "0 when blank."),
        "build_year": ("", "Needed where there is a lifetime."),
        "lifetime": ("years", "Blank: for ever."),
    },
    "Markets": {
        "name": ("", "What energy is bought from and sold to; further sheet, may be left out."),
        "bus": ("", "On the sheet Buses."),
        "carrier": ("", "On the sheet CO2, such as market, with the emissions of what is bought."),
        "import": ("MW", "Most power bought; none when blank."),
        "export": ("MW", "Most power sold; none when blank."),
        "price": ("currency/MWh", "Of all hours; a column of the sheet Prices gives it by hour."),
        "charge": (
            "currency/MWh",
            "Paid on top of what is bought, and taken off what is sold; 0 when blank.",
        ),
    },
    "Outages": {
        "name": ("", "Plant or storage that is out as planned; a row each outage. May be left out."),
        "from": ("", "First day: a date, or 07-15 for every year."),
        "to": ("", "Last day, included."),
        "part": ("per unit", "Part of the capacity that is out; 1 when blank."),
    },
    "Zones": {"bus": ("", "Part of the load at each bus, as a part of one. May be left out.")},
    "Custom days": {"Month": ("", "Representative days, used for critical days."), "Day": ("", "")},
}
BY_YEAR = {
    "Pipe_Line_Generators_p_min": "MW",
    "Pipe_Line_Generators_p_max": "MW",
    "Pipe_Line_Storage_p_min": "MW or MWh",
    "Capital_cost": "currency/MW",
    "wacc": "per unit",
    "Fuel_cost": "currency/MWh",
    "Zones": "part of one",
}
HOURLY = {
    "Demand": "MW",
    "P_max_pu": "per unit",
    "P_min_pu": "per unit",
    "Inflow": "MW",
    "Prices": "currency/MWh",
    "Futures": "factor",
}
"""Sheets whose columns the planner names."""


def write_template(
    path: Path | str, changes: Mapping[str, Rows | None] | None = None, years: Sequence[int] = YEARS
) -> Path:
    """Write the workbook, filled with a small system that can be planned as it is.

    Parameters
    ----------
    path
        Final name, ``.xlsx``.
    changes
        Rows that replace those of the example, by sheet; None leaves the sheet out.
    years
        Fiscal years of the columns by year.

    Raises
    ------
    UnwritableFile
        When the operating system refuses.
    """
    sheets: dict[str, Rows | None] = {**example_rows(years), **(changes or {})}
    with writing_workbook(path, {"title": "Capacity planning"}) as book:
        readme = book.sheet("read me")
        lines = (
            "Capacity planning",
            "The unit of each column is in the note of its heading.",
            "Demand by zone: columns headed by bus and year (North 2030), or the sheet Zones.",
            "Inflow: one column a storage, MW by hour, or twelve rows with a column Month, MWh.",
            "Prices: one column a market, currency/MWh by hour; IEX 2030 where they differ by year.",
            "All plants are fictitious.",
        )
        readme.text(lines, title=True)
        for name, columns in COLUMNS.items():
            rows = sheets.get(name)
            if rows is not None:
                notes = {
                    **columns,
                    **({str(year): (BY_YEAR[name], "") for year in years} if name in BY_YEAR else {}),
                }
                _write_rows(book, name, notes, rows)
        for name, unit in HOURLY.items():
            rows = sheets.get(name)
            if rows:
                _write_rows(book, name, dict.fromkeys(rows[0], (unit, "")), rows)
        _write_settings(book)
    return Path(path)


def example_rows(years: Sequence[int] = YEARS) -> dict[str, Rows]:
    """Give the rows of the example by sheet."""
    by_year = {str(year): year for year in years}
    # Sheets that a planner may fill in; as they are, they say nothing.
    further: dict[str, Rows] = {"Storage": [], "Markets": [], "Outages": [], "Zones": []}

    def yearly(value: float) -> dict[str, object]:
        return dict.fromkeys(by_year, value)

    return further | {
        "Buses": [{"name": "Main_Bus", "x": 76.3, "y": 9.9}, {"name": "Outside", "x": 77.4, "y": 11.2}],
        "CO2": [
            {"TECHNOLOGY": "coal", "tonnes/MWh": 0.346},
            {"TECHNOLOGY": "gas", "tonnes/MWh": 0.202},
            {"TECHNOLOGY": "solar", "tonnes/MWh": 0.0},
            {"TECHNOLOGY": "battery", "tonnes/MWh": 0.0},
        ],
        "Generators": [
            _generator(
                "Coal 1",
                "coal",
                600,
                0.38,
                p_min_pu=0.5,
                committable="Yes",
                start_up_cost=200_000,
                min_up_time=4,
            ),
            _generator("Gas 1", "gas", 300, 0.5),
            _generator("Solar 1", "solar", 200, 1.0),
            {**_generator("Coal far", "coal", 300, 0.4), "bus": "Outside"},
        ],
        "Links": [
            {
                "name": "Tie",
                "bus0": "Outside",
                "bus1": "Main_Bus",
                "type": "transmission",
                "p_nom": 250,
                "efficiency": 0.97,
            }
        ],
        "New_Generators": [
            {
                "TECHNOLOGY": "Solar new",
                "bus": "Main_Bus",
                "carrier": "solar",
                "marginal_cost": 0,
                "p_nom_max": 3000,
            },
            {
                "TECHNOLOGY": "Gas new",
                "bus": "Main_Bus",
                "carrier": "gas",
                "marginal_cost": 6000,
                "efficiency": 0.55,
                "p_nom_max": 900,
            },
        ],
        "Pipe_Line_Generators_p_min": [{"TECHNOLOGY": "Solar new", "bus": "Main_Bus", **yearly(50)}],
        "Pipe_Line_Generators_p_max": [{"TECHNOLOGY": "Solar new", "bus": "Main_Bus", **yearly(1500)}],
        "New_Storage": [
            {
                "TECHNOLOGY": "Battery new",
                "bus": "Main_Bus",
                "carrier": "battery",
                "Type": "Storage",
                "p_nom_max": 800,
                "max_hours": 4,
            }
        ],
        "Capital_cost": [
            {"TECHNOLOGY": "Solar new", "bus": "Main_Bus", "carrier": "solar", **yearly(4.0e7)},
            {"TECHNOLOGY": "Gas new", "bus": "Main_Bus", "carrier": "gas", **yearly(5.0e7)},
            {"TECHNOLOGY": "Battery new", "bus": "Main_Bus", "carrier": "battery", **yearly(4.5e7)},
        ],
        "FOM": [{"carrier": "coal", "FOM": 2.4e6}, {"carrier": "solar", "FOM": 6e5}],
        "Lifetime": [
            {"TECHNOLOGY": "Solar new", "carrier": "solar", "lifetime": 25},
            {"TECHNOLOGY": "Gas new", "carrier": "gas", "lifetime": 30},
            {"TECHNOLOGY": "Battery new", "carrier": "battery", "lifetime": 15},
        ],
        "wacc": [{"name": "wacc", **yearly(0.09)}],
        "Fuel_cost": [{"carrier": "coal", **yearly(3000)}, {"carrier": "gas", **yearly(7000)}],
        "Custom days": [{"Month": 5, "Day": 15}, {"Month": 7, "Day": 15}, {"Month": 12, "Day": 15}],
        "Demand": _demand(years),
        "P_max_pu": [{"solar": round(float(value), 4)} for value in solar_availability(hours_of(2030))],
    }


def _generator(name: str, carrier: str, p_nom: float, efficiency: float, **more: object) -> dict[str, object]:
    plain: dict[str, object] = {
        "name": name,
        "bus": "Main_Bus",
        "carrier": carrier,
        "p_nom": p_nom,
        "p_nom_extendable": "No",
        "marginal_cost": 0 if carrier == "solar" else None,
        "build_year": 2015,
        "lifetime": 40,
        "efficiency": efficiency,
    }
    return plain | more


def _demand(years: Sequence[int]) -> Rows:
    columns: dict[str, list[float]] = {}
    for year in years:
        hours = hours_of(year)
        hour = hours.hour.to_numpy()
        shape = 1 + 0.15 * np.sin((hour - 9) / 24 * 2 * math.pi) + 0.1 * (np.isin(hour, (19, 20, 21)))
        season = 1 + 0.08 * np.cos((hours.day_of_year.to_numpy() - 135) / 365 * 2 * math.pi)
        columns[str(year)] = np.round(700 * 1.05 ** (year - years[0]) * shape * season, 2).tolist()
    longest = max(map(len, columns.values()))
    return [
        {name: values[row] if row < len(values) else None for name, values in columns.items()}
        for row in range(longest)
    ]


def _write_rows(book: WorkbookWriter, name: str, notes: Mapping[str, tuple[str, str]], rows: Rows) -> None:
    sheet = book.sheet(name)
    extra = [key for row in rows[:1] for key in row if key not in notes]
    used = [*notes, *extra]
    sheet.table([Column(key, [row.get(key) for row in rows], *notes.get(key, ("", ""))) for key in used])
    sheet.freeze(1, 1)


def _write_settings(book: WorkbookWriter) -> None:
    sheet = book.sheet("Settings")
    main = (("Monthly constraints", "Yes"), ("Battery Cycle", "Yes"))
    row = sheet.table(
        [Column("Setting", [name for name, _ in main]), Column("Option", [option for _, option in main])],
        row=2,
        mark="Main_Settings",
    )
    row = sheet.table(
        [Column("Carrier", ["coal"]), Column("Option", ["Yes"])], row=row + 2, mark="commitable"
    )
    row = sheet.table(
        [Column("Month", [7, 8]), Column("coal", [0.9, 0.9])], row=row + 2, mark="Monthly_Constraints"
    )
    sheet.table([Column("Type", ["Daily"]), Column("No. of cycle", [1.5])], row=row + 2, mark="Battery_Cycle")
