"""Where the hourly load of each planned year comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from workbench.capacity.config import CapacityConfig
from workbench.capacity.model.fiscal_hours import fit_to, hours_of
from workbench.capacity.model.system import System
from workbench.data.arrays import Floats, Times
from workbench.data.notes import Note, Notes
from workbench.data.projects.project import Project
from workbench.data.results.saved_notes import inherited_omissions
from workbench.data.results.scenario import SUMMARY_FILE, finished_scenarios
from workbench.data.workbooks.reading import read_workbook
from workbench.errors import InvalidData
from workbench.runs.model.digest import file_digest

if TYPE_CHECKING:
    from workbench.hourly_loads.reading.hourly_sheet import HourlySheet

PROFILE_DOMAIN = "load_profiles"
LOAD_SHEET = "Past_Hourly_Demand"
"""Sheet of an hourly load workbook."""
OWN_SHEETS = ("Load", "Hourly load", "Load profile", "Hourly demand", "Demand profile", LOAD_SHEET)
"""Sheets of a workbook of plants that may hold its load with the time of each hour."""
FIRST_MONTH = 4
"""Fiscal years begin in April."""


@dataclass(frozen=True, slots=True)
class Load:
    """The load of the planned years and where it comes from."""

    by_year: dict[int, Floats]
    source: str
    sha256: str = ""
    path: str = ""
    profile: str = ""
    """Name of the saved load profile, where it is one."""
    notes: tuple[Note, ...] = ()
    """Years that were grown from another one, and what is missing in that load profile, where it was accepted."""


def find_load(project: Project | None, system: System, config: CapacityConfig) -> Load:
    """Find the load of every planned year [MW by hour].

    In automatic order: the workbook's own sheet, a saved load profile, the hourly load workbook.

    Raises
    ------
    InvalidData
        When there is none, it is below zero in an hour, or a load profile is incomplete and the settings do not
        accept that.
    """
    found = _find_load(project, system, config)
    for year, load in found.by_year.items():
        below = np.flatnonzero(load < 0)
        if len(below):
            raise InvalidData(
                f"The load of {year} ({found.source}) is below zero in {len(below):,} hours, down to "
                f"{load.min():,.0f} MW in hour {int(load.argmin()) + 1}: a net load, behind plants that the plan "
                "does not see and could not turn down. Plan with the gross load, and give what is behind it as "
                "plants.",
                system.path,
            )
    return found


def _find_load(project: Project | None, system: System, config: CapacityConfig) -> Load:
    wanted = config.demand_source
    if wanted == "sheet" or (wanted == "automatic" and system.demand):
        if not system.demand:
            raise InvalidData(
                f"{system.path.name} has no sheet 'Demand'; choose another demand_source.", system.path
            )
        return _grown(
            system.demand, config, f"sheet 'Demand' of {system.path.name}", system.sha256, str(system.path)
        )
    if project is not None and wanted in ("automatic", "load profile"):
        found = _from_profile(project, config)
        if found is not None:
            return found
        if wanted == "load profile" or config.load_profile:
            present = ", ".join(finished_scenarios(project, PROFILE_DOMAIN)) or "none"
            raise InvalidData(
                f"There is no load profile '{config.load_profile}'; saved are {present}. Name one in "
                "load_profile, or generate one first.",
                project.results,
            )
    if project is not None:
        found = _from_hourly_load(project, system.path, config)
        if found is not None:
            return found
    raise InvalidData(
        "There is no hourly load: add a sheet 'Demand' with one column a year, generate a load profile, or put an "
        f"hourly load workbook (sheet {LOAD_SHEET}) into the inputs.",
        system.path,
    )


def _grown(known: Mapping[int, Floats], config: CapacityConfig, source: str, sha256: str, path: str) -> Load:
    years = dict(known)
    found, notes = {}, Notes()
    for year in config.years:
        if year in years:
            found[year] = years[year]
            continue
        base = max((y for y in years if y < year), default=min(years))
        factor = (1 + config.demand_growth / 100) ** (year - base)
        found[year] = fit_to(years[base], hours_of(year)) * factor
        notes.assumption(
            f"the load of {year} is not given: that of {base} with {config.demand_growth:g} % a year is assumed.",
            setting="demand_growth",
            years=(year,),
            advice="give the load of that year",
        )
        source = f"{source}; {year} from {base} at {config.demand_growth:g} % a year"
    return Load(found, source, sha256, path, notes=tuple(notes))


def _from_profile(project: Project, config: CapacityConfig) -> Load | None:
    """Read a saved load profile through its own results."""
    finished = finished_scenarios(project, PROFILE_DOMAIN)
    name = config.load_profile or (finished[0] if len(finished) == 1 else "")
    if name not in finished:
        return None
    from workbench.load_profiles.results.saved import load  # only a plan that starts from a profile needs it

    profile = load(project, name)
    omissions = inherited_omissions(profile.notes, f"load profile '{name}'", accept=config.accept_incomplete)
    if profile.first_month != FIRST_MONTH:
        raise InvalidData(
            f"The load profile '{name}' has years that begin in month {profile.first_month}; a plan needs fiscal "
            f"years that begin in month {FIRST_MONTH}.",
            project.results,
        )
    by_year = {year: profile.hours(year)["load"].to_numpy(dtype=float) for year in profile.years}
    summary = project.results_folder(PROFILE_DOMAIN, name) / SUMMARY_FILE
    grown = _grown(by_year, config, f"load profile '{name}'", file_digest(summary), str(summary))
    return replace(grown, profile=name, notes=(*omissions, *grown.notes))


def _from_hourly_load(project: Project, own: Path, config: CapacityConfig) -> Load | None:
    """Take the last complete fiscal year of the hourly load workbook and let it grow."""
    books = [path for path in project.input_files() if path.suffix.lower() in (".xlsx", ".xlsm")]
    for path, names in [(own, OWN_SHEETS), *((path, (LOAD_SHEET,)) for path in books)]:
        book = read_workbook(path, sheets=())
        sheet = next((found for name in names if (found := book.find_sheet(name))), None)
        if sheet is None:
            continue
        from workbench.hourly_loads.reading.hourly_sheet import read_hourly_sheet  # only such a plan needs it

        hourly = read_hourly_sheet(path, sheet)
        complete = _complete_years(_begins_of(hourly, project.settings.time_zone), hourly.load)
        if complete:
            grown = _grown(complete, config, f"{path.name}", book.sha256, str(path))
            notes = Notes(path.name)
            notes.add_problems(hourly.problems)
            return replace(grown, notes=(*notes, *grown.notes))
    return None


def _begins_of(hourly: HourlySheet, zone: str) -> Times:
    """Give the begin of each reading on the local clock, where the file says its own clock or stamps the ends."""
    from workbench.hourly_loads.cleaning import placed_hours
    from workbench.hourly_loads.rules import CleaningRules, Stamps
    from workbench.hourly_loads.year_hours import local_times

    if not hourly.zone and hourly.stamps is not Stamps.ENDS:
        return hourly.times
    return local_times(placed_hours(hourly, CleaningRules(zone=zone)), zone)


def _complete_years(times: Times, load: Floats) -> dict[int, Floats]:
    """Load [MW] of each hour of the fiscal years of which every hour is there, once or as equal parts of it."""
    hours, place, parts = np.unique(times.astype("datetime64[h]"), return_inverse=True, return_counts=True)
    mean = np.bincount(place, weights=load) / parts
    months = hours.astype("datetime64[M]").astype(int)
    years = 1970 + (months - (FIRST_MONTH - 1)) // 12 + 1
    found = {}
    for year in map(int, np.unique(years)):
        its = years == year
        whole = its.sum() == len(hours_of(year)) and np.unique(parts[its]).size == 1
        if whole and np.isfinite(mean[its]).all():
            found[year] = mean[its]
    return found
