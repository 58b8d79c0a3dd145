"""Market files and a server of them on which each setting of the market's jobs could matter."""

from __future__ import annotations

import atexit
import io
import re
import zipfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import polars as pl
from market.feed_server import Feeds, serving
from setting_runs import Inputs, JobCases

from workbench.data.notes import Notes
from workbench.data.projects.project import Project
from workbench.market.inputs.fetch import FeedClient
from workbench.market.jobs import backfill_market, fetch_history, ingest_market
from workbench.market.model.nem import NEM
from workbench.market.results.saved import IngestResult
from workbench.market.sample.files import write_nemweb
from workbench.market.sample.market import SampleMarket
from workbench.market.sample.units import write_register
from workbench.market.steps import backfill as steps
from workbench.market.steps import history as history_steps
from workbench.market.store.dataset import create_dataset, market_folder
from workbench.market.store.publication import writing

BASE = {"files": "nemweb", "register": "units.csv"}
MARKET = SampleMarket.make(4)
DAY = "2025-08-01"
FIRST, SECOND = (f"PUBLIC_DISPATCHIS_2025080100{minute}_0000000000000001.zip" for minute in ("05", "10"))
NOWHERE = "http://127.0.0.1:9"
OPEN = ExitStack()
atexit.register(OPEN.close)


def files(folder: Path) -> Project:
    """Half an hour of files and two registers, of which the second lacks a unit and calls a column otherwise."""
    project = Project.create(folder, "Market")
    write_register(project.inputs / "units.csv", MARKET.units)
    write_register(project.inputs / "other.csv", MARKET.units[1:])
    write_nemweb(project.inputs / "nemweb", MARKET.frames(DAY, f"{DAY}T00:30"))
    write_nemweb(project.inputs / "later", MARKET.frames(f"{DAY}T00:30", f"{DAY}T00:40"))
    return project


def ingested(folder: Path) -> Project:
    """Files that were ingested before."""
    project = files(folder)
    ingest_market(project, **BASE)
    return project


def renamed(folder: Path) -> Project:
    """A register whose column of units has a name of its own."""
    project = files(folder)
    register = project.inputs / "units.csv"
    header, rest = register.read_text(encoding="utf-8").split("\n", 1)
    header = re.sub(r"^[^,]+", "Dispatchable thing", header)
    register.write_text(f"{header}\n{rest}", encoding="utf-8")
    return project


def of_a_new_version(folder: Path) -> Project:
    """Prices in a version of their table that nobody has looked at."""
    project = files(folder)
    for path in (project.inputs / "nemweb").glob("*DISPATCHIS*"):
        path.write_bytes(raised(path.read_bytes()))
    return project


def raised(archive: bytes) -> bytes:
    """The same files, inside archives too, with another version of the table of prices."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(written, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.lower().endswith(".zip"):
                new.writestr(name, raised(content))
            else:
                new.writestr(name, re.sub(rb"(,DISPATCH,PRICE,)\d+", rb"\g<1>99", content))
    return written.getvalue()


@cache
def server() -> Feeds:
    """A server of two days, started for the first run that asks it; of the second day in another version too."""
    feeds = OPEN.enter_context(serving())
    folder = Path(OPEN.enter_context(TemporaryDirectory()))
    for path in write_nemweb(folder, MARKET.frames(DAY, "2025-08-03"), by_day=True):
        kinds = {"PUBLIC_DISPATCHIS": "DispatchIS_Reports", "PUBLIC_DISPATCHSCADA": "Dispatch_SCADA"}
        for prefix, name in kinds.items():
            if path.name.startswith(prefix):
                feeds.files[f"/Reports/ARCHIVE/{name}/{path.name}"] = path.read_bytes()
    return feeds


@cache
def server_of_a_new_version() -> Feeds:
    feeds = OPEN.enter_context(serving())
    feeds.files = {
        path: raised(content) if "DISPATCHIS" in path and DAY.replace("-", "") in path else content
        for path, content in server().files.items()
    }
    return feeds


@cache
def server_with_faults() -> Feeds:
    feeds = OPEN.enter_context(serving())
    feeds.files = server().files
    return feeds


def empty(folder: Path) -> Project:
    return Project.create(folder, "Market")


def with_gaps(folder: Path) -> Project:
    """A dataset that lacks two readings of the first day."""
    project = empty(folder)
    dataset = create_dataset(market_folder(project), NEM)
    frames = MARKET.frames(DAY, "2025-08-02")
    lost = pl.col("stamp").dt.strftime("%d %H:%M").is_in(["01 12:00", "01 12:05"])
    with writing(dataset) as writer:
        writer.publish({**frames, "unit_power": frames["unit_power"].filter(~lost)}, register=MARKET.units)
    return project


@dataclass(frozen=True)
class Watched:
    """What a back-fill came to, and how the server was asked."""

    result: IngestResult
    pause: float

    @property
    def notes(self) -> Notes:
        return self.result.notes


def watched(project: Project, **settings: Any) -> Watched:
    """The job itself, with an eye on its client; one of the servers refuses the first request for a file."""
    faulty = server_with_faults()
    faulty.faults[next(iter(faulty.files))] = [503]
    with patch.object(steps, "FeedClient", wraps=FeedClient) as client:
        result = backfill_market(project, **settings)
    return Watched(result, client.call_args.kwargs["pause"]())


def watched_history(project: Project, **settings: Any) -> Watched:
    """Fetch from an archive that refuses the first request for a file once."""
    feeds = archive(503)
    feeds.faults[next(iter(feeds.files))] = [503]
    with patch.object(history_steps, "FeedClient", wraps=FeedClient) as client:
        result = fetch_history(project, **settings)
    return Watched(result, client.call_args.kwargs["pause"]())


@cache
def archive(fault: int = 0, *, version: str = "5") -> Feeds:
    """A month of the archive with prices and demands."""
    feeds = OPEN.enter_context(serving())
    folder = (
        "/Data_Archive/Wholesale_Electricity/MMSDM/2010/MMSDM_2010_03/MMSDM_Historical_Data_SQLLoader/DATA"
    )
    columns = {"DISPATCHPRICE": f"PRICE,{version}", "DISPATCHREGIONSUM": "REGIONSUM,2"}
    for table, kind in columns.items():
        value = "RRP" if table == "DISPATCHPRICE" else "TOTALDEMAND"
        text = (
            f"C,NEMP.WORLD,X,AEMO,PUBLIC,2010/04/01,12:00:00,1,X,0\nI,DISPATCH,{kind},SETTLEMENTDATE,REGIONID,"
            f'INTERVENTION,{value}\nD,DISPATCH,{kind},"2010/03/01 00:05:00",NSW1,0,50\nC,"END OF REPORT",4\n'
        )
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as written:
            written.writestr("x.CSV", text)
        feeds.files[f"{folder}/PUBLIC_DVD_{table}_201003010000.zip"] = packed.getvalue()
    return feeds


def elsewhere() -> str:
    """A folder outside the project."""
    return str(Path(OPEN.enter_context(TemporaryDirectory())) / "elsewhere")


def outcome(result: Any) -> Mapping[str, object]:
    result = getattr(result, "result", result)
    names = (
        "taken",
        "known",
        "refused",
        "added",
        "revised",
        "unknown_units",
        "gaps",
        "missing",
        "undone",
        "removed",
    )
    return {name: getattr(result, name) for name in names}


def place(result: Any) -> str:
    return Path(getattr(result, "result", result).folder).name


def versions(result: Any) -> int:
    return int(getattr(result, "result", result).version)


INGEST = JobCases(
    "market_ingest",
    (
        Inputs("files", files, BASE),
        Inputs("renamed", renamed, BASE, ("register_columns",)),
        Inputs(
            "new_version",
            of_a_new_version,
            BASE,
            ("accepted_versions",),
        ),
        Inputs("known", ingested, {"files": "nemweb"}, ("rebuild", "again")),
        Inputs("without_register", files, {"files": "nemweb"}, ("register_columns", "register"), slow=True),
    ),
    other={
        "scenario": "other",
        "folder": elsewhere,
        "files": "later",
        "register": "other.csv",
        "register_columns": {"unit": "Dispatchable thing"},
        "accepted_versions": ("DISPATCH.PRICE.99",),
        "batch": 2,
        "again": (FIRST,),
    },
    acts_with={
        "rebuild": "known",
        "again": "known",
        "register_columns": "renamed",
        "accepted_versions": "new_version",
    },
    own={
        "scenario": place,
        "folder": place,
        "batch": versions,
        "rebuild": versions,
    },
    compared=outcome,
    fresh=True,
)
UNDO = JobCases(
    "market_undo",
    (Inputs("known", ingested, {"files": (FIRST,)}),),
    other={"scenario": "other", "folder": elsewhere, "files": (SECOND,)},
    refuses=("scenario", "folder"),
    compared=outcome,
    fresh=True,
)
MONTHS: Mapping[str, Any] = {"first_month": "2010-03", "last_month": "2010-03", "pause": 0.0}
HISTORY = JobCases(
    "market_history",
    (
        Inputs("months", empty, lambda: {**MONTHS, "base_url": archive(503).address}, leave=("retries",)),
        Inputs("faulty", empty, lambda: {**MONTHS, "base_url": archive(503).address}, ("retries",)),
        Inputs(
            "new_version",
            empty,
            lambda: {**MONTHS, "base_url": archive(version="99").address},
            ("accepted_versions",),
        ),
    ),
    other={
        "scenario": "other",
        "folder": elsewhere,
        "base_url": lambda: archive(version="99").address,
        "first_month": "2010-02",
        "last_month": "2010-04",
        "tables": ("region",),
        "retries": 0,
        "pause": 0.01,
        "keep_files": True,
        "accepted_versions": ("DISPATCH.PRICE.99",),
    },
    acts_with={"retries": "faulty", "accepted_versions": "new_version"},
    own={
        "scenario": place,
        "folder": place,
        "keep_files": lambda result: sorted(map(str, Path(result.result.folder).rglob("*.zip"))),
        "pause": lambda result: result.pause,
    },
    compared=outcome,
    run=watched_history,
    unsolved=("retries", "pause", "keep_files"),
    fresh=True,
)
FETCH: Mapping[str, Any] = {"first_day": DAY, "pause": 0.0}
BACKFILL = JobCases(
    "market_backfill",
    (
        Inputs("days", empty, lambda: {**FETCH, "base_url": server().address}, leave=("retries",)),
        Inputs("faulty", empty, lambda: {**FETCH, "base_url": server_with_faults().address}, ("retries",)),
        Inputs(
            "two_days",
            empty,
            lambda: {**FETCH, "base_url": server().address, "last_day": "2025-08-02"},
            ("days_at_once",),
            slow=True,
        ),
        Inputs(
            "gaps",
            with_gaps,
            lambda: {"pause": 0.0, "base_url": server().address},
            other={"base_url": lambda: NOWHERE},
            leave=("retries",),
            slow=True,
        ),
        Inputs(
            "new_version",
            empty,
            lambda: {**FETCH, "base_url": server_of_a_new_version().address},
            ("accepted_versions",),
        ),
    ),
    other={
        "scenario": "other",
        "folder": elsewhere,
        "base_url": lambda: server_of_a_new_version().address,
        "first_day": "2025-08-02",
        "last_day": "2025-08-02",
        "days_at_once": 1,
        "retries": 0,
        "pause": 0.01,
        "accepted_versions": ("DISPATCH.PRICE.99",),
    },
    acts_with={"days_at_once": "two_days", "retries": "faulty", "accepted_versions": "new_version"},
    own={
        "scenario": place,
        "folder": place,
        "days_at_once": versions,
        "pause": lambda result: result.pause,
    },
    compared=outcome,
    run=watched,
    unsolved=("retries", "pause"),
    fresh=True,
)
