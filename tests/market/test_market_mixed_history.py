"""A dataset written down row by row: 30-minute history, then 5 minutes, gaps, batteries, a missing price."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from market.market_made_datasets import frame_of, publish
from workbench.market import queries
from workbench.market.model.answer import Answer
from workbench.market.model.period import Period, Resolution
from workbench.market.queries import By
from workbench.market.store.reading import MarketData

DAY = "2021-10-01"
LIMITS = ("flow", "target", "losses", "export_limit", "import_limit")


def stamps(first: str, count: int, minutes: int) -> list[str]:
    begin = np.datetime64(first, "m")
    return [str(begin + (place + 1) * np.timedelta64(minutes, "m")) for place in range(count)]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MarketData]:
    """One hour in 30-minute rows (23:00 to 24:00), one hour in 5-minute rows (00:00 to 01:00) without 00:35."""
    old, new = stamps("2021-09-30T23:00", 2, 30), stamps("2021-10-01T00:00", 12, 5)
    new = [stamp for stamp in new if not stamp.endswith("00:35")]
    power = []
    for stamp, minutes in [(s, 30) for s in old] + [(s, 5) for s in new]:
        power += [
            (stamp, "COAL1", minutes, 90.0),
            (stamp, "COAL2", minutes, 60.0),
            (stamp, "WIND1", minutes, 30.0),
        ]
        # The separate load unit consumes 10 MW all along; its consumption is published positive.
        power += [(stamp, "BATG", minutes, 0.0), (stamp, "BATL", minutes, 10.0)]
    # The bidirectional battery turns around every five minutes: its half-hourly mean is zero.
    power += [(stamp, "BATB", 5, 60.0 if place % 2 else -60.0) for place, stamp in enumerate(new[:6])]
    prices = [(stamp, "NSW1", 30, 400.0) for stamp in old]
    prices += [(stamp, "NSW1", 5, 600.0 if place < 2 else 40.0) for place, stamp in enumerate(new)]
    # South Australia has no price before midnight, and none for one five-minute interval after.
    prices += [
        (stamp, "SA1", 5, -20.0 if place % 2 else 80.0) for place, stamp in enumerate(new) if place != 4
    ]
    flows = [
        (stamp, "V-SA", 5, -298.0, -299.0 if place < 2 else -250.0, 1.0, 500.0, -299.0)
        for place, stamp in enumerate(new)
    ]
    demand = [(stamp, "SA1", 5, 120.0) for stamp in new]
    folder = publish(
        tmp_path_factory.mktemp("mixed") / "nem",
        {
            "unit_power": frame_of("unit_power", power, ["mw"]),
            "price": frame_of("price", prices, ["rrp"]),
            "flow": frame_of("flow", flows, LIMITS),
            "region": frame_of("region", demand, ["demand"]),
        },
    )
    with MarketData.open(folder) as opened:
        yield opened


BOTH = Period("2021-09-30T23:00", "2021-10-01T01:00")
OLD = Period("2021-09-30T23:00", "2021-10-01T00:00")
NEW = Period("2021-10-01T00:00", "2021-10-01T01:00")


def value(answer: Answer, key: str, column: str) -> float:
    return float(answer[column][answer.columns[0].cells.tolist().index(key)])


def test_energy_takes_each_row_by_its_own_cadence(data):
    # 150 MW for an hour, and for 55 minutes: the missing interval is not made up, and the sum is partial.
    assert value(queries.fuel_totals(data, OLD), "Coal", "Energy") == pytest.approx(0.150)
    new = queries.fuel_totals(data, NEW)
    assert np.isnan(value(new, "Coal", "Energy"))
    assert value(new, "Coal", "Partial energy") == pytest.approx(150 * 55 / 60)


def test_mean_power_and_capacity_factor_leave_the_gap_out(data):
    hourly = queries.generation(data, BOTH, resolution=Resolution.HOUR)
    assert hourly["Coal"].tolist() == pytest.approx([150, 150])
    assert value(queries.fuel_totals(data, NEW), "Coal", "Capacity factor") == pytest.approx(75)


def test_a_missing_interval_is_missing_and_not_zero(data):
    fine = queries.generation(data, NEW, resolution=Resolution.FIVE_MINUTES)
    assert np.isnan(fine["Coal"][6])
    assert np.nanmin(fine["Coal"]) == pytest.approx(150)
    assert any("Unit power" in note for note in fine.notes)


def test_an_event_that_spans_the_change_of_cadence_has_its_true_duration(data):
    answer = queries.price_events(data, BOTH, region="NSW1", threshold=300.0)
    assert answer["Duration"].tolist() == [70]
    assert answer["Begin"][0] == np.datetime64("2021-09-30T23:00")
    assert answer["Mean price"][0] == pytest.approx((400 * 60 + 600 * 10) / 70)


def test_the_mean_price_weighs_rows_by_their_length(data):
    statistics = queries.price_statistics(data, BOTH)
    expected = (400 * 60 + 600 * 10 + 40 * 45) / 115
    assert value(statistics, "NSW1", "Mean") == pytest.approx(expected)
    assert value(statistics, "NSW1", "Covered") == pytest.approx(115 / 60)


def test_revenue_has_the_cadence_and_the_region_of_its_price(data):
    answer = queries.revenue_by(data, BOTH, By.UNIT)
    coal = 90 * (400 * 60 + 600 * 10 + 40 * 45) / 60
    assert np.isnan(value(answer, "COAL1", "Revenue"))
    assert value(answer, "COAL1", "Partial revenue") == pytest.approx(coal)
    # Wind earns only while South Australia has a price of its own: ten of eleven intervals after midnight.
    prices = [-20.0 if place % 2 else 80.0 for place in range(11) if place != 4]
    # That is a partial sum: more than half of its energy has no price, and no revenue.
    assert np.isnan(value(answer, "WIND1", "Revenue"))
    assert value(answer, "WIND1", "Without price") == pytest.approx(30 + 30 * 5 / 60)
    assert value(answer, "WIND1", "Partial revenue") == pytest.approx(30 * sum(prices) * 5 / 60)
    assert value(answer, "WIND1", "Average price") == pytest.approx(sum(prices) / 10)
    assert any("no price of their region" in note for note in answer.notes)


def test_a_battery_that_turns_around_has_moved_energy(data):
    # It is silent after half an hour: what is known of the hour is a partial sum.
    assert np.isnan(value(queries.batteries(data, NEW), "Volt Works", "Discharged"))
    answer = queries.batteries(data, Period(NEW.begin, "2021-10-01T00:30"))
    assert value(answer, "Volt Works", "Discharged") == pytest.approx(3 * 60 * 5 / 60)
    assert value(answer, "Volt Works", "Charged") == pytest.approx(3 * 60 * 5 / 60)
    half_hour = queries.battery_power(
        data, Period(NEW.begin, "2021-10-01T00:30"), resolution=Resolution.HALF_HOUR
    )
    assert half_hour["Discharge"].tolist() == pytest.approx([30])
    assert half_hour["Charge"].tolist() == pytest.approx([-40])


def test_a_separate_load_unit_charges_and_its_storage_counts_once(data):
    answer = queries.batteries(data, BOTH)
    assert value(answer, "Amp Yard", "Partial charged") == pytest.approx(10 * 115 / 60)
    assert value(answer, "Amp Yard", "Partial energy") == 0
    assert value(answer, "Amp Yard", "Storage") == 60


def test_a_negative_import_limit_binds_in_its_own_direction(data):
    answer = queries.flow_totals(data, NEW)
    assert value(answer, "V-SA", "At import limit") == pytest.approx(100 * 2 / 11)
    assert value(answer, "V-SA", "At export limit") == 0
    assert value(answer, "V-SA", "Partial forward") == 0


def test_midnight_belongs_to_the_day_before(data):
    daily = queries.generation(data, BOTH, resolution=Resolution.DAY)
    assert daily["Begin"].astype(str).tolist() == ["2021-09-30T23:00", "2021-10-01T00:00"]
    hours = queries.generation_by_hour(data, BOTH)
    assert np.flatnonzero(~np.isnan(hours["Coal"])).tolist() == [0, 23]
