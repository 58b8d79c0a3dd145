"""Parts of a day by number or by clock: blocks from 1 to 96, and one column for each hour."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.data.arrays import Integers
from workbench.data.problems import Problems
from workbench.data.tables.table import Table, plain_name

MINUTES_A_DAY = 1440
SLOTS_A_DAY = (24, 48, 96, 144, 288)
BLOCK_NAMES = ("block", "blockno", "blocknumber", "timeblock", "timeblockno", "slot", "interval", "tb")
_NUMBERED = re.compile(
    r"(?:hours?|hr|he|h|block|blk|b|tb|slot)?[ _.-]*0*(\d{1,3})(?:[ _]*h| ?\(?mw\)?)?", re.IGNORECASE
)
_CLOCK = re.compile(
    r"h?0*(\d{1,2}):([0-5]\d)(?::00)?(?:\s*(?:-|\u2013|to)\s*\d{1,2}:\d{2}(?::00)?)?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Slots:
    """Columns of a table that each hold one part of the day.

    Parameters
    ----------
    columns
        Their headers.
    minutes
        Since midnight, at which the part of each begins. Shape (n,).
    ends
        Whether the headers say when a part ends.
    """

    columns: tuple[str, ...]
    minutes: Integers
    ends: bool


def find_slots(columns: Sequence[str]) -> Slots | None:
    """Find the columns of a table with one row a day; ``None`` where they do not make up a whole day."""
    for minutes_of, numbered in ((_clock_minutes, False), (_number, True)):
        found = {name: value for name in columns if (value := minutes_of(name)) is not None}
        values = np.array(list(found.values()), dtype=np.int64)
        if len(found) not in SLOTS_A_DAY or len(set(found.values())) < len(found):
            continue
        step = 1 if numbered else MINUTES_A_DAY // len(found)
        for first in (0, step):
            if set(found.values()) == set(range(first, first + step * len(found), step)):
                scale = MINUTES_A_DAY // len(found) if numbered else 1
                return Slots(tuple(found), (values - first) * scale, first > 0)
    return None


def ending_step(minutes: Integers) -> int:
    """Step [min] of times of the day that run from the first step to 24:00 and never say 00:00; 0 for others."""
    found = np.unique(minutes[minutes >= 0])
    if len(found) not in SLOTS_A_DAY or found[-1] != MINUTES_A_DAY:
        return 0
    step = MINUTES_A_DAY // len(found)
    return step if np.array_equal(found, np.arange(step, MINUTES_A_DAY + 1, step)) else 0


def read_blocks(table: Table, column: str, problems: Problems) -> Integers:
    """Read a column that numbers the parts of a day from 1 on, minutes since midnight at which each begins."""
    values = table.column(column)
    begins = [_begin_of_range(value) for value in values]
    if begins and None not in begins:
        problems.change(
            f"'{values[0]}' and the like in '{column}' were read as parts of the day that begin with "
            "their first time.",
            sheet=table.sheet,
            cell=table.header_cell(column),
        )
        return np.array(begins, dtype=np.int64)
    blocks = np.array([_whole(value) for value in values], dtype=np.int64)
    count = next((count for count in SLOTS_A_DAY if blocks.max(initial=0) <= count), 0)
    bad = np.flatnonzero((blocks < 1) | (count == 0))
    for row in bad:
        problems.error(
            "expected the number of a block of the day, from 1 to 24, 48 or 96.",
            sheet=table.sheet,
            cell=table.cell(int(row), column),
        )
    if len(bad):
        return blocks
    step = MINUTES_A_DAY // count
    problems.change(
        f"the blocks run from 1 to {count}: each was read as {step} minutes of the day, the first from 00:00 on.",
        sheet=table.sheet,
        cell=table.header_cell(column),
    )
    return (blocks - 1) * step


def _begin_of_range(value: object) -> int | None:
    """Minute at which a text such as ``00:15 - 00:30`` begins; None for what is no such text."""
    is_range = isinstance(value, str) and value.count(":") > 1 and any(mark in value for mark in "-\u2013t")
    return _clock_minutes(value) if is_range and isinstance(value, str) else None


def _clock_minutes(header: str) -> int | None:
    match = _CLOCK.fullmatch(header.strip())
    return 60 * int(match[1]) + int(match[2]) if match else None


def _number(header: str) -> int | None:
    match = _NUMBERED.fullmatch(header.strip())
    return int(match[1]) if match else None


def _whole(value: object) -> int:
    if isinstance(value, str):
        match = _NUMBERED.fullmatch(plain_name(value))
        return int(match[1]) if match else 0
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return 0
    return int(value) if math.isfinite(value) and value == int(value) and abs(value) <= MINUTES_A_DAY else 0
