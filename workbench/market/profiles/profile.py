"""What a profile of a market is, and a dataset begun from one."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.data.atomic import write_text
from workbench.data.projects.project import Project
from workbench.files import is_file
from workbench.market.inputs.drop_rows import MAPPING_FILE
from workbench.market.model.description import MarketDescription
from workbench.market.model.units import MarketUnit
from workbench.market.store.dataset import create_dataset, market_folder

UNITS_FILE = "units.csv"
_COLUMNS = ("unit", "station", "region", "fuel", "owner", "capacity", "storage", "kind")


@dataclass(frozen=True, slots=True)
class Profile:
    """A market that a dataset can be begun from.

    Parameters
    ----------
    name
        What it is chosen by.
    title
        What it is.
    description
        Regions, fuels, intervals, clock and currency.
    mapping
        Text of the ``drops.toml`` for the files that the market publishes; "" where they say themselves what they
        are.
    units
        Units that are the same for everybody, such as the production types of a zone.
    sources
        Where its files, limits and names are from.
    """

    name: str
    title: str
    description: MarketDescription
    mapping: str = ""
    units: tuple[MarketUnit, ...] = ()
    sources: str = ""


@dataclass(frozen=True, slots=True)
class NewMarket:
    """A dataset that was begun.

    Parameters
    ----------
    name, folder
        Of the dataset.
    files
        Folder in the inputs for the files to ingest.
    settings
        Of the job ``market_ingest`` that takes them in.
    """

    name: str
    folder: Path
    files: Path
    settings: dict[str, str]


def begin_market(project: Project, profile: Profile, name: str) -> NewMarket:
    """Write the description of a dataset, and what its files need in the project's inputs; keep what is there.

    Raises
    ------
    SettingError
        When the name cannot be that of a folder.
    UnwritableFile
        When the operating system refuses.
    """
    folder = create_dataset(market_folder(project, name), profile.description)
    files = project.inputs / name
    settings = {"scenario": name, "files": name}
    if profile.mapping:
        _write_once(files / MAPPING_FILE, profile.mapping)
    if profile.units:
        _write_once(files / UNITS_FILE, register_text(profile.units))
        settings["register"] = f"{name}/{UNITS_FILE}"
    _write_once(files / "read-me.txt", _read_me(profile, settings))
    return NewMarket(name, folder, files, settings)


def register_text(units: Sequence[MarketUnit]) -> str:
    """Write units as the text of a register, which people complete."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for unit in units:
        writer.writerow([unit.name, unit.station, unit.region, unit.fuel, unit.owner, "", "", unit.kind])
    return text.getvalue()


def _write_once(path: Path, text: str) -> None:
    if not is_file(path):
        write_text(path, text)


def _read_me(profile: Profile, settings: dict[str, str]) -> str:
    chosen = " ".join(f"--set {name}={value}" for name, value in settings.items())
    return (
        f"{profile.title}\n\nPut the files of the market into this folder, as they were downloaded, then run\n\n"
        f"    workbench run market_ingest {chosen}\n\n{profile.sources}\n"
    )
