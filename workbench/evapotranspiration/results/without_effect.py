"""Settings that make no difference to an estimate: something else decides or they apply to nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from workbench.evapotranspiration.config import EvapotranspirationConfig, Online, Period
from workbench.evapotranspiration.inputs.downloads import SitePlan
from workbench.evapotranspiration.inputs.reading import EtoInput
from workbench.evapotranspiration.model.equations import GRASS, TimeStep

__all__ = ["without_effect"]


def without_effect(
    config: EvapotranspirationConfig,
    data: EtoInput,
    plans: Sequence[SitePlan],
    stations: Collection[str],
) -> dict[str, str]:
    """Give the settings that would make no difference, each with the reason; empty where it makes one.

    Parameters
    ----------
    config
        The settings.
    data
        Places and files.
    plans
        What was requested online.
    stations
        Places that have a station of their own.
    """
    asked = {str(ask.source) for plan in plans for ask in plan.asks}
    offline = "" if asked else "no online service is asked"
    history = "" if config.period is Period.HISTORY else f"the period is '{config.period}'"
    by_place = "the place is given" if config.place else "a grid is given" if config.grid else ""
    heights = any(plan.place.elevation is None for plan in plans)
    known = {*asked, "opentopodata"} if heights else asked
    idle = sorted(set(config.services) - known)
    other = (
        ""
        if config.equation in GRASS
        else f"a reference is of FAO-56, and the equation is '{config.equation}'"
    )
    not_learned = other if config.learn else "learn is 'no'"
    by_hours = "" if data.has_hours else "the weather file has no hours"
    zone_told = by_hours or ("" if config.time_step is TimeStep.HOURLY else "the time_step is 'daily'")
    in_file = all(place.name in data.weather for place in data.places)
    return {
        "start": history,
        "end": history,
        "days": "" if config.period is Period.RECENT else f"the period is '{config.period}'",
        "ahead": "" if config.period is Period.FORECAST else f"the period is '{config.period}'",
        "sites": by_place,
        "elevation": "" if config.place else "it is that of one place (place); the sites have their own",
        "sites_file": "" if data.uses_sites else by_place,
        "weather_file": "" if data.weather else "it has no weather of the places",
        "reference_file": not_learned
        or ("" if len(data.reference) else "it shares no site with the weather"),
        "learn": ""
        if (data.has_reference and not other) or stations
        else other or "there is no reference and no station",
        "method": ""
        if stations or not other
        else "nothing is known of the sources' errors with this equation",
        "stations": _without_station(data),
        "online": "all places are in the weather file"
        if config.online is Online.NEVER and in_file and not config.sources
        else "",
        "sources": "online is 'never'" if config.online is Online.NEVER else "",
        "parallel": offline,
        "patience": offline,
        "services": offline or (f"{', '.join(idle)} is not asked" if idle else ""),
        "units": "" if data.weather else "no weather of a file is used",
        "wind_height": data.why_no_wind_height,
        "time_step": by_hours,
        "time_zone": zone_told,
        "left_out": "" if data.weather else "no weather of a file is used",
    }


def _without_station(data: EtoInput) -> str:
    if not data.weather:
        return "no weather of a file is used"
    taught = set(data.reference["site"])
    return "every place has a reference of its own" if taught >= set(data.weather) else ""
