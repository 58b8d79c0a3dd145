"""Forecast the columns of a frame in one call, with intervals and every fold of the backtest.

::

    from workbench.demand import forecast

    result = forecast(sales, levels=[80, 95], horizon=10)   # years as index, one series a column
    result                                                  # in a notebook: the forecast
    result.folds                                            # every backtest forecast beside its actual
    result.plot()
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workbench.charts.plots import Plots, Table
from workbench.data.arrays import Floats
from workbench.demand.frames.methods import SeriesResult, chosen_model, seasonal_results, yearly_results
from workbench.demand.frames.periods import Periods, Step, read_periods
from workbench.demand.model.choices import AUTOMATIC
from workbench.errors import InvalidData, SettingError
from workbench.forecasting.accuracy import measure

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from workbench.charts.template import Theme

__all__ = ["FrameForecast", "forecast"]

HORIZONS = {Step.YEAR: 10, Step.QUARTER: 8, Step.MONTH: 12}
"""Periods ahead where the caller names none."""
MAX_HORIZON = {Step.YEAR: 50, Step.QUARTER: 40, Step.MONTH: 60}


@dataclass(frozen=True, slots=True, eq=False)
class FrameForecast:
    """Forecasts of the columns of a frame, in the units that they have there.

    Parameters
    ----------
    history
        What was given, one row a period and one column a series; NaN where a period is missing.
    forecast
        One row a future period, one column a series.
    intervals
        series, model, period, forecast, and lower and upper bound by level: ``lower_80``, ``upper_80`` …
    folds
        Every backtest forecast whose actual is known: series, model, origin (last period known), horizon, period,
        forecast, actual, and by level whether the interval made at the origin held it: ``inside_80`` … (1 or 0; NaN
        where too little was known for an interval).
    accuracy
        series, horizon, origins, mape [%], smape [%], mase [per unit], bias [%], and ``coverage_80`` … [%].
    failures
        Why a series has no forecast.
    notes
        What is to be known of the others.
    """

    history: pd.DataFrame
    forecast: pd.DataFrame
    intervals: pd.DataFrame
    folds: pd.DataFrame
    accuracy: pd.DataFrame
    failures: Mapping[str, str]
    notes: tuple[str, ...]

    def __repr__(self) -> str:
        failed = f", {len(self.failures)} without a forecast" if self.failures else ""
        count, last = self.forecast.shape[1], _text(self.forecast.index[-1])
        return f"<FrameForecast: {count} series to {last}, {len(self.folds)} folds{failed}>"

    def _repr_html_(self) -> str:
        frame = self.intervals if self.forecast.shape[1] == 1 else self.forecast.reset_index()
        said = [*self.notes, *(f"{name}: no forecast: {reason}" for name, reason in self.failures.items())]
        return Table(frame, {}, html.unescape(repr(self)[1:-1]), said)._repr_html_()

    def to_pandas(self) -> pd.DataFrame:
        """Give the forecasts with their bounds, a row a series and period, as a frame of your own."""
        return self.intervals.copy()

    @property
    def plot(self) -> Plots:
        """Figures: ``plot()`` with bands, by table ``plot.forecast.line()``, ``plot.accuracy.bar()`` and so on."""
        period = str(self.history.index.name)
        percent = dict.fromkeys(("mape", "smape", "bias"), "%")
        tables = {
            "forecast": Table(self.forecast, {}, "Forecast"),
            "history": Table(self.history, {}, "History"),
            "intervals": Table(self.intervals, {}, "Forecast", x=period, by=("series",)),
            "folds": Table(self.folds, {}, "Backtest", x=period, y=("forecast",), by=("series", "origin")),
            "accuracy": Table(
                self.accuracy, percent, "Error out of sample", x="horizon", y=("mape",), by=("series",)
            ),
        }
        return Plots(tables, {"forecast": partial(_draw, self), "history": partial(_draw, self)})


def forecast(
    frame: pd.DataFrame | pd.Series,
    levels: float | Iterable[float] = (80, 95),
    horizon: int | None = None,
    model: str = AUTOMATIC,
    *,
    until: object = None,
    level: float | None = None,
    backtest_horizon: int = 10,
    first_training: int = 6,
) -> FrameForecast:
    """Forecast every column of a frame, and test the forecast at every earlier origin.

    Yearly series are forecast by a growth model of the demand domain, extraordinary growth winsorised;
    ``automatic`` is damped growth. Quarters and months are forecast by the seasonal pool; ``automatic`` chooses at
    each origin by the outcomes known there.

    Parameters
    ----------
    frame
        One series a column; the index holds years (``2024``, ``"FY 2024-25"``) or dates, periods or their text
        (``"2024-06"``). Series may begin late; a yearly one is used from its last gap or zero on.
    levels
        Of the intervals [%]: one number or several, each above 1 and below 100.
    horizon
        Periods ahead; 10 years, 8 quarters or 12 months when neither it nor ``until`` is given.
    model
        ``"automatic"`` or the name of a model; a wrong one is answered with the names there are.
    until
        Last period wanted, in place of the horizon: ``2035``, ``"FY 2034-35"``, ``"2027-03"``.
    level
        One level, in place of ``levels``.
    backtest_horizon
        Longest horizon of the backtest of yearly series [years]; others are tested up to the horizon.
    first_training
        Minimum number of years in the training part of a yearly backtest.

    Returns
    -------
    FrameForecast
        Shows itself; ``.forecast``, ``.intervals``, ``.folds``, ``.accuracy`` are frames.

    Raises
    ------
    SettingError
        When an argument cannot be used; says what is allowed.
    InvalidData
        When the frame cannot be read, or no column can be forecast.

    Examples
    --------
    >>> import pandas as pd
    >>> from workbench.demand import forecast
    >>> sales = pd.DataFrame({"Homes": [100 * 1.05**n for n in range(15)]}, index=range(2011, 2026))
    >>> result = forecast(sales, levels=[80, 95], horizon=3)
    >>> result
    <FrameForecast: 1 series to 2028, 45 folds>
    >>> result.forecast.Homes.round(1).to_dict()
    {2026: 206.4, 2027: 214.7, 2028: 222.9}
    >>> list(result.folds.columns)
    ['series', 'model', 'origin', 'horizon', 'year', 'forecast', 'actual', 'inside_80', 'inside_95']
    """
    history, periods = _history(frame)
    chosen_levels = _levels(levels, level)
    steps = _horizon(horizon, until, periods)
    name = chosen_model(model, periods.step)
    values = history.to_numpy(dtype=float).T
    if periods.step is Step.YEAR:
        _check_count("backtest_horizon", backtest_horizon, 1)
        _check_count("first_training", first_training, 3)
        results, reasons = yearly_results(
            values, periods, name, chosen_levels, steps, backtest_horizon, first_training
        )
    else:
        results, reasons = seasonal_results(values, periods, name, chosen_levels, steps)
    failures = {history.columns[row]: reasons[row] for row in sorted(reasons)}
    if not results:
        raise InvalidData(
            "No column of the frame can be forecast. "
            + " ".join(f"{name}: {reason}." for name, reason in failures.items())
        )
    return _assembled(history, periods, [results[row] for row in sorted(results)], steps, failures)


def _assembled(
    history: pd.DataFrame,
    periods: Periods,
    results: Sequence[SeriesResult],
    horizon: int,
    failures: Mapping[str, str],
) -> FrameForecast:
    ahead = periods.labels(periods.count, periods.count + horizon)
    names = [history.columns[result.row] for result in results]
    parts, folds, accuracy = [], [], []
    for name, result in zip(names, results, strict=True):
        columns = {"series": name, "model": result.model, periods.name: ahead, "forecast": result.forecast}
        for level, (lower, upper) in result.bounds.items():
            columns |= {f"lower_{level:g}": lower, f"upper_{level:g}": upper}
        parts.append(pd.DataFrame(columns))
        folds.append(_folds(name, result, periods))
        accuracy += _accuracy(name, result)
    return FrameForecast(
        history,
        pd.DataFrame(
            {name: result.forecast for name, result in zip(names, results, strict=True)}, index=ahead
        ),
        pd.concat(parts, ignore_index=True),
        pd.concat(folds, ignore_index=True),
        pd.DataFrame(accuracy),
        failures,
        tuple(f"{name}: {result.note}." for name, result in zip(names, results, strict=True) if result.note),
    )


def _folds(name: str, result: SeriesResult, periods: Periods) -> pd.DataFrame:
    origins, horizons = result.forecasts.shape
    horizon = np.tile(np.arange(1, horizons + 1), origins)
    origin = np.repeat(result.origins, horizons)
    known = np.isfinite(result.forecasts).ravel() & np.isfinite(result.actual).ravel()
    labels = periods.labels(0, periods.count)
    columns: dict[str, Any] = {
        "series": name,
        "model": np.repeat(np.array(result.models, dtype=object), horizons)[known],
        "origin": labels[origin[known] - 1],
        "horizon": horizon[known],
        periods.name: labels[(origin + horizon)[known] - 1],
        "forecast": result.forecasts.ravel()[known],
        "actual": result.actual.ravel()[known],
    }
    columns |= {f"inside_{level:g}": inside.ravel()[known] for level, inside in result.inside.items()}
    return pd.DataFrame(columns)


def _accuracy(name: str, result: SeriesResult) -> list[dict[str, Any]]:
    rows = []
    for step in range(result.forecasts.shape[1]):
        found = measure(result.forecasts[:, step], result.actual[:, step], result.scale, step + 1)
        if not found.origins:
            continue
        row = {"series": name, "horizon": found.horizon, "origins": found.origins, "mape": found.mape}
        row |= {"smape": found.smape, "mase": found.mase, "bias": found.bias}
        for level, inside in result.inside.items():
            known = inside[:, step][np.isfinite(inside[:, step])]
            row[f"coverage_{level:g}"] = 100 * float(known.mean()) if len(known) else float("nan")
        rows.append(row)
    return rows


def _history(frame: pd.DataFrame | pd.Series) -> tuple[pd.DataFrame, Periods]:
    """Read a frame: rows in order of their periods, missing ones as NaN, columns as numbers."""
    if isinstance(frame, pd.Series):
        frame = frame.to_frame(frame.name if frame.name is not None else "series")
    if not isinstance(frame, pd.DataFrame):
        raise InvalidData(
            f"The frame is a {type(frame).__name__}, expected a DataFrame with one series a column."
        )
    names = [str(name) for name in frame.columns]
    if not names or len(set(names)) < len(names):
        raise InvalidData("The frame needs at least one column, each with a name of its own.")
    periods, places = read_periods(frame.index)
    values = np.full((periods.count, frame.shape[1]), np.nan)
    for column in range(len(names)):
        values[places, column] = _numbers(frame.iloc[:, column])
    return pd.DataFrame(values, index=periods.labels(0, periods.count), columns=names), periods


def _numbers(series: pd.Series) -> Floats:
    numbers = pd.to_numeric(series, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    bad = (np.isnan(numbers) & series.notna().to_numpy()) | np.isinf(numbers)
    if bad.any():
        place = int(np.flatnonzero(bad)[0])
        raise InvalidData(
            f"The column '{series.name}' holds {series.iloc[place]!r} at {_text(series.index[place])}, expected a "
            "number."
        )
    return numbers


def _levels(levels: float | Iterable[float], level: float | None) -> tuple[float, ...]:
    default = isinstance(levels, tuple) and levels == (80, 95)
    if level is not None and not default:
        raise SettingError("Both level and levels are given; give one of them.", "level", level)
    requested: object = levels if level is None else level
    several = (
        requested if isinstance(requested, Iterable) and not isinstance(requested, str) else (requested,)
    )
    found = []
    for one in several:
        number = isinstance(one, (int, float, np.number)) and not isinstance(one, bool)
        value = float(str(one)) if number else float("nan")
        if not 1 < value < 100:
            raise SettingError(
                f"A level is {one!r}, expected a percentage above 1 and below 100, such as 80.", "levels", one
            )
        found.append(value)
    if not found:
        raise SettingError("levels is empty, expected at least one percentage such as 80.", "levels", ())
    return tuple(sorted(set(found)))


def _horizon(horizon: int | None, until: object, periods: Periods) -> int:
    if horizon is not None and until is not None:
        raise SettingError("Both horizon and until are given; give one of them.", "until", until)
    if until is not None:
        steps = periods.place_of(until, "until") - periods.count + 1
        if steps < 1:
            last = _text(periods.labels(periods.count - 1, periods.count)[0])
            raise SettingError(
                f"until is {until!r}, expected a {periods.step} after the last one, {last}.", "until", until
            )
    elif horizon is not None:
        _check_count("horizon", horizon, 1)
        steps = int(horizon)
    else:
        return HORIZONS[periods.step]
    maximum = MAX_HORIZON[periods.step]
    if steps > maximum:
        raise SettingError(
            f"{steps} {periods.step}s ahead are too far, expected at most {maximum}.", "horizon", steps
        )
    return steps


def _check_count(name: str, value: object, minimum: int) -> None:
    if not isinstance(value, (int, np.integer)) or isinstance(value, bool) or value < minimum:
        hint = "; for a period such as 2035 use until" if name == "horizon" else ""
        raise SettingError(
            f"{name} is {value!r}, expected a whole number of at least {minimum}{hint}.", name, value
        )


def _text(label: object) -> str:
    return f"{label:%Y-%m-%d}" if isinstance(label, pd.Timestamp) else str(label)


def _draw(
    result: FrameForecast, *, series: str | Sequence[str] | None = None, theme: Theme = "light"
) -> go.Figure:
    from workbench.demand.frames.chart import draw_forecast

    return draw_forecast(result.history, result.intervals, series, theme)
