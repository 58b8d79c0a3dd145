"""Forecasts of all figures: each by its own method, then made to agree with profit and with the whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from workbench.data.arrays import Floats
from workbench.finance.model.roles import FIGURES, Role
from workbench.finance.model.series import COMPANY, FigureSeries, Part
from workbench.forecasting.reconcile import reconcile
from workbench.forecasting.series_forecast import SeriesForecast, forecast_series, why_not

__all__ = ["OTHER", "Forecast", "Make", "PartForecasts", "company_forecasts", "part_forecasts", "unexplained"]

OTHER = "other_items"
"""What the file's profit has beside revenue and the costs it names: revenue - costs - profit."""

NEVER_NEGATIVE = frozenset(map(str, FIGURES)) - {
    str(role) for role in (Role.PROFIT, Role.CASH_FLOW, Role.CASH, Role.EQUITY, Role.CAPEX)
}
"""Figures that are amounts of something; the others are differences, or may be overdrawn."""

Key = tuple[str, Part]
Make = Callable[[FigureSeries, Sequence[int]], Sequence[SeriesForecast | None]]


@dataclass(frozen=True, slots=True)
class Forecast:
    """Forecast of one figure of one part, agreed with the others.

    Parameters
    ----------
    figure, part
        What it is of.
    path
        Forecast, shape ``(horizon,)``.
    own
        The method's own forecast and all that is known of it.
    never_negative
        Whether neither the forecast nor its interval goes below zero.
    """

    figure: str
    part: Part
    path: Floats
    own: SeriesForecast
    never_negative: bool = False

    @property
    def lower(self) -> Floats:
        """Lower end of the interval."""
        lower: Floats = self.path - self.own.half_width
        return np.maximum(lower, 0.0) if self.never_negative else lower

    @property
    def upper(self) -> Floats:
        """Upper end of the interval."""
        return self.path + self.own.half_width


@dataclass(frozen=True, slots=True)
class PartForecasts:
    """Forecasts of one dimension.

    Parameters
    ----------
    forecasts
        Of every part that has one.
    left_out
        Reason by figure, or by figure and entity, for what has none.
    """

    forecasts: tuple[Forecast, ...]
    left_out: Mapping[tuple[str, str], str]


def unexplained(series: Mapping[str, FigureSeries], costs: Sequence[str]) -> FigureSeries | None:
    """Give what profit has beside revenue and costs, as a series of its own.

    None without revenue, costs and profit. It keeps the identity true in every period and part:
    revenue - costs - other items = profit.
    """
    if "profit" not in series or "revenue" not in series or not costs or any(c not in series for c in costs):
        return None
    profit = series["profit"]
    parts = [part for part in profit.parts if all(part in series[n].parts for n in ("revenue", *costs))]

    def values(name: str) -> Floats:
        rows = [series[name].parts.index(part) for part in parts]
        return np.asarray(series[name].amounts[rows])

    other = values("revenue") - values("profit")
    for name in costs:
        other = other - values(name)
    return replace(profit, name=OTHER, parts=tuple(parts), amounts=np.round(other, 6))


def company_forecasts(
    series: Mapping[str, FigureSeries], costs: Sequence[str], make: Make
) -> tuple[dict[str, Forecast], dict[str, str]]:
    """Forecast every figure of the whole company, with the profit identity kept.

    Parameters
    ----------
    series
        By figure; :data:`OTHER` among them where there is one.
    costs
        Figures that profit is revenue less of.
    make
        Forecasts some rows of a figure (from the cache, or anew).

    Returns
    -------
    dict
        Forecast by figure.
    dict
        Reason by figure, for those that have none.
    """
    own: dict[Key, SeriesForecast] = {}
    left_out = {}
    for name, one in series.items():
        made = make(one, [0])[0]
        if made is None:
            left_out[name] = why_not(one.company)
        else:
            own[name, COMPANY] = made
    sums = _identities(own, costs, [COMPANY])
    floored = _never_negative(series, own)
    reconciled = reconcile(_paths(own), _spreads(own), sums, never_negative=floored)
    return {
        name: Forecast(name, part, reconciled[name, part], own[name, part], (name, part) in floored)
        for name, part in own
    }, left_out


def part_forecasts(
    series: Mapping[str, FigureSeries],
    dimension: str,
    company: Mapping[str, Forecast],
    costs: Sequence[str],
    make: Make,
) -> PartForecasts:
    """Forecast every figure by one dimension, so that the parts add up to the company's forecast.

    A part that has ended is left out of the sum; when a part that continues cannot be forecast, the whole
    figure has no forecast by this dimension.

    Parameters
    ----------
    series, costs, make
        As in :func:`company_forecasts`.
    dimension
        Such as ``"region"``.
    company
        The company's forecasts, which stay as they are.
    """
    own: dict[Key, SeriesForecast] = {}
    sums: list[dict[Key, float]] = []
    left_out: dict[tuple[str, str], str] = {}
    for name, one in series.items():
        rows = one.rows_of(dimension)
        if not rows or name not in company:
            left_out[name, ""] = one.left_out.get(dimension, "the company's figure has no forecast")
            continue
        made = make(one, rows)
        missing = {
            one.parts[row].entity: why_not(one.amounts[row])
            for row, forecast in zip(rows, made, strict=True)
            if forecast is None
        }
        left_out |= {(name, entity): reason for entity, reason in missing.items()}
        continuing = [entity for entity, reason in missing.items() if not reason.startswith("the last")]
        if continuing or len(missing) == len(rows):
            entity = continuing[0] if continuing else next(iter(missing))
            left_out[name, ""] = f"{entity}: {missing[entity]}"
            continue
        found = {(name, one.parts[row]): f for row, f in zip(rows, made, strict=True) if f is not None}
        own |= found
        sums.append({(name, COMPANY): 1.0, **dict.fromkeys(found, -1.0)})
    parts = sorted({part for _, part in own})
    sums += _identities(own, costs, parts)
    fixed = {(name, COMPANY): forecast.path for name, forecast in company.items()}
    floored = _never_negative(series, own)
    reconciled = reconcile(_paths(own), _spreads(own), sums, fixed, floored)
    forecasts = tuple(
        Forecast(name, part, reconciled[name, part], own[name, part], (name, part) in floored)
        for name, part in own
    )
    return PartForecasts(forecasts, left_out)


def _identities(
    own: Mapping[Key, SeriesForecast], costs: Sequence[str], parts: Sequence[Part]
) -> list[dict[Key, float]]:
    names = ("profit", "revenue", OTHER, *costs)
    return [
        {
            ("profit", part): 1.0,
            ("revenue", part): -1.0,
            (OTHER, part): 1.0,
            **{(name, part): 1.0 for name in costs},
        }
        for part in parts
        if costs and all((name, part) in own for name in names)
    ]


def _never_negative(series: Mapping[str, FigureSeries], own: Mapping[Key, SeriesForecast]) -> frozenset[Key]:
    """Give what cannot go below zero: amounts of goods and money owed, sold or held that never have."""
    return frozenset(
        (name, part)
        for name, part in own
        if name.removesuffix("_budget").removesuffix("_forecast").removesuffix("_prior_year")
        in NEVER_NEGATIVE
        and np.nanmin(series[name].amounts[series[name].parts.index(part)]) >= 0
    )


def _paths(own: Mapping[Key, SeriesForecast]) -> dict[Key, Floats]:
    return {key: forecast.path for key, forecast in own.items()}


def _spreads(own: Mapping[Key, SeriesForecast]) -> dict[Key, float]:
    widths = {
        key: float(np.nanmean(f.half_width)) if np.isfinite(f.half_width).any() else np.nan
        for key, f in own.items()
    }
    # Without a measured interval a figure counts as very uncertain.
    return {
        key: width if np.isfinite(width) else float(np.abs(own[key].path).mean())
        for key, width in widths.items()
    }


def forecast_rows(
    one: FigureSeries, rows: Sequence[int], horizon: int, season: int, level: float
) -> tuple[SeriesForecast | None, ...]:
    """Forecast some rows of a figure, without a cache."""
    return forecast_series(one.amounts[list(rows)], horizon, season, level)
