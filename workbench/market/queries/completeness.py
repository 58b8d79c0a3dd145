"""The one rule for sums with missing parts: missing is not zero.

A unit in service without a reading is silent, a feed without any has a gap, and energy without a price of its
region has no revenue. A sum of which more than :data:`MAX_SHARE_MISSING` is missing is itself missing, and its
known part is offered as a partial sum. In a year of five-minute readings some are always lost: with less the sum is
shown, how much it lacks stands beside it in its row, and the most that any row lacks in the heading of the table
and its figure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from workbench.market.definitions.energy import Floats, ratio
from workbench.market.model.answer import MAX_SHARE_MISSING, WITHOUT_PRICE, WITHOUT_READING, Column
from workbench.market.model.market_time import Minutes, to_minutes
from workbench.market.model.period import Bins

if TYPE_CHECKING:
    from workbench.market.store.reading import MarketData

_MIN_MWH = 0.5


def whole(values: Floats, missing: Floats, expected: Floats) -> Floats:
    """Give sums, ``nan`` where too much of what is expected is missing."""
    kept: Floats = np.where(missing > MAX_SHARE_MISSING * expected, np.nan, values)
    return kept


def expected_minutes(data: MarketData, bins: Bins, chosen: NDArray[np.bool_]) -> Floats:
    """Give how long each of some units should have readings [min], shape (units, bins).

    That is the time in service for which any unit has readings; where none has, the whole feed has a gap.
    """
    return _expected(_covered(data, bins), bins, *(span[chosen] for span in data.service))


def expected_by_fuel(data: MarketData, bins: Bins, region: str | None) -> Floats:
    """Give how long the units of each fuel should have readings together [min], shape (fuels, bins)."""
    covered = _covered(data, bins)
    begins, ends = data.service
    first, last = to_minutes(bins.edges[0]), to_minutes(bins.edges[-1])
    throughout = (begins <= first) & (ends >= min(last, int(ends.max(initial=0)))) & (ends > first)
    always = _expected(covered, bins, np.array([first]), np.array([last]))[0]
    total = np.zeros((len(data.description.fuels), len(bins)))
    for place, fuel in enumerate(data.description.fuel_names):
        chosen = np.array([unit.fuel == fuel and region in (None, unit.region) for unit in data.units], bool)
        total[place] = always * float((chosen & throughout).sum())
        some = chosen & ~throughout & (ends > first) & (begins < last)
        total[place] += _expected(covered, bins, begins[some], ends[some]).sum(axis=0)
    return total


def _covered(data: MarketData, bins: Bins) -> NDArray[np.int64]:
    """Time with readings of units since the begin of bins, at each native interval [min]."""
    block = data.coverage(bins.edges[0], bins.edges[-1])
    seen = np.asarray(block["rows"])[list(block.axes[0].labels).index("unit_power")] > 0
    interval = data.description.interval_minutes
    sums: NDArray[np.int64] = np.concatenate(([0], np.cumsum(seen, dtype=np.int64) * interval))
    return sums


def _expected(covered: NDArray[np.int64], bins: Bins, begins: Minutes, ends: Minutes) -> Floats:
    edges = np.asarray(bins.edges, dtype="datetime64[m]").astype(np.int64)
    interval = int(edges[-1] - edges[0]) // (len(covered) - 1)

    def until(moments: NDArray[Any]) -> NDArray[Any]:
        places = np.clip((moments - edges[0]) // interval, 0, len(covered) - 1)
        found: NDArray[Any] = covered[places]
        return found

    spans = until(np.minimum(edges[1:], ends[:, None])) - until(np.maximum(edges[:-1], begins[:, None]))
    expected: Floats = np.maximum(spans, 0.0)
    return expected


def feed_gaps(data: MarketData, bins: Bins, table: str, series: str = "") -> Floats:
    """Give how much of each bin lies in gaps of a feed, in which nothing was read at all [min], shape (bins,)."""
    found = np.zeros(len(bins))
    for start, end in _gaps_of(data, bins, table, series):
        found += _overlap(bins, start, end)
    return found


def unit_feed_gaps(data: MarketData, bins: Bins, chosen: NDArray[np.bool_]) -> Floats:
    """Give how long each of some units was in service in gaps of the whole feed [min], shape (units, bins)."""
    begins, ends = (span[chosen][:, None] for span in data.service)
    found = np.zeros((int(chosen.sum()), len(bins)))
    for start, end in _gaps_of(data, bins, "unit_power", ""):
        found += _overlap(bins, np.maximum(start, begins), np.minimum(end, ends))
    return found


def _gaps_of(data: MarketData, bins: Bins, table: str, series: str) -> list[tuple[int, int]]:
    first, last = bins.edges[0], bins.edges[-1]
    return [
        (int(to_minutes(gap.start)), int(to_minutes(gap.end)))
        for gap in data.gaps()
        if (gap.table, gap.series) == (table, series) and gap.start < last and gap.end > first
    ]


def _overlap(bins: Bins, start: NDArray[Any] | int, end: NDArray[Any] | int) -> Floats:
    edges = np.asarray(bins.edges, dtype="datetime64[m]").astype(np.int64)
    shared: Floats = np.maximum(np.minimum(edges[1:], end) - np.maximum(edges[:-1], start), 0).astype(float)
    return shared


def bin_minutes(bins: Bins) -> Floats:
    """Give the length of each bin [min]."""
    lengths: Floats = np.diff(np.asarray(bins.edges, dtype="datetime64[m]").astype(np.int64)).astype(float)
    return lengths


def judged(
    columns: Sequence[Column], names: Sequence[str], missing: Floats, expected: Floats
) -> list[Column]:
    """Empty the sums of the rows of which too much is missing, and offer their known part as a partial sum.

    Parameters
    ----------
    columns
        Of an answer.
    names
        Which of them are sums.
    missing, expected
        Of each row, in any one unit.
    """
    made = [
        replace(column, cells=whole(column.cells, missing, expected)) if column.name in names else column
        for column in columns
    ]
    if (missing > MAX_SHARE_MISSING * expected).any():
        made += [
            Column(f"Partial {column.name.lower()}", column.cells, column.unit)
            for column in columns
            if column.name in names
        ]
    return [*made, *lacks_columns(WITHOUT_READING, missing, expected)]


def lacks_columns(name: str, missing: Floats, expected: Floats) -> list[Column]:
    """Make the column that says how much of each row is missing [%]; none where nothing is."""
    return [Column(name, 100.0 * ratio(missing, expected), "%")] if (missing > 0).any() else []


def whole_totals(sums: Mapping[str, Floats], *, gaps: bool = True) -> dict[str, Floats]:
    """Give energy, charged energy, revenue and cost by key, ``nan`` where a part is missing.

    Parameters
    ----------
    sums
        The columns of a unit's roll-up, and the minutes ``silent`` of those ``expected`` while the feed had
        readings, and those in its ``gaps``.
    gaps
        Whether gaps of the whole feed count as missing; not for what is brought to the time that was read.
    """
    silent, expected = _lacking(sums) if gaps else (sums["silent"], sums["expected"])
    made = {"energy": whole(sums["out_mwh"], silent, expected)}
    made["charged"] = whole(sums["in_mwh"], silent, expected)
    for name, money, side in (("revenue", "out_revenue", "out"), ("cost", "in_cost", "in")):
        amount = sums[f"{side}_mwh"]
        priced = whole(sums[money], amount - sums[f"{side}_priced_mwh"], amount)
        made[name] = whole(priced, silent, expected)
    made["net"] = made["revenue"] - made["cost"]
    return made


def _lacking(sums: Mapping[str, Floats]) -> tuple[Floats, Floats]:
    """Minutes without a reading, silent or in a gap of the feed, and those that there should be."""
    return sums["silent"] + sums["gaps"], sums["expected"] + sums["gaps"]


def partial_columns(sums: Mapping[str, Floats], currency: str) -> list[Column]:
    """Make the columns of what is known of incomplete sums, and of how much is missing; none when all is whole."""
    total, without = whole_totals(sums), _without_price(sums)
    columns = [
        Column(f"Partial {name}", sums[column], unit)
        for name, column, unit in (
            ("energy", "out_mwh", "MWh"),
            ("charged", "in_mwh", "MWh"),
            ("revenue", "out_revenue", currency),
            ("cost", "in_cost", currency),
        )
        if np.isnan(total[name]).any()
    ]
    columns += lacks_columns(WITHOUT_READING, *_lacking(sums))
    if (without > _MIN_MWH).any():
        share = 100.0 * ratio(without, sums["out_mwh"] + sums["in_mwh"])
        columns += [Column("Without price", without, "MWh"), Column(WITHOUT_PRICE, share, "%")]
    return columns


def lacks_of_sums(sums: Mapping[str, Floats]) -> Floats:
    """Share of the readings that is missing from each sum [%], shape (keys,)."""
    return 100.0 * ratio(*_lacking(sums))


def missing_notes(sums: Mapping[str, Floats]) -> list[str]:
    """Say in sentences how much of some sums has no reading and no price."""
    notes = []
    silent, expected = (minutes.sum() for minutes in _lacking(sums))
    if silent > 0:
        notes.append(silent_note(float(silent), float(expected)))
    without, amount = _without_price(sums).sum(), (sums["out_mwh"] + sums["in_mwh"]).sum()
    if without > _MIN_MWH:
        notes.append(
            f"{without:,.0f} MWh ({without / amount:.1%} of the energy) have no price of their region, and no "
            "revenue or cost; what is known of sums with missing parts is their partial sum."
        )
    return notes


def silent_note(silent: float, expected: float) -> str:
    """Say how much of the time of units in service has no reading."""
    return (
        f"Units in service have no reading for {silent / 60:,.1f} unit hours ({silent / expected:.1%}): missing, "
        f"not 0 MW. Sums that lack more than {MAX_SHARE_MISSING:.0%} are empty, what the others lack is in a "
        "column of its own; means and capacity factors are of the hours that were read."
    )


def _without_price(sums: Mapping[str, Floats]) -> Floats:
    lacking: Floats = (sums["out_mwh"] - sums["out_priced_mwh"]) + (sums["in_mwh"] - sums["in_priced_mwh"])
    # What is left of equal sums by rounding is nothing.
    return np.where(lacking > 1e-6, lacking, 0.0)
