"""The highest and the lowest values that a market has had."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.market.definitions.energy import Floats
from workbench.market.model.answer import Answer, Column, texts
from workbench.market.model.asking import asked
from workbench.market.model.clock import Stamps
from workbench.market.model.period import Period, bucket_resolution
from workbench.market.queries.generation import DEMAND, generation
from workbench.market.queries.scope import answer, named

if TYPE_CHECKING:
    from workbench.market.store.reading import MarketData

RENEWABLES = "All renewables"


@asked
def records(data: MarketData, period: Period, *, region: str | None = None) -> Answer:
    """Highest power of each fuel, of all renewables and of demand, when it was, and what it was before.

    Parameters
    ----------
    data, period
        The market's data; only data up to the end of the period count, from the first there are.
    region
        One region, or all of them.

    Returns
    -------
    Answer
        Means over the market's buckets (half hours, hours). ``Within the period`` says whether the record was set
        in it; the earlier one is the highest before the period. The lowest demand is a record too.
    """
    whole = Period(data.first, min(period.end, data.last))
    found = generation(data, whole, region=region, resolution=bucket_resolution(data.description))
    ends: Stamps = found["End"]
    series = {
        column.name: np.asarray(column.cells, dtype=np.float64)
        for column in found
        if column.name in {fuel.name for fuel in data.description.fuels}
    }
    renewables = [series[name] for name in data.description.renewable_fuels if name in series]
    measures: dict[str, Floats] = {f"{name}, highest": values for name, values in series.items()}
    if renewables:
        measures[f"{RENEWABLES}, highest"] = np.sum(renewables, axis=0)
    measures[f"{DEMAND}, highest"] = found[DEMAND]
    measures[f"{DEMAND}, lowest"] = -np.asarray(found[DEMAND], dtype=np.float64)
    rows = [(name, *_record(values, ends, period)) for name, values in measures.items()]
    rows = [row for row in rows if row[2] is not None]
    sign = [-1.0 if name.endswith("lowest") else 1.0 for name, *_ in rows]
    columns = [
        Column("Record", texts([row[0] for row in rows])),
        Column("Value", np.array([row[1] for row in rows]) * sign, "MW"),
        Column("At", np.array([row[2] for row in rows], dtype="datetime64[m]")),
        Column("Within the period", texts(["yes" if row[3] else "no" for row in rows])),
        Column("Before the period", np.array([row[4] for row in rows]) * sign, "MW"),
    ]
    since = f"Records are of the data from {str(data.first)[:10]} on."
    return answer(data, named("Records", region, period), columns, period, found.source, since)


def _record(values: Floats, ends: Stamps, period: Period) -> tuple[float, np.datetime64 | None, bool, float]:
    if np.isnan(values).all():
        return np.nan, None, False, np.nan
    at = int(np.nanargmax(values))
    earlier = values[ends <= period.begin]
    before = float(np.nanmax(earlier)) if len(earlier) and not np.isnan(earlier).all() else np.nan
    return float(values[at]), ends[at], bool(ends[at] > period.begin), before
