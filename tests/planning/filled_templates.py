"""The templates of a new project, filled in as a planner would by hand."""

from __future__ import annotations

import datetime

import numpy as np
import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from workbench.data.projects.project import Project

KEPT = ("Domestic", "Commercial", "Industry_HT")
YEARS = range(2014, 2026)
PLANTS = (
    ("River", "hydro", 700, 0.9, 100, 2e6, 1990, 80),
    ("Coal One", "coal", 1500, 0.37, 2900, 2.4e6, 2012, 30),
    ("Gas One", "gas", 500, 0.5, 6500, 1.5e6, 2015, 30),
    ("Sun One", "solar", 900, 1.0, 0, 6e5, 2020, 25),
)


def fill_demand(project: Project) -> None:
    """Delete all but three sectors from the list, and give twelve years of each; nothing else."""
    path = project.inputs / "demand.xlsx"
    book = openpyxl.load_workbook(path)
    main = book["main"]
    first = next(cell for row in main.iter_rows() for cell in row if cell.value == "Sector_Name")
    assert first is not None
    for row in range(first.row + 1, first.row + 12):
        if main.cell(row, first.column).value not in KEPT:
            for column in range(3):
                main.cell(row, first.column + column).value = None
    end = next(cell for row in main.iter_rows() for cell in row if cell.value == "End_Year")
    assert end is not None
    main.cell(end.row, end.column + 1).value = 2030
    for place, name in enumerate(KEPT):
        fill_rows(
            book[name],
            [(year, 4e6 * (place + 1) * (1.03 + place / 100) ** n) for n, year in enumerate(YEARS)],
        )
    book.save(path)


def fill_hours(project: Project) -> None:
    """One fiscal year of hours; holidays and targets stay blank."""
    path = project.inputs / "hourly_load.xlsx"
    book = openpyxl.load_workbook(path)
    start, rows = datetime.datetime.fromisoformat("2024-04-01"), []
    for hour in range(8760):
        when = start + datetime.timedelta(hours=hour)
        wave = 1 + 0.2 * np.sin((when.hour - 13) / 24 * 2 * np.pi) + 0.05 * np.sin(hour / 8760 * 2 * np.pi)
        rows.append(
            (
                when.date(),
                when.time(),
                round(4650 * wave * (0.95 if when.weekday() == 6 else 1) + hour % 7, 1),
            )
        )
    fill_rows(book["Hourly_Demand"], rows)
    book.save(path)


def fill_plants(project: Project) -> None:
    """Four plants, and no options."""
    path = project.inputs / "plants.xlsx"
    book = openpyxl.load_workbook(path)
    fill_rows(book["plants"], PLANTS)
    book.save(path)


def fill_rows(sheet: Worksheet, rows: object) -> None:
    for number, values in enumerate(rows, start=2):  # type: ignore[arg-type, var-annotated]
        for column, value in enumerate(values, start=1):
            sheet.cell(number, column).value = value
