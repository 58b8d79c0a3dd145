"""Versions: idempotent in any order, undisturbed readers, and nothing lost to a full disk or a killed process."""

from __future__ import annotations

import itertools
import json
import os
import resource
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from market.market_rows import publish, rows, stamps_between
from workbench.errors import ScenarioBusy, UnreadableFile, UnwritableFile
from workbench.market.model.nem import NEM
from workbench.market.sample.market import SampleMarket
from workbench.market.store.dataset import create_dataset, current_version, read_manifest
from workbench.market.store.publication import writing
from workbench.market.store.reading import MarketData

MARKET = SampleMarket.make(12)


def record(folder: Path) -> dict[str, pl.DataFrame]:
    """Everything that is in the raw record."""
    with MarketData.open(folder) as data:
        return {table: data.rows(table, data.first, data.last) for table in data.spans}


def answers(folder: Path) -> dict[str, np.ndarray]:
    with MarketData.open(folder) as data:
        return {
            f"{subject} {column}": block[column]
            for subject in ("region_fuel", "price", "region", "flow", "rooftop")
            for block in [data.read(subject, "2025-07-30", "2025-08-02", step=30)]
            for column in block.columns
        }


def pieces() -> list[dict[str, pl.DataFrame]]:
    """Three pieces of time over the end of a month; the last comes again with a later and another price."""
    frames = [
        MARKET.frames("2025-07-30T12:00", "2025-07-31"),
        MARKET.frames("2025-07-31", "2025-08-01T00:30"),
        MARKET.frames("2025-08-01T00:30", "2025-08-01T06:00"),
    ]
    revised = {
        "price": frames[2]["price"].with_columns(
            rrp=pl.col("rrp") + 1, published=pl.col("published") + pl.duration(hours=1)
        )
    }
    return [*frames, revised]


def test_the_same_rows_again_make_no_new_version(tmp_path: Path) -> None:
    frames = MARKET.frames("2025-07-31", "2025-07-31T06:00")
    first = publish(tmp_path, frames, register=MARKET.units)
    again = publish(tmp_path, frames, register=MARKET.units)
    assert (first.new, first.version) == (True, 1)
    assert (again.new, again.version) == (False, 1)
    assert again.known == {table: frame.height for table, frame in frames.items()}
    assert sum(again.added.values()) == 0


def test_any_order_of_files_gives_the_same_record_and_the_same_answers(tmp_path: Path) -> None:
    reference: dict[str, pl.DataFrame] | None = None
    expected: dict[str, np.ndarray] = {}
    for number, order in enumerate(list(itertools.permutations(pieces()))[::4]):
        folder = tmp_path / str(number)
        for frames in order:
            publish(folder, frames, register=MARKET.units)
        found = record(folder)
        if reference is None:
            reference, expected = found, answers(folder)
            continue
        for table, frame in reference.items():
            keys = list(frame.columns[:2])
            assert found[table].sort(keys).equals(frame.sort(keys)), (number, table)
        for name, array in answers(folder).items():
            np.testing.assert_allclose(array, expected[name], rtol=1e-12, err_msg=f"{number} {name}")


def test_of_two_prices_for_one_moment_the_later_published_counts(tmp_path: Path) -> None:
    stamps = ["2025-08-01T00:05"]
    late = rows("price", stamps, "SA1", rrp=[200.0], published="2025-08-01T01:00")
    early = rows("price", stamps, "SA1", rrp=[100.0], published="2025-08-01T00:01")
    publish(tmp_path, {"price": late})
    report = publish(tmp_path, {"price": early})
    assert not report.new
    assert record(tmp_path)["price"]["rrp"].to_list() == [200.0]
    report = publish(
        tmp_path, {"price": rows("price", stamps, "SA1", rrp=[300.0], published="2025-08-01T02:00")}
    )
    assert report.revised == {"price": 1}


def test_of_two_values_published_at_the_same_time_the_later_file_counts_and_never_the_larger_value(
    tmp_path: Path,
) -> None:
    stamps = ["2025-08-01T00:05"]
    for number, order in enumerate(([5.0, 7.0], [7.0, 5.0])):
        folder = tmp_path / str(number)
        publish(folder, {"price": rows("price", stamps, "SA1", rrp=[order[0]])})
        report = publish(folder, {"price": rows("price", stamps, "SA1", rrp=[order[1]])})
        assert report.conflicts == {"price": 1}
        assert record(folder)["price"]["rrp"].to_list() == [order[1]]


def test_a_better_source_counts_whatever_was_published_later_then_quality_then_the_last_change(
    tmp_path: Path,
) -> None:
    def reading(mw: float, rank: int, quality: float, hour: int) -> pl.DataFrame:
        published = f"2025-08-01T0{hour}:00"
        stamps = ["2025-08-01T00:30"]
        return rows(
            "rooftop", stamps, "SA1", minutes=30, mw=mw, quality=quality, rank=rank, published=published
        )

    ordered = [
        reading(900, 2, 1.0, 9),
        reading(500, 3, 0.5, 9),
        reading(700, 3, 1.0, 1),
        reading(600, 3, 1.0, 2),
    ]
    for number, order in enumerate(itertools.permutations(ordered)):
        folder = tmp_path / str(number)
        for frame in order if number % 2 else (pl.concat(order),):
            publish(folder, {"rooftop": frame})
        assert record(folder)["rooftop"]["mw"].to_list() == [600.0]


def test_files_written_before_sources_were_told_apart_are_read_beside_new_ones(tmp_path: Path) -> None:
    publish(tmp_path, {"price": rows("price", ["2025-08-01T00:05"], "SA1", rrp=5.0)})
    (old,) = (tmp_path / "raw" / "price").rglob("*.parquet")
    pl.read_parquet(old).drop("rank").write_parquet(old)
    publish(tmp_path, {"price": rows("price", ["2025-08-02T00:05"], "SA1", rrp=6.0)})
    assert record(tmp_path)["price"]["rrp"].to_list() == [5.0, 6.0]
    publish(tmp_path, {"price": rows("price", ["2025-08-01T00:10"], "SA1", rrp=7.0)})
    assert record(tmp_path)["price"]["rrp"].to_list() == [5.0, 7.0, 6.0]


def test_a_month_that_is_over_is_one_file_and_the_newest_grows_by_day(tmp_path: Path) -> None:
    for frames in pieces()[:3]:
        publish(tmp_path, frames, register=MARKET.units)
    names = [path.name[:10].rstrip("-v0") for path in MarketData.open(tmp_path).raw_files("unit_power")]
    assert names == ["2025-07", "2025-08-01"]
    publish(tmp_path, MARKET.frames("2025-08-01T06:00", "2025-08-01T06:05"), close_months=False)
    before = record(tmp_path)["unit_power"].height
    publish(tmp_path, MARKET.frames("2025-09-01", "2025-09-01T00:05"), close_months=False)
    names = [path.name[:10].rstrip("-v0") for path in MarketData.open(tmp_path).raw_files("unit_power")]
    assert names == ["2025-07", "2025-08-01", "2025-09-01"]
    publish(tmp_path, {})
    names = [path.name[:10].rstrip("-v0") for path in MarketData.open(tmp_path).raw_files("unit_power")]
    assert names == ["2025-07", "2025-08", "2025-09-01"]
    assert record(tmp_path)["unit_power"].height == before + len(MARKET.units)


def test_a_reader_sees_its_version_until_it_asks_again(tmp_path: Path) -> None:
    first, second, third, _ = pieces()
    publish(tmp_path, first, register=MARKET.units)
    data = MarketData.open(tmp_path)
    view = data.rollup("price", "2025-07-30T12:00", "2025-07-31")["rrp_minutes"].copy()
    height = data.rows("unit_power", "2025-07-30", "2025-08-02").height
    for frames in (second, third):
        publish(tmp_path, frames, register=MARKET.units)
    assert (data.version, data.last) == (1, np.datetime64("2025-07-31", "m"))
    # Not yet looked at in this version, and rewritten since: still as it was.
    assert data.rows("unit_power", "2025-07-30", "2025-08-02").height == height
    assert data.rollup("region_fuel", "2025-07-31", "2025-08-01")["out_mwh"].sum() == 0
    assert np.array_equal(data.rollup("price", "2025-07-30T12:00", "2025-07-31")["rrp_minutes"], view)
    assert data.refresh()
    assert (data.version, data.last) == (3, np.datetime64("2025-08-01T06:00", "m"))
    assert not data.refresh()


def test_old_versions_go_when_nobody_reads_them_and_stay_while_somebody_does(tmp_path: Path) -> None:
    first, second, third, _ = pieces()
    publish(tmp_path, first, register=MARKET.units)
    data = MarketData.open(tmp_path)
    needed = read_manifest(tmp_path, 1).files()
    publish(tmp_path, second, register=MARKET.units)
    assert all((tmp_path / name).is_file() for name in needed)
    data.close()
    publish(tmp_path, third, register=MARKET.units)
    assert [path.stem for path in (tmp_path / "versions").iterdir()] == ["000003"]
    current = read_manifest(tmp_path, 3).files()
    on_disk = {
        path.relative_to(tmp_path).as_posix()
        for part in ("raw", "rollups", "facts")
        for path in (tmp_path / part).rglob("*")
        if path.is_file()
    }
    assert on_disk == current


READER = """
    import sys, time
    import numpy as np
    from workbench.market.store.reading import MarketData
    data = MarketData.open(sys.argv[1])
    print("ready", flush=True)
    seen, looks = set(), 0
    deadline = time.monotonic() + float(sys.argv[2])
    while time.monotonic() < deadline:
        data.refresh()
        seen.add(data.version)
        block = data.read("unit", "2025-07-31", "2025-07-31T12:00", step=30)
        rows = data.rows("unit_power", "2025-07-31", data.last, columns=["mw"])
        # In every version each unit has as many readings as its stamps say, and roll-ups and raw rows agree.
        minutes = int((data.last - np.datetime64("2025-07-31", "m")) / np.timedelta64(1, "m"))
        assert block["minutes"].sum() == minutes * 12, (data.version, block["minutes"].sum(), minutes)
        assert rows.height == minutes // 5 * 12, (data.version, rows.height, minutes)
        looks += 1
    print(len(seen), looks, flush=True)
"""


def test_a_reader_in_another_process_never_breaks_and_never_sees_half_a_version(tmp_path: Path) -> None:
    start, slot = np.datetime64("2025-07-31", "m"), np.timedelta64(5, "m")
    publish(tmp_path, MARKET.frames(start, start + slot), register=MARKET.units)
    reader = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(READER), str(tmp_path), "4"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "ready\n"
        step = 1
        while reader.poll() is None and step < 140:
            begin = start + step * slot
            publish(tmp_path, MARKET.frames(begin, begin + slot), register=MARKET.units)
            step += 1
        out, error = reader.communicate(timeout=60)
    finally:
        reader.kill()
    assert reader.returncode == 0, error
    versions, looks = map(int, out.split())
    assert versions > 3
    assert looks >= versions


def test_a_reader_needs_no_pandas_and_no_polars_until_it_asks_for_raw_rows(tmp_path: Path) -> None:
    publish(tmp_path, MARKET.frames("2025-07-31", "2025-07-31T06:00"), register=MARKET.units)
    script = """
        import sys
        from workbench.market.store.reading import MarketData
        data = MarketData.open(sys.argv[1])
        data.read("region_fuel", "2025-07-31", "2025-08-01")
        data.gaps()
        data.units.capacity_mw
        print(*(name for name in ("pandas", "polars", "plotly") if name in sys.modules))
        """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == ""


def test_publishing_needs_no_pandas(tmp_path: Path) -> None:
    script = """
        import sys
        from workbench.market.sample.market import make_sample_dataset
        make_sample_dataset(sys.argv[1], days=1, units=5)
        print("pandas" in sys.modules)
        """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "False"


def test_a_process_that_serves_readers_reads_and_cannot_write(tmp_path: Path) -> None:
    publish(tmp_path, MARKET.frames("2025-07-31", "2025-07-31T06:00"), register=MARKET.units)
    script = """
        import sys
        from workbench.errors import ViewerRefused
        from workbench.market.store.publication import writing
        from workbench.market.store.reading import MarketData
        print(MarketData.open(sys.argv[1]).rows("price", "2025-07-31", "2025-08-01").height)
        try:
            with writing(sys.argv[1]):
                print("opened")
        except ViewerRefused as error:
            print(error)
        """
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "WORKBENCH_VIEWER": "1"},
    )
    assert done.stdout.splitlines()[0] == str(72 * 5)
    assert "Writing market data" in done.stdout
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """What a full disk does to a writer: the system refuses to make files grow."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.parametrize("room", [500, 3_000, 20_000])
def test_a_disk_that_fills_leaves_the_published_version_as_it_was(tmp_path: Path, room: int) -> None:
    first, second, *_ = pieces()
    publish(tmp_path, first, register=MARKET.units)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with files_no_larger_than(room), pytest.raises(UnwritableFile, match="larger than this system allows"):
        publish(tmp_path, second, register=MARKET.units)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    assert publish(tmp_path, second, register=MARKET.units).version == 2


KILLED = """
    import os, signal, sys
    from workbench.market.store import publication
    from workbench.market.store.publication import writing
    from workbench.market.sample.market import SampleMarket
    market = SampleMarket.make(12)
    write, left = publication.write_chunk, [int(sys.argv[2])]
    def writes_some(*arguments):
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)
        left[0] -= 1
        write(*arguments)
    publication.write_chunk = writes_some
    with writing(sys.argv[1]) as writer:
        writer.publish(market.frames("2025-07-31", "2025-08-01T00:30"), register=market.units)
"""


def test_a_writer_killed_in_the_middle_leaves_the_published_version_and_its_lock_free(tmp_path: Path) -> None:
    first, second, *_ = pieces()
    publish(tmp_path, first, register=MARKET.units)
    before = answers(tmp_path)
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(KILLED), str(tmp_path), "5"], check=False)
    assert done.returncode == -signal.SIGKILL
    assert current_version(tmp_path) == 1
    for name, array in answers(tmp_path).items():
        np.testing.assert_array_equal(array, before[name])
    # As if it had been killed while it wrote its manifest.
    (tmp_path / "versions" / ".part-0123456789abcdef.json").write_text("{")
    report = publish(tmp_path, second, register=MARKET.units)
    assert report.version == 2
    # What the killed one had written is gone, and no half file is left.
    assert not list(tmp_path.rglob(".part-*"))
    versions = {path.name.rpartition("-v")[2] for path in (tmp_path / "rollups").rglob("*.arrow")}
    assert versions <= {"000001.arrow", "000002.arrow"}


def test_two_writers_at_once_are_refused(tmp_path: Path) -> None:
    create_dataset(tmp_path, NEM)
    with writing(tmp_path), pytest.raises(ScenarioBusy, match="Another run is writing"):
        with writing(tmp_path):
            pass


def test_a_checkpoint_that_ends_the_run_ends_the_publication_with_nothing_changed(tmp_path: Path) -> None:
    first, second, *_ = pieces()
    publish(tmp_path, first, register=MARKET.units)
    calls = []

    def cancelled() -> None:
        calls.append(time.monotonic())
        if len(calls) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        publish(tmp_path, second, register=MARKET.units, checkpoint=cancelled)
    assert current_version(tmp_path) == 1
    assert not list(tmp_path.rglob("*-v000002*"))


def test_what_is_no_dataset_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="is not a market dataset"):
        MarketData.open(tmp_path)
    create_dataset(tmp_path, NEM)
    with pytest.raises(UnreadableFile, match="has nothing published yet"):
        MarketData.open(tmp_path)
    with pytest.raises(UnreadableFile, match="is not a market dataset"), writing(tmp_path / "elsewhere"):
        pass


def test_a_damaged_roll_up_is_named_and_a_rebuild_mends_it(tmp_path: Path) -> None:
    publish(tmp_path, {"price": rows("price", stamps_between("2025-08-01", "2025-08-02"), "SA1", rrp=50.0)})
    name = json.loads((tmp_path / "versions" / "000001.json").read_text())["rollups"]["price"]["2025-08-01"]
    os.truncate(tmp_path / name, 100)
    with pytest.raises(UnreadableFile, match="is damaged"):
        MarketData.open(tmp_path).read("price", "2025-08-01", "2025-08-02")
    assert publish(tmp_path, {}, rebuild=True).version == 2
    block = MarketData.open(tmp_path).read("price", "2025-08-01", "2025-08-02").pick("region", ["SA1"])
    assert block["minutes"][0, 0] == 1440
