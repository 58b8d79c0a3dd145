"""The load of a file with a column for each zone: one that is the sum of the others, or those that are named."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from workbench.data.arrays import Floats
from workbench.data.problems import Problems
from workbench.data.tables.table import Table, plain_name

__all__ = ["with_sum_of_zones"]

SAME = 1e-3
"""Share by which a column and the sum of the others may differ in an hour and be called the same."""
SUM_NAME = "sum of zones"


def with_sum_of_zones(
    table: Table, asked: Sequence[str], not_loads: Collection[str], problems: Problems
) -> tuple[Table, str | None]:
    """Find the column of the whole load, or add one; none where nothing says which it is.

    Parameters
    ----------
    table
        The table.
    asked
        Columns that add up to the load, where somebody said so.
    not_loads
        Columns that are something else.
    problems
        Get what was done, and the names that the table does not have.

    Returns
    -------
    Table, str or None
        The table, with a column more where columns were added up, and the name of the column of the load.
    """
    if asked:
        return _with_sum(table, asked, problems)
    others = [name for name in table.columns if name not in not_loads]
    values = {name: numbers for name in others if (numbers := _numbers(table, name)) is not None}
    if len(values) > 2:
        whole = np.sum(list(values.values()), axis=0)
        for name, own in values.items():
            if own.any() and (np.abs(2 * own - whole) <= SAME * np.abs(own)).all():
                zones = [other for other in values if other != name]
                problems.change(
                    f"'{name}' is the sum of {', '.join(zones)} in every row and was read as the load; "
                    f"{_coincidence([values[zone] for zone in zones])}.",
                    sheet=table.sheet,
                    cell=table.header_cell(name),
                )
                return table, name
    return table, None


def _with_sum(table: Table, asked: Sequence[str], problems: Problems) -> tuple[Table, str | None]:
    columns = {plain_name(name): name for name in table.columns}
    missing = [name for name in asked if plain_name(name) not in columns]
    if missing:
        problems.error(
            f"load_columns names {', '.join(missing)}, which the table does not have; present: "
            f"{', '.join(table.columns)}.",
            sheet=table.sheet,
        )
        return table, None
    names = [columns[plain_name(name)] for name in asked]
    if len(names) == 1:
        return table, names[0]
    values = {name: _numbers(table, name) for name in names}
    wrong = [name for name, numbers in values.items() if numbers is None]
    if wrong:
        problems.error(
            f"the columns {', '.join(wrong)} that load_columns names hold something else than numbers.",
            sheet=table.sheet,
        )
        return table, None
    zones = [numbers for numbers in values.values() if numbers is not None]
    whole = np.sum(zones, axis=0)
    problems.change(
        f"the load is the sum of {', '.join(names)}; {_coincidence(zones)}.",
        sheet=table.sheet,
        cell=table.header_cell(names[0]),
    )
    rows = tuple(
        (*row, None if np.isnan(total) else float(total))
        for row, total in zip(table.rows, whole, strict=True)
    )
    place = table.places[table.position(names[0])]
    added = replace(table, columns=(*table.columns, SUM_NAME), rows=rows, places=(*table.places, place))
    return added, SUM_NAME


def _numbers(table: Table, column: str) -> Floats | None:
    values = table.column(column)
    if any(
        value is not None and (isinstance(value, (bool, str)) or not isinstance(value, (int, float)))
        for value in values
    ):
        return None
    found = np.array([np.nan if value is None else value for value in values], dtype=float)
    return found if np.isfinite(found).any() else None


def _coincidence(zones: Sequence[Floats]) -> str:
    apart = sum(float(np.nanmax(zone)) for zone in zones)
    together = float(np.nanmax(np.sum(zones, axis=0)))
    return (
        f"the peaks of the zones add up to {apart:,.0f}, that of their sum is {together:,.0f}: they coincide to "
        f"{100 * together / apart:.1f} %"
    )
