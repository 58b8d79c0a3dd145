"""Evapotranspiration in notebooks."""

from workbench.ui.declared import JobView

__all__ = ["IRRIGATION", "VALIDATION", "VIEW"]

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
    above="workbench.evapotranspiration.views.sample_offer:sample_above",
    empty="There is no validation yet: make one in evapotranspiration/20-validation.ipynb.",
)
IRRIGATION = JobView(
    job="irrigation",
    title="Irrigation",
    result="workbench.evapotranspiration.views.irrigation_view:IrrigationAnalysis",
    load="workbench.evapotranspiration.results.irrigation.saved:load",
    above="workbench.evapotranspiration.views.sample_offer:sample_above",
    empty="There is no irrigation plan yet: make one in evapotranspiration/30-irrigation.ipynb.",
)
