"""From the steps of a run to the tables of its result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from pandas.api.types import union_categoricals

from workbench.evapotranspiration.config import EvapotranspirationConfig
from workbench.evapotranspiration.equation.missing_inputs import INPUTS, origins
from workbench.evapotranspiration.fusion.site_check import SiteCheck
from workbench.evapotranspiration.fusion.site_fusion import SiteFusion
from workbench.evapotranspiration.inputs.downloads import Gathered, SitePlan
from workbench.evapotranspiration.inputs.places.gazetteer import ATTRIBUTION
from workbench.evapotranspiration.inputs.reading import EtoInput
from workbench.evapotranspiration.model.catalogue import ELEVATION, SOURCES
from workbench.evapotranspiration.model.weather import WEATHER_COLUMNS
from workbench.evapotranspiration.results.climate import monthly_climate
from workbench.evapotranspiration.results.result_notes import notes_of, says
from workbench.evapotranspiration.results.saved import DAILY_COLUMNS, EtoResult
from workbench.version import package_version

WEIGHT_PREFIX = "weight_"
NO_SOURCE = "no source has this day"
RAIN_ORDER = ("openmeteo_archive", "openmeteo_forecast", "nasa_power", "nws_forecast", "met_norway")
"""Whose rain is taken where several have it and no station is at the place; never a mean, which would make drizzle
of every shower."""


def assemble(
    config: EvapotranspirationConfig,
    data: EtoInput,
    plans: Sequence[SitePlan],
    gathered: Gathered,
    checks: Mapping[str, SiteCheck],
    elevations: Mapping[str, str],
    fused: Mapping[str, SiteFusion],
    words: str,
    failed: Mapping[str, str],
) -> EtoResult:
    """Make the result of what the steps have given.

    Parameters
    ----------
    config, data, plans, gathered, checks, fused
        Of the steps.
    elevations
        Where the height of each place is from.
    words
        What the fusion has learned from.
    failed
        Places without a result -> why.
    """
    done = [plan for plan in plans if plan.place.name in fused]
    daily = stacked([_days_of(plan, checks, fused) for plan in done])
    weights = [name for name in daily.columns if str(name).startswith(WEIGHT_PREFIX)]
    daily = daily[[*DAILY_COLUMNS, *weights]]
    tables = {
        "daily": daily,
        "sources": _long(done, {name: item.by_source() for name, item in checks.items()}),
        "weather": _long(done, {name: item.weather for name, item in checks.items()}),
        "flags": _long(done, {name: item.flags for name, item in checks.items()}),
        "findings": _all_of(done, {name: item.findings for name, item in checks.items()}),
        "sites": _sites(done, checks, elevations, fused, daily),
        "downloads": gathered.table(),
        "monthly": monthly_climate(daily),
    }
    notes = notes_of(config, data, plans, gathered, checks, elevations, fused, daily, words, failed)
    facts = {
        "files": dict(data.files),
        "failed_sites": dict(failed),
        "learned_from": words,
        "credits": _credits(config, gathered, elevations),
        "package_version": package_version(),
        "made_up": data.made_up,
    }
    return EtoResult(config.scenario, config, tables, notes, facts)


def stacked(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put tables of places below each other; columns of texts that repeat are kept as categories.

    Parameters
    ----------
    parts
        Of the same columns, but for some that a few lack; their texts are categories already.
    """
    names = list(dict.fromkeys(str(name) for part in parts for name in part))
    coded = {name for part in parts for name in part if isinstance(part[name].dtype, pd.CategoricalDtype)}
    plain = pd.concat([part.drop(columns=[*coded & set(part)]) for part in parts], ignore_index=True)
    for name in coded:
        missing = pd.Categorical([])
        own = [
            part[name].array if name in part else missing.take([-1] * len(part), allow_fill=True)
            for part in parts
        ]
        plain[name] = union_categoricals(own, ignore_order=True)
    return plain[names]


def _days_of(
    plan: SitePlan, checks: Mapping[str, SiteCheck], fused: Mapping[str, SiteFusion]
) -> pd.DataFrame:
    name = plan.place.name
    asked = pd.date_range(plan.first, plan.last, freq="D", unit="s", name="date")
    table = fused[name].table.reindex(asked)
    missing = table["eto"].isna()
    for column, value in (("grade", "low"), ("sources", ""), ("reason", NO_SOURCE)):
        texts = table[column].cat.add_categories([value][: value not in table[column].cat.categories])
        table[column] = texts.mask(missing & table[column].isna(), value)
    table["inputs"] = _inputs(checks[name], table)
    table["precip"] = _rain(checks[name], fused[name].station).reindex(asked)
    table["balance"] = table["precip"] - table["eto"]
    return _of_place(table.reset_index(), name)


def _of_place(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Give a table the name of its place, and its sources as categories."""
    codes = np.zeros(len(table), dtype=np.int8)
    made = table.assign(site=pd.Categorical.from_codes(codes, pd.Index([name])))
    return made.assign(source=pd.Categorical(made["source"])) if "source" in made else made


def _inputs(check: SiteCheck, table: pd.DataFrame) -> pd.Categorical:
    """Say of each day which inputs of the sources it is made of were estimated or assumed; "given" for none."""
    bits = check.assumed.reindex(table.index, fill_value=0)
    found = np.zeros(len(table), dtype=np.uint8)
    codes, texts = table["sources"].cat.codes.to_numpy(), table["sources"].cat.categories
    for source in bits.columns:
        has_part = np.array([source in str(text).split(" + ") for text in texts], dtype=bool)
        found |= np.where(has_part[codes], bits[source].to_numpy(), 0).astype(np.uint8)
    known = table["eto"].notna().to_numpy()
    present, of_day = np.unique(np.where(known, found, 255), return_inverse=True)
    words = ["" if code == 255 else origins(np.array([code], np.uint8))[0] or "given" for code in present]
    return pd.Categorical(np.array(words, dtype=object)[of_day])


def _rain(check: SiteCheck, station: str) -> pd.Series:
    weather = check.weather
    found = pd.Series(dtype=float)
    if "precip" not in weather:
        return found
    present = [str(source) for source in weather["source"].unique()]
    order = [source for source in (station, *RAIN_ORDER) if source in present]
    for source in (*order, *(source for source in present if source not in order)):
        own = weather[weather["source"] == source].set_index("date")["precip"].dropna()
        found = own if found.empty else found.combine_first(own)
    return found


def _all_of(plans: Sequence[SitePlan], tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    parts = [_of_place(tables[plan.place.name], plan.place.name) for plan in plans]
    joined = stacked([part for part in parts if len(part)] or parts[:1])
    return joined[["site", *(name for name in joined.columns if name != "site")]]


def _long(plans: Sequence[SitePlan], tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    cut = {}
    for plan in plans:
        table = tables[plan.place.name]
        first, last = pd.Timestamp(plan.first), pd.Timestamp(plan.last)
        inside = (table["date"] >= first) & (table["date"] <= last) if len(table) else pd.Series(dtype=bool)
        cut[plan.place.name] = table if inside.all() else table[inside]
    joined = _all_of(plans, cut)
    usual = [name for name in ("site", "date", "source", *WEATHER_COLUMNS) if name in joined]
    return joined[[*usual, *(name for name in joined.columns if name not in usual)]]


def _sites(
    plans: Sequence[SitePlan],
    checks: Mapping[str, SiteCheck],
    elevations: Mapping[str, str],
    fused: Mapping[str, SiteFusion],
    daily: pd.DataFrame,
) -> pd.DataFrame:
    rows = []
    by_site = dict(list(daily.groupby("site", sort=False, observed=True)))
    for plan in plans:
        site = checks[plan.place.name].site
        days = by_site[site.name]
        known = days.dropna(subset=["eto"])
        shares = known["grade"].value_counts(normalize=True) * 100
        both = known.dropna(subset=["precip"])
        rows.append(
            {
                "site": site.name,
                "latitude": site.latitude,
                "longitude": site.longitude,
                "elevation": site.elevation,
                "elevation_from": elevations[site.name],
                "basis": fused[site.name].basis,
                "explanation": fused[site.name].explanation,
                "days": len(known),
                "missing_days": int(len(days) - len(known)),
                "mean_eto": float(known["eto"].mean()),
                "mean_error": float(known["standard_error"].mean()),
                "total_eto": float(known["eto"].sum()),
                "total_precip": float(both["precip"].sum()) if len(both) else np.nan,
                "total_balance": float(both["balance"].sum()) if len(both) else np.nan,
                **{
                    text.replace(" ", "_"): 100.0 * float(says(known["inputs"], text).mean())
                    for text in INPUTS
                },
                **{f"{grade}_grade": float(shares.get(grade, 0.0)) for grade in ("high", "medium", "low")},
            }
        )
    return pd.DataFrame(rows)


def _credits(
    config: EvapotranspirationConfig, gathered: Gathered, elevations: Mapping[str, str]
) -> list[str]:
    used = {str(source) for sources in gathered.weather.values() for source in sources}
    credits_ = [facts.credit for facts in SOURCES.values() if facts.id in used]
    if ELEVATION.title in elevations.values():
        credits_.append(ELEVATION.credit)
    if config.place and not any(character.isdigit() for character in config.place):
        credits_.append(ATTRIBUTION)
    return list(dict.fromkeys(credits_))
