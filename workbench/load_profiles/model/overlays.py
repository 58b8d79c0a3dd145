"""What is added to the load or taken from it: rooftop solar, vehicle charging, hydrogen, new industry."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from workbench.errors import SettingError
from workbench.runs.model.settings import setting

HOURS_A_DAY = 24


class OverlayShape(StrEnum):
    """How the energy of an overlay lies in the day and the year."""

    SUN = "sun"
    """Clear sky on a horizontal plane at the overlay's latitude and longitude."""
    EVENING_CHARGING = "evening_charging"
    CHARGING_BY_PLACE = "charging_by_place"
    """At home in the evening, at work in the morning, elsewhere by day, by the shares of the overlay."""
    DAY_SHIFT = "day_shift"
    FLAT = "flat"
    LOAD = "load"
    """In proportion to the load itself, which keeps its shape."""
    BY_HOUR = "by_hour"
    """The 24 numbers in ``by_hour``."""


class Effect(StrEnum):
    """What an overlay does to the load that the grid sees."""

    ADDED = "added"
    NETTED = "netted"


class Counted(StrEnum):
    """Whether the targets already hold the overlay."""

    ON_TOP = "on_top"
    """The targets are without it: it changes energy and peak."""
    IN_TARGET = "in_target"
    """The targets hold it already: it changes only the shape."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """One overlay; energy at the same point of the grid as the load."""

    name: str = setting("Rooftop solar", help="What it is; the name of its column in the results")
    energy: dict[int, float] = setting(
        dict,
        help="Energy [GWh] by year; straight lines between, nothing before the first",
        unit="GWh",
        maximum=1e8,
    )
    sector: str = setting("", help="Take the energy from this sector of the demand scenario instead")
    share: float = setting(100.0, help="Share of that energy to take", unit="%", minimum=0, maximum=1000)
    shape: OverlayShape = setting(OverlayShape.SUN, help="How it lies in the day and the year")
    by_hour: tuple[float, ...] = setting((), help="24 shares, from 0 to 1 o'clock on", minimum=0)
    effect: Effect = setting(Effect.NETTED, help="Added to the load or netted from it")
    counted: Counted = setting(Counted.ON_TOP, help="Whether the targets already hold it")
    in_history: bool = setting(
        False,
        help="The hours of the base year hold it already, as far as it was there in that year",
    )
    at_home: float = setting(
        70.0, help="Share of the charging at home", unit="%", minimum=0, maximum=100, advanced=True
    )
    at_work: float = setting(
        20.0,
        help="Share of the charging at work; the rest is elsewhere, by day",
        unit="%",
        minimum=0,
        maximum=100,
        advanced=True,
    )
    latitude: float = setting(10.5, help="For the sun's path", unit="° N", minimum=-66, maximum=66)
    longitude: float = setting(76.3, help="For the sun's path", unit="° E", minimum=-180, maximum=180)

    @property
    def sign(self) -> int:
        """1 when it raises the load that the grid sees, -1 when it lowers it."""
        return 1 if self.effect is Effect.ADDED else -1


def check_overlay(overlay: Overlay) -> None:
    """Check an overlay beyond types and bounds.

    Raises
    ------
    SettingError
        When its shape has not 24 hours with some energy, or its energy is negative.
    """
    if overlay.shape is OverlayShape.BY_HOUR and (
        len(overlay.by_hour) != HOURS_A_DAY or not sum(overlay.by_hour)
    ):
        raise SettingError(
            f"The overlay {overlay.name!r} has {len(overlay.by_hour)} values by hour, expected 24 with a sum "
            f"above 0.",
            "by_hour",
            overlay.by_hour,
        )
    if overlay.shape is OverlayShape.CHARGING_BY_PLACE and overlay.at_home + overlay.at_work > 100:
        raise SettingError(
            f"The overlay {overlay.name!r} charges {overlay.at_home:g} % at home and {overlay.at_work:g} % at "
            "work, more than 100 % together.",
            "at_home",
            overlay.at_home,
        )
    for year, energy in overlay.energy.items():
        if energy < 0:
            raise SettingError(
                f"The overlay {overlay.name!r} has {energy:g} GWh in {year}; give a positive number and the "
                "effect 'netted' for what lowers the load.",
                "energy",
                energy,
            )
