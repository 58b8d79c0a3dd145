"""The twelve real Brazilian sites of the shared data, as the package takes them."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pandas as pd

from workbench.evapotranspiration.fusion.features import source_features
from workbench.evapotranspiration.model.site import Site
from workbench.evapotranspiration.quality.control import Checked, check_sources

COLUMNS = ["tmax", "tmin", "tmean", "rh", "u2", "rs", "precip"]
NASA, OPEN_METEO = "nasa_power", "openmeteo_archive"
WRONG_WIND = ("Bom_Jesus_PI", "Campos_Lindos_TO", "Luiz_Eduardo_Magalhaes_BA")
"""Open-Meteo's daily wind is the day's maximum there (twice that of the other sites, Open-Meteo's own ETo fits)."""
WRONG_PLACE = ("Formosa_do_Rio_Preto_BA",)
"""Open-Meteo's temperature has a daily range of 1.1 K there, the sea's."""


@lru_cache(maxsize=1)
def sites(shared: Path) -> dict[str, Site]:
    table = pd.read_csv(shared / "evapotranspiration" / "sites.csv")
    return {
        row.site: Site(row.site, row.latitude, row.longitude, row.elevation_m) for row in table.itertuples()
    }


@lru_cache(maxsize=1)
def inputs(shared: Path) -> dict[str, dict[str, pd.DataFrame]]:
    """Weather by site and source; without Open-Meteo's own ETo."""
    table = pd.read_parquet(shared / "evapotranspiration" / "inputs_1991_2010.parquet")
    table["source"] = table["source"].astype(str).replace("open_meteo_archive", OPEN_METEO)
    found: dict[str, dict[str, pd.DataFrame]] = {}
    for (site, source), rows in table.groupby(["site", "source"], observed=True):
        found.setdefault(str(site), {})[str(source)] = rows.set_index("date")[COLUMNS].sort_index()
    return found


@lru_cache(maxsize=1)
def with_own_eto(shared: Path) -> dict[str, dict[str, pd.DataFrame]]:
    own = pd.read_parquet(shared / "evapotranspiration" / "openmeteo_eto_1991_2010.parquet")
    by_site = {
        str(site): rows.set_index("date")["eto_openmeteo"]
        for site, rows in own.groupby("site", observed=True)
    }
    return {
        site: {**weather, OPEN_METEO: weather[OPEN_METEO].assign(eto=by_site[site])}
        for site, weather in inputs(shared).items()
    }


@lru_cache(maxsize=1)
def checked(shared: Path) -> dict[str, dict[str, Checked]]:
    return {
        name: check_sources(weather, sites(shared)[name]) for name, weather in with_own_eto(shared).items()
    }


@lru_cache(maxsize=1)
def features(shared: Path) -> pd.DataFrame:
    parts = [
        source_features(sources, sites(shared)[name]).reset_index().assign(site=name)
        for name, sources in checked(shared).items()
    ]
    return pd.concat(parts, ignore_index=True)


@lru_cache(maxsize=1)
def reference(shared: Path) -> pd.DataFrame:
    table = pd.read_parquet(shared / "evapotranspiration" / "reference_1991_2010.parquet")
    return table.rename(columns={"eto_xavier": "eto"}).astype({"site": str})
