"""Whether sources see the same weather: the days' departures from their season must go together."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import numpy as np
import pandas as pd

from workbench.evapotranspiration.quality.flags import Finding, Kind

COLUMNS = ("tmax", "rs", "rh")
FEWEST_DAYS = 180
OTHER_WEATHER = 0.30
"""Mean correlation of the departures below which two sources are not of one place: honest pairs of the Brazilian
sites have 0.60 to 0.80, places 700 km apart 0.47, a point at sea 0.02."""


def weather_findings(weather: Mapping[str, pd.DataFrame]) -> dict[str, list[Finding]]:
    """Tell sources that do not see the weather which the others see.

    Parameters
    ----------
    weather
        Daily weather by source, without what was refused before.

    Returns
    -------
    dict
        Findings by source. With three or more sources the one that differs from all others is of a wrong place;
        with two it is not known which, and both are doubted.
    """
    departures = {name: _departures(table) for name, table in weather.items()}
    together = {
        pair: value
        for pair in combinations(weather, 2)
        if (value := _correlation(departures[pair[0]], departures[pair[1]])) is not None
    }
    found: dict[str, list[Finding]] = {name: [] for name in weather}
    alone = [name for name in weather if _stands_alone(name, together)]
    for name in alone:
        values = [value for pair, value in together.items() if name in pair]
        message = (
            f"{name}: its days depart from their season in other ways than those of the other sources "
            f"(r = {np.mean(values):.2f}, usual is 0.6 or more): it is of another place; ask for it again with the "
            "right coordinates. Nothing of it is used."
        )
        found[name].append(Finding(Kind.WRONG_PLACE, name, "", message, len(weather[name]), unusable=True))
    for pair, value in together.items():
        if value < OTHER_WEATHER and not set(pair) & set(alone):
            for name, other in (pair, pair[::-1]):
                message = (
                    f"{name}: it does not see the same weather as {other} (r = {value:.2f}, usual is 0.6 or more): "
                    "one of them is of another place; check the coordinates of both, or add a third source."
                )
                found[name].append(Finding(Kind.DISAGREEMENT, name, "", message, len(weather[name])))
    return found


def _stands_alone(name: str, together: Mapping[tuple[str, str], float]) -> bool:
    own = [value for pair, value in together.items() if name in pair]
    others = [value for pair, value in together.items() if name not in pair]
    agree = any(value >= OTHER_WEATHER for value in others)
    return len(own) >= 2 and max(own) < OTHER_WEATHER and agree


def _departures(table: pd.DataFrame) -> pd.DataFrame:
    known = table[[name for name in COLUMNS if name in table]]
    return known - known.groupby(pd.DatetimeIndex(known.index).month).transform("mean")


def _correlation(one: pd.DataFrame, other: pd.DataFrame) -> float | None:
    values = []
    for name in one.columns.intersection(other.columns):
        both = pd.concat([one[name], other[name]], axis=1, sort=True).dropna().to_numpy()
        if len(both) >= FEWEST_DAYS and (both.std(axis=0) > 0).all():
            values.append(np.corrcoef(both.T)[0, 1])
    return float(np.mean(values)) if values else None
