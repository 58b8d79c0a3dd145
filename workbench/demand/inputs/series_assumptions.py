"""Losses, load factors and peaks of a planner's table: one series each, however many it has."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from workbench.data.notes import Notes
from workbench.data.problems import Problems
from workbench.demand.inputs.main_sheet import MAX_PEAK_MW, MainSheet
from workbench.demand.inputs.series_meaning import Meaning
from workbench.demand.inputs.series_values import clash, numbers_of
from workbench.demand.inputs.year_series import YearSeries

__all__ = ["ASSUMPTIONS", "take_assumptions"]

ASSUMPTIONS = {
    Meaning.LOSSES: ("losses", 100.0),
    Meaning.LOAD_FACTOR: ("loadfactor", 100.0),
    Meaning.PEAK: ("peak", MAX_PEAK_MW),
}
"""Plain name of the table in which each may be given, and its largest value."""
IN_MW = {"mw": 1.0, "gw": 1e3, "kw": 1e-3}
_WHOLE = re.compile(r"\bt ?& ?d\b|transmission (and|&) distribution|\btotal\b|overall", re.IGNORECASE)


def take_assumptions(
    assumptions: Mapping[Meaning, Sequence[YearSeries]], main: MainSheet, unused: Notes, problems: Problems
) -> None:
    """Take losses, load factors and peaks; of several the one of the whole, and none where nothing says which."""
    targets = {Meaning.LOSSES: main.losses, Meaning.LOAD_FACTOR: main.load_factors, Meaning.PEAK: main.peaks}
    for meaning, found in assumptions.items():
        whole = [series for series in found if _WHOLE.search(series.name)]
        of = found if len(found) == 1 or not clash(found) else whole
        if not of or clash(of):
            names = ", ".join(f"'{series.name}'" for series in found)
            problems.warning(
                f"{names} give the {meaning} differently in the same years: none is used; keep one of them.",
                sheet=found[0].sheet,
                cell=found[0].cell,
            )
            continue
        for series in found:
            if series in of:
                _take_assumption(series, meaning, targets[meaning], main, problems)
            else:
                unused.unused(
                    f"'{series.name}' is not used: '{of[0].name}' gives the {meaning}",
                    sheet=series.sheet,
                    cell=series.cell,
                )


def _take_assumption(
    series: YearSeries, meaning: Meaning, target: dict[int, float], main: MainSheet, problems: Problems
) -> None:
    table, largest = ASSUMPTIONS[meaning]
    factor, said = 1.0, ""
    if meaning is Meaning.PEAK:
        power = next(
            (unit for word in series.words for unit in IN_MW if re.search(rf"\b{unit}\b", word, re.I)), ""
        )
        factor = IN_MW.get(power, 1.0)
        said = "" if power else f"no unit is said of '{series.name}': it was read in MW."
    elif _is_share(series):
        factor, said = (
            100.0,
            f"the values of '{series.name}' are shares of one, and were read as percentages.",
        )
    if said:
        problems.change(said, sheet=series.sheet, cell=series.cell)
    for year, value in numbers_of(series, problems).items():
        if not 0 <= factor * value <= largest:
            expected = f"expected {meaning} from 0 to {largest:g}, found {value:g}."
            problems.error(expected, sheet=series.sheet, cell=series.cells[year])
        target[year] = factor * value
        main.cells[table, year] = f"{series.sheet}!{series.cells[year]}"


def _is_share(series: YearSeries) -> bool:
    """Whether percentages are written as shares of one, as a spreadsheet keeps them."""
    numbers = [value for value in series.values.values() if isinstance(value, (int, float))]
    return bool(numbers) and max(numbers) <= 1.0
