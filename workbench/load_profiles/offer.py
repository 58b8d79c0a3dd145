"""The job of the load profiles, as offered in the entry point group ``workbench.jobs``; imports little."""

from workbench.runs.jobs.offer import JobOffer

__all__ = ["profiles"]

profiles = JobOffer(
    "Load profiles",
    "workbench.load_profiles.jobs:make_load_profiles",
    "workbench.load_profiles.results.saved:STORE",
)
