"""A saved demand scenario in a notebook: its tables and figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.charts.opened import Opened
from workbench.demand.results.saved import STORE, DemandResult

if TYPE_CHECKING:
    from workbench.charts.plots import Table

__all__ = ["Demand"]


class Demand(Opened[DemandResult]):
    """A saved demand scenario: its tables as attributes, its figures under ``plot``.

    Examples
    --------
    ::

        from workbench.demand import Demand

        bau = Demand.open(project, "BAU")          # the newest one where none is named
        bau.requirement                            # from sales to peak, with units
        bau.plot.requirement.bar()                 # one column as bars
        bau.plot.requirement()                     # the domain's figure: with the bands of the total
        bau.plot.forecast(sector="Domestic")       # history, model and bands of one sector
        bau.to_pandas("backtest")                  # a DataFrame of your own
        Demand.scenarios(project)                  # names of the saved scenarios
    """

    store = STORE

    if TYPE_CHECKING:
        history: Table
        forecast: Table
        backtest: Table
        accuracy: Table
        consolidated: Table
        requirement: Table
        drivers: Table
        correlations: Table
        solar_split: Table
