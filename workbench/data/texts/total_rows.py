"""Rows that repeat other rows: totals and subtotals, found by their label and proved by their sums."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from workbench.data.texts.cells import shown
from workbench.data.texts.labels import TOTAL, TOTAL_LABEL

_WHOLE = re.compile(
    rf"{TOTAL}|all( (regions|departments|products|customers|entities|countries))?|company total|consolidated"
    "|gesamt|summe",
    re.IGNORECASE,
)
# Every match of the two has one of these; a million cells are searched for them at once.
_SUSPECT = r"(?i)total|sum|gesamt|somm|balance|all|consolidated"
_STATISTIC = re.compile(
    r"(\w+ )?(mean|average|avg|maximum|max|minimum|min|median|std|st(andard|d)?\.? ?dev(iation)?|mittelwert|mittel"
    r"|durchschnitt|moyenne|promedio|media)\.?",
    re.IGNORECASE,
)
_SUSPECT_STATISTIC = r"(?i)mean|average|avg|max|min|medi|std|dev|mittel|durchschnitt|moyenne"
# A column of more different texts than this holds remarks, and no names of regions.
MAX_LABELS = 1000
Floats = np.ndarray[tuple[int], np.dtype[np.float64]]
Integers = np.ndarray[tuple[int], np.dtype[np.int64]]

# Totals are often rounded to whole units in the export.
RELATIVE_TOLERANCE = 1e-6
ROUNDING, ROUNDING_SHARE = 0.51, 1e-3


@dataclass(frozen=True, slots=True)
class TotalRow:
    """A row that looks like a total.

    Parameters
    ----------
    row
        In the file.
    label
        Its words.
    proved
        Names of the amount columns in which it is the sum of other rows.
    off
        Column -> how much more the total says than the rows that it sums.
    dated
        Whether it has a date of its own, such as a line "All regions" in each month.
    """

    row: int
    label: str
    proved: tuple[str, ...]
    off: Mapping[str, float]
    dated: bool


def find_totals(
    rows: Integers,
    dates: Integers,
    texts: Mapping[str, pl.Series],
    amounts: Mapping[str, Floats],
) -> list[TotalRow]:
    """Find the rows that repeat other rows.

    A row without a date is a total when a cell of it says so, or when its amounts are the sums of the rows above it
    (since the total before, or since the beginning). A row with a date is one when a cell says "Total" or "All" and
    its amounts are the sums of the other rows of that date.

    Parameters
    ----------
    rows, dates
        Row in the file of each line, and its date as a number, -1 for none. Shape (n,).
    texts
        Text columns; that of the dates, too: a label is often there.
    amounts
        Amount columns, nan for blank. Shape (n,) each.
    """
    return [*undated_totals(rows, dates, texts, amounts), *_dated_totals(rows, dates, texts, amounts)]


def undated_totals(
    rows: Integers,
    dates: Integers,
    texts: Mapping[str, pl.Series],
    amounts: Mapping[str, Floats],
) -> list[TotalRow]:
    """Find the rows without a date that repeat the rows above them, as :func:`find_totals`."""
    undated = np.flatnonzero(dates < 0)
    labels = _labels(texts, undated, TOTAL_LABEL)
    sums = {name: _RunningSum(values) for name, values in amounts.items()}
    found: list[TotalRow] = []
    for at in undated.tolist():
        label = labels.get(at, ("", ""))[1]
        given = [name for name, values in amounts.items() if not np.isnan(values[at])]
        off = {name: sums[name].difference(at, 1 if label else 2) for name in given}
        proved = tuple(name for name, difference in off.items() if difference == 0.0)
        if given and (label or len(proved) >= min(2, len(given))):
            more = {name: float(difference) for name, difference in off.items() if difference}
            found.append(TotalRow(int(rows[at]), label or "no label", proved, more, False))
            for running in sums.values():
                running.take(at)
    return found


def undated_statistics(rows: Integers, undated: Integers, texts: Mapping[str, pl.Series]) -> dict[int, str]:
    """Find the rows without a date that say to be the mean, the maximum … of others: row -> sentence.

    Parameters
    ----------
    rows
        Row in the file of each line.
    undated
        Places of the lines without a date.
    texts
        Text columns.
    """
    labels = _labels(texts, undated, _STATISTIC, _SUSPECT_STATISTIC)
    return {
        int(rows[at]): f"its label says that it is a statistic of other rows ('{label}')"
        for at, (_, label) in labels.items()
    }


class _RunningSum:
    """Sums of the lines above: since the total before, and since the beginning without the totals."""

    def __init__(self, values: Floats) -> None:
        self._values = np.nan_to_num(values)
        with np.errstate(over="ignore", invalid="ignore"):
            self._sums = np.concatenate([[0.0], np.cumsum(self._values)])
        self._start = 0
        self._totals = 0.0
        self._count = 0

    def difference(self, at: int, min_lines: int) -> float | None:
        """How much more a line says than the nearest sum of lines above; 0.0 when it is that sum."""
        said = float(self._values[at])
        sums = []
        if at - self._start >= min_lines:
            sums.append(float(self._sums[at] - self._sums[self._start]))
        if at - self._count >= min_lines:
            sums.append(float(self._sums[at] - self._totals))
        if not sums:
            return None
        nearest = min(sums, key=lambda total: abs(total - said))
        return 0.0 if _same(said, nearest) else said - nearest

    def take(self, at: int) -> None:
        """Leave a line out of the sums from here on: it is a total itself."""
        self._start = at + 1
        self._totals += float(self._values[at])
        self._count += 1


def _dated_totals(
    rows: Integers,
    dates: Integers,
    texts: Mapping[str, pl.Series],
    amounts: Mapping[str, Floats],
) -> list[TotalRow]:
    labels = _labels(texts, np.flatnonzero(dates >= 0), _WHOLE)
    if not labels:
        return []
    frame = pl.DataFrame({"date": dates, **{f"text {name}": cells for name, cells in texts.items()}})
    frame = frame.with_columns(
        pl.Series(f"sum {name}", values).fill_nan(None) for name, values in amounts.items()
    )
    is_label = np.zeros(len(rows), dtype=bool)
    is_label[list(labels)] = True
    parts = frame.filter(~pl.Series(is_label))
    names = [
        name for name in frame.columns if name.startswith("text ") and frame[name].n_unique() <= MAX_LABELS
    ]
    found = []
    for column in dict.fromkeys(column for column, _ in labels.values()):
        here = {at: label for at, (of, label) in labels.items() if of == column}
        # All regions of one department, or all rows of the date.
        for keys in (["date", *(name for name in names if name != f"text {column}")], ["date"]):
            sums = _sums_by(parts, keys)
            totals = {at: _against(frame, at, keys, sums, amounts) for at in here}
            for at, (proved, off) in totals.items():
                if proved or (keys == ["date"] and off):
                    found.append(TotalRow(int(rows[at]), here.pop(at), proved, off, True))
    return sorted(found, key=lambda total: total.row)


Sums = dict[tuple[object, ...], tuple[float | None, ...]]


def _sums_by(parts: pl.DataFrame, keys: list[str]) -> Sums:
    names = [name for name in parts.columns if name.startswith("sum ")]
    grouped = parts.group_by(keys).agg(pl.col(name).sum() for name in names)
    return {row[: len(keys)]: row[len(keys) :] for row in grouped.iter_rows()}


def _against(
    frame: pl.DataFrame, at: int, keys: list[str], sums: Sums, amounts: Mapping[str, Floats]
) -> tuple[tuple[str, ...], dict[str, float]]:
    others = sums.get(tuple(frame[name][at] for name in keys))
    proved, off = [], {}
    for (name, values), total in zip(amounts.items(), others or (), strict=False):
        said = float(values[at])
        if np.isnan(said) or total is None:
            continue
        if _same(said, total):
            proved.append(name)
        else:
            off[name] = said - total
    return tuple(proved), off


def _labels(
    texts: Mapping[str, pl.Series], among: Integers, pattern: re.Pattern[str], suspect: str = _SUSPECT
) -> dict[int, tuple[str, str]]:
    """Column and words of the lines in which a cell says that it is a total, or what else a pattern is of."""
    labels: dict[int, tuple[str, str]] = {}
    if not len(among):
        return labels
    chosen = pl.Series(among)
    for name, cells in texts.items():
        some = cells.gather(chosen)
        suspects = some.filter(some.str.contains(suspect).fill_null(False)).unique(maintain_order=True)
        for text in suspects.to_list():
            if pattern.fullmatch(shown(text).strip(" :*")):
                for position in chosen.filter((some == text).fill_null(False)).to_list():
                    labels.setdefault(position, (name, shown(text)))
    return dict(sorted(labels.items()))


def _same(said: float, total: float) -> bool:
    size = abs(total)
    tolerance = max(RELATIVE_TOLERANCE * size, min(ROUNDING, ROUNDING_SHARE * size))
    return abs(said - total) <= tolerance and size > 0.0


def total_sentence(total: TotalRow) -> str:
    """Say why a row is taken as a total."""
    if total.proved:
        columns: Sequence[str] = total.proved
        return f"it is a total ('{total.label}'): the sum of other rows in {', '.join(columns[:3])}"
    return f"its label says that it is a total ('{total.label}')"
