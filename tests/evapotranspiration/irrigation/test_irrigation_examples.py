"""Worked examples of FAO-56, chapters 6 to 8, and whole seasons of pyfao56."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from workbench.data.arrays import Floats
from workbench.evapotranspiration.irrigation import coefficients as kc
from workbench.evapotranspiration.irrigation.balance import (
    Balance,
    Crops,
    Rule,
    Surface,
    Water,
    water_balance,
)
from workbench.evapotranspiration.irrigation.degree_days import degree_days
from workbench.evapotranspiration.irrigation.soil import (
    adjusted_fraction,
    evaporation_reduction,
    stress_coefficient,
    total_available,
)
from workbench.evapotranspiration.model.soils import Soil

HERE = Path(__file__).parent
DRY_BEAN = (25.0, 25.0, 30.0, 20.0)


def test_kc_ini_of_light_and_heavy_wettings_is_interpolated_as_in_example_25() -> None:
    # Coarse soil, 20 mm twice a week, 5 mm/d: 0.55 for light and 0.7 for heavy wettings by the graphs, so 0.60.
    assert kc.initial_coefficient(5.0, 3.5, 10.0, coarse=True) == pytest.approx(0.55, abs=0.03)
    assert kc.initial_coefficient(5.0, 3.5, 20.0, coarse=True) == pytest.approx(0.60, abs=0.01)


def test_kc_mid_of_maize_in_a_humid_and_a_windy_climate_is_that_of_example_27() -> None:
    found = kc.adjusted_for_climate(1.20, [1.3, 4.6], [75.0, 44.0], 2.0)
    np.testing.assert_allclose(found, [1.07, 1.30], atol=0.005)


def test_kc_of_dry_beans_on_four_days_is_that_of_example_28() -> None:
    found = kc.crop_coefficient([20, 40, 70, 95], DRY_BEAN, 0.40, 1.15, 0.35)
    np.testing.assert_allclose(found, [0.40, 0.85, 1.15, 0.55], atol=0.005)


def test_kcb_of_dry_beans_is_adjusted_and_followed_as_in_examples_29_and_30() -> None:
    middle, end = (kc.adjusted_for_climate(value, 2.2, 30.0, 0.4) for value in (1.10, 0.25))
    assert round(float(middle), 2) == 1.14
    assert end == 0.25, "below 0.45 no climate matters"
    found = kc.crop_coefficient([20, 40, 70, 95], DRY_BEAN, 0.15, middle, end)
    np.testing.assert_allclose(found, [0.15, 0.74, 1.14, 0.47], atol=0.006)


def test_bare_loam_dries_in_two_stages_as_in_example_31() -> None:
    water = Water(np.full(10, 4.5), np.zeros(10))
    found = water_balance(water, Crops(np.full(10, 0.15), 200.0, 0.5), Surface(1.20, 0.0, 20.0, 9.0))
    np.testing.assert_allclose(found.ke[:4], [1.05, 1.05, 1.01, 0.57], atol=0.01)
    np.testing.assert_allclose(found.surface[:4], [4.7, 9.5, 14.0, 16.5], atol=0.1)
    assert (np.diff(found.evaporation[2:]) < 0).all()


@pytest.mark.parametrize(
    ("wetted", "below", "ke", "etc"),
    [(1.0, False, 0.40, 9.1), (0.3, False, 0.39, 9.0), (0.3, True, 0.25, 8.1)],
    ids=["sprinkler, example 32", "furrow, example 33", "drip, example 34"],
)
def test_a_cotton_field_just_irrigated_uses_what_its_wet_ground_lets_it(
    wetted: float, below: bool, ke: float, etc: float
) -> None:
    greatest = kc.greatest_coefficient(0.9, 3.0, 20.0, 1.0)
    assert greatest == pytest.approx(1.30, abs=0.005)
    cover = kc.canopy_cover(0.9, greatest, 1.0)
    assert cover == pytest.approx(0.53, abs=0.01)
    surface = Surface(float(greatest), float(cover), 22.0, 9.0, 0.0, wetted, below)
    found = water_balance(Water([7.0], [0.0], [30.0]), Crops([0.9], 200.0, 0.5, 0.0), surface)
    assert found.ke[0] == pytest.approx(ke, abs=0.006)
    assert found.etc[0] == pytest.approx(etc, abs=0.06)


def test_kc_max_is_that_of_example_35() -> None:
    assert kc.greatest_coefficient(0.35, 1.6, 35.0, 0.3) == pytest.approx(1.212, abs=5e-4)


def test_available_water_of_three_soils_and_crops_is_that_of_example_36() -> None:
    soils = [Soil(0.15, 0.06, 6.0), Soil(0.32, 0.15, 9.0), Soil(0.35, 0.23, 10.0)]
    available = np.array([soil.available for soil in soils])[:, None]
    np.testing.assert_allclose(available[:, 0], [90, 170, 120])
    total = total_available(available, [0.4, 0.8, 1.2])
    np.testing.assert_allclose(total, [[36, 72, 108], [68, 136, 204], [48, 96, 144]])
    readily = total * [0.30, 0.40, 0.55]
    np.testing.assert_allclose(readily, [[11, 29, 59], [20, 54, 112], [14, 38, 79]], atol=0.5)


def test_tomatoes_that_dry_out_for_ten_days_are_those_of_example_37() -> None:
    found = water_balance(
        Water(np.full(10, 5.0), np.zeros(10)), Crops(1.2, 160.0, 0.40, 55.0, adjusted=False)
    )
    np.testing.assert_allclose(found.readily, 64.0)
    np.testing.assert_allclose(
        found.ks, [1.00, 1.00, 0.97, 0.91, 0.85, 0.80, 0.75, 0.70, 0.66, 0.62], atol=0.005
    )
    np.testing.assert_allclose(
        found.depletion, [61.0, 67.0, 72.8, 78.3, 83.4, 88.2, 92.6, 96.9, 100.8, 104.5], atol=0.06
    )


def test_the_share_without_stress_falls_as_the_air_asks_for_more() -> None:
    # Hot dry weather is 10 to 25 % less than the table's value, cool weather up to 20 % more (page 162).
    np.testing.assert_allclose(adjusted_fraction(0.5, [5.0, 8.0, 2.0]), [0.5, 0.38, 0.62])
    assert stress_coefficient(80.0, 100.0, 50.0) == pytest.approx(0.4)
    assert evaporation_reduction(5.0, 20.0, 9.0) == 1.0


def test_degree_days_are_those_of_both_methods_of_mcmaster_and_wilhelm() -> None:
    assert degree_days(16.0, 4.0, 8.0) == pytest.approx(4.0), "each extreme is brought to the base"
    assert degree_days(16.0, 4.0, 8.0, each=False) == pytest.approx(2.0)
    assert degree_days(40.0, 20.0, 10.0, 30.0) == pytest.approx(15.0)


def test_irrigation_comes_when_the_readily_available_water_is_used_and_fills_the_root_zone() -> None:
    water = Water(np.full(30, 6.0), np.zeros(30))
    crops = Crops(1.0, 120.0, 0.5, 0.0, adjusted=False)
    found = water_balance(water, crops, rule=Rule())
    days = np.flatnonzero(found.irrigation)
    np.testing.assert_array_equal(days, [10, 20])
    np.testing.assert_allclose(found.irrigation[days], 60.0)
    np.testing.assert_allclose(found.ks, 1.0)
    less = water_balance(water, crops, rule=Rule(depth=20.0, limit=15.0, allowed=np.arange(30) != 10))
    assert (less.irrigation[:11] == 0).all()
    assert less.irrigation.max() == 15.0


def test_water_is_neither_made_nor_lost_with_many_fields_at_once() -> None:
    rng = np.random.default_rng(5)
    eto, rain = rng.uniform(2, 9, (1, 60)), rng.choice([0.0, 0.0, 25.0], (4, 60))
    basal = np.linspace(0.15, 1.1, 60)
    surface = Surface(1.25, np.linspace(0, 0.8, 60), 22.0, 9.0, 5.0, 0.6)
    found = water_balance(
        Water(eto, rain, curve_number=80.0), Crops(basal, 110.0, 0.5, 30.0), surface, Rule(depth=25.0)
    )
    came = (rain + found.irrigation - found.runoff).sum(axis=1)
    went = (found.eta + found.percolation).sum(axis=1)
    np.testing.assert_allclose(came - went + found.short.sum(axis=1), 30.0 - found.depletion[:, -1])
    one = water_balance(
        Water(eto[0], rain[2], curve_number=80.0), Crops(basal, 110.0, 0.5, 30.0), surface, Rule(depth=25.0)
    )
    np.testing.assert_array_equal(one.depletion, found.depletion[2])


def test_a_day_without_eto_leaves_what_follows_missing() -> None:
    found = water_balance(Water([5.0, np.nan, 5.0], np.zeros(3)), Crops(1.0, 100.0, 0.5))
    np.testing.assert_array_equal(np.isnan(found.depletion), [False, True, True])


@pytest.mark.parametrize(
    ("file", "stages", "basal", "height", "roots", "soil", "p", "first", "curve_number"),
    [
        (
            "pyfao56_cotton_2013.csv",
            (31, 52, 50, 21),
            (0.15, 1.20, 0.573),
            (0.05, 1.2),
            (0.6, 1.7),
            Soil(0.225, 0.100, 9.0, 0.1143),
            0.65,
            0.100,
            np.nan,
        ),
        (
            "pyfao56_maize_2015.csv",
            (24, 32, 40, 41),
            (0.15, 1.05, 0.15),
            (0.01, 2.0),
            (0.2, 1.2),
            Soil(0.29, 0.068, 9.0, 0.10),
            0.55,
            0.29,
            75.0,
        ),
    ],
    ids=["cotton with dry spells", "rain-fed maize with runoff"],
)
def test_a_season_is_that_of_pyfao56_day_by_day(
    file: str,
    stages: tuple[float, ...],
    basal: tuple[float, float, float],
    height: tuple[float, float],
    roots: tuple[float, float],
    soil: Soil,
    p: float,
    first: float,
    curve_number: float,
) -> None:
    table = pd.read_csv(HERE / file, comment="#")

    def column(name: str) -> Floats:
        return table[name].to_numpy(dtype=float)

    day = np.arange(len(table))  # pyfao56 numbers the day of planting 0
    grown = kc.growth(day, stages)
    tall = height[0] + (height[1] - height[0]) * grown
    coefficient = kc.crop_coefficient(day, stages, *basal)
    greatest = kc.greatest_coefficient(coefficient, column("wind"), column("humidity"), tall)
    cover = kc.canopy_cover(coefficient, greatest, tall, bare=basal[0])
    lacks = 1000 * (soil.field_capacity - first)
    found: Balance = water_balance(
        Water(column("eto"), column("rain"), column("net"), curve_number),
        Crops(
            coefficient,
            total_available(soil.available, roots[0] + (roots[1] - roots[0]) * grown),
            p,
            lacks * roots[0],
        ),
        Surface(greatest, cover, soil.evaporable, soil.readily_evaporable, soil.evaporable, column("wetted")),
        early=False,
    )
    for name in (
        "eta",
        "evaporation",
        "transpiration",
        "ks",
        "surface",
        "depletion",
        "percolation",
        "runoff",
    ):
        np.testing.assert_allclose(getattr(found, name), column(name), atol=0.006, err_msg=name)
