"""What a setting does to a run: the inputs on which it is tried, another value for it, and what came of it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pandas as pd

from workbench.data.notes import NoteKind, Notes
from workbench.data.projects.project import Project
from workbench.errors import SettingError, WorkbenchError
from workbench.runs import find_job, settings_of
from workbench.runs.model.settings import Setting

ACTS, REFUSED, UNUSED, SILENT = "acts", "refused", "noted as unused", "without a word"
NOBODY, NO_YEAR = "nobody knows", 1950
"""What no input has."""
TIMES = ("seconds", "started", "duration")
"""Columns that differ from run to run."""

Observe = Callable[[Any], object]


@dataclass(frozen=True)
class Inputs:
    """One kind of inputs of a job.

    Parameters
    ----------
    name
        For the test's id.
    make
        Makes a project with them.
    settings
        Of every run on them; a function where they name a server, which is started with the first run.
    only
        Settings that are tried on them; all when empty.
    other
        Values to try that differ from those on other inputs.
    leave
        Settings that are not tried, because every other value comes to an error about the data.
    slow
        Whether only the slow tests run on them.
    """

    name: str
    make: Callable[[Path], Project]
    settings: Mapping[str, Any] | Callable[[], Mapping[str, Any]] = field(default_factory=dict)
    only: tuple[str, ...] = ()
    other: Mapping[str, Any] = field(default_factory=dict)
    leave: tuple[str, ...] = ()
    slow: bool = False

    @property
    def given(self) -> Mapping[str, Any]:
        return self.settings() if callable(self.settings) else self.settings

    def tries(self, setting: str) -> bool:
        return setting not in self.leave and (not self.only or setting in self.only)


@dataclass(frozen=True)
class JobCases:
    """How the settings of a job are tried.

    Parameters
    ----------
    job
        Its name.
    inputs
        The kinds of inputs.
    other
        Setting -> a value other than its default, or a function that makes it, where the type alone gives none.
    acts_with
        Setting -> name of the inputs on which it has to change what is computed; the first where it is not named.
    own
        Setting that by its nature changes no number -> what of the result it changes.
    refuses
        Settings that act by refusing.
    elsewhere
        Settings that act only where a solve takes long, as other tests show: here they are noted, or not tried.
    compared
        What of a result is computed; its tables when left out.
    steps
        Module whose ``_save`` writes the result and its pages, which the fast tests leave out.
    run
        What the fast tests run instead of the whole job, where that would take long.
    unsolved
        Settings whose effect is seen there alone: a whole run ends with the same numbers.
    unknown
        Map or list -> a value of it that names what is not there, where the other value does not give one.
    free
        Maps and lists without unknown names: those of new names, of plain numbers, or of points of a path through
        all years.
    fresh
        Whether each run needs a project without the results of the others.
    """

    job: str
    inputs: tuple[Inputs, ...]
    other: Mapping[str, Any]
    acts_with: Mapping[str, str] = field(default_factory=dict)
    own: Mapping[str, Observe] = field(default_factory=dict)
    refuses: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    compared: Callable[[Any], Mapping[str, object]] | None = None
    steps: str = ""
    run: Callable[..., Any] | None = None
    unsolved: tuple[str, ...] = ()
    unknown: Mapping[str, Any] = field(default_factory=dict)
    free: tuple[str, ...] = ()
    fresh: bool = False

    def inputs_named(self, name: str) -> Inputs:
        return next(inputs for inputs in self.inputs if inputs.name == name)

    def acting(self, setting: str) -> Inputs:
        """Inputs on which a setting has to act."""
        name = self.acts_with.get(setting)
        return self.inputs_named(name) if name else self.inputs[0]

    def value(self, setting: Setting, inputs: Inputs | None = None) -> Any:
        others = {**self.other, **(inputs.other if inputs is not None else {})}
        if setting.name not in others:
            return other_value(setting)
        value = others[setting.name]
        return value() if callable(value) else value

    def unknown_in(self, setting: Setting) -> Any:
        """A value of a map or list that names what is not there: in place of its first name, or beside it."""
        if setting.name in self.unknown:
            return self.unknown[setting.name]
        other = self.value(setting)
        if isinstance(other, Mapping):
            name, value = next(iter(other.items()))
            return {NO_YEAR if isinstance(name, int) else NOBODY: value}
        return tuple(NO_YEAR if isinstance(item, int) else NOBODY for item in other[:1])


def other_value(setting: Setting) -> Any:
    """Another value than the default, where type, choices and bounds give one."""
    if isinstance(setting.default, bool):
        return not setting.default
    if isinstance(setting.default, Enum):
        return next(member for member in type(setting.default) if member is not setting.default)
    if setting.choices and not isinstance(setting.default, tuple):
        return next(choice for choice in setting.choices if choice != setting.default)
    if isinstance(setting.default, (int, float)):
        if setting.maximum is None:
            return setting.default + 1
        return type(setting.default)((setting.default + setting.maximum) / 2)
    raise AssertionError(f"{setting.name}: give another value than {setting.default!r} beside the test")


@dataclass(frozen=True)
class Outcome:
    """What came of a run: an error, or what was computed, seen right after it, and said to be unused."""

    error: WorkbenchError | None
    computed: Mapping[str, object] = field(default_factory=dict)
    seen: Mapping[str, object] = field(default_factory=dict)
    unused: tuple[str, ...] = ()

    def says(self, setting: str, value: Any) -> bool:
        """Whether the error names a setting, or the file, sheet or scenario that it names."""
        facts = self.error.problems if isinstance(self.error, SettingError) else ()
        named = any(problem.setting == setting for problem in facts) or setting in str(self.error)
        return named or (isinstance(value, str) and value in str(self.error))


class Runner:
    """Runs a job on its inputs, each base once."""

    def __init__(self, cases: JobCases, folder: Path, *, whole: bool = True) -> None:
        self.cases = cases
        self.folder = folder
        self.whole = whole
        self._projects: dict[Callable[[Path], Project], Project] = {}
        self._bases: dict[str, tuple[Project, Outcome]] = {}

    def base(self, inputs: Inputs) -> tuple[Project, Outcome]:
        """The project of some inputs and what comes of it without a change."""
        if inputs.name not in self._bases:
            if inputs.make not in self._projects:
                self._projects[inputs.make] = inputs.make(self.folder / inputs.name)
            project = self._projects[inputs.make]
            self._bases[inputs.name] = project, self.run(project, inputs.given)
        return self._bases[inputs.name]

    def run(self, project: Project, settings: Mapping[str, Any]) -> Outcome:
        try:
            with self._without_saving():
                run = None if self.whole else self.cases.run
                if self.cases.fresh:
                    copy = Path(tempfile.mkdtemp(dir=self.folder)) / project.folder.name
                    project = Project.open(shutil.copytree(project.folder, copy))
                result = (run or find_job(self.cases.job))(project, **settings)
        except WorkbenchError as error:
            return Outcome(error)
        notes: Notes = result.notes
        compared = self.cases.compared or tables_of
        unused = tuple(note.setting for note in notes.of(NoteKind.UNUSED) if note.setting)
        out_of_sight = self.cases.unsolved if self.whole else ()
        seen = {name: observe(result) for name, observe in self.cases.own.items() if name not in out_of_sight}
        return Outcome(None, compared(result), seen, unused)

    def _without_saving(self) -> AbstractContextManager[Any]:
        if self.whole or not self.cases.steps:
            return nullcontext()
        return patch(f"{self.cases.steps}._save", lambda job, result, *_: result)

    def effect(self, inputs: Inputs, name: str, value: Any) -> str:
        """Say what another value of a setting does."""
        project, before = self.base(inputs)
        after = self.run(project, {**inputs.given, name: value})
        if after.error is not None and after.says(name, value):
            return REFUSED
        if (after.error is None) != (before.error is None):
            assert after.error is None, f"{name} = {value!r} ended with: {after.error}"
            return ACTS
        if name in self.cases.own:
            if after.seen.get(name) != before.seen.get(name):
                return ACTS
        elif not same(before.computed, after.computed):
            return ACTS
        return UNUSED if name in (*before.unused, *after.unused) else SILENT

    def refuses_or_notes(self, inputs: Inputs, name: str, value: Any) -> bool:
        """Whether a value of a setting is refused by name, or noted as unused."""
        project, _ = self.base(inputs)
        after = self.run(project, {**inputs.given, name: value})
        return after.says(name, value) if after.error is not None else name in after.unused


def tables_of(result: Any) -> dict[str, object]:
    """The tables of a result, without what differs from run to run."""
    return {
        name: table.drop(columns=[column for column in TIMES if column in table])
        for name, table in result.tables.items()
    }


def same(one: Mapping[str, object], other: Mapping[str, object]) -> bool:
    """Whether two results are the same, to the last digit."""
    if set(one) != set(other):
        return False
    for name, value in one.items():
        twin = other[name]
        if isinstance(value, pd.DataFrame) and isinstance(twin, pd.DataFrame):
            if not value.equals(twin):
                return False
        elif value != twin:
            return False
    return True


def settings_of_job(name: str) -> tuple[Setting, ...]:
    return settings_of(find_job(name).config_type)


def maps_and_lists(cases: JobCases) -> list[Setting]:
    """Settings of a job that name several things."""
    return [
        setting
        for setting in settings_of_job(cases.job)
        if isinstance(setting.default, Mapping | tuple) and setting.name not in cases.free
    ]
