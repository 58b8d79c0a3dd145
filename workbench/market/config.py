"""Every parameter of the market's jobs."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import SettingError
from workbench.files import confine, is_folder
from workbench.market.model.archive_months import ARCHIVE, FIRST_MONTH, TABLES, month_of_text
from workbench.market.store.dataset import DEFAULT_NAME, INCOMING, market_folder
from workbench.runs.model.setting_types import InForm
from workbench.runs.model.settings import setting

if TYPE_CHECKING:
    from workbench.data.projects.project import Project


@dataclass(frozen=True, slots=True)
class IngestConfig:
    """Parameters of taking files in."""

    scenario: str = setting(
        DEFAULT_NAME, title="Dataset", help="Name of the dataset in the project's results"
    )
    folder: str = setting(
        "",
        help="Folder of the dataset, when several projects share one; the project's own if empty",
        advanced=True,
    )
    files: str = setting(
        "",
        help="Folder with the files, in the project's inputs or anywhere; the dataset's 'incoming' if empty",
        in_form=InForm(offers="workbench.data.projects.input_names:folders", is_open=True),
    )
    register: str = setting(
        "",
        help="Register of units (csv, parquet, xlsx, OpenElectricity's json), by its name in the project's inputs",
        in_form=InForm(offers="workbench.data.projects.input_names:tables_and_records"),
    )
    register_columns: dict[str, str] = setting(
        dict,
        help="What the register calls its columns",
        advanced=True,
        in_form=InForm("unit: DUID, capacity: MW"),
    )
    accepted_versions: tuple[str, ...] = setting(
        (),
        help="New table versions that were checked and are accepted, such as DISPATCH.PRICE.6",
        advanced=True,
    )
    batch: int = setting(
        600,
        help="Most files that are published together; fewer where they are large",
        minimum=1,
        maximum=20000,
        advanced=True,
    )
    rebuild: bool = setting(False, help="Build every roll-up anew", advanced=True)
    again: tuple[str, ...] = setting(
        (),
        help="Names of files to read once more, also such as were undone",
        advanced=True,
    )


@dataclass(frozen=True, slots=True)
class UndoConfig:
    """Parameters of undoing files."""

    scenario: str = setting(
        DEFAULT_NAME, title="Dataset", help="Name of the dataset in the project's results"
    )
    folder: str = setting(
        "",
        help="Folder of the dataset, when several projects share one; the project's own if empty",
        advanced=True,
    )
    files: tuple[str, ...] = setting(
        (),
        help="Names of the files, or the first characters of the hash of their content",
        in_form=InForm("PUBLIC_DISPATCHIS_20250820.zip", offers="workbench.market.config:ingested_files"),
    )


@dataclass(frozen=True, slots=True)
class BackfillConfig:
    """Parameters of fetching missing days and ingesting them."""

    scenario: str = setting(
        DEFAULT_NAME, title="Dataset", help="Name of the dataset in the project's results"
    )
    folder: str = setting(
        "",
        help="Folder of the dataset, when several projects share one; the project's own if empty",
        advanced=True,
    )
    base_url: str = setting(
        "",
        help="Address that the feeds of the description are relative to",
        in_form=InForm("https://example.org"),
    )
    first_day: str = setting(
        "", help="First day to fetch; the gaps of the dataset if empty", in_form=InForm("2025-08-01")
    )
    last_day: str = setting(
        "", help="Last day to fetch; the first day if empty", in_form=InForm("2025-08-07")
    )
    days_at_once: int = setting(
        7, help="Days that are published together", unit="days", minimum=1, maximum=366
    )
    retries: int = setting(3, help="How often a failed download is tried again", minimum=0, maximum=20)
    pause: float = setting(
        0.2, help="Pause between two downloads", unit="s", minimum=0, maximum=60, adjustable=True
    )
    accepted_versions: tuple[str, ...] = setting(
        (),
        help="New table versions that were checked and are accepted, such as DISPATCH.PRICE.6",
        advanced=True,
    )


def check_backfill(config: BackfillConfig) -> Iterator[SettingError]:
    """Give a problem for each value that its type and bounds allow, but not the rest of the config."""
    if not re.match(r"https?://[^/\s]+", config.base_url):
        yield SettingError(
            f"base_url is {config.base_url!r}, expected an address such as https://example.org.",
            "base_url",
            config.base_url,
        )
    days = []
    for name in ("first_day", "last_day"):
        text = getattr(config, name)
        try:
            days.append(datetime.date.fromisoformat(text) if text else None)
        except ValueError:
            yield SettingError(f"{name} is {text!r}, expected a date such as 2025-08-01.", name, text)
    match days:
        case None, datetime.date():
            yield SettingError(
                f"last_day is {config.last_day}, but first_day is empty; give both, or the first only.",
                "first_day",
                "",
            )
        case datetime.date() as first, datetime.date() as last if last < first:
            yield SettingError(f"The last day {last} comes before the first, {first}.", "last_day", last)


@dataclass(frozen=True, slots=True)
class HistoryConfig:
    """Parameters of fetching the monthly archives of the market and ingesting them."""

    scenario: str = setting(
        DEFAULT_NAME, title="Dataset", help="Name of the dataset in the project's results"
    )
    folder: str = setting(
        "",
        help="Folder of the dataset, when several projects share one; the project's own if empty",
        advanced=True,
    )
    first_month: str = setting(FIRST_MONTH, help="First month to fetch", in_form=InForm("2020-01"))
    last_month: str = setting(
        "", help="Last month to fetch; the one before this if empty", in_form=InForm("2024-12")
    )
    tables: tuple[str, ...] = setting(tuple(TABLES), help=f"What to fetch of each month: {', '.join(TABLES)}")
    base_url: str = setting(ARCHIVE, help="Address of the archive", advanced=True)
    retries: int = setting(3, help="How often a failed download is tried again", minimum=0, maximum=20)
    pause: float = setting(
        1.0, help="Pause between two downloads", unit="s", minimum=0, maximum=60, adjustable=True
    )
    keep_files: bool = setting(
        False, help="Keep the archives in the dataset's 'incoming'; all months since 2009 take some 100 GB"
    )
    accepted_versions: tuple[str, ...] = setting(
        (),
        help="New table versions that were checked and are accepted, such as DISPATCH.PRICE.6",
        advanced=True,
    )


AnyConfig = IngestConfig | BackfillConfig | UndoConfig | HistoryConfig


def check_history(config: HistoryConfig) -> Iterator[SettingError]:
    """Give a problem for each value that its type and bounds allow, but not the rest of the config."""
    if not re.match(r"https?://[^/\s]+", config.base_url):
        yield SettingError(
            f"base_url is {config.base_url!r}, expected an address such as https://example.org.",
            "base_url",
            config.base_url,
        )
    unknown = [name for name in config.tables if name not in TABLES]
    if unknown or not config.tables:
        yield SettingError(
            f"tables names {', '.join(unknown) or 'nothing'}, expected some of {', '.join(TABLES)}.",
            "tables",
            config.tables,
        )
    months = []
    for name in ("first_month", "last_month"):
        text = getattr(config, name)
        try:
            months.append(month_of_text(text, name) if text else None)
        except SettingError as error:
            yield error
    match months:
        case datetime.date() as first, datetime.date() as last if last < first:
            yield SettingError(
                f"The last month {config.last_month} comes before the first, {config.first_month}.",
                "last_month",
                config.last_month,
            )


def check_undo(config: UndoConfig) -> Iterator[SettingError]:
    """Give a problem where no file is named."""
    if not any(name.strip() for name in config.files):
        yield SettingError("files is empty; name those to undo.", "files", "")


def ingested_files(project: Project, values: Mapping[str, Any]) -> list[str]:
    """Name the files of a dataset that can be undone."""
    from workbench.market.store.ledger import Ledger

    if values.get("folder"):
        folder = confine(values["folder"])
    else:
        folder = market_folder(project, values.get("scenario") or DEFAULT_NAME)
    return sorted(Ledger(folder).names())


def dataset_folder(project: Project, config: AnyConfig) -> Path:
    """Give the folder of the dataset that a config is about."""
    if config.folder:
        return confine(config.folder)
    return market_folder(project, config.scenario)


def places(project: Project | Path | str, config: AnyConfig) -> Iterator[tuple[str, Path]]:
    """Give the folders that the settings lead to, each with the name of its setting."""
    from workbench.data.projects.project import Project

    if not isinstance(project, Project):
        project = Project.open(project)
    if config.folder:
        yield "folder", Path(config.folder).expanduser().absolute()
    if isinstance(config, IngestConfig) and config.files:
        yield "files", files_folder(project, config)


def files_folder(project: Project, config: IngestConfig) -> Path:
    """Give the folder with the files to ingest."""
    if not config.files:
        return dataset_folder(project, config) / INCOMING
    inside = project.inputs / config.files
    return inside if is_folder(inside) else Path(config.files).expanduser().absolute()
