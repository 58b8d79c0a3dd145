"""Threads and pools that a job starts: what they print and report belongs to its run.

A new thread has an empty context, so that nobody knows whose it is. Inside a run, and only there, a thread is
started and a task of a ``ThreadPoolExecutor`` is called in a copy of the context of the caller (as Python 3.14 can
do by itself). The threads of a pool that outlive a run keep nothing of it.
"""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from workbench.runs.jobs.job import captured_job
from workbench.runs.model.signals import CancelSignal

__all__ = ["hook_threads"]


def hook_threads() -> Callable[[], None]:
    """Hand the context of a job on to the threads that it starts; gives what takes the hooks out again."""
    start, submit = threading.Thread.start, ThreadPoolExecutor.submit

    def start_in_context(thread: threading.Thread) -> None:
        # Ours know whose they are, and those of a pool are lent to every caller that submits.
        if (
            captured_job() is not None
            and not thread.name.startswith("workbench")
            and not _is_of_a_pool(thread)
        ):
            thread.run = _in_context(thread.run)  # type: ignore[method-assign]
        start(thread)

    def submit_in_context(
        pool: Any, function: Callable[..., Any], /, *arguments: Any, **options: Any
    ) -> Future[Any]:
        if captured_job() is not None:
            return submit(pool, contextvars.copy_context().run, function, *arguments, **options)
        return submit(pool, function, *arguments, **options)

    threading.Thread.start = start_in_context  # type: ignore[method-assign,assignment]
    ThreadPoolExecutor.submit = submit_in_context  # type: ignore[method-assign]

    def restore() -> None:
        if threading.Thread.start is start_in_context:
            threading.Thread.start = start  # type: ignore[method-assign]
        if ThreadPoolExecutor.submit is submit_in_context:
            ThreadPoolExecutor.submit = submit  # type: ignore[method-assign]

    return restore


def _in_context(run: Callable[[], None]) -> Callable[[], None]:
    context = contextvars.copy_context()

    def run_in_context() -> None:
        try:
            context.run(run)
        except CancelSignal:
            # The run is ending: the job's own thread reports it.
            return

    return run_in_context


def _is_of_a_pool(thread: threading.Thread) -> bool:
    return getattr(getattr(thread, "_target", None), "__module__", "") == "concurrent.futures.thread"
