"""Curtailment of wind and solar, from what was available (UIGF) and what was cleared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.market.definitions import curtailed_power, curtailment_rate
from workbench.market.definitions.energy import ratio
from workbench.market.model.answer import Answer, Column, texts
from workbench.market.model.asking import asked
from workbench.market.model.period import Period, Resolution, cut
from workbench.market.queries.completeness import bin_minutes, feed_gaps, judged
from workbench.market.queries.scope import (
    answer,
    check_scope,
    named,
    only,
    region_rows,
    regions_of,
    time_columns,
)
from workbench.market.queries.sums import common_hours, sums_of, total_of
from workbench.market.store.resolution import Subject

if TYPE_CHECKING:
    from workbench.market.store.reading import MarketData

SOURCES = ("solar", "wind")
_COLUMNS = [f"{source}_{what}_mwh" for source in SOURCES for what in ("uigf", "cleared")]
_NEGATIVE = [f"{source}_negative_mwh" for source in SOURCES]


@asked
def curtailment(
    data: MarketData, period: Period, *, region: str | None = None, resolution: Resolution | None = None
) -> Answer:
    """Mean power that was available and not dispatched, by source.

    Parameters
    ----------
    data, period
        The market's data and a stretch of time.
    region
        One region, or all of them.
    resolution
        Length of the bins; one that fits the period when left out.

    Returns
    -------
    Answer
        ``Begin``, ``End``, for solar and wind what was curtailed and what was available [MW].
    """
    check_scope(data, region)
    bins = cut(period, resolution, data.description)
    found = sums_of(data, Subject.REGION, bins, [*_COLUMNS, "uigf_minutes"], series=only(region))
    rows = region_rows(data, found.labels[0], region)
    hours = common_hours(found["uigf_minutes"][rows])
    columns = time_columns(bins)
    for source in SOURCES:
        available, cleared = (found[f"{source}_{what}_mwh"][rows].sum(axis=0) for what in ("uigf", "cleared"))
        curtailed = ratio(curtailed_power(available, cleared), hours)
        columns.append(Column(f"{source.capitalize()} curtailed", curtailed, "MW"))
        columns.append(Column(f"{source.capitalize()} available", ratio(available, hours), "MW"))
    return answer(data, named("Curtailment", region, period), columns, period, found.source)


@asked
def curtailment_totals(data: MarketData, period: Period) -> Answer:
    """Curtailed energy and rate of each region and source.

    Parameters
    ----------
    data, period
        The market's data and a stretch of time.

    Returns
    -------
    Answer
        ``Economic`` is what was curtailed while the region's price was below zero, ``Grid`` the rest.
    """
    found = total_of(data, Subject.REGION, period, [*_COLUMNS, *_NEGATIVE])
    regions = regions_of(data, period)
    rows = found.rows(regions)
    available, cleared, economic = (
        np.stack([found[f"{source}_{what}_mwh"][rows, 0] for source in SOURCES], axis=1).ravel() / 1000.0
        for what in ("uigf", "cleared", "negative")
    )
    curtailed = curtailed_power(available, cleared)
    columns = [
        Column("Region", texts([region for region in regions for _ in SOURCES])),
        Column("Source", texts([source.capitalize() for _ in regions for source in SOURCES])),
        Column("Available", available, "GWh"),
        Column("Curtailed", curtailed, "GWh"),
        Column("Rate", curtailment_rate(curtailed, available), "%"),
        Column("Economic", economic, "GWh"),
        Column("Grid", curtailed - economic, "GWh"),
    ]
    missing = np.repeat(
        [feed_gaps(data, found.bins, "region", region)[0] for region in regions], len(SOURCES)
    )
    sums = ("Available", "Curtailed", "Economic", "Grid")
    columns = judged(columns, sums, missing, bin_minutes(found.bins).sum() * np.ones(len(missing)))
    return answer(data, named("Curtailment", None, period), columns, period, found.source)
