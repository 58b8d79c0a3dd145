"""Hourly loads on several sheets, such as one a year, as one history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from workbench.data.problems import Problems
from workbench.hourly_loads.reading.readings import HourlySheet

__all__ = ["join_sheets"]


def join_sheets(read: Sequence[HourlySheet], problems: Problems) -> HourlySheet:
    """Put sheets together whose times follow each other; else the first counts, and the others are named.

    Parameters
    ----------
    read
        At least two, of one file.
    problems
        Get what was noticed, also on the sheets.
    """
    known = [sheet for sheet in read if len(sheet.times)]
    order = sorted(known, key=lambda sheet: sheet.times.min())
    follow = all(a.times.max() < b.times.min() for a, b in pairwise(order))
    alike = len({(sheet.zone, sheet.stamps, len(sheet.temperature) > 0) for sheet in order}) == 1
    if len(order) < 2 or not follow or not alike:
        first = read[0]
        problems.extend(first.problems)
        others = ", ".join(sheet.sheet for sheet in read[1:])
        problems.warning(
            f"the sheets {others} may hold hourly loads too and are not read.", sheet=first.sheet
        )
        return replace(first, problems=tuple(problems))
    for sheet in order:
        problems.extend(sheet.problems)
    names = ", ".join(sheet.sheet for sheet in order)
    problems.change(f"the sheets {names} each hold a part of the time and were read as one history.")
    starts = np.cumsum([0, *(len(sheet.times) for sheet in order[:-1])]).tolist()
    return HourlySheet(
        order[0].file,
        names,
        np.concatenate([sheet.times for sheet in order]),
        order[0].zone,
        np.concatenate([sheet.load for sheet in order]),
        np.concatenate([sheet.temperature for sheet in order]),
        np.concatenate([sheet.rows for sheet in order]),
        np.concatenate([sheet.places for sheet in order]),
        tuple(problems),
        order[0].stamps,
        tuple((sheet.sheet, start) for sheet, start in zip(order, starts, strict=True)),
    )
