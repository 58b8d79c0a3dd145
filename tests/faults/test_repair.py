"""A damaged project: what opens it says so, and ``workbench repair`` saves what is whole."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from faults.flips import LINES, PLACES, RUNS, TABLES, UNITS, _ask, _read_table, contents, make

from workbench.cli.main import main
from workbench.data.projects.project import Project
from workbench.errors import ControlRefused, JournalError, UnreadableFile, UnwritableFile
from workbench.files.repaired import Aside
from workbench.market.store.dataset import current_version
from workbench.market.store.ledger import Ledger
from workbench.runs import attach, runs, start
from workbench.runs.journal.repair import repair_journal
from workbench.runs.journal.writer import Journal

PAGE = 4096


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("made") / "kerala")


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "kerala")
    return tmp_path / "kerala"


def one(folder: Path, kind: str) -> Path:
    return sorted(folder.glob(PLACES[kind]))[0]


def overwrite(path: Path, first: int, size: int) -> bytes:
    content = bytearray(path.read_bytes())
    content[first : first + size] = b"\xa5" * size
    path.write_bytes(content)
    return bytes(content)


def at_rest(folder: Path) -> Path:
    """Bring all of a journal into its one file."""
    path = one(folder, "journal")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    return path


def pages_of(path: Path, table: str) -> list[int]:
    """Pages (from 0) of a table that hold rows."""
    with closing(sqlite3.connect(path)) as connection:
        sql = "SELECT pageno - 1 FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY path"
        return [row[0] for row in connection.execute(sql, (table,))]


def repaired(
    folder: Path, *options: str, capsys: pytest.CaptureFixture[str]
) -> tuple[int, list[dict[str, Any]]]:
    code = main(["repair", str(folder), "--json", *options])
    return code, json.loads(capsys.readouterr().out)


def test_a_whole_project_is_left_as_it_is(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    at_rest(folder)
    before = contents(folder)
    assert main(["repair", str(folder)]) == 0
    assert capsys.readouterr().out == f"{folder} is whole: nothing was changed.\n"
    assert contents(folder) - before == {}


def test_a_journal_with_a_damaged_page_says_so_and_its_other_rows_are_saved(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = at_rest(folder)
    known = [record.id for record in runs(folder)]
    page = pages_of(path, "event")[3]
    damaged = overwrite(path, page * PAGE, PAGE)
    with pytest.raises(JournalError, match=r"journal\.sqlite cannot be read: .*`workbench repair`"):
        [list(attach(run, folder).events()) for run in known]

    code, (done,) = repaired(folder, "--dry-run", capsys=capsys)
    assert code == 5
    assert path.read_bytes() == damaged
    assert not Path(done["aside"]).exists()

    code, (done,) = repaired(folder, capsys=capsys)
    assert code == 5
    assert Path(done["aside"]).read_bytes() == damaged
    assert f"{RUNS + 1} runs" in done["saved"][0]
    assert f"{(RUNS + 1) * UNITS} finished units" in done["saved"][0]
    assert any("events of" in sentence for sentence in done["lost"])
    assert [record.id for record in runs(folder)] == known
    texts = [line.message for run in known for line in attach(run, folder).lines(0, 10 * LINES)]
    lost = [text for text in texts if text.endswith("was damaged and is lost.")]
    assert 0 < len(lost) < 100
    for run in known:
        numbers = [event.seq for event in attach(run, folder).events()]
        assert numbers == list(range(1, len(numbers) + 1))
    assert repaired(folder, capsys=capsys) == (0, [])


def test_a_heartbeat_whose_data_are_damaged_is_left_out_of_the_report(folder: Path) -> None:
    path = at_rest(folder)
    before = [attach(record.id, folder).report().samples for record in runs(folder)]
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            """UPDATE event SET kind = 'heartbeat', line = NULL, data = '{"memorx": 1.0}' WHERE seq = 5"""
        )
    assert [attach(record.id, folder).report().samples for record in runs(folder)] == before


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_a_log_of_the_journal_that_is_cut_off_costs_what_it_held(folder: Path, share: float) -> None:
    log = one(folder, "log")
    content = log.read_bytes()
    log.write_bytes(content[: int(len(content) * share)])
    found = runs(folder)
    assert RUNS <= len(found) <= RUNS + 1
    assert start("flipped", folder).result() == sum(number**2 for number in range(UNITS))
    assert not list((folder / ".workbench").glob("*put-aside*"))
    assert main(["repair", str(folder)]) == 0


def test_the_number_of_a_run_that_was_lost_is_not_used_again(folder: Path) -> None:
    path = at_rest(folder)
    for page in pages_of(path, "run"):
        overwrite(path, page * PAGE, PAGE)
    repair_journal(path, Aside(folder, folder / ".workbench", dry_run=False))
    left = runs(folder)
    assert all("was lost" in record.reason and record.damage for record in left)
    assert {record.job for record in left} == {"flipped"}
    assert {record.state for record in left} == {"succeeded"}
    start("flipped", folder).result()
    assert runs(folder)[0].number == RUNS + 2


@pytest.mark.parametrize("first", [0, 16, 100])
def test_a_journal_whose_first_page_is_damaged_loses_nothing(
    folder: Path, first: int, capsys: pytest.CaptureFixture[str]
) -> None:
    path = at_rest(folder)
    before = runs(folder)
    overwrite(path, first, PAGE - first)
    with pytest.raises(JournalError, match="`workbench repair`"):
        runs(folder)
    code, (done,) = repaired(folder, capsys=capsys)
    assert (code, done["lost"]) == (0, [])
    assert runs(folder) == before


@pytest.mark.parametrize("bit", [18 * 8 + 3, 28 * 8, 47 * 8 + 6, 59 * 8 + 1])
def test_a_bit_of_the_header_of_a_journal_is_found_and_mended(
    folder: Path, bit: int, capsys: pytest.CaptureFixture[str]
) -> None:
    path = at_rest(folder)
    before = runs(folder)
    content = bytearray(path.read_bytes())
    content[bit // 8] ^= 1 << bit % 8
    path.write_bytes(content)
    code, done = repaired(folder, capsys=capsys)
    assert (code, len(done)) == (0, 1)
    assert runs(folder) == before
    assert start("flipped", folder).result() == sum(number**2 for number in range(UNITS))


def test_what_a_run_put_aside_is_brought_back(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = at_rest(folder)
    known = [record.id for record in runs(folder)]
    overwrite(path, 0, 100)
    run = start("flipped", folder)
    run.result()
    assert [record.id for record in runs(folder)] == [run.id]
    code, done = repaired(folder, capsys=capsys)
    assert code == 0
    assert len(done) == 1
    assert [record.id for record in runs(folder)] == [run.id, *known]
    assert len({record.number for record in runs(folder)}) == RUNS + 2
    assert repaired(folder, capsys=capsys) == (0, [])


def test_a_journal_is_not_repaired_under_a_run(folder: Path) -> None:
    path = at_rest(folder)
    journal = Journal.open(path)
    journal.add_run(
        run_id="flipped-1", job="flipped", title="", scenario="", config={}, version="1", resumed_from=None
    )
    journal.flush()
    with pytest.raises(ControlRefused, match="flipped-1 is still running"):
        repair_journal(path, Aside(folder, folder / ".workbench", dry_run=False))


def test_a_damaged_table_is_named_and_put_aside_and_the_whole_ones_stay(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = one(folder, "table")
    overwrite(path, path.stat().st_size // 2, 16)
    with pytest.raises(UnreadableFile, match=r"forecast\.parquet.*"):
        _read_table(Project.open(folder), "forecast")
    code, (done,) = repaired(folder, capsys=capsys)
    assert code == 5
    assert done["path"] == str(path)
    assert done["lost"] == ["The file is lost: run 'plain' again for the scenario 'BAU'."]
    assert Path(done["aside"]).is_file()
    assert _read_table(Project.open(folder), TABLES[0]) == 400


def test_a_lost_list_of_a_dataset_is_made_again_from_its_record(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = Project.open(folder)
    before = _ask(project)
    overwrite(one(folder, "version"), 20, 5)
    with pytest.raises(UnreadableFile, match=r"versions/0+1\.json.*`workbench repair`"):
        _ask(project)
    code, (done,) = repaired(folder, capsys=capsys)
    assert (code, done["lost"]) == (0, [])
    assert _ask(project) == before
    assert repaired(folder, capsys=capsys) == (0, [])


@pytest.mark.parametrize("kind", ["roll-up", "fact", "pointer"])
def test_what_follows_from_the_record_is_made_again(
    folder: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    project = Project.open(folder)
    before = _ask(project)
    path = one(folder, kind)
    overwrite(path, path.stat().st_size - 4, 2)
    code, done = repaired(folder, capsys=capsys)
    assert (code, [item["path"] for item in done]) == (0, [str(path)])
    assert _ask(project) == before


def test_lost_rows_of_a_dataset_are_said_and_their_files_can_be_ingested_again(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = one(folder, "record")
    dataset = folder / "results/market/sample"
    version = current_version(dataset)
    overwrite(path, path.stat().st_size // 2, 1)
    code, done = repaired(folder, capsys=capsys)
    assert code == 5
    assert f"{path.parent.parent.name} of 2025-07-01" in done[0]["lost"][0]
    assert current_version(dataset) > version
    assert Ledger(dataset).known() == {}
    _ask(Project.open(folder))
    assert repaired(folder, capsys=capsys) == (0, [])


def test_a_damaged_ledger_keeps_the_files_that_can_be_read(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger = Ledger(folder / "results/market/sample")
    whole = ledger.known()
    overwrite(ledger.path, pages_of(ledger.path, "files")[1] * PAGE, PAGE)
    with pytest.raises(UnwritableFile, match=r"ingested\.sqlite .*run `workbench repair`"):
        ledger.files(1)
    code, (done,) = repaired(folder, capsys=capsys)
    assert code == 0
    assert 0 < len(ledger.known()) < len(whole)
    assert ledger.known().items() < whole.items()
    assert f"{len(ledger.known())} files are known" in done["saved"][0]


def test_a_cache_or_a_copy_with_another_checksum_is_put_aside(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for kind in ("cache", "copy"):
        overwrite(one(folder, kind), 40, 1)
    code, done = repaired(folder, capsys=capsys)
    assert code == 0
    assert len(done) == 2
    assert all(item["damage"] == "Its checksum does not fit." for item in done)


def test_what_is_not_a_project_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["repair", str(tmp_path)]) == 2
    assert "is not a project, nor a dataset" in capsys.readouterr().err


def flips(count: int) -> str:
    command = [sys.executable, "-m", "tests.faults.flips", "--count", str(count)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), f"{done.stderr[-50:]}, ended with {done.returncode}"
    return done.stdout


@pytest.mark.slow
def test_random_damage_ends_in_a_sentence_and_what_is_whole_is_saved() -> None:
    assert flips(12) == "12 damages, 0 faults\n"


@pytest.mark.slow
@pytest.mark.thorough
def test_random_damage_of_500_files_ends_in_a_sentence_and_what_is_whole_is_saved() -> None:
    assert flips(500) == "500 damages, 0 faults\n"
