"""The storage of the market data in full size: 500 units x 5 minutes x 1 year = 52.6 million rows.

The peers are what the storage replaces: the whole Parquet file written again for each new file, and a process that
loads its data into pandas.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from market_year import UNITS

from workbench.market.inputs.ingest import read_file
from workbench.market.model.nem import NEM
from workbench.market.sample.files import write_nemweb
from workbench.market.sample.market import SampleMarket
from workbench.market.store.publication import writing
from workbench.market.store.reading import MarketData

pytestmark = pytest.mark.benchmark

Report = Callable[[str, float, float | None, str, str, bool], None]
FILES = 6


@pytest.fixture(scope="module")
def own_year(market_year: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy that may be written."""
    return Path(shutil.copytree(market_year, tmp_path_factory.mktemp("own") / "year"))


def test_the_year_has_52_million_rows(market_year: Path, report: Report) -> None:
    with MarketData.open(market_year) as data:
        rows = sum(
            pl.scan_parquet(path).select(pl.len()).collect().item() for path in data.raw_files("unit_power")
        )
    sizes = {
        part: sum(path.stat().st_size for path in (market_year / part).rglob("*") if path.is_file()) / 1e6
        for part in ("raw", "rollups")
    }
    report(
        "rows of unit output in the year",
        rows / 1e6,
        None,
        "million",
        "52",
        rows == 365 * 288 * UNITS,
    )
    report("raw record, Parquet", sizes["raw"], None, "MB", "-", True)
    report("roll-ups, Arrow", sizes["rollups"], None, "MB", "-", True)


def test_a_new_five_minute_file_is_in_the_roll_ups_within_a_second(
    own_year: Path, tmp_path: Path, report: Report
) -> None:
    market = SampleMarket.make(UNITS)
    looked: list[float] = []
    stop = threading.Event()

    def keep_reading() -> None:
        # A reader beside the writer: none of its answers may fail, and none may wait for the writer.
        data = MarketData.open(own_year)
        while not stop.is_set():
            began = time.perf_counter()
            data.refresh()
            data.read("region_fuel", data.last - np.timedelta64(1440, "m"), data.last, columns=["out_mwh"])
            looked.append(time.perf_counter() - began)
            time.sleep(0.02)
        data.close()

    reader = threading.Thread(target=keep_reading)
    reader.start()
    seconds = []
    try:
        with MarketData.open(own_year) as data:
            last = data.last
        for number in range(FILES):
            stamp = last + np.timedelta64(5 * number, "m")
            frames = market.frames(stamp, stamp + np.timedelta64(5, "m"))
            began = time.perf_counter()
            with writing(own_year) as writer:
                writer.publish(frames, close_months=False)
            seconds.append(time.perf_counter() - began)
    finally:
        stop.set()
        reader.join()
    with MarketData.open(own_year) as data:
        assert data.last == last + np.timedelta64(5 * FILES, "m")
    peer = _rewrite_everything(own_year, tmp_path)
    worst = max(seconds)
    report("roll-ups after one new 5-minute file", worst, peer, "s", "<= 1", worst <= 1.0)
    median = statistics.median(looked)
    report(
        "a reader's answer while files are published, median",
        1000 * median,
        None,
        "ms",
        "<= 150",
        median <= 0.15,
    )


def _rewrite_everything(folder: Path, tmp_path: Path) -> float:
    """What the earlier design does: the whole record is written again, here a month of it twelve times."""
    with MarketData.open(folder) as data:
        path = data.raw_files("unit_power")[0]
    frame = pl.read_parquet(path)
    began = time.perf_counter()
    for month in range(12):
        frame.write_parquet(tmp_path / f"{month}.parquet", compression="zstd", compression_level=1)
    return time.perf_counter() - began


def test_a_late_file_of_a_finished_month_and_the_end_of_a_month(own_year: Path, report: Report) -> None:
    market = SampleMarket.make(UNITS)
    late = market.frames("2025-06-10T10:00", "2025-06-10T10:05")
    late["price"] = late["price"].with_columns(
        rrp=pl.col("rrp") + 1, published=pl.col("published").dt.offset_by("1h")
    )
    began = time.perf_counter()
    with writing(own_year) as writer:
        assert writer.publish(late, close_months=False).revised["price"] == 5
    revised = time.perf_counter() - began
    report("roll-ups after a late file of a finished month", revised, None, "s", "<= 10", revised <= 10)
    began = time.perf_counter()
    with writing(own_year) as writer:
        writer.publish({})
    closed = time.perf_counter() - began
    report(
        "a finished month put into one file, readers undisturbed",
        closed,
        None,
        "s",
        "<= 30",
        closed <= 30,
    )


def test_files_as_published_are_read(tmp_path: Path, own_year: Path, report: Report) -> None:
    market = SampleMarket.make(UNITS)
    paths = write_nemweb(tmp_path, market.frames("2025-06-01", "2025-06-01T01:00"))
    began = time.perf_counter()
    rows = sum(read_file(path, NEM).rows for path in paths)
    each = (time.perf_counter() - began) / len(paths)
    assert rows > 12 * UNITS
    report("reading a published file, of 500 units", 1000 * each, None, "ms", "<= 50", each <= 0.05)


READER = """
    import sys
    import numpy, pyarrow, pyarrow.ipc
    import workbench.market.store.reading
    from workbench.market.store.reading import MarketData
    def private_and_shared():
        text = open("/proc/self/smaps_rollup").read()
        found = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in text.splitlines()[1:]}
        return found["Pss"]
    before = private_and_shared()
    print(before, flush=True)
    sys.stdin.readline()
    data = MarketData.open(sys.argv[1])
    start, end = data.first, data.last
    for _ in range(3):
        data.read("region_fuel", start, end, step=1440, columns=["out_mwh", "in_mwh"])
        data.read("region_fuel", start, end, columns=["out_revenue"])
        data.read("unit", start, end, columns=["out_mwh", "out_revenue"])
        data.read("price", start, end, step=60, columns=["rrp_minutes", "minutes"])
        data.read("unit", start, end, step=30, series=data.units.names[100:104], columns=["out_mwh"])
        data.gaps()
    print("open", flush=True)
    sys.stdin.readline()
    print(private_and_shared(), flush=True)
    sys.stdin.readline()
"""
PANDAS = """
    import sys
    import pandas, pyarrow.parquet
    def private_and_shared():
        text = open("/proc/self/smaps_rollup").read()
        return {line.split(":")[0]: int(line.split()[1]) / 1024 for line in text.splitlines()[1:]}["Pss"]
    before = private_and_shared()
    frames = [pandas.read_parquet(path, columns=["stamp", "unit", "mw"]) for path in sys.argv[1:]]
    frame = pandas.concat([one[one.stamp.dt.minute % 30 == 0] for one in frames])
    del frames
    print(private_and_shared() - before)
"""


def _extra_megabytes(folder: Path, count: int) -> list[float]:
    """PSS that each of some readers has beyond itself with the libraries loaded [MB], all of them open at once."""
    command = [sys.executable, "-c", textwrap.dedent(READER), str(folder)]
    readers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(count)
    ]

    def ask(reader: subprocess.Popen[str]) -> str:
        assert reader.stdout is not None
        return reader.stdout.readline()

    def tell(reader: subprocess.Popen[str]) -> None:
        assert reader.stdin is not None
        reader.stdin.write("\n")
        reader.stdin.flush()

    try:
        before = [float(ask(reader)) for reader in readers]
        for reader in readers:
            tell(reader)
        assert [ask(reader) for reader in readers] == ["open\n"] * count
        for reader in readers:
            tell(reader)
        after = [float(ask(reader)) for reader in readers]
        for reader in readers:
            tell(reader)
    finally:
        for reader in readers:
            reader.kill()
            reader.communicate()
    return [one - other for one, other in zip(after, before, strict=True)]


def test_an_extra_reading_process_takes_no_more_than_ten_megabytes(market_year: Path, report: Report) -> None:
    few, many = 4, 8
    with MarketData.open(market_year) as data:
        month = data.raw_files("unit_power")[:1]
    peer = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(PANDAS), *map(str, month)],
        capture_output=True,
        text=True,
        check=True,
    )
    total = {count: sum(_extra_megabytes(market_year, count)) for count in (few, many)}
    extra = (total[many] - total[few]) / (many - few)
    report(
        "memory (PSS) of one more reading process; beside it pandas with ONE month of half hours",
        extra,
        float(peer.stdout),
        "MB",
        "<= 10",
        extra <= 10.0,
    )
    report(
        "memory (PSS) of 8 reading processes together",
        total[many],
        None,
        "MB",
        "-",
        True,
    )
