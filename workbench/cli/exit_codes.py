"""What a command reports to the shell."""

from __future__ import annotations

from enum import IntEnum

from workbench.runs.model.states import RunState

__all__ = ["ExitCode", "exit_code_of"]


class ExitCode(IntEnum):
    """Exit codes of the ``workbench`` command."""

    SUCCEEDED = 0
    FAILED = 1
    WRONG_USE = 2
    CANCELLED = 3
    INTERRUPTED = 4
    SOME_STAGES_FAILED = 5
    LEFT = 130


def exit_code_of(state: RunState, failed_stages: list[str]) -> ExitCode:
    """Exit code of a run that has ended."""
    if state == RunState.SUCCEEDED:
        return ExitCode.SOME_STAGES_FAILED if failed_stages else ExitCode.SUCCEEDED
    codes = {RunState.CANCELLED: ExitCode.CANCELLED, RunState.INTERRUPTED: ExitCode.INTERRUPTED}
    return codes.get(state, ExitCode.FAILED)
