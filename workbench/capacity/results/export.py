"""The Excel workbook of a plan: facts, settings, every table; hours only where they fit."""

from __future__ import annotations

from pathlib import Path

from workbench.capacity.results.saved import TABLES, CapacityResult, units_of
from workbench.data.formatting import INDIA, Style
from workbench.data.results.export import table_sheet
from workbench.data.workbooks.facts import write_facts, write_notes
from workbench.data.workbooks.writing import WorkbookWriter, writing_workbook

HOURLY = ("dispatch", "storage", "prices", "flows")
MAX_CELLS = 300_000
"""Cells of one sheet by hour; larger tables are in the Parquet files only, and the workbook says so."""


def write_excel(result: CapacityResult, path: Path, style: Style = INDIA) -> Path:
    """Write a result as a workbook for people, in the project's energy unit.

    Raises
    ------
    UnwritableFile
        When the operating system refuses, such as when the file is open in Excel.
    """
    properties = {"comments": f"Source {result.facts['sha256']}"}
    left_out = [name for name in HOURLY if result.table(name).size > MAX_CELLS]
    with writing_workbook(path, properties, result.heading) as book:
        _write_facts(book, result, left_out)
        for name in TABLES:
            if name not in left_out:
                frame = result.table(name)
                table_sheet(book, name, frame, units_of(name, frame), style)
    return path


def _write_facts(book: WorkbookWriter, result: CapacityResult, left_out: list[str]) -> None:
    sheet = book.sheet("facts")
    row = write_facts(sheet, f"Capacity plan, scenario {result.scenario}", result.facts, result.config)
    row = sheet.text(["Assumed", *(result.facts["assumed"] or ["nothing"])], row=row + 1)
    row = write_notes(sheet, result.notes, row=row + 1)
    if left_out:
        sheet.text([f"Too long for a sheet, see the Parquet files: {', '.join(left_out)}"], row=row + 1)
