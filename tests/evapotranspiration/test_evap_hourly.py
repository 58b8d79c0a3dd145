"""Hours: FAO-56 example 19 (N'Diaye), RefET's Fallon hour, and a whole day beside the daily equation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from workbench.errors import InvalidData
from workbench.evapotranspiration.equation.hourly import hourly_eto
from workbench.evapotranspiration.equation.penman_monteith import Surface, penman_monteith_hourly
from workbench.evapotranspiration.model.site import Site
from workbench.evapotranspiration.physics import atmosphere as air
from workbench.evapotranspiration.physics import radiation_hourly as sun
from workbench.evapotranspiration.physics.radiation import clear_sky, extraterrestrial, net_shortwave

NDIAYE = Site("N'Diaye", 16 + 13 / 60, -(16 + 15 / 60), 8)
FALLON = Site("Fallon", 39.4575, -118.77388, 1208.5)


def test_the_afternoon_of_example_19_is_met() -> None:
    # The example's clock is that of 15 degrees west: 14:30 there is 15:30 UTC.
    angle = sun.solar_hour_angle(15.5, NDIAYE.longitude, 274)
    ra = sun.extraterrestrial_hourly(NDIAYE.latitude, 274, angle)
    rso = clear_sky(ra, 8)
    ea = 0.52 * air.saturation_vapour_pressure(38.0)
    longwave = sun.net_longwave_hourly(38.0, ea, sun.carried_clearness([2.450], rso.reshape(1), [1.0]))
    rn = net_shortwave(2.450) - longwave
    assert ra == pytest.approx(3.543, abs=2e-3)
    assert rso == pytest.approx(2.658, abs=2e-3)
    assert longwave == pytest.approx(0.137, abs=1e-3)
    assert rn == pytest.approx(1.749, abs=1e-3)
    found = penman_monteith_hourly(temperature=38.0, ea=ea, rn=rn, u2=3.3, elevation=8)
    assert round(float(found[0]), 2) == 0.63
    assert found == pytest.approx(0.6269, abs=1e-3)


def test_the_night_of_example_19_carries_the_clouds_of_the_evening() -> None:
    ea = 0.90 * air.saturation_vapour_pressure(28.0)
    assert ea == pytest.approx(3.402, abs=2e-3)
    clearness = sun.carried_clearness([2.0, 0.0, 0.0], [2.5, 0.1, 0.0], [0.5, 0.02, -1.0])
    np.testing.assert_allclose(clearness, 0.8)
    rn = -sun.net_longwave_hourly(28.0, ea, clearness[-1])
    assert rn == pytest.approx(-0.100, abs=1e-3)
    found = penman_monteith_hourly(temperature=28.0, ea=ea, rn=rn, u2=1.9, elevation=8)
    assert found == pytest.approx(0.0043, abs=5e-4)
    assert round(float(found), 2) == 0.0


@pytest.mark.parametrize(
    ("surface", "expected"),
    [(Surface.ASCE_SHORT, 0.6063515410076268), (Surface.ASCE_TALL, 0.7196369609713682)],
)
def test_an_hour_at_fallon_is_that_of_refet(surface: Surface, expected: float) -> None:
    weather = pd.DataFrame(
        {
            "temperature": [(91.8 - 32) / 1.8],
            "tdew": [(49.36 - 32) / 1.8],
            "rs": [61.16 * 0.041868],
            "u2": [float(air.wind_at_2m(3.33 * 0.44704, 3.0))],
        },
        index=pd.DatetimeIndex(["2015-07-01 18:00"], tz="UTC"),
    )
    found = hourly_eto(weather, FALLON, surface=surface)["eto"].iloc[0]
    # The shared value is of ASCE's equations with rounded constants (2.042e-10 for 2.043e-10): 0.0003 mm.
    assert found == pytest.approx(expected, abs=5e-4)


def test_hours_of_a_day_add_up_to_what_arrives_above_the_air_in_that_day() -> None:
    hours = pd.date_range("2024-06-21", periods=24, freq="h", tz="Etc/GMT+8")
    weather = pd.DataFrame({"temperature": 20.0, "rh": 50.0, "u2": 2.0, "rs": 0.5}, index=hours)
    found = hourly_eto(weather, FALLON)
    assert found["ra"].sum() == pytest.approx(float(extraterrestrial(FALLON.latitude, 173)), rel=2e-3)
    night = found["ra"] == 0
    assert 8 <= night.sum() <= 10
    dark = hourly_eto(weather.assign(rs=weather["rs"].where(~night, 0.0)), FALLON)
    assert (dark.loc[night, "rn"] < 0).all()


def test_noon_comes_at_18_hours_utc_in_the_west_and_at_6_in_the_east() -> None:
    hours = pd.date_range("2024-06-21", periods=24, freq="h", tz="UTC")
    weather = pd.DataFrame({"temperature": 20.0, "rh": 50.0, "u2": 2.0, "rs": 0.5}, index=hours)
    noon = [
        hourly_eto(weather, Site(name, 40, longitude, 0))["ra"].to_numpy().argmax()
        for name, longitude in (("west", -90.0), ("east", 90.0))
    ]
    # Two minutes late on that day (equation of time), so that the hour after noon has the most sun.
    assert noon == [18, 6]


@pytest.mark.parametrize(
    ("index", "words"),
    [
        (pd.date_range("2024-01-01", periods=3, freq="h"), "no zone"),
        (pd.DatetimeIndex(["2024-01-01 00:00", "2024-01-01 02:00"], tz="UTC"), "2024-01-01 02:00"),
    ],
)
def test_hours_without_a_zone_or_with_a_gap_are_refused_with_the_time_seen(
    index: pd.DatetimeIndex, words: str
) -> None:
    weather = pd.DataFrame({"temperature": 20.0, "rh": 50.0, "rs": 0.5}, index=index)
    with pytest.raises(InvalidData, match=words):
        hourly_eto(weather, FALLON)


@pytest.mark.parametrize(
    ("column", "factor", "words"),
    [
        ("rs", 1 / 0.0036, "W/m2 are to be multiplied by 0.0036"),
        ("rh", 0.01, "a share is to be multiplied by 100"),
        ("temperature", 4.0, "degF"),
        ("u2", 40.0, "km/h"),
    ],
)
def test_hours_in_another_unit_are_refused_with_what_is_expected(
    column: str, factor: float, words: str
) -> None:
    weather = _clear_hours(2.0, "2024-06-21")
    weather[column] *= factor
    with pytest.raises(InvalidData, match=f"'{column}'.*{words}"):
        hourly_eto(weather, FALLON)


def test_radiation_of_more_than_arrives_above_the_air_is_refused_though_no_hour_shows_it() -> None:
    weather = _clear_hours(2.0, "2024-12-21")
    with pytest.raises(InvalidData, match="arrive above the air"):
        hourly_eto(weather.assign(rs=weather["rs"] * 2), FALLON)


@pytest.mark.parametrize("latitude", [45.0, 52.0, 60.0])
def test_a_clear_and_a_dull_northern_winter_are_told_apart_though_the_sun_stays_low(latitude: float) -> None:
    site = Site("north", latitude, 0.0, 50.0)
    hours = pd.date_range("2024-12-18", periods=96, freq="h", tz="UTC")
    weather = pd.DataFrame({"temperature": 4.0, "rh": 80.0, "u2": 2.0, "rs": 0.0}, index=hours)
    above = hourly_eto(weather, site)["ra"]
    found = [hourly_eto(weather.assign(rs=above * share), site)["clearness"] for share in (0.2, 0.72)]
    np.testing.assert_allclose(found[0], 0.3)
    np.testing.assert_allclose(found[1], 0.72 / 0.751, atol=0.01)


def test_the_clouds_of_a_day_are_carried_for_a_day_and_no_longer() -> None:
    lit = np.zeros(72)
    lit[:12] = 1.0
    found = sun.carried_clearness(0.5 * lit, lit, lit)
    np.testing.assert_allclose(found[:36], 0.5)
    np.testing.assert_allclose(found[36:], sun.CLEARNESS_BEFORE_ANY_SUN)


def test_nights_below_zero_and_still_air_count_as_the_standard_has_them_and_can_be_switched() -> None:
    weather = _clear_hours(0.1, "2024-06-21").assign(rh=95.0)
    fao, asce = (hourly_eto(weather, FALLON, surface=one) for one in (Surface.FAO56, Surface.ASCE_SHORT))
    assert fao["eto"].min() == 0.0 > asce["eto"].min()
    raised = hourly_eto(weather, FALLON, surface=Surface.ASCE_SHORT, wind_floor=0.5, negative=False)
    assert raised["eto"].min() == 0.0
    assert raised["eto"].sum() > asce["eto"].sum()


def _clear_hours(wind: float, day: str) -> pd.DataFrame:
    hours = pd.date_range(f"{day} 08:00", periods=24, freq="h", tz="UTC")
    weather = pd.DataFrame({"temperature": 20.0, "rh": 50.0, "u2": wind, "rs": 0.0}, index=hours)
    return weather.assign(rs=hourly_eto(weather, FALLON)["ra"] * 0.7)


def test_a_missing_column_is_named() -> None:
    index = pd.date_range("2024-01-01", periods=3, freq="h", tz="UTC")
    with pytest.raises(InvalidData, match="'rs' is missing, seen are temperature"):
        hourly_eto(pd.DataFrame({"temperature": [20.0] * 3}, index=index), FALLON)
