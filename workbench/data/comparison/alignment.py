"""Which row and which column of one grid is which of the other."""

from __future__ import annotations

import bisect
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from typing import TypeAlias

__all__ = ["Pair", "Row", "cell_at", "pair_columns", "pair_rows"]

Row: TypeAlias = tuple[object, ...]
Pair: TypeAlias = tuple[int | None, int | None]
"""A place in the earlier grid and one in the later; None where it has none."""


def pair_columns(before: Row, after: Row) -> list[Pair]:
    """Pair columns by their headers; the rest by position where as many are left on both sides."""
    if before == after:
        return [(at, at) for at in range(len(before))]
    left, right = ([_label(cell) for cell in headers] for headers in (before, after))
    # Columns without a header on the longer side are the blank end of a sheet.
    while len(left) > len(right) and left[-1] is None:
        left.pop()
    while len(right) > len(left) and right[-1] is None:
        right.pop()
    return _pair_labels([left], [right], range(len(left)), range(len(right)))


def pair_rows(before: Sequence[Row], after: Sequence[Row]) -> list[Pair]:
    """Pair rows by all their texts, then by their first cell; what was only moved is left out.

    Parameters
    ----------
    before, after
        Rows of equal length.
    """
    labels_before, labels_after = (
        [[_texts(row) for row in rows], [_first_label(row) for row in rows]] for rows in (before, after)
    )
    pairs: list[Pair] = []
    left = right = 0
    for one, two in [*_anchors(before, after), (len(before), len(after))]:
        pairs += _pair_labels(labels_before, labels_after, range(left, one), range(right, two))
        if one < len(before):
            pairs.append((one, two))
        left, right = one + 1, two + 1
    return _without_moved(pairs, before, after)


def cell_at(row: Row, column: int) -> object:
    """Give a cell; None where the row is shorter."""
    return row[column] if column < len(row) else None


def _anchors(before: Sequence[Row], after: Sequence[Row]) -> list[tuple[int, int]]:
    """Find rows that occur once on each side and are the same, in an order that both have."""
    once = [Counter(rows) for rows in (before, after)]
    places = {row: at for at, row in enumerate(after) if once[1][row] == 1}
    return _longest_rising(
        [(at, places[row]) for at, row in enumerate(before) if once[0][row] == 1 and row in places]
    )


def _longest_rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Give the longest chain of pairs in which the second places rise too."""
    ends: list[int] = []
    last: list[int] = []
    previous: list[int] = []
    for at, (_, two) in enumerate(pairs):
        place = bisect.bisect_left(ends, two)
        previous.append(last[place - 1] if place else -1)
        ends[place : place + 1] = [two]
        last[place : place + 1] = [at]
    chain: list[tuple[int, int]] = []
    at = last[-1] if last else -1
    while at >= 0:
        chain.append(pairs[at])
        at = previous[at]
    return chain[::-1]


def _pair_labels(
    before: Sequence[Sequence[Hashable]], after: Sequence[Sequence[Hashable]], places: range, others: range
) -> list[Pair]:
    """Pair what has the same label, of several kinds in turn; the rest by position if as many are left."""
    left, right = list(places), list(others)
    pairs: list[Pair] = []
    for labels, other_labels in zip(before, after, strict=True):
        where = dict(zip(_numbered(other_labels[at] for at in right), right, strict=True))
        found = [where.get(label) for label in _numbered(labels[at] for at in left)]
        pairs += [pair for pair in zip(left, found, strict=True) if pair[1] is not None]
        left = [at for at, other in zip(left, found, strict=True) if other is None]
        right = sorted(set(right) - set(found))
    if len(left) == len(right):
        return sorted([*pairs, *zip(left, right, strict=True)])
    return [*sorted(pairs), *((at, None) for at in left), *((None, at) for at in right)]


def _numbered(labels: Iterable[Hashable]) -> list[tuple[Hashable, int]]:
    seen: Counter[Hashable] = Counter()
    found = []
    for label in labels:
        seen[label] += 1
        found.append((label, seen[label]))
    return found


def _without_moved(pairs: Sequence[Pair], before: Sequence[Row], after: Sequence[Row]) -> list[Pair]:
    gone = Counter(before[one] for one, two in pairs if one is not None and two is None)
    new = Counter(after[two] for one, two in pairs if one is None and two is not None)
    moved = gone & new
    left, right = moved.copy(), moved.copy()
    kept: list[Pair] = []
    for one, two in pairs:
        rest, row = (left, before[one]) if two is None and one is not None else (right, after[two or 0])
        if (one is None or two is None) and rest[row] > 0:
            rest[row] -= 1
        else:
            kept.append((one, two))
    return kept


def _texts(row: Row) -> Hashable:
    return _first_label(row), *(
        _label(cell) for cell in row if not isinstance(cell, (int, float, type(None)))
    )


def _first_label(row: Row) -> Hashable:
    return next((_label(cell) for cell in row if cell is not None), None)


def _label(cell: object) -> Hashable:
    return cell.casefold() if isinstance(cell, str) else cell
