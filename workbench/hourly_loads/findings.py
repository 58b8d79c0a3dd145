"""What was noticed in an hourly history, and what was done about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from workbench.data.problems import Answer, Problems


class Finding(StrEnum):
    """Kinds of findings."""

    UNSORTED = "unsorted"
    MIDNIGHT = "midnight under the wrong date"
    DUPLICATE = "duplicated stamp"
    MISSING = "missing hour"
    SHIFTED_STAMPS = "day under another date"
    SHIFTED_DAY = "shifted day"
    CLOCK_CHANGE = "clock change"
    AVERAGED = "shorter step"
    NEGATIVE = "negative load"
    NET_LOAD = "net load below zero"
    ZERO = "zero load"
    FLAT = "flat repeat"
    LEVEL = "another level"
    SPIKE = "spike"
    OUTAGE = "outage"
    QUIET_DAY = "quiet day"
    PARTIAL_YEAR = "partial year"


class Action(StrEnum):
    """What was done."""

    KEPT = "kept"
    FILLED = "filled"
    AVERAGED = "averaged"
    DROPPED = "dropped"
    RESTORED = "restored"
    SORTED = "sorted"
    MOVED = "moved to the next day"
    MOVED_CLOCK = "read as standard time"
    NOT_OFFERED = "not offered as base"


CHANGES = (Action.FILLED, Action.AVERAGED, Action.DROPPED, Action.RESTORED, Action.SORTED, Action.MOVED)


@dataclass(frozen=True, slots=True)
class Noticed:
    """One finding.

    Parameters
    ----------
    finding, action
        What it is, and what was done.
    first
        First hour on the local clock.
    hours
        How many hours it concerns.
    cell
        Where it is in the file, when it does.
    detail
        What was seen, in words.
    """

    finding: Finding
    action: Action
    first: np.datetime64
    hours: int
    cell: str = ""
    detail: str = ""


_BY_SETTING = {
    (Finding.SPIKE, Action.FILLED): (Answer("spikes", "keep", "Keep them as measured"),),
    (Finding.SPIKE, Action.KEPT): (Answer("spikes", "interpolate", "Fill them from the hours around"),),
    (Finding.OUTAGE, Action.KEPT): (Answer("restore_outages", "yes", "Put the usual load there"),),
    (Finding.OUTAGE, Action.RESTORED): (Answer("restore_outages", "no", "Keep them as measured"),),
    (Finding.ZERO, Action.DROPPED): (Answer("longest_gap", "0", "Fill no hours"),),
    (Finding.NEGATIVE, Action.DROPPED): (Answer("negative_loads", "keep", "It is a net load: keep them"),),
    (Finding.NET_LOAD, Action.KEPT): (Answer("negative_loads", "missing", "Take them as missing"),),
    (Finding.CLOCK_CHANGE, Action.DROPPED): (Answer("clock", "standard", "It is standard time all year"),),
    (Finding.CLOCK_CHANGE, Action.MOVED_CLOCK): (
        Answer("clock", "utc", "It is UTC"),
        Answer("clock", "local", "It is local time"),
    ),
}
LONGEST_FILLED = 24
"""Hours in a row that the setting longest_gap may fill."""


def answers_to(items: Sequence[Noticed]) -> tuple[Answer, ...]:
    """Give the settings of the load profiles that settle findings of one kind."""
    kind = (items[0].finding, items[0].action)
    if kind == (Finding.MISSING, Action.KEPT):
        longest = [item.hours for item in items if item.hours <= LONGEST_FILLED]
        return (Answer("longest_gap", str(max(longest)), f"Fill up to {max(longest)} h"),) if longest else ()
    return _BY_SETTING.get(kind, ())


def findings_table(found: Sequence[Noticed]) -> pd.DataFrame:
    """Give the findings as a table: finding, action, first, hours, cell, detail."""
    return pd.DataFrame(
        {
            "finding": [item.finding.value for item in found],
            "action": [item.action.value for item in found],
            "first": np.array([item.first for item in found], dtype="datetime64[s]"),
            "hours": np.array([item.hours for item in found], dtype=np.int64),
            "cell": [item.cell for item in found],
            "detail": [item.detail for item in found],
        }
    )


def report_findings(found: Iterable[Noticed], sheet: str, problems: Problems) -> None:
    """Add one sentence a kind to the problems, with the number of hours and the first places."""
    groups: dict[tuple[Finding, Action], list[Noticed]] = {}
    for item in found:
        groups.setdefault((item.finding, item.action), []).append(item)
    for (finding, action), items in groups.items():
        hours = sum(item.hours for item in items)
        places = "; ".join(_place(item) for item in items[:3])
        more = f"; and {len(items) - 3} more" if len(items) > 3 else ""
        count = f"{hours} hour{'s' if hours != 1 else ''}"
        times = f" in {len(items)} places" if len(items) > 1 and len(items) != hours else ""
        message = f"{finding.value}, {count}{times}, {action.value}: {places}{more}."
        note = problems.change if action in CHANGES else problems.warning
        cell = items[0].cell if len(items) == 1 else ""
        note(message, sheet=sheet, cell=cell)
        problems.offer(*answers_to(items))


def _place(item: Noticed) -> str:
    text = str(item.first.astype("datetime64[m]")).replace("T", " ")
    cell = f" (cell {item.cell})" if item.cell and not item.cell.startswith("row") else ""
    row = f" ({item.cell})" if item.cell.startswith("row") else ""
    return f"{text}{cell}{row}{' ' + item.detail if item.detail else ''}"
