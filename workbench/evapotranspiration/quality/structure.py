"""Whether a table is daily weather of one place at all: dates, one row a day, known columns."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbench.errors import InvalidData
from workbench.evapotranspiration.model.weather import WEATHER_COLUMNS, WEATHER_UNITS
from workbench.evapotranspiration.quality.flags import Finding, Kind, shown


def daily_table(weather: pd.DataFrame, source: str) -> pd.DataFrame:
    """Give the known columns as numbers, sorted by day.

    Parameters
    ----------
    weather
        Indexed by date.
    source
        Name for the sentences.

    Returns
    -------
    DataFrame
        A new table indexed by ``date`` at midnight, without a zone.

    Raises
    ------
    InvalidData
        When the index holds no dates, there are several rows a day (an hourly file, or doubled days), no known
        column, or a column with something else than numbers.
    """
    index = weather.index
    if not isinstance(index, pd.DatetimeIndex):
        seen = ", ".join(map(str, index[:3])) or "no rows"
        raise InvalidData(
            f"{source}: the rows are not dated, the index begins with {seen}; expected one date a row."
        )
    if index.hasnans:
        row = int(np.flatnonzero(index.isna())[0])
        raise InvalidData(f"{source}: row {row + 1} has no date; give every row its day, or remove the row.")
    days = index.tz_localize(None).normalize()
    _one_row_a_day(index, days, source)
    known = [name for name in WEATHER_COLUMNS if name in weather]
    if not known:
        seen = ", ".join(map(str, weather.columns)) or "none"
        raise InvalidData(
            f"{source}: none of the columns {seen} is known; expected some of {', '.join(WEATHER_COLUMNS)}."
        )
    columns = {}
    for name in known:
        try:
            columns[name] = weather[name].to_numpy(dtype=float, na_value=np.nan)
        except (TypeError, ValueError) as error:
            raise InvalidData(
                f"{source}, column '{name}': {error}; expected numbers [{WEATHER_UNITS[name]}]."
            ) from error
    table = pd.DataFrame(columns, index=pd.DatetimeIndex(days, name="date"))
    return table if table.index.is_monotonic_increasing else table.sort_index()


def missing_days(weather: pd.DataFrame, source: str) -> list[Finding]:
    """Report the days that are absent between the first and the last."""
    if len(weather) < 2:
        return []
    whole = pd.date_range(weather.index[0], weather.index[-1], freq="D")
    absent = whole.difference(pd.DatetimeIndex(weather.index))
    if not len(absent):
        return []
    message = (
        f"{source}: {len(absent)} of {len(whole)} days are absent ({shown(absent)}); they stay empty, nothing "
        "is put in their place."
    )
    return [Finding(Kind.MISSING_DAYS, source, "", message, len(absent))]


def _one_row_a_day(index: pd.DatetimeIndex, days: pd.DatetimeIndex, source: str) -> None:
    repeated = days.duplicated(keep=False)
    if not repeated.any():
        return
    first = days[repeated][0]
    stamps = index[days == first]
    if len(stamps.unique()) > 1:
        times = ", ".join(f"{stamp:%H:%M}" for stamp in stamps[:3])
        raise InvalidData(
            f"{source}: {len(stamps)} rows on {first:%Y-%m-%d} (at {times} …): this looks like hourly data, "
            "expected one row a day; make daily extremes, means and sums first, or use the hourly equation."
        )
    raise InvalidData(
        f"{source}: {shown(days[repeated].unique())} come up more than once, expected one row a day; remove "
        "the rows that are not meant."
    )
