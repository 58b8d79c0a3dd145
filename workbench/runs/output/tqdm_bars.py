"""A library's tqdm inside a job moves the run's bar instead of printing one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

from workbench.runs.jobs.job import Job, captured_job
from workbench.runs.model.plain_values import plain_number
from workbench.runs.work.bars import Bar, known_total

__all__ = ["hook_tqdm", "unhook_tqdm"]

_originals: list[tuple[type, str, Any]] = []


def hook_tqdm() -> None:
    """Have tqdm's bars report to the current job, where there is one."""
    from tqdm.std import tqdm  # not needed before a job runs

    _replace(tqdm, "display", _report_bar)
    _replace(tqdm, "update", _poll)
    _replace(tqdm, "__iter__", _count)
    _replace(tqdm, "__init__", _open_bar)
    _replace(tqdm, "close", _close_bar)
    if "ipywidgets" in sys.modules:
        # In a notebook tqdm.auto takes this one, which the job may be the first to import.
        from tqdm.notebook import tqdm_notebook  # brings ipywidgets along, which a script has no use for

        _replace(tqdm_notebook, "display", _report_bar)
        _replace(tqdm_notebook, "__init__", _make_quietly)


def unhook_tqdm() -> None:
    """Give tqdm its own methods back."""
    while _originals:
        owner, name, original = _originals.pop()
        setattr(owner, name, original)


def _replace(owner: type, name: str, make: Callable[[Any], Any]) -> None:
    original = getattr(owner, name)
    _originals.append((owner, name, original))
    setattr(owner, name, make(original))


def _open_bar(original: Callable[..., None]) -> Callable[..., None]:
    def make(bar: Any, *arguments: Any, **options: Any) -> None:
        bar.workbench_job = captured_job()
        original(bar, *arguments, **options)

    return make


def _bar_of(shown: Any) -> Bar:
    """Give the bar that stands for one of tqdm; opened when it is first shown, inside those that are open then."""
    bar: Bar | None = getattr(shown, "workbench_bar", None)
    if bar is None:
        bar = shown.workbench_bar = shown.workbench_job.open_bar("", shown.total, shown.unit)
    bar.title = (shown.desc or "").removesuffix(": ")
    # What tqdm takes may be of NumPy, or a Decimal.
    bar.total = known_total(shown.total)
    bar.done = plain_number(shown.n) or 0.0
    return bar


def _report_bar(original: Callable[..., Any]) -> Callable[..., Any]:
    def display(shown: Any, *arguments: Any, **options: Any) -> Any:
        owner: Job | None = getattr(shown, "workbench_job", None)
        if owner is None and (owner := captured_job()) is not None:
            # Made before the job, and moved by it.
            shown.workbench_job = owner
        if owner is None:
            return original(shown, *arguments, **options)
        # tqdm's own monitor thread comes here too: what a job's bar shows comes from the job's threads.
        if owner is not None and captured_job() is owner:
            bar = _bar_of(shown)
            bar.is_due()
            owner.show_bar(bar, library=True)
        return True

    return display


def _close_bar(original: Callable[..., None]) -> Callable[..., None]:
    def close(shown: Any, *arguments: Any, **options: Any) -> None:
        try:
            original(shown, *arguments, **options)
        finally:
            if (bar := getattr(shown, "workbench_bar", None)) is not None:
                bar.close()

    return close


def _count(original: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
    def iterate(shown: Any) -> Iterator[Any]:
        job, owner = captured_job(), getattr(shown, "workbench_job", None)
        if job is None or shown.disable or owner != job:
            return original(shown)
        first = shown.n

        def show(bar: Bar) -> None:
            shown.n = first + bar.done
            shown.refresh()

        counted: Iterator[Any] = job.count(
            shown.iterable, lambda: _bar_of(shown), show, lambda _: shown.close()
        )
        return counted

    return iterate


def _poll(original: Callable[..., Any]) -> Callable[..., Any]:
    def update(shown: Any, *arguments: Any, **options: Any) -> Any:
        displayed = original(shown, *arguments, **options)
        bar = getattr(shown, "workbench_bar", None)
        if bar is not None:
            bar.done = plain_number(shown.n) or 0.0
            if bar.is_due():
                # By time: tqdm looks at the clock after so many items, and is blind where the next ones are slow.
                shown.refresh()
        # Not in `display`, which is called with tqdm's lock held: a job that is paused or cancelled there would
        # stop every other bar of the process.
        if (job := captured_job()) is not None:
            job.checkpoint()
        return displayed

    return update


def _make_quietly(original: Callable[..., None]) -> Callable[..., None]:
    def make(bar: Any, *arguments: Any, **options: Any) -> None:
        if captured_job() is not None:
            options["display"] = False
        original(bar, *arguments, **options)

    return make
