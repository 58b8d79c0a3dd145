"""Reference evapotranspiration of a table that is already at hand: no project, no run, one call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np
import pandas as pd

from workbench.charts.plots import Table
from workbench.data.known_names import known_name
from workbench.data.problems import Problems
from workbench.errors import InvalidData
from workbench.evapotranspiration.equation.daily import daily_eto
from workbench.evapotranspiration.inputs.files import days_and_hours, unused_columns
from workbench.evapotranspiration.inputs.tables.headers import named_columns
from workbench.evapotranspiration.model.equations import EQUATIONS, Equation
from workbench.evapotranspiration.model.site import Site
from workbench.evapotranspiration.model.weather import WEATHER_COLUMNS
from workbench.evapotranspiration.physics.atmosphere import wind_at_2m

__all__ = ["reference_evapotranspiration"]

UNITS: Mapping[str, str] = {
    "eto": "mm/d",
    **dict.fromkeys(("ra", "rso", "rs", "rn"), "MJ/m2/d"),
    **dict.fromkeys(("es", "ea"), "kPa"),
    "u2": "m/s",
}


def reference_evapotranspiration(
    frame: pd.DataFrame,
    *,
    latitude: float,
    elevation: float,
    units: Mapping[str, str] | None = None,
    method: Equation | str = Equation.FAO56,
    wind_height: float = 2.0,
    coastal: bool = False,
) -> Table:
    """Compute daily reference evapotranspiration of one place from its weather.

    Parameters
    ----------
    frame
        One row for each day: dates as index or in a column ``date``, and ``tmax`` and ``tmin`` [degC], with any of
        ``tdew`` [degC], ``rh``, ``rh_max``, ``rh_min`` [%], ``u2`` [m/s] and ``rs`` [MJ/m2/d]. Other units stand in
        the headers (``"tmax [degF]"``, ``"rs [W/m2]"``) or in ``units``; -999 is missing.
    latitude
        Degrees, north positive.
    elevation
        Above sea level [m].
    units
        Column -> unit, for headers that do not say.
    method
        ``"fao56"``, ``"asce_short"``, ``"asce_tall"``, ``"priestley_taylor"`` without wind, or ``"hargreaves"`` for
        temperature alone.
    wind_height
        Height at which ``u2`` was measured [m].
    coastal
        Whether a coast is near, for radiation taken from temperature.

    Returns
    -------
    Table
        Indexed by ``date``: ``eto`` [mm/d], ``ra``, ``rso``, ``rs``, ``rn`` [MJ/m2/d], ``es``, ``ea`` [kPa],
        ``u2`` [m/s], and ``assumed``: what FAO-56 puts in the place of missing inputs. The notes say what was
        converted, is missing, and was assumed on how many days.

    Raises
    ------
    InvalidData
        When a column is missing, a unit is not known, a cell is not a number, a day comes twice, or a place is not
        on Earth.
    UnknownName
        When there is no such method.

    Examples
    --------
    >>> import pandas as pd
    >>> from workbench.evapotranspiration import reference_evapotranspiration
    >>> days = pd.DataFrame({
    ...     "date": ["2024-07-06"], "tmax [degC]": [21.5], "tmin [degC]": [12.3], "rh_max [%]": [84.0],
    ...     "rh_min [%]": [63.0], "wind [km/h]": [7.482], "rs [W/m2]": [255.5],
    ... })
    >>> eto = reference_evapotranspiration(days, latitude=50.8, elevation=100)
    >>> float(eto.to_pandas()["eto"].iloc[0].round(1))
    3.9
    """
    equation = Equation(known_name("method", method, [str(one) for one in Equation]))
    problems = Problems("the table")
    weather, unused = _weather(frame, units, problems)
    if wind_height != 2.0 and "u2" in weather:
        weather["u2"] = wind_at_2m(weather["u2"], _checked_height(wind_height))
        problems.change(
            f"u2 was measured at {wind_height:g} m and is converted to 2 m (FAO-56, equation 47)."
        )
    site = Site("the place", latitude, 0.0, elevation)
    found = daily_eto(weather, site, equation=equation, coastal=coastal)
    assumed = Counter(part for text in found["assumed"] if text for part in text.split("; "))
    notes = [problem.message for problem in problems]
    notes += [f"Column '{column}' was not used." for column in unused]
    notes += [f"{part[:1].upper()}{part[1:]}: {days} of {len(found)} days." for part, days in assumed.items()]
    return Table(found, UNITS, f"Reference evapotranspiration, {EQUATIONS[equation].title}", notes)


def _weather(
    frame: pd.DataFrame, units: Mapping[str, str] | None, problems: Problems
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    if not isinstance(frame, pd.DataFrame):
        raise InvalidData(f"The weather is of type {type(frame).__name__}, expected a pandas DataFrame.")
    if isinstance(frame.index, pd.DatetimeIndex):
        frame = frame.rename_axis("date").reset_index()
    raw = named_columns(frame.reset_index(drop=True), problems, units)
    sites = list(raw["site"].unique()) if "site" in raw else []
    if len(sites) > 1:
        raise InvalidData(
            f"The table holds {len(sites)} sites, and latitude and elevation are those of one: select its rows."
        )
    rows, _ = days_and_hours(raw.drop(columns=["site", "source"], errors="ignore"), WEATHER_COLUMNS, problems)
    return rows.set_index("date").drop(columns=["site", "source"]), unused_columns(raw, WEATHER_COLUMNS)


def _checked_height(height: float) -> float:
    if not np.isfinite(height) or not 0.5 <= height <= 200:
        raise InvalidData(f"wind_height is {height:g}, expected 0.5 to 200 m.")
    return height
