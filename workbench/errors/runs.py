"""Errors about runs, their units, their processes and their journal, and about pages that are served."""

from __future__ import annotations

from workbench.errors.base import WorkbenchError

__all__ = [
    "ChildCrashed",
    "ControlRefused",
    "JournalBusy",
    "JournalError",
    "JournalTooNew",
    "RunCancelled",
    "RunError",
    "RunFailed",
    "RunInterrupted",
    "ScenarioBusy",
    "ServeError",
    "UnitFailed",
    "UnknownRun",
    "ViewerRefused",
    "WorkersLost",
]


class RunError(WorkbenchError):
    """Something about one run.

    Parameters
    ----------
    message
        One sentence.
    run
        Id of the run.
    """

    def __init__(self, message: str, run: str = "") -> None:
        super().__init__(message)
        self.run = run


class RunFailed(RunError):
    """The job raised an error, or its process ended by itself."""


class RunCancelled(RunError):
    """The run was cancelled and its work has stopped."""


class RunInterrupted(RunError):
    """The process that owned the run is gone; ``resume`` repeats only what is unfinished."""


class ScenarioBusy(RunError):
    """Another run is still writing the same scenario: queue behind it, rename, or cancel it."""


class ControlRefused(RunError):
    """The run cannot take this request in its state, or the setting cannot be adjusted."""


class UnknownRun(RunError, KeyError):
    """The journal knows no such run."""


class UnitFailed(WorkbenchError):
    """One unit of a run failed.

    Parameters
    ----------
    message
        One sentence, with the reason.
    key
        Key of the unit.
    """

    def __init__(self, message: str, key: str = "") -> None:
        super().__init__(message)
        self.key = key


class ChildCrashed(WorkbenchError):
    """A child process ended without giving its answer.

    Parameters
    ----------
    message
        One sentence.
    exit_code
        As ``subprocess`` reports it: negative is the number of the signal.
    """

    def __init__(self, message: str, exit_code: int | None = None) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class WorkersLost(WorkbenchError):
    """The cluster that computes units cannot be reached, or no longer; finished units are kept.

    Parameters
    ----------
    message
        One sentence.
    address
        Address of its scheduler, or of one worker.
    """

    def __init__(self, message: str, address: str = "") -> None:
        super().__init__(message)
        self.address = address


class JournalError(WorkbenchError):
    """The journal cannot be read or written."""


class JournalBusy(JournalError):
    """Another program has the journal locked; nothing is lost, and the same can be tried again."""


class JournalTooNew(JournalError):
    """The journal was written by a newer version of the workbench."""


class ViewerRefused(WorkbenchError):
    """A process that serves readers was asked to change something; nothing was changed."""


class ServeError(WorkbenchError):
    """The server does not start: an address without a token, a port in use, no project."""
