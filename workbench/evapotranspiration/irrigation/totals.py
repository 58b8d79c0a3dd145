"""Sums of seasons, irrigations as a list, and the days ahead, from the days of :mod:`.season`."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbench.evapotranspiration.irrigation.season import MEASURED

__all__ = ["days_ahead", "irrigations", "season_totals"]

SUMS = ("eto", "rain", "etc", "eta", "evaporation", "transpiration", "net", "gross", "runoff", "percolation")
STRESSED = 0.99
"""Ks below which a day counts as one of stress."""
CUBIC_METRES = 10.0
"""Of a millimetre on a hectare."""


def season_totals(days: pd.DataFrame, season_days: int, area: float | None) -> pd.DataFrame:
    """Add up the days that are over of each season of a field.

    Parameters
    ----------
    days
        Of a field, with the column ``basis``.
    season_days
        Length of a whole season [days].
    area
        [ha]; None where it is not known.

    Returns
    -------
    DataFrame
        field, season, first, last, days, whole, the sums of :data:`SUMS` [mm], ``effective_rain`` [mm]: rain that
        neither runs off nor percolates, ``irrigations``, ``stress_days``, ``lost`` [%]: transpiration that stress
        took, ``degree_days`` [degC d], ``volume`` [m3], ``depletion`` [mm] at the end.
    """
    past = days[days["basis"] == MEASURED]
    rows = []
    for season, part in past.groupby("season", sort=False):
        sums = {name: float(part[name].sum(min_count=len(part))) for name in SUMS}
        wanted = float((part["transpiration"] / part["ks"].where(part["ks"] > 0)).sum())
        rows.append(
            {
                "field": part["field"].iloc[0],
                "season": season,
                "first": part["date"].iloc[0],
                "last": part["date"].iloc[-1],
                "days": len(part),
                "whole": len(part) == season_days,
                **sums,
                "effective_rain": float(_effective(part).sum(min_count=len(part))),
                "irrigations": int((part["net"] > 0).sum()),
                "stress_days": int((part["ks"] < STRESSED).sum()),
                "lost": 100.0 * (1.0 - sums["transpiration"] / wanted) if wanted > 0 else np.nan,
                "degree_days": float(part["degree_days"].iloc[-1]),
                "volume": np.nan if area is None else CUBIC_METRES * area * sums["gross"],
                "depletion": float(part["depletion"].iloc[-1]),
            }
        )
    return pd.DataFrame(rows)


def irrigations(days: pd.DataFrame, area: float | None) -> pd.DataFrame:
    """List the irrigations: field, season, date, basis, net, gross [mm], volume [m3], depletion [mm] before it."""
    found = days.assign(depletion=days.groupby("season")["depletion"].shift(fill_value=np.nan))
    found = found.loc[days["net"] > 0, ["field", "season", "date", "basis", "net", "gross", "depletion"]]
    return found.assign(volume=np.nan if area is None else CUBIC_METRES * area * found["gross"]).reset_index(
        drop=True
    )


def days_ahead(days: pd.DataFrame) -> pd.DataFrame:
    """Give the days that are not over, with the bands of demand, depletion and irrigation.

    Returns
    -------
    DataFrame
        field, date, basis, eto, etc, rain, depletion, readily, net, gross [mm], and ``need`` [mm]: what the root
        zone lacks if nothing more is applied. Those with ``_low`` and ``_high`` have a band, whose ends are those
        of ETo being low, or high, on all days.
    """
    names = ["field", "date", "basis", "eto", "eto_low", "eto_high", "etc", "etc_low", "etc_high", "rain"]
    names += ["depletion", "readily", "need", "need_low", "need_high", "net", "gross"]
    return days.loc[days["basis"] != MEASURED, names].reset_index(drop=True)


def _effective(days: pd.DataFrame) -> pd.Series:
    """Rain that stays in the root zone: percolation is taken from rain and irrigation in their proportion."""
    enters = days["rain"] - days["runoff"]
    share = (enters / (enters + days["net"]).where(lambda total: total > 0)).fillna(0.0)
    return enters - share * days["percolation"]
