"""Capacity planning in notebooks."""

from workbench.ui.declared import JobView

__all__ = ["VIEW"]

VIEW = JobView(
    job="capacity",
    title="Plan",
    result="workbench.capacity.views.view:CapacityResultView",
    load="workbench.capacity.results.saved:load",
    live="workbench.capacity.views.view:SolverCurve",
    empty="There is no plan yet: make one in capacity/10-model.ipynb.",
)
