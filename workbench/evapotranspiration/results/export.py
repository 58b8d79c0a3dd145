"""Results for other programs: CSV, Excel, and NetCDF with the names and units of the CF conventions."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workbench.data.atomic import replacing, write_text
from workbench.data.results.export import table_sheet
from workbench.data.workbooks.facts import write_facts, write_notes
from workbench.data.workbooks.writing import writing_workbook
from workbench.evapotranspiration.model.equations import EQUATIONS
from workbench.evapotranspiration.results.saved import MONTHLY_UNITS, UNITS, EtoResult

if TYPE_CHECKING:
    import xarray as xr

WEIGHT_PREFIX = "weight_"
FILLED_GRID = 0.5
"""Share of the cells of a grid that are places (the others lie at sea) from which on it is written as one."""
MISSING = {"quality": np.int8(-1)}
GRADES = ("low", "medium", "high")


@dataclass(frozen=True, slots=True)
class _CfVariable:
    """How a column is written to NetCDF: its CF standard name where there is one, unit, and a title."""

    name: str
    standard_name: str
    units: str
    long_name: str


_VARIABLES: Mapping[str, _CfVariable] = {
    # CF has no name for the reference evapotranspiration of FAO-56; potential is the nearest it has.
    "eto": _CfVariable(
        "eto",
        "water_potential_evapotranspiration_amount",
        "kg m-2",
        "FAO-56 reference evapotranspiration of the day",
    ),
    "standard_error": _CfVariable(
        "eto_standard_error",
        "water_potential_evapotranspiration_amount standard_error",
        "kg m-2",
        "Standard error of reference evapotranspiration",
    ),
    "low": _CfVariable("eto_low", "", "kg m-2", "Lower end of the interval"),
    "high": _CfVariable("eto_high", "", "kg m-2", "Upper end of the interval"),
    "precip": _CfVariable("precipitation", "precipitation_amount", "kg m-2", "Precipitation of the day"),
    "balance": _CfVariable("balance", "", "kg m-2", "Precipitation minus reference evapotranspiration"),
}


def write_csv(result: EtoResult, path: Path) -> Path:
    """Write the days of all sites; units are in the headers, the credits in comment lines above.

    Parameters
    ----------
    result
        The result.
    path
        Final name, ``.csv``.

    Raises
    ------
    UnwritableFile
        When the operating system refuses.
    """
    write_text(path, csv_text(result))
    return path


def csv_text(result: EtoResult) -> str:
    """Give the days of all sites as the text of a CSV file."""
    table = result.table("daily").copy()
    table["date"] = pd.DatetimeIndex(table["date"]).strftime("%Y-%m-%d")
    renamed = {name: _with_unit(str(name)) for name in table.columns}
    text = io.StringIO()
    text.write(result.heading.comments)
    text.writelines(f"# {line}\n" for line in result.credits)
    table.rename(columns=renamed).to_csv(text, index=False, float_format="%.3f", lineterminator="\n")
    return text.getvalue()


def write_excel(result: EtoResult, path: Path) -> Path:
    """Write days, sources, sites, months, findings and downloads as a workbook, with settings and credits.

    Parameters
    ----------
    result
        The result.
    path
        Final name, ``.xlsx``.

    Raises
    ------
    InvalidData
        When the days do not fit on a sheet (a million rows).
    UnwritableFile
        When the operating system refuses, such as when the file is open in Excel.
    """
    with writing_workbook(path, {"comments": " ".join(result.credits)}, result.heading) as book:
        for name in ("daily", "sources", "sites", "monthly", "findings", "downloads"):
            frame, monthly = result.table(name), dict(MONTHLY_UNITS) if name == "monthly" else {}
            weights = {c: "1" for c in map(str, frame.columns) if c.startswith(WEIGHT_PREFIX)}
            units = {**UNITS, **monthly, **weights}
            formats = {column: "0.00" for column, unit in units.items() if unit in ("mm/d", "1")}
            frozen = 2 if name in ("daily", "sources", "monthly") else 1
            table_sheet(book, name, frame, units, formats=formats, frozen=frozen)
        notes = book.sheet("notes")
        row = write_facts(notes, result.heading.title, result.facts, result.config)
        row = notes.text(["Credits", *result.credits], row=row + 1, title=True)
        write_notes(notes, result.notes, row=row + 1)
    return path


def write_netcdf(result: EtoResult, path: Path) -> Path:
    """Write the days as NetCDF 4: a CF time series of each site, or a grid where the sites make one.

    Parameters
    ----------
    result
        The result.
    path
        Final name, ``.nc``.

    Raises
    ------
    UnwritableFile
        When the operating system refuses.
    """
    dataset = to_xarray(result)
    packed = {
        str(name): {"zlib": True, "dtype": "float32"}
        for name, item in dataset.data_vars.items()
        if item.dtype.kind == "f"
    }
    packed["time"] = {"dtype": "int32", "units": "days since 1970-01-01", "calendar": "standard"}
    with replacing(path) as temporary:
        dataset.to_netcdf(temporary, engine="netcdf4", encoding=packed)
    return path


def to_xarray(result: EtoResult) -> xr.Dataset:
    """Give the days as a dataset of ``site`` and ``time``, described by the CF conventions 1.11.

    Sites that make a regular grid have ``latitude`` and ``longitude`` instead.

    A day's millimetre of water is a kilogram on a square metre, the unit that CF wants for amounts.
    """
    import xarray as xr

    daily, sites = result.table("daily"), result.table("sites").set_index("site")
    names = list(sites.index)
    times = pd.DatetimeIndex(sorted(daily["date"].unique()), name="time")

    def grid(column: str) -> np.ndarray[Any, np.dtype[np.float64]]:
        wide = daily.pivot_table(index="site", columns="date", values=column, aggfunc="first").reindex(
            index=names, columns=times
        )
        return np.asarray(wide.to_numpy(dtype=float))

    variables: dict[str, Any] = {}
    for column, facts in _VARIABLES.items():
        title = EQUATIONS[result.config.equation].title
        long_name = facts.long_name.replace("FAO-56", title) if column == "eto" else facts.long_name
        attributes = {"units": facts.units, "long_name": long_name, "cell_methods": "time: sum"}
        if facts.standard_name:
            attributes["standard_name"] = facts.standard_name
        variables[facts.name] = (("site", "time"), grid(column), attributes)
    for column in [str(name) for name in daily.columns if str(name).startswith(WEIGHT_PREFIX)]:
        title = f"Weight of {column.removeprefix(WEIGHT_PREFIX)}"
        variables[column] = (("site", "time"), grid(column), {"units": "1", "long_name": title})
    codes = daily.assign(code=daily["grade"].map({grade: code for code, grade in enumerate(GRADES)}))
    wide = codes.pivot_table(index="site", columns="date", values="code", aggfunc="first").reindex(
        index=names, columns=times
    )
    quality = {
        "long_name": "Quality grade",
        "standard_name": "quality_flag",
        "flag_values": np.arange(3, dtype=np.int8),
        "flag_meanings": " ".join(GRADES),
    }
    variables["quality"] = (("site", "time"), wide.fillna(0).to_numpy(dtype=np.int8), quality)
    coordinates = {
        "time": ("time", times, {"standard_name": "time", "long_name": "Local day"}),
        "site": ("site", names, {"cf_role": "timeseries_id", "long_name": "Name of the site"}),
        "latitude": ("site", sites["latitude"], {"standard_name": "latitude", "units": "degrees_north"}),
        "longitude": ("site", sites["longitude"], {"standard_name": "longitude", "units": "degrees_east"}),
        "elevation": (
            "site",
            sites["elevation"],
            {"standard_name": "surface_altitude", "units": "m", "positive": "up"},
        ),
    }
    attributes = {
        "Conventions": "CF-1.11",
        "featureType": "timeSeries",
        "title": result.heading.name,
        "source": f"energy-workbench {result.facts['package_version']}",
        "license": " ".join(result.credits),
        "comment": " ".join([*result.heading.lines, result.facts["learned_from"]]),
    }
    found = xr.Dataset(variables, coordinates, attributes)
    return _as_grid(found) if _is_grid(sites) else found


def _is_grid(sites: pd.DataFrame) -> bool:
    """Whether sites are most cells of a grid with even steps in both directions."""
    axes = [np.unique(sites[name].to_numpy(dtype=float).round(6)) for name in ("latitude", "longitude")]
    if min(map(len, axes)) < 2 or len(sites) < FILLED_GRID * len(axes[0]) * len(axes[1]):
        return False
    # Rows in which no cell is left may be missing.
    return all(
        np.allclose(steps / steps.min(), np.round(steps / steps.min()), atol=0.01)
        for steps in map(np.diff, axes)
    )


def _as_grid(found: xr.Dataset) -> xr.Dataset:
    cells = found.assign_coords({name: found[name].round(6) for name in ("latitude", "longitude")})
    cells = cells.drop_vars("site").set_index(site=["latitude", "longitude"])
    grid = cells.unstack("site", fill_value=MISSING)  # noqa: PD010
    for name in ("latitude", "longitude"):
        grid[name].attrs = found[name].attrs
    grid.attrs.pop("featureType")
    return grid.sortby("latitude").transpose("latitude", "longitude", "time")


def _with_unit(name: str) -> str:
    return (
        f"{name} [{UNITS[name]}]"
        if name in UNITS
        else f"{name} [1]"
        if name.startswith(WEIGHT_PREFIX)
        else name
    )
