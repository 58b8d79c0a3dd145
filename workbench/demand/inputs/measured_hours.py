"""The measured hourly load of the project: energy, peak and load factor of its complete years."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from workbench.data.notes import Notes
from workbench.data.problems import Problems
from workbench.data.projects.project import Project
from workbench.data.workbooks.reading import read_workbook
from workbench.demand.config import HOURLY_AUTOMATIC, HOURLY_NONE, DemandConfig
from workbench.errors import DataError
from workbench.hourly_loads.cleaning import History, clean, placed_hours
from workbench.hourly_loads.findings import Finding, report_findings
from workbench.hourly_loads.history_years import history_years, year_load
from workbench.hourly_loads.reading.files import named_files, read_cached
from workbench.hourly_loads.reading.hourly_sheet import HourlySheet, has_history_name
from workbench.hourly_loads.rules import CleaningRules
from workbench.hourly_loads.year_hours import hours_of_year, year_of_days
from workbench.runs.model.digest import file_digest

__all__ = ["MeasuredHours", "MeasuredYear", "read_measured_hours"]

SHAPING = (
    Finding.SPIKE,
    Finding.LEVEL,
    Finding.ZERO,
    Finding.OUTAGE,
    Finding.NEGATIVE,
    Finding.SHIFTED_STAMPS,
)
"""Findings that may touch the energy or the peak of a year."""


@dataclass(frozen=True, slots=True)
class MeasuredYear:
    """What the hours of a complete year say.

    Parameters
    ----------
    energy
        Sum of the hours [GWh].
    peak
        Highest hour [MW]; an hour that was flagged as wrong is never it.
    hours
        Number of hours.
    at
        Local time at which the highest hour begins.
    place
        Its file, sheet and cell or row.
    """

    energy: float
    peak: float
    hours: int
    at: str
    place: str

    @property
    def load_factor(self) -> float:
        """Mean over peak [%]."""
        return 100_000 * self.energy / (self.hours * self.peak)


@dataclass(frozen=True, slots=True)
class MeasuredHours:
    """The hourly load of a project; without years where it has none.

    Parameters
    ----------
    path, sha256, sheet
        Its file.
    years
        Its complete (fiscal) years.
    notes
        What was noticed in it, or why none is used.
    """

    path: Path | None = None
    sha256: str = ""
    sheet: str = ""
    years: Mapping[int, MeasuredYear] = field(default_factory=dict)
    notes: Notes = field(default_factory=Notes)

    @property
    def place(self) -> str:
        """File and sheet."""
        name = "" if self.path is None else self.path.name
        return ", ".join(filter(None, (name, self.sheet and f"sheet '{self.sheet}'")))

    def to_plain(self) -> dict[str, Any]:
        """Give what a result keeps of it, as JSON holds it."""
        if self.path is None:
            return {}
        years = {
            str(year): {**asdict(its), "load_factor": its.load_factor} for year, its in self.years.items()
        }
        return {"file": self.path.name, "sha256": self.sha256, "place": self.place, "years": years}


def read_measured_hours(
    project: Project, workbook: Path, config: DemandConfig, last_actual: int
) -> MeasuredHours:
    """Read the hourly load of a project, by the rules of the load profiles.

    Parameters
    ----------
    project
        Where the files are, and the month and clock of its years.
    workbook
        The demand workbook; it may have a sheet of hours.
    config
        Names the file, or leaves it to its name.
    last_actual
        Last year with actual sales.

    Raises
    ------
    DataError
        When a file that is named cannot be read; one that is only found is left out, which is said.
    """
    notes = Notes()
    asked = config.hourly_file.strip()
    path = _choose(project, workbook, asked, notes)
    if asked == HOURLY_NONE and _choose(project, workbook, HOURLY_AUTOMATIC, Notes()) is None:
        notes.unused("there is no hourly load that could be used", setting="hourly_file")
    if path is None:
        return MeasuredHours(notes=notes)
    digest = file_digest(path)
    try:
        sheet = read_cached(project, path, digest, "")
    except DataError as error:
        if asked != HOURLY_AUTOMATIC:
            raise
        notes.doubt(
            f"no hourly loads could be read from it, and none are used: {error}",
            file=path.name,
            setting="hourly_file",
            advice="mend it, name another file in hourly_file, or set it to none",
        )
        return MeasuredHours(notes=notes)
    rules = CleaningRules(zone=project.settings.time_zone)
    history = clean(sheet, rules)
    years = _years(sheet, history, rules, project.settings.fiscal_year_start)
    _note(sheet, history, years, project.settings.fiscal_year_start, last_actual, notes)
    return MeasuredHours(path, digest, sheet.sheet, years, notes)


def _choose(project: Project, workbook: Path, asked: str, notes: Notes) -> Path | None:
    if asked == HOURLY_NONE:
        return None
    if asked != HOURLY_AUTOMATIC:
        return project.input(asked)
    named = [path for path in named_files(project) if path != workbook]
    if len(named) > 1:
        notes.ambiguity(
            f"several files may hold the hourly load ({', '.join(path.name for path in named)}); none is used",
            setting="hourly_file",
            tables=("requirement",),
            advice="name one in hourly_file",
        )
        return None
    if named:
        return named[0]
    return workbook if any(map(has_history_name, read_workbook(workbook, sheets=()).sheet_names)) else None


def _years(
    sheet: HourlySheet, history: History, rules: CleaningRules, first_month: int
) -> dict[int, MeasuredYear]:
    table = history_years(history, first_month)
    placed, found = placed_hours(sheet, rules), {}
    for row in table[table.complete].to_dict("records"):
        hours = hours_of_year(int(row["year"]), first_month, history.zone)
        top = int(year_load(history, hours).argmax())
        at = np.flatnonzero(placed == hours.utc[top])
        cell = sheet.cell(int(at[0])) if len(at) else ""
        where = cell if cell.startswith("row") or not cell else f"cell {cell}"
        place = ", ".join(filter(None, (sheet.file, sheet.sheet and f"sheet '{sheet.sheet}'", where)))
        time = str(hours.local[top]).replace("T", " ")
        found[int(row["year"])] = MeasuredYear(
            float(row["energy"]), float(row["peak"]), len(hours), time, place
        )
    return found


def _note(
    sheet: HourlySheet,
    history: History,
    years: Mapping[int, MeasuredYear],
    first_month: int,
    last_actual: int,
    notes: Notes,
) -> None:
    """Say what touches the years that count: the last one with sales, and those after it."""
    if not years:
        notes.unused(
            f"no year from month {first_month} on has all its hours: no peak follows from them",
            file=sheet.file,
            sheet=sheet.sheet,
            advice="give the missing hours; the load profiles list them",
        )
    first = max((year for year in years if year <= last_actual), default=last_actual + 1)
    found = [
        item
        for item in history.found
        if item.finding in SHAPING
        and year_of_days(np.array([item.first]).astype("datetime64[D]"), first_month)[0] >= first
    ]
    problems = Problems(sheet.file)
    report_findings(found, sheet.sheet, problems)
    notes.add_problems(problems)
