"""A file that is undone leaves the dataset as if it had never come, wherever the process is killed meanwhile."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

from market.test_market_ingest_contract import MAPPING, nemweb
from workbench.data.projects.project import Project
from workbench.errors import SettingError, UnknownName, UnreadableFile
from workbench.market.config import ingested_files
from workbench.market.jobs import ingest_market, undo_files
from workbench.market.model.tables import TABLES
from workbench.market.store.dataset import current_version, market_folder
from workbench.market.store.ledger import FileState, Ledger
from workbench.market.store.reading import MarketData
from workbench.market.store.rollups.schema import ROLLUPS

TIMES = [f"2025/07/31 23:{minute:02d}:00" for minute in range(35, 60, 5)] + ["2025/08/01 00:00:00"]
LATER = [f"2025/08/01 00:{minute:02d}:00" for minute in range(5, 31, 5)]


def power(times: list[str], **units: float) -> bytes:
    data = [f'"{time}",{unit},{mw}' for time in times for unit, mw in units.items()]
    return nemweb("DISPATCH,UNIT_SCADA,1", "SETTLEMENTDATE,DUID,SCADAVALUE", *data)


def prices(times: list[str], rrp: float, changed: str = "2025/08/01 01:00:00") -> bytes:
    data = [f'"{time}",NSW1,{rrp + at},0,"{changed}"' for at, time in enumerate(times)]
    return nemweb("DISPATCH,PRICE,5", "SETTLEMENTDATE,REGIONID,RRP,INTERVENTION,LASTCHANGED", *data)


FILES = {
    "a_power.CSV": power(TIMES, COAL1=100, WIND1=50),
    "b_power.CSV": power(TIMES[2:] + LATER, COAL1=120, ANEW=7),
    "c_power.CSV": power(TIMES[4:], COAL1=130, ZLAST=9),
    "d_price.CSV": prices(TIMES, 60),
    "e_price.CSV": prices(TIMES + LATER, 80, "2025/08/01 02:00:00"),
    "f_price.CSV": prices(TIMES[1:], 70, "2025/08/01 01:30:00"),
}


def made(folder: Path, names: list[str] | None = None, *, at_once: bool = True) -> Project:
    project = Project.create(folder, "A market")
    files = project.inputs / "files"
    files.mkdir()
    for name in FILES if names is None else names:
        (files / name).write_bytes(FILES[name])
        if not at_once:
            ingest_market(project, files="files")
    ingest_market(project, files="files")
    return project


def content(project: Project) -> dict[str, object]:
    """Everything that a reader can see: rows, roll-ups, units, spans, gaps."""
    with MarketData.open(market_folder(project)) as data:
        start = data.first.astype("datetime64[D]")
        end = data.last.astype("datetime64[D]") + np.timedelta64(1, "D")
        found: dict[str, object] = {
            table: data.rows(table, data.first, data.last, columns=TABLES[table].columns)
            .sort(TABLES[table].identity)
            .rows()
            for table in TABLES
        }
        for name in ROLLUPS:
            block = data.rollup(name, start, end)
            found |= {
                f"{name} {column}": np.nan_to_num(block[column].astype(float), nan=-1e9).tolist()
                for column in block.columns
            }
        return found | {
            "units": [repr(unit) for unit in data.units.units],
            "spans": data.spans,
            "gaps": data.gaps(),
        }


THOROUGH = [pytest.mark.slow, pytest.mark.thorough]


@pytest.mark.parametrize(
    ("gone", "at_once"),
    [
        ("b_power.CSV", True),
        ("e_price.CSV", True),
        pytest.param("b_power.CSV", False, marks=THOROUGH),
        pytest.param("e_price.CSV", False, marks=THOROUGH),
    ],
)
def test_the_dataset_is_as_if_the_file_had_never_come(tmp_path: Path, gone: str, *, at_once: bool) -> None:
    project = made(tmp_path / "one", at_once=at_once)
    result = undo_files(project, files=(gone,))
    assert result.undone == (gone,)
    others = [name for name in FILES if name != gone]
    assert content(project) == content(made(tmp_path / "other", others, at_once=at_once))


def test_all_but_one_undone_one_after_another_leave_that_one(tmp_path: Path) -> None:
    project = made(tmp_path / "one")
    undo_files(project, files=("c_power.CSV", "f_price.CSV", "e_price.CSV"))
    undo_files(project, files=("a_power.CSV", "d_price.CSV"))
    assert content(project) == content(made(tmp_path / "other", ["b_power.CSV"]))


def test_a_row_that_two_files_have_stays_when_one_of_them_is_undone(tmp_path: Path) -> None:
    project = made(tmp_path / "one", ["a_power.CSV", "d_price.CSV"])
    before = content(project)
    copy = FILES["a_power.CSV"].replace(b"12:00:00", b"12:00:01")
    (project.inputs / "files" / "again.CSV").write_bytes(copy)
    ingest_market(project, files="files")
    undo_files(project, files=("a_power.CSV",))
    after = content(project)
    published = [row[-1] for row in before["unit_power"]]  # type: ignore[attr-defined]
    assert [row[-1] for row in after.pop("unit_power")] != published  # type: ignore[attr-defined]
    del before["unit_power"]
    assert after == before


def test_an_undone_file_is_read_again_only_where_it_is_named(tmp_path: Path) -> None:
    project = made(tmp_path / "one", ["a_power.CSV", "c_power.CSV"])
    before = content(project)
    assert undo_files(project, files=("c_power.CSV",)).removed == {"unit_power": 2}
    without = content(project)
    result = ingest_market(project, files="files")
    assert content(project) == without
    assert any("1 files were undone and are not read (c_power.CSV)" in str(note) for note in result.notes)
    assert ingested_files(project, {}) == ["a_power.CSV"]
    ingest_market(project, files="files", again=("c_power.CSV",))
    assert content(project) == before


def test_what_a_wrong_mapping_read_is_gone_when_the_file_is_read_by_a_right_one(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "one", "A market")
    files = project.inputs / "files"
    files.mkdir()
    text = "stamp,zone,price\n2025-01-01 00:05,NSW1,100\n2025-01-01 00:10,NSW1,101\n"
    (files / "p.csv").write_text(text)
    (files / "drops.toml").write_text(
        MAPPING.replace('stamp = "stamp"', 'stamp = "stamp"\nperiod = "beginning"')
    )
    ingest_market(project, files="files")
    (files / "drops.toml").write_text(MAPPING)
    ingest_market(project, files="files")
    with MarketData.open(market_folder(project)) as data:
        rows = data.rows("price", data.first, data.last)
        assert [str(when) for when in rows["stamp"]] == ["2025-01-01 00:05:00", "2025-01-01 00:10:00"]


def test_two_files_of_one_name_are_told_apart_by_the_hash_of_their_content(tmp_path: Path) -> None:
    project = made(tmp_path / "one", ["a_power.CSV", "d_price.CSV"])
    (project.inputs / "files" / "a_power.CSV").write_bytes(FILES["c_power.CSV"])
    ingest_market(project, files="files")
    with pytest.raises(SettingError, match=r"2 files are called a_power\.CSV; name one by the hash") as error:
        undo_files(project, files=("a_power.CSV",))
    digests = [file.sha256 for file in Ledger(market_folder(project)).all() if file.name == "a_power.CSV"]
    assert all(digest[:12] in str(error.value) for digest in digests)
    (earlier,) = (
        file for file in Ledger(market_folder(project)).all() if file.version == 1 and "a_" in file.name
    )
    undo_files(project, files=(earlier.sha256[:12],))
    with MarketData.open(market_folder(project)) as data:
        assert data.units.names == ("COAL1", "ZLAST")


def test_a_name_that_no_file_has_is_refused_with_those_there_are(tmp_path: Path) -> None:
    project = made(tmp_path / "one", ["d_price.CSV"])
    with pytest.raises(UnknownName, match=r"d_price\.CSV"):
        undo_files(project, files=("x.CSV",))


def test_a_file_of_an_earlier_version_is_ingested_once_more_and_can_then_be_undone(tmp_path: Path) -> None:
    project = made(tmp_path / "one", ["a_power.CSV", "d_price.CSV"])
    expected = content(made(tmp_path / "other", ["d_price.CSV"]))
    folder = market_folder(project)
    forget_origins(folder)
    with pytest.raises(SettingError, match="ingest it once more with the setting 'again'"):
        undo_files(project, files=("a_power.CSV",))
    ingest_market(project, files="files", again=("a_power.CSV",))
    undo_files(project, files=("a_power.CSV",))
    assert content(project) == expected


def forget_origins(folder: Path) -> None:
    """Make a dataset as an earlier version wrote it."""
    import polars as pl

    for path in (folder / "raw").rglob("*.parquet"):
        pl.read_parquet(path).drop("origin").write_parquet(path)
    with sqlite3.connect(folder / "ingested.sqlite") as connection:
        connection.execute("ALTER TABLE files DROP COLUMN state")


KILLED = """
    import os, signal, sys
    from workbench.data.projects.project import Project
    from workbench.market.jobs import undo_files
    from workbench.market.store import dataset, ledger, publication
    def dies(*arguments, **options):
        os.kill(os.getpid(), signal.SIGKILL)
    if sys.argv[2] == "before":
        publication.Writer.publish = dies
    else:
        marked = ledger.Ledger.mark
        def mark(self, digests, state):
            if state == "undone":
                dies()
            marked(self, digests, state)
        ledger.Ledger.mark = mark
    undo_files(Project.open(sys.argv[1]), files=("b_power.CSV",))
"""


@pytest.mark.parametrize("moment", ["before", pytest.param("after", marks=THOROUGH)])
def test_an_undoing_that_is_killed_is_completed_by_the_next_run_that_writes(
    tmp_path: Path, moment: str
) -> None:
    project = made(tmp_path / "one")
    before = current_version(market_folder(project))
    command = [sys.executable, "-c", textwrap.dedent(KILLED), str(project.folder), moment]
    assert subprocess.run(command, capture_output=True, check=False, env=os.environ).returncode == -9
    assert current_version(market_folder(project)) == before + (moment == "after")
    result = ingest_market(project, files="files")
    assert result.undone == ("b_power.CSV",)
    assert content(project) == content(made(tmp_path / "other", [name for name in FILES if name[0] != "b"]))
    states = {file.name: file.state for file in Ledger(market_folder(project)).all()}
    assert states.pop("b_power.CSV") is FileState.UNDONE
    assert set(states.values()) == {FileState.INGESTED}


def test_a_repair_keeps_what_can_be_undone(tmp_path: Path) -> None:
    from workbench.files.repaired import Aside
    from workbench.market.store.repair import repair_dataset

    project = made(tmp_path / "one")
    folder = market_folder(project)
    (folder / "current.json").write_text("{")
    repair_dataset(folder, Aside(folder, project.folder / ".workbench", dry_run=False))
    undo_files(project, files=("e_price.CSV",))
    other = made(tmp_path / "other", [name for name in FILES if name[0] != "e"])
    assert content(project) == content(other)


def test_the_command_line_undoes_a_file(tmp_path: Path) -> None:
    from workbench.cli.main import main

    project = made(tmp_path / "one", ["a_power.CSV", "c_power.CSV"])
    assert main(["run", "market_undo", "--project", str(project.folder), "--set", "files=c_power.CSV"]) == 0
    with MarketData.open(market_folder(project)) as data:
        assert data.units.names == ("COAL1", "WIND1")


def test_a_dataset_whose_only_file_was_undone_says_that_it_has_no_readings(tmp_path: Path) -> None:
    from workbench.market import Market

    project = made(tmp_path / "one", ["d_price.CSV"])
    assert undo_files(project, files=("d_price.CSV",)).removed == {"price": 6}
    with pytest.raises(UnreadableFile, match="has no readings; ingest files into it first"):
        Market.open(project)
    ingest_market(project, files="files", again=("d_price.CSV",))
    assert Market.open(project).data.row_counts == {"price": 6}
