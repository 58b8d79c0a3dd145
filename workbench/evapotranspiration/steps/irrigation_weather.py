"""The weather of an irrigation plan: the days of a saved ETo and of a saved forecast, or of the weather file."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from workbench.data.notes import Notes
from workbench.data.projects.project import Project
from workbench.data.results.scenario import SUMMARY_FILE
from workbench.errors import InvalidData, SettingError
from workbench.evapotranspiration.config import EvapotranspirationConfig, Period
from workbench.evapotranspiration.fusion.site_check import ETO_PREFIX, SiteCheck, check_site
from workbench.evapotranspiration.inputs.reading import find_input, read_inputs
from workbench.evapotranspiration.irrigation.climate import least_humidity
from workbench.evapotranspiration.irrigation_config import IrrigationConfig
from workbench.evapotranspiration.model.catalogue import title_of
from workbench.evapotranspiration.model.equations import GRASS
from workbench.evapotranspiration.model.site import Site
from workbench.evapotranspiration.results.saved import STORE, EtoResult
from workbench.files import changed_at
from workbench.runs.model.digest import file_digest

__all__ = ["PlaceWeather", "read_weather"]


class DaysOnDemand(Mapping[str, pd.DataFrame]):
    """Days of places, made when they are first asked for: few of many places may have a field.

    Parameters
    ----------
    names
        The places.
    make
        Makes the days of one.
    """

    def __init__(self, names: Iterable[str], make: Callable[[str], pd.DataFrame]) -> None:
        self._names, self._make = dict.fromkeys(names), make
        self._made: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


@dataclass(frozen=True, slots=True)
class PlaceWeather:
    """Daily weather of the places of a plan.

    Parameters
    ----------
    places
        Place -> days that are over, indexed by date: ``eto``, ``rain`` [mm/d], and where known ``tmax``, ``tmin``
        [degC], ``wind`` [m/s at 2 m], ``humidity`` [%, least of the day].
    source
        Where they are from, in words.
    ahead
        Place -> days of a forecast, with ``eto_low`` and ``eto_high`` as well.
    paths
        Files that were read.
    credits
        Sentences that the licences of the data want.
    made_up
        Whether they are made up.
    is_saved
        Whether they are of a saved ETo.
    notes
        Place -> what is assumed of it; of those whose days were asked for.
    why_no_wind_height
        Why the setting ``wind_height`` makes no difference; empty where it does.
    eto, forecast
        Names of the saved ETo of the past and of the days ahead; empty without one.
    """

    places: Mapping[str, pd.DataFrame]
    source: str
    ahead: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    paths: tuple[Path, ...] = ()
    credits: tuple[str, ...] = ()
    made_up: bool = False
    is_saved: bool = False
    notes: Mapping[str, str] = field(default_factory=dict)
    why_no_wind_height: str = "a saved ETo is used"
    eto: str = ""
    forecast: str = ""

    @property
    def files(self) -> dict[str, str]:
        """Name of each file, or saved ETo -> SHA-256."""
        return {
            f"saved ETo '{path.parent.name}'" if path.name == SUMMARY_FILE else path.name: file_digest(path)
            for path in self.paths
        }


def read_weather(project: Project, config: IrrigationConfig, notes: Notes) -> PlaceWeather:
    """Read the weather of a plan.

    Raises
    ------
    DataError
        When a file cannot be read or used.
    SettingError
        When there is no weather, or a saved ETo that was named is a forecast.
    """
    names = sorted(
        STORE.finished(project), key=lambda name: changed_at(_summary(project, name)), reverse=True
    )
    named = {
        name: _of_grass(STORE.load(project, name), setting)
        for setting, name in (("eto", config.eto), ("forecast", config.forecast))
        if name
    }
    saved = [STORE.load(project, name) for name in names] if len(named) < 2 else []
    others = [one.scenario for one in saved if one.config.equation not in GRASS]
    if others:
        notes.unused(
            f"saved ETo {', '.join(others)}: another equation than FAO-56, which crop coefficients are for"
        )
    saved = [one for one in saved if one.scenario not in others]
    past = named[config.eto] if config.eto else next((one for one in saved if not _is_ahead(one)), None)
    if past is not None and _is_ahead(past):
        raise SettingError(
            f"eto names '{past.scenario}', which is a forecast; name it as forecast, and past days as eto.",
            "eto",
            config.eto,
        )
    if past is None:
        if find_input(project, config.weather_file, "eto_weather") is None:
            raise SettingError(
                "There is neither a saved ETo nor a weather file: estimate ETo first, or put an eto_weather.csv "
                "into the inputs.",
                "eto",
                config.eto,
            )
        found = _of_file(project, config, notes)
    else:
        if not config.eto:
            notes.assumption(f"the newest saved ETo '{past.scenario}' is used", setting="eto")
        found = PlaceWeather(
            DaysOnDemand(past.sites, functools.partial(_past_days, past)),
            f"the saved ETo '{past.scenario}'",
            {},
            (_summary(project, past.scenario),),
            past.credits,
            past.made_up,
            is_saved=True,
            eto=past.scenario,
        )
    coming = named[config.forecast] if config.forecast else next(filter(_is_ahead, saved), None)
    return found if coming is None else _with_forecast(found, coming, project)


def _with_forecast(found: PlaceWeather, coming: EtoResult, project: Project) -> PlaceWeather:
    """Add the days of a forecast of the same places."""
    both = [site for site in coming.sites if site in found.places]
    if not both:
        return found
    return replace(
        found,
        source=f"{found.source} and the saved ETo '{coming.scenario}'",
        ahead=DaysOnDemand(both, functools.partial(_forecast_days, coming)),
        paths=(*found.paths, _summary(project, coming.scenario)),
        credits=tuple(dict.fromkeys((*found.credits, *coming.credits))),
        made_up=found.made_up or coming.made_up,
        forecast=coming.scenario,
    )


def _summary(project: Project, scenario: str) -> Path:
    return project.results / STORE.domain / scenario / SUMMARY_FILE


def _of_grass(result: EtoResult, setting: str) -> EtoResult:
    """Refuse ETo that crop coefficients do not belong to."""
    if result.config.equation in GRASS:
        return result
    raise SettingError(
        f"The saved ETo '{result.scenario}' is computed with the equation '{result.config.equation}', and crop "
        "coefficients are for FAO-56: name one that is, or estimate ETo with the equation fao56.",
        setting,
        result.scenario,
    )


def _is_ahead(result: EtoResult) -> bool:
    return result.config.period is Period.FORECAST


def _past_days(result: EtoResult, site: str) -> pd.DataFrame:
    days = result.site_days(site)
    return _without_empty_ends(_joined(days[["eto", "precip"]], _means(result.table("weather"), site)), site)


def _forecast_days(result: EtoResult, site: str) -> pd.DataFrame:
    days = result.site_days(site)
    made = _joined(days[["eto", "precip"]], _means(result.table("weather"), site))
    return made.assign(eto_low=days["low"], eto_high=days["high"])


def _means(weather: pd.DataFrame, site: str) -> pd.DataFrame:
    """Mean of the sources of each day; what was refused by quality control is not in the table."""
    own = weather[weather["site"] == site].drop(columns=["site", "source"])
    return own.groupby("date").mean()


def _joined(days: pd.DataFrame, weather: pd.DataFrame) -> pd.DataFrame:
    made = days.rename(columns={"precip": "rain"})
    values = weather.reindex(made.index)
    if {"tmax", "tmin"} <= set(values):
        made = made.assign(tmax=values["tmax"], tmin=values["tmin"], humidity=least_humidity(values))
    if "u2" in values:
        made = made.assign(wind=values["u2"])
    return made


def _without_empty_ends(days: pd.DataFrame, site: str) -> pd.DataFrame:
    known = days.index[days["eto"].notna()]
    if not len(known):
        raise InvalidData(f"{site}: no day has ETo.")
    return days.loc[known[0] : known[-1]]


def _of_file(project: Project, config: IrrigationConfig, notes: Notes) -> PlaceWeather:
    settings = EvapotranspirationConfig(
        weather_file=config.weather_file, wind_height=config.wind_height, units=config.units, learn=False
    )
    data = read_inputs(project, settings)
    notes.add_problems(data.problems)
    sites = {
        place.name: Site(place.name, place.latitude, place.longitude, float(place.elevation or 0.0))
        for place in data.places
        if place.name in data.weather
    }
    if not sites:
        raise InvalidData("No place of the sites file has weather.")
    said: dict[str, str] = {}

    def days_of(name: str) -> pd.DataFrame:
        days, said[name] = _of_best_source(check_site(sites[name], data.weather[name]))
        return days

    days = DaysOnDemand(sites, days_of)
    return PlaceWeather(
        days, "the weather file", {}, data.paths, (), data.made_up,
        notes=said, why_no_wind_height=data.why_no_wind_height,
    )  # fmt: skip


def _of_best_source(found: SiteCheck) -> tuple[pd.DataFrame, str]:
    """Take the source with the most days, and say which; a fused ETo of all of them is what the other job makes."""
    source = max(found.sources, key=lambda name: int(found.features[ETO_PREFIX + name].count()))
    others = [title_of(name) for name in found.sources if name != source]
    said = ""
    if others:
        said = (
            f"{found.site.name}: the ETo of {title_of(source)} is used, which has the most days, not that of "
            f"{', '.join(others)}"
        )
    own = found.weather[found.weather["source"] == source].set_index("date").drop(columns="source")
    days = pd.DataFrame({"eto": found.features[ETO_PREFIX + source]})
    days["precip"] = own["precip"].reindex(days.index) if "precip" in own else float("nan")
    return _without_empty_ends(_joined(days, own), found.site.name), said
