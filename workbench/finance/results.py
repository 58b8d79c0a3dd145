"""The result of a run: its tables, how they are saved, loaded and compared."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.data.atomic import write_text
from workbench.data.project import Project
from workbench.data.tables import Provenance, package_version, read_table, write_table
from workbench.errors import UnreadableFile
from workbench.finance.config import FinanceConfig
from workbench.runs.digest import digest_of
from workbench.runs.settings import config_from_plain, to_plain

__all__ = ["DOMAIN", "TABLES", "FinanceResult", "compare", "load", "save", "stamp_of"]

DOMAIN = "finance"
SUMMARY_FILE = "result.json"
FORMAT = 1
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
    :mod:`workbench.finance.measures` with span and dimension · ``checks``, ``exceptions`` · ``events``,
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
    folder = project.results_folder(DOMAIN, result.scenario)
    stamp = stamp_of(result)
    inputs = {str(result.facts["file"]): str(result.facts["sha256"]), "settings": stamp}
    provenance = Provenance(run=run, inputs=inputs)
    written = [
        write_table(_plain(result.tables[name]), folder / f"{name}.parquet", units={}, provenance=provenance)
        for name in TABLES
    ]
    summary = {
        "format": FORMAT,
        "scenario": result.scenario,
        "stamp": stamp,
        "config": to_plain(result.config),
        "problems": list(result.problems),
        "facts": dict(result.facts),
    }
    text = json.dumps(summary, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    write_text(folder / SUMMARY_FILE, text)
    written.append(folder / SUMMARY_FILE)
    return replace(result, folder=folder), written


def load(project: Project, scenario: str) -> FinanceResult:
    """Read a saved report back.

    Raises
    ------
    UnreadableFile
        When there is no such report, or its files do not belong together.
    """
    folder = project.results_folder(DOMAIN, scenario)
    path = folder / SUMMARY_FILE
    if not path.is_file():
        present = [
            name
            for name in project.scenarios(DOMAIN)
            if (project.results / DOMAIN / name / SUMMARY_FILE).is_file()
        ]
        raise UnreadableFile(
            f"There is no finished report '{scenario}'; present: {', '.join(present) or 'none'}.", path
        )
    try:
        summary = json.loads(path.read_text(encoding="utf-8"))
        tables = {name: _read(folder / f"{name}.parquet", summary["stamp"]) for name in TABLES}
        config = config_from_plain(FinanceConfig, summary["config"])
        problems, facts = tuple(summary["problems"]), summary["facts"]
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise UnreadableFile(f"{folder} is damaged ({error}); run the report again.", path) from error
    return FinanceResult(summary["scenario"], config, tables, problems, facts, folder)


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
    return digest_of(
        json.dumps(to_plain(result.config), sort_keys=True),
        json.dumps(result.facts, sort_keys=True),
        package_version(),
    )


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    return table.reset_index(drop=True)


def _read(path: Path, stamp: str) -> pd.DataFrame:
    saved = read_table(path)
    if saved.provenance.inputs.get("settings") != stamp:
        raise UnreadableFile(
            f"{path} belongs to another run than {SUMMARY_FILE}; run the report again.", path
        )
    return saved.frame
