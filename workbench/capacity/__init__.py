"""Capacity planning and dispatch with PyPSA: build, solve, watch, stop, explain, read the results.

::

    from workbench.capacity import CapacityPlan

    plan = CapacityPlan.open(project)      # the newest finished plan
    plan.plot.costs.bar()

Heavy libraries are loaded by the first name that needs them, not by importing this package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.lazy import lazy_names

if TYPE_CHECKING:
    from workbench.capacity.config import CapacityConfig, Commitment, Horizon, Snapshots
    from workbench.capacity.inputs.template import write_template
    from workbench.capacity.jobs import plan_capacity
    from workbench.capacity.results.compare import compare_years, side_by_side
    from workbench.capacity.results.opened import CapacityPlan
    from workbench.capacity.results.saved import CapacityResult
    from workbench.data.comparison.comparison import compare

__all__ = [
    "CapacityConfig",
    "CapacityPlan",
    "CapacityResult",
    "Commitment",
    "Horizon",
    "Snapshots",
    "compare",
    "compare_years",
    "plan_capacity",
    "side_by_side",
    "write_template",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "CapacityConfig": "config",
        "CapacityPlan": "results.opened",
        "CapacityResult": "results.saved",
        "Commitment": "config",
        "Horizon": "config",
        "Snapshots": "config",
        "compare": "workbench.data.comparison.comparison",
        "compare_years": "results.compare",
        "plan_capacity": "jobs",
        "side_by_side": "results.compare",
        "write_template": "inputs.template",
    },
)
