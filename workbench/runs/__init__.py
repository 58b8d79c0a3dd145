"""The engine for long runs: start, watch, pause, adjust, cancel, resume, follow from anywhere."""

from workbench.runs.engine.run import Run
from workbench.runs.engine.start import attach, resume, runs, start
from workbench.runs.jobs.job import Job, current_job
from workbench.runs.jobs.registry import JobFunction, find_job, job, known_jobs, offer_job
from workbench.runs.model.events import Event
from workbench.runs.model.records import LogLine, RunRecord
from workbench.runs.model.settings import Setting, setting, settings_of
from workbench.runs.model.states import Cause, EventKind, Level, RunState, StageState
from workbench.runs.model.summary import Summary
from workbench.runs.model.units import Outcome, Unit

__all__ = [
    "Cause",
    "Event",
    "EventKind",
    "Job",
    "JobFunction",
    "Level",
    "LogLine",
    "Outcome",
    "Run",
    "RunRecord",
    "RunState",
    "Setting",
    "StageState",
    "Summary",
    "Unit",
    "attach",
    "current_job",
    "find_job",
    "job",
    "known_jobs",
    "offer_job",
    "resume",
    "runs",
    "setting",
    "settings_of",
    "start",
]
