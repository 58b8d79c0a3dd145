"""The numbers of series by year, and whether several say the same."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.data.problems import Problems
from workbench.data.workbooks.number_cells import cell_number
from workbench.demand.inputs.year_series import YearSeries

__all__ = ["clash", "numbers_of"]

MAX_CHANGES = 3
"""Texts read as numbers that are said one by one."""


def numbers_of(series: YearSeries, problems: Problems) -> dict[int, float]:
    """Give the numbers of a series by year; many texts that are numbers are said in one sentence."""
    found = Problems(problems.file)
    read = {
        year: cell_number(value, found, sheet=series.sheet, cell=series.cells[year])
        for year, value in series.values.items()
    }
    if len(found.changes) > MAX_CHANGES:
        cells = list(series.cells.values())
        problems.change(
            f"{len(found.changes)} numbers of '{series.name}' are stored as text and were read as numbers.",
            sheet=series.sheet,
            cell=f"{cells[0]}:{cells[-1]}",
        )
        problems.extend(found.errors)
    else:
        problems.extend(found)
    return {year: value for year, value in read.items() if value == value}


def clash(same: Sequence[YearSeries]) -> bool:
    """Whether some say something else in the same year."""
    known: dict[int, object] = {}
    for series in same:
        if any(known.get(year, value) != value for year, value in series.values.items()):
            return True
        known |= series.values
    return False
