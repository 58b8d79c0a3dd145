"""Whether a result balances: values read, sources and their weights, days, sites and months.

Sums are made again from the days by other means than those that made the tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from workbench.data.arrays import Booleans
from workbench.data.audit import require_all_equal, require_equal
from workbench.evapotranspiration.inputs.downloads import Gathered, SitePlan
from workbench.evapotranspiration.model.weather import WEATHER_COLUMNS
from workbench.evapotranspiration.quality.flags import Flag
from workbench.evapotranspiration.results.climate import FEWEST_DAYS_OF_MONTH
from workbench.evapotranspiration.results.saved import EtoResult
from workbench.evapotranspiration.validation.holdout import FUSED, WHOLE_YEAR, Validation

FIRST_MONTH, MONTHS_OF_ALL = -12 * 1970, 12 * 10_000
"""January of year 0 in months since 1970, and the months until year 10 000."""
ROUNDING = 1e-6
"""mm that sums of many days may differ by."""


def audit(
    result: EtoResult, plans: Sequence[SitePlan], gathered: Gathered, failed: Mapping[str, str]
) -> None:
    """Check the tables of a result.

    Parameters
    ----------
    result
        Before it is saved.
    plans
        Requested places and days.
    gathered
        The weather as it came.
    failed
        Places that are listed as without a result.

    Raises
    ------
    UnbalancedResult
        Naming the first two numbers that differ.
    """
    done = [plan for plan in plans if plan.place.name not in failed]
    _check_site_days(result, done)
    names = ("weather", "flags", "findings")
    of_site = {
        name: dict(list(result.table(name).groupby("site", sort=False, observed=True))) for name in names
    }
    for plan in done:
        tables = tuple(of_site[name].get(plan.place.name, result.table(name).iloc[:0]) for name in names)
        _check_values(plan, gathered.weather.get(plan.place.name, {}), *tables)
    _check_weights(result.table("daily"))
    _check_sites(result)
    _check_months(result)


def audit_validation(measured: Validation, reference: pd.DataFrame) -> None:
    """Check that each held-out day counts once, with its own reference, and seasons add up to the year.

    Parameters
    ----------
    measured
        Of :func:`workbench.evapotranspiration.validation.holdout.validate`.
    reference
        site, date and eto [mm/d], as they were read.

    Raises
    ------
    UnbalancedResult
        Naming the first two numbers that differ.
    """
    days = measured.predictions
    once = len(days.drop_duplicates(["site", "date"]))
    require_equal("held-out days", "the days", once, "the table of predictions", len(days), relative=0.0)
    keys = pd.MultiIndex.from_frame(days[["site", "date"]])
    true = reference.drop_duplicates(["site", "date"]).set_index(["site", "date"]).eto.reindex(keys)
    places = [f"{site} on {date:%Y-%m-%d}" for site, date in keys]
    require_all_equal("ETo of {} [mm/d]", places, "the reference", true, "the predictions", days.reference)
    fused = measured.by_site[measured.by_site.what == FUSED].set_index("site")
    whole = fused[fused.season == WHOLE_YEAR]
    known = days.dropna(subset=["eto", "reference"])
    sums = known.groupby("site").size().reindex(whole.index, fill_value=0)
    seasons = fused[fused.season != WHOLE_YEAR].groupby(level=0).days.sum().reindex(whole.index)
    for name, counted in (("the predictions", sums), ("the seasons", seasons)):
        require_all_equal(
            "days of {}", list(whole.index), name, counted, "the year", whole.days, relative=0.0
        )
    error = (known.eto - known.reference).abs().groupby(known.site).mean().reindex(whole.index)
    require_all_equal(
        "mean absolute error of {} [mm/d]",
        list(whole.index),
        "the predictions",
        error,
        "the table",
        whole.mae,
    )


def _check_site_days(result: EtoResult, plans: Sequence[SitePlan]) -> None:
    """Every requested place and day is a row, with a value or listed as missing."""
    daily, sites = result.table("daily"), result.table("sites").set_index("site")
    names = [plan.place.name for plan in plans]
    asked = [(plan.last - plan.first).days + 1 for plan in plans]
    rows = daily.drop_duplicates(["site", "date"]).groupby("site").size().reindex(names)
    known = daily.dropna(subset=["eto"]).groupby("site").size().reindex(names, fill_value=0)
    missing = (
        daily[daily.eto.isna() & (daily.reason != "")].groupby("site").size().reindex(names, fill_value=0)
    )
    for first, counts, second, others in (
        ("the request", asked, "the table of days", rows),
        ("the table of days", rows, "values and listed gaps", known + missing),
        ("values", known, "the table of sites", sites.days.reindex(names)),
        ("listed gaps", missing, "the table of sites", sites.missing_days.reindex(names)),
    ):
        require_all_equal("days of {}", names, first, counts, second, others, relative=0.0)


def _check_values(
    plan: SitePlan,
    weather: Mapping[str, pd.DataFrame],
    used: pd.DataFrame,
    flags: pd.DataFrame,
    findings: pd.DataFrame,
) -> None:
    """Each value that was read is used as it is, or listed among the flags, or its column among the findings."""
    name = plan.place.name
    refused = flags[flags.flag != Flag.SUSPECT.value].drop_duplicates(["source", "column", "date"])
    unusable = findings[findings.unusable.astype(bool)]
    for source, table in weather.items():
        columns = set(unusable[unusable.source == source].column)
        days = pd.DatetimeIndex(table.index).tz_localize(None).normalize()
        inside = (days >= pd.Timestamp(plan.first)) & (days <= pd.Timestamp(plan.last))
        mine, listed = used[used.source == source], refused[refused.source == source]
        for column in (item for item in WEATHER_COLUMNS if item in table and not columns & {"", item}):
            given = table[column].to_numpy(dtype=float, na_value=np.nan)[inside]
            kept = mine[column].to_numpy(dtype=float) if column in mine else np.array([])
            aside = listed[listed.column == column].value.to_numpy(dtype=float)
            what = f"{column} of {source} at {name}"
            counts = [int(np.isfinite(values).sum()) for values in (given, kept, aside)]
            sums = [float(np.nansum(values)) for values in (given, kept, aside)]
            for measure, (came, stays, goes) in ((f"values of {what}", counts), (f"sum of {what}", sums)):
                require_equal(
                    measure, "what was read", came, "what is used and listed as refused", stays + goes,
                    absolute=ROUNDING,
                )  # fmt: skip


class _SiteDays(Sequence[str]):
    """Names the site and day of each row; only of one that is wrong is it needed."""

    def __init__(self, daily: pd.DataFrame, rows: Booleans) -> None:
        self._daily, self._rows = daily, rows

    def __len__(self) -> int:
        return int(self._rows.sum())

    def __getitem__(self, at: Any) -> Any:
        row = self._daily.iloc[int(np.flatnonzero(self._rows)[at])]
        return f"{row['site']} on {row['date']:%Y-%m-%d}"


def _check_weights(daily: pd.DataFrame) -> None:
    """The weights of the sources of a day sum to one, and only the sources that are named have one."""
    weights = daily[[name for name in daily.columns if str(name).startswith("weight_")]]
    known = daily.eto.notna().to_numpy()
    places, whole = _SiteDays(daily, np.ones(len(daily), dtype=bool)), _SiteDays(daily, known)
    sums = weights.sum(axis=1).to_numpy()
    require_all_equal(
        "weights of the sources of {}",
        whole,
        "the sources",
        sums[known],
        "a whole",
        np.ones(known.sum()),
    )
    codes, texts = daily.sources.cat.codes.to_numpy(), daily.sources.cat.categories
    for column in weights.columns:
        source = column.removeprefix("weight_")
        here = np.array([source in str(text).split(" + ") for text in texts])[codes]
        given = weights[column].fillna(0.0).to_numpy()
        require_all_equal(
            f"weight of {source} in {{}}",
            places,
            "the weights",
            given,
            "the sources named",
            np.where(here, given, 0),
        )
    balance = daily.precip - daily.eto
    require_all_equal(
        "balance of {} [mm/d]", places, "rain less ETo", balance, "the table of days", daily.balance
    )


def _check_sites(result: EtoResult) -> None:
    """Days add up to sites: sums, means and shares."""
    daily, sites = result.table("daily"), result.table("sites").set_index("site")
    names = list(sites.index)
    both = daily.dropna(subset=["eto", "precip"])
    sums = daily.groupby("site").eto.sum().reindex(names)
    rain, lost = (both.groupby("site")[name].sum().reindex(names) for name in ("precip", "eto"))
    for quantity, first, second in (
        ("ETo of {} [mm]", sums, sites.total_eto),
        ("ETo of {}, mean times days [mm]", sums, sites.mean_eto * sites.days),
        ("rain of {} [mm]", rain, sites.total_precip),
        ("balance of {} [mm]", rain - lost, sites.total_balance),
    ):
        require_all_equal(quantity, names, "the days", first, "the table of sites", second, absolute=ROUNDING)
    grades = sites[["high_grade", "medium_grade", "low_grade"]].sum(axis=1)
    require_all_equal("grades of {} [%]", names, "their sum", grades, "a whole", np.full(len(names), 100.0))


def _check_months(result: EtoResult) -> None:
    """Months are the sums of their days, scaled to their length where a few are missing, averaged over years."""
    daily = result.table("daily")
    known = daily[daily.eto.notna()]
    site, names = pd.factorize(known.site)
    month = known.date.to_numpy().astype("datetime64[M]").astype(np.int64) - FIRST_MONTH
    each, place = np.unique(site * MONTHS_OF_ALL + month, return_inverse=True)
    count, total = np.bincount(place), np.bincount(place, weights=known.eto.to_numpy())
    begin = (each % MONTHS_OF_ALL + FIRST_MONTH).astype("datetime64[M]")
    length = ((begin + 1).astype("datetime64[D]") - begin.astype("datetime64[D]")).astype(int)
    sums: dict[tuple[str, int], list[float]] = {}
    for at in np.flatnonzero(count >= FEWEST_DAYS_OF_MONTH):
        key = str(names[each[at] // MONTHS_OF_ALL]), int(each[at] % 12) + 1
        sums.setdefault(key, []).append(float(total[at] * length[at] / count[at]))
    months = result.table("monthly")
    keys = [*sums]
    table = months.set_index(["site", "month"]).reindex(pd.MultiIndex.from_tuples(keys)) if keys else months
    places = [f"month {month} of {site}" for site, month in keys]
    require_equal("months", "the days", len(keys), "the table of months", len(months), relative=0.0)
    require_all_equal(
        "ETo of {} [mm]", places, "the days", [np.mean(v) for v in sums.values()], "the table", table.eto
    )
    require_all_equal(
        "years of {}", places, "the days", [len(v) for v in sums.values()], "the table", table.years
    )
