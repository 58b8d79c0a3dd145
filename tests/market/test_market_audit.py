"""A planted mistake at each level of the market's record fails the ingest, and readers keep the last version."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from workbench.data.projects.project import Project
from workbench.data.projects.settings_file import ProjectSettings
from workbench.errors import UnbalancedResult
from workbench.market.inputs import drops, ingest, nemweb
from workbench.market.jobs import ingest_market
from workbench.market.sample.files import write_nemweb
from workbench.market.sample.market import SampleMarket
from workbench.market.sample.units import write_register
from workbench.market.store import publication, record
from workbench.market.store.dataset import current_version, market_folder
from workbench.market.store.merging import Merged
from workbench.market.store.rollups import building

MARKET = SampleMarket.make(12)
NUMBER = r"-?[\d.e+]+"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("nemweb")
    write_nemweb(folder, MARKET.frames("2025-08-01", "2025-08-01T02:00"))
    return folder


@pytest.fixture
def project(tmp_path: Path, published: Path) -> Project:
    made = Project.create(tmp_path / "market", ProjectSettings("Market", region="NEM"))
    write_register(made.inputs / "units.csv", MARKET.units)
    shutil.copytree(published, made.inputs / "nemweb")
    return made


def doubled(columns: dict[str, Any]) -> dict[str, Any]:
    return {name: array * 2 for name, array in columns.items()}


def without_last(columns: dict[str, Any]) -> dict[str, Any]:
    return {
        name: array * (np.arange(array.shape[-1]) < array.shape[-1] - 1) for name, array in columns.items()
    }


def with_other_values(merged: Merged) -> Merged:
    value = merged.frame.columns[2]
    return replace(merged, frame=merged.frame.with_columns(merged.frame[value] * 1.01))


MISTAKES: dict[str, tuple[Any, str, Callable[[Any], Any], str]] = {
    "a line of a file is lost": (
        nemweb._Reading,
        "frames",
        lambda frames: {name: frame[1:] for name, frame in frames.items()},
        r"rows of (\w+) in \S+: the file gives \d+, what was read and listed as left out gives \d+",
    ),
    "a row is lost among files": (
        ingest,
        "_named",
        lambda frame: frame[:-1],
        r"rows of \w+: the files gives \d+, the batch gives \d+, a difference of 1",
    ),
    "a period is lost": (
        record,
        "split_periods",
        lambda periods: list(periods)[:0],
        r"rows of \w+: the files gives \d+, the periods gives 0",
    ),
    "a row is lost while merging": (
        record,
        "merge",
        lambda merged: replace(merged, frame=merged.frame[1:]),
        r"\w+ of 2025-08\S*, rows: the names in the files and the record gives \d+, the new record gives \d+",
    ),
    "a value is changed while merging": (
        record,
        "merge",
        with_other_values,
        rf"\w+ of .*, sum of \w+ \[\S+\]: the latest rows of the files and the record gives {NUMBER}, the new",
    ),
    "added rows are counted wrongly": (
        record,
        "merge",
        lambda merged: replace(merged, added=merged.added + 1),
        r"\w+ of .*, rows: the files gives \d+, added, corrected and known rows gives \d+, a difference of -1",
    ),
    "energy of units counts twice": (
        building,
        "output_columns",
        doubled,
        rf"mw of \S+ over time, .*: the record gives {NUMBER}, the roll-up unit gives {NUMBER}",
    ),
    "prices lose a step": (
        building,
        "price_columns",
        without_last,
        rf"rrp of \S+ over time, .*: the record gives {NUMBER}, the roll-up price gives {NUMBER}",
    ),
    "demand counts twice": (
        building,
        "region_columns",
        doubled,
        rf"demand of \S+ over time, .*: the record gives {NUMBER}, the roll-up region gives {NUMBER}",
    ),
    "flows count twice": (
        building,
        "flow_columns",
        doubled,
        rf"flow of \S+ over time, .*: the record gives {NUMBER}, the roll-up flow gives {NUMBER}",
    ),
    "a fuel counts twice": (
        building,
        "group_columns",
        doubled,
        rf"energy of \S+ .*, .* \[MWh\]: the units gives {NUMBER}, the roll-up region_fuel gives {NUMBER}",
    ),
    "days are not their buckets": (
        publication,
        "fold_days",
        doubled,
        rf"out_mwh of \S+, .*: the buckets gives {NUMBER}, the roll-up unit_day gives {NUMBER}",
    ),
    "a stored period is not what was built": (
        publication,
        "patched",
        lambda chunk: replace(chunk, columns={name: array * 0 for name, array in chunk.columns.items()}),
        rf".* over time, .*: the record gives {NUMBER}, the roll-up \w+ gives (0|nothing)",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_planted_mistake_fails_the_ingest(
    project: Project, monkeypatch: pytest.MonkeyPatch, mistake: str
) -> None:
    place, name, change, sentence = MISTAKES[mistake]
    right = getattr(place, name)
    monkeypatch.setattr(place, name, lambda *given, **options: change(right(*given, **options)))
    with pytest.raises(UnbalancedResult, match=sentence):
        ingest_market(project, register="units.csv", files="nemweb")
    assert current_version(market_folder(project)) <= 1, "only the register may be published"


def test_readers_keep_the_version_before_the_mistake(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = ingest_market(project, register="units.csv", files="nemweb").version
    write_nemweb(project.inputs / "nemweb" / "more", MARKET.frames("2025-08-01T02:00", "2025-08-01T03:00"))
    right = building.output_columns
    monkeypatch.setattr(building, "output_columns", lambda *given: doubled(right(*given)))
    with pytest.raises(UnbalancedResult, match="the roll-up unit"):
        ingest_market(project, register="units.csv", files="nemweb")
    assert current_version(market_folder(project)) == before


def test_a_row_of_a_plain_file_that_is_lost_fails_the_ingest(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = project.inputs / "plain"
    folder.mkdir()
    lines = ["time,region,price", *(f"2025-08-01 00:{5 * i:02},NSW1,{i}" for i in range(1, 6))]
    lines += ["2025-08-01 00:30,NSW1,"]
    (folder / "prices.csv").write_text("\n".join(lines) + "\n")
    (folder / "drops.toml").write_text(
        '[[drops]]\npattern = "prices*"\ntable = "price"\nstamp = "time"\nseries = "region"\n'
        '[drops.values]\nrrp = "price"\n'
    )
    assert ingest_market(project, files="plain").added == {"price": 5}
    right = drops._finish
    monkeypatch.setattr(drops, "_finish", lambda *given: right(*given)[1:])
    (folder / "prices2.csv").write_text("\n".join([*lines, "2025-08-01 00:35,NSW1,7"]) + "\n")
    with pytest.raises(
        UnbalancedResult,
        match=r"rows of price in prices2.csv: the file gives 7, what was read and listed as left out gives 6",
    ):
        ingest_market(project, files="plain")
