"""How a scenario's result lies on disk: Parquet tables, files beside them, and a summary that vouches for all.

The summary is written last and every table carries its stamp, so a reader never mixes the files of two runs::

    writer = ScenarioWriter(project, "demand", "BAU", stamp=stamp_of(config, sha256), inputs={"a.xlsx": sha256})
    writer.table("forecast", frame, {"base": "GWh"})
    written = writer.finish({"scenario": "BAU", …})

    with open_scenario(project, "demand", "BAU", "demand scenario") as saved:
        forecast = saved.table("forecast")
"""

from __future__ import annotations

import contextlib
import fnmatch
import json
import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

import pandas as pd

from workbench.data.atomic import write_text
from workbench.data.notes import Note
from workbench.data.projects.project import Project
from workbench.data.results.tables import RUN_AGAIN, Provenance, read_table, write_table
from workbench.errors import UnreadableFile
from workbench.files import inside, is_file, read_bytes, remove, subfolders, walked
from workbench.runs.model.digest import digest_of, file_digest
from workbench.runs.model.settings import to_plain
from workbench.structured import json_from, own_errors, typed
from workbench.version import package_version

T = TypeVar("T")

SUMMARY_FILE = "result.json"


def stamp_of(config: Any, *inputs: str) -> str:
    """Hash of everything that a result follows from: settings, hashes of its inputs, version."""
    return digest_of(json.dumps(to_plain(config), sort_keys=True), *inputs, package_version())


def finished_scenarios(project: Project, domain: str) -> tuple[str, ...]:
    """Name the scenarios of a domain that have a finished result."""
    return tuple(
        name for name in subfolders(project.results / domain, holding=SUMMARY_FILE) if name[0] != "."
    )


def json_text(value: object) -> str:
    """Write a value as JSON for people and programs; numbers that are not finite become ``null``."""
    return json.dumps(_finite(value), indent=1, ensure_ascii=False, allow_nan=False, default=str) + "\n"


class ScenarioWriter:
    """Writes the files of one scenario.

    Parameters
    ----------
    project, domain, scenario
        Where to.
    stamp
        Of the result, from :func:`stamp_of`.
    inputs
        Name of each input -> SHA-256, kept with every table.
    run
        Id of the run that made it.
    heading
        What the tables are of, see :attr:`workbench.data.heading.Heading.facts`; kept with every table.
    """

    def __init__(
        self,
        project: Project,
        domain: str,
        scenario: str,
        *,
        stamp: str,
        inputs: Mapping[str, str],
        run: str = "",
        heading: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = project.results_folder(domain, scenario)
        self.written: list[Path] = []
        self._stamp, self._scenario, self._run, self._heading = stamp, scenario, run, heading or {}
        self._provenance = Provenance(run=run, inputs={**inputs, "settings": stamp})

    def table(self, name: str, frame: pd.DataFrame, units: Mapping[str, str]) -> Path:
        """Write a table as ``NAME.parquet``; a name may hold a folder."""
        path = self.folder / f"{name}.parquet"
        self.written.append(
            write_table(frame, path, units=units, provenance=self._provenance, heading=self._heading)
        )
        return path

    def text(self, name: str, content: str) -> Path:
        """Write a text file."""
        path = self.folder / name
        write_text(path, content)
        self.written.append(path)
        return path

    def count_in(self, path: Path) -> None:
        """Count a file in that was written in another way."""
        self.written.append(path)

    def remove_others(self, pattern: str) -> None:
        """Remove files of an earlier run that this one did not write."""
        for stale in walked(self.folder):
            name = stale.relative_to(self.folder).as_posix()
            if fnmatch.fnmatchcase(name, pattern) and stale not in self.written:
                remove(stale)

    def finish(self, summary: Mapping[str, Any], *, format_number: int = 1) -> list[Path]:
        """Write the summary and list all files written."""
        facts = {"format": format_number, "scenario": self._scenario, "stamp": self._stamp, "run": self._run}
        # By which a repair finds what has changed in them; reading them all for each look would take too long.
        facts["files"] = {
            path.relative_to(self.folder).as_posix(): file_digest(path) for path in self.written
        }
        self.text(SUMMARY_FILE, json_text({**facts, **summary}))
        return self.written


@dataclass(frozen=True, slots=True)
class Summary:
    """What the summary of a saved result of any domain holds; version 0.1.0 kept sentences in place of notes."""

    scenario: str
    stamp: str
    config: dict[str, Any]
    facts: dict[str, Any]
    format: Literal[1] = 1
    run: str = ""
    notes: tuple[Note, ...] | None = None
    problems: tuple[str, ...] = ()
    failures: dict[str, str] = field(default_factory=dict)
    assumed: tuple[str, ...] = ()
    files: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SavedScenario:
    """The summary of a finished scenario, and its tables when they are requested.

    Parameters
    ----------
    folder
        Where it is.
    summary
        What all domains keep.
    plain
        The whole of it.
    """

    folder: Path
    summary: Summary
    plain: Mapping[str, Any]

    def more(self, kind: type[T]) -> T:
        """Read what a domain keeps in the summary beside :class:`Summary`, as a dataclass.

        Raises
        ------
        UnreadableFile
            When it does not fit; names each place.
        """
        return _typed(self.plain, kind, self.folder / SUMMARY_FILE)

    def table(self, name: str) -> pd.DataFrame:
        """Read a table.

        Raises
        ------
        UnreadableFile
            When it is missing, damaged, or belongs to another run than the summary.
        """
        saved = read_table(self.folder / f"{name}.parquet")
        if saved.provenance.inputs.get("settings") != self.summary.stamp:
            raise UnreadableFile(
                f"{self.folder / name}.parquet belongs to another run than {SUMMARY_FILE}; run the scenario again.",
                self.folder,
            )
        return saved.frame

    def has(self, name: str) -> bool:
        """Whether a file belongs to the scenario: it is listed or, as earlier versions kept no list, there."""
        return name in self.summary.files or is_file(self.folder / name)

    def tables(self, names: Collection[str]) -> dict[str, pd.DataFrame]:
        """Read several tables."""
        return {name: self.table(name) for name in names}

    def json(self, name: str) -> Any:
        """Read a JSON file beside the summary.

        Raises
        ------
        UnreadableFile
            When it is missing or damaged, or its name leads out of the folder.
        """
        path = inside(self.folder, name)
        with own_errors(path, "JSON", advice=RUN_AGAIN):
            return json_from(read_bytes(path), path, error=UnreadableFile, advice=RUN_AGAIN)


@contextlib.contextmanager
def open_scenario(project: Project, domain: str, scenario: str, what: str) -> Iterator[SavedScenario]:
    """Open a finished scenario to read it.

    Parameters
    ----------
    project, domain, scenario
        Which.
    what
        How a person calls it, such as ``"capacity plan"``.

    Raises
    ------
    UnreadableFile
        When there is no such scenario, or its files are damaged or do not belong together.
    """
    folder = project.results_folder(domain, scenario)
    path = folder / SUMMARY_FILE
    if not is_file(path):
        present = ", ".join(finished_scenarios(project, domain)) or "none"
        raise UnreadableFile(f"There is no finished {what} '{scenario}'; present: {present}.", path)
    with open_saved(folder, what) as saved:
        yield saved


@contextlib.contextmanager
def open_saved(folder: Path, what: str) -> Iterator[SavedScenario]:
    """Open the finished result in a folder to read it.

    Raises
    ------
    UnreadableFile
        When its files are damaged or do not belong together.
    """
    path = folder / SUMMARY_FILE
    with own_errors(path, f"a saved {what}", advice=RUN_AGAIN):
        plain = json_from(read_bytes(path), path, error=UnreadableFile, advice=RUN_AGAIN)
        yield SavedScenario(folder, _typed(plain, Summary, path), plain)


def _typed(plain: Any, kind: type[T], path: Path) -> T:
    return typed(plain, kind, path, error=UnreadableFile, advice=RUN_AGAIN, others=True)


def _finite(value: object) -> object:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return value
