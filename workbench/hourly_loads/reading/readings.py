"""The readings of a file: times, loads and temperatures, each with its row."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.data.arrays import Floats, Integers, Times
from workbench.data.problems import Problem
from workbench.data.tables.table import cell_name
from workbench.hourly_loads.rules import Stamps

__all__ = ["HourlySheet"]


@dataclass(frozen=True, slots=True, eq=False)
class HourlySheet:
    """Readings as a file gives them.

    Parameters
    ----------
    file, sheet
        Where.
    times
        One a reading, minutes, in the order of the file.
    zone
        IANA name of the clock of the times, where the file says it; ``"UTC"`` where they carried a zone. They are
        of the clock that the config names when it is empty.
    load
        Power [MW]; ``nan`` where the cell is blank.
    temperature
        [°C]; empty when there is no such column.
    rows
        Row of each reading in the file, from 1.
    places
        Zero-based column of each load in the file; empty where a file has no letters for them.
    problems
        What was noticed.
    stamps
        What the times mark, where the file says it; what the config says when it does not.
    parts
        Where the readings are of several sheets: name of each, and the position of its first reading.
    """

    file: str
    sheet: str
    times: Times
    zone: str
    load: Floats
    temperature: Floats
    rows: Integers
    places: Integers
    problems: tuple[Problem, ...] = ()
    stamps: Stamps | None = None
    parts: tuple[tuple[str, int], ...] = ()

    def cell(self, position: int) -> str:
        """Name the cell of a load, or its row where there are no letters; with its sheet where they are several."""
        row = int(self.rows[position])
        place = cell_name(row - 1, int(self.places[position])) if len(self.places) else f"row {row}"
        begun = [name for name, first in self.parts if first <= position]
        return f"'{begun[-1]}'!{place}" if begun else place
