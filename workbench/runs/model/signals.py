"""What unwinds the work of a run that was cancelled."""

from __future__ import annotations

from workbench.errors import WorkbenchError

__all__ = ["CancelSignal", "describe_error"]


class CancelSignal(BaseException):
    """Raised by a checkpoint to end the work.

    No ``Exception``: a job's own ``except Exception`` must not swallow it (as with ``asyncio.CancelledError``).
    """


def describe_error(error: BaseException) -> str:
    """Say an exception in one line: its own words, with its type unless that is one of ours."""
    words = " ".join(str(error).split())
    if isinstance(error, WorkbenchError):
        return words
    if isinstance(error, SystemExit):
        return f"the job called exit ({words or 'no code'})"
    return f"{type(error).__name__}: {words}" if words else type(error).__name__
