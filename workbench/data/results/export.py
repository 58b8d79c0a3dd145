"""What exports and reports of every domain share: tables as sheets of a workbook, and as texts with headers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
import pandas as pd

from workbench.data.formatting import INDIA, Style, energy_factor
from workbench.data.workbooks.writing import Column, WorkbookWriter, day_numbers

__all__ = ["in_unit_of", "listed", "report_writer", "table_sheet"]

R = TypeVar("R")
DAYS, TIMES = "yyyy-mm-dd", "yyyy-mm-dd hh:mm"


class _Page(Protocol):
    def write(self, path: Path) -> Path: ...


def table_sheet(
    book: WorkbookWriter,
    name: str,
    frame: pd.DataFrame,
    units: Mapping[str, str],
    style: Style | None = None,
    *,
    formats: Mapping[str, str] | None = None,
    limit: int | None = None,
    frozen: int = 1,
    rest: str = "",
) -> None:
    """Write a table as a sheet: names, units in a row of their own, values.

    Parameters
    ----------
    book
        The workbook.
    name
        Of the sheet.
    frame
        The table; its index is left out.
    units
        Column -> unit.
    style
        The project's energy unit, into which GWh are brought; None leaves them.
    formats
        Column -> Excel's number format, where the values do not decide.
    limit
        Rows at most; the sheet then says how many there are and, with ``rest``, where all of them are.
    frozen
        Columns that stay in sight.
    """
    shown, formats = frame.head(limit) if limit is not None else frame, formats or {}
    columns = []
    for column in map(str, frame.columns):
        values, unit = in_unit_of(shown[column], units.get(column, ""), style)
        cells, number_format = _cells(values)
        columns.append(Column(column, cells, unit, "", formats.get(column, number_format)))
    sheet = book.sheet(name)
    below = sheet.table(columns, units_row=True)
    if len(shown) < len(frame):
        sheet.text([f"The first {limit} of {len(frame)} rows; {rest}."], row=below + 1)
    sheet.freeze(2, frozen)


def report_writer(compose: Callable[[R, Style], _Page]) -> Callable[..., Path]:
    """Make the function that writes the page which ``compose`` puts together."""

    def write_report(result: R, path: Path, style: Style = INDIA) -> Path:
        """Write the report of a result as one HTML page, numbers and years as in ``style``.

        Raises
        ------
        UnwritableFile
            When the operating system refuses.
        """
        return compose(result, style).write(path)

    return write_report


def in_unit_of(values: pd.Series, unit: str, style: Style | None) -> tuple[pd.Series, str]:
    """Give the values and unit of a column with GWh in the energy unit of a project; other units stay."""
    if unit != "GWh" or style is None:
        return values, unit
    return values * energy_factor(unit, style.energy_unit), style.energy_unit


def listed(
    frame: pd.DataFrame, columns: Mapping[str, Callable[[dict[Any, Any]], str]]
) -> tuple[list[str], list[list[str]]]:
    """Give headers and the texts of each row, for a table of a report.

    Parameters
    ----------
    frame
        The table.
    columns
        Header -> makes the text of a row's cell.
    """
    rows = frame.to_dict("records")
    return list(columns), [[text(row) for text in columns.values()] for row in rows]


def _cells(values: pd.Series) -> tuple[list[object], str]:
    if pd.api.types.is_datetime64_any_dtype(values):
        local = pd.DatetimeIndex(values).tz_localize(None)
        days = DAYS if (local.dropna() == local.dropna().normalize()).all() else TIMES
        numbers = day_numbers(local.to_numpy())
        return [None if missing else day for day, missing in zip(numbers, local.isna(), strict=True)], days
    return [_cell(value) for value in values.tolist()], ""


def _cell(value: object) -> object:
    if isinstance(value, pd.Timestamp):
        return value.date()
    if isinstance(value, np.ndarray | list | tuple):
        return ", ".join(map(str, value))
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and value != value):
        return None
    return value if isinstance(value, bool | int | float | str) else str(value)
