"""Dates that are spread over columns: year and day of the year, or year, month and day, with an hour or without."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from workbench.data.problems import Problems
from workbench.data.texts.layout import rows_text

_PARTS: Mapping[str, str] = {
    **dict.fromkeys(("year", "yr", "yyyy", "ano", "año", "annee", "année", "jahr"), "year"),
    **dict.fromkeys(("doy", "jul", "julian", "jday", "yday", "day_of_year", "julian_day"), "doy"),
    **dict.fromkeys(("month", "mo", "mon", "mm", "mes", "mês", "mois", "monat"), "month"),
    **dict.fromkeys(("day", "dy", "dd", "dia", "día", "jour", "tag"), "day"),
    **dict.fromkeys(("hour", "hr", "hh", "hora", "heure", "stunde"), "hour"),
}
_DAYS_OF_YEAR = 366
HOURS_OF_A_DAY, MINUTES = 24, 60


def is_date_part(header: str) -> bool:
    """Whether a header names a part of a date."""
    return _plain(header) in _PARTS


def date_columns(headers: Sequence[str]) -> dict[str, str]:
    """Give the columns that make up a date, by part; empty where they do not make one."""
    parts: dict[str, str] = {}
    for header in headers:
        part = _PARTS.get(_plain(header))
        if part is not None:
            parts.setdefault(part, header)
    if "year" not in parts:
        return {}
    if {"month", "day"} <= set(parts):
        parts.pop("doy", None)
    elif "doy" in parts:
        parts = {part: header for part, header in parts.items() if part not in ("month", "day")}
    else:
        return {}
    return parts


def without_other_hours(raw: pd.DataFrame, parts: Mapping[str, str]) -> dict[str, str]:
    """Leave an hour out that is none: HR is the hour in English and the humidity in Spanish.

    Hours are whole, from 0 to 24 or written as 1430, and the same day has several.
    """
    if "hour" not in parts:
        return dict(parts)
    hour = pd.to_numeric(raw[parts["hour"]], errors="coerce")
    clock = hour.where(hour <= HOURS_OF_A_DAY, hour // 100)
    are_whole = bool(((hour % 1 == 0) & clock.between(0, HOURS_OF_A_DAY) & (hour % 100 < MINUTES)).all())
    days = [header for part, header in parts.items() if part != "hour"]
    if are_whole and raw.duplicated(days).any():
        return dict(parts)
    return {part: header for part, header in parts.items() if part != "hour"}


def joined_dates(raw: pd.DataFrame, parts: Mapping[str, str], problems: Problems) -> pd.Series:
    """Give the dates of columns, as texts of ISO 8601; a row whose parts are no date is among the problems.

    Parameters
    ----------
    raw
        The table; its index numbers the rows.
    parts
        As :func:`date_columns` gives it.
    problems
        Takes an error for the rows without a date.
    """
    numbers = {part: pd.to_numeric(raw[header], errors="coerce") for part, header in parts.items()}
    year = numbers["year"]
    if "doy" in numbers:
        day = numbers["doy"]
        start = pd.to_datetime(year.astype("Int64").astype(str) + "-01-01", errors="coerce")
        stamps = start + pd.to_timedelta(day.where(day.between(1, _DAYS_OF_YEAR)) - 1, unit="D")
        stamps = stamps.where(stamps.dt.year == year)
    else:
        columns = {part: numbers[part] for part in ("year", "month", "day")}
        stamps = pd.to_datetime(pd.DataFrame(columns), errors="coerce")
    bad = raw.index[stamps.isna().to_numpy()]
    if len(bad):
        named = ", ".join(f"'{header}'" for part, header in parts.items() if part != "hour")
        seen = " ".join(_shown(raw.loc[bad[0], header]) for part, header in parts.items() if part != "hour")
        problems.error(f"{rows_text(list(bad))}: the columns {named} are no date ('{seen}'); correct them.")
    texts = stamps.dt.strftime("%Y-%m-%d")
    if "hour" not in numbers:
        return texts
    hour = numbers["hour"].where(numbers["hour"] <= HOURS_OF_A_DAY, numbers["hour"] // 100)
    minutes = np.where(numbers["hour"] > HOURS_OF_A_DAY, numbers["hour"] % 100, 0)
    clock = hour.astype("Int64").astype(str).str.zfill(2) + pd.Series(minutes, index=raw.index).map(
        lambda value: f":{int(value):02d}" if value == value else ""
    )
    return texts + " " + clock


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _plain(header: str) -> str:
    return header.strip().casefold().replace(" ", "_")
