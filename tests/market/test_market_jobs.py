"""The two jobs, from files and from a server, on the engine and as plain functions."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest

from market.feed_server import Feeds, serving
from workbench.data.projects.project import Project
from workbench.data.projects.settings_file import ProjectSettings
from workbench.errors import ControlRefused, DataError, InvalidData, ScenarioBusy
from workbench.market.jobs import backfill_market, ingest_market
from workbench.market.model.nem import NEM
from workbench.market.results.saved import IngestResult, load
from workbench.market.sample.files import write_nemweb
from workbench.market.sample.market import SampleMarket
from workbench.market.sample.units import write_register
from workbench.market.store.dataset import INCOMING, create_dataset, current_version, market_folder
from workbench.market.store.ledger import Ledger
from workbench.market.store.publication import writing
from workbench.market.store.reading import MarketData
from workbench.runs.engine import start as engine
from workbench.runs.model.states import RunState
from workbench.testing import assert_run_is_whole

MARKET = SampleMarket.make(12)
START, END = "2025-08-01", "2025-08-01T03:00"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project.create(tmp_path / "market", ProjectSettings("Market", region="NEM"))
    write_register(made.inputs / "units.csv", MARKET.units)
    return made


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("nemweb")
    write_nemweb(folder, MARKET.frames(START, END))
    return folder


@pytest.fixture
def files(project: Project, published: Path) -> Path:
    return Path(shutil.copytree(published, project.inputs / "nemweb"))


@pytest.fixture
def feeds() -> Iterator[Feeds]:
    with serving() as server:
        yield server


def power(folder: Path) -> pl.DataFrame:
    with MarketData.open(folder) as data:
        return data.rows("unit_power", START, "2025-08-02", columns=["stamp", "unit", "mw"]).sort(
            "stamp", "unit"
        )


def expected_power() -> pl.DataFrame:
    return MARKET.frames(START, END)["unit_power"].select("stamp", "unit", "mw").sort("stamp", "unit")


def test_files_are_taken_in_and_give_back_the_rows_they_were_made_of(project: Project, files: Path) -> None:
    result = ingest_market(project, files="nemweb", register="units.csv", batch=20)
    assert (result.taken, result.refused, result.gaps, result.unknown_units) == (36 + 36 + 6, {}, 0, ())
    folder = market_folder(project)
    assert power(folder).equals(expected_power())
    assert load(folder) == result
    # Batches of 20: each was a version of its own, and seen at once.
    assert result.version >= 4


def test_files_taken_before_are_passed_over_by_content_whatever_their_name(
    project: Project, files: Path
) -> None:
    first = ingest_market(project, files="nemweb", register="units.csv")
    for path in list(files.iterdir())[:10]:
        path.rename(path.with_name(f"copy-{path.name}"))
    again = ingest_market(project, files="nemweb", register="units.csv")
    assert (again.taken, again.known, again.version) == (0, first.taken, first.version)
    # Without its memory it reads them all again, and nothing changes.
    Ledger(market_folder(project)).path.unlink()
    forgetful = ingest_market(project, files="nemweb", register="units.csv")
    assert (forgetful.taken, forgetful.version, sum(forgetful.added.values())) == (
        first.taken,
        first.version,
        0,
    )


def test_a_damaged_file_is_reported_and_left_out_and_the_others_are_ingested(
    project: Project, files: Path
) -> None:
    victims = sorted(files.glob("*SCADA*"))[5:8]
    victims[0].write_bytes(victims[0].read_bytes()[:-40])
    victims[1].write_text(
        'C,a\nI,DISPATCH,UNIT_SCADA,1,SETTLEMENTDATE,DUID,SCADAVALUE\nC,"END OF REPORT",9\n'
    )
    victims[2].unlink()
    result = ingest_market(project, files="nemweb", register="units.csv")
    assert set(result.refused) == {path.name for path in victims[:2]}
    assert "not a whole zip" in result.refused[victims[0].name]
    assert result.missing == {"unit_power": 3}
    # Once the files are whole the gap closes.
    write_nemweb(files, MARKET.frames(START, END))
    mended = ingest_market(project, files="nemweb", register="units.csv")
    assert (mended.taken, mended.gaps) == (3, 0)
    assert power(market_folder(project)).equals(expected_power())


def test_unknown_units_are_kept_and_reported_until_the_register_lists_them(
    project: Project, files: Path
) -> None:
    write_register(project.inputs / "units.csv", MARKET.units[1:])
    result = ingest_market(project, files="nemweb", register="units.csv")
    assert result.unknown_units == (MARKET.units[0].name,)
    assert any("are in no register" in str(note) for note in result.notes)
    write_register(project.inputs / "units.csv", MARKET.units)
    assert ingest_market(project, files="nemweb", register="units.csv").unknown_units == ()


def test_names_of_another_spelling_are_changed_and_reported(project: Project, tmp_path: Path) -> None:
    folder = project.inputs / "drops"
    folder.mkdir()
    unit = MARKET.units[0].name
    (folder / "scada.csv").write_text(
        f"t,u,mw\n2025-08-01 00:05,{unit.lower()},5\n2025-08-01 00:10,{unit},6\n"
    )
    (folder / "drops.toml").write_text(
        '[[drops]]\npattern = "scada*"\ntable = "unit_power"\nstamp = "t"\nseries = "u"\n'
        '[drops.values]\nmw = "mw"\n'
    )
    result = ingest_market(project, files="drops", register="units.csv")
    assert result.unknown_units == ()
    assert any(f"{unit.lower()} to {unit}" in str(note) for note in result.notes)
    assert power(market_folder(project))["mw"].to_list() == [5.0, 6.0]


def test_nothing_to_ingest_and_nothing_usable_are_failures_that_say_why(project: Project) -> None:
    with pytest.raises(InvalidData, match="There are no files to ingest"):
        ingest_market(project)
    (project.inputs / "bad").mkdir()
    (project.inputs / "bad" / "x.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InvalidData, match=r"Nothing could be ingested.*x\.csv: line 1 begins with 'a'"):
        ingest_market(project, files="bad")


def test_a_file_that_is_a_link_is_refused_with_its_name_and_the_others_are_ingested(
    project: Project, files: Path, tmp_path: Path
) -> None:
    first = min(files.glob("*SCADA*"))
    moved = shutil.move(first, tmp_path / first.name)
    first.symlink_to(moved)
    result = ingest_market(project, files="nemweb", register="units.csv")
    assert list(result.refused) == [first.name]
    assert "is a link" in result.refused[first.name]
    assert result.taken > 0


def test_a_dataset_that_is_being_written_is_refused(project: Project, files: Path) -> None:
    ingest_market(project, files="nemweb", register="units.csv")
    with writing(market_folder(project)), pytest.raises(ScenarioBusy):
        ingest_market(project, files="nemweb", register="units.csv", rebuild=True)


def test_two_projects_share_a_dataset_in_a_folder_of_their_own(
    project: Project, files: Path, tmp_path: Path
) -> None:
    shared = tmp_path / "shared" / "nem"
    ingest_market(project, files="nemweb", register="units.csv", folder=str(shared))
    other = Project.create(tmp_path / "other", "Other")
    write_register(other.inputs / "units.csv", MARKET.units)
    again = ingest_market(other, files=str(files), register="units.csv", folder=str(shared))
    assert (again.taken, again.known) == (0, 78)
    assert current_version(shared) == again.version
    assert load(market_folder(other)) == again


def test_on_the_engine_the_run_has_its_stages_and_its_result(project: Project, files: Path) -> None:
    run = engine.start(ingest_market, project, files="nemweb", register="units.csv")
    result = run.result(60)
    assert run.state is RunState.SUCCEEDED
    assert_run_is_whole(run)
    stages = {event.stage for event in run.events() if event.stage}
    assert {"find", "ingest", "check"} <= stages
    assert result.run == run.id


INTERRUPTED = """
    import os, signal, sys
    from workbench.data.projects.project import Project
    from workbench.market.steps import ingest as steps
    from workbench.market.jobs import ingest_market
    publish, left = steps.publish_files, [2]
    def dies(*arguments):
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)
        left[0] -= 1
        publish(*arguments)
    steps.publish_files = dies
    ingest_market(Project.open(sys.argv[1]), files="nemweb", register="units.csv", batch=20)
"""


def test_a_killed_ingest_continues_with_the_files_that_are_left(project: Project, files: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(INTERRUPTED), str(project.folder)],
        capture_output=True,
        check=False,
    )
    assert done.returncode == -9
    result = ingest_market(project, files="nemweb", register="units.csv", batch=20)
    assert (result.known, result.taken) == (40, 38)
    assert power(market_folder(project)).equals(expected_power())


@cache
def archived(days: int) -> dict[str, bytes]:
    """Archived days of a small market, by their addresses."""
    frames = MARKET.frames("2025-08-01", f"2025-08-{1 + days:02}")
    kinds = {"PUBLIC_DISPATCHIS": "DispatchIS_Reports", "PUBLIC_DISPATCHSCADA": "Dispatch_SCADA"}
    files = {}
    with TemporaryDirectory() as folder:
        for path in write_nemweb(Path(folder), frames, by_day=True):
            for prefix, name in kinds.items():
                if path.name.startswith(prefix):
                    files[f"/Reports/ARCHIVE/{name}/{path.name}"] = path.read_bytes()
        for path in write_nemweb(Path(folder), {"rooftop": frames["rooftop"]}):
            files[f"/Reports/CURRENT/ROOFTOP_PV/ACTUAL/{path.name}"] = path.read_bytes()
    return files


def archive(feeds: Feeds, days: int) -> SampleMarket:
    """Put archived days of a small market on the server."""
    feeds.files |= archived(days)
    return MARKET


def test_a_back_fill_fetches_days_group_by_group_and_ingests_them(project: Project, feeds: Feeds) -> None:
    archive(feeds, 2)
    run = engine.start(
        backfill_market,
        project,
        base_url=feeds.address,
        first_day="2025-08-01",
        last_day="2025-08-02",
        days_at_once=1,
        pause=0.0,
    )
    result = run.result(120)
    assert_run_is_whole(run)
    assert (result.refused, result.gaps) == ({}, 0)
    assert result.added["unit_power"] == 2 * 288 * len(MARKET.units)
    stages = {event.stage for event in run.events() if event.stage}
    assert {"fetch/2025-08-01", "fetch/2025-08-02"} <= stages


def test_a_back_fill_of_gaps_fetches_only_the_days_that_have_them(project: Project, feeds: Feeds) -> None:
    market = archive(feeds, 2)
    folder = market_folder(project)
    create_dataset(folder, NEM)
    frames = market.frames("2025-08-01", "2025-08-03")
    lost = pl.col("stamp").dt.strftime("%d %H:%M").is_in(["01 12:00", "01 12:05"])
    with writing(folder) as writer:
        writer.publish({**frames, "unit_power": frames["unit_power"].filter(~lost)}, register=market.units)
    result = backfill_market(project, base_url=feeds.address, pause=0.0)
    assert (result.gaps, result.added["unit_power"]) == (0, 2 * len(market.units))
    assert feeds.asked == ["/Reports/ARCHIVE/Dispatch_SCADA/PUBLIC_DISPATCHSCADA_20250801.zip"]


def test_what_the_server_does_not_have_or_refuses_is_reported_and_the_rest_is_ingested(
    project: Project, feeds: Feeds
) -> None:
    archive(feeds, 1)
    scada = next(path for path in feeds.files if "SCADA" in path)
    feeds.faults[scada] = [401] * 9
    result = backfill_market(project, base_url=feeds.address, first_day="2025-08-01", pause=0.0, retries=0)
    assert list(result.refused) == ["Unit output 2025-08-01"]
    assert "401" in result.refused["Unit output 2025-08-01"]
    assert result.added["price"] == 288 * 5
    # The next run fetches only what is missing: the other files are there.
    before = len(feeds.asked)
    feeds.faults.clear()
    again = backfill_market(project, base_url=feeds.address, first_day="2025-08-01", pause=0.0)
    assert again.added["unit_power"] == 288 * len(MARKET.units)
    assert [path for path in feeds.asked[before:] if "ARCHIVE" in path] == [scada]
    assert (market_folder(project) / INCOMING).is_dir()


def test_a_back_fill_is_cancelled_in_the_middle_of_a_download_within_a_second(
    project: Project, feeds: Feeds
) -> None:
    archive(feeds, 1)
    scada = next(path for path in feeds.files if "SCADA" in path)
    feeds.faults[scada] = ["drip"]  # a kilobyte every tenth of a second: a minute for the file
    feeds.files[scada] += b"\0" * 600_000
    run = engine.start(backfill_market, project, base_url=feeds.address, first_day="2025-08-01", pause=0.0)
    deadline = time.monotonic() + 20
    while scada not in feeds.asked and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.3)
    began = time.monotonic()
    run.cancel()
    run.wait(20)
    assert time.monotonic() - began < 1.0
    assert run.state is RunState.CANCELLED
    assert not list((market_folder(project) / INCOMING).rglob("*SCADA*"))
    assert not list((market_folder(project) / INCOMING).rglob(".part-*"))


def test_a_back_fill_without_data_needs_days(project: Project, feeds: Feeds) -> None:
    with pytest.raises(InvalidData, match="give first_day and last_day"):
        backfill_market(project, base_url=feeds.address)


def test_the_notes_of_a_run_are_read_back_and_those_of_earlier_versions_too(tmp_path: Path) -> None:
    result = IngestResult(str(tmp_path), 1)
    result.notes.omission("cut short", file="a.csv")
    path = result.save(tmp_path)
    assert list(load(tmp_path).notes) == list(result.notes)
    assert not load(tmp_path).notes.is_complete
    plain = json.loads(path.read_text(encoding="utf-8")) | {"notes": ["one unit is in no register"]}
    path.write_text(json.dumps(plain), encoding="utf-8")
    assert [str(note) for note in load(tmp_path).notes] == ["one unit is in no register"]


@pytest.mark.parametrize("setting", ["folder", "files"])
def test_the_run_of_another_person_is_not_resumed_into_folders_outside_of_the_project(
    project: Project, tmp_path: Path, setting: str
) -> None:
    shared = tmp_path / "shared"
    run = engine.start(ingest_market, project, **{setting: str(shared)})
    with pytest.raises(DataError, match="no files to ingest"):
        run.result()
    with pytest.raises(DataError, match="no files to ingest"):
        engine.resume(run.id, project).result()

    # What signs the settings is by a key that only the user has who started the run.
    with sqlite3.connect(project.journal_path) as connection:
        connection.execute("UPDATE unit SET signature = x'00'")
    connection.close()
    shutil.rmtree(shared, ignore_errors=True)
    with pytest.raises(ControlRefused, match=rf"{setting}' leads out of the project, to {shared}.*--outside"):
        engine.resume(run.id, project)
    assert not shared.exists()
    with pytest.raises(DataError, match="no files to ingest"):
        engine.resume(run.id, project, outside=True).result()


def test_the_run_of_another_person_is_resumed_inside_the_project(project: Project) -> None:
    run = engine.start(ingest_market, project, files=str(project.inputs))
    with pytest.raises(DataError):
        run.result()
    with sqlite3.connect(project.journal_path) as connection:
        connection.execute("DELETE FROM unit")
    connection.close()
    with pytest.raises(DataError):
        engine.resume(run.id, project).result()
