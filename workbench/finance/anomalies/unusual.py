"""Events in all figures of the company and its parts, with what users have said about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace

import numpy as np
import pandas as pd

from workbench.data.arrays import Floats
from workbench.finance.anomalies.detect import Outliers, find_outliers
from workbench.finance.anomalies.events import Event, Judgement, events_of
from workbench.finance.model.series import FigureSeries, Part

__all__ = ["EVENT_COLUMNS", "STATUS_OPEN", "events_of_series", "events_table", "expected_table"]

STATUS_OPEN = "open"
EVENT_COLUMNS = [
    "key",
    "status",
    "note",
    "figure",
    "dimension",
    "entity",
    "kind",
    "first",
    "last",
    "actual",
    "expected",
    "low",
    "high",
    "at_stake",
    "score",
    "also",
]
EXPECTED_COLUMNS = ["figure", "dimension", "entity", "period", "value", "expected", "low", "high", "outlying"]


def events_of_series(
    one: FigureSeries, row: int, season: int, false_alarms: float, driver: Floats | None = None
) -> tuple[tuple[Event, ...], pd.DataFrame | None]:
    """Find the events of one series, and what was expected of each of its periods.

    Parameters
    ----------
    one, row
        The figure, and which of its parts.
    season
        Periods in a year.
    false_alarms
        About how many periods of a series without anything unusual may stand out.
    driver
        Amounts of the figure that this one follows, shape ``(periods,)``: what they explain is no event.

    Returns
    -------
    tuple of Event
        Nothing where there is nothing, or too few periods to tell.
    DataFrame or None
        period, value, expected, low, high, outlying; None with too few periods.
    """
    values, part = one.amounts[row], one.parts[row]
    found = _found(values, driver, season, false_alarms, one.stock)
    if found is None:
        return (), None
    series = (one.name, part.dimension, part.entity)
    events = events_of(series, values, one.periods, found, stock=one.stock, season=season)
    low, high = found.expected.bounds(found.limit)
    return events, _expected(
        one.name, part, one.periods, values, found.expected.value, low, high, found.outlying
    )


def _found(
    values: Floats, driver: Floats | None, season: int, false_alarms: float, stock: bool
) -> Outliers | None:
    if driver is None:
        return find_outliers(values, season, false_alarms, stock=stock)
    shares = np.where(driver > 0, values, np.nan) / np.where(driver > 0, driver, np.nan)
    found = find_outliers(shares, season, false_alarms, returns=True)
    if found is None:
        return None
    # What it should have been, in its own unit; without what it follows nothing is expected.
    size = np.where(np.isfinite(shares), driver, np.nan)
    residual = found.expected.residual if found.expected.logs else found.expected.residual * size
    spread = found.expected.spread if found.expected.logs else found.expected.spread * np.nan_to_num(size)
    expected = replace(found.expected, value=found.expected.value * size, residual=residual, spread=spread)
    return replace(found, expected=expected)


def _expected(
    name: str,
    part: Part,
    periods: pd.DatetimeIndex,
    values: Floats,
    expected: Floats,
    low: Floats,
    high: Floats,
    outlying: np.ndarray[tuple[int], np.dtype[np.bool_]],
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "figure": name,
            "dimension": part.dimension,
            "entity": part.entity,
            "period": periods,
            "value": values,
            "expected": expected,
            "low": low,
            "high": high,
            "outlying": outlying,
        }
    )


def events_table(events: Iterable[Event], judgements: Mapping[str, Judgement]) -> pd.DataFrame:
    """Give the events as a table, the largest amounts at stake first; what is muted comes last.

    Parameters
    ----------
    events
        Of all series.
    judgements
        What was said about them in earlier runs, by key.
    """
    rows = []
    for event in events:
        said = judgements.get(event.key)
        status = STATUS_OPEN if said is None else str(said.kind)
        facts = {**asdict(event), "kind": str(event.kind), "also": ", ".join(event.also)}
        rows.append({"key": event.key, "status": status, "note": "" if said is None else said.note, **facts})
    table = pd.DataFrame(rows, columns=EVENT_COLUMNS).astype(
        dict.fromkeys(("first", "last"), "datetime64[ns]")
    )
    order = table.assign(muted=table.status == "muted", size=table.at_stake.abs())
    order = order.sort_values(["muted", "size", "key"], ascending=[True, False, True], kind="stable")
    return order[EVENT_COLUMNS].reset_index(drop=True)


def expected_table(tables: Iterable[pd.DataFrame | None]) -> pd.DataFrame:
    """Join what was expected of each period of each series."""
    found = [table for table in tables if table is not None]
    if not found:
        return pd.DataFrame(columns=EXPECTED_COLUMNS)
    return pd.concat(found, ignore_index=True)
