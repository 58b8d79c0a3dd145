"""Text files that are damaged in every way: read or refused by an error of ours, and no row lost without a word."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from workbench.data.problems import Problems
from workbench.data.texts.cells import read_cells
from workbench.data.texts.layout import find_table
from workbench.data.texts.table import any_of, read_text_table, without_totals
from workbench.errors import DataError
from workbench.evapotranspiration.inputs.files import read_daily_table
from workbench.evapotranspiration.inputs.sites import read_sites
from workbench.finance.inputs.reading.read import read_content
from workbench.hourly_loads.reading.hourly_sheet import read_hourly_sheet
from workbench.market.inputs.drop_rows import Drop
from workbench.market.inputs.drops import read_drop
from workbench.market.inputs.nemweb import read_nemweb
from workbench.market.inputs.units_register import read_register
from workbench.market.model.nem import NEM

SEEDS = {
    "weather": "site,date,tmax [°C],tmin\nA,2024-01-01,30.5,20\nA,2024-01-02,31,-\nB,2024-01-01,29,18\n",
    "sites": "site,latitude,longitude,elevation\nKochi,9.97,76.28,5\nPune,18.52,73.86,560\nNA,-22.7,-47.6,\n",
    "hours": "datetime,load,temperature\n"
    + "".join(f"2024-04-01 {hour:02}:00,{3000 + hour}.5,25\n" for hour in range(24)),
    "blocks": "date;block;demand\n" + "".join(f"01.04.2024;{block};{block},5\n" for block in range(1, 97)),
    "days": "date," + ",".join(f"H{hour}" for hour in range(1, 25)) + "\n01-04-2024" + ",7.5" * 24 + "\n",
    "figures": 'Report\n\nDate,Region,Revenue\n2024-01-31,North,"1,234.50"\n2024-02-29,South,(5)\n'
    'Total,,"1,229.50"\n',
    "register": "DUID,Site Name,Region,Fuel,Capacity(MW)\nU1,Süd,NSW1,Wind,23.44 - 27.60\nU2,B,SA1,Solar,7\n",
    "drop": "time,region,price\n2025-08-01 00:05:00,SA1,1.5\n2025-08-01 00:10:00,SA1,-1000\n",
    "nemweb": "C,NEMP.WORLD,X,AEMO,PUBLIC,2025/08/20,18:05:13,1,X,1\n"
    "I,DISPATCH,UNIT_SCADA,1,SETTLEMENTDATE,DUID,SCADAVALUE\n"
    'D,DISPATCH,UNIT_SCADA,1,"2025/08/20 18:10:00",U1,5\nC,"END OF REPORT",4\n',
}
ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le")
INSERTED = (*",;\t\"'\n\r#\x00\u200b -\u00e9", "1e999", "NaN", ",,,,", "\n\n", "=A1")


def mutated(text: str, rng: random.Random) -> bytes:
    """One to six changes of lines, characters and bytes."""
    for _ in range(rng.randint(1, 6)):
        lines = text.split("\n")
        at, other = rng.randrange(len(lines)), rng.randrange(len(lines))
        change = rng.randrange(9)
        if change == 0:
            lines[at] += rng.choice((",", ";", ",,,", ",5", "\t"))
        elif change == 1:
            lines.insert(at, rng.choice(("", ",,,", "# a note", "Total,,5", lines[0], "a title")))
        elif change == 2:
            lines[at], lines[other] = lines[other], lines[at]
        elif change == 3:
            del lines[at]
        elif change == 4:
            lines = [line.replace(",", rng.choice(";\t|")) for line in lines]
        elif change == 5:
            lines[at] = lines[at].rpartition(rng.choice(",;"))[0]
        elif change == 6:
            lines[at] = lines[at] * rng.choice((2, 50))
        text = "\n".join(lines)
        if change > 6:
            place = rng.randrange(len(text) + 1)
            text = text[:place] + rng.choice(INSERTED) + text[place + rng.randrange(2) :]
    content = text.encode(rng.choice(ENCODINGS), "replace")
    if rng.random() < 0.2 and content:
        place = rng.randrange(len(content))
        content = content[:place] + bytes([rng.randrange(256)]) + content[place + rng.randrange(3) :]
    return content[: rng.randrange(len(content) + 1)] if rng.random() < 0.05 else content


def read_by_domain(kind: str, path: Path) -> None:
    content = path.read_bytes()
    if kind == "weather":
        read_daily_table(path)
    elif kind == "sites":
        read_sites(path, Problems())
    elif kind in ("hours", "blocks", "days"):
        read_hourly_sheet(path)
    elif kind == "figures":
        read_content(path.name, content)
    elif kind == "register":
        read_register(path, NEM)
    elif kind == "drop":
        read_drop(path, Drop("*", "price", "time", "region", values={"rrp": "price"}), NEM)
    else:
        read_nemweb(path.name, content, NEM)


def check_that_no_row_is_lost(path: Path) -> None:
    """Each row that holds something is in the table, is its header, or is among what is said."""
    cells = read_cells(path.name, path.read_bytes())
    layout = find_table(cells, path.name)
    dropped = {row for change in layout.changes if change.kind == "dropped" for row in change.rows}
    kept = set(layout.frame["row"])
    header = {layout.header_row} if layout.header_row else set()
    filled = {row for row, *values in cells.frame.rows() if any(value is not None for value in values)}
    assert kept | dropped | header == filled
    problems = Problems(path.name)
    table = read_text_table(path, problems, any_of(("date", "datetime", "site")))
    before = set(table.frame["row"])
    after = without_totals(table, table.columns[0], problems)
    said = " ".join(map(str, problems))
    assert all(f"row {row} was set aside" in said for row in before - set(after.frame["row"]))


def try_many(kind: str, folder: Path, count: int) -> None:
    rng = random.Random(f"{kind} 1")
    path = folder / f"{kind}.csv"
    for number in range(count):
        path.write_bytes(mutated(SEEDS[kind], rng))
        start = time.process_time()
        for read in (lambda: read_by_domain(kind, path), lambda: check_that_no_row_is_lost(path)):
            said = path.name
            try:
                read()
            except DataError as error:
                said = str(error)
            except BaseException as error:
                error.add_note(f"input {number}: {path.read_bytes()!r}")
                raise
            assert path.name in said, f"input {number}: {said}"
        assert time.process_time() - start < 10


@pytest.mark.parametrize("kind", SEEDS)
def test_a_damaged_file_is_read_or_refused_and_no_row_is_lost(kind: str, tmp_path: Path) -> None:
    try_many(kind, tmp_path, 20)


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.parametrize("kind", SEEDS)
def test_many_damaged_files_are_read_or_refused_and_no_row_is_lost(kind: str, tmp_path: Path) -> None:
    try_many(kind, tmp_path, 2000)
