"""The models by name: what each is called, its formula, its source, and what it needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from workbench.data.arrays import Floats
from workbench.demand.models.elasticity import growth_elasticities
from workbench.demand.models.growth import DAMPING, compound_growth, damped_growth, weighted_average_growth
from workbench.demand.models.regression import regression_on_drivers, regression_on_year
from workbench.demand.models.trend import anchored_linear_trend
from workbench.forecasting.combination import geometric_mean, median_of
from workbench.forecasting.naive import drift, naive
from workbench.forecasting.smoothing import damped_holt
from workbench.forecasting.theta import yearly_theta

INTERCEPT_DAMPING = {"low": 0.70, "base": 0.85, "high": 0.95}


class Needs(StrEnum):
    """Which drivers a model needs."""

    NOTHING = "nothing"
    ECONOMY = "GDP per person and population"
    DRIVERS = "the drivers of the sector"


@dataclass(frozen=True, slots=True)
class DriverPaths:
    """Drivers in the years of the history and in the years to forecast."""

    names: tuple[str, ...]
    history: NDArray[np.float64]
    """Levels, shape (rows, years, drivers), any unit."""
    future: NDArray[np.float64]
    """Levels, shape (rows, horizon, drivers), same units."""


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything a model is given: what was known at the origin, and the assumed future of the drivers."""

    history: Floats
    """Shape (rows, years), positive, right-aligned, after the handling of shocks."""
    horizon: int
    economy: DriverPaths | None = None
    drivers: DriverPaths | None = None
    variant: str = "base"
    """``low``, ``base`` or ``high``: how fast growth fades, for models where it fades."""
    window: int = 10
    """Years that the window methods look back on."""


@dataclass(frozen=True, slots=True)
class Model:
    """A forecasting model.

    Parameters
    ----------
    name
        As written in a config.
    label
        As shown to the user.
    formula, source
        For the model card.
    run
        Gives the forecast, shape (rows, horizon), NaN where the drivers do not reach.
    needs
        Drivers needed.
    min_years
        Shortest history that it can learn from; for drivers, each adds one.
    fades
        Whether its low and high variants differ from the base.
    looks_back
        Whether it looks back on a window of years.
    """

    name: str
    label: str
    formula: str
    source: str
    run: Callable[[Situation], Floats]
    needs: Needs = Needs.NOTHING
    min_years: int = 3
    fades: bool = False
    looks_back: bool = False


def _economy(at: Situation) -> DriverPaths:
    if at.economy is None:
        raise ValueError("the model needs paths of GDP and of population; give them, or choose another model")
    return at.economy


def _drivers(at: Situation) -> DriverPaths:
    if at.drivers is None:
        raise ValueError("the model needs drivers with paths; give them, or choose another model")
    return at.drivers


def _damped(at: Situation) -> Floats:
    return damped_growth(at.history, at.horizon, damping=DAMPING[at.variant])


def _elastic(at: Situation) -> Floats:
    paths = _economy(at)
    damping = INTERCEPT_DAMPING[at.variant]
    return growth_elasticities(at.history, at.horizon, paths.history, paths.future, damping=damping)


def _combined(at: Situation) -> Floats:
    return geometric_mean([_elastic(at), _damped(at)], [2, 1])


def _regression_on_drivers(at: Situation) -> Floats:
    paths = _drivers(at)
    return regression_on_drivers(at.history, at.horizon, paths.history, paths.future)


def _ensemble(at: Situation) -> Floats:
    members = [
        _damped(at),
        damped_holt(at.history, at.horizon),
        yearly_theta(at.history, at.horizon),
        anchored_linear_trend(at.history, at.horizon, window=at.window),
    ]
    if at.economy is not None and np.isfinite(at.economy.future).all():
        members.append(_elastic(at))
    return median_of(members)


_ALL = (
    Model(
        "combined_growth",
        "Combined growth",
        "y(T+h) = (elasticities^2 x damped growth)^(1/3)",
        "Geometric mean of elasticities (weight 2) and damped growth (weight 1): Clemen 1989",
        _combined,
        Needs.ECONOMY,
        fades=True,
    ),
    Model(
        "growth_elasticities",
        "Growth elasticities",
        "dln y = a + e1 dln(GDP/pop) + e2 dln(pop), e ~ N((0.6, 1.0), 0.2^2), a fading 0.85 a year",
        "Ridge regression about a prior in growth rates: Hoerl and Kennard 1970",
        _elastic,
        Needs.ECONOMY,
        fades=True,
    ),
    Model(
        "damped_growth",
        "Damped growth",
        "y(T+h) = y(T) exp(m (d^0 + ... + d^(h-1))), m = recent growth, robust, shrunk to 2 %",
        "Damped trend in logarithms: Gardner and McKenzie 1985",
        _damped,
        fades=True,
    ),
    Model(
        "linear_trend",
        "Anchored linear trend",
        "y(T+h) = y(T) + h x median slope of the last years",
        "Theil 1950, Sen 1968; from the last actual",
        lambda at: anchored_linear_trend(at.history, at.horizon, window=at.window),
        looks_back=True,
    ),
    Model(
        "damped_holt",
        "Damped Holt (ETS)",
        "ETS(A,Ad,N) on ln y",
        "Hyndman, Koehler, Ord and Snyder 2008",
        lambda at: damped_holt(at.history, at.horizon),
        min_years=4,
    ),
    Model(
        "theta",
        "Theta",
        "simple smoothing of ln y plus half the slope of its linear trend",
        "Assimakopoulos and Nikolopoulos 2000; Hyndman and Billah 2003",
        lambda at: yearly_theta(at.history, at.horizon),
        min_years=4,
    ),
    Model(
        "weighted_average_growth",
        "Weighted average growth (WAM)",
        "y(T+h) = y(T) (1 + r)^h, r = weighted mean of the last growth rates, newest weighs most",
        "Weighted average method of demand filings",
        lambda at: weighted_average_growth(at.history, at.horizon, window=at.window),
        looks_back=True,
    ),
    Model(
        "cagr",
        "Compound growth (CAGR)",
        "y(T+h) = y(T) (y(T)/y(T-s))^(h/s)",
        "Definition of the rate",
        lambda at: compound_growth(at.history, at.horizon, span=at.window),
        looks_back=True,
    ),
    Model(
        "regression_on_year",
        "Regression on year (SLR)",
        "y(T+h) = y(T) + b h, b from least squares on the year",
        "Ordinary least squares, from the last actual",
        lambda at: regression_on_year(at.history, at.horizon),
    ),
    Model(
        "regression_on_drivers",
        "Regression on drivers (MLR)",
        "y(T+h) = y(T) + sum b_k (x_k(T+h) - x_k(T)), b from least squares in levels",
        "Ordinary least squares, from the last actual",
        _regression_on_drivers,
        Needs.DRIVERS,
    ),
    Model(
        "median_ensemble",
        "Median ensemble",
        "median of damped growth, damped Holt, theta, linear trend and, with paths, growth elasticities",
        "Combination: Clemen 1989; Makridakis, Spiliotis and Assimakopoulos 2020",
        _ensemble,
        min_years=4,
        looks_back=True,
    ),
    Model(
        "naive",
        "Naive",
        "y(T+h) = y(T)",
        "Benchmark",
        lambda at: naive(at.history, at.horizon),
        min_years=1,
    ),
    Model(
        "drift",
        "Drift",
        "y(T+h) = y(T) + h (y(T) - y(1)) / (T - 1)",
        "Benchmark: Hyndman and Athanasopoulos",
        lambda at: drift(at.history, at.horizon),
        min_years=2,
    ),
)

MODELS: dict[str, Model] = {model.name: model for model in _ALL}
