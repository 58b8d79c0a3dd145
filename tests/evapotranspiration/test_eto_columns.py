"""Every column of the tables of sites, weather and reference: blank, absent, renamed, text, unknown name.

Each is an error that says the place, a note of the result, or changes no number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd
import pytest
from matrix import each_nth

from workbench.data.projects.project import Project
from workbench.errors import WorkbenchError
from workbench.evapotranspiration.jobs import estimate_evapotranspiration
from workbench.evapotranspiration.model.weather import WEATHER_UNITS

THOROUGH = (pytest.mark.slow, pytest.mark.thorough)

DAYS = pd.date_range("2024-01-01", periods=40, freq="D")
SITES = ("Plain", "Hill")
MEANS = {
    "tmax": 31.0,
    "tmin": 19.0,
    "tmean": 25.0,
    "tdew": 16.0,
    "rh": 60.0,
    "rh_max": 80.0,
    "rh_min": 42.0,
    "u2": 2.4,
    "rs": 19.0,
    "precip": 1.0,
    "eto": 4.6,
}
KINDS = ("blank cell", "blank column", "other header", "text", "no column", "unknown name")
AT = 30
"""Row of the cell that is changed, of the table of weather and of the reference."""
MEANT = {
    ("eto_weather.csv", "precip"): "kept beside ETo, and no input of it",
    (
        "eto_weather.csv",
        "eto",
        "no column",
    ): "a source without an estimate of its own has the one of its weather",
    ("eto_weather.csv", "source", "unknown name"): "any name is that of a source",
}
"""What a change means where the numbers then are others, or a name that is not repeated in a note."""


def tables() -> dict[str, pd.DataFrame]:
    wave = np.sin(np.arange(len(DAYS)) / 3)
    weather, reference = [], []
    for at, site in enumerate(SITES):
        values = {name: mean * (1 + 0.05 * wave + 0.01 * at) for name, mean in MEANS.items()}
        weather.append(pd.DataFrame({"site": site, "source": "gauge", "date": DAYS, **values}))
        reference.append(pd.DataFrame({"site": site, "date": DAYS, "eto": values["eto"] * 1.02}))
    sites = pd.DataFrame(
        {"site": SITES, "latitude": [10.1, 10.4], "longitude": [76.4, 76.8], "elevation": [20.0, 640.0]}
    )
    return {
        "eto_sites.csv": sites,
        "eto_weather.csv": pd.concat(weather, ignore_index=True),
        "eto_reference.csv": pd.concat(reference, ignore_index=True),
    }


def cases() -> Iterator[Any]:
    assert set(MEANS) == set(WEATHER_UNITS)
    for file, table in tables().items():
        for column in table:
            for kind in KINDS:
                if kind != "unknown name" or column in ("site", "source"):
                    yield pytest.param(file, column, kind, id=f"{file[4:-4]}-{column}-{kind}")


def change(table: pd.DataFrame, column: str, kind: str) -> pd.DataFrame:
    changed = table.astype(object)
    row = min(AT, len(table) - 1)
    if kind == "blank column":
        changed[column] = None
    elif kind == "other header":
        return changed.rename(columns={column: f"{column}x"})
    elif kind == "no column":
        return changed.drop(columns=[column])
    else:
        changed.loc[row, column] = {"blank cell": None, "text": "soon", "unknown name": "Nowhere"}[kind]
    return changed


@dataclass(frozen=True)
class Said:
    """What a run says, and what it comes to."""

    notes: frozenset[str]
    daily: pd.DataFrame


def estimate(folder: Path, given: Mapping[str, pd.DataFrame]) -> Said:
    project = Project.create(folder, "Columns")
    for name, table in given.items():
        table.to_csv(project.inputs / name, index=False)
    with patch("workbench.evapotranspiration.steps.estimation._save", lambda job, result, *_: result):
        result = estimate_evapotranspiration(project, online="never")
    return Said(frozenset(str(note) for note in result.notes), result.table("daily"))


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Said:
    return estimate(tmp_path_factory.mktemp("columns") / "plain", tables())


def test_the_plain_tables_need_no_note_of_a_column(plain: Said) -> None:
    assert not [note for note in plain.notes if "not read" in note or "assumed" in note or "missing" in note]
    assert plain.daily["eto"].notna().all()


@pytest.mark.parametrize(("file", "column", "kind"), each_nth(cases(), 3, *THOROUGH))
def test_what_a_column_lacks_is_said_unless_it_changes_nothing(
    tmp_path: Path, plain: Said, file: str, column: str, kind: str
) -> None:
    given = tables()
    given[file] = change(given[file], column, kind)
    try:
        found = estimate(tmp_path / "project", given)
    except WorkbenchError as error:
        sentence = str(error)
        assert file in sentence or "Plain" in sentence or "Hill" in sentence, sentence
        assert any(word in sentence for word in (column, "row ", "weather")), sentence
        return
    new = found.notes - plain.notes
    same = found.daily["eto"].equals(plain.daily["eto"])
    meant = (file, column) in MEANT or (file, column, kind) in MEANT
    assert new or same or meant, "the numbers are others, and nothing is said"
    if kind in ("other header", "unknown name") and not meant:
        assert any(f"{column}x" in note or "Nowhere" in note for note in new), new
