"""Small demand workbooks, written for a test with what it is about changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import openpyxl

Rows = Sequence[Sequence[object]]
MakeWorkbook = Callable[..., Path]


def series(first: int, values: Sequence[object]) -> list[list[object]]:
    return [["Year", "Electricity"], *([first + i, value] for i, value in enumerate(values))]


def grown(first: float, rate: float, count: int) -> list[float]:
    return [first * (1 + rate) ** i for i in range(count)]


def small_sheets() -> dict[str, list[list[object]]]:
    """Two sectors and rooftop solar of a small state, FY2006-2025, in MWh; drivers to 2025, paths beyond."""
    years = range(2006, 2026)
    indicators = [["Year", "Total Population", "GSDP", "Per Capita GSDP", "Rainfall"]]
    people, gdp = grown(30e6, 0.01, 20), grown(2e7, 0.06, 20)
    for i, year in enumerate(years):
        rain = 2000 + 300 * ((i * 7) % 5 - 2)
        indicators.append([year, people[i], gdp[i], gdp[i] / people[i], rain])
    paths = [["Year", "Total Population", "", "BAU", "optimistic"]]
    for i, year in enumerate(range(2006, 2041)):
        paths.append([year, 30e6 * 1.01**i, "", 0.055 if i == 0 else "", 0.065 if i == 0 else ""])
    wave = [1 + 0.01 * ((i * 5) % 7 - 3) for i in range(20)]
    return {
        "main": [
            ["~Consumption_Sectors", "", "~Econometric_Parameters", "", "", "~Solar_share", ""],
            ["Sector_Name", "", "Homes", "Factories", "", "Sector", "Percentage_share"],
            ["Homes", "", "GSDP", "GSDP", "", "Homes", 60],
            ["Factories", "", "Per Capita GSDP", "Rainfall", "", "Factories", 40],
            ["solar_rooftop", "", "", "", "", "", ""],
        ],
        "Homes": series(2006, [v * w for v, w in zip(grown(1e7, 0.05, 20), wave, strict=True)]),
        "Factories": series(2006, [v * w for v, w in zip(grown(8e6, 0.03, 20), wave[::-1], strict=True)]),
        "solar_rooftop": series(2020, [-1e4 * (i + 1) for i in range(21)]),
        "Economic_Indicators": indicators,
        "paths": paths,
        "units": [["Parameters", "UNITS"], ["Electricity", "MWh"]],
    }


def write_sheets(path: Path, sheets: Mapping[str, Rows]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row, values in enumerate(rows, start=1):
            for column, value in enumerate(values, start=1):
                if value is not None and value != "":
                    sheet.cell(row, column, value)
    book.save(path)
    return path
