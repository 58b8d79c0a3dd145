"""Holidays of a region: from the analyst's list, and for years that it does not reach from a calendar.

The calendar is the ``holidays`` package (https://holidays.readthedocs.io), which knows more feasts than a
utility counts as holidays. Where list and calendar overlap, only those of its feasts are carried on that the
list holds too.
"""

from __future__ import annotations

import datetime
import functools
import importlib.util
import re
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import TZPATH

import numpy as np

from workbench.data.arrays import Booleans, Times
from workbench.data.notes import Notes
from workbench.data.problems import Answer, Problems
from workbench.data.projects.project import Project
from workbench.errors import SettingError
from workbench.files import read_bytes

KEPT_SHARE = 0.5
"""A feast of the calendar is carried on when the list holds it in at least this share of the years."""
FEW_SHARE = 0.75
"""A calendar year with fewer days than this share of the usual number is reported as incomplete."""
SEVERAL_NAMES = ";"


@dataclass(frozen=True, slots=True)
class Holidays:
    """Holidays by day.

    Parameters
    ----------
    names
        Day -> name; empty when only the day is known.
    listed_years
        Calendar years in which the analyst's list holds a day.
    carried
        Names of the calendar's feasts that are carried on beyond the list; empty where there is no list.
    problems
        What was noticed.
    calendar_used
        Whether days of the calendar were looked up.
    repeated, not_found
        Days to add that are holidays already, and days to take away that are none.
    """

    names: Mapping[datetime.date, str]
    listed_years: tuple[int, ...] = ()
    carried: tuple[str, ...] = ()
    problems: Problems = field(default_factory=Problems, compare=False)
    calendar_used: bool = False
    repeated: tuple[str, ...] = ()
    not_found: tuple[str, ...] = ()

    def among(self, days: Times) -> Booleans:
        """Whether each day is a holiday."""
        return np.isin(days.astype("datetime64[D]"), np.array(list(self.names), dtype="datetime64[D]"))


def find_state(country: str, region: str) -> str:
    """Give the code of a state of a country by its name (``"Kerala"`` -> ``"KL"``), empty when unknown."""
    import holidays as calendar

    if not country or not region:
        return ""
    known = calendar.list_supported_countries(include_aliases=False).get(country, [])
    if region in known:
        return region
    aliases = getattr(getattr(calendar, country, None), "subdivisions_aliases", {})
    return str(aliases.get(region, ""))


def state_of(project: Project, country: str) -> str:
    """Give the code of a project's state by its region, or by its name where it has no region; empty when unknown.

    Parameters
    ----------
    project
        With a region, or a name such as "Kerala 2025".
    country
        ISO 3166 code.
    """
    import holidays as calendar

    if project.region:
        return find_state(country, project.region)
    aliases = getattr(getattr(calendar, country, None), "subdivisions_aliases", {})
    words = " ".join(["", *re.findall(r"[^\W_]+", project.name.lower()), ""])
    found = {str(code) for name, code in aliases.items() if f" {name.lower()} " in words}
    return found.pop() if len(found) == 1 else ""


def note_region(
    project: Project, country: str, state: str, listed: Mapping[datetime.date, str], notes: Notes
) -> None:
    """Doubt a calendar of holidays that is that of another country, or of no region of it.

    Parameters
    ----------
    project
        With its region and time zone.
    country, state
        As the settings give them.
    listed
        The analyst's list: with one nothing is doubted.
    notes
        Takes the doubt.
    """
    if not country or listed:
        return
    zone = project.settings.time_zone
    countries = countries_of(zone)
    if countries and country not in countries:
        notes.doubt(
            f"the holidays are those of {country}, and the clock is that of {zone}, which is in {countries[0]}",
            file="project.toml",
            setting="holiday_country",
            advice="give holiday_country, or a sheet Holidays",
            answers=tuple(Answer("holiday_country", code, f"Holidays of {code}") for code in countries[:3]),
        )
    elif not (state or state_of(project, country)):
        notes.doubt(
            f"the project has no region whose holidays are known ({project.region or 'none'}): those of the whole "
            f"of {country} count",
            file="project.toml",
            setting="holiday_state",
            advice="give region in project.toml, holiday_state, or a sheet Holidays",
        )


@functools.cache
def countries_of(zone: str) -> tuple[str, ...]:
    """Give the countries that keep a time zone, by their ISO 3166 codes; none where the tables do not have it."""
    package = importlib.util.find_spec("tzdata")
    folders = [Path(folder) for folder in TZPATH]
    if package is not None and package.origin:
        folders.append(Path(package.origin).parent / "zoneinfo")
    for name in (folder / "zone1970.tab" for folder in folders):
        try:
            lines = read_bytes(name).decode().splitlines()
        except (OSError, ValueError):
            continue
        rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
        found = [row[0].split(",") for row in rows if len(row) > 2 and row[2] == zone]
        return tuple(found[0]) if found else ()
    return ()


def holidays_of(
    years: Sequence[int],
    *,
    listed: Mapping[datetime.date, str] | None = None,
    country: str = "",
    state: str = "",
    extra: Sequence[str] = (),
    without: Sequence[str] = (),
    sheet: str = "",
    problems: Problems | None = None,
) -> Holidays:
    """Put together the holidays of some calendar years.

    Parameters
    ----------
    years
        Calendar years that are needed.
    listed
        The analyst's list, day -> name.
    country, state
        Of the calendar; without a country only the list counts.
    extra, without
        Days to add and to take away, as ``2026-08-15``.
    sheet
        Where the list is, for the messages.
    problems
        Collects what was noticed.

    Raises
    ------
    SettingError
        When the calendar does not know the country or its state.
    """
    problems = Problems() if problems is None else problems
    listed = dict(sorted((listed or {}).items()))
    listed_years = sorted({day.year for day in listed})
    needed = sorted(set(years))
    if listed and not set(listed_years) & set(needed):
        problems.warning(
            f"the holidays are of {listed_years[0]} to {listed_years[-1]}, none of them in the years "
            f"{needed[0]} to {needed[-1]} that are needed: the list is from other years; extend it.",
            sheet=sheet,
        )
    found = dict(listed)
    missing = [year for year in needed if year not in listed_years]
    carried: tuple[str, ...] = ()
    calendar_used = bool(country) and (bool(missing) or not listed or not _reaches(listed, needed))
    if calendar_used:
        calendar = _calendar(country, state, sorted({*needed, *listed_years}), problems)
        carried = carried_feasts(calendar, listed)
        added = {
            day: name
            for day, name in calendar.items()
            if day.year in needed
            and not is_listed_period(day, listed)
            and (not listed or set(_single(name)) & set(carried))
        }
        found |= added
        if added:
            place = f"{country}-{state}" if state else country
            span = _span(sorted({day.year for day in added}))
            kept = f", those {len(carried)} feasts that the list holds too" if listed else ""
            problems.warning(
                f"holidays of {span} are not all listed: taken from "
                f"the calendar of {place}{kept}. Moon-dependent days may differ by a day; "
                "correct them with extra_holidays and "
                "no_holidays.",
                sheet=sheet,
            )
    elif missing:
        problems.warning(
            f"there are no holidays in {_span(missing)}: every day counts as ordinary.", sheet=sheet
        )
    repeated = tuple(text for text in extra if datetime.date.fromisoformat(text) in found)
    for text in extra:
        found.setdefault(datetime.date.fromisoformat(text), "added in the settings")
    not_found = tuple(text for text in without if datetime.date.fromisoformat(text) not in found)
    for text in without:
        found.pop(datetime.date.fromisoformat(text), None)
    return Holidays(
        dict(sorted(found.items())),
        tuple(listed_years),
        carried,
        problems,
        calendar_used,
        repeated,
        not_found,
    )


def is_listed_period(day: datetime.date, listed: Mapping[datetime.date, str]) -> bool:
    """Whether a list says which days around this one are holidays: in its years, from its first to its last day.

    A list of fiscal years ends with a March; the other months of that year are not in it.
    """
    years = {known.year for known in listed}
    return day.year in years and min(listed) <= day <= max(listed)


def carried_feasts(
    calendar: Mapping[datetime.date, str], listed: Mapping[datetime.date, str]
) -> tuple[str, ...]:
    """Names of the calendar's feasts that the list holds in most of the years that it covers."""
    there, held = Counter[str](), Counter[str]()
    for day, name in calendar.items():
        if is_listed_period(day, listed):
            for single in _single(name):
                there[single] += 1
                held[single] += day in listed
    return tuple(name for name in there if held[name] >= KEPT_SHARE * there[name])


def _reaches(listed: Mapping[datetime.date, str], needed: Sequence[int]) -> bool:
    """Whether the list spans all needed years but for the days after a Christmas or before a New Year."""
    return min(listed) <= datetime.date(needed[0], 1, 26) and max(listed) >= datetime.date(needed[-1], 12, 1)


def _calendar(country: str, state: str, years: Sequence[int], problems: Problems) -> dict[datetime.date, str]:
    import holidays as calendar

    try:
        with warnings.catch_warnings():
            # The package warns at its limits; what it leaves out is counted and reported below.
            warnings.simplefilter("ignore")
            found = calendar.country_holidays(country, subdiv=state or None, years=list(years))
    except NotImplementedError:
        raise SettingError(
            f"The holiday calendar knows no {country}{'-' + state if state else ''}; give an ISO code such "
            f"as IN, or "
            "leave holiday_country empty and list the holidays in the workbook.",
            "holiday_country",
            country,
        ) from None
    counts = Counter(day.year for day in found)
    usual = sorted(counts.values())[len(counts) // 2] if counts else 0
    poor = [year for year in years if counts[year] < FEW_SHARE * usual]
    if poor:
        problems.warning(
            f"the calendar of {country} has {counts[poor[0]]} days in {_span(poor)} where {usual} are usual: "
            f"feasts "
            "without a fixed date are missing; add them with extra_holidays."
        )
    return {day: name.replace(" (estimated)", "") for day, name in sorted(found.items())}


def _single(name: str) -> list[str]:
    return [part.strip() for part in name.split(SEVERAL_NAMES)]


def _span(years: Sequence[int]) -> str:
    return str(years[0]) if len(years) == 1 else f"{years[0]} to {years[-1]}"
