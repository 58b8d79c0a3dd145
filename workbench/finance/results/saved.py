"""The result of a run: its tables, how they are saved, loaded and compared."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.data.projects.project import Project
from workbench.data.results import scenario as saved_scenario
from workbench.data.results.scenario import ScenarioWriter, open_scenario
from workbench.finance.config import FinanceConfig
from workbench.runs.model.settings import config_from_plain, to_plain

__all__ = ["DOMAIN", "TABLES", "FinanceResult", "compare", "load", "save", "stamp_of"]

DOMAIN = "finance"
TABLES = (
    "figures",
    "history",
    "forecasts",
    "accuracy",
    "models",
    "left_out",
    "measures",
    "checks",
    "exceptions",
    "events",
    "expected",
    "relations",
    "foretelling",
    "bridges",
    "what_if",
    "tornado",
    "sentences",
    "difference",
    "before_history",
    "before_forecasts",
    "changes",
    "totals",
    "sources",
)


@dataclass(frozen=True, slots=True)
class FinanceResult:
    """A finished report.

    Tables (``period`` is the first day of a month; ``dimension`` and ``entity`` are empty for the whole
    company; amounts in the file's currency):

    ``figures`` figure, title, behaviour, column, unit · ``history`` figure, dimension, entity, period,
    value, partial ·
    ``forecasts`` figure, dimension, entity, period, step, forecast, lower, upper, own · ``accuracy`` figure,
    dimension, entity, method, wape, used · ``models`` figure, dimension, entity, method, skill, wape, naive_wape,
    covered, counted, coverage, origins · ``left_out`` figure, dimension, entity, reason · ``measures`` of
    :mod:`workbench.finance.analysis.measures` with span and dimension · ``checks``, ``exceptions`` · ``events``,
    ``expected`` · ``relations`` ·
    ``foretelling`` ·
    ``bridges`` · ``what_if``, ``tornado`` · ``sentences`` section, text, figure, period, rows ·
    ``difference`` to the last report, ``before_history`` and ``before_forecasts`` · ``changes``, ``totals``
    · ``sources`` period, dimension, entity, rows.
    """

    scenario: str
    config: FinanceConfig
    tables: Mapping[str, pd.DataFrame]
    problems: tuple[str, ...]
    facts: Mapping[str, Any]
    """File and its hash, currency, calendar, first and last period, assumptions, version."""
    folder: Path | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        facts = self.facts
        return (
            f"<FinanceResult {self.scenario!r}: {facts['file']}, {facts['first']} to {facts['last']}, "
            f"{len(self.tables['figures'])} figures, {len(self.tables['events'])} events>"
        )

    @property
    def currency(self) -> str:
        """Of all amounts; ``currency units`` where the file does not say."""
        return str(self.facts["currency"]) or "currency units"

    @property
    def dimensions(self) -> tuple[str, ...]:
        """By which forecasts or figures can be looked at."""
        return tuple(name for name in dict.fromkeys(self.tables["history"].dimension) if name)

    def table(self, name: str) -> pd.DataFrame:
        """Give a table by name."""
        return self.tables[name]

    def title(self, figure: str) -> str:
        """What a figure is called."""
        titles = dict(zip(self.tables["figures"].figure, self.tables["figures"].title, strict=True))
        return str(titles.get(figure, figure.replace("_", " ").capitalize()))

    def unit(self, figure: str) -> str:
        """Unit of a figure."""
        return "units" if figure == "volume" else self.currency


def save(result: FinanceResult, project: Project, run: str = "") -> tuple[FinanceResult, list[Path]]:
    """Write the tables and the summary; the summary comes last and vouches for the rest.

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
    FinanceResult
        The same, knowing its folder.
    list of Path
        The files written.

    Raises
    ------
    UnwritableFile
        When the operating system refuses.
    """
    inputs = {str(result.facts["file"]): str(result.facts["sha256"])}
    writer = ScenarioWriter(project, DOMAIN, result.scenario, stamp=stamp_of(result), inputs=inputs, run=run)
    for name in TABLES:
        writer.table(name, result.tables[name].reset_index(drop=True), {})
    summary = {
        "config": to_plain(result.config),
        "problems": list(result.problems),
        "facts": dict(result.facts),
    }
    written = writer.finish(summary)
    return replace(result, folder=writer.folder), written


def load(project: Project, scenario: str) -> FinanceResult:
    """Read a saved report back.

    Raises
    ------
    UnreadableFile
        When there is no such report, or its files do not belong together.
    """
    with open_scenario(project, DOMAIN, scenario, "report") as saved:
        summary = saved.summary
        return FinanceResult(
            summary["scenario"],
            config_from_plain(FinanceConfig, summary["config"]),
            saved.tables(TABLES),
            tuple(summary["problems"]),
            summary["facts"],
            saved.folder,
        )


def compare(first: FinanceResult, second: FinanceResult) -> pd.DataFrame:
    """Compare two what-ifs, month by month.

    Returns
    -------
    DataFrame
        period, figure, first, second, difference; for every figure and period that both have.
    """
    tables = [
        result.table("what_if").set_index(["figure", "period"])["scenario"] for result in (first, second)
    ]
    both = tables[0].index.intersection(tables[1].index, sort=None)
    found = pd.DataFrame({"first": tables[0].loc[both], "second": tables[1].loc[both]}).reset_index()
    found["difference"] = found["second"] - found["first"]
    return found[["period", "figure", "first", "second", "difference"]]


def stamp_of(result: FinanceResult) -> str:
    """Hash of everything that the report follows from: settings, file, mapping, version."""
    return saved_scenario.stamp_of(result.config, json.dumps(result.facts, sort_keys=True))
