"""Weather made by a rule, for tests: a season, days that hang together, two sources that see them with errors."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbench.evapotranspiration.equation.daily import daily_eto
from workbench.evapotranspiration.model.site import Site
from workbench.evapotranspiration.physics.radiation import clear_sky, extraterrestrial

HERE = Site("here", -10.0, -46.0, 300.0)


def made_weather(
    count: int = 730, *, seed: int = 1, site: Site = HERE, start: str = "2001-01-01"
) -> pd.DataFrame:
    """Plausible daily weather of a savanna: what a perfect station would see."""
    rng = np.random.default_rng(seed)
    index = pd.date_range(start, periods=count, freq="D", name="date")
    season = np.cos(2 * np.pi * (index.day_of_year.to_numpy() - 250) / 365)
    noise = np.empty(count)
    noise[0] = 0.0
    for day in range(1, count):
        noise[day] = 0.7 * noise[day - 1] + rng.normal(0, 0.7)
    clear = 0.68 + 0.08 * season + 0.10 * np.tanh(noise) + rng.normal(0, 0.05, count)
    rso = clear_sky(extraterrestrial(site.latitude, index.day_of_year.to_numpy()), site.elevation)
    tmax = 31 + 2.5 * season + 1.5 * noise + rng.normal(0, 0.6, count)
    tmin = tmax - 11 - 1.5 * season - 1.2 * noise + rng.normal(0, 0.6, count)
    return pd.DataFrame(
        {
            "tmax": tmax,
            "tmin": tmin,
            "rh": np.clip(64 - 14 * season - 6 * noise + rng.normal(0, 3, count), 15, 98),
            "u2": np.clip(1.7 + 0.4 * season + 0.2 * noise + rng.normal(0, 0.35, count), 0.3, 8),
            "rs": rso * np.clip(clear, 0.15, 1.0),
            "precip": np.where(rng.uniform(size=count) < 0.3 - 0.25 * season, rng.gamma(0.8, 9, count), 0.0),
        },
        index=index,
    )


def seen_by(weather: pd.DataFrame, *, seed: int = 2, scale: float = 1.0) -> pd.DataFrame:
    """The same weather as a gridded source would give it: with errors of a size and no bias."""
    rng = np.random.default_rng(seed)
    count = len(weather)
    seen = weather.copy()
    seen["tmax"] += rng.normal(0, 0.8, count)
    seen["tmin"] += rng.normal(0, 0.8, count)
    seen["rh"] = (seen["rh"] + rng.normal(0, 4, count)).clip(10, 99)
    seen["u2"] = (seen["u2"] * scale * np.exp(rng.normal(0, 0.12, count))).clip(0.2, 9)
    seen["rs"] = (seen["rs"] * np.exp(rng.normal(0, 0.06, count))).clip(1, 33)
    return seen


def features_of(sources: dict[str, pd.DataFrame], site: Site = HERE) -> pd.DataFrame:
    """ETo, radiation and humidity of sources without any check."""
    columns = {}
    for name, weather in sources.items():
        columns[f"eto_{name}"] = daily_eto(weather, site)["eto"]
        columns[f"rs_{name}"] = weather["rs"]
        columns[f"rh_{name}"] = weather["rh"]
    return pd.DataFrame(columns)
