"""The job of the capacity plan, as offered in the entry point group ``workbench.jobs``; imports little."""

from workbench.runs.jobs.offer import JobOffer

__all__ = ["plan"]

plan = JobOffer(
    "Capacity plan", "workbench.capacity.jobs:plan_capacity", "workbench.capacity.results.saved:STORE"
)
