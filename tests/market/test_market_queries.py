"""Every query beside plain pandas on the raw rows of a small dataset."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from market.market_made_datasets import generated, raw
from workbench.market import queries
from workbench.market.model.answer import Answer
from workbench.market.model.market_time import to_minutes
from workbench.market.model.period import Period, Resolution
from workbench.market.queries import By
from workbench.market.store.reading import MarketData

NOW, EARLIER = ("2025-07-01", "2025-07-04"), ("2024-07-02", "2024-07-05")
PERIOD = Period(*NOW)
REGIONS = ("NSW1", "QLD1", "VIC1", "SA1", "TAS1")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MarketData]:
    folder = generated(tmp_path_factory.mktemp("market") / "nem", EARLIER, NOW)
    with MarketData.open(folder) as opened:
        yield opened


@pytest.fixture(scope="module")
def units(data: MarketData) -> pd.DataFrame:
    """Raw unit rows with the facts of the unit, the price of its own region, and the flows split."""
    frame = raw(data, "unit_power")
    facts = pd.DataFrame(
        {
            "unit": data.units.names,
            "station": data.units.stations,
            "region": data.units.regions,
            "fuel": data.units.fuels,
            "kind": [str(unit.kind) for unit in data.units],
            "capacity": data.units.capacity_mw,
            "storage": data.units.storage_mwh,
        }
    )
    frame = frame.merge(facts, on="unit").merge(
        raw(data, "price")[["stamp", "region", "rrp", "minutes"]],
        on=["stamp", "region", "minutes"],
        how="left",
    )
    net = np.where(frame.kind == "load", -frame.mw, frame.mw)
    frame["out"], frame["taken"] = np.maximum(net, 0) * frame.hours, np.maximum(-net, 0) * frame.hours
    frame["earned"], frame["paid"] = frame.out * frame.rrp, frame.taken * frame.rrp
    return frame


def within(frame: pd.DataFrame, period: Period = PERIOD) -> pd.DataFrame:
    return frame[(frame.stamp > pd.Timestamp(period.begin)) & (frame.stamp <= pd.Timestamp(period.end))]


def of(answer: Answer, key: str, value: str) -> dict[str, float]:
    return dict(zip(answer[key].tolist(), answer[value].tolist(), strict=True))


def test_energy_revenue_and_price_of_each_fuel(data, units):
    rows = within(units)
    answer = queries.fuel_totals(data, PERIOD)
    energy, money, price = (of(answer, "Fuel", name) for name in ("Energy", "Revenue", "Capture price"))
    for fuel, group in rows.groupby("fuel"):
        if group.out.sum() > 0:
            assert energy[fuel] == pytest.approx(group.out.sum() / 1000)
            assert money[fuel] == pytest.approx(group.earned.sum())
            assert price[fuel] == pytest.approx(group.earned.sum() / group.out.sum())
    roofs = within(raw(data, "rooftop"))
    parents = roofs[roofs.region.isin(REGIONS)]
    assert energy["Rooftop Solar"] == pytest.approx((parents.mw * parents.hours).sum() / 1000)


def test_shares_add_up_without_storage(data):
    answer = queries.fuel_totals(data, PERIOD)
    assert np.nansum(answer["Share"]) == pytest.approx(100)
    assert np.isnan(of(answer, "Fuel", "Share")["Battery Storage"])


def test_capacity_factors_count_what_is_covered(data, units):
    rows = within(units)
    coal = rows[rows.fuel == "Coal"]
    running = coal.groupby("unit").agg(out=("out", "sum"), capacity=("capacity", "first"))
    running = running[running.out > 0]
    expected = 100 * running.out.sum() / (running.capacity.sum() * 72)
    factor = of(queries.fuel_totals(data, PERIOD), "Fuel", "Capacity factor")["Coal"]
    assert factor == pytest.approx(expected)


@pytest.mark.parametrize("resolution", [Resolution.FIVE_MINUTES, Resolution.HALF_HOUR, Resolution.DAY])
def test_generation_is_the_mean_power_of_each_bin(data, units, resolution):
    answer = queries.generation(data, PERIOD, region="NSW1", resolution=resolution)
    rows = within(units)
    wind = rows[(rows.region == "NSW1") & (rows.fuel == "Wind")]
    begins = wind.stamp - pd.to_timedelta(wind.minutes, "min")
    hours = resolution.minutes / 60
    expected = wind.out.groupby(begins.dt.floor(f"{resolution.minutes}min")).sum() / hours
    assert answer["Wind"] == pytest.approx(expected.to_numpy())
    assert (answer["Begin"] == expected.index.to_numpy().astype("datetime64[m]")).all()


def test_demand_and_net_imports_of_a_region(data):
    answer = queries.generation(data, PERIOD, region="VIC1", resolution=Resolution.HOUR)
    demand = within(raw(data, "region")).query("region == 'VIC1'")
    hour = (demand.stamp - pd.Timedelta(minutes=5)).dt.floor("h")
    assert answer["Demand"] == pytest.approx(demand.demand.groupby(hour).mean().to_numpy())
    flows = within(raw(data, "flow")).pivot_table("flow", "stamp", "interconnector")
    net = flows["T-V-MNSP1"] - flows["VIC1-NSW1"] - flows["V-SA"] - flows["V-S-MNSP1"]
    hours = (net.index - pd.Timedelta(minutes=5)).floor("h")
    assert answer["Net imports"] == pytest.approx(net.groupby(hours).mean().to_numpy())


def test_revenue_by_every_key(data, units):
    rows = within(units)
    for by, key in ((By.FUEL, "fuel"), (By.REGION, "region"), (By.STATION, "station"), (By.UNIT, "unit")):
        answer = queries.revenue_by(data, PERIOD, by)
        sums = rows.groupby(key)[["out", "earned", "paid"]].sum()
        money, net = of(answer, by.capitalize(), "Revenue"), of(answer, by.capitalize(), "Net")
        for name, row in sums.iterrows():
            if row.out > 0:
                assert money[name] == pytest.approx(row.earned)
                assert net[name] == pytest.approx(row.earned - row.paid)
        assert (np.diff(answer["Revenue"]) <= 0).all()


def test_revenue_only_of_a_region_and_a_fuel(data, units):
    rows = within(units).query("region == 'SA1' and fuel == 'Wind'")
    answer = queries.revenue_by(data, PERIOD, By.UNIT, region="SA1", fuel="Wind")
    assert answer["Revenue"].sum() == pytest.approx(rows.earned.sum())


def test_batteries_are_one_row_per_station(data, units):
    rows = within(units).query("fuel == 'Battery Storage'")
    answer = queries.batteries(data, PERIOD)
    sums = rows.groupby("station")[["out", "taken", "earned", "paid"]].sum()
    for station, row in sums.iterrows():
        if row.out > 0 and row.taken > 0:
            assert of(answer, "Station", "Discharged")[station] == pytest.approx(row.out)
            assert of(answer, "Station", "Charged")[station] == pytest.approx(row.taken)
            spread = row.earned / row.out - row.paid / row.taken
            assert of(answer, "Station", "Spread")[station] == pytest.approx(spread)
            assert of(answer, "Station", "Net revenue")[station] == pytest.approx(row.earned - row.paid)
            held = data.units.storage_mwh[data.units.stations.index(station)]
            assert of(answer, "Station", "Cycles")[station] == pytest.approx(row.out / held)


def test_battery_power_by_hour_is_split_before_it_is_averaged(data, units):
    rows = within(units).query("fuel == 'Battery Storage'")
    hour = (rows.stamp - pd.Timedelta(minutes=5)).dt.hour
    answer = queries.batteries_by_hour(data, PERIOD)
    assert answer["Discharge"] == pytest.approx(rows.out.groupby(hour).sum().to_numpy() / 3)
    assert answer["Charge"] == pytest.approx(-rows.taken.groupby(hour).sum().to_numpy() / 3)
    power = queries.battery_power(data, PERIOD, resolution=Resolution.DAY)
    assert power["Discharge"].sum() * 24 == pytest.approx(rows.out.sum())


def test_prices_and_their_statistics(data):
    rows = within(raw(data, "price"))
    table = rows.pivot_table("rrp", "stamp", "region")
    fine = queries.prices(data, PERIOD, resolution=Resolution.FIVE_MINUTES)
    coarse = queries.prices(data, PERIOD, resolution=Resolution.HOUR)
    statistics = queries.price_statistics(data, PERIOD)
    hours = (table.index - pd.Timedelta(minutes=5)).floor("h")
    load = within(raw(data, "region")).merge(rows[["stamp", "region", "rrp"]], on=["stamp", "region"])
    for region in REGIONS:
        assert fine[region] == pytest.approx(table[region].to_numpy())
        assert coarse[region] == pytest.approx(table[region].groupby(hours).mean().to_numpy())
        assert of(statistics, "Region", "Mean")[region] == pytest.approx(table[region].mean())
        assert of(statistics, "Region", "Highest")[region] == table[region].max()
        assert of(statistics, "Region", "Median")[region] == pytest.approx(table[region].median())
        assert of(statistics, "Region", "Below 0")[region] == pytest.approx((table[region] < 0).sum() / 12)
        own = load[load.region == region]
        weighted = (own.rrp * own.demand).sum() / own.demand.sum()
        assert of(statistics, "Region", "Load-weighted")[region] == pytest.approx(weighted)


def test_prices_by_hour_bands_and_duration(data):
    table = within(raw(data, "price")).pivot_table("rrp", "stamp", "region")
    hour = (table.index - pd.Timedelta(minutes=5)).hour
    by_hour, bands = queries.prices_by_hour(data, PERIOD), queries.price_bands(data, PERIOD)
    duration = queries.price_duration(data, PERIOD)
    for region in REGIONS:
        assert by_hour[region] == pytest.approx(table[region].groupby(hour).mean().to_numpy())
        rows = bands.rows(bands["Region"] == region)
        cut = pd.cut(table[region], [-np.inf, 0, 50, 100, 300, 1000, np.inf], right=False)
        assert rows["Time"] == pytest.approx(cut.value_counts(sort=False).to_numpy() / 12)
        assert rows["Contribution"].sum() == pytest.approx(table[region].mean())
        assert duration[region][0] == table[region].max()
        assert duration[region][-1] == table[region].min()
        assert (np.diff(duration[region]) <= 0).all()


def test_high_price_events_are_the_runs_of_the_raw_prices(data):
    table = within(raw(data, "price")).pivot_table("rrp", "stamp", "region")
    answer = queries.price_events(data, PERIOD, threshold=100.0)
    total = sum((table[region] >= 100).sum() for region in REGIONS) * 5
    assert answer["Duration"].sum() == total
    high = table["SA1"] >= 100
    runs = (high & ~high.shift(fill_value=False)).sum()
    assert len(queries.price_events(data, PERIOD, region="SA1", threshold=100.0)) == runs
    assert (np.diff(answer["Duration"]) <= 0).all()


def test_flows_and_limits(data):
    rows = within(raw(data, "flow"))
    answer = queries.flow_totals(data, PERIOD)
    for name, group in rows.groupby("interconnector"):
        forward = (group.flow.clip(lower=0) * group.hours).sum() / 1000
        assert of(answer, "Interconnector", "Forward")[name] == pytest.approx(forward)
        assert of(answer, "Interconnector", "Net")[name] == pytest.approx(
            (group.flow * group.hours).sum() / 1000
        )
    series = queries.interconnector_flow(data, PERIOD, "V-SA", resolution=Resolution.DAY)
    own = rows[rows.interconnector == "V-SA"]
    day = (own.stamp - pd.Timedelta(minutes=5)).dt.floor("D")
    assert series["Flow"] == pytest.approx(own.flow.groupby(day).mean().to_numpy())
    assert series["Import limit"] == pytest.approx(own.import_limit.groupby(day).mean().to_numpy())
    assert (series["Import limit"] < 0).all()


def test_net_imports_cancel_out_over_the_regions(data):
    answer = queries.net_imports_by_region(data, PERIOD, resolution=Resolution.HALF_HOUR)
    assert sum(answer[region] for region in REGIONS) == pytest.approx(0, abs=1e-6)


def test_rooftop_counts_regions_and_not_their_parts(data):
    rows = within(raw(data, "rooftop"))
    assert {"QLDN", "TASN"} & set(rows.region)
    answer = queries.rooftop_totals(data, PERIOD)
    for region in REGIONS:
        own = rows[rows.region == region]
        assert of(answer, "Region", "Rooftop solar")[region] == pytest.approx(
            (own.mw * own.hours).sum() / 1000
        )
    series = queries.rooftop(data, PERIOD, resolution=Resolution.HALF_HOUR)
    assert series["QLD1"] == pytest.approx(rows[rows.region == "QLD1"].sort_values("stamp").mw.to_numpy())


def test_curtailment_is_uigf_less_cleared_and_economic_at_negative_prices(data):
    rows = within(raw(data, "region")).merge(
        raw(data, "price")[["stamp", "region", "rrp"]], on=["stamp", "region"]
    )
    answer = queries.curtailment_totals(data, PERIOD)
    wind = answer.rows(answer["Source"] == "Wind")
    for region in REGIONS:
        own = rows[rows.region == region]
        lost = (own.wind_uigf - own.wind_cleared) * own.hours / 1000
        assert of(wind, "Region", "Curtailed")[region] == pytest.approx(lost.sum())
        assert of(wind, "Region", "Economic")[region] == pytest.approx(lost[own.rrp < 0].sum())
    series = queries.curtailment(data, PERIOD, region="SA1", resolution=Resolution.DAY)
    own = rows[rows.region == "SA1"]
    assert series["Solar curtailed"].sum() * 24 == pytest.approx(
        ((own.solar_uigf - own.solar_cleared) * own.hours).sum()
    )


def test_a_station_and_its_units(data, units):
    rows = within(units)
    station = data.units.stations[0]
    own = rows[rows.station == station]
    table = queries.station_units(data, PERIOD, station.upper())
    for unit, group in own.groupby("unit"):
        assert of(table, "Unit", "Energy")[unit] == pytest.approx(group.out.sum())
        assert of(table, "Unit", "Revenue")[unit] == pytest.approx(group.earned.sum())
        factor = 100 * group.out.sum() / (group.capacity.iloc[0] * 72)
        assert of(table, "Unit", "Capacity factor")[unit] == pytest.approx(factor)
    series = queries.station_series(data, PERIOD, station, resolution=Resolution.HALF_HOUR)
    unit, group = next(iter(own.groupby("unit")))
    half = (group.stamp - pd.Timedelta(minutes=5)).dt.floor("30min")
    assert series[unit] == pytest.approx(((group.out - group.taken).groupby(half).sum() * 2).to_numpy())


def test_stations_are_found_by_parts_of_their_names_in_any_case(data):
    name = data.units.stations[3]
    assert name in queries.find_stations(data, search=name[:4].upper())
    assert queries.find_stations(data, search="no such station anywhere") == ()
    with pytest.raises(KeyError, match="no station 'Nowhere'"):
        queries.station_units(data, PERIOD, "Nowhere")


def test_the_evening_peak_has_the_intervals_from_five_to_ten(data, units):
    rows = within(units).query("region == 'QLD1' and fuel == 'Coal'")
    begin = rows.stamp - pd.Timedelta(minutes=5)
    evening = rows[(begin.dt.hour >= 17) & (begin.dt.hour < 22)]
    answer = queries.evening_peak(data, PERIOD, region="QLD1")
    day = (evening.stamp - pd.Timedelta(minutes=5)).dt.floor("D")
    assert answer["Coal"] == pytest.approx(evening.out.groupby(day).sum().to_numpy() / 5)
    load = within(raw(data, "region")).merge(
        raw(data, "price")[["stamp", "region", "rrp"]], on=["stamp", "region"]
    )
    load = load[load.region == "QLD1"]
    begin = load.stamp - pd.Timedelta(minutes=5)
    load = load[(begin.dt.hour >= 17) & (begin.dt.hour < 22)]
    day = (load.stamp - pd.Timedelta(minutes=5)).dt.floor("D")
    price = (load.rrp * load.demand).groupby(day).sum() / load.demand.groupby(day).sum()
    assert answer["Price"] == pytest.approx(price.to_numpy())


def test_the_comparison_is_with_the_same_weekdays_of_the_year_before(data, units):
    answer = queries.comparison(data, PERIOD)
    now, before = within(units), within(units, Period(*EARLIER))
    for name, rows in (("Energy now", now), ("Energy before", before)):
        coal = rows[rows.fuel == "Coal"].out.sum() / 72 * 8760 / 1e6
        assert of(answer, "Fuel", name)["Coal"] == pytest.approx(coal)
    assert any("2024-07-02" in note for note in answer.notes)


def test_trends_are_shares_of_what_was_generated(data):
    monthly = queries.penetration(data, PERIOD, resolution=Resolution.DAY)
    totals = queries.fuel_totals(data, PERIOD)
    energy = of(totals, "Fuel", "Energy")
    daily = queries.generation(data, PERIOD, resolution=Resolution.DAY)
    assert sum(monthly[fuel] for fuel in energy if fuel != "Battery Storage") == pytest.approx(100)
    wind = sum(daily["Wind"]) * 24 / 1000
    assert wind == pytest.approx(energy["Wind"])
    pace = queries.annualised(data, PERIOD, days=3)
    assert pace["Wind"] == pytest.approx([energy["Wind"] / 72 * 8760 / 1000])


def test_coverage_says_what_there_is(data):
    answer = queries.coverage(data, PERIOD)
    assert set(answer["Table"]) == {"unit power", "price", "region", "flow", "rooftop"}
    assert answer["Share, least series"] == pytest.approx(100)
    assert answer["To"].max() == np.datetime64("2025-07-04T00:00")


def test_the_hole_between_two_spans_is_listed(data):
    answer = queries.gaps(data)
    long = answer.rows(answer["Table"] == "unit power")
    assert long["From"][0] == np.datetime64("2024-07-05T00:00")
    assert long["To"][0] == np.datetime64("2025-07-01T00:00")
    missing = (to_minutes("2025-07-01") - to_minutes("2024-07-05")) / 5
    assert long["Missing"][0] == missing


def test_an_unknown_region_or_interconnector_is_refused(data):
    with pytest.raises(KeyError, match="no region 'WA1'"):
        queries.generation(data, PERIOD, region="WA1")
    with pytest.raises(KeyError, match="no interconnector"):
        queries.interconnector_flow(data, PERIOD, "A-B")


def test_every_query_answers_a_period_without_data(data):
    empty = Period("2025-01-01", "2025-01-03")
    station = data.units.stations[0]
    for name in queries.__all__:
        if name in ("By", "find_stations", "of_region", "records", "Answer"):
            continue
        query = getattr(queries, name)
        extra = {"station_series": [station], "station_units": [station], "interconnector_flow": ["V-SA"]}
        extra["ancillary_prices"] = ["NSW1"]
        answer = query(data, empty, *extra.get(name, []))
        for column in answer:
            if column.unit in ("MW", "AUD/MWh") and column.name != "Capacity":
                assert np.isnan(column.cells).all(), f"{name}: {column.name}"


@pytest.mark.parametrize("name", ["generation", "prices", "fuel_totals", "price_statistics", "flow_totals"])
def test_every_number_has_a_unit(data, name):
    answer = getattr(queries, name)(data, PERIOD)
    assert all(column.unit for column in answer if column.cells.dtype.kind == "f")


def test_an_answer_names_its_version_and_its_source(data):
    answer = queries.fuel_totals(data, PERIOD)
    assert answer.version == str(data.version)
    assert answer.source == "region_fuel"
    assert Path(data.folder).name not in answer.title
