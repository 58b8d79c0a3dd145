"""Two hundred kills of the market's writers at any moment: nothing lost, nothing doubled, nothing locked."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from collections import Counter
from pathlib import Path

import pytest
from market.test_market_ingest_contract import nemweb

from workbench.data.projects.project import Project
from workbench.market.jobs import ingest_market
from workbench.market.model.period import Period
from workbench.market.model.tables import TABLES
from workbench.market.queries import By, revenue_by
from workbench.market.store.dataset import current_version, market_folder
from workbench.market.store.ledger import FileState, Ledger
from workbench.market.store.reading import MarketData

KILLS = int(os.environ.get("WORKBENCH_KILLS", "200"))
WRITER = """
    import sys
    from workbench.data.projects.project import Project
    from workbench.market.jobs import ingest_market, undo_files
    import workbench.market.steps.ingest, workbench.market.steps.undo, plotly
    project = Project.open(sys.argv[1])
    print("ready", flush=True)
    sys.stdin.readline()
    if sys.argv[2] == "undo":
        undo_files(project, files=tuple(sys.argv[3:]))
    else:
        ingest_market(project, files="files", batch=int(sys.argv[2]), again=tuple(sys.argv[3:]))
"""


def write_files(folder: Path) -> list[str]:
    """Files of two months whose rows overlap: each reading is in up to three of them, with other values."""
    folder.mkdir()
    names = []
    for number in range(24):
        day, first = 20 + number // 2, (number % 2) * 6
        month = 7 if day <= 31 else 8
        date = f"2025/{month:02d}/{day if day <= 31 else day - 31:02d}"
        stamps = [
            f"{date} {hour:02d}:{minute:02d}:00" for hour in range(first, first + 9) for minute in (5, 35)
        ]
        # Whatever the order in which files come again, the one that was changed last counts.
        changed = f'"2025/09/01 00:{number:02d}:00"'
        power = [
            f'"{stamp}",UNIT{unit},{100 * unit + number},{changed}'
            for stamp in stamps
            for unit in range(1, 4)
        ]
        prices = [f'"{stamp}",NSW1,{50 + number},0,{changed}' for stamp in stamps]
        names += [f"s{number:02d}.CSV", f"p{number:02d}.CSV"]
        columns = "SETTLEMENTDATE,DUID,SCADAVALUE,LASTCHANGED"
        (folder / names[-2]).write_bytes(nemweb("DISPATCH,UNIT_SCADA,1", columns, *power))
        columns = "SETTLEMENTDATE,REGIONID,RRP,INTERVENTION,LASTCHANGED"
        (folder / names[-1]).write_bytes(nemweb("DISPATCH,PRICE,5", columns, *prices))
    return names


def content(project: Project) -> dict[str, object]:
    """What readers see, whatever the order in which units came."""
    with MarketData.open(market_folder(project)) as data:
        if not data.spans:
            # All files that had come were undone.
            return {}
        found: dict[str, object] = {
            table: sorted(
                data.rows(table, data.first, data.last, columns=TABLES[table].reading_columns).rows()
            )
            for table in TABLES
        }
        sums = revenue_by(data, Period(data.first, data.last), By.UNIT)
        return found | {
            "units": sorted(data.units.names),
            "sums": sorted(map(str, sums.to_pandas().values.tolist())),
        }


@pytest.mark.slow
@pytest.mark.thorough
def test_after_any_number_of_kills_the_dataset_is_as_if_none_had_happened(tmp_path: Path) -> None:
    rng = random.Random(20260730)
    project = Project.create(tmp_path / "killed", "A market")
    names = write_files(project.inputs / "files")
    folder, ended = market_folder(project), Counter[str]()
    for _ in range(KILLS):
        present = sorted(Ledger(folder).names())
        undoes = bool(present) and rng.random() < 0.3
        undone = [file.name for file in Ledger(folder).all() if file.state is FileState.UNDONE]
        what = ["undo", rng.choice(present)] if undoes else [str(rng.choice((1, 2, 5))), *undone[:2]]
        command = [sys.executable, "-c", textwrap.dedent(WRITER), str(project.folder), *what]
        writer = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert writer.stdout is not None
        assert writer.stdin is not None
        assert writer.stdout.readline() == "ready\n"
        writer.stdin.write("\n")
        writer.stdin.flush()
        time.sleep(rng.uniform(0.0, 1.2))
        writer.send_signal(signal.SIGKILL)
        ended["killed" if writer.wait() == -9 else "had ended"] += 1
        writer.stdout.close()
        writer.stdin.close()
        if current_version(folder) if (folder / "current.json").is_file() else 0:
            # Never half a version: each opens, and its roll-ups are of its rows.
            content(project)
    assert ended["killed"] > KILLS / 4, ended
    assert current_version(folder) > KILLS / 10, "the kills came before anything was published"
    # Everything that was undone comes in again: then all files are there, each once.
    ingest_market(project, files="files", again=tuple(names))
    whole = Project.create(tmp_path / "whole", "A market")
    write_files(whole.inputs / "files")
    ingest_market(whole, files="files")
    assert content(project) == content(whole)
    assert {file.state for file in Ledger(folder).all()} == {FileState.INGESTED}
    assert not list(folder.rglob(".part-*")), "leftovers are swept"
    kept = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    assert kept < 3 * sum(path.stat().st_size for path in market_folder(whole).rglob("*") if path.is_file())
    print(dict(ended))
