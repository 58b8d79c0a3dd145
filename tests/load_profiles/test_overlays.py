from __future__ import annotations

import numpy as np
import pytest

from workbench.errors import InvalidData, SettingError
from workbench.hourly_loads.year_hours import hours_of_year
from workbench.load_profiles.generation.generate import (
    HourlyOverlay,
    YearTask,
    make_year,
    shape_with_overlays,
)
from workbench.load_profiles.generation.overlays import overlay_load, sun_height
from workbench.load_profiles.model.overlays import Counted, Effect, Overlay, OverlayShape, check_overlay
from workbench.load_profiles.model.targets import ReconciledTargets, no_months

HOURS = hours_of_year(2030)
FLAT = np.full(len(HOURS), 4000.0) + 300 * np.cos((HOURS.clock - 20) / 24 * 2 * np.pi)
ENERGY = np.add.reduceat(FLAT, HOURS.month_bounds[:-1])


@pytest.mark.parametrize(
    "shape", [OverlayShape.SUN, OverlayShape.EVENING_CHARGING, OverlayShape.DAY_SHIFT, OverlayShape.FLAT]
)
def test_the_energy_of_an_overlay_is_exact_whatever_its_shape(shape: OverlayShape) -> None:
    load = overlay_load(Overlay(shape=shape, share=50.0), HOURS, {2030: 3000.0})

    assert load.sum() == pytest.approx(1500e3, rel=1e-12)
    assert load.min() >= 0


def test_energies_between_given_years_lie_on_a_straight_line_and_nothing_comes_before_the_first() -> None:
    given = {2028: 1000.0, 2032: 3000.0}

    assert overlay_load(Overlay(), HOURS, given).sum() == pytest.approx(2000e3)
    assert overlay_load(Overlay(), hours_of_year(2027), given).sum() == 0


def test_the_sun_stands_highest_at_solar_noon_and_never_shines_at_night() -> None:
    """At 76.3 degrees east solar noon is at 12:24 Indian time, plus or minus the equation of time (17 minutes)."""
    height = sun_height(HOURS, 10.5, 76.3)
    by_hour = np.bincount(HOURS.clock, height)

    assert by_hour.argmax() in (11, 12)
    assert by_hour[:5].sum() == by_hour[20:].sum() == 0


def test_the_height_of_the_sun_agrees_with_the_solstice() -> None:
    """At the tropic the June sun passes the zenith: declination 23.44 degrees (IAU)."""
    day = HOURS.days[HOURS.day] == np.datetime64("2029-06-21")
    noon = np.arcsin(sun_height(HOURS, 23.44, 82.5)[day].max())

    assert np.degrees(noon) == pytest.approx(90, abs=8)


def test_netted_solar_on_top_lowers_the_grid_load_and_leaves_the_planned_and_gross_load() -> None:
    solar = HourlyOverlay(
        "sun", overlay_load(Overlay(), HOURS, {2030: 3000.0}), Effect.NETTED, Counted.ON_TOP
    )
    charging = HourlyOverlay(
        "cars",
        overlay_load(Overlay(shape=OverlayShape.EVENING_CHARGING), HOURS, {2030: 500.0}),
        Effect.ADDED,
        Counted.ON_TOP,
    )
    reconciled = ReconciledTargets(2030, ENERGY, no_months(), no_months(), ())
    made = make_year(
        YearTask(2030, 4, "Asia/Kolkata", FLAT, 2025, HOURS.days, reconciled, overlays=(solar, charging))
    )

    np.testing.assert_allclose(made.planned, FLAT)
    np.testing.assert_allclose(made.load, FLAT - solar.load + charging.load)
    np.testing.assert_allclose(made.gross, FLAT + charging.load)
    noon, night = HOURS.clock == 12, HOURS.clock == 2
    assert (made.gross - made.load)[noon].min() > 100
    assert (made.gross - made.load)[night].max() == 0


def test_overlays_inside_the_target_change_the_shape_and_not_the_energy_or_the_peak() -> None:
    solar = HourlyOverlay(
        "sun", overlay_load(Overlay(), HOURS, {2030: 3000.0}), Effect.NETTED, Counted.IN_TARGET
    )
    shape = shape_with_overlays(FLAT, HOURS, ENERGY, [solar])
    reconciled = ReconciledTargets(2030, ENERGY, np.full(12, 5200.0), no_months(), ())
    made = make_year(
        YearTask(2030, 4, "Asia/Kolkata", shape, 2025, HOURS.days, reconciled, overlays=(solar,))
    )

    np.testing.assert_allclose(np.add.reduceat(made.load, HOURS.month_bounds[:-1]), ENERGY, rtol=1e-12)
    assert made.load.max() == 5200.0
    np.testing.assert_allclose(made.gross, made.load + solar.load)
    by_hour = np.bincount(HOURS.clock, made.load) / 365
    assert by_hour[12] < by_hour[4]


def test_more_solar_than_the_load_can_take_is_refused_with_the_hour() -> None:
    solar = HourlyOverlay(
        "sun", overlay_load(Overlay(), HOURS, {2030: 20000.0}), Effect.NETTED, Counted.IN_TARGET
    )

    with pytest.raises(
        InvalidData, match=r"sun would bring the load to -[\d,]+ MW at \d{4}-\d\d-\d\d \d\d:00 of 2030"
    ):
        shape_with_overlays(FLAT, HOURS, ENERGY, [solar])


def test_more_charging_than_the_target_holds_is_refused() -> None:
    load = overlay_load(Overlay(shape=OverlayShape.FLAT), HOURS, {2030: 50000.0})
    cars = HourlyOverlay("cars", load, Effect.ADDED, Counted.IN_TARGET)

    with pytest.raises(InvalidData, match="more than the whole target"):
        shape_with_overlays(FLAT, HOURS, ENERGY, [cars])


def test_negative_energies_and_wrong_hours_are_refused() -> None:
    with pytest.raises(SettingError, match="give a positive number and the effect 'netted'"):
        check_overlay(Overlay(energy={2030: -5.0}))
    with pytest.raises(SettingError, match="has 2 values by hour, expected 24"):
        check_overlay(Overlay(shape=OverlayShape.BY_HOUR, by_hour=(1.0, 2.0)))
