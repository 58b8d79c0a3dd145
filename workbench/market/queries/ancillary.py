"""Prices of ancillary services, where the files have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.market.model.answer import Answer, Column
from workbench.market.model.asking import asked
from workbench.market.model.period import Period, Resolution, cut
from workbench.market.model.tables import SERVICES
from workbench.market.queries.scope import answer, check_scope, named, time_columns

if TYPE_CHECKING:
    from workbench.market.store.reading import MarketData

__all__ = ["ancillary_prices", "has_ancillary_prices"]


@asked
def ancillary_prices(
    data: MarketData, period: Period, region: str, *, resolution: Resolution | None = None
) -> Answer:
    """Time-weighted mean price of each ancillary service of a region in each bin.

    Parameters
    ----------
    data, period
        The market's data and a stretch of time.
    region
        Whose prices.
    resolution
        Length of the bins; one that fits the period when left out.

    Returns
    -------
    Answer
        ``Begin``, ``End``, a column per service [currency/MWh]: a megawatt that is kept ready for an hour. Missing
        where no file has its price; bins without a price of any interval have none.
    """
    import polars as pl

    check_scope(data, region)
    bins = cut(period, resolution, data.description)
    rows = data.rows(
        "price",
        period.begin,
        min(period.end, data.last),
        series=[region],
        columns=["stamp", "minutes", *SERVICES],
    )
    rows = rows.filter(pl.any_horizontal(pl.col(name).is_not_null() for name in SERVICES))
    if rows.height:
        # Where prices of longer intervals are given too, they repeat those of the shorter ones.
        rows = rows.filter(pl.col("minutes") == pl.col("minutes").min())
    rows = rows.sort("stamp")
    length = int(rows["minutes"][0]) if rows.height else data.description.interval_minutes
    at = bins.of(rows["stamp"].to_numpy().astype("datetime64[m]"), length)
    weights = rows["minutes"].to_numpy().astype(float)
    unit = data.description.price_unit
    columns = []
    for name, title in SERVICES.items():
        values = rows[name].to_numpy()
        known = np.isfinite(values)
        sums, minutes = (
            np.bincount(at[known], amounts[known], minlength=len(bins))
            for amounts in (values * weights, weights)
        )
        with np.errstate(invalid="ignore"):
            columns.append(Column(title.capitalize(), np.where(minutes > 0, sums / minutes, np.nan), unit))
    return answer(
        data,
        named("Prices of ancillary services", region, period),
        [*time_columns(bins), *columns],
        period,
        "price",
        "" if rows.height else "No file has prices of ancillary services of this time.",
    )


def has_ancillary_prices(data: MarketData) -> bool:
    """Whether the newest file of prices has some of ancillary services; without reading its rows."""
    return bool(data.filled("price") & set(SERVICES))
