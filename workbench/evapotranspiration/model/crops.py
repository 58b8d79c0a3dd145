"""The table of crops: coefficients, stages, roots, depletion fraction; every number with where it is from.

``crops.csv`` and ``stages.csv`` hold tables 11, 12, 17 and 22 of FAO-56 for crops that are irrigated often; base
and upper temperatures of degree days are those of AquaCrop.

References
----------
.. [1] Allen et al. (1998). FAO Irrigation and Drainage Paper 56, tables 11, 12, 17, 22.
.. [2] Raes et al. (2018). AquaCrop reference manual, annex I. FAO, Rome.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from workbench.data.known_names import known_name

__all__ = ["Crop", "Stages", "crop_named", "crop_names", "regions_of", "stages_of"]

ROOTS_AT_PLANTING = 0.3
"""Depth of the soil that seeds and young roots draw from [m] ([1], annex 8 has 0.15 to 0.30)."""


@dataclass(frozen=True, slots=True)
class Crop:
    """What FAO-56 says of a crop in a sub-humid climate (RHmin 45 %, 2 m/s).

    Parameters
    ----------
    name
        As the table has it.
    perennial
        Whether its roots have their depth all year.
    kc_ini, kc_mid, kc_end
        Single crop coefficients (table 12).
    kcb_ini, kcb_mid, kcb_end
        Basal crop coefficients (table 17).
    height
        Greatest height [m].
    root_irrigated, root_rainfed
        Greatest depth of the roots [m] (table 22): the smaller serves the planning of irrigation.
    p
        Share of the available water that can be used without stress at 5 mm/d (table 22).
    base_temperature, upper_temperature
        Of degree days [degC]; None where no value is known.
    """

    name: str
    perennial: bool
    kc_ini: float
    kc_mid: float
    kc_end: float
    kcb_ini: float
    kcb_mid: float
    kcb_end: float
    height: float
    root_irrigated: float
    root_rainfed: float
    p: float
    base_temperature: float | None = None
    upper_temperature: float | None = None


@dataclass(frozen=True, slots=True)
class Stages:
    """Lengths of the four stages of growth [days] (FAO-56, table 11).

    Parameters
    ----------
    initial, development, middle, late
        Days.
    region, planting
        Where and when crops were planted that had them; empty for stages that a person gives.
    """

    initial: float
    development: float
    middle: float
    late: float
    region: str = ""
    planting: str = ""

    @property
    def days(self) -> tuple[float, float, float, float]:
        """The four lengths."""
        return (self.initial, self.development, self.middle, self.late)

    @property
    def season(self) -> int:
        """Days from planting to harvest."""
        return round(sum(self.days))


def crop_names() -> tuple[str, ...]:
    """Names of the crops of the table."""
    return tuple(_crops())


def crop_named(name: str) -> Crop:
    """Give a crop of the table.

    Raises
    ------
    UnknownName
        When there is none of that name: with the similar ones.
    """
    return _crops()[known_name("crop", name, list(_crops()))]


def stages_of(crop: str, region: str = "") -> Stages:
    """Give the lengths of the stages of a crop.

    Parameters
    ----------
    crop
        Name of the table.
    region
        One of :func:`regions_of`; the first of the table if empty.

    Raises
    ------
    UnknownName
        When the table has no such crop or region.
    """
    rows = _stages()[crop_named(crop).name]
    if not region:
        return rows[0]
    by_region = {_where(row): row for row in rows}
    return by_region[known_name("region", region, list(by_region))]


def regions_of(crop: str) -> tuple[str, ...]:
    """Where and when crops were planted whose stages the table has, such as ``texas, apr``."""
    return tuple(_where(row) for row in _stages()[crop_named(crop).name])


def _where(stages: Stages) -> str:
    return ", ".join(filter(None, (stages.region, stages.planting)))


@cache
def _crops() -> Mapping[str, Crop]:
    return {row["crop"]: _crop(row) for row in _rows("crops.csv")}


def _crop(row: Mapping[str, str]) -> Crop:
    def number(name: str) -> float:
        return float(row[name])

    def known(name: str) -> float | None:
        return float(row[name]) if row[name] else None

    return Crop(
        name=row["crop"],
        perennial=row["perennial"] == "yes",
        kc_ini=number("kc_ini"),
        kc_mid=number("kc_mid"),
        kc_end=number("kc_end"),
        kcb_ini=number("kcb_ini"),
        kcb_mid=number("kcb_mid"),
        kcb_end=number("kcb_end"),
        height=number("height"),
        root_irrigated=number("root_irrigated"),
        root_rainfed=number("root_rainfed"),
        p=number("p"),
        base_temperature=known("base_temperature"),
        upper_temperature=known("upper_temperature"),
    )


@cache
def _stages() -> Mapping[str, tuple[Stages, ...]]:
    found: dict[str, tuple[Stages, ...]] = {}
    for row in _rows("stages.csv"):
        made = Stages(
            float(row["initial"]),
            float(row["development"]),
            float(row["middle"]),
            float(row["late"]),
            row["region"],
            row["planting"],
        )
        found[row["crop"]] = (*found.get(row["crop"], ()), made)
    return found


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (Path(__file__).parent / name).open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(line for line in lines if not line.startswith("#"))
