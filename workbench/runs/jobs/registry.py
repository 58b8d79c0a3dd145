"""Which jobs there are: found by name, imported only when one is used.

A journal names the job of a run, and a resume finds it here by that name. Nothing that a journal, a browser or a
project folder says is ever imported: jobs come from this process and from installed packages.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

from workbench.errors import SettingError
from workbench.lazy import located
from workbench.runs.jobs.job import Job
from workbench.runs.jobs.offer import offered_job, offered_jobs
from workbench.runs.jobs.plain_functions import refuse_other_functions, refuse_unfinished
from workbench.runs.jobs.terminal import TerminalSink
from workbench.runs.model.settings import changed, refuse, settings_problems
from workbench.runs.model.signals import describe_error

__all__ = ["JobFunction", "find_job", "job", "known_jobs"]

Config = TypeVar("Config")
Result = TypeVar("Result")

_registered: dict[str, JobFunction[Any, Any]] = {}


@dataclass(frozen=True)
class JobFunction(Generic[Config, Result]):
    """A job: a plain function with a name, a title, a config type and a result type.

    Calling it does the work right here, with tqdm bars on the terminal and without a journal; ``start`` (of
    :mod:`workbench`) gives it to the engine. Its signature and docstring are those of its function, without the
    handle that the engine passes.

    Attributes
    ----------
    name
        What the command line and the journal call it.
    title
        What a person reads.
    function
        ``function(job, project, config) -> result``; it takes the kind of project that it needs.
    config_type
        Frozen dataclass of its settings.
    load
        ``load(project, scenario) -> result``: reads a saved result back, for runs of other processes.
    check
        ``check(config)`` gives a :class:`.SettingError` for each value that does not fit the others.
    places
        ``places(project, config)`` gives the folders that settings lead to and that may lie outside of the project,
        each with the name of its setting.
    """

    name: str
    title: str
    function: Callable[[Job, Any, Config], Result]
    config_type: type[Config]
    load: Callable[[Any, str], Result] | None = None
    check: Callable[[Config], Iterable[SettingError]] | None = None
    places: Callable[[Any, Config], Iterable[tuple[str, Path]]] | None = None

    def __post_init__(self) -> None:
        refuse_other_functions(self.function, f"The job {self.name!r}")
        signature, called = inspect.signature(self.function), inspect.signature(type(self).__call__)
        parameters = list(called.parameters.values())[1:]
        for at, own in enumerate(list(signature.parameters.values())[1:3]):
            parameters[at] = parameters[at].replace(annotation=_optional(own.annotation))
        shown: dict[str, Any] = {
            name: getattr(self.function, name, None) for name in functools.WRAPPER_ASSIGNMENTS[:4]
        }
        shown |= {"__signature__": signature.replace(parameters=parameters), "__wrapped__": self.function}
        vars(self).update((name, value) for name, value in shown.items() if value is not None)

    def __call__(self, project: Any = None, config: Config | None = None, **changes: object) -> Result:
        """Do the work in this thread and return its result.

        Raises
        ------
        SettingError
            When settings are unknown or have values that are not allowed; all are listed.
        """
        made = self.make_config(config, changes)
        sink = TerminalSink(made)
        handle = Job(sink)
        with contextlib.closing(sink), handle.active(""), contextlib.closing(handle):
            return refuse_unfinished(self.function(handle, project, made))

    def make_config(
        self, config: Config | None = None, changes: Mapping[str, object] | None = None
    ) -> Config:
        """Make the config of one run from a given one (or the defaults) and changes, validated and checked.

        Raises
        ------
        SettingError
            When settings are unknown or have values that are not allowed; all are listed.
        """
        if config is None:
            config = self.config_type()
        if not isinstance(config, self.config_type):
            raise SettingError(
                f"{self.name} takes a {self.config_type.__name__}, not {type(config).__name__}.",
                "config",
                config,
            )
        if changes:
            return changed(config, changes, check=self.check)
        refuse(settings_problems(config, self.check))
        return config

    def with_function(self, function: Callable[[Job, Any, Config], Result]) -> JobFunction[Config, Result]:
        """Give the same job around another function."""
        return replace(self, function=function)


def _optional(annotation: Any) -> Any:
    if isinstance(annotation, str):
        return f"{annotation} | None"
    return annotation if annotation in (inspect.Parameter.empty, Any) else annotation | None


def job(
    name: str,
    *,
    title: str = "",
    config: type[Config],
    load: Callable[[Any, str], Any] | str | None = None,
    check: Callable[[Config], Iterable[SettingError]] | None = None,
    places: Callable[[Any, Config], Iterable[tuple[str, Path]]] | None = None,
) -> Callable[[Callable[[Job, Any, Config], Result]], JobFunction[Config, Result]]:
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
        Reads a saved result back; ``"package.module:function"`` is imported when there is one to read.
    check
        Gives a :class:`.SettingError` for each value that does not fit the others; called before a run exists.
    places
        Gives the folders that settings lead to and that may lie outside of the project, each with the name of its
        setting: a run that somebody else has started is not resumed into them unless the caller says so.
    """

    def decorate(function: Callable[[Job, Any, Config], Result]) -> JobFunction[Config, Result]:
        reads = functools.partial(_call, load) if isinstance(load, str) else load
        made = JobFunction(
            name, title or name.replace("_", " ").capitalize(), function, config, reads, check, places
        )
        _registered[name] = made
        return made

    return decorate


def _call(place: str, project: Any, scenario: str) -> Any:
    return located(place)(project, scenario)


def known_jobs() -> dict[str, str]:
    """Titles of all jobs by name, none of them imported."""
    titles = {name: offer.title for name, offer in offered_jobs().items()}
    titles.update((name, made.title) for name, made in _registered.items())
    return titles


def find_job(name: str) -> JobFunction[Any, Any]:
    """Find a job by name, importing it if it was only offered.

    Raises
    ------
    SettingError
        When there is no such job, or the package that offers it is broken.
    """
    if name in _registered:
        return _registered[name]
    offer = offered_job(name)
    if offer is None:
        raise SettingError(
            f"There is no job {name!r}; known are {', '.join(known_jobs()) or 'none'}. "
            "A job of your own must be defined (or its module imported) first.",
            "job",
            name,
        )
    try:
        found = located(offer.location)
    except (ImportError, AttributeError) as error:
        raise SettingError(
            f"The job {name!r} cannot be imported from {offer.location}: {describe_error(error)}.",
            "job",
            name,
        ) from error
    if not isinstance(found, JobFunction) or found.name != name:
        raise SettingError(f"{offer.location} is not the job {name!r} that is offered there.", "job", name)
    return found
