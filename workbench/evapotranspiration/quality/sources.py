"""Faults that only another source shows: a wrong place, a wrong wind, a unit, a drift, single odd days."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd

from workbench.data.arrays import Floats
from workbench.evapotranspiration.equation.daily import daily_eto
from workbench.evapotranspiration.model.site import Site
from workbench.evapotranspiration.quality.agreement import weather_findings
from workbench.evapotranspiration.quality.flags import Checked, Finding, Flag, Kind, Marks

FEWEST_DAYS = 30
OCEAN_RANGE = 3.0
"""Mean daily range of temperature over open water [K]; over land it is 6 to 18 K."""
OCEAN_SHARE = 0.45
"""Of the range of another source, below which a source sees another surface."""
STRONG_WIND = 1.4
"""Ratio of the means from which a wind is looked at; honest sources differ by up to a half."""
STRONG_AND_STEADY = 1.85
"""Ratio of the means times the other's over the own relative spread: a daily maximum is both stronger and
relatively steadier than the mean. Set between the honest pairs of the Brazilian sites (up to 1.6)
and the wrong ones (2.2 to 2.9), so that the rates found at these sites are those of the sites it was set on."""
KM_PER_HOUR = (2.9, 4.4)
OWN_ETO_EXCESS = 0.12
"""Of computed over the source's own ETo; from consistent inputs they agree within a few per cent."""
OWN_ETO_SLACK = 0.05
DRIFT_YEARS = 8
DRIFT_T = 4.0
DRIFT_LEAST = {"tmax": 0.8, "tmin": 0.8, "rh": 5.0, "u2": 0.25, "rs": 1.0}
"""Change of the difference of two sources over the record that matters for ETo."""
ODD_DAY_SIGMAS = 7.0
ODD_DAY_LEAST = {"tmax": 9.0, "tmin": 9.0, "rh": 45.0, "u2": 5.0, "rs": 20.0}


def compare_sources(checked: dict[str, Checked], site: Site) -> dict[str, Checked]:
    """Add how the sources agree with one another.

    Parameters
    ----------
    checked
        Sources after the checks that each allows alone.
    site
        The place they claim to be of.

    Returns
    -------
    dict
        The same sources, with more findings and flags.
    """
    weather = {name: item.weather for name, item in checked.items()}
    findings: dict[str, list[Finding]] = {name: [] for name in checked}
    marks = {name: Marks(item.original) for name, item in checked.items()}
    for name, table in weather.items():
        others = {other: values for other, values in weather.items() if other != name}
        place = _wrong_place(name, table, others)
        findings[name] += place
        if not place:
            findings[name] += _fahrenheit(name, table, others)
            findings[name] += _wrong_wind(name, table, others, site)
    of_place = {
        name: table for name, table in weather.items() if not any(not item.column for item in findings[name])
    }
    for name, found in weather_findings(of_place).items():
        findings[name] += found
    sound = [name for name in checked if not any(item.unusable for item in findings[name])]
    for one, other in combinations(sound, 2):
        findings[one] += _drift(one, other, weather[one], weather[other])
        _odd_days(weather[one], weather[other], (one, other), (marks[one], marks[other]))
    return {name: item.with_findings(findings[name], marks[name].table()) for name, item in checked.items()}


def _wrong_place(name: str, table: pd.DataFrame, others: dict[str, pd.DataFrame]) -> list[Finding]:
    """Tell a daily range of temperature as over a sea while another source sees land."""
    own = _daily_range(table)
    if own is None or own.count() < FEWEST_DAYS:
        return []
    for other, weather in others.items():
        seen = _daily_range(weather)
        if seen is None:
            continue
        both = pd.concat([own, seen], axis=1, keys=["own", "other"], join="inner").dropna()
        if len(both) < FEWEST_DAYS:
            continue
        mean, beside = both["own"].mean(), both["other"].mean()
        if mean < OCEAN_SHARE * beside and mean < beside - 3.0 and mean < 2 * OCEAN_RANGE:
            warm = pd.concat([table["tmax"], weather["tmax"]], axis=1, join="inner").dropna()
            together = float(np.corrcoef(warm.to_numpy().T)[0, 1])
            message = (
                f"{name}: the daily range of temperature is {mean:.1f} K on average where {other} has "
                f"{beside:.1f} K, and the daily maxima go together with r = {together:.2f}: this is the climate "
                "of a sea or of another place; ask the source again with the right coordinates. Nothing of it "
                "is used."
            )
            return [Finding(Kind.WRONG_PLACE, name, "", message, len(both), unusable=True)]
    return []


def _fahrenheit(name: str, table: pd.DataFrame, others: dict[str, pd.DataFrame]) -> list[Finding]:
    for other, weather in others.items():
        if "tmax" not in table or "tmax" not in weather:
            continue
        both = pd.concat([weather["tmax"], table["tmax"]], axis=1, keys=["x", "y"], join="inner").dropna()
        if len(both) < FEWEST_DAYS or both["x"].std() < 1.0:
            continue
        ratio = both["y"].std() / both["x"].std()
        expected = 1.8 * both["x"].mean() + 32.0
        if (
            1.3 < ratio < 2.4
            and abs(both["y"].mean() - expected) < 6.0
            and both["y"].mean() > both["x"].mean() + 15
        ):
            message = (
                f"{name}: 'tmax' is {both['y'].mean():.1f} on average where {other} has {both['x'].mean():.1f} "
                "degC: Fahrenheit; expected degC, use (F - 32) / 1.8."
            )
            columns = [column for column in ("tmax", "tmin", "tmean", "tdew") if column in table]
            return [Finding(Kind.UNIT, name, column, message, len(both), unusable=True) for column in columns]
    return []


def _wrong_wind(name: str, table: pd.DataFrame, others: dict[str, pd.DataFrame], site: Site) -> list[Finding]:
    """Tell a daily maximum stored as the mean, or km/h: too strong beside another source or the own ETo."""
    if "u2" not in table or table["u2"].count() < FEWEST_DAYS:
        return []
    mean, excess = float(table["u2"].mean()), _excess_over_own_eto(table, site)
    for other, weather in others.items():
        if "u2" not in weather:
            continue
        both = pd.concat([table["u2"], weather["u2"]], axis=1, keys=["own", "other"], join="inner").dropna()
        if len(both) < FEWEST_DAYS or both["other"].mean() <= 0:
            continue
        ratio = float(both["own"].mean() / both["other"].mean())
        steadier = float(ratio**2 * both["other"].std() / max(both["own"].std(), 1e-9))
        too_strong = ratio > STRONG_WIND and steadier > STRONG_AND_STEADY
        if too_strong and (excess is None or excess > OWN_ETO_SLACK):
            km = KM_PER_HOUR[0] < ratio < KM_PER_HOUR[1]
            what = "km/h given as m/s" if km else "the daily maximum stored as the mean, as it seems"
            message = (
                f"{name}: 'u2' is {both['own'].mean():.1f} m/s on average, {ratio:.1f} times that of {other} "
                f"({both['other'].mean():.1f}): {what}; this wind is not used."
            )
            kind = Kind.UNIT if km else Kind.WRONG_WIND
            return [Finding(kind, name, "u2", message, len(both), unusable=True)]
    if excess is not None and excess > OWN_ETO_EXCESS:
        message = (
            f"{name}: with its daily 'u2' of {mean:.1f} m/s on average ETo comes out {100 * excess:.0f} % above "
            "the one that the source computed from its hours: the daily maximum stored as the mean, as it "
            "seems; this wind is not used."
        )
        return [Finding(Kind.WRONG_WIND, name, "u2", message, int(table["u2"].count()), unusable=True)]
    return []


def _excess_over_own_eto(table: pd.DataFrame, site: Site) -> float | None:
    needed = {"eto", "tmax", "tmin", "rs", "u2"}
    if not needed <= set(table.columns) or not {"rh", "tdew", "rh_max"} & set(table.columns):
        return None
    whole = table.dropna(subset=sorted(needed))
    if len(whole) < FEWEST_DAYS:
        return None
    computed = daily_eto(whole.drop(columns="eto"), site)["eto"]
    return float(computed.mean() / whole["eto"].mean() - 1.0)


def _drift(one: str, other: str, first: pd.DataFrame, second: pd.DataFrame) -> list[Finding]:
    """Tell a difference of two sources that grows or shrinks over the years."""
    found = []
    for column, matters in DRIFT_LEAST.items():
        if column not in first or column not in second:
            continue
        difference = (first[column] - second[column]).dropna()
        years = difference.groupby(pd.DatetimeIndex(difference.index).year)
        yearly = years.mean()[years.count() >= 300]
        if len(yearly) < DRIFT_YEARS:
            continue
        x = yearly.index.to_numpy(dtype=float)
        slope, t_value = _trend(x, yearly.to_numpy())
        change = slope * (x[-1] - x[0])
        if abs(change) > matters and abs(t_value) > DRIFT_T:
            message = (
                f"{one}: '{column}' moves away from {other} by {change:+.2f} between {x[0]:.0f} and {x[-1]:.0f} "
                f"(difference {yearly.iloc[0]:+.2f}, then {yearly.iloc[-1]:+.2f}): the bias of one of them "
                "drifts; refresh what was learned from old years."
            )
            found.append(Finding(Kind.DRIFT, one, column, message, len(difference)))
    return found


def _trend(x: Floats, y: Floats) -> tuple[float, float]:
    centred = x - x.mean()
    slope = float((centred * y).sum() / (centred**2).sum())
    residual = y - y.mean() - slope * centred
    error = np.sqrt((residual**2).sum() / max(len(x) - 2, 1) / (centred**2).sum())
    return slope, float(slope / max(error, 1e-12))


def _odd_days(
    first: pd.DataFrame, second: pd.DataFrame, names: tuple[str, str], marks: tuple[Marks, Marks]
) -> None:
    """Flag days on which two sources differ as they never do otherwise; which of them errs is not known."""
    for column, least in ODD_DAY_LEAST.items():
        if column not in first or column not in second:
            continue
        difference = first[column] - second[column]
        if difference.count() < FEWEST_DAYS:
            continue
        month = pd.DatetimeIndex(difference.index).month
        usual = difference.groupby(month).transform("median")
        away = (difference - usual).abs()
        sigma = 1.4826 * float(away.median())
        odd = away[away > max(ODD_DAY_SIGMAS * sigma, least)].index
        for mark, table, other in zip(marks, (first, second), reversed(names), strict=True):
            where = mark.weather.index.isin(odd) & table[column].notna().to_numpy()
            reason = f"{{value}}, further from {other} than on any usual day"
            mark.mark(column, where, Flag.SUSPECT, reason)


def _daily_range(table: pd.DataFrame) -> pd.Series | None:
    if "tmax" not in table or "tmin" not in table:
        return None
    return (table["tmax"] - table["tmin"]).dropna()
