"""The cells of the demand workbook behind a result, where the workbook is still the one of the run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from workbench.data.explanation.cells import CHANGED, Cell
from workbench.data.explanation.steps import Explained
from workbench.data.origins import Origin
from workbench.data.tables.table import plain_name
from workbench.demand.inputs.reading import DemandInput, read_demand
from workbench.errors import WorkbenchError

__all__ = ["UNREAD", "between", "input_of", "main_cell", "points_of"]

KEPT = "workbook"
UNREAD = f"{CHANGED}, or it is not there: its cells are not looked up"


def between(
    name: str, points: Mapping[int, float], year: int, unit: str, place: Callable[[int], str]
) -> list[Explained]:
    """The given points before and after a year."""
    before = [point for point in sorted(points) if point <= year][-1:]
    after = [point for point in sorted(points) if point >= year][:1]
    return [
        Explained(f"{name}, {point}", points[point], unit, Origin.GIVEN, place=place(point))
        for point in dict.fromkeys([*before, *after])
    ]


def points_of(cell: Cell, name: str) -> Mapping[int, float]:
    """Give the points of ``losses`` or ``load_factors`` by year; none where the workbook is no longer the same."""
    data = input_of(cell)
    return {} if data is None else getattr(data, name)


def main_cell(cell: Cell, table: str, year: int | None = None) -> str:
    """Name the cell of a table of the sheet main, for a year."""
    data, workbook = input_of(cell), cell.tracer.result.facts["workbook"]
    year = cell.year if year is None else year
    if data is None:
        return f"{workbook}, table ~{table}; {UNREAD}"
    at = data.cells.get((plain_name(table), year))
    if at and "!" in at:
        return f"{workbook}, cell {at}"
    return f"{workbook}, sheet '{data.main}', " + (f"cell {at}" if at else f"table ~{table}")


def input_of(cell: Cell) -> DemandInput | None:
    """The workbook, where it is still the one of the run; it is not read twice."""
    facts = cell.tracer.result.facts
    path: Path | None = cell.tracer.unchanged_input(facts["workbook"], facts["sha256"])
    if path is None:
        return None
    if KEPT not in cell.tracer.kept:
        try:
            cell.tracer.kept[KEPT] = read_demand(path, cell.tracer.result.config)
        except WorkbenchError:
            cell.tracer.kept[KEPT] = None
    found: DemandInput | None = cell.tracer.kept[KEPT]
    return found
