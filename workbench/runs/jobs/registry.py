"""Which jobs there are: found by name, imported only when one is asked for.

A journal names the job of a run; a resume looks that name up here. Nothing that a journal, a browser or a
project folder says is ever imported.
"""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from workbench.errors import SettingError
from workbench.runs.jobs.job import Job
from workbench.runs.jobs.terminal import TerminalSink
from workbench.runs.model.settings import changed, validate

__all__ = ["JobFunction", "find_job", "job", "known_jobs", "offer_job"]

Result = TypeVar("Result")

_registered: dict[str, JobFunction[Any]] = {}
_offered: dict[str, tuple[str, str]] = {}


@dataclasses.dataclass(frozen=True, slots=True)
class JobFunction(Generic[Result]):
    """A job: a plain function with a name, a title and a config type.

    Calling it does the work right here, with tqdm bars on the terminal and without a journal; ``start`` (of
    :mod:`workbench`) gives it to the engine.

    Attributes
    ----------
    name
        What the command line and the journal call it.
    title
        What a person reads.
    function
        ``function(job, project, config) -> result``.
    config_type
        Frozen dataclass of its settings.
    load
        ``load(project, scenario) -> result``: reads a saved result back, for runs of other processes.
    """

    name: str
    title: str
    function: Callable[[Job, Any, Any], Result]
    config_type: type
    load: Callable[[Any, str], Result] | None = None

    def __call__(self, project: Any = None, config: Any = None, **changes: Any) -> Result:
        """Do the work in this thread and return its result.

        Raises
        ------
        SettingError
            When a setting is unknown or has a value that is not allowed.
        """
        config = self.make_config(config, changes)
        sink = TerminalSink(config)
        handle = Job(sink)
        with contextlib.closing(sink), handle.active(""), contextlib.closing(handle):
            return self.function(handle, project, config)

    def make_config(self, config: Any, changes: dict[str, Any]) -> Any:
        """Make the config of one run from a given one (or the defaults) and changes, validated."""
        if config is None:
            config = self.config_type()
        if not isinstance(config, self.config_type):
            raise SettingError(
                f"{self.name} takes a {self.config_type.__name__}, not {type(config).__name__}.",
                "config",
                config,
            )
        if changes:
            return changed(config, changes)
        validate(config)
        return config


def job(
    name: str,
    *,
    title: str = "",
    config: type,
    load: Callable[[Any, str], Any] | None = None,
) -> Callable[[Callable[[Job, Any, Any], Result]], JobFunction[Result]]:
    """Make a function a job that can be started, resumed and found by its name.

    Parameters
    ----------
    name
        Short name, unique in this process; defining it again (a notebook cell run twice) replaces it.
    title
        What a person reads.
    config
        Frozen dataclass whose fields are declared with ``setting(...)``.
    load
        Reads a saved result back.
    """

    def decorate(function: Callable[[Job, Any, Any], Result]) -> JobFunction[Result]:
        made = JobFunction(name, title or name.replace("_", " ").capitalize(), function, config, load)
        _registered[name] = made
        return made

    return decorate


def offer_job(name: str, title: str, location: str) -> None:
    """Make a job known by name without importing it; ``location`` is ``"package.module:attribute"``."""
    _offered[name] = (title, location)


def known_jobs() -> dict[str, str]:
    """Titles of all jobs by name, none of them imported."""
    titles = {name: title for name, (title, _) in _offered.items()}
    titles.update((name, made.title) for name, made in _registered.items())
    return titles


def find_job(name: str) -> JobFunction[Any]:
    """Find a job by name, importing it if it was only offered.

    Raises
    ------
    SettingError
        When there is no such job.
    """
    if name in _registered:
        return _registered[name]
    if name not in _offered:
        raise SettingError(
            f"There is no job {name!r}; known are {', '.join(known_jobs()) or 'none'}. "
            "A job of your own must be defined (or its module imported) first.",
            "job",
            name,
        )
    module, _, attribute = _offered[name][1].partition(":")
    found: JobFunction[Any] = getattr(importlib.import_module(module), attribute)
    return found
