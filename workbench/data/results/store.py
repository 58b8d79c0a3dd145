"""The finished results of a domain: one declaration says what differs, and all else is here.

::

    @dataclass(frozen=True, slots=True, eq=False)
    class WindResult(Result[WindConfig]): ...

    STORE = ResultStore(
        domain="wind", name="wind study", result=WindResult, config=WindConfig, tables=("speeds",),
        units=units_from({"speed": "m/s"}), inputs=lambda facts: facts["files"],
    )
    save, load = STORE.save, STORE.load
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

import pandas as pd

from workbench.data.projects.project import Project
from workbench.data.results.compared import ComparedNumber, ComparedTable
from workbench.data.results.earlier import (
    earlier_folder,
    earlier_results,
    keep_earlier,
    scenario_of_earlier,
)
from workbench.data.results.kept_inputs import keep_inputs
from workbench.data.results.result import MADE_UP, Result
from workbench.data.results.saved_notes import notes_of
from workbench.data.results.scenario import (
    SUMMARY_FILE,
    SavedScenario,
    ScenarioWriter,
    finished_scenarios,
    open_saved,
    open_scenario,
    stamp_of,
)
from workbench.data.results.tables import RUN_AGAIN
from workbench.errors import SettingError, UnreadableFile
from workbench.files import changed_at
from workbench.runs.model.digest import digest_of
from workbench.runs.model.settings import config_from_plain, to_plain

__all__ = ["Result", "ResultStore", "store_of", "units_from"]

R = TypeVar("R", bound="Result[Any]")
_stores: dict[type[Any], ResultStore[Any]] = {}


def store_of(result: Result[Any]) -> ResultStore[Any]:
    """Give the store that results of this kind belong to.

    Raises
    ------
    LookupError
        When there is none.
    """
    return _stores[type(result)]


def units_from(
    units: Mapping[str, str], **of_tables: Mapping[str, str]
) -> Callable[[str, pd.DataFrame], Mapping[str, str]]:
    """Make a :attr:`ResultStore.units` of units by column, and of those that differ in a table."""

    def units_of(table: str, frame: pd.DataFrame) -> Mapping[str, str]:
        known = {**units, **of_tables.get(table, {})}
        return {str(column): known[column] for column in frame.columns if column in known}

    return units_of


def _nothing(*_: Any) -> Any:
    return {}


def _itself(result: Any) -> Any:
    return result


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultStore(Generic[R]):
    """What the saved results of a domain are: how they are written, read, listed and drawn.

    Parameters
    ----------
    domain
        Folder under the project's results.
    name
        What one result is called, such as ``"capacity plan"``.
    result, config
        Classes of a result and of its settings.
    tables
        Names of the tables, in the order in which they are written.
    units
        Gives the unit of each column that has one, from a table's name and content.
    inputs
        Gives name -> SHA-256 of the inputs, from a result's facts.
    follows
        Gives the facts that decide the result beside its settings; the inputs when left out.
    changes_by_run
        Whether two runs with the same settings and inputs may differ, as online sources do from day to day.
    saved_as
        Name of a table -> name of its file, where earlier versions saved it under another name.
    added
        Tables that results of earlier versions do not have; they are empty there. One that lists such a table
        among its files is refused without it.
    save_more
        Writes what a result has beside its tables, and gives further entries of the summary.
    load_more
        Reads that back: further fields of the result.
    shown
        Name of a table -> how a person and a figure read it: ``title``, ``x``, ``y``, ``by`` and ``where`` of
        :class:`~workbench.charts.plots.Table`, each a value or a function of the table.
    figures
        Name -> ``"module:function"`` that draws the domain's own figure of a result; the name of a table where it
        is the figure of that table.
    drawn_from
        Gives what these figures are drawn from, where it is not the result itself.
    choices
        Gives what these figures show where the caller does not choose: name of a required argument -> value.
    explained
        Module with the rules by which its values are explained; see :mod:`workbench.data.explanation.cells`.
    compared
        Which numbers of two results are put beside each other.
    compare_more
        Gives further ones that need both results.
    """

    domain: str
    name: str
    result: type[R]
    config: type[Any]
    tables: tuple[str, ...]
    units: Callable[[str, pd.DataFrame], Mapping[str, str]]
    inputs: Callable[[Mapping[str, Any]], Mapping[str, str]]
    follows: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None
    changes_by_run: bool = False
    saved_as: Mapping[str, str] = field(default_factory=dict)
    added: tuple[str, ...] = ()
    save_more: Callable[[R, ScenarioWriter], Mapping[str, Any]] = _nothing
    load_more: Callable[[SavedScenario], Mapping[str, Any]] = _nothing
    shown: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    figures: Mapping[str, str] = field(default_factory=dict)
    drawn_from: Callable[[R], Any] = _itself
    choices: Callable[[R], Mapping[str, Any]] = _nothing
    explained: str = ""
    compared: tuple[ComparedTable, ...] = ()
    compare_more: Callable[[R, R], Iterable[ComparedNumber]] = _nothing

    def __post_init__(self) -> None:
        _stores[self.result] = self

    def save(self, result: R, project: Project, run: str = "") -> tuple[R, list[Path]]:
        """Write a result; its summary comes last and vouches for the rest.

        Parameters
        ----------
        result
            What to save.
        project
            Where to.
        run
            Id of the run that made it.

        Returns
        -------
        Result
            The same, knowing its folder.
        list of Path
            The files written.

        Raises
        ------
        UnwritableFile
            When the operating system refuses.
        """
        stamp, inputs = self.stamp(result, run), self.inputs(result.facts)
        result = self.marked(result, project)
        needed = [self._file(name) for name in self.tables if name not in self.added]
        keep_earlier(project, self.domain, result.scenario, stamp, needed)
        writer = ScenarioWriter(
            project,
            self.domain,
            result.scenario,
            stamp=stamp,
            inputs=inputs,
            run=run,
            heading=result.heading.facts,
        )
        for name in self.tables:
            writer.table(self._file(name), result.tables[name], self.units(name, result.tables[name]))
        more = self.save_more(result, writer)
        config, notes = to_plain(result.config), result.notes.to_plain()
        written = writer.finish({"config": config, "notes": notes, "facts": dict(result.facts), **more})
        keep_inputs(project, inputs)
        return replace(result, folder=writer.folder), written

    def marked(self, result: R, project: Project) -> R:
        """Give a result marked as made up where its project is, for what is made of it before it is saved."""
        return replace(result, facts={**result.facts, MADE_UP: True}) if project.made_up else result

    def load(self, project: Project, scenario: str) -> R:
        """Read a saved result back.

        Raises
        ------
        UnreadableFile
            When there is none of that name, or its files do not belong together.
        """
        with open_scenario(project, self.domain, scenario, self.name) as saved:
            return self._read(saved, project, saved.summary.scenario)

    def earlier(self, project: Project, scenario: str) -> str:
        """Name what a scenario had before its last run, as ``BAU before 2026-11-30 09:15``; else empty."""
        labels = earlier_results(project, self.domain)
        return next((label for label, of in labels.items() if of == scenario), "")

    def load_earlier(self, project: Project, scenario: str) -> R:
        """Read the result that a scenario had before its last run.

        Raises
        ------
        UnreadableFile
            When none is kept, or its files are damaged.
        """
        label, folder = self.earlier(project, scenario), earlier_folder(project, self.domain, scenario)
        if not label:
            raise UnreadableFile(f"Of the {self.name} '{scenario}' no earlier result is kept.", folder)
        with open_saved(folder, self.name) as saved:
            return self._read(saved, project, label)

    def load_named(self, project: Project, name: str) -> R:
        """Read a result by its scenario, or an earlier one by its name; see :meth:`load` and :meth:`earlier`.

        Raises
        ------
        UnreadableFile
            When there is none of that name, or its files are damaged.
        """
        of = "" if name in self.finished(project) else scenario_of_earlier(project, self.domain, name)
        return self.load_earlier(project, of) if of else self.load(project, name)

    def _read(self, saved: SavedScenario, project: Project, name: str) -> R:
        summary = saved.summary
        return self.result(
            scenario=name,
            config=self._config(summary.config, saved.folder / SUMMARY_FILE),
            tables={name: self._table(saved, name) for name in self.tables},
            notes=notes_of(summary),
            facts={**summary.facts, **({MADE_UP: True} if project.made_up else {})},
            folder=saved.folder,
            files=digest_of(summary.stamp, summary.run, *summary.files.values()) if summary.files else "",
            **self.load_more(saved),
        )

    def _table(self, saved: SavedScenario, name: str) -> pd.DataFrame:
        if name in self.added and not saved.has(f"{self._file(name)}.parquet"):
            return pd.DataFrame()
        return saved.table(self._file(name))

    def _file(self, table: str) -> str:
        return self.saved_as.get(table, table)

    def _config(self, plain: Mapping[str, Any], path: Path) -> Any:
        try:
            return config_from_plain(self.config, plain)
        except SettingError as error:
            raise UnreadableFile(f"{path}, config: {error} {RUN_AGAIN}", path) from error

    def finished(self, project: Project) -> tuple[str, ...]:
        """Name the scenarios that have a finished result, in alphabetical order."""
        return finished_scenarios(project, self.domain)

    def newest(self, project: Project) -> str:
        """Name the scenario that was finished last.

        Raises
        ------
        UnreadableFile
            When there is none.
        """
        names = self.finished(project)
        if not names:
            raise UnreadableFile(
                f'There is no finished {self.name} in {project.folder}; make one: start("{self.domain}", project).',
                project.results / self.domain,
            )
        folder = project.results / self.domain
        return max(names, key=lambda name: changed_at(folder / name / SUMMARY_FILE))

    def stamp(self, result: R, run: str = "") -> str:
        """Hash of everything that a result follows from: settings, inputs, version."""
        facts = dict((self.follows or self.inputs)(result.facts))
        facts.pop(MADE_UP, None)
        return stamp_of(
            result.config,
            json.dumps(facts, sort_keys=True, default=str),
            *([run] if self.changes_by_run else []),
        )
