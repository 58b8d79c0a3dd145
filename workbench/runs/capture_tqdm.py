"""A library's tqdm inside a job moves the run's bar instead of printing one."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from workbench.runs.job import current_job

__all__ = ["hook_tqdm", "unhook_tqdm"]

_originals: list[tuple[type, str, Any]] = []


def hook_tqdm() -> None:
    """Have tqdm's bars report to the current job, where there is one."""
    from tqdm.std import tqdm  # not needed before a job runs

    _replace(tqdm, "display", _report_bar)
    notebook = sys.modules.get("tqdm.notebook")
    if notebook is not None:
        _replace(notebook.tqdm_notebook, "display", _report_bar)
        _replace(notebook.tqdm_notebook, "__init__", _make_quietly)


def unhook_tqdm() -> None:
    """Give tqdm its own methods back."""
    while _originals:
        owner, name, original = _originals.pop()
        setattr(owner, name, original)


def _replace(owner: type, name: str, make: Callable[[Any], Any]) -> None:
    original = getattr(owner, name)
    _originals.append((owner, name, original))
    setattr(owner, name, make(original))


def _report_bar(original: Callable[..., Any]) -> Callable[..., Any]:
    def display(bar: Any, *arguments: Any, **options: Any) -> Any:
        job = current_job()
        if job is None:
            return original(bar, *arguments, **options)
        job.show_bar(bar.desc.removesuffix(": ") if bar.desc else "", bar.n, bar.total, bar.unit)
        job.checkpoint()
        return True

    return display


def _make_quietly(original: Callable[..., None]) -> Callable[..., None]:
    def make(bar: Any, *arguments: Any, **options: Any) -> None:
        if current_job() is not None:
            options["display"] = False
        original(bar, *arguments, **options)

    return make
