"""The job of the finance report, as offered in the entry point group ``workbench.jobs``; imports little."""

from workbench.runs.jobs.offer import JobOffer

__all__ = ["report"]

report = JobOffer("Finance report", "workbench.finance.jobs:make_finance_report")
