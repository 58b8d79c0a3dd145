"""Forecasts of very many parts, such as customers: shares of the company's forecast, not a method for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.stats import norm

from workbench.data.arrays import Floats
from workbench.finance.analysis.forecasts import NEVER_NEGATIVE, OTHER, Forecast, PartForecasts
from workbench.finance.model.ledger import Ledger
from workbench.finance.model.series import FigureSeries, Part
from workbench.forecasting.series_forecast import SeriesForecast

__all__ = ["SHARES", "many_part_forecasts"]

SHARES = "share of the company's forecast"
YEARS_OF_SPREAD = 2


def many_part_forecasts(
    ledger: Ledger,
    series: Mapping[str, FigureSeries],
    dimension: str,
    company: Mapping[str, Forecast],
    costs: Sequence[str],
    season: int,
    level: float,
) -> PartForecasts:
    """Forecast every figure by a dimension with more parts than are forecast one by one.

    A part has the share of the company's forecast that it had of the last year (of a stock: of the last period), so
    that the parts add up and none goes below zero. Its interval joins that of the company with how the part has
    moved about its share. Profit is revenue less costs and other items, part by part.

    Parameters
    ----------
    ledger, series
        The figures; :data:`OTHER` among the series where there is one.
    dimension
        Such as ``"customer"``.
    company
        The company's forecasts.
    costs
        Figures that profit is revenue less of.
    season
        Periods in a year.
    level
        Share of outcomes that an interval should hold, 0 to 1.

    References
    ----------
    Gross and Sohl (1990), *J. Forecasting* 9, 233-254, on disaggregation by historical proportions.
    """
    quantile = float(norm.ppf((1 + level) / 2))
    found: dict[str, tuple[list[str], Floats, Floats]] = {}
    left_out: dict[tuple[str, str], str] = {}
    for name, one in series.items():
        if name == OTHER:
            continue
        if name not in company:
            left_out[name, ""] = "the company's figure has no forecast"
            continue
        reason, shares = "an amount that may be negative has no shares", None
        if name in NEVER_NEGATIVE:
            reason, shares = _shares(ledger, one, dimension, season)
        if shares is None:
            left_out[name, ""] = reason
            continue
        entities, share, spread = shares
        whole = company[name]
        half = np.hypot(share[:, None] * whole.own.half_width[None], quantile * spread[:, None])
        found[name] = entities, share[:, None] * whole.path[None], half
    identity = ("revenue", *costs)
    if {"profit", OTHER} <= set(company) and costs and all(name in found for name in identity):
        found |= _profit(found, company, costs)
        left_out.pop(("profit", ""), None)
    forecasts = [
        Forecast(name, Part(dimension, entity), path, _own(path, half), name in NEVER_NEGATIVE)
        for name, (entities, paths, halves) in found.items()
        for entity, path, half in zip(entities, paths, halves, strict=True)
    ]
    return PartForecasts(tuple(forecasts), left_out)


def _shares(
    ledger: Ledger, one: FigureSeries, dimension: str, season: int
) -> tuple[str, tuple[list[str], Floats, Floats] | None]:
    """Give the parts of the last year with their share and their spread about it; or the reason why not."""
    if one.name in ledger.company_wide:
        return f"{one.name.replace('_', ' ')} is given for the whole company, not by {dimension}", None
    table = ledger.known_sum_by(dimension, one.name).reindex(one.periods).fillna(0.0)
    amounts = table.to_numpy(dtype=np.float64)
    length = 1 if one.stock else season
    last, total = amounts[-length:].sum(axis=0), float(one.company[-length:].sum())
    if len(one.periods) < length or not np.isfinite(total) or total <= 0:
        return "the company has nothing to share in the last year", None
    if (last < 0).any():
        return "a part was below zero in the last year and has no share", None
    if abs(float(last.sum()) - total) > 0.005 + 1e-9 * total:
        return "the parts do not add up to the whole", None
    share = last / last.sum()
    away = (amounts - share[None] * one.company[:, None])[-YEARS_OF_SPREAD * season :]
    spread = np.nan_to_num(np.sqrt(np.nanmean(away**2, axis=0)))
    kept = np.flatnonzero(share > 0)
    return "", ([str(table.columns[int(at)]) for at in kept], share[kept], spread[kept])


def _profit(
    found: Mapping[str, tuple[list[str], Floats, Floats]],
    company: Mapping[str, Forecast],
    costs: Sequence[str],
) -> dict[str, tuple[list[str], Floats, Floats]]:
    """Give profit and other items of each part; other items are shared as revenue is."""
    entities = sorted(set().union(*(found[name][0] for name in ("revenue", *costs))))
    at = {entity: place for place, entity in enumerate(entities)}
    shape = len(entities), len(company["profit"].path)
    other, profit, squares = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    rows = [at[entity] for entity in found["revenue"][0]]
    revenue = found["revenue"][1]
    other[rows] = company[OTHER].path * revenue / revenue.sum(axis=0, keepdims=True).clip(1e-300)
    for name, sign in (("revenue", 1.0), *((name, -1.0) for name in costs)):
        rows = [at[entity] for entity in found[name][0]]
        profit[rows] += sign * found[name][1]
        squares[rows] += found[name][2] ** 2
    half = np.sqrt(squares)
    return {OTHER: (entities, other, half), "profit": (entities, profit - other, half)}


def _own(path: Floats, half: Floats) -> SeriesForecast:
    unknown = float("nan")
    wape = {SHARES: unknown, "chosen": unknown}
    return SeriesForecast(path, half, SHARES, wape, unknown, 0, 0, 0)
