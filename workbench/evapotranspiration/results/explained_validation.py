"""Where the numbers of a validation come from: held-out days, their sources' weather, and the rows of the files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.data.explanation.cells import CHANGED, Cell, Rules, Tracer
from workbench.data.explanation.steps import Explained, is_missing
from workbench.data.origins import Origin
from workbench.evapotranspiration.model.catalogue import title_of
from workbench.evapotranspiration.results.explained_rows import readings, reference_rows, weather_rows
from workbench.evapotranspiration.validation.drawn import CELL, density, interval_shares, windows_of
from workbench.evapotranspiration.validation.holdout import FUSED, SEASONS, WHOLE_YEAR, WINDOW_DAYS

if TYPE_CHECKING:
    from workbench.evapotranspiration.results.validation_saved import ValidationResult

__all__ = ["LABELS", "MORE_UNITS", "TABLES", "more_tables"]

DENSITY, SHARES, ANOMALIES = "density", "interval_shares", "window_anomalies"
LABELS = ("site", "date", "season", "what", "over", "series", "fused", "reference_mid", "promised")
MORE_UNITS = {
    DENSITY: {"days": "days"},
    SHARES: {"share": "%"},
    ANOMALIES: {"estimate": "mm/d", "reference": "mm/d"},
}
UNREAD = f"{CHANGED}, or is not there: its rows are not looked up"
_FORMULAS: Mapping[str, str] = {
    "days": "days with both an estimate and a reference",
    "r2": "squared correlation of estimate and reference",
    "kge": "Kling-Gupta efficiency: 1 - distance of correlation, spread and mean from those of the reference",
    "nse": "Nash-Sutcliffe efficiency: 1 - mean square error / variance of the reference",
    "mae": "mean of |estimate - reference|",
    "rmse": "root of the mean of (estimate - reference)^2",
    "pbias": "100 x sum(estimate - reference) / sum(reference)",
    "coverage": "share of the days whose reference lies between low and high",
}
_OVER = {
    "mean": "mean over the sites",
    "median": "median over the sites",
    "worst": "the worst site",
    "pooled": "over the days of all sites together",
}


def more_tables(result: ValidationResult) -> Mapping[str, pd.DataFrame]:
    """Give what figures draw beside the tables."""
    days = result.table("predictions").dropna(subset=["eto", "reference"])
    if days.empty:
        return {}
    middle, counts = density(days)
    # Texts as the figure writes its axes, so that a cell of it is found by them.
    cells = pd.DataFrame(
        counts, index=middle.astype(str), columns=[f"{one} [days]" for one in middle.tolist()]
    )
    # A cell is coloured by the logarithm of its days, rounded.
    long = cells.rename_axis("fused").reset_index().melt("fused", var_name="reference_mid", value_name="days")
    long = long[long.days > 0].reset_index(drop=True)
    shares = interval_shares(days.dropna(subset=["standard_error"]))
    anomalies = [
        windows_of(part).rename_axis("date").reset_index().assign(site=site)
        for site, part in result.table("predictions").groupby("site", sort=False)
    ]
    return {
        DENSITY: long.assign(coloured=np.log10(long.days).round(3)),
        SHARES: shares.assign(promised=shares.promised.astype(str)),
        ANOMALIES: pd.concat(anomalies, ignore_index=True),
    }


def _day(cell: Cell) -> Explained | None:
    """A held-out day: its reference is of the file, its estimate is fused from the sources' weather."""
    column, row, tracer = cell.column, cell.row, cell.tracer
    site, date = str(row["site"]), pd.Timestamp(row["date"])
    if column == "reference":
        found = reference_rows(tracer, site, date, date)
        rule = "trusted ETo, held out" if found is not None else f"trusted ETo, held out; {UNREAD}"
        place = _file_of(tracer) if found is None else found.place("eto")
        return cell.by(rule, place=place, origin=Origin.MEASURED)
    if column in ("low", "high"):
        rule = "bound of the interval, from the standard error"
        return cell.by(rule, *cell.beside("eto", "standard_error"), tracer.setting("interval"))
    if column in ("standard_error", "grade"):
        return cell.by("from the errors that the sources have on the days that were learned from")
    rule = f"sources by their weights; {_learned(tracer)}"
    sources = [
        part for source in _sources(tracer, site) for part in _source_of_day(tracer, site, source, date)
    ]
    return cell.by(rule, *sources, *_choices(tracer))


def _source_of_day(tracer: Tracer, site: str, source: str, date: pd.Timestamp) -> Iterator[Explained]:
    found = weather_rows(tracer, site, source, date, date)
    parts = readings(found, title_of(source), site, date)
    if found is None:
        rule = f"ETo of the weather of this source (FAO-56); {UNREAD}"
        yield Explained(f"{title_of(source)}, {site}, {date:%Y-%m-%d}", rule=rule)
    elif parts:
        rule, name = "reference evapotranspiration of the weather of this source (FAO-56)", title_of(source)
        yield Explained(
            f"{name}, {site}, {date:%Y-%m-%d}", None, "", Origin.DERIVED, rule, found.place(), tuple(parts)
        )


def _sources(tracer: Tracer, site: str) -> list[str]:
    table = tracer.result.table("by_site")
    return [str(what) for what in table.loc[table["site"] == site, "what"].unique() if what != FUSED]


def _learned(tracer: Tracer) -> str:
    """What was learned from, as the validation says it."""
    sentence = str(tracer.result.measured.description).partition(";")[0]
    return sentence[:1].lower() + sentence[1:]


def _choices(tracer: Tracer) -> list[Explained]:
    split = str(tracer.result.config.split)
    names = {"time": ("method", "split", "train_until"), "site": ("method", "split", "buffer_km")}
    return [tracer.setting(name) for name in names.get(split, ("method", "split"))]


def _by_site(cell: Cell) -> Explained | None:
    row = cell.row
    days = _days(cell, str(row["site"]), str(row["season"]))
    rule = f"{_FORMULAS.get(cell.column, 'computed')}, {len(days)} held-out days"
    if is_missing(cell.value) and cell.column != "coverage":
        rule = f"{rule}: fewer than ten, or nothing varies"
    elif is_missing(cell.value):
        rule = f"{rule}: only the fused ETo has intervals"
    return cell.by(rule, *_both(cell, days, str(row["what"])), *_choices(cell.tracer))


def _overall(cell: Cell) -> Explained | None:
    row, tracer = cell.row, cell.tracer
    what, over, table = str(row["what"]), str(row["over"]), tracer.result.table("by_site")
    rule = _OVER.get(over, over)
    if cell.column == "window_correlation":
        found = tracer.result.table("windows")
        parts = tracer.steps("windows", "correlation", (found["what"] == what).to_numpy())
        return cell.by(f"{rule}: correlation of the anomalies of {WINDOW_DAYS}-day means", *parts)
    mine = ((table["what"] == what) & (table["season"] == WHOLE_YEAR)).to_numpy()
    formula = _FORMULAS.get(cell.column, "computed")
    return cell.by(f"{rule}: {formula}", *tracer.steps("by_site", cell.column, mine))


def _windows(cell: Cell) -> Explained | None:
    row = cell.row
    days = _days(cell, str(row["site"]))
    rule = f"correlation of the anomalies of {WINDOW_DAYS}-day means, the season taken out"
    return cell.by(rule, *_both(cell, days, str(row["what"])), *_choices(cell.tracer))


def _anomaly(cell: Cell) -> Explained | None:
    row, first = cell.row, pd.Timestamp(cell.row["date"])
    days = _days(cell, str(row["site"]))
    days = days[(days["date"] >= first) & (days["date"] < first + pd.Timedelta(days=WINDOW_DAYS))]
    column = "eto" if cell.column == "estimate" else "reference"
    rule = f"mean of {len(days)} days less the mean of the same calendar months"
    parts = cell.tracer.steps("predictions", column, _at(cell, days))
    return cell.by(rule, *parts)


def _share(cell: Cell) -> Explained | None:
    if cell.column != "share":
        return None
    days = cell.tracer.result.table("predictions")
    rule = f"share of held-out days inside an interval of {cell.row['promised']} %, {cell.row['series']}"
    parts = [part for site in days["site"].unique() for part in _both(cell, _days(cell, str(site)), FUSED)]
    return cell.by(rule, *parts)


def _density(cell: Cell) -> Explained | None:
    fused, reference = float(cell.row["fused"]), float(str(cell.row["reference_mid"]).split()[0])
    days = cell.tracer.result.table("predictions")
    mine = days[
        ((days["eto"] - fused).abs() <= CELL / 2) & ((days["reference"] - reference).abs() <= CELL / 2)
    ]
    at = _at(cell, mine)
    parts = (part for name in ("reference", "eto") for part in cell.tracer.steps("predictions", name, at))
    step = cell.same_row("days").by("count of held-out days; coloured by its logarithm", *parts)
    low, high = (f"{middle - CELL / 2:.1f} to {middle + CELL / 2:.1f}" for middle in (reference, fused))
    return replace(step, quantity=f"Days with a reference of {low} and a fused ETo of {high} mm/d")


def _days(cell: Cell, site: str, season: str = WHOLE_YEAR) -> pd.DataFrame:
    """The held-out days of a site, and of a season."""
    days: pd.DataFrame = cell.tracer.result.table("predictions")
    days = days[days["site"] == site]
    if season == WHOLE_YEAR:
        return days
    return days[pd.DatetimeIndex(days["date"]).month.map(SEASONS) == season]


def _at(cell: Cell, days: pd.DataFrame) -> NDArray[np.bool_]:
    mine: NDArray[np.bool_] = cell.tracer.result.table("predictions").index.isin(days.index)
    return mine


def _both(cell: Cell, days: pd.DataFrame, what: str) -> list[Explained]:
    """The estimate and the reference of held-out days: means, rows of the files, and the day furthest apart."""
    if days.empty:
        return []
    tracer, site = cell.tracer, str(days["site"].iloc[0])
    first, last = days["date"].min(), days["date"].max()
    span = f"{site}, {first:%Y-%m-%d} to {last:%Y-%m-%d}"
    found = reference_rows(tracer, site, first, last)
    place = _file_of(tracer) if found is None else found.place("eto")
    mean = float(days["reference"].mean())
    rule = f"mean of {int(days['reference'].notna().sum())} held-out days"
    steps = [
        Explained(f"Reference ETo, {span}", mean, "mm/d", Origin.MEASURED, rule, place),
        *(
            _of_source(tracer, site, source, first, last)
            for source in _sources(tracer, site)
            if what in (FUSED, source)
        ),
    ]
    if what != FUSED:
        return steps
    steps.insert(0, Explained(f"Fused ETo, {span}", float(days["eto"].mean()), "mm/d", Origin.DERIVED, rule))
    apart = (days["eto"] - days["reference"]).abs()
    if apart.notna().any():
        at = tracer.result.table("predictions").index.get_loc(apart.idxmax())
        worst = Cell(tracer, "predictions", int(at), "eto")
        words = "the day that is furthest from its reference"
        parts = (worst.explain(), worst.same_row("reference").explain())
        steps.append(Explained(words.capitalize(), float(apart.max()), "mm/d", Origin.DERIVED, "", "", parts))
    return steps


def _of_source(tracer: Tracer, site: str, source: str, first: pd.Timestamp, last: pd.Timestamp) -> Explained:
    found = weather_rows(tracer, site, source, first, last)
    rule = "reference evapotranspiration of the weather of this source (FAO-56)"
    quantity = f"{title_of(source)}, {site}, {first:%Y-%m-%d} to {last:%Y-%m-%d}"
    if found is None:
        return Explained(quantity, None, "", None, f"{rule}; {UNREAD}")
    return Explained(quantity, None, "", None, rule, found.place())


def _file_of(tracer: Tracer) -> str:
    return str(tracer.result.config.reference_file or "the reference file")


TABLES: Rules = {
    "predictions": _day,
    "by_site": _by_site,
    "overall": _overall,
    "windows": _windows,
    DENSITY: _density,
    SHARES: _share,
    ANOMALIES: _anomaly,
}
