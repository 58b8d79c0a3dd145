"""The figure of a frame's forecast: history, forecast and bands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbench.charts.figure import add_band, add_line, new_figure
from workbench.charts.palette import HISTORY, nth_colour, nth_dash
from workbench.errors import SettingError

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from workbench.charts.template import Theme

__all__ = ["draw_forecast"]

MAX_WITH_BANDS = 4


def draw_forecast(
    history: pd.DataFrame,
    intervals: pd.DataFrame,
    series: str | Sequence[str] | None = None,
    theme: Theme = "light",
) -> go.Figure:
    """Draw history and forecast, with bands for up to four series.

    Parameters
    ----------
    history
        One row a period and one column a series; its index is named.
    intervals
        series, period, forecast, lower and upper bounds.
    series
        Names of the columns to draw; all when None.
    theme
        ``"light"`` or ``"dark"``.

    Raises
    ------
    SettingError
        When a name is none of the columns that have a forecast.
    """
    known = list(dict.fromkeys(intervals.series))
    names = known if series is None else [series] if isinstance(series, str) else list(series)
    for name in names:
        if name not in known:
            raise SettingError(
                f"There is no forecast of {name!r}; present: {', '.join(known)}.", "series", name
            )
    period = str(history.index.name)
    figure = new_figure("Forecast with intervals", period, names[0] if len(names) == 1 else "", theme)
    if len(names) > MAX_WITH_BANDS:
        figure.update_layout(title=f"Forecast (bands are drawn for up to {MAX_WITH_BANDS} series)")
    for index, name in enumerate(names):
        rows = intervals[intervals.series == name]
        past = history[name].dropna()
        colour = nth_colour(index)
        levels = sorted((float(c[6:]) for c in rows.columns if c.startswith("lower_")), reverse=True)
        for level in levels if len(names) <= MAX_WITH_BANDS else ():
            label = f"{level:g} %" if len(names) == 1 else f"{name}, {level:g} %"
            lower, upper = rows[f"lower_{level:g}"], rows[f"upper_{level:g}"]
            add_band(figure, rows[period], lower, upper, label, _faded(colour))
        x, y = [past.index[-1], *rows[period]], [past.iloc[-1], *rows.forecast]
        add_line(figure, x, y, name if len(names) > 1 else "forecast", colour, dash=nth_dash(index // 8))
        ink = HISTORY if len(names) == 1 else colour
        add_line(figure, past.index, past, "history", ink, width=3, showlegend=len(names) == 1)
    return figure


def _faded(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, 0.18)"
