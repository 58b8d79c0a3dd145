"""Evapotranspiration in notebooks."""

from workbench.ui.declared import JobView

__all__ = ["VALIDATION", "VIEW"]

VIEW = JobView(
    job="evapotranspiration",
    title="Evapotranspiration",
    result="workbench.evapotranspiration.views.view:EtoAnalysis",
    load="workbench.evapotranspiration.results.saved:load",
    above="workbench.evapotranspiration.views.place_picker:picker_above",
    empty="There is no evapotranspiration yet: estimate it in evapotranspiration/10-estimate.ipynb.",
)
VALIDATION = JobView(
    job="evapotranspiration_validation",
    title="Validation",
    result="workbench.evapotranspiration.views.validation_view:ValidationAnalysis",
    load="workbench.evapotranspiration.results.validation_saved:load",
    empty="There is no validation yet: make one in evapotranspiration/20-validation.ipynb.",
)
