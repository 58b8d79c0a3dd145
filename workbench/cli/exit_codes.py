"""What a command reports to the shell."""

from __future__ import annotations

from enum import IntEnum

from workbench.runs.model.states import Cause, RunState

__all__ = ["ExitCode", "exit_code_of"]


class ExitCode(IntEnum):
    """Exit codes of the ``workbench`` command."""

    SUCCEEDED = 0
    FAILED = 1
    WRONG_USE = 2
    CANCELLED = 3
    INTERRUPTED = 4
    SUCCEEDED_INCOMPLETE = 5
    LEFT = 130


def exit_code_of(state: RunState, cause: Cause) -> ExitCode:
    """Exit code of a run that has ended."""
    if state == RunState.SUCCEEDED:
        return ExitCode.SUCCEEDED_INCOMPLETE if cause == Cause.INCOMPLETE else ExitCode.SUCCEEDED
    codes = {RunState.CANCELLED: ExitCode.CANCELLED, RunState.INTERRUPTED: ExitCode.INTERRUPTED}
    return codes.get(state, ExitCode.FAILED)
