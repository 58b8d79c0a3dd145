"""Holes in the record, plain files with a declared mapping, and tables of two cadences."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest

from market.market_rows import publish, rows, stamps_between
from workbench.errors import InvalidData, UnbalancedResult
from workbench.market.inputs.cadence import row_cadences
from workbench.market.inputs.drop_rows import Drop
from workbench.market.inputs.drops import find_drops, read_drop, read_mapping
from workbench.market.inputs.fetch import work_for_gaps
from workbench.market.inputs.ingest import find_files, read_file
from workbench.market.model.nem import NEM
from workbench.market.store.reading import MarketData

PRICES = Drop("prices_5min_*.parquet", "price", "settlementdate", "regionid", (5,), values={"rrp": "rrp"})
SA1 = Drop("sa1_30min_*.csv", "price", "settlementdate", "region", (30,), values={"rrp": "rrp"})


def drop(tmp_path: Path, text: str, **changes: object) -> tuple[pl.DataFrame, list[str]]:
    path = tmp_path / "drop.csv"
    path.write_text(text)
    options: dict[str, object] = {"stamp": "time", "series": "region", "values": {"rrp": "price"}, **changes}
    frames, problems = read_drop(path, Drop("*.csv", "price", **options), NEM)  # type: ignore[arg-type]
    return frames["price"], [str(problem) for problem in problems]


def test_the_three_missing_stamps_of_the_real_price_day_are_found(shared_data: Path, tmp_path: Path) -> None:
    frames, problems = read_drop(shared_data / "market" / "prices_5min_2026-04-28.parquet", PRICES, NEM)
    assert len(problems) == 0
    publish(tmp_path, frames)
    with MarketData.open(tmp_path) as data:
        gaps = data.gaps()
        assert {str(gap.end) for gap in gaps} == {"2026-04-28T20:40", "2026-04-29T09:50", "2026-04-29T13:15"}
        assert len(gaps) == 15  # the three stamps in each of the five regions
        assert {gap.missing for gap in gaps} == {1}
        assert {gap.cadence for gap in gaps} == {5}
        assert {gap.series for gap in gaps} == set(NEM.region_names)


def test_the_real_hole_of_67_and_a_half_hours_is_found(shared_data: Path, tmp_path: Path) -> None:
    frames, problems = read_drop(shared_data / "market" / "sa1_30min_generation_price_2025-08.csv", SA1, NEM)
    # 43 of its rows have output but no price, from row 37 on; they are no prices of 0.
    assert [str(problem).partition(": ")[2] for problem in problems] == [
        "43 rows have no rrp and were left out, the first is row 37."
    ]
    publish(tmp_path, frames)
    with MarketData.open(tmp_path) as data:
        hole = max((gap for gap in data.gaps() if gap.series == "SA1"), key=lambda gap: gap.missing)
    # Between the stamps 2025-08-18 00:30 and 2025-08-20 20:00 there is nothing.
    assert hole.hours + hole.cadence / 60 == 67.5
    assert (hole.missing, hole.cadence, hole.hours) == (134, 30, 67.0)
    assert (str(hole.start), str(hole.end)) == ("2025-08-18T00:30", "2025-08-20T19:30")


def test_a_wide_file_gives_a_series_for_each_column_and_the_hole_is_seen_there_too(
    shared_data: Path, tmp_path: Path
) -> None:
    wide = Drop(
        "*.csv",
        "unit_power",
        "settlementdate",
        cadences=(30,),
        columns={"SA1 Wind": "Wind", "SA1 CCGT": "CCGT"},
    )
    path = shared_data / "market" / "sa1_30min_generation_price_2025-08.csv"
    frames, _ = read_drop(path, wide, NEM)
    source = pl.read_csv(path)
    publish(tmp_path, frames)
    with MarketData.open(tmp_path) as data:
        block = data.read("unit", data.first, data.last, series=["SA1 Wind", "SA1 CCGT"])
        for at, column in enumerate(("Wind", "CCGT")):
            assert block["out_mwh"][at, 0] == pytest.approx(source[column].clip(0).sum() * 0.5)
        assert [(gap.feed, gap.hours + gap.cadence / 60, gap.missing) for gap in data.gaps()] == [
            ("unit_power", 67.5, 134)
        ]


def test_a_hole_is_found_across_midnight_and_across_months(tmp_path: Path) -> None:
    stamps = [
        *stamps_between("2025-07-31", "2025-07-31T23:50"),
        *stamps_between("2025-08-01T00:10", "2025-08-02"),
    ]
    publish(tmp_path, {"unit_power": rows("unit_power", stamps, "WIND1", mw=5.0)})
    with MarketData.open(tmp_path) as data:
        (gap,) = data.gaps()
        assert (str(gap.start), str(gap.end), gap.missing) == ("2025-07-31T23:50", "2025-08-01T00:10", 4)
        assert str(gap) == (
            "unit_power: 4 stamps of 5 min missing after 2025-07-31 23:50 until 2025-08-01 00:10"
        )


def test_rooftop_is_judged_by_its_own_cadence_and_parts_that_never_came_are_no_gap(tmp_path: Path) -> None:
    stamps = [stamp for stamp in stamps_between("2025-08-01", "2025-08-02", 30) if str(stamp)[-5:] != "12:30"]
    frames = [rows("rooftop", stamps, region, minutes=30, mw=5.0) for region in NEM.region_names[:-1]]
    publish(tmp_path, {"rooftop": pl.concat(frames)})
    with MarketData.open(tmp_path) as data:
        gaps = {gap.series: gap for gap in data.gaps()}
    assert gaps["NSW1"].missing == 1
    assert gaps["NSW1"].cadence == 30
    # A region of the market that never came at all is one hole.
    assert gaps["TAS1"].missing == 48 - 0
    assert "QLDN" not in gaps


def test_late_rows_close_a_gap(tmp_path: Path) -> None:
    stamps = stamps_between("2025-08-01", "2025-08-02")
    publish(tmp_path, {"unit_power": rows("unit_power", np.delete(stamps, [100, 101]), "WIND1", mw=5.0)})
    data = MarketData.open(tmp_path)
    assert [gap.missing for gap in data.gaps()] == [2]
    publish(tmp_path, {"unit_power": rows("unit_power", stamps[[100, 101]], "WIND1", mw=5.0)})
    assert data.refresh()
    assert data.gaps() == ()


def test_gaps_become_work_to_fetch_by_feed_and_day(tmp_path: Path) -> None:
    stamps = stamps_between("2025-08-01", "2025-08-03")
    prices = [rows("price", np.delete(stamps, [100, 400]), region, rrp=5.0) for region in NEM.region_names]
    power = rows("unit_power", np.delete(stamps, [287]), "WIND1", mw=5.0)
    publish(tmp_path, {"price": pl.concat(prices), "unit_power": power})
    with MarketData.open(tmp_path) as data:
        work = work_for_gaps(data.gaps(), NEM)
    assert [(item.feed.name, item.day, len(item.stamps)) for item in work] == [
        # The stamp of midnight is in the file of the day that it ends.
        ("Unit output", "2025-08-01", 1),
        ("Dispatch results", "2025-08-01", 1),
        ("Dispatch results", "2025-08-02", 1),
    ]
    assert work[0].archive == "/Reports/ARCHIVE/Dispatch_SCADA/PUBLIC_DISPATCHSCADA_20250801.zip"


def test_a_half_hourly_table_that_holds_five_minute_rows_counts_each_with_its_own_cadence(
    tmp_path: Path,
) -> None:
    # As the price archive of the NEM: half hours to 2021-10-01 00:00, 5 minutes from then on.
    coarse = stamps_between("2021-09-30", "2021-10-01", 30)
    fine = stamps_between("2021-10-01", "2021-10-02", 5)
    stamps = np.concatenate([coarse, fine])
    minutes, unfit = row_cadences(stamps.astype(np.int64), np.zeros(len(stamps), np.int64), (30, 5))
    assert unfit == -1
    assert minutes.tolist() == [30] * 48 + [5] * 288
    lines = [f"{str(stamp).replace('T', ' ')}:00,SA1,400" for stamp in stamps]
    frame, said = drop(tmp_path, "time,region,price\n" + "\n".join(lines), cadences=(30, 5))
    assert any("holds two cadences: 288 rows of 5 min, 48 rows of 30 min" in text for text in said)
    publish(tmp_path / "d", {"price": frame})
    with MarketData.open(tmp_path / "d") as data:
        block = data.read("price", "2021-09-30", "2021-10-02", step=1440).pick("region", ["SA1"])
        # Two days of 24 hours above 300; counting every row as a half hour would make it 168 hours.
        assert block["minutes"].tolist() == [[1440, 1440]]
        grid = data.rollup("price_interval", "2021-09-30", "2021-10-02").pick("region", ["SA1"])
        assert (grid["rrp"] > 300).sum() * 5 / 60 == 48
        assert [gap for gap in data.gaps() if gap.series == "SA1"] == []


def test_a_fine_period_with_only_its_last_row_is_told_from_a_half_hour_by_its_neighbours() -> None:
    first, third = (
        stamps_between("2025-08-01", "2025-08-01T00:30"),
        stamps_between("2025-08-01T01:00", "2025-08-01T01:30"),
    )
    alone = np.array(["2025-08-01T01:00", "2025-08-01T03:00"], dtype="datetime64[m]")
    stamps = np.sort(np.concatenate([first, third, alone])).astype(np.int64)
    minutes, _ = row_cadences(stamps, np.zeros(len(stamps), np.int64), (30, 5))
    assert minutes.tolist() == [5] * 13 + [30]


def test_the_cadences_of_two_series_are_told_apart() -> None:
    stamps = np.concatenate(
        [stamps_between("2025-08-01", "2025-08-02", 30), stamps_between("2025-08-01", "2025-08-02")]
    )
    series = np.array([0] * 48 + [1] * 288)
    minutes, _ = row_cadences(stamps.astype(np.int64), series, (30, 5))
    assert minutes.tolist() == [30] * 48 + [5] * 288


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("time,region,price\n2025-08-01 00:05:00,SA1,1\nsoon,SA1,2\n", "row 3 has the time 'soon'"),
        ("time,region,price\n2025-08-01 00:05:00,SA1,cheap\n", "row 2 has 'cheap' in rrp, expected a number"),
        (
            "time,region,price\n2025-08-01 00:07:00,SA1,1\n",
            "row 2 has the time .*does not end an interval of 5",
        ),
        ("time,region,price\n2025-08-01 00:05:00,,1\n", "row 2 has no region"),
        (
            "time,region,cost\n2025-08-01 00:05:00,SA1,1\n",
            "has no column price; its columns are time, region, cost",
        ),
    ],
)
def test_what_is_wrong_in_a_drop_is_said_with_its_row(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InvalidData, match=said):
        drop(tmp_path, text)


def test_times_that_begin_their_interval_are_moved_and_reported(tmp_path: Path) -> None:
    frame, said = drop(tmp_path, "time,region,price\n2025-08-01 00:00:00,SA1,1\n", period="beginning")
    assert str(frame["stamp"][0]) == "2025-08-01 00:05:00"
    assert any("moved to its end" in text for text in said)


def test_times_with_a_zone_are_brought_to_the_markets_clock_and_reported(tmp_path: Path) -> None:
    path = tmp_path / "p.parquet"
    stamps = pl.Series(["2025-08-01T00:05:00"]).str.to_datetime(time_zone="UTC")
    pl.DataFrame({"settlementdate": stamps, "regionid": ["SA1"], "rrp": [1.0]}).write_parquet(path)
    frames, problems = read_drop(path, PRICES, NEM)
    assert str(frames["price"]["stamp"][0]) == "2025-08-01 10:05:00"
    assert any("zone UTC" in str(problem) for problem in problems)


def test_rows_without_a_value_are_left_out_and_reported(tmp_path: Path) -> None:
    frame, said = drop(tmp_path, "time,region,price\n2025-08-01 00:05:00,SA1,\n2025-08-01 00:10:00,SA1,3\n")
    assert frame["rrp"].to_list() == [3.0]
    assert said == ["drop.csv: 1 rows have no rrp and were left out, the first is row 2."]


def test_a_mapping_is_read_and_its_mistakes_are_all_named(tmp_path: Path) -> None:
    path = tmp_path / "drops.toml"
    path.write_text(
        '[[drops]]\npattern = "Prices*.csv"\ntable = "price"\nstamp = "t"\nseries = "r"\n'
        '[drops.values]\nrrp = "p"\n'
    )
    (found,) = read_mapping(path, NEM)
    assert find_drops(Path("prices_1.CSV"), [found]) == (found,)
    assert find_drops(Path("other.csv"), [found]) == ()
    path.write_text(
        '[[drops]]\npattern = "a"\ntable = "prize"\nstamp = "t"\n'
        '[[drops]]\npattern = "b"\ntable = "price"\nstamp = "t"\nseries = "r"\ncadences = [7]\n'
        '[drops.values]\nrp = "p"\n'
        '[[drops]]\npattern = "c"\ntable = "price"\nstamp = "t"\ncolour = "red"\n'
    )
    with pytest.raises(InvalidData) as caught:
        read_mapping(path, NEM)
    said = " ".join(str(problem) for problem in caught.value.problems)
    assert "drops[1]: table is 'prize'" in said
    assert "'rp' is not a column of price" in said
    assert "cadences [7]" in said
    assert "drops[3].colour is not known here" in said


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("time;region;price\n2025-08-01 00:05:00;NA;1.200,5\n\n2025-08-01 00:10:00;NA;7,25\n", "cp1252"),
        (
            "# \xfc\ntime\tregion\tprice\n2025-08-01 00:05:00\tNA\t1200.5\n2025-08-01 00:10:00\tNA\t7.25\n",
            "utf-16",
        ),
        (
            'time,region,price\r\n2025-08-01 00:05:00,NA,"1,200.5",,\r\n2025-08-01 00:10:00,NA,7.25\r\n',
            "utf-8",
        ),
    ],
)
def test_a_drop_is_read_however_its_text_is_written(tmp_path: Path, text: str, encoding: str) -> None:
    path = tmp_path / "drop.csv"
    path.write_bytes(text.encode(encoding))
    frames, _ = read_drop(path, Drop("*.csv", "price", "time", "region", values={"rrp": "price"}), NEM)

    assert frames["price"]["rrp"].to_list() == [1200.5, 7.25]
    assert set(frames["price"]["region"]) == {"NA"}


def test_rows_of_a_drop_are_named_by_their_lines(tmp_path: Path) -> None:
    with pytest.raises(InvalidData, match="row 5 has the time 'soon'"):
        drop(tmp_path, "# prices\n\ntime,region,price\n2025-08-01 00:05:00,SA1,1\nsoon,SA1,2\n")
    with pytest.raises(InvalidData, match="row 3 has 4 values"):
        drop(tmp_path, "time,region,price\n2025-08-01 00:05:00,SA1,1\n2025-08-01 00:10:00,SA1,1,200\n")


LINES = ["2025-08-20 18:05,SA1,5.5", "2025-08-20 18:10,SA1,6.5", "2025-08-20 18:15,SA1,7.5"]
PRICE_DROP = Drop("price*", "price", "time", "region", values={"rrp": "price"})
HEAD = "time,region,price"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("\n".join((HEAD, *LINES)).encode("utf-16"), id="UTF-16"),
        pytest.param("\r".join((HEAD, *LINES)).encode(), id="lines of old Macs"),
        pytest.param("\n".join(("sep=,", HEAD, *LINES)).encode(), id="sep"),
        pytest.param("\n".join(("Prices of the region", "", HEAD, *LINES)).encode(), id="title"),
        pytest.param("\n".join((HEAD, LINES[0], "", ",,", *LINES[1:])).encode(), id="blank rows"),
        pytest.param("\n".join((HEAD, LINES[0], HEAD, *LINES[1:])).encode(), id="header again"),
        pytest.param("\n".join((HEAD, *LINES, "Total,,19.5")).encode(), id="total"),
        pytest.param("\n".join((HEAD, *LINES, "Source: the market")).encode(), id="note"),
        pytest.param(
            "\n".join((HEAD + ',"a\nb"', *(f'{line},"x\ny"' for line in LINES))).encode(), id="lines in cells"
        ),
    ],
)
def test_every_row_of_a_drop_is_accounted_for_however_the_file_is_laid_out(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "prices.csv"
    path.write_bytes(content)
    found = read_file(path, NEM, [PRICE_DROP])

    found.check()
    assert found.frames["price"]["rrp"].to_list() == [5.5, 6.5, 7.5]


def test_a_row_that_is_lost_is_found_by_the_count_of_its_file(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    path.write_text("\n".join((HEAD, *LINES)), encoding="utf-8")
    found = read_file(path, NEM, [PRICE_DROP])
    lost = replace(found, frames={"price": found.frames["price"].head(2)})

    with pytest.raises(
        UnbalancedResult, match="the file gives 3, what was read and listed as left out gives 2"
    ):
        lost.check()


def test_words_that_say_that_nothing_is_known_are_missing_and_said(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    path.write_text(
        "\n".join((HEAD, *LINES, "2025-08-20 18:20,SA1,n/a", "2025-08-20 18:25,SA1,-")), encoding="utf-8"
    )
    found = read_file(path, NEM, [PRICE_DROP])

    found.check()
    assert found.frames["price"].height == 3
    assert [problem.message for problem in found.problems] == [
        "2 cells of rrp say 'n/a' or the like, the first in row 5: read as missing, not as 0.",
        "2 rows have no rrp and were left out, the first is row 5.",
    ]


def test_a_drop_without_rows_is_said(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    path.write_text(HEAD, encoding="utf-8")

    assert [problem.message for problem in read_file(path, NEM, [PRICE_DROP]).problems] == [
        "has no rows below its header; nothing was ingested from it."
    ]


def test_a_workbook_is_a_drop_where_a_mapping_fits_its_name(tmp_path: Path) -> None:
    pd.DataFrame([line.split(",") for line in LINES], columns=HEAD.split(",")).assign(
        time=lambda frame: pd.to_datetime(frame["time"]), price=lambda frame: frame["price"].astype(float)
    ).to_excel(tmp_path / "prices.xlsx", index=False)
    (tmp_path / "other.xlsx").write_bytes(b"x")

    assert find_files(tmp_path, [PRICE_DROP]) == [tmp_path / "prices.xlsx"]
    found = read_file(tmp_path / "prices.xlsx", NEM, [PRICE_DROP])
    assert found.frames["price"]["rrp"].to_list() == [5.5, 6.5, 7.5]
    assert str(found.frames["price"]["stamp"][0]) == "2025-08-20 18:05:00"


@pytest.mark.parametrize("cell", [[5.5], {"a": 5.5}, True])
def test_a_value_of_another_kind_is_named_by_its_row(tmp_path: Path, cell: object) -> None:
    frame = pd.DataFrame({"time": ["2025-08-20 18:05"], "region": ["SA1"], "price": [cell]})
    frame.to_parquet(tmp_path / "prices.parquet")

    with pytest.raises(InvalidData, match=r"prices.parquet: row 1 has .* in rrp, expected a number"):
        read_file(tmp_path / "prices.parquet", NEM, [PRICE_DROP])
