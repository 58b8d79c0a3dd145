"""What unwinds the work of a run that was cancelled."""

from __future__ import annotations

import traceback

from workbench.errors import WorkbenchError
from workbench.runs.model.plain_values import name_of_type, plain_text

__all__ = ["CancelSignal", "describe_error", "details_of", "is_a", "trace_of"]


class CancelSignal(BaseException):
    """Raised by a checkpoint to end the work.

    No ``Exception``: a job's own ``except Exception`` must not swallow it (as with ``asyncio.CancelledError``).
    """


def describe_error(error: BaseException) -> str:
    """Describe an exception in one line: its message, with its type unless that is one of ours; never raises."""
    sentence, name = " ".join(plain_text(error).split()), name_of_type(error)
    if is_a(error, WorkbenchError):
        return sentence
    if is_a(error, SystemExit):
        return f"the job called exit ({sentence or 'no code'})"
    return f"{name}: {sentence}" if sentence else name


def is_a(error: BaseException, kind: type[BaseException]) -> bool:
    """Whether an error is of a kind; unlike ``isinstance`` it asks nothing of a class of a job's own."""
    return kind in type.mro(type(error))


def details_of(error: BaseException) -> tuple[str, ...]:
    """Give the lines that belong under an error's sentence; none where the sentence already holds them all."""
    try:
        details = tuple(map(plain_text, error.details)) if isinstance(error, WorkbenchError) else ()
    except BaseException:  # noqa: BLE001 - a class of a job's own may raise anything
        return ()
    sentence = describe_error(error)
    return () if all(line in sentence for line in details) else details


def trace_of(error: BaseException) -> str:
    """Give the traceback of an exception as text; never raises."""
    try:
        return "".join(traceback.format_exception(error))
    except BaseException as failure:  # noqa: BLE001 - its notes and causes are objects of a job's own too
        return f"{describe_error(error)}\n(without a traceback: {describe_error(failure)})"
