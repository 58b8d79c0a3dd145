"""Rooftop solar: power by region, energy, share of what is consumed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.market.definitions.energy import ratio
from workbench.market.model.answer import Answer, Column, texts
from workbench.market.model.asking import asked
from workbench.market.model.period import Period, Resolution, bucket_resolution, cut, native_resolution
from workbench.market.queries.completeness import bin_minutes, feed_gaps, judged
from workbench.market.queries.scope import answer, named, regions_of, time_columns
from workbench.market.queries.sums import sums_of, total_of
from workbench.market.store.resolution import Subject

if TYPE_CHECKING:
    from workbench.market.store.reading import MarketData


@asked
def rooftop(data: MarketData, period: Period, *, resolution: Resolution | None = None) -> Answer:
    """Mean rooftop power of each region.

    Sub-regions are parts of a region and never added to it.

    Parameters
    ----------
    data, period
        The market's data and a stretch of time.
    resolution
        Length of the bins, at least the half-hour in which rooftop power is measured; one that fits the period when
        left out.
    """
    bins = cut(period, resolution, data.description)
    if bins.resolution is native_resolution(data.description):
        bins = cut(period, bucket_resolution(data.description), data.description)
    found = sums_of(data, Subject.ROOFTOP, bins, ["mwh", "minutes"])
    columns = time_columns(bins)
    power = ratio(found["mwh"], found["minutes"] / 60.0)
    columns += [
        Column(name, power[found.labels[0].index(name)], "MW")
        for name in regions_of(data, period)
        if name in found.labels[0]
    ]
    return answer(data, named("Rooftop solar", None, period), columns, period, found.source)


@asked
def rooftop_totals(data: MarketData, period: Period) -> Answer:
    """Rooftop energy of each region, beside the demand that the grid meets.

    Parameters
    ----------
    data, period
        The market's data and a stretch of time.

    Returns
    -------
    Answer
        ``Share`` is rooftop energy relative to rooftop energy plus grid demand, each as a mean power over the time
        for which it is known.
    """
    regions = regions_of(data, period)
    roofs = total_of(data, Subject.ROOFTOP, period, ["mwh", "minutes"])
    loads = total_of(data, Subject.REGION, period, ["demand_mwh", "demand_minutes"])
    on_roofs = roofs.rows(regions)
    on_grid = loads.rows(regions)
    power = ratio(roofs["mwh"][on_roofs, 0], roofs["minutes"][on_roofs, 0] / 60.0)
    demand = ratio(loads["demand_mwh"][on_grid, 0], loads["demand_minutes"][on_grid, 0] / 60.0)
    columns = [
        Column("Region", texts(regions)),
        Column("Rooftop solar", roofs["mwh"][on_roofs, 0] / 1000.0, "GWh"),
        Column("Mean power", power, "MW"),
        Column("Grid demand", loads["demand_mwh"][on_grid, 0] / 1000.0, "GWh"),
        Column("Share", 100.0 * ratio(power, power + demand), "%"),
    ]
    missing = np.array(
        [
            max(feed_gaps(data, roofs.bins, table, region)[0] for table in ("rooftop", "region"))
            for region in regions
        ]
    )
    expected = bin_minutes(roofs.bins).sum() * np.ones(len(regions))
    columns = judged(columns, ("Rooftop solar", "Grid demand"), missing, expected)
    return answer(
        data, named("Rooftop solar", None, period), columns, period, f"{roofs.source}, {loads.source}"
    )
