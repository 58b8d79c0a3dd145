"""How figures move together: correlations of changes, and which change comes first. Nothing here is a cause."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from workbench.data.arrays import Floats

__all__ = ["adjusted_p_values", "changes", "relations"]


MIN_PAIRS = 12
MAX_LEAD = 6
ORDER = 2
COLUMNS = [
    "first",
    "second",
    "lag",
    "correlation",
    "pairs",
    "p_value",
    "p_adjusted",
    "significant",
    "sentence",
]


def changes(values: Floats, season: int = 12) -> Floats:
    """Give the surprising part of the changes from period to period.

    Levels of growing figures always correlate, and so do changes that share a season. The usual change of
    each month is taken off (its median, where two years are known), and what follows from the two changes
    before (an autoregression), so that what remains of one period says nothing of the next.

    Parameters
    ----------
    values
        One series by period, ``nan`` for gaps.
    season
        Periods in a year.

    Returns
    -------
    array
        Of relative changes where the series is positive, else of absolute ones; ``nan`` where one cannot be told.

    References
    ----------
    Box and Jenkins (1976), *Time series analysis*, section 11.2.1, prewhitening.
    """
    known = np.isfinite(values)
    positive = bool(known.any()) and bool((values[known] > 0).all())
    scaled = np.log(np.where(known, values, 1.0)) if positive else np.where(known, values, 0.0)
    moved = np.full(len(values), np.nan)
    moved[1:] = np.where(known[1:] & known[:-1], np.diff(scaled), np.nan)
    if season > 1 and known.sum() >= 2 * season:
        for month in range(season):
            same = moved[month::season]
            if np.isfinite(same).sum() >= 2:
                moved[month::season] = same - np.nanmedian(same)
    return _innovations(moved)


def _innovations(moved: Floats) -> Floats:
    away = moved - (np.nanmean(moved) if np.isfinite(moved).any() else 0.0)
    now, past = away[ORDER:], np.stack([away[ORDER - lag : -lag] for lag in range(1, ORDER + 1)], axis=1)
    whole = np.isfinite(now) & np.isfinite(past).all(axis=1)
    found = np.full(len(moved), np.nan)
    if whole.sum() < MIN_PAIRS:
        return found
    factors = np.linalg.lstsq(past[whole], now[whole], rcond=None)[0]
    found[ORDER:] = np.where(whole, now - past @ factors, np.nan)
    return found


def relations(series: Mapping[str, Floats], season: int = 12, level: float = 0.05) -> pd.DataFrame:
    """Correlate the changes of every pair of figures, at the same time and with either of them ahead.

    Parameters
    ----------
    series
        Figures by name, all by the same periods.
    season
        Periods in a year.
    level
        Share of false discoveries among what is called significant.

    Returns
    -------
    DataFrame
        first, second, lag (periods by which ``first`` leads; 0 together), correlation, pairs, p_value, p_adjusted
        (over all that was tried), significant, sentence. For each pair: together, and the strongest lead.

    References
    ----------
    Spearman's rank correlation; p-values corrected after Benjamini and Yekutieli (2001), *Annals of Statistics* 29,
    1165-1188, theorem 1.3, which holds for dependent tests.
    """
    moved = {name: changes(values, season) for name, values in series.items()}
    names = list(moved)
    tried: list[tuple[str, str, int, float, int, float]] = []
    for place, first in enumerate(names):
        for second in names[place + 1 :]:
            tried.append(_correlate(first, second, 0, moved))
            for lag in range(1, MAX_LEAD + 1):
                tried += [_correlate(first, second, lag, moved), _correlate(second, first, lag, moved)]
    usable = [row for row in tried if row[4] >= MIN_PAIRS and np.isfinite(row[3])]
    adjusted = adjusted_p_values(np.array([row[5] for row in usable]))
    rows = [
        (*row, p, p <= level, _sentence(*row[:4], p <= level))
        for row, p in zip(usable, adjusted.tolist(), strict=True)
    ]
    return _strongest(pd.DataFrame(rows, columns=COLUMNS))


def adjusted_p_values(values: Floats) -> Floats:
    """Correct p-values for how many were tried (Benjamini and Yekutieli, false discovery rate)."""
    count = len(values)
    if not count:
        return values
    order = np.argsort(values, kind="stable")
    harmonic = float((1 / np.arange(1, count + 1)).sum())
    raised = values[order] * count * harmonic / np.arange(1, count + 1)
    lowest = np.minimum.accumulate(raised[::-1])[::-1].clip(max=1.0)
    found = np.empty(count)
    found[order] = lowest
    return found


def _correlate(
    first: str, second: str, lag: int, moved: Mapping[str, Floats]
) -> tuple[str, str, int, float, int, float]:
    from scipy.stats import spearmanr

    early, late = moved[first], moved[second]
    a, b = (early[:-lag], late[lag:]) if lag else (early, late)
    both = np.isfinite(a) & np.isfinite(b)
    count = int(both.sum())
    if count < MIN_PAIRS or np.ptp(a[both]) == 0 or np.ptp(b[both]) == 0:
        return first, second, lag, float("nan"), count, 1.0
    found = spearmanr(a[both], b[both])
    return first, second, lag, float(found.statistic), count, float(found.pvalue)


def _strongest(table: pd.DataFrame) -> pd.DataFrame:
    """Keep of each pair its correlation together, and its strongest lead when that is significant."""
    if not len(table):
        return table
    pair = [" | ".join(sorted(names)) for names in zip(table["first"], table["second"], strict=True)]
    order = table.assign(pair=pair, size=table.correlation.abs(), leads=table.lag > 0)
    order = order.sort_values("size", ascending=False, kind="stable").drop_duplicates(["pair", "leads"])
    kept = order[~order.leads | order.significant]
    kept = kept.sort_values(["significant", "size"], ascending=False, kind="stable")
    return kept[COLUMNS].reset_index(drop=True)


def _sentence(first: str, second: str, lag: int, value: float, significant: bool) -> str:
    if not significant:
        return f"No relation of changes in {first} and {second} can be told from chance."
    way = "in the same direction" if value > 0 else "in opposite directions"
    if lag == 0:
        return f"Changes in {first} and {second} come together, {way} (rank correlation {value:+.2f})."
    periods = "one period" if lag == 1 else f"{lag} periods"
    return f"Changes in {first} lead those in {second} by {periods}, {way} (rank correlation {value:+.2f})."
