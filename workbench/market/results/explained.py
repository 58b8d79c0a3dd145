"""Where a number of a market answer comes from: data version, tables, their files and how many rows were read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from workbench.data.explanation.place import Shown
from workbench.data.explanation.steps import Explained, Explanation, derived, is_missing
from workbench.data.formatting import Style
from workbench.data.origins import Origin
from workbench.errors import WorkbenchError
from workbench.market.model.answer import Answer
from workbench.market.model.period import Period
from workbench.market.store.reading import MarketData

__all__ = ["explain_answer"]

MAX_FILES = 6
MAX_COUNTED = np.timedelta64(32, "D")
"""Longest period whose rows are counted one by one; of a longer one those of its files."""
_TABLES: Mapping[str, tuple[str, ...]] = {
    "region_fuel": ("unit_power", "rooftop"),
    "unit": ("unit_power", "price"),
    "unit_day": ("unit_power", "price"),
    "price": ("price",),
    "price_interval": ("price",),
    "region": ("region",),
    "flow": ("flow",),
    "rooftop": ("rooftop",),
    "coverage": ("unit_power", "price", "region", "flow", "rooftop"),
}
"""Roll-up -> raw tables that it is made of."""


def explain_answer(
    data: MarketData, answer: Answer, shown: Shown, period: Period, style: Style
) -> Explanation:
    """Explain what a board shows in one place of an answer.

    Parameters
    ----------
    data
        The dataset, in the version that the answer is of.
    answer
        The answer.
    shown
        What is shown.
    period
        The one that was requested.
    style
        How numbers are written.
    """
    begin, end = _bin_of(answer, shown) or (period.begin, period.end)
    name, unit = _name_and_unit(shown.header)
    parts = tuple(_tables(data, answer, name, unit, begin, end))
    rule = f"{answer.title}: summed from the roll-up {answer.source}" if answer.source else answer.title
    span = f"{_time(begin)} to {_time(end)}, {data.description.clock}"
    value = None if is_missing(shown.value) else shown.value
    step = derived(f"{name or shown.quantity}, {span}", value, unit, rule, *parts)
    single = [part for part in parts if part.value == 1]
    if value is not None and len(parts) == 1 and single and parts[0].origin is Origin.MEASURED:
        step = Explained(step.quantity, value, unit, Origin.MEASURED, "one reading of the table", "", parts)
    made = (
        f"{data.description.title or data.description.name}, data version {answer.version}",
        f"published {data.made_at:%Y-%m-%d %H:%M} UTC",
    )
    return Explanation(step, answer.notes, made, style, str(data.folder))


def _tables(
    data: MarketData, answer: Answer, name: str, unit: str, begin: np.datetime64, end: np.datetime64
) -> Iterator[Explained]:
    fallback = ("price",) if unit.endswith("/MWh") else ("unit_power",)
    sources = [word for word in re.split(r"[^a-z_]+", answer.source) if word in _TABLES]
    tables = dict.fromkeys(table for source in sources for table in _TABLES[source])
    for table in tables or fallback:
        files = data.parts(table, begin, end)
        if not files:
            continue
        names = [Path(part.file).name for part in files[:MAX_FILES]]
        more = f" and {len(files) - MAX_FILES} more" if len(files) > MAX_FILES else ""
        place = f"table {table}, {', '.join(names)}{more}"
        count, rule = sum(part.rows for part in files), "rows of the files that hold the period"
        if end - begin <= MAX_COUNTED:
            count, rule = _counted(data, table, name, begin, end)
        made_up = data.description.made_up
        origin, rule = (Origin.ASSUMED, f"{rule}, made up") if made_up else (Origin.MEASURED, rule)
        yield Explained(f"Readings of {table}", count, "rows", origin, rule, place)


def _counted(
    data: MarketData, table: str, name: str, begin: np.datetime64, end: np.datetime64
) -> tuple[int, str]:
    """How many readings of the period there are: of the series, where the column is one."""
    try:
        own = data.rows(table, begin, end, series=[name], columns=["minutes"]).height if name else 0
    except (WorkbenchError, KeyError):
        own = 0
    if own:
        return own, f"rows of {name} in the period"
    return data.rows(table, begin, end, columns=["minutes"]).height, "rows in the period"


def _bin_of(answer: Answer, shown: Shown) -> tuple[np.datetime64, np.datetime64] | None:
    """Begin and end of the row that is shown; None where the answer has no rows in time."""
    if "Begin" not in answer or "End" not in answer:
        return None
    begins, ends = answer["Begin"], answer["End"]
    for label in (*shown.labels, shown.value):
        stamp = _stamp(label)
        if stamp is not None:
            for edges in (begins, ends):
                found = np.flatnonzero(edges == stamp)
                if len(found):
                    return begins[found[0]], ends[found[0]]
    return None


def _stamp(label: object) -> np.datetime64 | None:
    if isinstance(label, np.datetime64):
        return label
    if isinstance(label, str) and re.match(r"^\d{4}-\d\d-\d\d", label):
        try:
            return np.datetime64(label.strip().replace(" ", "T"), "m")
        except ValueError:
            return None
    return None


def _name_and_unit(header: str) -> tuple[str, str]:
    name, _, unit = header.partition(" [")
    return name.strip(), unit.rstrip("]")


def _time(stamp: np.datetime64) -> str:
    return str(stamp.astype("datetime64[m]")).replace("T", " ")
