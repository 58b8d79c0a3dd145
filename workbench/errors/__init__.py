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
    ├── CopyNotKept              (also UserWarning) what later comparisons need could not be kept; the same
    ├── SourceFailed             an online source gave no usable answer; carries ``.source`` and ``.status``
    ├── ProjectError             a project folder cannot be opened or created; carries ``.path``
    └── DataError                about an input; carries ``.file`` and ``.problems``
        ├── UnreadableFile       (also OSError) missing, locked, too large, or of another kind
        │   └── LinkRefused      no file, or a path that leads out of its project: nothing was read or written
        ├── UnwritableFile       (also OSError) carries ``.errno``; what exists under the name is unchanged
        └── InvalidData          (also ValueError) read, but its content does not fit

What ends the work of a cancelled run is not an error: :class:`workbench.runs.model.signals.CancelSignal` is a
``BaseException``, so that ``except Exception`` lets it pass.

Each error is one sentence that says what was found, what was expected, and what to do.
"""

from __future__ import annotations

from workbench.errors.base import WorkbenchError
from workbench.errors.inputs import (
    CacheNotWritten,
    CopyNotKept,
    DataError,
    InvalidData,
    LinkRefused,
    ProjectError,
    SettingError,
    SourceFailed,
    UnknownName,
    UnreadableFile,
    UnwritableFile,
)
from workbench.errors.results import (
    ModelInfeasible,
    ModelUnbounded,
    NoSolutionInTime,
    SolveError,
    SolverFailed,
    SolverMissing,
    UnbalancedResult,
)
from workbench.errors.runs import (
    ChildCrashed,
    ControlRefused,
    JournalBusy,
    JournalError,
    JournalTooNew,
    RunCancelled,
    RunError,
    RunFailed,
    RunInterrupted,
    ScenarioBusy,
    ServeError,
    UnitFailed,
    UnknownRun,
    ViewerRefused,
    WorkersLost,
)

__all__ = [
    "CacheNotWritten",
    "ChildCrashed",
    "ControlRefused",
    "CopyNotKept",
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
