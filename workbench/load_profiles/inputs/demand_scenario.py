"""A saved scenario of the demand forecast, as the source of the energy and the peaks of load profiles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from workbench.data.notes import Note, NoteKind, Notes
from workbench.data.origins import Origin
from workbench.data.projects.project import Project
from workbench.data.results.saved_notes import inherited_omissions, notes_of
from workbench.data.results.scenario import SUMMARY_FILE, finished_scenarios, open_scenario
from workbench.data.results.tables import read_table
from workbench.errors import InvalidData, UnreadableFile
from workbench.files import is_file

__all__ = ["DEMAND", "REQUIREMENT_FILE", "DemandScenario", "read_demand_scenario"]

DEMAND = "demand"
REQUIREMENT_FILE = "requirement.parquet"
SECTORS_FILE = "consolidated.parquet"
ORIGIN_COLUMN = "load_factor_origin"


@dataclass(frozen=True, slots=True)
class DemandScenario:
    """What a saved demand scenario gives.

    Parameters
    ----------
    name
        Its name.
    requirement
        year, kind, requirement [GWh], peak_mw [MW], loss [%].
    sectors
        year and one column a sector [GWh, at the consumers' end].
    sha256
        Hash that its tables carry, to trace the targets to it.
    notes
        What is missing in it, where that was accepted.
    has_assumed_peak
        Whether its peaks rest on a load factor that nobody gave.
    layers
        Name of each sector or layer with a shape of its own in the day -> its role in the sum.
    """

    name: str
    requirement: pd.DataFrame
    sectors: pd.DataFrame
    sha256: str
    notes: tuple[Note, ...] = ()
    has_assumed_peak: bool = False
    layers: Mapping[str, str] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """How the source of its numbers is called."""
        return f"demand scenario '{self.name}'"


def read_demand_scenario(project: Project, name: str, *, accept_incomplete: bool = False) -> DemandScenario:
    """Read a saved scenario of the demand forecast.

    Raises
    ------
    UnreadableFile
        When there is none of that name; the sentence names those present.
    InvalidData
        When its requirement has not the columns that are needed, or a part of it is missing and that is not
        accepted.
    """
    folder = project.results_folder(DEMAND, name)
    path = folder / REQUIREMENT_FILE
    if not is_file(path):
        present = ", ".join(finished_scenarios(project, DEMAND)) or "none"
        raise UnreadableFile(
            f"There is no finished demand scenario '{name}'; present: {present}. Name one of them in "
            "demand_scenario, or run the demand forecast first.",
            path,
        )
    saved = read_table(path)
    missing = [column for column in ("year", "requirement", "peak_mw") if column not in saved.frame]
    if missing:
        raise InvalidData(f"{path} has no column {', '.join(missing)}; run the demand scenario again.", path)
    sectors = read_table(folder / SECTORS_FILE).frame if is_file(folder / SECTORS_FILE) else pd.DataFrame()
    notes, facts = _saved_summary(project, name)
    omissions = inherited_omissions(notes, f"demand scenario '{name}'", accept=accept_incomplete)
    stamp = str(saved.provenance.inputs.get("settings", ""))
    layers = facts.get("layers", {})
    return DemandScenario(
        name,
        saved.frame,
        sectors,
        stamp,
        omissions,
        _assumes_load_factor(saved.frame, notes),
        {str(layer): str(role) for layer, role in layers.items() if layer in sectors},
    )


def _saved_summary(project: Project, name: str) -> tuple[Notes, Mapping[str, Any]]:
    if not is_file(project.results_folder(DEMAND, name) / SUMMARY_FILE):
        return Notes(), {}
    with open_scenario(project, DEMAND, name, "demand scenario") as saved:
        return notes_of(saved.summary), saved.summary.facts


def _assumes_load_factor(requirement: pd.DataFrame, notes: Notes) -> bool:
    """Whether no load factor was given: marked in the table, or said in the notes of the forecast."""
    if ORIGIN_COLUMN in requirement:
        return bool((requirement[ORIGIN_COLUMN] == Origin.ASSUMED).any())
    return any(
        note.setting == "load_factor" or note.message.startswith("No load factor is given")
        for note in notes.of(NoteKind.ASSUMPTION)
    )
