"""From what a page shows, a cell of a table or a point of a figure, back to the cell of the result that it shows.

Pages convert units, choose rows and rename columns. So the cell is found again by its value, in any unit, among the
rows whose labels (year, sector, time …) are the labels of what is shown; failing that, as a sum, mean or extreme of
such rows. What is found in neither way was worked out for the page, which is then said.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.data.arrays import Floats
from workbench.data.explanation.cells import Cell, Tracer
from workbench.data.explanation.place import Shown, year_of
from workbench.data.explanation.steps import Explained, Explanation, derived, is_missing
from workbench.data.origins import Origin

__all__ = ["explain_shown", "locate"]

FACTORS = (1.0, 1e-3, 1e3, 1e-6, 1e6, 100.0, 0.01, -1.0, -1e-3, 1e-5, 1e-7, 1e-9)
"""By what a shown value may differ from the table's: units of energy, money, percent, and drawn downwards."""
MAX_UNIQUE = 3000
MAX_PARTS = 12


def explain_shown(tracer: Tracer, shown: Shown) -> Explanation:
    """Explain what a page shows."""
    cells = locate(tracer, shown)
    if cells:
        return tracer.explanation(cells[0])
    step = _aggregate(tracer, shown) or Explained(
        shown.quantity,
        shown.value,
        "",
        Origin.MISSING if is_missing(shown.value) else None,
        "worked out for this page from the tables of the result, or a label",
    )
    return Explanation(step, (), tracer.made_from(), tracer.style, str(tracer.result.folder or ""))


def locate(tracer: Tracer, shown: Shown) -> list[Cell]:
    """Find the cells of a result that a page may show in one place, the likeliest first."""
    number = shown.number
    if number is None:
        return _texts(tracer, shown)
    value, tolerance = number
    exact = not isinstance(shown.value, str)
    precise = abs(value) > 2000 * tolerance
    found: list[tuple[tuple[float, ...], Cell]] = []
    for place, (name, frame) in enumerate(tracer.tables.items()):
        rows, matched = _rows(frame, shown)
        if not rows.any():
            continue
        for column in _numeric(frame):
            named = _named(column, shown)
            if np.isnan(value) and not named:
                continue
            values = frame[column].to_numpy(float, na_value=np.nan)
            for factor, hits in _hits(values, rows, value, tolerance):
                # A rounded number under another name is the same only when there is no other like it.
                if not exact and not named and (not matched or factor != 1 or len(hits) > 1 or not precise):
                    continue
                same = (factor == 1.0) + 0.5 * (name in shown.title.casefold())
                score = (2.0 * matched + 2.0 * named + same, -len(hits), -place)
                found.append((score, Cell(tracer, name, int(hits[0]), column)))
    # Without a label in common and with another name, an equal number is a coincidence.
    found = [
        one for one in found if one[0][0] >= 2.0 or (exact and one[0][1] == -1 and value not in (0.0, 1.0))
    ]
    return [cell for _, cell in sorted(found, key=lambda one: one[0], reverse=True)]


def _texts(tracer: Tracer, shown: Shown) -> list[Cell]:
    text = _plain(shown.value)
    found: list[tuple[int, Cell]] = []
    for name, frame in tracer.tables.items():
        rows, matched = _rows(frame, shown)
        for column in frame.columns:
            if frame[column].dtype.kind not in "iufbM" and matched and rows.any():
                at = np.flatnonzero(rows)[:MAX_UNIQUE]
                hits = [int(row) for row in at if _plain(frame[column].iloc[row]) == text]
                if hits:
                    score = 2 * matched + 2 * _named(str(column), shown)
                    found.append((score, Cell(tracer, name, hits[0], str(column))))
    return [cell for _, cell in sorted(found, key=lambda one: one[0], reverse=True)]


def _hits(
    values: Floats, rows: NDArray[np.bool_], value: float, tolerance: float
) -> Iterator[tuple[float, NDArray[np.int64]]]:
    if np.isnan(value):
        hits = np.flatnonzero(rows & np.isnan(values))
        if len(hits):
            yield 1.0, hits
        return
    for factor in FACTORS:
        hits = np.flatnonzero(rows & (np.abs(values * factor - value) <= tolerance))
        if len(hits):
            yield factor, hits
            return


def _aggregate(tracer: Tracer, shown: Shown) -> Explained | None:
    """Explain a value as a sum, mean or extreme of the rows that have its labels; None where it is none."""
    number = shown.number
    if number is None or isinstance(shown.value, str) or np.isnan(number[0]) or number[0] == 0:
        return None
    for name, frame in tracer.tables.items():
        rows, matched = _rows(frame, shown)
        at = np.flatnonzero(rows)
        if not matched or len(at) < 2:
            continue
        for column in _numeric(frame):
            values = frame[column].to_numpy(float, na_value=np.nan)[at]
            if np.isnan(values).any():
                continue
            for rule, total in _TOTALS.items():
                if not _equal(float(total(values)), *number):
                    continue
                cells = [Cell(tracer, name, int(row), column) for row in at]
                if rule in ("largest", "smallest"):
                    cells = [cells[int(np.argmax(values) if rule == "largest" else np.argmin(values))]]
                parts = [cell.explain() for cell in cells[:MAX_PARTS]]
                more = f", of which {MAX_PARTS} are shown" if len(cells) > MAX_PARTS else ""
                text = f"{rule} of {len(at)} rows of the table {name}, column {column}{more}"
                return derived(shown.quantity, shown.value, "", text, *parts)
    return None


_TOTALS: Mapping[str, Callable[[Floats], Any]] = {
    "sum": np.sum,
    "mean": np.mean,
    "largest": np.max,
    "smallest": np.min,
}


def _equal(total: float, value: float, tolerance: float) -> bool:
    return any(abs(total * factor - value) <= tolerance for factor in FACTORS)


def _rows(frame: pd.DataFrame, shown: Shown) -> tuple[NDArray[np.bool_], int]:
    """Which rows have the labels of what is shown, and in how many columns they have one."""
    mask, matched = np.ones(len(frame), bool), 0
    if not len(frame):
        return mask, 0
    labels = [shown.header, *shown.labels]
    words = {_plain(label) for label in labels} - {""}
    title = f"{shown.title} {shown.header}".casefold()
    for name in map(str, frame.columns):
        values = frame[name]
        wanted: Any = None
        if values.dtype.kind == "M":
            wanted = _times(labels, values)
        elif values.dtype.kind in "iu" and name.endswith("year"):
            wanted = [year for year in map(year_of, labels) if year is not None]
        elif values.dtype.kind in "iu" and name in ("month", "hour", "horizon", "age"):
            wanted = [
                label for label in shown.labels if isinstance(label, int) and not isinstance(label, bool)
            ]
        elif values.dtype.kind not in "iufb" and not name.endswith("_origin"):
            unique = values.unique()
            if len(unique) <= MAX_UNIQUE:
                wanted = [one for one in unique if _plain(one) in words] or [
                    one for one in unique if len(str(one)) >= 4 and str(one).casefold() in title
                ]
        if wanted is not None and len(wanted):
            fits = values.isin(wanted).to_numpy()
            if fits.any() or values.dtype.kind in "iuM":
                mask &= fits
                matched += 1
    return mask, matched


def _times(labels: Sequence[object], values: pd.Series) -> list[pd.Timestamp]:
    zone = getattr(values.dtype, "tz", None)
    found = []
    for label in labels:
        if isinstance(label, (datetime.date, np.datetime64, pd.Timestamp)) or (
            isinstance(label, str) and re.match(r"^\d{4}-\d\d", label)
        ):
            try:
                stamp = pd.Timestamp(label)
                if zone is not None and stamp.tzinfo is None:
                    stamp = stamp.tz_localize(zone, ambiguous=True, nonexistent="shift_forward")
                found.append(stamp if zone is not None or stamp.tzinfo is None else stamp.tz_localize(None))
            except ValueError:
                continue
    return found


def _numeric(frame: pd.DataFrame) -> list[str]:
    return [
        str(name)
        for name in frame.columns
        if frame[name].dtype.kind in "iuf" and name not in ("year", "month")
    ]


def _named(column: str, shown: Shown) -> int:
    """How well a column's name fits the headings of what is shown: 2 the same, 1 a part of it."""
    own = _plain(column)
    headings = [_plain(re.sub(r"\[.*?\]", "", text)) for text in (shown.header, *map(str, shown.labels))]
    if own in headings:
        return 2
    short = own.removesuffix("mw")
    return int(any(one and (one.startswith(short) or short.startswith(one)) for one in headings[:1]))


def _plain(value: object) -> str:
    return re.sub(r"[\s_]+", "", str(value)).casefold() if value is not None else ""
