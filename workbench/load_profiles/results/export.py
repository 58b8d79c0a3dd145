"""Hours for other programs: CSV and Excel for each year, and snapshots for PyPSA."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.data.atomic import write_text
from workbench.data.heading import Heading
from workbench.data.results.export import table_sheet
from workbench.data.workbooks.writing import Column, writing_workbook
from workbench.hourly_loads.clock import standard_offset
from workbench.hourly_loads.year_hours import hours_of_year
from workbench.load_profiles.results.saved import LoadProfileResult
from workbench.load_profiles.shapes.day_types import DAY_NAMES, day_kinds

EXCEL_DAY_ZERO = np.datetime64("1899-12-30", "m")


def write_csv(result: LoadProfileResult, year: int, path: Path) -> Path:
    """Write the hours of a year; units are in the headers.

    Columns: local begin of the hour with its offset, begin in UTC, and every column in MW.

    Parameters
    ----------
    result
        The result.
    year
        Which year.
    path
        Final name, ``.csv``.

    Raises
    ------
    UnreadableFile
        When the year is not there.
    UnwritableFile
        When the operating system refuses.
    """
    frame = result.hours(year)
    index = pd.DatetimeIndex(frame.index)
    offsets = index.strftime("%z")
    times = {
        f"begin of the hour [{result.zone}]": index.strftime("%Y-%m-%d %H:%M")
        + offsets.str[:3]
        + ":"
        + offsets.str[3:],
        "begin of the hour [UTC]": index.tz_convert("UTC").strftime("%Y-%m-%d %H:%M"),
    }
    # As many digits as the hours have: what is read back adds up to the targets again.
    values = {f"{name} [MW]": frame[name].map("{:.12g}".format) for name in frame}
    text = io.StringIO()
    text.write(_of(result, year).comments)
    pd.DataFrame({**times, **{name: column.to_numpy() for name, column in values.items()}}).to_csv(
        text, index=False
    )
    write_text(path, text.getvalue())
    return path


def write_blocks(result: LoadProfileResult, year: int, path: Path) -> Path:
    """Write the quarter hours of a year as blocks 1 to 96 of each day, as load dispatch centres exchange them.

    Columns: local date, block (1 begins at 00:00) and load [MW]; a day of the change of clock has 92 or 100 blocks,
    of which those of the hour that is lived twice carry the same number.

    Parameters
    ----------
    result
        The result.
    year
        Which year.
    path
        Final name, ``.csv``.

    Raises
    ------
    UnreadableFile
        When the year is not there, or has no quarter hours.
    UnwritableFile
        When the operating system refuses.
    """
    load = result.quarter_hours(year)
    index = pd.DatetimeIndex(load.index)
    text = io.StringIO()
    text.write(_of(result, year).comments)
    pd.DataFrame(
        {
            "date": index.strftime("%Y-%m-%d"),
            "block": index.hour * 4 + index.minute // 15 + 1,
            "load [MW]": load.map("{:.12g}".format).to_numpy(),
        }
    ).to_csv(text, index=False)
    write_text(path, text.getvalue())
    return path


def write_excel(result: LoadProfileResult, year: int, path: Path) -> Path:
    """Write the hours of a year as a workbook, with its months, targets and conflicts.

    Parameters
    ----------
    result
        The result.
    year
        Which year.
    path
        Final name, ``.xlsx``.

    Raises
    ------
    UnreadableFile
        When the year is not there.
    UnwritableFile
        When the operating system refuses, such as when the file is open in Excel.
    """
    frame = result.hours(year)
    hours = hours_of_year(year, result.first_month, result.zone)
    local, kinds = hours.local, day_kinds(hours.days, np.zeros(len(hours.days), dtype=bool))
    zone = f"Begin of the hour, {result.zone}"
    days = (local.astype("datetime64[D]") - EXCEL_DAY_ZERO.astype("datetime64[D]")).astype(int)
    columns = [
        # Numbers with a date format are written ten times faster than dates.
        Column("date", days.tolist(), "", zone, "yyyy-mm-dd"),
        Column("time", (hours.clock / 24).tolist(), "", zone, "hh:mm"),
        Column("weekday", [DAY_NAMES[kind] for kind in kinds[hours.day]]),
        *(Column(str(name), frame[name].tolist(), "MW", "", "#,##0.000") for name in frame),
    ]
    facts = [f"{name}: {value}" for name, value in result.facts["files"].items()]
    with writing_workbook(path, {"comments": "; ".join(facts)}, _of(result, year)) as book:
        sheet = book.sheet("hours")
        sheet.table(columns, units_row=True)
        sheet.freeze(2, 2)
        for name, units in (("months", _MONTH_UNITS), ("targets", {}), ("conflicts", {})):
            table = result.table(name)
            table_sheet(book, name, table[table.year == year].drop(columns="year"), units)
    return path


def _of(result: LoadProfileResult, year: int) -> Heading:
    heading = result.heading
    return heading.of(filters=(*heading.filters, f"year {year}"))


_MONTH_UNITS = {"energy": "GWh", "peak": "MW", "minimum": "MW", "mean": "MW", "load_factor": "%"}


def pypsa_load(
    result: LoadProfileResult,
    year: int,
    *,
    column: str = "load",
    clock: str = "standard",
    drop_leap_day: bool = False,
) -> pd.Series:
    """Give the hours of a year as PyPSA wants snapshots: without zone, in a fixed offset, no hour twice or missing.

    ``network.set_snapshots(series.index)`` and ``network.add("Load", …, p_set=series)``.

    Parameters
    ----------
    result
        The result.
    year
        Which year.
    column
        ``load``, ``gross`` or the name of an overlay.
    clock
        ``"standard"`` for the zone's standard time all year, or ``"utc"``.
    drop_leap_day
        Leave 29 February out, for models with 8760 hours in every year.

    Raises
    ------
    ValueError
        When ``clock`` is none of these.
    """
    if clock not in ("standard", "utc"):
        raise ValueError(f"clock is {clock!r}, expected standard or utc")
    frame = result.hours(year)
    utc = pd.DatetimeIndex(frame.index).tz_convert("UTC").tz_localize(None)
    index = utc if clock == "utc" else utc + pd.Timedelta(standard_offset(result.zone))
    series = pd.Series(frame[column].to_numpy(), index=index.rename("snapshot"), name=column)
    return series[~((index.month == 2) & (index.day == 29))] if drop_leap_day else series


def pypsa_periods(
    result: LoadProfileResult, years: Sequence[int], *, column: str = "load", clock: str = "standard"
) -> pd.Series:
    """Give several years as investment periods: indexed by period and timestep, 8760 hours each.

    Parameters
    ----------
    result
        The result.
    years
        Which years.
    column, clock
        As in :func:`pypsa_load`.
    """
    parts = {year: pypsa_load(result, year, column=column, clock=clock, drop_leap_day=True) for year in years}
    joined: pd.Series = pd.concat(parts, names=["period", "timestep"])
    return joined
