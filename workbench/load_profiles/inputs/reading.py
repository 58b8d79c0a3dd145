"""Everything the profiles are made from, read and checked in one pass: history, holidays, targets.

The parsed history is kept in the project's cache under the hash of its file, so that a second run does not
parse the workbook again.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.data.problems import Problem, Problems
from workbench.data.projects.project import WORKBOOK_SUFFIXES, Project
from workbench.data.tables.table import plain_name
from workbench.data.workbooks.reading import Workbook, read_workbook
from workbench.errors import SettingError
from workbench.hourly_loads.cleaning import History, clean
from workbench.hourly_loads.day_matrix import DayMatrix
from workbench.hourly_loads.findings import Finding, findings_table, report_findings
from workbench.hourly_loads.history_years import history_years, partial_years
from workbench.hourly_loads.reading.files import find_file, read_cached
from workbench.hourly_loads.reading.hourly_sheet import HourlySheet
from workbench.hourly_loads.reading.moments import read_moments
from workbench.hourly_loads.rules import CleaningRules
from workbench.hourly_loads.year_hours import hours_of_year
from workbench.load_profiles.config import LoadProfileConfig
from workbench.load_profiles.inputs.holidays_of_region import holidays_of, state_of
from workbench.load_profiles.inputs.target_sheets import TargetSheets, read_targets
from workbench.runs.model.digest import file_digest

HOLIDAY_SHEETS = ("holidays", "holiday", "publicholidays", "holidaylist")
HOLIDAY_NAMES = ("name", "occasion", "description", "festival")


@dataclass(frozen=True, slots=True, eq=False)
class LoadInput:
    """Everything that the files say.

    Parameters
    ----------
    path
        File of the history.
    files
        Name of each file that was read -> SHA-256.
    sheet
        Sheet of the history.
    history
        Clean hours.
    years
        Its years, see :func:`~workbench.hourly_loads.history_years.history_years`.
    cleaning
        What was noticed and done, a row each.
    holidays
        The analyst's list: day -> name.
    holiday_sheet
        Where it is.
    targets
        Targets of the workbook.
    first_month
        Month in which a year begins.
    problems
        Everything noticed, in sentences.
    has_zone, has_stamps
        Whether the file says the clock of its times, and what they mark.
    """

    path: Path
    files: Mapping[str, str]
    sheet: str
    history: History
    years: pd.DataFrame
    cleaning: pd.DataFrame
    holidays: Mapping[datetime.date, str]
    holiday_sheet: str
    targets: TargetSheets
    first_month: int
    problems: tuple[Problem, ...]
    has_zone: bool = False
    has_stamps: bool = False

    @property
    def complete_years(self) -> tuple[int, ...]:
        """Years that can serve as base."""
        return tuple(int(year) for year in self.years[self.years.complete].year)

    def matrices(self) -> dict[int, DayMatrix]:
        """Loads of the complete years by day and hour."""
        return _split(self.history.days(), self.complete_years, self.first_month, self.history.zone)

    def warmth(self) -> dict[int, DayMatrix]:
        """Temperatures of the years that have them throughout, by day and hour."""
        if not len(self.history.temperature):
            return {}
        years = tuple(int(year) for year in self.years.year)
        found = _split(self.history.warmth(), years, self.first_month, self.history.zone)
        return {
            year: matrix
            for year, matrix in found.items()
            if len(matrix) >= 365 and not np.isnan(matrix.grid).any()
        }


def first_month_of(project: Project, config: LoadProfileConfig) -> int:
    """Month in which the years of the profiles begin."""
    return 1 if config.calendar_years else project.settings.fiscal_year_start


def read_inputs(project: Project, config: LoadProfileConfig | None = None) -> LoadInput:
    """Read and check everything.

    Parameters
    ----------
    project
        Where the files are.
    config
        Says which files, how the stamps are read and what is repaired.

    Raises
    ------
    UnreadableFile
        When a file is missing, locked or of another kind.
    InvalidData
        With every problem in ``.problems``.
    SettingError
        When a base year that is requested is not complete.
    """
    config = config or LoadProfileConfig()
    path = find_file(project, config.file)
    digest = file_digest(path)
    sheet = read_cached(project, path, digest, config.history_sheet, config.load_columns)
    first_month, zone = first_month_of(project, config), project.settings.time_zone
    problems = Problems(path.name)
    problems.extend(sheet.problems)
    files = {path.name: digest}
    book, target_book = _small_sheets(project, path, config, files, sheet)
    listed, holiday_sheet = _read_holidays(book, problems)
    rules = CleaningRules(
        config.stamps,
        config.clock,
        zone,
        config.longest_gap,
        config.spikes,
        config.restore_outages,
        config.negative_loads,
        _feasts(project, config, sheet, listed),
    )
    history = clean(sheet, rules)
    years = history_years(history, first_month)
    found = [*history.found, *partial_years(years, first_month, zone)]
    report_findings(found, sheet.sheet, problems)
    if not years.complete.any():
        problems.error(
            f"no year from month {first_month} on is complete in the hourly history; see what is missing, or fill "
            f"longer gaps (longest_gap).{_other_levels(history)}",
            sheet=sheet.sheet,
        )
    _check_base_years(config, years)
    last = years[years.complete].energy
    targets = TargetSheets()
    if target_book is not None:
        own = Problems(target_book.path.name)
        targets = read_targets(
            target_book,
            first_month=first_month,
            zone=zone,
            energy_unit=config.energy_unit,
            history_energy_mwh=1000 * float(last.iloc[-1]) if len(last) else np.nan,
            problems=own,
        )
        problems.extend(own)
    problems.raise_errors()
    return LoadInput(
        path,
        files,
        sheet.sheet,
        history,
        years,
        findings_table(found),
        listed,
        holiday_sheet,
        targets,
        first_month,
        tuple(problems),
        bool(sheet.zone),
        sheet.stamps is not None,
    )


def _feasts(
    project: Project,
    config: LoadProfileConfig,
    sheet: HourlySheet,
    listed: Mapping[datetime.date, str],
) -> frozenset[datetime.date]:
    """Days on which a low load is no outage: those of the list, else of the calendar of the region."""
    if listed or not config.holiday_country or not len(sheet.times):
        return frozenset(listed)
    ends = np.array([sheet.times.min(), sheet.times.max()]).astype("datetime64[Y]").astype(int) + 1970
    state = config.holiday_state or state_of(project, config.holiday_country)
    years = range(int(ends[0]), int(ends[1]) + 1)
    return frozenset(holidays_of(years, country=config.holiday_country, state=state).names)


def _other_levels(history: History) -> str:
    """Name the hours that were left out because they look as if in another unit."""
    found = [item for item in history.found if item.finding is Finding.LEVEL]
    return "".join(
        f" {item.hours} hours from {str(item.first).replace('T', ' ')} on ({item.cell}) are left out: {item.detail}"
        for item in found[:3]
    )


def _check_base_years(config: LoadProfileConfig, years: pd.DataFrame) -> None:
    complete = [int(year) for year in years[years.complete].year]
    for year in config.base_years:
        if year not in complete:
            known = years[years.year == year]
            has = "is not in the history"
            if len(known):
                has = f"has only {int(known.iloc[0].known)} of {int(known.iloc[0].hours)} hours"
            raise SettingError(
                f"The base year {year} {has}; complete are {', '.join(map(str, complete)) or 'none'}.",
                "base_years",
                year,
            )


def _small_sheets(
    project: Project, path: Path, config: LoadProfileConfig, files: dict[str, str], hours: HourlySheet
) -> tuple[Workbook | None, Workbook | None]:
    """The workbooks of the holidays and of the targets, without the sheet of hours."""
    book = None
    if path.suffix.lower() in WORKBOOK_SUFFIXES:
        names = read_workbook(path, sheets=()).sheet_names
        read = {hours.sheet, *(name for name, _ in hours.parts)}
        book = read_workbook(path, sheets=[name for name in names if name not in read])
    if not config.targets_file:
        return book, book
    other = project.input(config.targets_file)
    files[other.name] = file_digest(other)
    target_book = read_workbook(other)
    return (book if book is not None else target_book), target_book


def _read_holidays(book: Workbook | None, problems: Problems) -> tuple[dict[datetime.date, str], str]:
    name = (
        None if book is None else next((n for n in book.sheet_names if plain_name(n) in HOLIDAY_SHEETS), None)
    )
    if book is None or name is None:
        return {}, ""
    table = book.sheet(name).table(problems, headers=(("date", "day", *HOLIDAY_SHEETS), HOLIDAY_NAMES))
    if not table.columns or not table.rows:
        return {}, name
    columns = {plain_name(column): column for column in table.columns}
    day_column = next(
        (columns[n] for n in ("date", "day", "holiday", "holidays") if n in columns), table.columns[0]
    )
    name_column = next((columns[n] for n in HOLIDAY_NAMES if n in columns), None)
    days = read_moments(table, day_column, problems)
    names = [""] * len(days) if name_column is None else [str(v or "") for v in table.column(name_column)]
    found: dict[datetime.date, str] = {}
    for row, (day, text) in enumerate(zip(days.astype("datetime64[D]").tolist(), names, strict=True)):
        if day is None:
            continue
        if day in found:
            problems.warning(
                f"the holiday {day} is listed twice.", sheet=name, cell=table.cell(row, day_column)
            )
        found[day] = text
    return found, name


def _split(matrix: DayMatrix, years: tuple[int, ...], first_month: int, zone: str) -> dict[int, DayMatrix]:
    found = {}
    for year in years:
        days = hours_of_year(year, first_month, zone).days
        found[year] = matrix.between(days[0], days[-1])
    return found
