"""The job of the demand forecast, as offered in the entry point group ``workbench.jobs``; imports little."""

from workbench.runs.jobs.offer import JobOffer

__all__ = ["forecast"]

forecast = JobOffer(
    "Demand forecast", "workbench.demand.jobs:forecast_demand", "workbench.demand.results.saved:STORE"
)
