"""The Excel workbook of a plan: facts, settings, every table; hours only where they fit."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from workbench.capacity.results.saved import TABLES, CapacityResult, units_of
from workbench.data.formatting import INDIA, Style, energy_factor
from workbench.data.workbooks.facts import write_facts, write_notes
from workbench.data.workbooks.writing import Column, WorkbookWriter, writing_workbook

HOURLY = ("dispatch", "storage", "prices", "flows")
MAX_CELLS = 300_000
"""Cells of one sheet by hour; larger tables are in the Parquet files only, and the workbook says so."""


def write_excel(result: CapacityResult, path: Path, style: Style = INDIA) -> Path:
    """Write a result as a workbook for people.

    Parameters
    ----------
    result
        The result.
    path
        Final name, ``.xlsx``.
    style
        The project's energy unit.

    Raises
    ------
    UnwritableFile
        When the operating system refuses, such as when the file is open in Excel.
    """
    properties = {
        "title": f"Capacity plan, {result.scenario}",
        "comments": f"Source {result.facts['sha256']}",
    }
    left_out = [name for name in HOURLY if result.table(name).size > MAX_CELLS]
    with writing_workbook(path, properties) as book:
        _write_facts(book, result, left_out)
        for name in TABLES:
            if name not in left_out:
                _write_table(book, name, result.table(name), style)
    return path


def _write_facts(book: WorkbookWriter, result: CapacityResult, left_out: list[str]) -> None:
    sheet = book.sheet("facts")
    row = write_facts(sheet, f"Capacity plan, scenario {result.scenario}", result.facts, result.config)
    row = sheet.text(["Assumed", *(result.facts["assumed"] or ["nothing"])], row=row + 1)
    row = write_notes(sheet, result.notes, row=row + 1)
    if left_out:
        sheet.text([f"Too long for a sheet, see the Parquet files: {', '.join(left_out)}"], row=row + 1)


def _write_table(book: WorkbookWriter, name: str, frame: pd.DataFrame, style: Style) -> None:
    units = units_of(name, frame)
    columns = []
    for column in map(str, frame.columns):
        values, unit = frame[column], units.get(column, "")
        if unit == "GWh":
            values, unit = values * energy_factor("GWh", style.energy_unit), style.energy_unit
        if pd.api.types.is_datetime64_any_dtype(values):
            columns.append(Column(column, [f"{time:%Y-%m-%d %H:%M}" for time in values], unit))
        else:
            columns.append(Column(column, values.tolist(), unit))
    sheet = book.sheet(name)
    sheet.table(columns, units_row=True)
    sheet.freeze(2, 1)
