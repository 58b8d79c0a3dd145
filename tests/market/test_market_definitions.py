"""Each quantity on numbers that can be checked by hand, and what goes wrong in this field."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.market.definitions import (
    PRICE_BANDS,
    PriceBands,
    annualised_energy,
    at_limits,
    band_table,
    capacity_factor,
    capture_rate,
    comparable_start,
    curtailed_power,
    curtailment_rate,
    cycles,
    day_of,
    duration_curve,
    energy,
    high_price_events,
    hour_of_day,
    hours_of,
    in_hours,
    limits_by_direction,
    net_imports,
    price_spread,
    renewable_share,
    revenue,
    round_trip,
    split_directions,
    storage_utilisation,
    time_weighted,
    volume_weighted,
)

FINITE = st.floats(-1000, 20000, allow_nan=False)
NEM = {
    "NSW1-QLD1": ("NSW1", "QLD1"),
    "N-Q-MNSP1": ("NSW1", "QLD1"),
    "VIC1-NSW1": ("VIC1", "NSW1"),
    "V-SA": ("VIC1", "SA1"),
    "V-S-MNSP1": ("VIC1", "SA1"),
    "T-V-MNSP1": ("TAS1", "VIC1"),
}


def stamps(*texts: str) -> np.ndarray:
    return np.array(texts, dtype="datetime64[m]")


def test_energy_takes_the_cadence_of_each_row():
    # 600 MW for 5 minutes are 50 MWh, for 30 minutes 300 MWh: the same power, mixed history.
    assert energy([600, 600], hours_of([5, 30])).tolist() == pytest.approx([50, 300])


def test_six_intervals_of_five_minutes_are_one_of_thirty_with_their_mean():
    power = np.array([100.0, 200, 300, 400, 500, 600])
    assert energy(power, hours_of(5)).sum() == pytest.approx(energy(power.mean(), hours_of(30)))


def test_a_battery_is_split_before_it_is_averaged():
    power = np.array([60.0, -60, 60, -60, 60, -60])
    discharge, charge = split_directions(power)
    assert energy(discharge, hours_of(5)).sum() == pytest.approx(15)
    assert energy(charge, hours_of(5)).sum() == pytest.approx(15)
    assert energy(power.mean(), hours_of(30)) == 0  # what resampling first would have said


def test_a_missing_value_is_in_neither_direction():
    discharge, charge = split_directions([np.nan, 5])
    assert np.isnan(discharge[0])
    assert np.isnan(charge[0])
    assert (discharge[1], charge[1]) == (5, 0)


def test_revenue_is_power_times_price_times_hours_of_the_cadence():
    assert revenue([120, -120], [300, 300], hours_of([5, 5])).tolist() == pytest.approx([3000, -3000])
    assert revenue(120, 300, hours_of(30)) == pytest.approx(18000)


def test_a_region_without_a_price_has_no_revenue_instead_of_anothers():
    assert np.isnan(revenue(100, np.nan, 0.5))


def test_the_price_of_no_energy_is_unknown():
    assert np.isnan(volume_weighted(0, 0))
    assert volume_weighted([10 * 50 + 30 * 100], [40]).tolist() == [87.5]


def test_the_flat_price_weighs_time_and_the_capture_rate_compares_with_it():
    hours = hours_of([5, 30])
    flat = time_weighted((np.array([1000, 100]) * hours).sum(), hours.sum())
    assert flat == pytest.approx((1000 * 5 + 100 * 30) / 35)
    assert capture_rate(50, 80) == pytest.approx(62.5)
    assert np.isnan(capture_rate(50, -3))


def test_the_capacity_factor_counts_only_hours_that_are_covered():
    assert capacity_factor(1200, 100, 24) == pytest.approx(50)
    assert np.isnan(capacity_factor(1200, 100, 0))
    assert np.isnan(capacity_factor(1200, np.nan, 24))


def test_the_renewable_share_and_the_pace_of_a_year():
    assert renewable_share(30, 120) == pytest.approx(25)
    assert annualised_energy(240, 24) == pytest.approx(87600)


def test_the_band_above_300_begins_at_300():
    # The earlier system left the prices from 300 to 301 in no band.
    assert PRICE_BANDS.labels()[PRICE_BANDS.of([300.5])[0]] == "300 to 1,000"
    assert PRICE_BANDS.labels()[PRICE_BANDS.of([299.99])[0]] == "100 to 300"


def test_no_price_is_above_the_highest_band_or_below_the_lowest():
    numbers = PRICE_BANDS.of([-1000, -1e9, 20300, 1e9])
    assert numbers.tolist() == [0, 0, len(PRICE_BANDS) - 1, len(PRICE_BANDS) - 1]


@given(st.lists(FINITE, min_size=1, max_size=50))
def test_bands_tile_the_line_and_their_contributions_add_up_to_the_mean(prices):
    table = band_table(prices, hours_of(5))
    assert table.hours.sum() == pytest.approx(len(prices) / 12)
    assert table.share.sum() == pytest.approx(100)
    assert np.nansum(table.contribution) == pytest.approx(np.mean(prices), abs=1e-6)


def test_bands_that_do_not_rise_are_refused():
    for edges in ((0.0, 0.0), (5.0, 1.0), (), (float("nan"),)):
        with pytest.raises(ValueError, match="edges of price bands"):
            PriceBands(edges)


def test_missing_prices_are_in_no_band():
    table = band_table([np.nan, 50], 0.5)
    assert table.hours.sum() == 0.5


def test_midnight_belongs_to_the_day_and_the_hour_that_it_ends():
    times = stamps("2025-08-20T00:00", "2025-08-20T00:05", "2025-08-20T18:00", "2025-08-20T18:05")
    assert hour_of_day(times, 5).tolist() == [23, 0, 17, 18]
    assert day_of(times, 5).astype(str).tolist() == ["2025-08-19", "2025-08-20", "2025-08-20", "2025-08-20"]
    assert hour_of_day(stamps("2025-08-20T18:00", "2025-08-20T18:30"), 30).tolist() == [17, 18]


@given(st.integers(1, 20000), st.sampled_from([5, 15, 30, 60]))
def test_every_day_has_the_same_number_of_intervals_and_each_hour_its_share(day, minutes):
    date = np.datetime64(day, "D")
    times = date.astype("datetime64[m]") + np.arange(minutes, 1441, minutes).astype("timedelta64[m]")
    assert len(times) == 1440 // minutes
    assert (day_of(times, minutes) == date).all()
    assert np.bincount(hour_of_day(times, minutes), minlength=24).tolist() == [60 // minutes] * 24


def test_an_interval_longer_than_an_hour_has_no_hour_of_the_day():
    with pytest.raises(ValueError, match="120 min"):
        hour_of_day(stamps("2025-01-01T02:00"), 120)


def test_the_evening_peak_is_from_five_to_ten():
    times = stamps("2025-01-01T17:00", "2025-01-01T17:05", "2025-01-01T22:00", "2025-01-01T22:05")
    assert in_hours(times, 5).tolist() == [False, True, True, False]


@given(st.integers(10000, 25000), st.integers(1, 900))
def test_the_comparable_period_begins_on_the_same_weekday_and_does_not_overlap(day, days):
    start = np.datetime64(day, "D")
    before = comparable_start(start, start + np.timedelta64(days, "D"))
    shift = (start - before) // np.timedelta64(1, "D")
    assert shift % 7 == 0
    assert shift % 364 == 0
    assert shift >= days


def test_a_saturday_is_compared_with_a_saturday_across_a_leap_day():
    # 2024-03-02 is a Saturday; 365 days before is a Friday.
    assert str(comparable_start("2024-03-02", "2024-03-03").astype("datetime64[D]")) == "2023-03-04"


def test_an_event_lasts_as_long_as_its_rows_say_in_mixed_history():
    times = stamps("2021-09-30T23:30", "2021-10-01T00:00", "2021-10-01T00:05", "2021-10-01T00:10")
    (event,) = high_price_events(times, [400, 500, 600, 20], [30, 30, 5, 5], 300)
    assert event.hours == pytest.approx(65 / 60)
    assert event.begin == np.datetime64("2021-09-30T23:00")
    assert event.end == np.datetime64("2021-10-01T00:05")
    assert event.highest == 600
    assert event.mean == pytest.approx((400 * 30 + 500 * 30 + 600 * 5) / 65)


def test_a_missing_stamp_or_price_ends_an_event():
    times = stamps("2025-01-01T00:05", "2025-01-01T00:10", "2025-01-01T00:20", "2025-01-01T00:25")
    assert [event.hours * 60 for event in high_price_events(times, [500] * 4, 5, 300)] == [10, 10]
    events = high_price_events(times, [500, np.nan, 500, 500], 5, 300)
    assert [event.hours * 60 for event in events] == pytest.approx([5, 10])
    assert high_price_events(times, [1, 2, 3, 4], 5, 300) == []


def test_the_duration_curve_falls_and_ends_at_all_of_the_time():
    share, price = duration_curve([10, np.nan, 300, -5, 80], 0.5)
    assert price.tolist() == [300, 80, 10, -5]
    assert share.tolist() == [25, 50, 75, 100]


def test_the_duration_curve_is_the_same_for_equal_and_for_given_lengths():
    prices = np.random.default_rng(1).normal(80, 60, 500)
    equal, given = duration_curve(prices, 0.5), duration_curve(prices, np.full(500, 0.5))
    assert equal[0] == pytest.approx(given[0])
    assert equal[1].tolist() == given[1].tolist()


def test_net_imports_have_the_signs_of_the_interconnectors_names():
    flows = dict.fromkeys(NEM, 100.0)
    assert net_imports(flows, NEM, "QLD1") == 200
    assert net_imports(flows, NEM, "NSW1") == 100 - 200
    assert net_imports(flows, NEM, "VIC1") == 100 - 300
    assert net_imports(flows, NEM, "SA1") == 200
    assert net_imports(flows, NEM, "TAS1") == -100


@given(st.lists(st.floats(-2000, 2000), min_size=6, max_size=6))
def test_what_one_region_imports_another_exports(values):
    flows = dict(zip(NEM, values, strict=True))
    balance = sum(net_imports(flows, NEM, r) for r in ("NSW1", "QLD1", "VIC1", "SA1", "TAS1"))
    # What is left is rounding: of twelve terms, each at most 2000.
    assert balance == pytest.approx(0, abs=12 * 2000 * np.finfo(float).eps)


def test_a_target_is_at_its_limit_in_both_directions():
    # As published: EXPORTLIMIT 500, IMPORTLIMIT -300.
    lowest, highest = limits_by_direction([500] * 4, [-300] * 4)
    top, bottom = at_limits([499.995, -299.995, 300, -200], lowest, highest)
    assert (top | bottom).tolist() == [True, True, False, False]
    same, _ = limits_by_direction([500], [300], import_is_negative=False)
    assert same.tolist() == [-300]


def test_curtailment_is_what_was_available_and_not_cleared():
    power = curtailed_power([100, 100], [40, 95])
    assert power.tolist() == [60, 5]
    assert energy(power, hours_of(5)).sum() == pytest.approx(curtailed_power(200 / 12, 135 / 12))
    assert curtailment_rate(5, 50) == pytest.approx(10)


def test_a_battery_is_measured_by_spread_cycles_and_use():
    assert price_spread(3000, 20, 500, 25) == pytest.approx(150 - 20)
    assert price_spread(3000, 20, -250, 25) == pytest.approx(150 + 10)
    assert cycles(150, 100) == pytest.approx(1.5)
    assert storage_utilisation(150, 100, 72) == pytest.approx(50)
    assert np.isnan(cycles(150, np.nan))
    assert round_trip(17, 20) == pytest.approx(85)
