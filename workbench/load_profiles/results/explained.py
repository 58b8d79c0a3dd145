"""Where the numbers of load profiles come from: an hour from its base hour and its targets, down to the files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from workbench.data.explanation.cells import CHANGED, Cell, Rules
from workbench.data.explanation.steps import Explained
from workbench.data.origins import Origin
from workbench.errors import WorkbenchError
from workbench.hourly_loads.cleaning import placed_hours
from workbench.hourly_loads.reading.files import read_cached
from workbench.hourly_loads.reading.hourly_sheet import HourlySheet
from workbench.hourly_loads.rules import CleaningRules

if TYPE_CHECKING:
    from workbench.load_profiles.results.saved import LoadProfileResult

__all__ = ["MORE_UNITS", "TABLES", "more_tables"]

HOURS, HISTORY = "hours", "history"
MORE_UNITS = {
    name: {"load": "MW", "gross": "MW", "planned": "MW", "base_shape": "MW", "held_out": "MW"}
    | {f"quarter_{number}": "MW" for number in range(1, 5)}
    for name in (HOURS, HISTORY)
}
_SCENARIO = re.compile(r"demand scenario '(.+?)'")
_OF_HOURS = {"peak": "largest", "minimum": "smallest", "mean": "mean", "energy": "sum", "gross_energy": "sum"}


def more_tables(result: LoadProfileResult) -> Mapping[str, pd.DataFrame]:
    """Give the hours of all years, and of the history, by local time."""
    years = [result.hours(year).rename_axis("time").reset_index().assign(year=year) for year in result.years]
    past = result.history().rename_axis("time").reset_index()
    return {HOURS: pd.concat(years, ignore_index=True), HISTORY: past}


def _hour(cell: Cell) -> Explained | None:
    """An hour of a future year: the hour of its base day, brought to the targets."""
    if cell.column in ("time", "year"):
        return None
    tracer, row = cell.tracer, cell.row
    if cell.column in tracer.result.overlays:
        rule = "energy of the year, spread over its hours by the shape of the overlay"
        return cell.by(rule, tracer.setting("overlays"))
    base = _base_hour(cell)
    overlays = cell.beside(*(name for name in tracer.result.overlays if name in cell.frame))
    month = pd.Timestamp(row["time"]).month_name()
    targets = _targets(cell, int(row["year"]), ("year", month))
    how = tracer.find("months", "transform", year=int(row["year"]), name=month)
    transform = str(how.value).replace("_", " ") if how is not None else "its transform"
    rule = f"hour of the base day, brought to the targets of its month and year (transform {transform})"
    if overlays:
        rule += ", with the overlays added or netted"
    return cell.by(rule, base, *targets, *overlays)


def _base_hour(cell: Cell) -> Explained | None:
    time = pd.Timestamp(cell.row["time"])
    day = cell.tracer.find(
        "days", "base_day", day=time.tz_localize(None).normalize(), year=int(cell.row["year"])
    )
    if day is None:
        return None
    kind = day.row["kind"]
    try:
        begin = (pd.Timestamp(day.value) + pd.Timedelta(hours=time.hour)).tz_localize(time.tz)
    except ValueError:  # The clock has no such hour, or has it twice, on the base day.
        return Explained(f"base day {pd.Timestamp(day.value):%Y-%m-%d}", rule=f"for a {kind}")
    return cell.tracer.step(HISTORY, "load", time=begin)


def _targets(cell: Cell, year: int, periods: tuple[str, ...]) -> list[Explained]:
    table = cell.tracer.result.table("targets")
    return cell.tracer.steps("targets", "target", (table.year == year) & table.period.isin(periods))


def _history(cell: Cell) -> Explained | None:
    if cell.column == "held_out":
        return cell.by(
            "made from an earlier base year with the true targets of its year, to measure the error"
        )
    if cell.column != "load":
        return None
    facts = cell.tracer.result.facts
    time = pd.Timestamp(cell.row["time"])
    if cell.row["changed"]:
        rule = "repaired while cleaning the history: see the table cleaning"
        settings = (cell.tracer.setting(name) for name in ("longest_gap", "spikes", "restore_outages"))
        return cell.by(rule, *settings, place=facts["file"], origin=Origin.DERIVED)
    sheet = _sheet(cell)
    if sheet is None:
        rule = f"reading of the history; {CHANGED}, or it is not there: its row is not looked up"
        return cell.by(rule, place=facts["file"], origin=Origin.MEASURED)
    at = np.flatnonzero(
        placed_hours(sheet, _rules(cell)) == np.datetime64(time.tz_convert("UTC").tz_localize(None))
    )
    if not len(at):
        return cell.by("no reading lies in this hour", place=facts["file"], origin=Origin.DERIVED)
    cells = sheet.cell(int(at[0])) if len(at) == 1 else f"{sheet.cell(int(at[0]))}:{sheet.cell(int(at[-1]))}"
    place = ", ".join(filter(None, (facts["file"], sheet.sheet and f"sheet '{sheet.sheet}'")))
    where = f"{place}, cell {cells}" if len(sheet.places) else f"{place}, {cells}"
    rule = "reading of the history" if len(at) == 1 else f"mean of {len(at)} readings of the history"
    return cell.by(rule, place=where, origin=Origin.MEASURED)


def _rules(cell: Cell) -> CleaningRules:
    config, facts = cell.tracer.result.config, cell.tracer.result.facts
    return CleaningRules(config.stamps, config.clock, facts["zone"])


def _sheet(cell: Cell) -> HourlySheet | None:
    """The readings of the file, from the project's cache, where the file is still the one of the run."""
    tracer = cell.tracer
    name = tracer.result.facts["file"]
    sha256 = tracer.result.facts["files"][name]
    path = tracer.unchanged_input(name, sha256)
    try:
        if path is None or tracer.project is None:
            return None
        config = tracer.result.config
        return read_cached(tracer.project, path, sha256, config.history_sheet, config.load_columns)
    except WorkbenchError:
        return None


def _target(cell: Cell) -> Explained | None:
    row, tracer = cell.row, cell.tracer
    if cell.column == "reached":
        rule = "what the hours made for this year have of it"
        return cell.by(rule, *cell.beside("target"))
    if cell.column == "error":
        rule = "reached / target - 1; empty where the target had to yield"
        return cell.by(rule, *cell.beside("reached", "target"))
    if cell.column != "target":
        return None
    source, kind = str(row["source"]), str(row["kind"])
    named = _SCENARIO.search(source)
    if named is not None:
        return _from_demand(
            cell, named.group(1), "peak_mw" if kind == "annual_peak" else "requirement", source
        )
    if source.startswith("setting"):
        return cell.by("given in a setting", place=source, origin=Origin.GIVEN)
    if source.startswith("sheet"):
        file = tracer.result.config.targets_file or tracer.result.facts["file"]
        return cell.by("given in the workbook", place=f"{file}, {source}", origin=Origin.GIVEN)
    if source == "history":
        return cell.by(
            "measured in this year of the history", place=tracer.result.facts["file"], origin=Origin.MEASURED
        )
    return cell.by(source or "follows from the base year")


def _from_demand(cell: Cell, scenario: str, column: str, source: str) -> Explained:
    """Follow a target into the saved demand scenario that it was taken from."""
    tracer = cell.tracer
    rule = f"from the {source}"
    found = tracer.other("demand", scenario)
    if found is None:
        return cell.by(f"{rule}, which is not there any more", place=source)
    stamp = tracer.result.facts["files"].get(f"demand scenario {scenario}")
    if found.result.trace().inputs.get("settings") != stamp:
        return cell.by(f"{rule}, which was run again since: its numbers may be others now", place=source)
    return cell.by(rule, found.step("requirement", column, year=cell.year), place=source)


def _of_years(cell: Cell) -> Explained | None:
    """Energy, peak and the like of a year or a month: of its hours."""
    row, column = cell.row, cell.column
    month = str(row["name"]) if cell.table == "months" else ""
    if column == "load_factor":
        return cell.by(
            "mean / peak", *cell.beside(*(name for name in ("mean", "peak") if name in cell.frame))
        )
    if column == "base_year":
        return cell.by("the year of the history whose days give the shape", cell.tracer.setting("base_years"))
    if column.startswith("peak_p"):
        rule = (
            f"peak that is not exceeded in {column.removeprefix('peak_p')} of 100 years: mean of the year times a "
            "quantile of peak / mean in the years of the history"
        )
        return cell.by(rule, cell.tracer.setting("peak_level"))
    if column not in _OF_HOURS:
        return None
    hours = cell.tracer.tables[HOURS]
    inside = hours.year == int(row["year"])
    if month:
        inside &= hours.time.dt.month_name() == month
    load = "gross" if column == "gross_energy" and "gross" in hours else "load"
    at = np.flatnonzero(inside)
    rule = f"{_OF_HOURS[column]} of {len(at)} hours"
    targets = _targets(cell, int(row["year"]), (month or "year",))
    if column in ("peak", "minimum"):
        values = hours[load].to_numpy()[at]
        best = int(at[np.argmax(values) if column == "peak" else np.argmin(values)])
        return cell.by(rule, Cell(cell.tracer, HOURS, best, load).explain())
    return cell.by(rule, *targets)


def _of_past(cell: Cell) -> Explained | None:
    if cell.column == "year":
        return None
    return cell.by("of the hours of the cleaned history", place=cell.tracer.result.facts["file"])


def _base_day(cell: Cell) -> Explained | None:
    if cell.column != "base_day":
        return None
    rule = f"day of the base years that stands for a {cell.row['kind']}, aligned by weekday and holiday"
    return cell.by(rule, cell.tracer.setting("shape"))


def _measured(cell: Cell) -> Explained | None:
    rule = "years of the history made from earlier ones with their true targets, beside what was measured"
    return cell.by(rule) if cell.frame[cell.column].dtype.kind == "f" else None


TABLES: Rules = {
    HOURS: _hour,
    HISTORY: _history,
    "targets": _target,
    "years": _of_years,
    "months": _of_years,
    "history_years": _of_past,
    "cleaning": _of_past,
    "days": _base_day,
    "accuracy": _measured,
}
