"""Lists of facilities with their units, as OpenElectricity answers them in JSON: a row for each unit.

Source: OpenElectricity API, ``GET /v4/facilities/`` (docs.openelectricity.org.au): facilities with ``code``,
``name``, ``network_region`` and ``units``, each with ``code``, ``fueltech_id``, ``dispatch_type`` and capacities
[MW, MWh].
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from workbench.data.problems import Problems
from workbench.data.tables.table import Table
from workbench.errors import InvalidData
from workbench.files import read_bytes
from workbench.structured import json_from

__all__ = ["facilities_table", "is_facilities"]

COLUMNS = ("unit", "station", "region", "fuel", "owner", "capacity", "storage", "kind")
_OF_UNIT = ("code", "fueltech_id", "capacity_registered", "capacity_storage", "dispatch_type")


def is_facilities(path: Path) -> bool:
    """Whether a file is JSON by its name."""
    return path.suffix.casefold() == ".json"


def facilities_table(path: Path, regions: Iterable[str], problems: Problems) -> Table:
    """Read a list of facilities as a register of units.

    Parameters
    ----------
    path
        A JSON file: the list itself, or an answer that has it as ``data``.
    regions
        Of the market; facilities elsewhere are left out, and said.
    problems
        Takes what is left out.

    Raises
    ------
    UnreadableFile
        When the file cannot be read.
    InvalidData
        When it is not such a list.
    """
    content = json_from(read_bytes(path), path)
    listed = content.get("data") if isinstance(content, Mapping) else content
    if not isinstance(listed, list) or not all(isinstance(one, Mapping) and "units" in one for one in listed):
        raise InvalidData(
            f"{path} is no list of facilities with units, as OpenElectricity answers /v4/facilities; give such a "
            "list, or a register as CSV, Parquet or Excel.",
            path,
        )
    known = {region.casefold() for region in regions}
    rows: list[Sequence[Any]] = []
    elsewhere = 0
    for facility in listed:
        units = facility["units"]
        if not isinstance(units, list) or not all(isinstance(unit, Mapping) for unit in units):
            raise InvalidData(f"{path}: the units of {facility.get('code')!r} are no list of units.", path)
        region = str(facility.get("network_region") or "")
        if region and region.casefold() not in known:
            elsewhere += len(units)
            continue
        for unit in units:
            code, fuel, capacity, storage, kind = (unit.get(name) for name in _OF_UNIT)
            rows.append((code, facility.get("name"), region, fuel, None, capacity, storage, _lower(kind)))
    if elsewhere:
        problems.change(
            f"{elsewhere} units are of regions that this market does not have, and were left out."
        )
    return Table(
        path.stem,
        "",
        COLUMNS,
        tuple(map(tuple, rows)),
        range(1, 1 + len(rows)),
        range(len(COLUMNS)),
        0,
        path.name,
    )


def _lower(kind: object) -> str:
    return str(kind or "").casefold()
