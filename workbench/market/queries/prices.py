"""Prices of regions: series, statistics, time of day, bands, high-price events, duration curve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.market.definitions import (
    PRICE_BANDS,
    PriceBands,
    band_table,
    duration_curve,
    high_price_events,
    hour_of_day,
    hours_of,
    time_weighted,
    volume_weighted,
)
from workbench.market.definitions.energy import Floats
from workbench.market.model.answer import Answer, Column, texts
from workbench.market.model.asking import asked
from workbench.market.model.clock import Stamps
from workbench.market.model.period import Period, Resolution, bucket_resolution, cut, native_resolution
from workbench.market.queries.scope import answer, check_scope, named, regions_of, time_columns
from workbench.market.queries.sums import Sums, scattered, sums_of, total_of
from workbench.market.store.resolution import Subject

if TYPE_CHECKING:
    from workbench.market.store.reading import MarketData

HIGH_PRICE = 300.0
"""Strike of the classic cap contract [currency/MWh]."""
CURVE_POINTS = 401
"""Of a duration curve: every quarter of a percent."""


@asked
def prices(data: MarketData, period: Period, *, resolution: Resolution | None = None) -> Answer:
    """Time-weighted mean price of each region in each bin.

    Parameters
    ----------
    data, period
        The market's data and a stretch of time.
    resolution
        Length of the bins; one that fits the period when left out.

    Returns
    -------
    Answer
        ``Begin``, ``End``, a column per region [currency/MWh]; missing where a region has no price of its own.
    """
    bins = cut(period, resolution, data.description)
    if bins.resolution is native_resolution(data.description):
        unit = data.description.price_unit
        stamps, values, source = single_prices(data, period)
        rows = dict(zip(source, values, strict=True))
        columns = [Column(name, rows[name][: len(bins)], unit) for name in regions_of(data, period)]
        short = len(bins) - len(stamps)
        if short > 0:
            columns = [Column(c.name, np.append(c.cells, np.full(short, np.nan)), unit) for c in columns]
        read = "price_interval"
    else:
        found = sums_of(data, Subject.PRICE, bins, ["rrp_minutes", "minutes"])
        mean = time_weighted(found["rrp_minutes"], found["minutes"])
        columns = _by_region(data, found, mean, period)
        read = found.source
    return answer(data, named("Prices", None, period), [*time_columns(bins), *columns], period, read)


def single_prices(data: MarketData, period: Period) -> tuple[Stamps, Floats, tuple[str, ...]]:
    """Every price of a period: stamps (n,), prices (regions, n) with ``nan`` where there is none, and regions.

    A price of a longer interval is in each of the short intervals that it covers, so that every value counts
    for the same time.
    """
    end = min(period.end, data.last)
    block = data.rollup("price_interval", period.begin, max(end, period.begin), columns=["rrp"])
    return np.asarray(block.stamps), np.asarray(block["rrp"], dtype=np.float64), tuple(block.axes[0].labels)


@asked
def price_statistics(data: MarketData, period: Period) -> Answer:
    """Mean, spread and extremes of each region's price.

    Parameters
    ----------
    data, period
        The market's data and a stretch of time.

    Returns
    -------
    Answer
        One row per region. ``Mean`` is weighted by time ("flat load"), ``Load-weighted`` by demand.
    """
    _, values, labels = single_prices(data, period)
    minutes = data.description.interval_minutes
    loads = total_of(data, Subject.REGION, period, ["demand_cost", "demand_priced_mwh"])
    weighted = volume_weighted(loads["demand_cost"][:, 0], loads["demand_priced_mwh"][:, 0])
    rows = []
    for region in regions_of(data, period):
        own = values[labels.index(region)]
        own = own[~np.isnan(own)]
        hours = float(hours_of(minutes))
        if len(own):
            low, middle, high = np.quantile(own, [0.05, 0.5, 0.95])
            facts = [own.mean(), own.std(), own.min(), low, middle, high, own.max()]
        else:
            facts = [np.nan] * 7
        below, above = (own < 0).sum() * hours, (own >= HIGH_PRICE).sum() * hours
        rows.append(
            [facts[0], weighted[loads.labels[0].index(region)], *facts[1:], below, above, len(own) * hours]
        )
    table = np.array(rows, dtype=np.float64).reshape(len(rows), -1)
    unit = data.description.price_unit
    headers = [
        *((name, unit) for name in _PRICE_COLUMNS),
        ("Below 0", "h"),
        (f"{HIGH_PRICE:.0f} and above", "h"),
        ("Covered", "h"),
    ]
    columns = [Column(name, table[:, place], unit) for place, (name, unit) in enumerate(headers)]
    first = Column("Region", texts(regions_of(data, period)))
    return answer(
        data, named("Price statistics", None, period), [first, *columns], period, "price_interval, region"
    )


_PRICE_COLUMNS = (
    "Mean",
    "Load-weighted",
    "Standard deviation",
    "Lowest",
    "5th percentile",
    "Median",
    "95th percentile",
    "Highest",
)


def _by_region(data: MarketData, found: Sums, mean: Floats, period: Period) -> list[Column]:
    regions, unit = regions_of(data, period), data.description.price_unit
    return [Column(name, mean[row], unit) for name, row in zip(regions, found.rows(regions), strict=True)]


@asked
def prices_by_hour(data: MarketData, period: Period) -> Answer:
    """Time-weighted mean price of each region in each hour of the day; the half-hour to 18:00 is in hour 17.

    Parameters
    ----------
    data, period
        The market's data and a stretch of time.
    """
    bins = cut(period, bucket_resolution(data.description), data.description)
    found = sums_of(data, Subject.PRICE, bins, ["rrp_minutes", "minutes"])
    hours = hour_of_day(bins.ends, bins.resolution.minutes)
    money, time = (scattered(found[name], hours, 24) for name in ("rrp_minutes", "minutes"))
    mean = time_weighted(money, time)
    columns = [Column("Hour", np.arange(24.0), "h of the day, begin")]
    columns += _by_region(data, found, mean, period)
    return answer(data, named("Prices by time of day", None, period), columns, period, found.source)


@asked
def price_bands(data: MarketData, period: Period, *, bands: PriceBands = PRICE_BANDS) -> Answer:
    """Time in each price band and what it adds to the mean price, by region.

    Parameters
    ----------
    data, period
        The market's data and a stretch of time.
    bands
        They tile the real line: every price is in exactly one.

    Returns
    -------
    Answer
        One row per region and band. The shares of a region add up to 100 %, the contributions to its mean price.
    """
    _, values, labels = single_prices(data, period)
    hours, unit = float(hours_of(data.description.interval_minutes)), data.description.price_unit
    regions = regions_of(data, period)
    tables = [band_table(values[labels.index(region)], hours, bands) for region in regions]
    columns = [
        Column("Region", texts([region for region in regions for _ in range(len(bands))])),
        Column("Band", texts(bands.labels() * len(regions))),
        Column("Time", np.concatenate([table.hours for table in tables]), "h"),
        Column("Share", np.concatenate([table.share for table in tables]), "%"),
        Column("Mean price", np.concatenate([table.mean_price for table in tables]), unit),
        Column("Contribution", np.concatenate([table.contribution for table in tables]), unit),
    ]
    return answer(data, named("Price bands", None, period), columns, period, "price_interval")


@asked
def price_events(
    data: MarketData, period: Period, *, region: str | None = None, threshold: float = HIGH_PRICE
) -> Answer:
    """High-price events with their true durations, the longest first.

    Parameters
    ----------
    data, period
        The market's data and a stretch of time.
    region
        One region, or all of them.
    threshold
        A price at or above it counts [currency/MWh].
    """
    check_scope(data, region)
    stamps, values, labels = single_prices(data, period)
    minutes = data.description.interval_minutes
    found = [
        (name, event)
        for name in (regions_of(data, period) if region is None else (region,))
        for event in high_price_events(stamps, values[labels.index(name)], minutes, threshold)
    ]
    found.sort(key=lambda pair: (-pair[1].hours, -pair[1].highest))
    unit = data.description.price_unit
    columns = [
        Column("Region", texts([name for name, _ in found])),
        Column("Begin", np.array([event.begin for _, event in found], dtype="datetime64[m]")),
        Column("End", np.array([event.end for _, event in found], dtype="datetime64[m]")),
        Column("Duration", np.array([event.hours * 60 for _, event in found]), "min"),
        Column("Mean price", np.array([event.mean for _, event in found]), unit),
        Column("Highest price", np.array([event.highest for _, event in found]), unit),
    ]
    title = named(f"Prices of {threshold:,.0f} {unit} and above", region, period)
    return answer(data, title, columns, period, "price_interval")


@asked
def price_duration(data: MarketData, period: Period) -> Answer:
    """Price duration curve of each region: the price that is reached or exceeded for a share of the time.

    Parameters
    ----------
    data, period
        The market's data and a stretch of time.

    Returns
    -------
    Answer
        ``Share of time`` [%] from 0 (the highest price) to 100 (the lowest) and a column per region.
    """
    _, values, labels = single_prices(data, period)
    shares = np.linspace(0.0, 100.0, CURVE_POINTS)
    columns = [Column("Share of time", shares, "%")]
    for region in regions_of(data, period):
        reached, falling = duration_curve(values[labels.index(region)], 1.0)
        if len(falling):
            places = np.minimum(np.searchsorted(reached, shares - 1e-9, side="left"), len(falling) - 1)
            curve = falling[places]
        else:
            curve = np.full(len(shares), np.nan)
        columns.append(Column(region, curve, data.description.price_unit))
    return answer(data, named("Price duration", None, period), columns, period, "price_interval")
