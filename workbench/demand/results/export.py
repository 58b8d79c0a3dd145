"""The Excel workbook of a result: assumptions, consolidated, requirement, accuracy, and one sheet a sector."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from workbench.data.formatting import INDIA, Style, year_label
from workbench.data.results.export import table_sheet
from workbench.data.workbooks.facts import write_facts, write_notes
from workbench.data.workbooks.writing import Column, WorkbookWriter, writing_workbook
from workbench.demand.requirement.requirement import DEFINITIONS
from workbench.demand.results.saved import DemandResult, interval_columns, units_of

FIRST_SHEETS = ("assumptions", "consolidated", "requirement", "accuracy", "drivers", "correlations")


def write_excel(result: DemandResult, path: Path, style: Style = INDIA) -> Path:
    """Write a result as a workbook for people, in the project's energy unit.

    Raises
    ------
    UnwritableFile
        When the operating system refuses, such as when the file is open in Excel.
    """
    properties = {"comments": f"Workbook {result.facts['sha256']}"}
    with writing_workbook(path, properties, result.heading) as book:
        _write_assumptions(book, result)
        for name in FIRST_SHEETS[1:]:
            _write_table(book, name, result.table(name), style)
        taken = {name.casefold() for name in FIRST_SHEETS}
        for sector in result.cards:
            _write_sector(book, _sheet_name(sector, taken), result, sector, style)
    return path


def _write_assumptions(book: WorkbookWriter, result: DemandResult) -> None:
    sheet = book.sheet("assumptions")
    row = sheet.text([f"Demand forecast, scenario {result.scenario}"], title=True)
    row = write_notes(sheet, result.notes, row=row + 1)
    row = write_facts(sheet, "Made from", result.facts, result.config, row=row + 1)
    cards = result.cards.values()
    row = sheet.table(
        [
            Column("Sector", [card["sector"] for card in cards]),
            Column("Model", [card["label"] for card in cards]),
            Column("Formula", [card["formula"] for card in cards]),
            Column("Warnings", [" ".join(card["warnings"]) for card in cards]),
        ],
        row=row + 1,
    )
    sheet.text(["Definitions", *DEFINITIONS.values()], row=row + 1)


def _write_sector(book: WorkbookWriter, name: str, result: DemandResult, sector: str, style: Style) -> None:
    history = result.table("history")
    actual = history[history.sector == sector].set_index("year").electricity.rename("actual")
    forecast = result.table("forecast")
    mine = forecast[forecast.sector == sector]
    chosen = mine[mine.chosen].set_index("year")
    bands = [name for name in interval_columns(chosen) if chosen[name].notna().any()]
    models = mine.pivot_table(index="year", columns="model", values="base", sort=False)
    table = pd.concat([actual, chosen[["base", *bands]].rename(columns={"base": "forecast"}), models], axis=1)
    table = table.sort_index().rename_axis("year").reset_index()
    _write_table(book, name, table, style, all_energy=True)


def _write_table(
    book: WorkbookWriter, name: str, frame: pd.DataFrame, style: Style, *, all_energy: bool = False
) -> None:
    units = dict.fromkeys(frame.columns.drop("year"), "GWh") if all_energy else units_of(frame)
    if "year" in frame and style.fiscal_year_start != 1:
        labels = [year_label(int(year), style) for year in frame.year]
        frame = frame.copy()
        frame.insert(list(frame.columns).index("year") + 1, "label", labels)
    table_sheet(book, name, frame, units, style)


def _sheet_name(sector: str, taken: set[str]) -> str:
    base = re.sub(r"[\[\]:*?/\\']", "_", sector)[:31].strip() or "sector"
    name, number = base, 2
    while name.casefold() in taken:
        name = f"{base[:28]} {number}"
        number += 1
    taken.add(name.casefold())
    return name
