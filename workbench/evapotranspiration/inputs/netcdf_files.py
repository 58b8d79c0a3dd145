"""Weather in NetCDF files: variables of the CF conventions and of ERA5, gridMET and E-OBS, grids and stations."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from workbench.data.arrays import Floats
from workbench.data.problems import Problems
from workbench.data.tables.netcdf import check_self_contained
from workbench.errors import UnreadableFile
from workbench.evapotranspiration.inputs.netcdf_times import clock_of, of_steps
from workbench.evapotranspiration.inputs.places.place import Place
from workbench.evapotranspiration.model.site import Site, distance_km
from workbench.files import as_name, open_file
from workbench.runs.model.digest import file_digest
from workbench.structured import own_errors

if TYPE_CHECKING:
    import xarray as xr

MAX_CELLS = 400
"""As many places as a run has."""
_STARTS = (b"\x89HDF\r\n\x1a\n", b"CDF\x01", b"CDF\x02", b"CDF\x05")
_STANDARD = {
    "air_temperature": "tmean",
    "dew_point_temperature": "tdew",
    "relative_humidity": "rh",
    "wind_speed": "u2",
    "surface_downwelling_shortwave_flux_in_air": "rs",
    "surface_downwelling_shortwave_flux": "rs",
    "integral_wrt_time_of_surface_downwelling_shortwave_flux_in_air": "rs",
    "precipitation_flux": "precip",
    "precipitation_amount": "precip",
    "lwe_thickness_of_precipitation_amount": "precip",
    "water_potential_evapotranspiration_amount": "eto",
}
_NAMES = {
    **dict.fromkeys(("tasmax", "tmax", "tmmx", "tx", "t2m_max", "mx2t", "t2max"), "tmax"),
    **dict.fromkeys(("tasmin", "tmin", "tmmn", "tn", "t2m_min", "mn2t", "t2min"), "tmin"),
    **dict.fromkeys(("tas", "tmean", "tg", "t2m"), "tmean"),
    **dict.fromkeys(("d2m", "tdew", "tdps", "t2mdew"), "tdew"),
    **dict.fromkeys(("hurs", "rh", "hu", "rh2m"), "rh"),
    **dict.fromkeys(("hursmax", "rmax", "rh_max"), "rh_max"),
    **dict.fromkeys(("hursmin", "rmin", "rh_min"), "rh_min"),
    **dict.fromkeys(("sfcwind", "ws", "u2", "fg", "vs", "ws2m", "ws10m", "si10", "wind_speed"), "u2"),
    **dict.fromkeys(("rsds", "srad", "ssrd", "qq", "rs"), "rs"),
    **dict.fromkeys(("pr", "tp", "rr", "precip", "precipitation"), "precip"),
    **dict.fromkeys(("eto", "et0"), "eto"),
}
"""Names that CMIP, ERA5, gridMET, E-OBS and our own exports give; the standard name goes first."""
_WIND_HEIGHTS = {"sfcwind": 10.0, "fg": 10.0, "vs": 10.0, "ws10m": 10.0, "si10": 10.0, "u2": 2.0, "ws2m": 2.0}
_AXES = {
    "latitude": ("latitude", "lat", "nav_lat"),
    "longitude": ("longitude", "lon", "nav_lon"),
    "elevation": ("elevation", "surface_altitude", "altitude", "orog", "height_above_sea"),
}
_STATIONS = ("site", "station", "station_id", "station_name", "name", "location")


@dataclass(frozen=True, slots=True)
class NetcdfWeather:
    """Weather of a NetCDF file.

    Parameters
    ----------
    raw
        Rows as of a text file: site, date (clock of the place), and columns whose headers say their unit.
    places
        Where the rows are; those that were asked for, else the cells or stations of the file.
    sha256
        Hash of the file.
    unused
        Variables that are not read.
    """

    raw: pd.DataFrame
    places: tuple[Place, ...]
    sha256: str
    unused: tuple[str, ...]


def is_netcdf(path: Path) -> bool:
    """Whether a file is NetCDF, by its first bytes."""
    try:
        with open_file(path) as file:
            return file.read(8).startswith(_STARTS)
    except OSError:
        return False


def read_netcdf(path: Path, wanted: Sequence[Place], problems: Problems) -> NetcdfWeather:
    """Read the weather of places from the nearest cells or stations of a file.

    Parameters
    ----------
    path
        NetCDF 3 or 4.
    wanted
        Places to read; every cell or station that has values if there are none.
    problems
        Takes what was chosen and changed.

    Raises
    ------
    UnreadableFile
        When it is damaged, has no time, place or weather, or more cells than a run can have.
    """
    import xarray as xr

    with own_errors(path, "a NetCDF file", advice="Export it again."):
        check_self_contained(path)
        with (
            as_name(path) as name,
            xr.open_dataset(name, engine="netcdf4", use_cftime=None) as data,
        ):
            found = _read(data, path, wanted, problems)
    raw, places, unused = found
    return NetcdfWeather(raw, places, file_digest(path), unused)


def _read(
    data: xr.Dataset, path: Path, wanted: Sequence[Place], problems: Problems
) -> tuple[pd.DataFrame, tuple[Place, ...], tuple[str, ...]]:
    columns, unused = _columns(data)
    if not columns:
        raise UnreadableFile(
            f"{path.name} has no weather that is known; present: {', '.join(map(str, data.data_vars))}. Give "
            "variables their CF standard_name.",
            path,
        )
    data, dims = _with_axes(data, path)
    clock = clock_of(data, path)
    chosen, places = _chosen(_cells(data, dims, path), wanted, path, problems)
    values = dict(
        of_steps(_values(data[name], dims, chosen, clock.dim, path), header, clock, problems)
        for header, name in columns.items()
    )
    has = np.any([np.isfinite(table).any(axis=1) for table in values.values()], axis=0)
    if not has.any():
        raise UnreadableFile(f"{path.name}: none of the cells of the places holds a value.", path)
    if not has.all():
        problems.warning(
            f"{int((~has).sum())} of {len(has)} cells hold no value (as at sea), and are left out."
        )
    kept = np.flatnonzero(has)
    places = tuple(places[at] for at in kept)
    frame = pd.DataFrame(
        {
            "site": pd.Categorical(np.repeat([place.name for place in places], len(clock.times))),
            # No instrument is at the place, whatever the file is called.
            "source": f"grid {path.stem}" if len(dims) > 1 else path.stem,
            "date": np.concatenate([clock.local(place.longitude) for place in places]),
            **{header: table[kept].ravel() for header, table in values.items()},
        }
    )
    if clock.is_hours:
        problems.change(
            "times are of UTC, and were put on the clock of each place's longitude (whole hours), so that days are "
            "local ones."
        )
    return frame.set_axis(range(2, len(frame) + 2), axis=0), places, tuple(unused)


def _values(array: xr.DataArray, dims: tuple[str, ...], chosen: list[int], time: str, path: Path) -> Floats:
    """Give the values of some cells, shape (cells, times); no other is read."""
    import xarray as xr

    others = [str(dim) for dim in array.dims if dim not in (*dims, time)]
    for dim in others:
        if array.sizes[dim] > 1:
            raise UnreadableFile(
                f"{path.name}: '{array.name}' has the dimension {dim} beside time and place; choose one of it.",
                path,
            )
    array = array.squeeze(others, drop=True)
    if not dims:
        return np.asarray(array.to_numpy(), dtype=float)[np.newaxis]
    places = np.unravel_index(chosen, [array.sizes[dim] for dim in dims])
    picked = {dim: xr.DataArray(at, dims="cell") for dim, at in zip(dims, places, strict=True)}
    return np.asarray(array.isel(picked).transpose("cell", time).to_numpy(), dtype=float)


def _columns(data: xr.Dataset) -> tuple[dict[str, str], list[str]]:
    """Give our header with unit -> variable, and the variables that are not read; standard names go first."""
    found: dict[str, tuple[bool, str, str]] = {}
    unused = []
    for name, variable in data.data_vars.items():
        text, attributes = str(name), variable.attrs
        by_standard = _STANDARD.get(str(attributes.get("standard_name", "")).strip())
        ours = _with_extreme(by_standard, text, attributes) if by_standard else _NAMES.get(text.casefold())
        if ours is None:
            if variable.ndim > 1:
                unused.append(text)
            continue
        unit = str(attributes.get("units", "")).strip()
        header = f"{_wind(text, attributes) if ours == 'u2' else ours} [{unit}]" if unit else ours
        if ours in found and (found[ours][0] or not by_standard):
            unused.append(text)
            continue
        if ours in found:
            unused.append(found[ours][2])
        found[ours] = (by_standard is not None, header, text)
    return {header: text for _, header, text in found.values()}, unused


def _with_extreme(ours: str, name: str, attributes: Mapping[str, object]) -> str:
    """Tell maxima and minima from means by the cell methods, or by the name where these say nothing."""
    if ours not in ("tmean", "rh"):
        return ours
    methods = str(attributes.get("cell_methods", "")).casefold()
    by_name = _NAMES.get(name.casefold(), "")
    for word, short in (("maximum", "max"), ("minimum", "min")):
        if re.search(rf"time\d*: (?:\w+ )*{word}", methods) or (
            "time:" not in methods and by_name.endswith(short)
        ):
            return f"t{short}" if ours == "tmean" else f"rh_{short}"
    return ours


def _wind(name: str, attributes: Mapping[str, object]) -> str:
    words = f"{name} {attributes.get('long_name', '')} {attributes.get('height', '')}"
    said = re.search(r"(\d+(?:\.\d+)?) ?(?:m\b|met)", words.casefold())
    height = float(said[1]) if said else _WIND_HEIGHTS.get(name.casefold())
    return "wind" if height is None else "u2" if height == 2 else f"wind_{height:g}m"


def _with_axes(data: xr.Dataset, path: Path) -> tuple[xr.Dataset, tuple[str, ...]]:
    """Give the dataset with coordinates under our names, and the dimensions of its places."""
    named = {}
    for axis, names in _AXES.items():
        for name, variable in data.variables.items():
            if str(name).casefold() in names or variable.attrs.get("standard_name", "") in names[:2]:
                named[str(name)] = axis
                break
    for axis in ("latitude", "longitude"):
        if axis not in named.values():
            raise UnreadableFile(
                f"{path.name}: there is no variable of {axis}; give it units and name of CF.", path
            )
    data = data.rename_vars({old: new for old, new in named.items() if old != new})
    dims = [str(dim) for axis in ("latitude", "longitude") for dim in data[axis].dims]
    return data, tuple(dict.fromkeys(dims))


def _cells(data: xr.Dataset, dims: tuple[str, ...], path: Path) -> tuple[Place, ...]:
    import xarray as xr

    template = xr.DataArray(np.empty([data.sizes[dim] for dim in dims]), dims=dims)

    def flat(name: str) -> Floats:
        array = data[name].reset_coords(drop=True).drop_vars(dims, errors="ignore")
        array = array.isel({dim: 0 for dim in array.dims if dim not in dims})
        return np.asarray(xr.broadcast(array, template)[0].transpose(*dims).to_numpy(), dtype=float).ravel()

    latitude, longitude = flat("latitude"), (flat("longitude") + 180.0) % 360.0 - 180.0
    if not (np.isfinite(latitude).all() and (np.abs(latitude) <= 90).all()):
        raise UnreadableFile(
            f"{path.name}: latitudes reach from {latitude.min():g} to {latitude.max():g}.", path
        )
    heights = flat("elevation") if "elevation" in data else np.full(len(latitude), np.nan)
    known = next((str(name) for name in data.variables if str(name).casefold() in _STATIONS), "")
    texts = [f"{one:.3f} {other:.3f}" for one, other in zip(latitude, longitude, strict=True)]
    if known and data[known].dims == dims:
        labels = [text.decode() if isinstance(text, bytes) else str(text) for text in data[known].to_numpy()]
        texts = labels if len(set(labels)) == len(labels) else texts
    return tuple(
        Place(
            text.replace("/", "-"),
            float(latitude[at]),
            float(longitude[at]),
            None if np.isnan(heights[at]) else float(heights[at]),
        )
        for at, text in enumerate(texts)
    )


def _chosen(
    cells: tuple[Place, ...], wanted: Sequence[Place], path: Path, problems: Problems
) -> tuple[list[int], tuple[Place, ...]]:
    """Give the cells to read, and the places that they are of."""
    if not wanted:
        if len(cells) > MAX_CELLS:
            raise UnreadableFile(
                f"{path.name} has {len(cells)} cells, at most {MAX_CELLS} can be estimated at once; give places (a "
                "sites file, a place or a grid), or cut it.",
                path,
            )
        return list(range(len(cells))), cells
    by_name = {cell.name: at for at, cell in enumerate(cells)}
    latitude, longitude = (
        np.array([getattr(cell, axis) for cell in cells]) for axis in ("latitude", "longitude")
    )
    step = _spacing(latitude, longitude)
    chosen, places = [], []
    for place in wanted:
        if place.name in by_name:
            at, away = by_name[place.name], 0.0
        else:
            east = (longitude - place.longitude + 180.0) % 360.0 - 180.0
            at = int(
                np.argmin((latitude - place.latitude) ** 2 + (east * np.cos(np.radians(place.latitude))) ** 2)
            )
            away = distance_km(_site(place), _site(cells[at]))
            if away > step:
                problems.unused(
                    f"{place.name} lies {away:.0f} km from the nearest cell or station, and has none of it."
                )
                continue
            problems.change(f"{place.name} has the cell at {cells[at].name}, {away:.1f} km away.")
        chosen.append(at)
        places.append(place)
    if not chosen:
        raise UnreadableFile(
            f"{path.name}: none of the places lies within the cells or at a station of it.", path
        )
    return chosen, tuple(places)


def _site(place: Place) -> Site:
    return Site(place.name, place.latitude, place.longitude, 0.0)


def _spacing(latitude: Floats, longitude: Floats) -> float:
    """How far from a cell's middle a place may lie [km]: the distance between cells, at least 5 km."""
    steps = np.diff(np.unique(latitude.round(6)))
    across = np.diff(np.unique(longitude.round(6)))
    known = [float(np.median(part)) for part in (steps, across) if len(part)]
    return max(5.0, 111.2 * min(max(known, default=0.0), 2.5))
