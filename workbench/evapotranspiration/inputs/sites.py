"""A table of sites: name, coordinates and, where it is known, the height."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from workbench.data.problems import Problems
from workbench.errors import SettingError
from workbench.evapotranspiration.inputs.files import read_raw
from workbench.evapotranspiration.inputs.places.place import Place, check_place
from workbench.evapotranspiration.inputs.tables.headers import numbers, words


def read_sites(path: Path, problems: Problems) -> tuple[Place, ...]:
    """Read a table of sites: site, latitude, longitude and, where known, elevation.

    Raises
    ------
    InvalidData
        With every row that cannot be used.
    """
    found = Problems(path.name)
    raw, _ = read_raw(path, found)
    missing = [name for name in ("site", "latitude", "longitude") if name not in raw]
    if missing:
        found.error(f"columns are missing: {', '.join(missing)}; present: {', '.join(raw.columns)}.")
        found.raise_errors()
    unread = [name for name in raw.columns if name not in ("site", "latitude", "longitude", "elevation")]
    if unread:
        found.unused(
            f"not read: the columns {', '.join(map(str, unread))}; read are site and its coordinates."
        )
    values = {
        name: numbers(raw[name], name, found)
        for name in ("latitude", "longitude", "elevation")
        if name in raw
    }
    found.raise_errors()
    names = words(raw["site"])
    places: dict[str, Place] = {}
    for row in raw.index:
        name = names[row]
        height = values["elevation"][row] if "elevation" in values else np.nan
        place = Place(
            name,
            float(values["latitude"][row]),
            float(values["longitude"][row]),
            None if np.isnan(height) else float(height),
        )
        if not name or "/" in name:
            found.error(f"row {row}, column 'site': {name!r} is not a name; give one without a slash.")
        elif name in places:
            found.error(f"row {row}, column 'site': {name!r} comes twice; rename one.")
        else:
            try:
                places[name] = check_place(place)
            except SettingError as error:
                found.error(f"row {row}: {error}")
    problems.extend(found)
    found.raise_errors()
    return tuple(places.values())
