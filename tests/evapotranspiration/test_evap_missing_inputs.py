"""Daily tables: what FAO-56 takes for missing inputs, and that it is told."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from workbench.errors import InvalidData
from workbench.evapotranspiration.equation.daily import Equation, daily_eto, daily_eto_table
from workbench.evapotranspiration.model.site import Site, distance_km
from workbench.evapotranspiration.physics.atmosphere import vapour_pressure_from_dew_point

LYON = Site("Lyon", 45.7167, 4.85, 200)
UCCLE = Site("Uccle", 50.8, 4.35, 100)


def days(count: int = 1, start: str = "2015-07-15", **columns: object) -> pd.DataFrame:
    index = pd.date_range(start, periods=count, freq="D", name="date")
    return pd.DataFrame({"tmax": 26.6, "tmin": 14.8, **columns}, index=index)


def test_temperature_alone_gives_lyon_of_example_20_and_says_what_was_taken() -> None:
    found = daily_eto(days(), LYON).iloc[0]
    assert round(found["eto"], 2) == 4.56
    assert found["assumed"] == (
        "rs from the range of temperature; humidity from tmin as dew point; u2 taken as 2 m/s"
    )
    assert found["u2"] == 2.0
    assert found["rs"] == pytest.approx(22.3, abs=0.05)


def test_hargreaves_gives_lyon_of_example_20() -> None:
    found = daily_eto(days(), LYON, equation=Equation.HARGREAVES).iloc[0]
    assert round(found["eto"], 1) == 5.0
    assert found["assumed"] == "temperature alone"


def test_what_is_measured_is_not_assumed() -> None:
    weather = days(tmax=21.5, tmin=12.3, rh_max=84.0, rh_min=63.0, u2=2.078, rs=22.07, start="2015-07-06")
    found = daily_eto(weather, UCCLE).iloc[0]
    assert found["assumed"] == ""
    assert found["eto"] == pytest.approx(3.88, abs=5e-3)


def test_humidity_comes_from_the_best_that_is_there_day_by_day() -> None:
    weather = days(
        4, tdew=[12.0, np.nan, np.nan, np.nan], rh_max=[90, 80, 80, np.nan], rh_min=[40, 45, np.nan, np.nan]
    )
    weather["rh"] = [55.0, 55.0, 55.0, 55.0]
    found = daily_eto(weather, LYON)["ea"].to_numpy()
    low, high = vapour_pressure_from_dew_point([14.8, 26.6])
    assert found[0] == pytest.approx(float(vapour_pressure_from_dew_point(12.0)))
    assert found[1] == pytest.approx((low * 0.80 + high * 0.45) / 2)
    assert found[2] == pytest.approx(low * 0.80)
    assert found[3] == pytest.approx((low + high) / 2 * 0.55)


def test_a_day_without_an_extreme_has_no_result_and_says_so() -> None:
    weather = days(3, rs=20.0)
    weather.loc[weather.index[1], "tmin"] = np.nan
    found = daily_eto(weather, LYON)
    assert found["eto"].isna().tolist() == [False, True, False]
    assert found["assumed"].iloc[1] == "tmax or tmin missing"


def test_still_air_counts_as_half_a_metre_a_second_and_says_so() -> None:
    still, light = (
        daily_eto(days(u2=0.0, rs=20.0), LYON).iloc[0],
        daily_eto(days(u2=0.5, rs=20.0), LYON).iloc[0],
    )
    assert still["eto"] == light["eto"]
    assert "u2 raised to 0.5 m/s" in still["assumed"]
    assert "u2" not in light["assumed"]


def test_many_sites_in_one_table_give_what_each_gives_alone() -> None:
    one, other = days(400, rs=18.0, rh=60.0, u2=1.5), days(400, rs=12.0, rh=75.0, u2=3.0)
    table = (
        pd.concat([one.assign(site="Lyon"), other.assign(site="Uccle")])
        .reset_index()
        .sample(frac=1, random_state=1)
    )
    found = daily_eto_table(table, {"Lyon": LYON, "Uccle": UCCLE})
    together = table.assign(eto=found["eto"]).set_index(["site", "date"])["eto"]
    for site, weather in ((LYON, one), (UCCLE, other)):
        alone = daily_eto(weather, site)["eto"]
        np.testing.assert_allclose(together[site.name].sort_index(), alone, rtol=1e-12)


def test_the_29th_of_february_and_the_31st_of_december_of_a_leap_year_have_results() -> None:
    found = daily_eto(days(400, start="2023-12-31", rs=15.0), LYON)
    assert found["eto"].notna().all()
    assert found.loc["2024-02-29", "ra"] > found.loc["2024-02-28", "ra"]


def test_the_pole_has_a_result_in_the_night_and_under_the_midnight_sun() -> None:
    pole = Site("Pole", 90.0, 0.0, 0.0)
    weather = days(366, start="2024-01-01", tmax=-10.0, tmin=-20.0, rs=5.0, rh=80.0, u2=3.0)
    found = daily_eto(weather, pole)
    assert np.isfinite(found["eto"]).all()
    assert (found["eto"] >= 0).all()
    assert found.loc["2024-12-21", "ra"] == pytest.approx(0.0, abs=1e-9)


def test_a_table_without_tmin_is_refused_with_what_was_seen() -> None:
    with pytest.raises(InvalidData, match="column 'tmin' is missing, seen are tmax, rs"):
        daily_eto(days(rs=1.0).drop(columns="tmin"), LYON)


def test_text_among_the_numbers_is_refused_with_the_text() -> None:
    weather = days(2).astype(object)
    weather.iloc[1, 0] = "n/a"
    with pytest.raises(InvalidData, match=r"'tmax'.*'n/a'"):
        daily_eto(weather, LYON)


def test_a_table_of_an_unknown_site_is_refused() -> None:
    with pytest.raises(InvalidData, match="Gent: no such site"):
        daily_eto_table(days().assign(site="Gent").reset_index(), {"Lyon": LYON})


@pytest.mark.parametrize(
    ("latitude", "longitude", "elevation", "seen"),
    [
        (91.0, 0.0, 0.0, "latitude is 91"),
        (0.0, -181.0, 0.0, "longitude is -181"),
        (0.0, 0.0, 12000.0, "elevation is 12000"),
        (float("nan"), 0.0, 0.0, "latitude is nan"),
    ],
)
def test_a_site_off_the_earth_is_refused_with_the_value(
    latitude: float, longitude: float, elevation: float, seen: str
) -> None:
    with pytest.raises(InvalidData, match=seen):
        Site("x", latitude, longitude, elevation)


def test_distances_shrink_towards_the_pole() -> None:
    # One degree of longitude: 111.19 km at the equator, half of it at 60 degrees.
    assert distance_km(Site("a", 0, 0, 0), Site("b", 0, 1, 0)) == pytest.approx(111.19, abs=0.01)
    assert distance_km(Site("a", 60, 0, 0), Site("b", 60, 1, 0)) == pytest.approx(55.6, abs=0.01)
    assert distance_km(Site("a", 0, 179.5, 0), Site("b", 0, -179.5, 0)) == pytest.approx(111.19, abs=0.01)
