"""Targets as a workbook gives them: yearly energies, and sheets with a column for each month.

Sheets are found by their names: ``Total Demand`` (year, energy, and optionally peak, load factor, minimum),
``average_demand`` and ``monthly_energy``, ``monthly_share``, ``max_demand``, ``min_demand``, ``load_factor``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from workbench.data.arrays import Floats
from workbench.data.formatting import ENERGY_IN_MWH
from workbench.data.problems import Problems
from workbench.data.tables.table import Table, plain_name
from workbench.data.texts.years import read_year
from workbench.data.workbooks.number_cells import number_at
from workbench.data.workbooks.reading import Workbook
from workbench.hourly_loads.year_hours import MONTH_NAMES, hours_of_year, month_of_header
from workbench.load_profiles.model.targets import MONTHS, YearTargets, no_months

ANNUAL_SHEETS = ("totaldemand", "annualdemand", "annualenergy", "totalenergy", "annualtargets", "targets")
MONTHLY_SHEETS = {
    "averagedemand": "average",
    "avgdemand": "average",
    "monthlyaverage": "average",
    "monthlyenergy": "energy",
    "monthlydemand": "energy",
    "monthlyshare": "share",
    "maxdemand": "peak",
    "peakdemand": "peak",
    "monthlypeak": "peak",
    "mindemand": "minimum",
    "monthlyminimum": "minimum",
    "loadfactor": "load_factor",
    "monthlyloadfactor": "load_factor",
}
YEAR_NAMES = ("year", "financialyear", "fiscalyear", "fy")
ANNUAL_COLUMNS = {
    "energy": ("totaldemand", "energy", "demand", "requirement", "annualenergy", "energyrequirement"),
    "peak": ("peak", "peakdemand", "maxdemand", "peakmw", "annualpeak"),
    "load_factor": ("loadfactor", "lf", "annualloadfactor"),
    "minimum": ("minimum", "mindemand", "annualminimum"),
}
ANNUAL_HEADERS = (YEAR_NAMES, *ANNUAL_COLUMNS.values())
SUMMARY_COLUMNS = ("average", "annual", "total", "max", "maximum", "year", "mean", "min", "minimum")
UNIT_IN_HEADER = re.compile(r"[\[(]\s*(" + "|".join(ENERGY_IN_MWH) + r")\s*[\])]", re.IGNORECASE)
POWER_IN_HEADER = re.compile(r"[\[(]\s*([kMG]?W)\s*[\])]", re.IGNORECASE)
ANY_UNIT = re.compile(r"[\[(][^\])]*[\])]")
PLAUSIBLE_GROWTH = 3.0
MAX_WRITTEN_AS_SHARE = 2.0
SHEET_NAMES = (*ANNUAL_SHEETS, *MONTHLY_SHEETS)


@dataclass(frozen=True, slots=True, eq=False)
class TargetSheets:
    """Targets of a workbook.

    Parameters
    ----------
    years
        Targets by year; energies in MWh.
    unit
        Unit that annual energies were read in; empty when there are none.
    """

    years: Mapping[int, YearTargets] = field(default_factory=dict)
    unit: str = ""


@dataclass(slots=True)
class _Found:
    """What the sheets hold, before units are decided."""

    annual: dict[str, dict[int, float]] = field(default_factory=dict)
    monthly: dict[str, dict[int, Floats]] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    cells: dict[int, dict[str, str]] = field(default_factory=dict)
    """Year -> what, with the number of the month where it is of one -> place of its cell."""
    unit: str = ""


def read_targets(
    book: Workbook,
    *,
    first_month: int,
    zone: str,
    energy_unit: str,
    history_energy_mwh: float,
    problems: Problems,
) -> TargetSheets:
    """Read every target that a workbook holds.

    Parameters
    ----------
    book
        The workbook.
    first_month
        Month in which a year begins.
    zone
        IANA name of the local clock (daylight saving changes the hours of a month).
    energy_unit
        Unit of the energies, or ``"workbook"`` to find it.
    history_energy_mwh
        Energy of the last complete year, to tell the unit; ``nan`` when unknown.
    problems
        Collects what was found.
    """
    found = _Found()
    for name in book.sheet_names:
        kind = plain_name(name)
        if kind in ANNUAL_SHEETS:
            _read_annual(book.sheet(name).table(problems, headers=ANNUAL_HEADERS), found, problems)
        elif kind in MONTHLY_SHEETS:
            table = book.sheet(name).table(problems, headers=(YEAR_NAMES, *MONTH_NAMES))
            _read_monthly(table, MONTHLY_SHEETS[kind], first_month, found, problems)
    _note_unread(book, problems)
    annual = {year for values in found.annual.values() for year in values}
    years = sorted(annual | {year for months in found.monthly.values() for year in months})
    averages = {
        year: months * hours_of_year(year, first_month, zone).hours_by_month
        for year, months in found.monthly.get("average", {}).items()
    }
    unit = _energy_unit(found, averages, energy_unit, history_energy_mwh, problems)
    factor = ENERGY_IN_MWH.get(unit, 1.0)
    targets = {}
    for year in years:
        months = found.monthly.get("energy", {}).get(year)
        targets[year] = YearTargets(
            year,
            energy=found.annual.get("energy", {}).get(year, np.nan) * factor,
            monthly_energy=averages.get(year, no_months()) if months is None else months * factor,
            monthly_share=found.monthly.get("share", {}).get(year, no_months()),
            peak=found.annual.get("peak", {}).get(year, np.nan),
            monthly_peak=found.monthly.get("peak", {}).get(year, no_months()),
            load_factor=found.annual.get("load_factor", {}).get(year, np.nan),
            monthly_load_factor=found.monthly.get("load_factor", {}).get(year, no_months()),
            minimum=found.annual.get("minimum", {}).get(year, np.nan),
            monthly_minimum=found.monthly.get("minimum", {}).get(year, no_months()),
            places={**found.places, **found.cells.get(year, {})},
        )
    return TargetSheets(targets, unit)


def _note_unread(book: Workbook, problems: Problems) -> None:
    """Name sheets that look like targets and do not have the name of any: they may be a record of past years."""
    for sheet in book.sheets:
        if plain_name(sheet.name) in SHEET_NAMES:
            continue
        columns = sheet.table(headers=(YEAR_NAMES, *MONTH_NAMES)).columns
        plain = {plain_name(ANY_UNIT.sub("", name)) for name in columns}
        months = {month for name in columns if (month := month_of_header(name)) is not None}
        of_a_year = [what for what, names in ANNUAL_COLUMNS.items() if not plain.isdisjoint(names)]
        # A header may be lost: most of the months are no accident, nor is a year beside one of the others.
        if len(months) >= MONTHS / 2:
            what, name = f"a column for each of {len(months)} months", "'monthly_energy' or 'max_demand'"
        elif of_a_year and not plain.isdisjoint(YEAR_NAMES):
            what, name = f"columns of year and {', '.join(of_a_year)}", "'Total Demand'"
        else:
            continue
        problems.warning(
            f"it has {what}, and is not read; if it holds targets, name it {name}.", sheet=sheet.name
        )


def without_months(targets: YearTargets) -> YearTargets:
    """Give the same targets without those of single months."""
    empty = no_months()
    return replace(
        targets,
        monthly_energy=empty,
        monthly_share=empty,
        monthly_peak=empty,
        monthly_load_factor=empty,
        monthly_minimum=empty,
    )


def _read_annual(table: Table, found: _Found, problems: Problems) -> None:
    years = _years(table, problems)
    columns = {plain_name(ANY_UNIT.sub("", name)): name for name in table.columns}
    known = {*YEAR_NAMES, *(plain for names in ANNUAL_COLUMNS.values() for plain in names)}
    for plain, header in columns.items():
        if plain not in known:
            problems.unused(
                f"the column '{header}' is not read; read are {', '.join(ANNUAL_COLUMNS)}.",
                sheet=table.sheet,
                cell=table.header_cell(header),
            )
    for what, names in ANNUAL_COLUMNS.items():
        name = next((columns[plain] for plain in names if plain in columns), None)
        if name is None:
            continue
        power = POWER_IN_HEADER.search(name) if what in ("peak", "minimum") else None
        if power and power[1].lower() != "mw":
            problems.error(
                f"the column '{name}' is in {power[1]}; write it in MW.",
                sheet=table.sheet,
                cell=table.header_cell(name),
            )
        if what == "energy" and (stated := UNIT_IN_HEADER.search(name)):
            found.unit = next(unit for unit in ENERGY_IN_MWH if unit.lower() == stated[1].lower())
        in_order = [_value(table, row, name, problems) for row, _ in years]
        percent = what == "load_factor" and _in_percent(in_order)
        if what == "load_factor":
            _check_load_factors(table, [(row, name) for row, _ in years], in_order, problems, percent=percent)
        scale = 100 if percent else 1
        values = {year: value / scale for (_, year), value in zip(years, in_order, strict=True)}
        found.annual.setdefault(what, {}).update({y: v for y, v in values.items() if not np.isnan(v)})
        found.places[what] = f"sheet '{table.sheet}', column {table.header_cell(name)[:-1]}"
        for row, year in years:
            found.cells.setdefault(year, {})[what] = f"sheet '{table.sheet}', cell {table.cell(row, name)}"


def _read_monthly(table: Table, what: str, first_month: int, found: _Found, problems: Problems) -> None:
    years = _years(table, problems)
    columns = _month_columns(table, first_month, problems)
    if not columns:
        return
    values: dict[int, Floats] = {}
    cells = []
    for row, year in years:
        months = no_months()
        for month, name in columns.items():
            months[month] = _value(table, row, name, problems)
            cells.append((row, name))
        values[year] = months
    if what == "load_factor":
        in_order = [values[year][month] for _, year in years for month in columns]
        percent = _in_percent(in_order)
        _check_load_factors(table, cells, in_order, problems, percent=percent)
        values = {year: months / (100 if percent else 1) for year, months in values.items()}
    if what == "share":
        values = {
            year: months / (100 if np.nansum(months) > MONTHS / 2 else 1) for year, months in values.items()
        }
        _check_shares(table, columns, values, problems)
    found.monthly.setdefault(what, {}).update(values)
    key = {"average": "monthly_energy", "energy": "monthly_energy"}.get(what, f"monthly_{what}")
    found.places[key] = f"sheet '{table.sheet}'"
    for row, year in years:
        for month, name in columns.items():
            place = f"sheet '{table.sheet}', cell {table.cell(row, name)}"
            found.cells.setdefault(year, {})[f"{key} {month}"] = place


def _years(table: Table, problems: Problems) -> list[tuple[int, int]]:
    """Row and year of each row; rows whose year cannot be read are reported."""
    columns = {plain_name(name): name for name in table.columns}
    name = next((columns[plain] for plain in YEAR_NAMES if plain in columns), None)
    if name is None:
        problems.error(f"there is no column 'Year'; present: {', '.join(table.columns)}.", sheet=table.sheet)
        return []
    found, seen = [], set()
    for row, value in enumerate(table.column(name)):
        written = read_year(value)
        if written is None:
            message = f"'{value}' is not a year; write FY 2024-25 or 2025."
            problems.error(message, sheet=table.sheet, cell=table.cell(row, name))
            continue
        year = written.year
        if year in seen:
            problems.error(
                f"the year {year} is listed twice; delete one.", sheet=table.sheet, cell=table.cell(row, name)
            )
        seen.add(year)
        found.append((row, year))
    return found


def _month_columns(table: Table, first_month: int, problems: Problems) -> dict[int, str]:
    """Position in the year of each month -> its column; the others are named."""
    found: dict[int, str] = {}
    for name in table.columns:
        month = month_of_header(name)
        if month is None:
            if plain_name(name) not in (*YEAR_NAMES, *SUMMARY_COLUMNS):
                problems.unused(
                    f"the column '{name}' is not read; read are the year and the months.",
                    sheet=table.sheet,
                    cell=table.header_cell(name),
                )
            continue
        place = (month + 1 - first_month) % MONTHS
        if place in found:
            problems.error(
                f"the columns '{found[place]}' and '{name}' are both of {MONTH_NAMES[month]}; keep one.",
                sheet=table.sheet,
                cell=table.header_cell(name),
            )
        found[place] = name
    missing = [
        MONTH_NAMES[(month + first_month - 1) % MONTHS] for month in range(MONTHS) if month not in found
    ]
    if missing:
        problems.error(
            f"the columns of {', '.join(missing)} are missing; present: {', '.join(table.columns)}.",
            sheet=table.sheet,
        )
        return {}
    return found


def _value(table: Table, row: int, column: str, problems: Problems) -> float:
    value = number_at(table, row, column, problems)
    if value <= 0:
        problems.error(
            f"expected a number above 0, found {value:g}; leave the cell blank where there is no target.",
            sheet=table.sheet,
            cell=table.cell(row, column),
        )
    return value


def _in_percent(load_factors: Iterable[float]) -> bool:
    """Whether load factors are written as 75 and not as 0.75; 1.02 is a wrong share, not a small percentage."""
    known = sorted(value for value in load_factors if not np.isnan(value))
    return bool(known) and known[len(known) // 2] > MAX_WRITTEN_AS_SHARE


def _check_load_factors(
    table: Table,
    cells: list[tuple[int, str]],
    values: Iterable[float],
    problems: Problems,
    *,
    percent: bool = False,
) -> None:
    upper = 100 if percent else 1
    for (row, column), value in zip(cells, values, strict=True):
        if value >= upper:
            unit = " %" if percent else ""
            problems.error(
                f"the load factor is {value:g}{unit}, expected below {upper}{unit}: the mean lies below the "
                f"peak.",
                sheet=table.sheet,
                cell=table.cell(row, column),
            )


def _check_shares(
    table: Table, columns: Mapping[int, str], values: Mapping[int, Floats], problems: Problems
) -> None:
    for year, months in values.items():
        blank = [columns[month] for month in np.flatnonzero(np.isnan(months)).tolist()]
        if 0 < len(blank) < MONTHS:
            problems.error(
                f"the share of {', '.join(blank)} of {year} is blank; give all twelve, or none of them.",
                sheet=table.sheet,
            )
            continue
        total = float(months.sum())
        if abs(total - 1) > 0.001:
            problems.error(
                f"the shares of the months of {year} sum to {100 * total:g} %, expected 100 %.",
                sheet=table.sheet,
            )


def _energy_unit(
    found: _Found, averages: Mapping[int, Floats], asked: str, history_mwh: float, problems: Problems
) -> str:
    energies = found.annual.get("energy", {})
    if asked != "workbook":
        return asked
    if found.unit:
        return found.unit
    both = [year for year in energies if year in averages and not np.isnan(averages[year]).any()]
    if both:
        known, given, by = float(averages[both[0]].sum()), energies[both[0]], "the average loads"
    elif energies and not np.isnan(history_mwh):
        known, given, by = history_mwh, energies[min(energies)], "the history"
    else:
        return "GWh"
    names = [unit for unit in ENERGY_IN_MWH if unit not in ("MU", "LU")]
    away = {unit: abs(np.log(given * ENERGY_IN_MWH[unit] / known)) for unit in names}
    unit = min(away, key=lambda name: away[name])
    place = found.places.get("energy", "")
    if away[unit] > np.log(PLAUSIBLE_GROWTH):
        problems.error(
            f"the energy of {min(energies)} is {given:g}, which fits no unit beside {by} "
            f"({known / 1000:,.0f} GWh); "
            f"{place}: correct it or set energy_unit."
        )
    problems.warning(
        f"the energies carry no unit ({place}): read as {unit}, by {by}; set energy_unit if it is another."
    )
    return unit
