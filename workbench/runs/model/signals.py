"""What unwinds the work of a run that was cancelled."""

from __future__ import annotations

from workbench.errors import WorkbenchError

__all__ = ["CancelSignal", "describe_error", "details_of"]


class CancelSignal(BaseException):
    """Raised by a checkpoint to end the work.

    No ``Exception``: a job's own ``except Exception`` must not swallow it (as with ``asyncio.CancelledError``).
    """


def describe_error(error: BaseException) -> str:
    """Describe an exception in one line: its own message, with its type unless that is one of ours."""
    sentence = " ".join(str(error).split())
    if isinstance(error, WorkbenchError):
        return sentence
    if isinstance(error, SystemExit):
        return f"the job called exit ({sentence or 'no code'})"
    return f"{type(error).__name__}: {sentence}" if sentence else type(error).__name__


def details_of(error: BaseException) -> tuple[str, ...]:
    """Give the lines that belong under an error's sentence; none where the sentence already holds them all."""
    details = error.details if isinstance(error, WorkbenchError) else ()
    sentence = describe_error(error)
    return () if all(line in sentence for line in details) else details
