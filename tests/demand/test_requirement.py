from __future__ import annotations

import numpy as np
import pytest

from workbench.demand.config import DemandConfig, check, s_curve
from workbench.demand.model.roles import Role, role_of
from workbench.demand.requirement import requirement as chain


def test_rooftop_solar_is_subtracted_once_and_never_added_back() -> None:
    sales, solar = np.array([1000.0]), np.array([150.0])
    gross, net = chain.consumption({Role.SALES: sales, Role.ROOFTOP_SOLAR: solar})
    assert gross == pytest.approx([1000])
    assert net == pytest.approx([850])


def test_every_layer_has_its_sign() -> None:
    by_role = {role: np.array([10.0**i]) for i, role in enumerate(Role)}
    gross, net = chain.consumption(by_role)
    # sales 1, open access 10, vehicles 100, hydrogen 1000, savings 10 000, solar 100 000
    assert gross == pytest.approx([1111 - 10_000])
    assert net == pytest.approx([1111 - 10_000 - 100_000])


def test_loss_is_a_share_of_the_requirement_not_of_the_sales() -> None:
    assert chain.requirement(np.array([900.0]), np.array([10.0])) == pytest.approx([1000.0])


def test_a_loss_of_everything_is_refused() -> None:
    with pytest.raises(ValueError, match="below 100 %"):
        chain.requirement(np.array([900.0]), np.array([100.0]))


def test_peak_of_a_flat_load_is_its_average() -> None:
    assert chain.peak(np.array([8.76]), np.array([8760.0]), np.array([100.0])) == pytest.approx([1.0])
    assert chain.peak(np.array([8.76]), np.array([8760.0]), np.array([50.0])) == pytest.approx([2.0])


@pytest.mark.parametrize(
    ("year", "start", "hours"),
    [(2024, 4, 8784), (2025, 4, 8760), (2023, 4, 8760), (2024, 1, 8784), (2100, 4, 8760), (2000, 1, 8784)],
)
def test_a_year_with_a_29_february_has_8784_hours(year: int, start: int, hours: int) -> None:
    # FY 2023-24 (April 2023 to March 2024) holds 29 February 2024.
    assert chain.hours_of(year, start) == hours


def test_trajectories_are_straight_between_points_and_flat_outside() -> None:
    assert chain.between_points({2025: 12.0, 2035: 8.0}, [2020, 2025, 2030, 2035, 2040]) == pytest.approx(
        [12, 12, 10, 8, 8]
    )


def test_a_layer_is_zero_before_it_begins() -> None:
    assert chain.layer_between_points({2028: 100.0, 2030: 300.0}, [2026, 2028, 2029, 2031]) == pytest.approx(
        [0, 100, 200, 300]
    )


def test_solar_share_splits_the_solar_and_not_the_demand_of_a_sector() -> None:
    split = chain.split_solar(np.array([2000.0]), {"Homes": 60, "Railways": 40})
    assert split["Homes"] == pytest.approx([1200])
    assert sum(values[0] for values in split.values()) == pytest.approx(2000)


def test_solar_shares_must_sum_to_a_hundred() -> None:
    with pytest.raises(ValueError, match="sum to 90 %"):
        chain.split_solar(np.array([1.0]), {"Homes": 60, "Railways": 30})


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("ev_transport", Role.ELECTRIC_VEHICLES),
        ("Solar Rooftop", Role.ROOFTOP_SOLAR),
        ("green_hydrogen", Role.GREEN_HYDROGEN),
        ("open access", Role.OPEN_ACCESS),
        ("Domestic_lt", Role.SALES),
        ("licencees", Role.SALES),
    ],
)
def test_roles_are_told_by_names(name: str, role: Role) -> None:
    assert role_of(name) is role


def test_an_s_curve_passes_a_tenth_and_nine_tenths_and_lies_between_nothing_and_everybody() -> None:
    points = s_curve(2028, 2038, 6000.0)
    assert (points[2028], points[2033], points[2038]) == pytest.approx((600.0, 3000.0, 5400.0))
    assert 0 < points[min(points)] < 0.02 * 6000
    assert 0.98 * 6000 < points[max(points)] < 6000


@pytest.mark.parametrize("values", [(2038.0, 2028.0, 6000.0), (2028.0, 2038.0), (28.0, 38.0, 6000.0)])
def test_an_s_curve_of_other_numbers_is_refused_with_an_example(values: tuple[float, ...]) -> None:
    (found,) = check(DemandConfig(adoption={"electric vehicles": values}))
    assert "a later year with 90 %" in str(found)
