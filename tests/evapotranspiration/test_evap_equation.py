"""The equation beside the worked examples of FAO-56, the test values of RefET and pyet, and both packages.

References: FAO-56 (1998), examples 17, 18 and 20; RefET 0.5 tests (Fallon AgriMet, 2015-07-01, from the ASCE RefET
software); pyet tests (Kent Town, from the R package Evapotranspiration, Guo et al. 2016).
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from workbench.evapotranspiration.equation.hargreaves import hargreaves
from workbench.evapotranspiration.equation.penman_monteith import Surface, penman_monteith_daily
from workbench.evapotranspiration.physics import atmosphere as air
from workbench.evapotranspiration.physics import radiation as sun

FALLON = {
    "tmin": (66.65 - 32) / 1.8,
    "tmax": (102.80 - 32) / 1.8,
    "ea": air.vapour_pressure_from_dew_point((49.84 - 32) / 1.8),
    "rs": 674.07 * 0.041868,
    "u2": air.wind_at_2m(4.80 * 0.44704, 3.0),
    "latitude": 39.4575,
    "elevation": 1208.5,
    "day_of_year": 182,
}


def test_bangkok_in_april_is_that_of_example_17() -> None:
    ra = sun.extraterrestrial(13.7333, 105)
    rs = sun.solar_from_sunshine(8.5, sun.daylight_hours(13.7333, 105), ra)
    rso = sun.clear_sky(ra, 2)
    longwave = sun.net_longwave(34.8, 25.6, 2.85, rs, rso)
    soil = air.soil_heat_flux_to_month(29.2, 30.2)
    assert (ra, rs, rso) == (
        pytest.approx(38.06, abs=0.01),
        pytest.approx(22.65, abs=0.01),
        pytest.approx(28.54, abs=0.01),
    )
    assert longwave == pytest.approx(3.11, abs=0.01)
    assert sun.net_shortwave(rs) - longwave == pytest.approx(14.33, abs=0.01)
    assert soil == pytest.approx(0.14, abs=0.001)
    found = penman_monteith_daily(
        tmax=34.8,
        tmin=25.6,
        ea=2.85,
        rs=rs,
        u2=2.0,
        latitude=13.7333,
        elevation=2,
        day_of_year=105,
        soil_heat_flux=soil,
    )
    assert round(float(found), 2) == 5.72


def test_uccle_on_the_6th_of_july_is_that_of_example_18() -> None:
    u2 = air.wind_at_2m(10 / 3.6, 10)
    ea = air.vapour_pressure_from_extremes(21.5, 12.3, 84, 63)
    ra = sun.extraterrestrial(50.8, 187)
    rs = sun.solar_from_sunshine(9.25, sun.daylight_hours(50.8, 187), ra)
    assert u2 == pytest.approx(2.078, abs=1e-3)
    assert ea == pytest.approx(1.409, abs=1e-3)
    assert ra == pytest.approx(41.09, abs=0.01)
    assert rs == pytest.approx(22.07, abs=0.01)
    assert sun.net_longwave(21.5, 12.3, ea, rs, sun.clear_sky(ra, 100)) == pytest.approx(3.71, abs=0.01)
    found = penman_monteith_daily(
        tmax=21.5, tmin=12.3, ea=ea, rs=rs, u2=u2, latitude=50.8, elevation=100, day_of_year=187
    )
    assert round(float(found), 2) == 3.88
    assert found == pytest.approx(3.8803, abs=5e-4)


def test_lyon_in_july_with_missing_data_is_that_of_example_20() -> None:
    place = {"latitude": 45.7167, "day_of_year": 196}
    rs = sun.solar_from_temperature(26.6, 14.8, sun.extraterrestrial(45.7167, 196))
    found = penman_monteith_daily(
        tmax=26.6,
        tmin=14.8,
        ea=air.vapour_pressure_from_dew_point(14.8),
        rs=rs,
        u2=2.0,
        elevation=200,
        **place,
    )
    assert rs == pytest.approx(22.3, abs=0.05)
    assert round(float(found), 2) == 4.56
    assert round(float(hargreaves(tmax=26.6, tmin=14.8, **place)), 1) == 5.0


def test_fallon_is_that_of_the_asce_refet_software() -> None:
    grass = penman_monteith_daily(**FALLON, surface=Surface.ASCE_SHORT)
    alfalfa = penman_monteith_daily(**FALLON, surface=Surface.ASCE_TALL)
    # ASCE rounds constants otherwise (4.901e-9 for 4.903e-9, 4.92 MJ/h for 0.0820 MJ/min): less than 0.003 mm.
    assert alfalfa == pytest.approx(10.626087665395694, abs=3e-3)
    assert grass == pytest.approx(7.99796891, abs=3e-3)


def test_fallon_under_the_clear_sky_of_asces_appendix_d_is_that_of_the_refet_software() -> None:
    place = FALLON["latitude"], FALLON["day_of_year"]
    pressure = air.air_pressure(FALLON["elevation"])
    rso = sun.clear_sky_by_humidity(sun.extraterrestrial(*place), FALLON["ea"], pressure, *place)
    # The software has the solar constant and declination of Duffie and Beckman: 0.02 of 31.57 MJ, 0.002 mm.
    assert rso == pytest.approx(31.56593944, abs=0.03)
    grass = penman_monteith_daily(**FALLON, rso=rso)
    assert grass == pytest.approx(7.9422320475712835, abs=3e-3)


def test_kent_town_is_that_of_the_r_package_evapotranspiration() -> None:
    tmax = np.array([28.8, 27.4, 29.0, 26.3, 32.7, 35.7, 33.8, 33.8, 35.6, 27.5])
    tmin = np.array([15.1, 14.0, 16.3, 16.2, 17.8, 26.7, 20.6, 22.3, 22.7, 17.1])
    rh_max = np.array([68, 77, 69, 70, 73, 36, 51, 46, 34, 67])
    rh_min = np.array([30, 25, 30, 34, 29, 20, 18, 18, 10, 30])
    wind = [2.65625, 2.78472222, 2.49305556, 3.73611111, 3.30902778]
    wind += [4.93402778, 2.90972222, 4.48958333, 3.99305556, 4.31597222]
    rs = [20.44477761, 20.34991941, 20.25373437, 20.1562439, 20.05747057]
    rs += [19.95743816, 19.85617161, 19.75369701, 19.65004162, 19.54523386]
    found = penman_monteith_daily(
        tmax=tmax,
        tmin=tmin,
        ea=air.vapour_pressure_from_extremes(tmax, tmin, rh_max, rh_min),
        rs=rs,
        u2=air.wind_at_2m(wind, 10),
        latitude=np.degrees(-0.6095),
        elevation=48,
        day_of_year=np.arange(60, 70),
    )
    np.testing.assert_array_equal(np.round(found, 1), [5.1, 5.0, 5.0, 5.2, 5.9, 8.8, 6.3, 7.8, 8.0, 5.7])


def test_every_worked_example_of_the_shared_collection_is_met_within_its_tolerance(shared_data: Path) -> None:
    cases = json.loads((shared_data / "evapotranspiration" / "fao56_cases.json").read_text(encoding="utf-8"))
    measured = 0
    for case in cases["daily_monthly"]:
        given, expected = case["in"], case["out"]
        place = {"latitude": given["lat"], "day_of_year": given["doy"], "elevation": given["z"]}
        ra = sun.extraterrestrial(given["lat"], given["doy"])
        u2 = given.get("u2") or air.wind_at_2m(given["u10_kmh"] / 3.6, 10)
        if "ea" in given:
            ea = given["ea"]
        elif "rhmax" in given:
            ea = air.vapour_pressure_from_extremes(
                given["tmax"], given["tmin"], given["rhmax"], given["rhmin"]
            )
        else:
            ea = air.vapour_pressure_from_dew_point(given["tmin"])
        if "n" in given:
            rs = sun.solar_from_sunshine(given["n"], sun.daylight_hours(given["lat"], given["doy"]), ra)
        else:
            rs = sun.solar_from_temperature(given["tmax"], given["tmin"], ra, krs=given["kRs"])
        soil = 0.14 * (given["tmean"] - given["tmonth_prev"]) if "tmonth_prev" in given else 0.0
        found = penman_monteith_daily(
            tmax=given["tmax"], tmin=given["tmin"], ea=ea, rs=rs, u2=u2, soil_heat_flux=soil, **place
        )
        assert found == pytest.approx(expected["ETo"], abs=case["tol"]["ETo"]), case["id"]
        assert found == pytest.approx(case["full"]["ETo"], abs=3e-3), case["id"]
        measured += 1
    assert measured == 3


def random_days(count: int = 100_000) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(56)
    tmin = rng.uniform(-10, 27, count)
    return {
        "tmin": tmin,
        "tmax": tmin + rng.uniform(0.5, 20, count),
        "ea": rng.uniform(0.25, 1.0, count) * air.saturation_vapour_pressure(tmin),
        "rs": rng.uniform(0.5, 32, count),
        "u2": rng.uniform(0.1, 9, count),
        "latitude": rng.uniform(-60, 60, count),
        "elevation": rng.uniform(-100, 3500, count),
        "day_of_year": rng.integers(1, 366, count),
    }


@pytest.mark.parametrize(("surface", "other"), [(Surface.ASCE_SHORT, "eto"), (Surface.ASCE_TALL, "etr")])
def test_a_hundred_thousand_random_days_agree_with_refet(surface: Surface, other: str) -> None:
    refet = pytest.importorskip("refet")
    days = random_days()
    ours = penman_monteith_daily(**days, surface=surface)
    daily = refet.Daily(
        tmin=days["tmin"],
        tmax=days["tmax"],
        ea=days["ea"],
        rs=days["rs"],
        uz=days["u2"],
        zw=2,
        elev=days["elevation"],
        lat=days["latitude"],
        doy=days["day_of_year"],
        method="asce",
    )
    # refet brings the wind at 2 m to 2 m too (x 1.0005) and has ASCE's rounded constants (4.901e-9 for 4.903e-9,
    # 4.92 MJ/h for 0.0820 MJ/min): up to 0.0033 mm for grass and 0.0048 mm for alfalfa.
    theirs = np.maximum(getattr(daily, other)(), 0)
    difference = np.abs(ours - theirs)
    assert difference.max() < (0.004 if surface is Surface.ASCE_SHORT else 0.006)
    assert difference.mean() < 0.001


def test_a_hundred_thousand_random_days_agree_with_pyet() -> None:
    pyet = pytest.importorskip("pyet")
    pd = pytest.importorskip("pandas")
    days = random_days()
    rng = np.random.default_rng(57)
    worst = 0.0
    # pyet takes one place at a time: 100 places of 1000 days that follow one another.
    for rows in np.split(np.arange(100_000), 100):
        index = pd.date_range("2001-01-01", periods=len(rows), freq="D")
        series = {
            name: pd.Series(days[name][rows], index=index) for name in ("tmin", "tmax", "ea", "rs", "u2")
        }
        latitude, elevation = float(rng.uniform(-60, 60)), float(rng.uniform(0, 3000))
        theirs = pyet.pm_fao56(
            tmean=(series["tmax"] + series["tmin"]) / 2,
            wind=series["u2"],
            rs=series["rs"],
            tmax=series["tmax"],
            tmin=series["tmin"],
            ea=series["ea"],
            elevation=elevation,
            lat=np.radians(latitude),
        )
        ours = penman_monteith_daily(
            tmax=series["tmax"],
            tmin=series["tmin"],
            ea=series["ea"],
            rs=series["rs"],
            u2=series["u2"],
            latitude=latitude,
            elevation=elevation,
            day_of_year=index.day_of_year.to_numpy(),
        )
        worst = max(worst, float(np.abs(ours - theirs.to_numpy()).max()))
    # The same equations and constants: only the order of the operations differs.
    assert worst < 1e-8


def test_evapotranspiration_is_never_below_zero_and_humid_air_above_saturation_counts_as_saturated() -> None:
    place = {"latitude": 60.0, "elevation": 10.0, "day_of_year": 355}
    weather = {"tmax": -5.0, "tmin": -15.0, "rs": 0.5}
    assert penman_monteith_daily(**weather, **place, ea=0.2, u2=1.0) >= 0.0
    saturated = air.mean_saturation_vapour_pressure(20.0, 15.0)
    summer = {
        "latitude": 0.0,
        "elevation": 0.0,
        "day_of_year": 80,
        "tmax": 20.0,
        "tmin": 15.0,
        "rs": 15.0,
        "u2": 3.0,
    }
    assert penman_monteith_daily(**summer, ea=saturated * 1.01) == pytest.approx(
        penman_monteith_daily(**summer, ea=saturated), abs=0.02
    )


def test_sites_by_days_broadcast_and_blocks_do_not_change_the_result(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    tmin = rng.uniform(0, 20, (7, 900))
    weather = {"tmin": tmin, "tmax": tmin + 8, "ea": 0.9, "rs": rng.uniform(5, 25, (7, 900)), "u2": 2.0}
    place = {"latitude": np.linspace(-50, 50, 7)[:, None], "elevation": np.linspace(0, 900, 7)[:, None]}
    day = np.arange(900) % 366 + 1
    whole = penman_monteith_daily(**weather, **place, day_of_year=day)
    monkeypatch.setattr("workbench.evapotranspiration.equation.penman_monteith.BLOCK", 1000)
    np.testing.assert_array_equal(whole, penman_monteith_daily(**weather, **place, day_of_year=day))
    alone = penman_monteith_daily(
        tmin=tmin[4, 17],
        tmax=tmin[4, 17] + 8,
        ea=0.9,
        rs=weather["rs"][4, 17],
        u2=2.0,
        latitude=place["latitude"][4, 0],
        elevation=place["elevation"][4, 0],
        day_of_year=int(day[17]),
    )
    assert whole[4, 17] == pytest.approx(float(alone), rel=1e-12)


def test_a_missing_input_gives_a_missing_result_and_only_there() -> None:
    rs = np.array([20.0, np.nan, 22.0])
    found = penman_monteith_daily(
        tmax=30.0,
        tmin=20.0,
        ea=1.5,
        rs=rs,
        u2=2.0,
        latitude=-10.0,
        elevation=300.0,
        day_of_year=[100, 101, 102],
    )
    np.testing.assert_array_equal(np.isnan(found), [False, True, False])
