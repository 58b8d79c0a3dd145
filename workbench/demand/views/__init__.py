"""The demand forecast in notebooks."""

from workbench.ui.declared import JobView

__all__ = ["VIEW"]

VIEW = JobView(
    job="demand",
    title="Forecast",
    result="workbench.demand.views.view:DemandResultView",
    load="workbench.demand.results.saved:load",
    empty="There is no forecast yet: make one in demand/10-forecast.ipynb.",
)
