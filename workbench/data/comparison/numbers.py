"""The numbers of two results beside each other, those that changed most first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from workbench.data.formatting import Style, year_label
from workbench.data.results.compared import ComparedNumber, ComparedTable
from workbench.data.results.store import Result, ResultStore

__all__ = ["NUMBER_COLUMNS", "compared_numbers", "largest_changes", "ordered_numbers", "place_text"]

TWO_UNITS = " against "
NUMBER_COLUMNS = ("table", "measure", "number", "of", "unit")
TIMES = ("year", "period", "month")
"""Keys along which a number is followed."""


def compared_numbers(
    store: ResultStore[Any], before: Result[Any], after: Result[Any], names: tuple[str, str]
) -> pd.DataFrame:
    """Put the numbers that a domain compares beside each other.

    Parameters
    ----------
    store
        What results of the domain are.
    before, after
        The results.
    names
        What they are called.

    Returns
    -------
    DataFrame
        table, measure, number (what a person calls it), of, unit, one column a result, difference and
        difference_percent [%], and a column for each key (year, carrier, site …). Ordered by size of the change as
        a share of the largest value of the same measure, so that measures with different units fit in one
        list. What one of them lacks is missing.
    """
    parts = [_of_table(store, compared, before, after, names) for compared in store.compared]
    return ordered_numbers(store.compare_more(before, after), names, parts)


def ordered_numbers(
    numbers: Iterable[ComparedNumber], names: tuple[str, str], tables: Sequence[pd.DataFrame] = ()
) -> pd.DataFrame:
    """Order numbers as :func:`compared_numbers` does; ``tables`` are further ones of its own."""
    parts = [part for part in (*tables, _of_numbers(numbers, names)) if len(part)]
    if not parts:
        return pd.DataFrame(columns=[*NUMBER_COLUMNS, *names, "difference", "difference_percent"])
    table = pd.concat(parts, ignore_index=True)
    one, two = (table[name].astype(float) for name in names)
    # Amounts in two units, such as currencies, have no difference.
    two = two.where(~table.unit.str.contains(TWO_UNITS, regex=False))
    table["difference"] = table.pop("difference").fillna(two - one) if "difference" in table else two - one
    table["difference_percent"] = 100 * table.difference / one.abs().where(one != 0)
    largest = table[list(names)].abs().max(axis=1).groupby([table.table, table.measure]).transform("max")
    size = (table.difference.abs() / largest.where(largest > 0)).fillna(0.0)
    # What only one has, such as a year that is new, comes after what changed; what follows from others comes last.
    size -= 2.0 * (one.isna() | two.isna()) + 4.0 * table.pop("secondary").astype(float)
    order = size.sort_values(ascending=False, kind="stable").index
    keys = [
        name for name in table if name not in (*NUMBER_COLUMNS, *names, "difference", "difference_percent")
    ]
    columns = [*NUMBER_COLUMNS, *names, "difference", "difference_percent", *keys]
    return table.loc[order, columns].reset_index(drop=True)


def _of_table(
    store: ResultStore[Any],
    compared: ComparedTable,
    before: Result[Any],
    after: Result[Any],
    names: tuple[str, str],
) -> pd.DataFrame:
    sides = [_long(store, compared, result) for result in (before, after)]
    joined = pd.concat([side["value"] for side in sides], axis=1, keys=names, sort=False)
    units = pd.concat([side["unit"] for side in sides], axis=1, keys=names, sort=False).loc[joined.index]
    one, two = (units[name].fillna(units[other]) for name, other in (names, names[::-1]))
    table = joined.reset_index()
    if compared.absent is not None:
        _fill_absent(table, compared, names)
    table["unit"] = np.where(one == two, one, one + TWO_UNITS + two)
    table.insert(0, "table", compared.table)
    table["number"] = [
        compared.title.format(measure=str(name).replace("_", " ")) for name in table["measure"]
    ]
    table["secondary"] = False
    table["of"] = [place_text(row) for row in table[list(compared.keys)].to_dict("records")]
    return table


def _long(store: ResultStore[Any], compared: ComparedTable, result: Result[Any]) -> pd.DataFrame:
    """Give one row a number: measure and keys as the index, value and unit."""
    frame = result.table(compared.table)
    rows = compared.where(frame)
    frame = frame if rows is None else frame[rows]
    numbers = compared.numbers(frame) if callable(compared.numbers) else compared.numbers
    present = [name for name in numbers if name in frame]
    units = store.units(compared.table, frame)
    currency = str(result.facts.get("currency") or "currency")
    keys = list(compared.keys)
    long = frame[[*keys, *present]].melt(keys, var_name="measure", value_name="_value")
    # What is partly missing has no sum.
    groups = long.astype({"_value": float}).groupby(["measure", *keys], sort=False, dropna=False)
    summed = groups["_value"].agg(lambda part: part.sum(skipna=False))
    measures = summed.index.get_level_values("measure")
    of_each = [units.get(name, compared.unit).replace("currency", currency) for name in measures]
    return pd.DataFrame({"value": summed, "unit": of_each})


def _fill_absent(table: pd.DataFrame, compared: ComparedTable, names: tuple[str, str]) -> None:
    first = compared.keys[0]
    for name in names:
        known = set(table.loc[table[name].notna(), first])
        lacking = table[name].isna() & table[first].isin(known)
        table.loc[lacking, name] = compared.absent


def _of_numbers(numbers: Iterable[ComparedNumber], names: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "table": number.table,
                "measure": number.measure,
                "number": number.measure,
                "of": place_text(number.at),
                "unit": number.unit,
                names[0]: number.before,
                names[1]: number.after,
                "difference": np.nan if number.difference is None else number.difference,
                "secondary": number.secondary,
                **number.at,
            }
            for number in numbers
        ]
    )


def largest_changes(numbers: pd.DataFrame, names: tuple[str, str]) -> pd.DataFrame:
    """Give of each number the year or month in which it changed most."""
    followed = (*TIMES, "of", "difference", "difference_percent", *names)
    return numbers.drop_duplicates([name for name in numbers if name not in followed])


def place_text(at: Mapping[Any, Any], style: Style | None = None) -> str:
    """Say what a number is of, from its keys; years as in ``style``."""
    return ", ".join(_texts(at, style))


def _texts(at: Mapping[Any, Any], style: Style | None) -> Iterator[str]:
    for name, value in at.items():
        if name == "year" and style is not None and value == value:
            yield year_label(int(value), style)
        elif isinstance(value, pd.Timestamp):
            yield f"{value:%b %Y}" if value.day == 1 and value == value.normalize() else f"{value:%Y-%m-%d}"
        elif value != "" and value == value:
            yield str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
