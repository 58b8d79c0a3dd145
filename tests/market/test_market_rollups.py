"""Every sum against a plain loop over the rows, and each trap of the field by its number."""

from __future__ import annotations

import contextlib
import dataclasses
import re
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from market.market_rows import publish, rows, stamps_between, with_changes
from workbench.errors import SettingError, UnreadableFile
from workbench.market.model.nem import NEM
from workbench.market.model.units import MarketUnit
from workbench.market.sample.market import make_sample_dataset
from workbench.market.store.reading import MarketData
from workbench.market.store.resolution import Subject
from workbench.market.store.rollups.files import Chunk, map_chunk, write_chunk

DAY = "2025-08-01"
NEXT = "2025-08-02"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> MarketData:
    folder = tmp_path_factory.mktemp("sample") / "nem"
    # Over the end of a month, so that a finished month and days of the newest one are both there.
    make_sample_dataset(folder, start="2025-07-29", days=6, units=24, description=NEM)
    return MarketData.open(folder)


def one_day(folder: Path, **frames: pl.DataFrame) -> MarketData:
    publish(folder, frames)
    return MarketData.open(folder)


def energy_by_hand(data: MarketData, start: str, end: str) -> dict[str, list[float]]:
    """Energy and money of each unit, row by row: MW x h, and MW x RRP x h where its region has a price."""
    price = {(stamp, region): rrp for stamp, region, rrp, *_ in data.rows("price", start, end).iter_rows()}
    found = {unit.name: [0.0, 0.0, 0.0, 0.0] for unit in data.units}
    for stamp, name, mw, minutes, _ in data.rows("unit_power", start, end).iter_rows():
        unit = data.units[data.units.position(name)]
        mwh = (-mw if unit.kind == "load" else mw) * minutes / 60
        rrp = price.get((stamp, unit.region), 0.0)
        side = 0 if mwh > 0 else 1
        found[name][side] += abs(mwh)
        found[name][2 + side] += abs(mwh) * rrp
    return found


def test_energy_and_revenue_equal_a_loop_over_the_raw_rows(sample: MarketData) -> None:
    start, end = "2025-07-30", "2025-08-02"
    by_hand = energy_by_hand(sample, start, end)
    block = sample.read("unit", start, end)
    for at, column in enumerate(("out_mwh", "in_mwh", "out_revenue", "in_cost")):
        expected = [by_hand[name][at] for name in sample.units.names]
        np.testing.assert_allclose(block[column][:, 0], expected, rtol=1e-9, atol=1e-9)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=st.integers(0, 6 * 288 - 2),
    length=st.integers(1, 3 * 288),
    subject=st.sampled_from(list(Subject)),
    grid=st.sampled_from([5, 30, 1440]),
)
def test_totals_agree_between_resolutions_on_any_range(
    sample: MarketData, first: int, length: int, subject: Subject, grid: int
) -> None:
    begin = sample.first + np.timedelta64(first * 5 // grid * grid, "m")
    end = begin + np.timedelta64(max(grid, length * 5 // grid * grid), "m")
    whole = sample.read(subject, begin, end)
    fine = sample.read(subject, begin, end, step=5)
    assert fine.source in ("raw", "price_interval")
    for column in whole.columns:
        if column in ("low", "high"):
            total = (np.fmin if column == "low" else np.fmax).reduce(fine[column], axis=-1)
        else:
            total = fine[column].sum(axis=-1)
        np.testing.assert_allclose(whole[column][..., 0], total, rtol=1e-9, atol=1e-6, err_msg=column)


def test_regions_and_fuels_add_up_to_the_units_and_the_rooftop_of_the_regions(sample: MarketData) -> None:
    start, end = "2025-07-30", "2025-08-03"
    fuels = sample.read("region_fuel", start, end)
    units, roofs = sample.read("unit", start, end), sample.read("rooftop", start, end)
    parents = roofs.pick("area", sample.description.region_names)["mwh"].sum()
    for column in ("out_mwh", "in_mwh", "out_revenue"):
        roof = {"out_mwh": parents, "in_mwh": 0.0}.get(column)
        at = sample.description.fuel_names.index("Rooftop Solar")
        if roof is None:
            roof = fuels[column][:, at].sum()
        assert fuels[column].sum() == pytest.approx(units[column].sum() + roof)
    assert parents > 0


def test_rooftop_of_sub_regions_is_not_added_to_their_parents(tmp_path: Path) -> None:
    stamps = stamps_between(DAY, NEXT, 30)
    parts = {"QLD1": 100.0, "QLDN": 40.0, "QLDC": 35.0, "QLDS": 25.0}
    frames = [rows("rooftop", stamps, area, minutes=30, mw=mw) for area, mw in parts.items()]
    data = one_day(tmp_path / "d", rooftop=pl.concat(frames))
    fuels = data.read("region_fuel", DAY, NEXT)
    assert fuels["out_mwh"].sum() == pytest.approx(100.0 * 24)
    areas = data.read("rooftop", DAY, NEXT)
    assert areas.pick("area", ["QLDN"])["mwh"][0, 0] == pytest.approx(40.0 * 24)


def test_battery_flows_are_split_before_they_are_added_up(tmp_path: Path) -> None:
    stamps = stamps_between(DAY, "2025-08-01T00:30")
    power = rows("unit_power", stamps, "BATT1", mw=[60.0, -60.0, 60.0, -60.0, 60.0, -60.0])
    price = rows("price", stamps, "SA1", rrp=[100.0, 10.0, 100.0, 10.0, 100.0, 10.0])
    data = one_day(tmp_path / "d", unit_power=power, price=price)
    block = data.rollup("unit", DAY, "2025-08-01T00:30").pick("unit", ["BATT1"])
    # Net of the half hour: nothing. Three intervals of 60 MW each way are 15 MWh in and 15 MWh out.
    assert block["out_mwh"][0, 0] == pytest.approx(15.0)
    assert block["in_mwh"][0, 0] == pytest.approx(15.0)
    assert block["out_revenue"][0, 0] == pytest.approx(1500.0)
    assert block["in_cost"][0, 0] == pytest.approx(150.0)


def test_the_consumption_of_load_units_counts_as_consumption(tmp_path: Path) -> None:
    stamps = stamps_between(DAY, NEXT)
    data = one_day(tmp_path / "d", unit_power=rows("unit_power", stamps, "PUMP1", mw=240.0))
    block = data.read("unit", DAY, NEXT).pick("unit", ["PUMP1"])
    assert (block["out_mwh"][0, 0], block["in_mwh"][0, 0]) == (0.0, pytest.approx(240.0 * 24))


def test_a_region_without_a_price_gets_no_other_regions_price(tmp_path: Path) -> None:
    stamps = stamps_between(DAY, NEXT)
    power = pl.concat([rows("unit_power", stamps, unit, mw=100.0) for unit in ("COAL1", "WIND1")])
    data = one_day(tmp_path / "d", unit_power=power, price=rows("price", stamps, "NSW1", rrp=50.0))
    block = data.read("unit", DAY, NEXT)
    priced = dict(zip(data.units.names, block["out_priced_mwh"][:, 0].tolist(), strict=True))
    money = dict(zip(data.units.names, block["out_revenue"][:, 0].tolist(), strict=True))
    assert priced["COAL1"] == pytest.approx(2400.0)
    assert money["COAL1"] == pytest.approx(120_000.0)
    assert (priced["WIND1"], money["WIND1"]) == (0.0, 0.0)
    assert block["out_mwh"][data.units.position("WIND1"), 0] == pytest.approx(2400.0)


def test_a_half_hourly_reading_takes_the_mean_of_the_six_prices_inside_it(tmp_path: Path) -> None:
    end = "2025-08-01T00:30"
    power = rows("unit_power", [end], "WIND1", minutes=30, mw=[120.0])
    price = rows("price", stamps_between(DAY, end), "SA1", rrp=[10.0, 20.0, 30.0, 40.0, 50.0, 90.0])
    data = one_day(tmp_path / "d", unit_power=power, price=price)
    block = data.rollup("unit", DAY, end).pick("unit", ["WIND1"])
    assert block["out_mwh"][0, 0] == pytest.approx(60.0)
    assert block["out_revenue"][0, 0] == pytest.approx(60.0 * 40.0)
    fine = data.read("unit", DAY, end, step=5, series=["WIND1"])
    np.testing.assert_allclose(fine["out_mwh"][0], 10.0)
    assert fine["out_revenue"].sum() == pytest.approx(2400.0)


def test_a_half_hourly_reading_with_a_price_missing_inside_it_has_no_revenue(tmp_path: Path) -> None:
    end = "2025-08-01T00:30"
    power = rows("unit_power", [end], "WIND1", minutes=30, mw=[120.0])
    data = one_day(
        tmp_path / "d", unit_power=power, price=rows("price", stamps_between(DAY, end)[1:], "SA1", rrp=40.0)
    )
    for step in (None, 5):
        block = data.read("unit", DAY, end, step=step, series=["WIND1"])
        assert block["out_mwh"].sum() == pytest.approx(60.0)
        assert block["out_priced_mwh"].sum() == 0.0


def test_half_hourly_prices_price_five_minute_output(tmp_path: Path) -> None:
    end = "2025-08-01T00:30"
    power = rows("unit_power", stamps_between(DAY, end), "WIND1", mw=[0.0, 0.0, 0.0, 60.0, 60.0, 60.0])
    data = one_day(
        tmp_path / "d", unit_power=power, price=rows("price", [end], "SA1", minutes=30, rrp=[80.0])
    )
    block = data.rollup("unit", DAY, end).pick("unit", ["WIND1"])
    assert block["out_revenue"][0, 0] == pytest.approx(15.0 * 80.0)
    grid = data.rollup("price_interval", DAY, end).pick("region", ["SA1"])
    assert grid["rrp"].tolist() == [[80.0] * 6]
    assert grid["cadence"].tolist() == [[30] * 6]


def test_a_table_of_two_cadences_counts_each_moment_once(tmp_path: Path) -> None:
    # Half hours until 01:00, 5 minutes after; and for 00:30 to 01:00 both, as some archives have it.
    coarse = rows("unit_power", ["2025-08-01T00:30", "2025-08-01T01:00"], "WIND1", minutes=30, mw=100.0)
    fine = rows("unit_power", stamps_between("2025-08-01T00:30", "2025-08-01T02:00"), "WIND1", mw=100.0)
    data = one_day(tmp_path / "d", unit_power=pl.concat([coarse, fine]))
    for step in (None, 30, 5):
        block = data.read("unit", DAY, "2025-08-01T02:00", step=step, series=["WIND1"])
        assert block["out_mwh"].sum() == pytest.approx(200.0)
        assert block["minutes"].sum() == 120


def test_the_coarse_reading_counts_where_the_fine_ones_have_a_hole(tmp_path: Path) -> None:
    end = "2025-08-01T00:30"
    coarse = rows("unit_power", [end], "WIND1", minutes=30, mw=[100.0])
    fine = rows("unit_power", stamps_between(DAY, end)[:4], "WIND1", mw=70.0)
    data = one_day(tmp_path / "d", unit_power=pl.concat([coarse, fine]))
    block = data.read("unit", DAY, end, series=["WIND1"])
    assert block["out_mwh"][0, 0] == pytest.approx(50.0)
    assert block["minutes"][0, 0] == 30


def test_midnight_belongs_to_the_day_and_the_month_that_it_ends(tmp_path: Path) -> None:
    stamps = ["2025-07-31T23:55", "2025-08-01T00:00", "2025-08-01T00:05"]
    data = one_day(tmp_path / "d", unit_power=rows("unit_power", stamps, "WIND1", mw=[12.0, 24.0, 48.0]))
    days = data.read("unit", "2025-07-31", "2025-08-02", step=1440, series=["WIND1"])
    np.testing.assert_allclose(days["out_mwh"][0], [3.0, 4.0])
    months = data.read("unit", "2025-07-01", "2025-09-01", step=1440, series=["WIND1"]).over(
        ["2025-07-01", "2025-08-01", "2025-09-01"]
    )
    np.testing.assert_allclose(months["out_mwh"][0], [3.0, 4.0])
    assert sorted(path.name[:10] for path in data.raw_files("unit_power")) == ["2025-07-v0", "2025-08-01"]


def test_prices_keep_their_sum_their_extremes_and_their_negative_minutes(tmp_path: Path) -> None:
    stamps = stamps_between(DAY, "2025-08-01T01:00")
    rrp = [-10.0, 0.0, 5.0, 20300.0, 40.0, 25.0, -1.0, -2.0, -3.0, -4.0, -5.0, -1000.0]
    data = one_day(tmp_path / "d", price=rows("price", stamps, "NSW1", rrp=rrp))
    block = data.read("price", DAY, "2025-08-01T01:00", step=30).pick("region", ["NSW1"])
    np.testing.assert_allclose(
        block["rrp_minutes"][0] / block["minutes"][0], [sum(rrp[:6]) / 6, sum(rrp[6:]) / 6]
    )
    assert block["negative_minutes"].tolist() == [[5, 30]]
    assert block["low"].tolist() == [[-10.0, -1000.0]]
    assert block["high"].tolist() == [[20300.0, -1.0]]
    whole = data.read("price", DAY, "2025-08-01T01:00").pick("region", ["NSW1"])
    assert (whole["low"][0, 0], whole["high"][0, 0]) == (-1000.0, 20300.0)


def flows(tmp_path: Path, import_limit: float, *, negative: bool) -> MarketData:
    frame = rows(
        "flow",
        stamps_between(DAY, "2025-08-01T00:30"),
        "V-SA",
        flow=[100.0, -100.0, 50.0, -200.0, 0.0, 300.0],
        target=[100.0, -100.0, 50.0, -200.0, 0.0, 300.0],
        losses=1.2,
        export_limit=300.0,
        import_limit=import_limit,
    )
    description = with_changes(import_limits_negative=negative)
    publish(tmp_path / "d", {"flow": frame}, description=description)
    return MarketData.open(tmp_path / "d")


@pytest.mark.parametrize(("limit", "negative"), [(-200.0, True), (200.0, False)])
def test_flows_are_kept_by_direction_and_both_limits_bind_in_theirs(
    tmp_path: Path, limit: float, negative: bool
) -> None:
    data = flows(tmp_path, limit, negative=negative)
    block = data.rollup("flow", DAY, "2025-08-01T00:30").pick("interconnector", ["V-SA"])
    assert block["forward_mwh"][0, 0] == pytest.approx(450 / 12)
    assert block["backward_mwh"][0, 0] == pytest.approx(300 / 12)
    assert block["losses_mwh"][0, 0] == pytest.approx(0.6)
    assert block["import_limit_mwh"][0, 0] == pytest.approx(-100.0)
    assert block["export_limit_mwh"][0, 0] == pytest.approx(150.0)
    assert block["export_bound_minutes"][0, 0] == 5
    assert block["import_bound_minutes"][0, 0] == 5


def test_curtailment_is_what_was_available_and_not_cleared_with_the_part_below_nothing(
    tmp_path: Path,
) -> None:
    stamps = stamps_between(DAY, "2025-08-01T00:30")
    region = rows(
        "region",
        stamps,
        "SA1",
        demand=1200.0,
        solar_uigf=120.0,
        solar_cleared=[120.0, 60.0, 60.0, 120.0, 120.0, None],
    )
    price = rows("price", stamps, "SA1", rrp=[30.0, -20.0, 30.0, -5.0, 30.0, -9.0])
    data = one_day(tmp_path / "d", region=region, price=price)
    block = data.rollup("region", DAY, "2025-08-01T00:30").pick("region", ["SA1"])
    assert block["solar_uigf_mwh"][0, 0] - block["solar_cleared_mwh"][0, 0] == pytest.approx(10.0)
    assert block["solar_negative_mwh"][0, 0] == pytest.approx(5.0)
    assert block["uigf_minutes"][0, 0] == 25
    assert block["demand_mwh"][0, 0] == pytest.approx(600.0)
    assert block["demand_cost"][0, 0] == pytest.approx(100.0 * (30 - 20 + 30 - 5 + 30 - 9))


def test_unknown_units_are_kept_under_unknown_and_priced_by_no_region(tmp_path: Path) -> None:
    stamps = stamps_between(DAY, NEXT)
    report = publish(
        tmp_path / "d",
        {
            "unit_power": rows("unit_power", stamps, "NEW1", mw=10.0),
            "price": rows("price", stamps, "NSW1", rrp=50.0),
        },
    )
    assert report.unknown_units == ("NEW1",)
    data = MarketData.open(tmp_path / "d")
    block = data.read("region_fuel", DAY, NEXT).pick("region", ["Unknown"]).pick("fuel", ["Unknown"])
    assert block["out_mwh"][0, 0, 0] == pytest.approx(240.0)
    assert block["out_priced_mwh"][0, 0, 0] == 0.0
    assert data.units.unknown == ("NEW1",)


def test_a_unit_that_is_registered_later_moves_to_its_fuel_with_all_its_history(tmp_path: Path) -> None:
    stamps = stamps_between(DAY, NEXT)
    frames = {
        "unit_power": rows("unit_power", stamps, "NEW1", mw=10.0),
        "price": rows("price", stamps, "SA1", rrp=50.0),
    }
    publish(tmp_path / "d", frames)
    report = publish(tmp_path / "d", {}, register=(MarketUnit("NEW1", "New", "SA1", "Wind"),))
    assert report.new
    data = MarketData.open(tmp_path / "d")
    block = data.read("region_fuel", DAY, NEXT).pick("region", ["SA1"]).pick("fuel", ["Wind"])
    assert block["out_mwh"][0, 0, 0] == pytest.approx(240.0)
    assert block["out_revenue"][0, 0, 0] == pytest.approx(12_000.0)
    assert data.units.unknown == ()


def test_a_market_of_quarter_hours_and_hourly_roll_ups_works_by_its_description(tmp_path: Path) -> None:
    description = with_changes(
        interval_minutes=15, bucket_minutes=60, cadences={"unit_power": (15,), "price": (15,)}
    )
    stamps = stamps_between(DAY, NEXT, 15)
    frames = {
        "unit_power": rows("unit_power", stamps, "WIND1", minutes=15, mw=100.0),
        "price": rows("price", stamps, "SA1", minutes=15, rrp=50.0),
    }
    publish(tmp_path / "d", frames, description=description)
    data = MarketData.open(tmp_path / "d")
    assert data.read("unit", DAY, NEXT, step=60, series=["WIND1"])["out_mwh"].tolist() == [[100.0] * 24]
    assert data.read("unit", DAY, NEXT, step=15, series=["WIND1"])["out_revenue"].sum() == pytest.approx(
        120_000.0
    )
    assert data.gaps() == tuple(gap for gap in data.gaps() if gap.series not in ("", "SA1"))


@pytest.mark.parametrize(
    ("start", "end", "step", "source"),
    [
        ("2025-07-30", "2025-08-01", None, "unit_day"),
        ("2025-07-30", "2025-08-01", 1440, "unit_day"),
        ("2025-07-30", "2025-08-01", 60, "unit"),
        ("2025-07-30T10:30", "2025-08-01", None, "unit"),
        ("2025-07-30T10:05", "2025-08-01", None, "raw"),
        ("2025-07-30", "2025-07-30T02:00", 10, "raw"),
    ],
)
def test_the_coarsest_roll_up_that_answers_exactly_is_taken(
    sample: MarketData, start: str, end: str, step: int | None, source: str
) -> None:
    assert sample.read("unit", start, end, step=step).source == source


def test_hours_end_on_the_clock_even_where_the_range_begins_between(sample: MarketData) -> None:
    block = sample.read("unit", "2025-07-30T10:30", "2025-07-30T13:00", step=60)
    assert [str(stamp)[-5:] for stamp in block.stamps] == ["11:00", "12:00", "13:00"]


@pytest.mark.parametrize(
    ("start", "end", "step"),
    [
        ("2025-07-30", "2025-07-30", None),
        ("2025-07-30T00:03", "2025-07-31", None),
        ("2025-07-30", "2025-07-31", 7),
        ("2025-07-30", "2025-07-31", 1),
        ("yesterday", "2025-07-31", None),
    ],
)
def test_a_range_or_step_that_does_not_fit_is_refused(
    sample: MarketData, start: str, end: str, step: int | None
) -> None:
    with pytest.raises(SettingError):
        sample.read("unit", start, end, step=step)


def test_a_series_or_column_that_is_not_there_is_named(sample: MarketData) -> None:
    with pytest.raises(SettingError, match="There is no unit 'NOPE'"):
        sample.read("unit", "2025-07-30", "2025-07-31", series=["NOPE"])
    with pytest.raises(KeyError, match="unit has no column 'mwh'"):
        sample.read("unit", "2025-07-30", "2025-07-31", columns=["mwh"])


def test_some_series_are_the_same_as_those_of_all(sample: MarketData) -> None:
    chosen = sample.units.names[3:7]
    for step in (5, 30, 1440):
        some = sample.read("unit", "2025-07-30", "2025-08-02", step=step, series=chosen)
        every = sample.read("unit", "2025-07-30", "2025-08-02", step=step).pick("unit", chosen)
        for column in some.columns:
            np.testing.assert_allclose(some[column], every[column], rtol=1e-12, err_msg=f"{step} {column}")
    region = sample.read("region_fuel", "2025-07-30", "2025-07-31", step=5, series=["SA1"])
    every = sample.read("region_fuel", "2025-07-30", "2025-07-31", step=5).pick("region", ["SA1"])
    np.testing.assert_allclose(region["out_revenue"], every["out_revenue"], rtol=1e-12)


def test_a_changed_description_rebuilds_what_depends_on_it(tmp_path: Path) -> None:
    data = flows(tmp_path, -200.0, negative=True)
    path = tmp_path / "d" / "market.toml"
    changed = dataclasses.replace(data.description, import_limits_negative=False)
    path.write_text(changed.to_toml())
    assert publish(tmp_path / "d", {}).new
    assert data.refresh()
    block = data.rollup("flow", DAY, "2025-08-01T00:30").pick("interconnector", ["V-SA"])
    assert block["import_limit_mwh"][0, 0] == pytest.approx(100.0)


def test_a_roll_up_with_a_damaged_name_of_a_column_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "flow.arrow"
    columns = {"export": np.ones((2, 3)), "bound": np.zeros((2, 3), np.int32)}
    write_chunk(path, Chunk(0, 5, columns), {"export": "MWh", "bound": "min"})
    assert list(map_chunk(path).columns) == ["export", "bound"]
    content = path.read_bytes()
    places = [found.start() for found in re.finditer(b"bound", content)]
    assert len(places) >= 2
    for place in places:
        path.write_bytes(content[:place] + b"B" + content[place + 1 :])
        with contextlib.suppress(UnreadableFile):
            # The end of the file may hold the schema once more, which nobody looks at.
            assert list(map_chunk(path).columns) == ["export", "bound"]
