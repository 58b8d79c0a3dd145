"""A saved capacity plan in a notebook: its tables, figures and networks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.capacity.results.saved import STORE, CapacityResult
from workbench.charts.opened import Opened

if TYPE_CHECKING:
    from pypsa import Network

    from workbench.charts.plots import Table

__all__ = ["CapacityPlan"]


class CapacityPlan(Opened[CapacityResult]):
    """A saved capacity plan: its tables as attributes, its figures under ``plot``.

    Examples
    --------
    ::

        from workbench.capacity import CapacityPlan

        plan = CapacityPlan.open(project)          # the newest; or open(project, "high growth")
        plan.costs                                 # costs by year and carrier, with units
        plan.to_pandas("capacity")                 # a DataFrame of your own
        plan.plot.capacity(value="new")            # the figure of a table, with its options
        plan.plot.costs.bar()                      # any table as bars, lines or areas
        plan.plot.network_map()                    # a figure of the whole plan
        plan.network(2030)                         # the solved PyPSA network
    """

    store = STORE

    if TYPE_CHECKING:
        capacity: Table
        assets: Table
        dispatch: Table
        energy: Table
        curtailment: Table
        storage: Table
        prices: Table
        flows: Table
        costs: Table
        emissions: Table
        adequacy: Table
        constraints: Table
        buses: Table
        solves: Table
        alternatives: Table
        retirements: Table
        ranges: Table
        all_hours: Table
        market_values: Table
        transmission: Table

    def network(self, year: int | None = None) -> Network:
        """Give the solved network of a year, see :meth:`CapacityResult.network`."""
        return self.result.network(year)
