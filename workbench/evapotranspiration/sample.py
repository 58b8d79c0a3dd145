"""A sample that needs no network: four fictitious farms with two biased sources, and a reference at three of them.

The weather is made by code: a true daily weather with seasons, spells and a monsoon, two sources that see it
through biases and errors of their own, and a reference that is the FAO-56 ETo of the truth with the scatter of a
good station. At the fourth farm the second source is of another place, at the coast, as it happens when
coordinates are mistyped.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.data.arrays import Floats
from workbench.data.atomic import write_text
from workbench.data.projects.project import Project
from workbench.data.results.tables import Provenance, write_table
from workbench.evapotranspiration.equation.daily import daily_eto
from workbench.evapotranspiration.inputs.reading import find_input
from workbench.evapotranspiration.model.site import Site
from workbench.evapotranspiration.model.weather import WEATHER_UNITS
from workbench.evapotranspiration.physics.radiation import clear_sky, extraterrestrial

SITES_FILE = "eto_sites.csv"
WEATHER_FILE = "eto_weather.parquet"
REFERENCE_FILE = "eto_reference.csv"
FIRST, LAST = "2019-01-01", "2022-12-31"
REFERENCE_LAST = "2021-12-31"
SEED = 56


@dataclass(frozen=True, slots=True)
class _Farm:
    site: Site
    warmth: float
    """Added to the temperature of the plateau [degC]."""
    wetness: float
    """Factor on the rain of the plateau."""
    has_reference: bool


FARMS = (
    _Farm(Site("Northern plateau", 17.65, 76.40, 560.0), 0.0, 1.0, True),
    _Farm(Site("River plain", 16.45, 77.30, 385.0), 1.4, 0.8, True),
    _Farm(Site("Western hills", 16.90, 74.55, 640.0), -1.2, 2.2, True),
    _Farm(Site("Southern orchard", 15.20, 76.10, 515.0), 0.6, 0.9, False),
)
_COAST = Site("coast", 15.40, 73.80, 15.0)


def add_sample(project: Project) -> tuple[Path, ...]:
    """Write the sample into a project's inputs, unless it has weather, sites or a reference of its own.

    Returns
    -------
    tuple of Path
        The files that were written; made-up files never stand beside a person's own, whatever kind these are of.

    Raises
    ------
    UnwritableFile
        When the operating system refuses.
    """
    project.require_writable()
    return () if has_own_inputs(project) else write_sample(project.inputs)


def has_own_inputs(project: Project) -> bool:
    """Whether a project has weather, sites or a reference, whatever kind of file these are."""
    names = (Path(name).stem for name in (SITES_FILE, WEATHER_FILE, REFERENCE_FILE))
    return any(find_input(project, "", name) for name in names)


def write_sample(folder: Path, *, rng: np.random.Generator | int = SEED) -> tuple[Path, ...]:
    """Write sites, weather and reference; files of the same names are replaced.

    Parameters
    ----------
    folder
        Where to.
    rng
        Source of the weather, or its seed; the same seed gives the same values.

    Raises
    ------
    UnwritableFile
        When the operating system refuses.
    """
    weather, reference = sample_tables(rng)
    sites = io.StringIO()
    sites.write("site,latitude [degrees],longitude [degrees],elevation [m]\n")
    for farm in FARMS:
        place = farm.site
        sites.write(f"{place.name},{place.latitude},{place.longitude},{place.elevation:g}\n")
    write_text(folder / SITES_FILE, sites.getvalue())
    units = {name: WEATHER_UNITS[name] for name in weather.columns if name in WEATHER_UNITS}
    write_table(weather, folder / WEATHER_FILE, units=units, provenance=Provenance())
    text = reference.assign(date=reference["date"].dt.strftime("%Y-%m-%d")).rename(
        columns={"eto": "eto [mm/d]"}
    )
    write_text(folder / REFERENCE_FILE, text.to_csv(index=False, float_format="%.2f", lineterminator="\n"))
    return folder / SITES_FILE, folder / WEATHER_FILE, folder / REFERENCE_FILE


def sample_tables(rng: np.random.Generator | int = SEED) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make the weather (site, date, source, values) and the reference (site, date, eto [mm/d])."""
    rng = np.random.default_rng(rng)
    dates = pd.date_range(FIRST, LAST, freq="D", unit="s", name="date")
    spells = _autoregressive(rng, len(dates), 0.75)
    parts, references = [], []
    for farm in FARMS:
        true = _truth(farm.site, dates, spells, farm.warmth, farm.wetness, rng)
        parts.append(_satellite(true, rng).assign(site=farm.site.name, source="made_up_satellite"))
        seen = true if farm.has_reference else _truth(_COAST, dates, spells, 2.0, 2.5, rng, daily_range=0.4)
        where = farm.site if farm.has_reference else _COAST
        parts.append(_reanalysis(seen, where, rng).assign(site=farm.site.name, source="made_up_reanalysis"))
        if farm.has_reference:
            eto = daily_eto(true, farm.site)["eto"] * rng.normal(1.0, 0.03, len(dates))
            references.append(pd.DataFrame({"site": farm.site.name, "date": dates, "eto": eto.to_numpy()}))
    weather = pd.concat(parts).reset_index()
    reference = pd.concat(references, ignore_index=True)
    columns = ["site", "date", "source", *(name for name in WEATHER_UNITS if name in weather)]
    numbers = [name for name in columns if name in WEATHER_UNITS]
    weather[numbers] = weather[numbers].round(3)
    reference["eto"] = reference["eto"].round(2)
    return weather[columns], reference[reference["date"] <= REFERENCE_LAST]


def _truth(
    site: Site,
    dates: pd.DatetimeIndex,
    spells: Floats,
    warmth: float,
    wetness: float,
    rng: np.random.Generator,
    daily_range: float = 1.0,
) -> pd.DataFrame:
    day = dates.day_of_year.to_numpy()
    monsoon = np.exp(-(((day - 215) / 45.0) ** 2))
    own = 0.7 * spells + 0.7 * _autoregressive(rng, len(dates), 0.6)
    # Wet spells come with clouds, damp air and a smaller range of temperature.
    damp = np.clip(0.25 + 0.55 * monsoon + 0.16 * own, 0.02, 0.98)
    tmean = (
        25.5
        + warmth
        + 5.0 * np.sin(2 * np.pi * (day - 45) / 365.25) * (1 - 0.5 * monsoon)
        - 2.2 * (damp - 0.4)
    )
    reach = daily_range * (14.5 - 9.0 * damp) * rng.normal(1.0, 0.06, len(dates))
    clear = clear_sky(extraterrestrial(site.latitude, day), site.elevation)
    rain = np.where(rng.random(len(dates)) < damp**2, rng.gamma(0.8, 9.0, len(dates)) * wetness * damp, 0.0)
    return pd.DataFrame(
        {
            "tmax": tmean + reach / 2,
            "tmin": tmean - reach / 2,
            "tmean": tmean,
            "rh": np.clip(38 + 52 * damp + rng.normal(0, 2.5, len(dates)), 15, 99),
            "u2": np.clip(1.5 + 1.3 * monsoon + 0.35 * rng.standard_normal(len(dates)), 0.3, None),
            "rs": clear * np.clip(1.0 - 0.62 * damp**1.3 + rng.normal(0, 0.03, len(dates)), 0.25, 1.0),
            "precip": rain,
        },
        index=dates,
    )


def _satellite(true: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    count = len(true)
    seen = true.copy()
    seen["tmax"] += 1.1 + rng.normal(0, 0.9, count)
    seen["tmin"] += -0.4 + rng.normal(0, 0.8, count)
    seen["tmean"] = (seen["tmax"] + seen["tmin"]) / 2
    seen["rh"] = np.clip(seen["rh"] - 6 + rng.normal(0, 4, count), 5, 100)
    seen["u2"] = np.clip(seen["u2"] * 1.25 + rng.normal(0, 0.3, count), 0.1, None)
    seen["rs"] *= 1.04 * rng.normal(1.0, 0.07, count)
    seen["precip"] = np.where(seen["precip"] > 0, seen["precip"] * rng.lognormal(0.0, 0.5, count), 0.0)
    return seen


def _reanalysis(true: pd.DataFrame, site: Site, rng: np.random.Generator) -> pd.DataFrame:
    count = len(true)
    seen = true.copy()
    error = _autoregressive(rng, count, 0.5)
    seen["tmax"] += -0.6 + 0.8 * error
    seen["tmin"] += 0.5 + 0.7 * error
    seen["tmean"] = (seen["tmax"] + seen["tmin"]) / 2
    seen["rh"] = np.clip(seen["rh"] + 4 + rng.normal(0, 4, count), 5, 100)
    seen["u2"] = np.clip(seen["u2"] * 0.9 + rng.normal(0, 0.25, count), 0.1, None)
    seen["rs"] *= 0.97 * rng.normal(1.0, 0.09, count)
    seen["eto"] = daily_eto(seen, site)["eto"] * 0.96
    return seen


def _autoregressive(rng: np.random.Generator, count: int, memory: float) -> Floats:
    steps = rng.standard_normal(count) * np.sqrt(1 - memory**2)
    values = np.empty(count)
    values[0] = steps[0]
    for i in range(1, count):
        values[i] = memory * values[i - 1] + steps[i]
    return values
