"""Every error that the workbench raises on purpose.

The tree::

    WorkbenchError
    ├── RunError                 about a run; carries ``.run`` (its id)
    │   ├── RunFailed            the job raised; ``__cause__`` is the job's own error where it is at hand
    │   ├── RunCancelled         cancelled on request, and the work has stopped
    │   ├── RunInterrupted       the process that owned the run is gone
    │   ├── ScenarioBusy         another run is writing the same scenario
    │   ├── ControlRefused       a request that this run cannot take (finished, unknown setting …)
    │   └── UnknownRun           (also KeyError)
    ├── UnitFailed               a unit of a run failed; carries ``.key``
    ├── ChildCrashed             a child process ended without an answer; carries ``.exit_code``
    ├── WorkersLost              the cluster that computes units is out of reach; carries ``.address``
    ├── SettingError             (also ValueError) config values; carries ``.setting``, ``.value``, ``.problems``
    │   └── UnknownName          (also KeyError) nothing has that name; the sentence lists what there is
    ├── JournalError             the journal cannot be read or written
    │   ├── JournalBusy          another program has it locked; nothing is lost, try again
    │   └── JournalTooNew        written by a newer version of the workbench
    ├── ViewerRefused            a published page tried to change something
    ├── ServeError               the server of published pages cannot start
    ├── SolveError               a solve without a solution; carries ``.status`` and ``.causes``
    │   ├── ModelInfeasible      no plan can meet all constraints at once: what contradicts what
    │   ├── ModelUnbounded       costs can fall without end: what can grow
    │   ├── NoSolutionInTime     the time limit came before a solution that can be used
    │   ├── SolverFailed         the solver gave up, or its process ended by itself
    │   └── SolverMissing        not installed, or without a licence
    ├── UnbalancedResult         numbers of a result do not agree with each other; the sentence names the two
    ├── CacheNotWritten          (also UserWarning) a table could not be kept; a warning, the work continues
    ├── SourceFailed             an online source gave no usable answer; carries ``.source`` and ``.status``
    ├── ProjectError             a project folder cannot be opened or created; carries ``.path``
    └── DataError                about an input; carries ``.file`` and ``.problems``
        ├── UnreadableFile       (also OSError) missing, locked, too large, or of another kind
        │   └── LinkRefused      a path in a project leads out of it, or is no file: nothing was read or written
        ├── UnwritableFile       (also OSError) carries ``.errno``; what exists under the name is unchanged
        └── InvalidData          (also ValueError) read, but its content does not fit

What ends the work of a cancelled run is not an error: :class:`workbench.runs.model.signals.CancelSignal` is a
``BaseException``, so that ``except Exception`` lets it pass.

Each error is one sentence that says what was found, what was expected, and what to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from workbench.problem import Problem, describe_problems, shortened

MAX_LISTED = 20
"""Problems that the sentence of one error lists."""

__all__ = [
    "CacheNotWritten",
    "ChildCrashed",
    "ControlRefused",
    "DataError",
    "InvalidData",
    "JournalBusy",
    "JournalError",
    "JournalTooNew",
    "LinkRefused",
    "ModelInfeasible",
    "ModelUnbounded",
    "NoSolutionInTime",
    "ProjectError",
    "RunCancelled",
    "RunError",
    "RunFailed",
    "RunInterrupted",
    "ScenarioBusy",
    "ServeError",
    "SettingError",
    "SolveError",
    "SolverFailed",
    "SolverMissing",
    "SourceFailed",
    "UnbalancedResult",
    "UnitFailed",
    "UnknownName",
    "UnknownRun",
    "UnreadableFile",
    "UnwritableFile",
    "ViewerRefused",
    "WorkbenchError",
    "WorkersLost",
]


class WorkbenchError(Exception):
    """Base of all errors that the workbench raises on purpose."""

    caused_by_input: ClassVar[bool] = False
    """Whether an input or a setting has to be corrected first: trying the same again would fail again."""

    @property
    def details(self) -> tuple[str, ...]:
        """What the sentence sums up, a line each; empty where the sentence says all."""
        return ()

    def __str__(self) -> str:
        # KeyError, one of the builtin bases below, would show the repr of the message.
        return Exception.__str__(self)


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


class SettingError(WorkbenchError, ValueError):
    """A value that a setting does not allow.

    Parameters
    ----------
    message
        One sentence that names the setting, the value seen and what is allowed.
    setting
        Name of the setting.
    value
        The value seen.
    problems
        The errors of several settings that this one combines.
    """

    caused_by_input = True

    def __init__(
        self, message: str, setting: str = "", value: object = None, problems: Sequence[SettingError] = ()
    ) -> None:
        super().__init__(shortened(message))
        self.setting = setting
        self.value = value
        self._problems = tuple(problems)

    @property
    def problems(self) -> tuple[SettingError, ...]:
        """One error for each setting that was refused at the same time; itself where it is the only one."""
        return self._problems or (self,)

    @classmethod
    def of(cls, problems: Sequence[SettingError]) -> SettingError:
        """Make one error of one or more, whose sentence lists each."""
        if len(problems) == 1:
            return problems[0]
        sentences = list(dict.fromkeys(map(str, problems)))
        listed = " ".join(f"({number}) {text}" for number, text in enumerate(sentences[:MAX_LISTED], 1))
        more = f" … and {len(sentences) - MAX_LISTED} more." if len(sentences) > MAX_LISTED else ""
        first = problems[0]
        return cls(
            f"{len(problems)} problems with the settings: {listed}{more}",
            first.setting,
            first.value,
            problems,
        )


class UnknownName(SettingError, KeyError):
    """Nothing has the name that was given; the sentence lists the names that there are, or the closest."""


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


class SourceFailed(WorkbenchError):
    """An online source gave no usable answer: down, slow, throttled, or malformed.

    Parameters
    ----------
    message
        One sentence with what was requested, what came back, and what to do.
    source
        Id of the source.
    status
        HTTP status of its last answer; None when there was none.
    """

    def __init__(self, message: str, source: str = "", status: int | None = None) -> None:
        super().__init__(message)
        self.source = source
        self.status = status


class ProjectError(WorkbenchError):
    """A project folder cannot be opened or created.

    Parameters
    ----------
    message
        One sentence.
    path
        The folder it is about.
    """

    caused_by_input = True

    def __init__(self, message: str, path: Path | str = "") -> None:
        super().__init__(message)
        self.path = Path(path)


class DataError(WorkbenchError):
    """Something about an input file.

    Parameters
    ----------
    message
        One sentence that names the file, and the sheet and cell where they are known.
    file
        The file it is about.
    problems
        Every problem that was found in the same pass.
    """

    caused_by_input = True

    def __init__(self, message: str, file: Path | str = "", problems: Sequence[Problem] = ()) -> None:
        super().__init__(shortened(message))
        self.file = Path(file)
        self.problems = tuple(problems)

    @property
    def details(self) -> tuple[str, ...]:
        """Every problem with its place, a line each; those of one cause share a line."""
        return tuple(describe_problems(self.problems))


class UnreadableFile(DataError, OSError):
    """The file is missing, locked, too large, or not of the kind its name says."""


class LinkRefused(UnreadableFile):
    """A path in a project is a link, leads out of it, or is neither file nor folder; nothing was done with it."""


class UnwritableFile(DataError, OSError):
    """A file could not be written; whatever exists under its name is unchanged.

    Parameters
    ----------
    message
        One sentence with the reason and the way out.
    file
        The file that was to be written.
    reason
        The operating system's error.
    """

    caused_by_input = False

    def __init__(self, message: str, file: Path | str, reason: OSError) -> None:
        super().__init__(message, file)
        self.errno = reason.errno


class InvalidData(DataError, ValueError):
    """The file was read, but its content does not fit; ``.problems`` lists everything at once."""


class UnbalancedResult(WorkbenchError):
    """A result whose own numbers do not agree with each other; names the two."""


class SolveError(WorkbenchError):
    """A solve that ended without a solution.

    Parameters
    ----------
    message
        One sentence.
    status
        How it ended, a ``SolveStatus`` of the solver's side.
    causes
        What is to blame, each a sentence.
    """

    caused_by_input = True

    def __init__(self, message: str, status: str = "failed", causes: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.causes = tuple(causes)

    @property
    def details(self) -> tuple[str, ...]:
        """The causes."""
        return self.causes


class ModelInfeasible(SolveError):
    """No plan can meet all constraints at once."""


class ModelUnbounded(SolveError):
    """Costs can fall without end: a limit or a cost is missing."""


class NoSolutionInTime(SolveError):
    """The time limit was reached before there was a solution that can be used."""


class SolverFailed(SolveError):
    """The solver gave up, or its process ended by itself."""

    caused_by_input = False


class SolverMissing(SolveError):
    """The solver is not installed here, or has no licence."""


class CacheNotWritten(WorkbenchError, UserWarning):
    """A table could not be kept; the work continues with the table in memory."""
