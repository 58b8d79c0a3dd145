"""Every column of the demand template: a blank cell, no values, another header, a name that is nowhere.

Each is an error that says the place, a note of the result, or changes no number.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import openpyxl
import pandas as pd
import pytest

from workbench.data.projects.project import Project
from workbench.data.tables.table import Table
from workbench.data.workbooks.reading import read_workbook
from workbench.demand.inputs.template import (
    DemandContent,
    Indicator,
    Role,
    SectorInput,
    write_demand_template,
)
from workbench.demand.jobs import forecast_demand
from workbench.errors import WorkbenchError

YEARS = range(2006, 2026)
SETTINGS = {
    "draws": 200,
    "backtest_horizon": 2,
    "models": ("cagr", "combined_growth", "regression_on_drivers"),
    "default_model": "regression_on_drivers",
    "target_year": 2030,
}
CONTENT = DemandContent(
    region="Testland",
    start_year=2026,
    end_year=2030,
    sectors=[
        SectorInput(
            "Homes",
            "At home",
            drivers=("GSDP",),
            solar_share=60.0,
            electricity={year: 1e6 * 1.05 ** (year - 2006) for year in YEARS},
        ),
        SectorInput(
            "Cars",
            "Electric vehicles",
            Role.EV,
            drivers=("Rainfall",),
            solar_share=40.0,
            electricity={year: 1e5 * 1.1 ** (year - 2006) for year in YEARS},
        ),
        SectorInput(
            "Roofs",
            "Rooftop solar",
            Role.SOLAR,
            electricity={year: -1e3 * (year - 2019) for year in range(2020, 2031)},
            projected_from=2026,
        ),
    ],
    indicators=[
        Indicator(
            "GSDP", "lakh", {year: 1e7 * 1.06 ** (year - 2006) for year in YEARS}, growth=(6.0, 7.0, 5.0)
        ),
        Indicator(
            "Rainfall", "mm", {year: 2000.0 + 50 * (year % 5) for year in YEARS}, growth=(0.0, 1.0, -1.0)
        ),
    ],
    losses={2025: 12.0, 2030: 10.0},
    load_factor={2025: 65.0, 2030: 66.0},
    policy=[("Pumps", 2026, -3000.0), ("Pumps", 2030, -9000.0)],
)
CELL, COLUMN, HEADER, NAME = "blank cell", "blank column", "other header", "unknown name"
MEANT = {
    ("Role", CELL): "blank is sales",
    ("Role", COLUMN): "blank is sales, which are not negative",
    ("Electricity", CELL): "blank is unknown: the history begins a year later",
    ("GSDP", CELL): "blank is unknown: the history begins a year later",
    ("Rainfall", CELL): "blank is unknown: the history begins a year later",
    ("Status", CELL): "blank is actual",
    ("Status", COLUMN): "blank is actual",
    ("Layer", NAME): "any name is that of a measure",
}
"""What a blank or another name means, as the template says, where the numbers then are others."""


def tables(path: Path) -> Iterator[tuple[str, Table]]:
    book = read_workbook(path)
    for name in book.sheet_names:
        if name == "main":
            yield from ((name, table) for table in book.sheet(name).marked_tables().values())
        elif name != "read me":
            yield name, book.sheet(name).table()


def cases() -> Iterator[object]:
    count = itertools.count()
    with TemporaryDirectory() as folder:
        path = write_demand_template(Path(folder) / "demand.xlsx", CONTENT)
        for sheet, table in tables(path):
            for column in table.columns:
                values = table.column(column)
                changes = [CELL, COLUMN, HEADER, *([NAME] if isinstance(values[0], str) else [])]
                for change in changes:
                    # Every column and every kind of change is tried; all pairs of them among the thorough tests.
                    thorough = (pytest.mark.slow, pytest.mark.thorough) if next(count) % 3 else ()
                    yield pytest.param(
                        sheet,
                        table.name,
                        column,
                        change,
                        id=f"{table.name}-{column}-{change}",
                        marks=thorough,
                    )


def make_change(path: Path, sheet: str, name: str, column: str, change: str) -> None:
    table = next(one for place, one in tables(path) if (place, one.name) == (sheet, name))
    book = openpyxl.load_workbook(path)
    cells = [table.cell(row, column) for row in range(len(table.rows))]
    if change == HEADER:
        book[sheet][table.header_cell(column)] = f"{column}x"
    elif change == NAME:
        book[sheet][cells[0]] = "Nobody"
    else:
        for cell in cells if change == COLUMN else cells[:1]:
            book[sheet][cell] = None
    book.save(path)


@dataclass(frozen=True)
class Said:
    """What a forecast says, and what it comes to."""

    notes: frozenset[str]
    tables: Mapping[str, pd.DataFrame]

    def is_as(self, other: Said) -> bool:
        return set(self.tables) == set(other.tables) and all(
            table.equals(other.tables[name]) for name, table in self.tables.items()
        )


def forecast(folder: Path, change: tuple[str, str, str, str] | None = None) -> Said:
    project = Project.create(folder, "Columns")
    path = write_demand_template(project.inputs / "demand.xlsx", CONTENT)
    if change:
        make_change(path, *change)
    with patch("workbench.demand.steps._save", lambda job, result, *_: result):
        result = forecast_demand(project, **SETTINGS)
    return Said(frozenset(note.message for note in result.notes), dict(result.tables))


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Said:
    """What comes of the template itself."""
    return forecast(tmp_path_factory.mktemp("columns") / "plain")


@pytest.mark.parametrize(("sheet", "table", "column", "change"), list(cases()))
def test_what_a_column_lacks_is_said_unless_it_changes_nothing(
    tmp_path: Path, plain: Said, sheet: str, table: str, column: str, change: str
) -> None:
    try:
        found = forecast(tmp_path / "project", (sheet, table, column, change))
    except WorkbenchError as error:
        sentence = str(error)
        words = (sheet, table, column, "Nobody")
        named = any(word.casefold() in sentence.casefold() for word in words) or (column, change) in MEANT
    else:
        sentence = "; ".join(found.notes - plain.notes)
        named = bool(sentence) or found.is_as(plain) or (column, change) in MEANT
    assert named, sentence or "the numbers are others, and nothing is said"
