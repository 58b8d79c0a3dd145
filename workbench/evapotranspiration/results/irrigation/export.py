"""An irrigation plan as CSV and workbook, in mm or inch."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd

from workbench.data.atomic import write_text
from workbench.data.results.export import table_sheet
from workbench.data.workbooks.facts import write_facts, write_notes
from workbench.data.workbooks.writing import writing_workbook
from workbench.evapotranspiration.results.irrigation.saved import TABLES, IrrigationResult, in_unit

__all__ = ["csv_text", "write_csv", "write_excel"]


def csv_text(result: IrrigationResult, name: str = "days", unit: str = "mm") -> str:
    """Give a table as the text of a CSV file: units in the headers, heading and credits in comment lines above.

    Parameters
    ----------
    result
        The plan.
    name
        Which table.
    unit
        ``mm`` or ``inch``, of depths of water.
    """
    table, units = in_unit(result.table(name), unit)
    for column in table.columns:
        if pd.api.types.is_datetime64_any_dtype(table[column]):
            table = table.assign(**{column: pd.DatetimeIndex(table[column]).strftime("%Y-%m-%d")})
    text = io.StringIO()
    text.write(result.heading.comments)
    text.writelines(f"# {line}\n" for line in result.credits)
    headers = {column: f"{column} [{of}]" for column, of in units.items()}
    digits = "%.3f" if unit == "mm" else "%.4f"
    table.rename(columns=headers).to_csv(text, index=False, float_format=digits, lineterminator="\n")
    return text.getvalue()


def write_csv(result: IrrigationResult, path: Path, name: str = "days", unit: str = "mm") -> Path:
    """Write a table as CSV, see :func:`csv_text`.

    Raises
    ------
    UnwritableFile
        When the operating system refuses.
    """
    write_text(path, csv_text(result, name, unit))
    return path


def write_excel(result: IrrigationResult, path: Path, unit: str = "mm") -> Path:
    """Write all tables as a workbook, with settings, notes and credits.

    Raises
    ------
    UnwritableFile
        When the operating system refuses, such as when the file is open in Excel.
    """
    with writing_workbook(path, {"comments": " ".join(result.credits)}, result.heading) as book:
        for name in TABLES:
            table, units = in_unit(result.table(name), unit)
            table_sheet(book, name, table, units, formats=dict.fromkeys(units, "0.00"), frozen=2)
        notes = book.sheet("notes")
        row = write_facts(notes, result.heading.title, result.facts, result.config)
        row = notes.text(["Credits", *result.credits], row=row + 1, title=True)
        write_notes(notes, result.notes, row=row + 1)
    return path
