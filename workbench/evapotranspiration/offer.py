"""The jobs of evapotranspiration, as offered in the entry point group ``workbench.jobs``; imports little."""

from workbench.runs.jobs.offer import JobOffer

__all__ = ["estimate", "irrigation", "validation"]

estimate = JobOffer(
    "Reference evapotranspiration",
    "workbench.evapotranspiration.jobs:estimate_evapotranspiration",
    "workbench.evapotranspiration.results.saved:STORE",
)
validation = JobOffer(
    "Validation of evapotranspiration",
    "workbench.evapotranspiration.jobs:validate_evapotranspiration",
)
irrigation = JobOffer(
    "Irrigation",
    "workbench.evapotranspiration.jobs:plan_irrigation",
)
