"""Radiation: FAO-56 examples 8 to 12 and 15, table 2.8, and the poles."""

from __future__ import annotations

import numpy as np
import pytest

from workbench.evapotranspiration.physics import radiation as sun


def test_extraterrestrial_radiation_is_that_of_example_8() -> None:
    declination = sun.declination(246)
    assert sun.inverse_distance(246) == pytest.approx(0.985, abs=5e-4)
    assert declination == pytest.approx(0.120, abs=5e-4)
    assert sun.sunset_angle(-20, declination) == pytest.approx(1.527, abs=5e-4)
    assert sun.extraterrestrial(-20, 246) == pytest.approx(32.2, abs=0.05)


def test_daylight_is_that_of_example_9() -> None:
    assert sun.daylight_hours(-20, 246) == pytest.approx(11.7, abs=0.05)


def test_radiation_from_sunshine_is_that_of_example_10() -> None:
    ra, hours = sun.extraterrestrial(-22.9, 135), sun.daylight_hours(-22.9, 135)
    assert ra == pytest.approx(25.1, abs=0.05)
    assert hours == pytest.approx(10.9, abs=0.05)
    assert sun.solar_from_sunshine(7.1, hours, ra) == pytest.approx(14.5, abs=0.06)


def test_net_longwave_radiation_is_that_of_example_11_and_net_radiation_that_of_example_12() -> None:
    longwave = sun.net_longwave(25.1, 19.1, 2.1, 14.5, 18.8)
    assert longwave == pytest.approx(3.5, abs=0.06)
    assert sun.net_shortwave(14.5) - longwave == pytest.approx(7.6, abs=0.1)


def test_radiation_from_temperature_is_that_of_example_15() -> None:
    assert sun.solar_from_temperature(26.6, 14.8, 40.6) == pytest.approx(22.3, abs=0.05)


@pytest.mark.parametrize(
    ("celsius", "emitted"), [(1, 27.70), (10, 31.52), (20, 36.21), (30, 41.41), (40, 47.15)]
)
def test_emitted_radiation_is_that_of_table_2_8(celsius: float, emitted: float) -> None:
    # A black sky over dry air: humidity and cloud factors of equation 39 are 0.34 and 1.
    found = sun.net_longwave(celsius, celsius, 0.0, 20.0, 20.0) / 0.34
    assert found == pytest.approx(emitted, abs=0.011)


def test_the_cloud_factor_uses_the_clear_sky_and_not_what_arrives_above_the_air() -> None:
    rso = sun.clear_sky(40.0, 0.0)
    clear = sun.net_longwave(25.0, 15.0, 1.5, rso, rso)
    assert clear == pytest.approx(sun.net_longwave(25.0, 15.0, 1.5, 40.0, 40.0))
    assert sun.clearness(rso, rso) == 1.0


def test_the_sun_never_sets_at_the_pole_in_summer_and_never_rises_in_winter() -> None:
    assert sun.daylight_hours(90, 172) == pytest.approx(24.0)
    assert sun.daylight_hours(90, 355) == pytest.approx(0.0)
    assert sun.extraterrestrial(90, 172) > 40
    assert sun.extraterrestrial(-90, 172) == pytest.approx(0.0, abs=1e-12)
    assert np.isfinite(sun.net_longwave(-20, -30, 0.1, 0.0, 0.0))


def test_a_long_series_of_days_is_looked_up_with_the_same_values() -> None:
    day = np.tile(np.arange(1, 367), 4)
    latitude = np.array([[-33.0], [0.0], [61.0]])
    table = sun.extraterrestrial(latitude, day)
    assert table.shape == (3, len(day))
    np.testing.assert_array_equal(table, sun.extraterrestrial(latitude, day.astype(float)))


def test_the_29th_of_february_has_a_sun_of_its_own() -> None:
    assert sun.extraterrestrial(45, 59) < sun.extraterrestrial(45, 60) < sun.extraterrestrial(45, 61)
