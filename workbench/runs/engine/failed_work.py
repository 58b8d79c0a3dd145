"""What ended the work of a run, as a fact for its state machine: this cannot fail, whatever the error is."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from workbench.errors import JournalError, WorkbenchError
from workbench.runs.model.machine import Input, WorkRaised, WorkStopped
from workbench.runs.model.signals import CancelSignal, describe_error, details_of, is_a, trace_of
from workbench.runs.model.states import Cause, Level

__all__ = ["fact_of"]


def fact_of(error: BaseException, log: Callable[[str, Level], None]) -> Input:
    """Tell the state machine of the error that ended the work, and the log of its traceback."""
    if is_a(error, CancelSignal):
        return WorkStopped()
    if is_a(error, JournalError):
        return WorkRaised(describe_error(error), Cause.JOURNAL)
    cause = Cause.EXCEPTION
    # The log may be what is broken, or the class of the error: then the state alone tells it.
    with contextlib.suppress(BaseException):
        log(describe_error(error), Level.ERROR)
        for line in trace_of(error).splitlines():
            log(line, Level.DEBUG)
        if isinstance(error, WorkbenchError) and error.caused_by_input is True:
            cause = Cause.INPUT
    return WorkRaised(describe_error(error), cause, details_of(error))
