"""The engine for long runs: start, watch, pause, adjust, cancel, resume, follow from anywhere."""

from workbench.runs.engine import attach, resume, runs, start
from workbench.runs.events import Event
from workbench.runs.job import Job, current_job
from workbench.runs.records import LogLine, RunRecord
from workbench.runs.registry import JobFunction, find_job, job, known_jobs, offer_job
from workbench.runs.run import Run
from workbench.runs.settings import Setting, setting, settings_of
from workbench.runs.states import Cause, EventKind, Level, RunState, StageState
from workbench.runs.summary import Summary
from workbench.runs.units import Outcome, Unit

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
