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
    DAY_SHIFT = "day_shift"
    FLAT = "flat"
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
    for year, energy in overlay.energy.items():
        if energy < 0:
            raise SettingError(
                f"The overlay {overlay.name!r} has {energy:g} GWh in {year}; give a positive number and the "
                "effect 'netted' for what lowers the load.",
                "energy",
                energy,
            )
