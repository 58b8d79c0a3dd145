"""The workbook in which an analyst gives hourly loads, holidays and targets: empty, with notes on its cells."""

from __future__ import annotations

from pathlib import Path

from workbench.data.workbooks.writing import Column, writing_workbook

__all__ = ["write_load_template"]

TITLE = "Hourly load and targets"
HOW_TO_FILL = (
    "1. Hourly_Demand: date, time and load of at least one whole year; two or more are better.",
    "   A column 'block' with 1 to 96 in place of the time does as well, or one row a day with 24 columns.",
    "   Or put a CSV file beside this workbook and leave it empty: an empty template is not read.",
    "2. Holidays: one date in a row. May stay blank: the calendar of the project's region counts then.",
    "3. Total Demand: energy and peak of future years. May stay blank: the demand forecast gives them then.",
    "A time is the begin of its hour on the local clock; the setting 'stamps' says otherwise.",
    "Years are those in which a fiscal year ends: 2025 is April 2024 to March 2025.",
    "Blank is unknown, 0 is none.",
)


def write_load_template(path: Path | str) -> Path:
    """Write the empty workbook.

    Parameters
    ----------
    path
        Final name, ``.xlsx``.

    Raises
    ------
    UnwritableFile
        When the operating system refuses.
    """
    with writing_workbook(path, {"title": TITLE}) as book:
        readme = book.sheet("read me")
        readme.text((TITLE, *HOW_TO_FILL), title=True)
        readme.width(0, 110)
        for name, columns in (
            (
                "Hourly_Demand",
                [
                    Column("date", [], note="Local clock.", number_format="yyyy-mm-dd"),
                    Column("time", [], note="Begin of the hour, local clock.", number_format="hh:mm"),
                    Column("demand", [], "MW", "Mean of the hour, at the grid.", "0.0"),
                ],
            ),
            ("Holidays", [Column("Holiday", [], note="One date in a row.", number_format="yyyy-mm-dd")]),
            (
                "Total Demand",
                [
                    Column("Year", [], note="In which the fiscal year ends."),
                    Column("Energy (GWh)", [], "GWh", "What must enter the grid in the year."),
                    Column("Peak (MW)", [], "MW", "Highest hour of the year; may stay blank."),
                ],
            ),
        ):
            sheet = book.sheet(name)
            sheet.table(columns)
            sheet.freeze(1, 0)
    return Path(path)
