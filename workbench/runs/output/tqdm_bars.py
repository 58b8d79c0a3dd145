"""A library's tqdm inside a job moves the run's bar instead of printing one."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from workbench.runs.jobs.job import captured_job

__all__ = ["hook_tqdm", "unhook_tqdm"]

_originals: list[tuple[type, str, Any]] = []


def hook_tqdm() -> None:
    """Have tqdm's bars report to the current job, where there is one."""
    from tqdm.std import tqdm  # not needed before a job runs

    _replace(tqdm, "display", _report_bar)
    _replace(tqdm, "update", _look_up)
    _replace(tqdm, "__init__", _remember_owner)
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


def _remember_owner(original: Callable[..., None]) -> Callable[..., None]:
    def make(bar: Any, *arguments: Any, **options: Any) -> None:
        bar.workbench_job = captured_job()
        original(bar, *arguments, **options)

    return make


def _report_bar(original: Callable[..., Any]) -> Callable[..., Any]:
    def display(bar: Any, *arguments: Any, **options: Any) -> Any:
        job = captured_job()
        if job is not None:
            job.show_bar(bar.desc.removesuffix(": ") if bar.desc else "", bar.n, bar.total, bar.unit)
            return True
        if getattr(bar, "workbench_job", None) is not None:
            # tqdm's own monitor thread: what a job's bar shows is for its run, and comes from its threads.
            return True
        return original(bar, *arguments, **options)

    return display


def _look_up(original: Callable[..., Any]) -> Callable[..., Any]:
    def update(bar: Any, *arguments: Any, **options: Any) -> Any:
        shown = original(bar, *arguments, **options)
        # Not in `display`, which is called with tqdm's lock held: a job that is paused or cancelled there would
        # stop every other bar of the process.
        if (job := captured_job()) is not None:
            job.checkpoint()
        return shown

    return update


def _make_quietly(original: Callable[..., None]) -> Callable[..., None]:
    def make(bar: Any, *arguments: Any, **options: Any) -> None:
        if captured_job() is not None:
            options["display"] = False
        original(bar, *arguments, **options)

    return make
