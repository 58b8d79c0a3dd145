"""Reference sites made by a rule: a true ETo, and sources with a known bias, gain and error."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from workbench.evapotranspiration.model.site import Site

PLACES = {
    "centre": Site("centre", -10.0, -46.0, 300.0),
    "east": Site("east", -10.0, -43.0, 300.0),
    "north": Site("north", -7.0, -46.0, 300.0),
    "west": Site("west", -10.0, -49.0, 300.0),
}
FACTOR = 1.20
"""What ``eto_nasa_power`` is too high by."""


def made_site(
    name: str, *, days: int = 3650, factor: float = FACTOR, seed: int = 0
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Features and reference of one site, long."""
    rng = np.random.default_rng([seed, sum(map(ord, name))])
    date = pd.date_range("2001-01-01", periods=days, freq="D")
    season = np.cos(2 * np.pi * (date.day_of_year.to_numpy() - 260) / 365)
    noise = np.empty(days)
    noise[0] = 0
    for day in range(1, days):
        noise[day] = 0.6 * noise[day - 1] + rng.normal(0, 0.6)
    true = np.clip(4.5 + 0.9 * season + noise, 0.5, None)
    features = pd.DataFrame(
        {
            "site": name,
            "date": date,
            "eto_nasa_power": factor * true + rng.normal(0, 0.45, days),
            "eto_openmeteo_archive": 1.05 * true + rng.normal(0, 0.55, days),
            "rs_nasa_power": 20 + 3.5 * (true - 4.5) + rng.normal(0, 2.0, days),
            "rh_nasa_power": 62 - 10 * season + rng.normal(0, 5, days),
        }
    )
    return features, pd.DataFrame({"site": name, "date": date, "eto": true})


def made_sites(names: Iterable[str] = PLACES, **options: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    parts = [made_site(name, **options) for name in names]  # type: ignore[arg-type]
    return (
        pd.concat([features for features, _ in parts], ignore_index=True),
        pd.concat([reference for _, reference in parts], ignore_index=True),
    )


def of_site(features: pd.DataFrame, name: str) -> pd.DataFrame:
    return features[features["site"] == name].set_index("date").drop(columns="site")
