"""The yearly electricity demand forecast by sector.

::

    from workbench.demand import Demand, forecast

    forecast(sales, levels=[80, 95], horizon=10)     # a frame of years and series, without a project
    Demand.open(project, "BAU").plot.requirement()   # a saved scenario: its tables and figures

The rooms: ``config`` says what can be set; ``model`` holds the value types and ``inputs`` reads the workbook; the
science is in ``models`` (one function a model, listed in the catalogue), ``sectors`` (plan, backtest and forecast
of each sector), ``requirement`` (from sales to peak) and ``frames`` (forecasts of labelled frames); ``results``
saves, loads, compares and draws; ``jobs`` and ``steps`` tie them together; ``views`` shows them.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.demand.config import DemandConfig, three_scenarios
    from workbench.demand.frames.forecast import FrameForecast, forecast
    from workbench.demand.jobs import forecast_demand
    from workbench.demand.results.opened import Demand
    from workbench.demand.results.saved import DemandResult, compare

__all__ = [
    "Demand",
    "DemandConfig",
    "DemandResult",
    "FrameForecast",
    "compare",
    "forecast",
    "forecast_demand",
    "three_scenarios",
]

_LOCATIONS = {
    "Demand": "results.opened",
    "DemandConfig": "config",
    "DemandResult": "results.saved",
    "FrameForecast": "frames.forecast",
    "compare": "results.saved",
    "forecast": "frames.forecast",
    "forecast_demand": "jobs",
    "three_scenarios": "config",
}


def __getattr__(name: str) -> Any:
    if name not in _LOCATIONS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_LOCATIONS[name]}"), name)


def __dir__() -> list[str]:
    return __all__
