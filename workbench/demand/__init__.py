"""The yearly electricity demand forecast by sector.

::

    from workbench.demand import Demand, forecast, growth_table, read_demand

    forecast(sales, levels=[80, 95], horizon=10)     # a frame of years and series, without a project
    Demand.open(project, "BAU").plot.requirement()   # a saved scenario: its tables and figures
    growth_table(read_demand(path))                  # a workbook before any forecast

The rooms: ``config`` says what can be set; ``model`` holds the value types and ``inputs`` reads the workbook; the
science is in ``models`` (one function a model, listed in the catalogue), ``sectors`` (plan, backtest and forecast
of each sector), ``requirement`` (from sales to peak) and ``frames`` (forecasts of labelled frames); ``results``
saves, loads, compares and draws; ``jobs`` and ``steps`` tie them together; ``views`` shows them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.lazy import lazy_names

if TYPE_CHECKING:
    from workbench.data.comparison.comparison import compare
    from workbench.demand.config import DemandConfig, three_scenarios
    from workbench.demand.frames.forecast import FrameForecast, forecast
    from workbench.demand.inputs.reading import read_demand
    from workbench.demand.jobs import forecast_demand
    from workbench.demand.results.history_tables import (
        cagr_table,
        correlation_table,
        growth_table,
        history_table,
        per_capita_table,
    )
    from workbench.demand.results.opened import Demand
    from workbench.demand.results.saved import DemandResult

__all__ = [
    "Demand",
    "DemandConfig",
    "DemandResult",
    "FrameForecast",
    "cagr_table",
    "compare",
    "correlation_table",
    "forecast",
    "forecast_demand",
    "growth_table",
    "history_table",
    "per_capita_table",
    "read_demand",
    "three_scenarios",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "Demand": "results.opened",
        "DemandConfig": "config",
        "DemandResult": "results.saved",
        "FrameForecast": "frames.forecast",
        "cagr_table": "results.history_tables",
        "compare": "workbench.data.comparison.comparison",
        "correlation_table": "results.history_tables",
        "forecast": "frames.forecast",
        "forecast_demand": "jobs",
        "growth_table": "results.history_tables",
        "history_table": "results.history_tables",
        "per_capita_table": "results.history_tables",
        "read_demand": "inputs.reading",
        "three_scenarios": "config",
    },
)
