"""Tables about fields: their headers in small letters, their numbers in the units of the settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from workbench.data.problems import Problems
from workbench.data.workbooks.one_table import read_one_table
from workbench.evapotranspiration.inputs.tables.headers import numbers

__all__ = ["read_field_table"]

_WATER = {"mm": 1.0, "cm": 10.0, "in": 25.4, "inch": 25.4, "inches": 25.4, "m3/ha": 0.1}
_SHARE = {"%": 1.0, "percent": 1.0, "1": 100.0, "-": 100.0, "m3/m3": 100.0, "cm3/cm3": 100.0}
_LENGTH = {"m": 1.0, "cm": 0.01, "mm": 0.001, "ft": 0.3048, "in": 0.0254, "inch": 0.0254}
_AREA = {"ha": 1.0, "acre": 0.40468564, "acres": 0.40468564, "ac": 0.40468564, "m2": 1e-4, "km2": 100.0}
_TIME = {"d": 1.0, "day": 1.0, "days": 1.0}
_FACTORS: Mapping[str, Mapping[str, float]] = {
    "irrigation": _WATER,
    "depth": _WATER,
    "room": _WATER,
    "limit": _WATER,
    "field_capacity": _SHARE,
    "wilting_point": _SHARE,
    "depletion": _SHARE,
    "allowed_depletion": _SHARE,
    "efficiency": _SHARE,
    "wetted": _SHARE,
    "roots": _LENGTH,
    "area": _AREA,
    "initial": _TIME,
    "development": _TIME,
    "middle": _TIME,
    "late": _TIME,
}
"""Column -> unit in brackets -> how many of the setting's unit one of it is."""
_DEGREES: Mapping[str, Callable[[pd.Series], pd.Series]] = {"degf": lambda values: (values - 32) / 1.8}


def read_field_table(
    path: Path, problems: Problems, known: Sequence[str], texts: Sequence[str]
) -> pd.DataFrame:
    """Read a table whose columns are named ``known``.

    Parameters
    ----------
    path
        Text file or workbook.
    problems
        Takes what was changed, and an error for each unit that is not known.
    known
        Names of the columns; others are kept as they are.
    texts
        Those that hold no numbers.

    Raises
    ------
    DataError
        When it cannot be read, or has no rows.
    """
    table = read_one_table(path, problems, lambda text: _plain(text) in known)
    raw = table.pandas(lambda name: _plain(name) not in texts)
    if raw.empty:
        problems.error("there are no rows below the header; fill the table, or take it away.")
        problems.raise_errors()
    made = {}
    for header in map(str, raw.columns):
        name, unit = _plain(header), header.partition("[")[2].rstrip("] ").strip().lower()
        if name in made:
            problems.error(f"column '{header}': {name} comes twice; rename one.")
        made[name] = _in_our_unit(raw[header], name, unit, header, problems) if unit else raw[header]
    problems.raise_errors()
    return pd.DataFrame(made, index=raw.index)


def _plain(header: str) -> str:
    return header.partition("[")[0].strip().lower().replace(" ", "_")


def _in_our_unit(values: pd.Series, name: str, unit: str, header: str, problems: Problems) -> pd.Series:
    factors = _FACTORS.get(name)
    if name == "base_temperature" and unit in _DEGREES:
        problems.change(f"column '{header}': converted from {unit} to degC.")
        return _DEGREES[unit](numbers(values, header, problems))
    if factors is None or factors.get(unit) == 1.0:
        return values
    if unit not in factors:
        problems.error(f"column '{header}': the unit {unit!r} is not known, expected {', '.join(factors)}.")
        return values
    problems.change(f"column '{header}': converted from {unit} to {next(iter(factors))}.")
    return numbers(values, header, problems) * factors[unit]
