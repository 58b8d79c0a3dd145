"""How good the fusion is where it was not fitted: other years, other sites, never its own days."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from workbench.errors import InvalidData
from workbench.evapotranspiration.fusion.features import ETO, source_of
from workbench.evapotranspiration.fusion.fuse import FusionMethod, fuse
from workbench.evapotranspiration.fusion.statistics import Statistics, learn
from workbench.evapotranspiration.model.site import Site, distance_km
from workbench.evapotranspiration.validation.skill import skill, window_correlation

FUSED = "fused"
WHOLE_YEAR = "all"
SEASONS = {12: "DJF", 1: "DJF", 2: "DJF", 3: "MAM", 4: "MAM", 5: "MAM", 6: "JJA", 7: "JJA", 8: "JJA"} | {
    9: "SON",
    10: "SON",
    11: "SON",
}
WINDOW_DAYS = 30
BLOCK_YEARS = 5
MEASURES = ("r2", "kge", "nse", "mae", "rmse", "pbias")
PREDICTION_COLUMNS = ["site", "date", "eto", "standard_error", "low", "high", "reference", "grade"]

Progress = Callable[[int, int, str], None]


class Split(StrEnum):
    """Which days are held out."""

    TIME = "time"
    """All days after a date; learned at the same site from the days up to it."""
    BLOCKS = "blocks"
    """Blocks of five years in turn; learned at the same site from all other years."""
    SITE = "site"
    """One site after the other; learned at sites further than a buffer away."""


@dataclass(frozen=True, slots=True)
class Validation:
    """Skill outside the days and sites that were learned from.

    Parameters
    ----------
    split, method
        What was held out, and how sources were fused.
    description
        The split in a sentence.
    by_site
        ``site``, ``season`` (all, DJF, MAM, JJA, SON), ``what`` (fused, or a source as it is), ``days``, measures
        (``mae`` and ``rmse`` in mm/d, ``pbias`` in %) and ``coverage`` of the interval.
    overall
        ``what``, ``over`` (mean, median, worst site, or all days pooled) and the measures, with the windows'
        correlation.
    windows
        ``site``, ``what``, ``correlation`` of the 30-day means' anomalies.
    predictions
        ``site``, ``date``, ``eto``, ``standard_error``, ``low``, ``high``, ``reference``, ``grade``.
    """

    split: Split
    method: FusionMethod
    description: str
    by_site: pd.DataFrame
    overall: pd.DataFrame
    windows: pd.DataFrame
    predictions: pd.DataFrame


def validate(
    features: pd.DataFrame,
    reference: pd.DataFrame,
    sites: Mapping[str, Site],
    *,
    split: Split = Split.TIME,
    train_until: str | None = None,
    buffer_km: float = 200.0,
    method: FusionMethod = FusionMethod.RIDGE,
    coverage: float = 0.9,
    progress: Progress | None = None,
) -> Validation:
    """Measure the fusion on days that it has not seen.

    Parameters
    ----------
    features
        Long: ``site``, ``date`` and the features of
        :func:`workbench.evapotranspiration.fusion.features.source_features`.
    reference
        Long: ``site``, ``date``, ``eto`` [mm/d].
    sites
        The sites by name.
    split
        What is held out.
    train_until
        Last day learned from. For ``time`` it defaults to two thirds of the reference's days; for ``site`` it
        may hold out the later years too; for ``blocks`` it has no meaning.
    buffer_km
        For ``site``: no site this near is learned from.
    method, coverage
        As of :func:`workbench.evapotranspiration.fusion.fuse.fuse`.
    progress
        Called with done, total and the site.

    Returns
    -------
    Validation

    Raises
    ------
    InvalidData
        When a split leaves nothing to learn from or nothing to test.
    """
    inputs = features.sort_values(["site", "date"])
    cut = _cut(reference, split, train_until)
    parts = []
    names = [str(name) for name in reference["site"].unique() if (inputs["site"] == name).any()]
    for done, name in enumerate(names):
        if progress:
            progress(done, len(names), name)
        for statistics, days in _folds(name, inputs, reference, sites, split, cut, buffer_km):
            parts.append(_held_out(name, inputs, reference, sites[name], statistics, days, method, coverage))
    if progress:
        progress(len(names), len(names), "")
    if not parts or not any(len(part) for part in parts):
        raise InvalidData(
            f"Validation by {split.value}: no day is left to test; give more sites or years, an earlier last day "
            f"to learn from, or a buffer below {buffer_km:g} km."
        )
    whole = pd.concat(parts, ignore_index=True)
    by_site, windows = _measured(whole)
    description = _described(split, cut, buffer_km, whole)
    return Validation(
        split,
        method,
        description,
        by_site,
        _overall(whole, by_site, windows),
        windows,
        whole[PREDICTION_COLUMNS],
    )


def compare_methods(
    features: pd.DataFrame, reference: pd.DataFrame, sites: Mapping[str, Site], **options: object
) -> pd.DataFrame:
    """Put the fusion methods side by side on the same held-out days: method and the means over the sites."""
    rows = []
    for method in FusionMethod:
        found = validate(features, reference, sites, method=method, **options)  # type: ignore[arg-type]
        mean = found.overall.query("what == @FUSED and over == 'mean'").iloc[0]
        rows.append({"method": method.value, **mean.drop(["what", "over"]).to_dict()})
    return pd.DataFrame(rows)


def _cut(reference: pd.DataFrame, split: Split, train_until: str | None) -> pd.Timestamp | None:
    if train_until is not None:
        return pd.Timestamp(train_until)
    if split is Split.TIME:
        days = np.sort(reference["date"].unique())
        return pd.Timestamp(days[2 * len(days) // 3])
    return None


def _folds(
    name: str,
    features: pd.DataFrame,
    reference: pd.DataFrame,
    sites: Mapping[str, Site],
    split: Split,
    cut: pd.Timestamp | None,
    buffer_km: float,
) -> Iterator[tuple[Statistics, tuple[pd.Timestamp | None, pd.Timestamp | None]]]:
    """Give what may be learned from, and the days after and up to which it is tested."""
    if split is Split.SITE:
        away = [other for other, site in sites.items() if distance_km(sites[name], site) > buffer_km]
        known = reference[reference["site"].isin(away)]
        known = known if cut is None else known[known["date"] <= cut]
        if len(known):
            yield learn(features, known, sites), (cut, None)
        return
    own = reference[reference["site"] == name]
    if split is Split.TIME and cut is not None:
        before = own[own["date"] <= cut]
        if len(before):
            yield learn(features, before, sites), (cut, None)
        return
    years = pd.DatetimeIndex(own["date"]).year
    for first in range(int(years.min()), int(years.max()) + 1, BLOCK_YEARS):
        inside = (years >= first) & (years < first + BLOCK_YEARS)
        if inside.any() and not inside.all():
            begin, end = pd.Timestamp(first - 1, 12, 31), pd.Timestamp(first + BLOCK_YEARS - 1, 12, 31)
            yield learn(features, own[~inside], sites), (begin, end)


def _held_out(
    name: str,
    features: pd.DataFrame,
    reference: pd.DataFrame,
    site: Site,
    statistics: Statistics,
    days: tuple[pd.Timestamp | None, pd.Timestamp | None],
    method: FusionMethod,
    coverage: float,
) -> pd.DataFrame:
    own = features[features["site"] == name].set_index("date").drop(columns="site").dropna(axis=1, how="all")
    own.index = pd.DatetimeIndex(own.index, name="date")
    table = fuse(own, site, statistics=statistics, method=method, coverage=coverage).table
    true = reference[reference["site"] == name].set_index("date")["eto"].rename("reference")
    sources = own[[column for column in own if str(column).startswith(ETO)]]
    kept = ["eto", "standard_error", "low", "high", "grade"]
    together = table[kept].join(true, how="inner").join(sources)
    after, until = days
    inside = np.ones(len(together), dtype=bool)
    if after is not None:
        inside &= together.index > after
    if until is not None:
        inside &= together.index <= until
    return together[inside].reset_index(names="date").assign(site=name)


def _measured(whole: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    season = pd.DatetimeIndex(whole["date"]).month.map(SEASONS)
    rows, windows = [], []
    for name, days in whole.groupby("site", sort=False):
        estimates = _estimates(days)
        for part in (WHOLE_YEAR, *dict.fromkeys(SEASONS.values())):
            chosen = days if part == WHOLE_YEAR else days[(season == part)[days.index]]
            inside = (chosen["reference"] >= chosen["low"]) & (chosen["reference"] <= chosen["high"])
            for what, column in estimates.items():
                measures = asdict(skill(chosen[column], chosen["reference"]))
                covered = float(inside.mean()) if what == FUSED and len(chosen) else float("nan")
                rows.append({"site": name, "season": part, "what": what, **measures, "coverage": covered})
        dated = days.set_index("date")
        for what, column in estimates.items():
            correlation = window_correlation(dated[column], dated["reference"], days=WINDOW_DAYS)
            windows.append({"site": name, "what": what, "correlation": correlation})
    return pd.DataFrame(rows), pd.DataFrame(windows)


def _estimates(days: pd.DataFrame) -> dict[str, str]:
    sources = [str(name) for name in days if str(name).startswith(ETO) and days[name].notna().any()]
    return {FUSED: "eto"} | {source_of(name): name for name in sources}


def _overall(whole: pd.DataFrame, by_site: pd.DataFrame, windows: pd.DataFrame) -> pd.DataFrame:
    year = by_site[by_site["season"] == WHOLE_YEAR].merge(windows, on=["site", "what"])
    measures = [*MEASURES, "coverage", "correlation"]
    rows = []
    for what, sites in year.groupby("what", sort=False):
        worst = sites[measures].min()
        worst[["mae", "rmse"]] = sites[["mae", "rmse"]].max()
        bias = sites["pbias"].dropna().to_numpy(dtype=float)
        worst["pbias"] = bias[np.argmax(np.abs(bias))] if len(bias) else np.nan
        column = _estimates(whole)[str(what)]
        inside = ((whole["reference"] >= whole["low"]) & (whole["reference"] <= whole["high"])).mean()
        pooled = (
            pd.Series(asdict(skill(whole[column], whole["reference"]))) if column in whole else pd.Series()
        )
        pooled["coverage"] = inside if what == FUSED else np.nan
        for over, values in (
            ("mean", sites[measures].mean()),
            ("median", sites[measures].median()),
            ("worst", worst),
            ("pooled", pooled.reindex(measures)),
        ):
            rows.append({"what": what, "over": over, **values.to_dict()})
    return pd.DataFrame(rows).rename(columns={"correlation": "window_correlation"})


def _described(split: Split, cut: pd.Timestamp | None, buffer_km: float, whole: pd.DataFrame) -> str:
    first, last, count = whole["date"].min(), whole["date"].max(), whole["site"].nunique()
    tested = f"tested on {count} sites, {first:%Y-%m-%d} to {last:%Y-%m-%d}"
    if split is Split.SITE:
        learned = f"learned at other sites more than {buffer_km:g} km away"
        learned += f", up to {cut:%Y-%m-%d}" if cut is not None else ", all years"
    elif split is Split.TIME:
        learned = f"learned at each site up to {cut:%Y-%m-%d}"
    else:
        learned = f"learned at each site from all years but the {BLOCK_YEARS} tested"
    return f"{learned[0].upper()}{learned[1:]}; {tested}."
