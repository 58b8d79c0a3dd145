"""Places: a point on land with its elevation, and coordinates as people write them."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from workbench.errors import SettingError
from workbench.evapotranspiration.inputs.places.gazetteer import nearest_city
from workbench.evapotranspiration.inputs.places.land import is_land

NEAREST_TO_POLE = 89.9
NEAREST_SHORE = 8.0
"""From a city of the gazetteer [km]."""
LOWEST, HIGHEST = -450.0, 9000.0
EXAMPLES = "-22.725, -47.648 or 22°43'30\"S 47°38'51\"W"
_MINUS = "\N{MINUS SIGN}"
_PRIMES = "\N{PRIME}\N{RIGHT SINGLE QUOTATION MARK}"
_NUMBER = r"\d+(?:[.,]\d+)?"
_PART = re.compile(
    rf"""(?P<sign>[-+{_MINUS}])?\s*(?P<before>[NSEWO])?\s*
    (?P<degrees>{_NUMBER})\s*(?:°|º|d(?:eg)?|:)?\s*
    (?:(?P<minutes>{_NUMBER})\s*(?:['{_PRIMES}](?!')|m(?:in)?|:|(?=\s|[NSEWO]|$))\s*)?
    (?:(?P<seconds>{_NUMBER})\s*(?:["″”]|''|sec)?\s*)?
    (?P<after>[NSEWO])?""",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Place:
    """A point on land.

    Parameters
    ----------
    name
        What it is called in tables and files.
    latitude
        Degrees north, -89.9 to 89.9.
    longitude
        Degrees east, -180 to 180.
    elevation
        Metres above the sea; None as long as nobody has looked it up.
    """

    name: str
    latitude: float
    longitude: float
    elevation: float | None = None

    def __str__(self) -> str:
        return f"{self.name} ({format_coordinates(self.latitude, self.longitude)})"


def check_place(place: Place) -> Place:
    """Give a place back when weather can be requested for it.

    Raises
    ------
    SettingError
        When a coordinate is out of range, the place is a pole or in the sea, or its elevation is impossible.
    """
    latitude, longitude = place.latitude, place.longitude
    if not (math.isfinite(latitude) and -90 <= latitude <= 90):
        swapped = -90 <= longitude <= 90 and -180 <= latitude <= 180
        hint = "; latitude and longitude seem to be exchanged" if swapped else ""
        raise SettingError(
            f"{place.name}: latitude is {latitude:g}, expected -90 to 90 degrees north{hint}.",
            "latitude",
            latitude,
        )
    if not (math.isfinite(longitude) and -180 <= longitude <= 180):
        hint = f"; for degrees counted east to 360 write {longitude - 360:g}" if 180 < longitude < 360 else ""
        raise SettingError(
            f"{place.name}: longitude is {longitude:g}, expected -180 to 180 degrees east{hint}.",
            "longitude",
            longitude,
        )
    if abs(latitude) > NEAREST_TO_POLE:
        raise SettingError(
            f"{place.name}: latitude is {latitude:g}, the pole: the sun neither rises nor sets in a day there, "
            f"so there is no daily evapotranspiration; choose a place up to {NEAREST_TO_POLE} degrees.",
            "latitude",
            latitude,
        )
    # The raster lacks atolls; a city there is land all the same.
    if not is_land(latitude, longitude) and nearest_city(latitude, longitude)[1] > NEAREST_SHORE:
        raise SettingError(
            f"{place.name}: latitude {latitude:g}, longitude {longitude:g} lies in the sea; reference "
            "evapotranspiration is that of grass on land. "
            f"{_what_else(latitude, longitude)}",
            "latitude",
            latitude,
        )
    if place.elevation is not None and not LOWEST <= place.elevation <= HIGHEST:
        raise SettingError(
            f"{place.name}: elevation is {place.elevation:g} m, expected {LOWEST:g} to {HIGHEST:g} m.",
            "elevation",
            place.elevation,
        )
    return place


def parse_coordinates(text: str) -> tuple[float, float]:
    r"""Read coordinates in decimal degrees or in degrees, minutes and seconds.

    ``"-22.725, -47.648"``, ``"22.725 S 47.648 W"``, ``"22°43'30\\"S, 47°38'51\\"W"``, ``"W 47:38:51; S 22:43:30"``;
    without letters the latitude comes first.

    Parameters
    ----------
    text
        As typed.

    Returns
    -------
    tuple of float
        Latitude and longitude [degrees]; whether they lie on land is not checked.

    Raises
    ------
    SettingError
        When the text is not a pair of coordinates, or one is out of range.
    """
    parts = _split(text.strip())
    if parts is None:
        raise SettingError(
            f"{text!r} is not a pair of coordinates; write them like {EXAMPLES}.", "place", text
        )
    axes: dict[str, float] = {}
    for part, usual in zip(parts, ("latitude", "longitude"), strict=True):
        axis, value = _angle(part, usual, text)
        if axis in axes:
            raise SettingError(f"{text!r} gives the {axis} twice; write {EXAMPLES}.", "place", text)
        axes[axis] = value
    latitude, longitude = axes["latitude"], axes["longitude"]
    for name, value, limit in (("latitude", latitude, 90), ("longitude", longitude, 180)):
        if abs(value) > limit:
            raise SettingError(
                f"The {name} of {text!r} is {value:g}, expected -{limit} to {limit} degrees.", name, value
            )
    return latitude, longitude


def format_coordinates(latitude: float, longitude: float) -> str:
    """Write coordinates in decimal degrees with their letters, such as ``22.7250°S 47.6480°W``."""
    north, east = "S" if latitude < 0 else "N", "W" if longitude < 0 else "E"
    return f"{abs(latitude):.4f}°{north} {abs(longitude):.4f}°{east}"


def format_dms(latitude: float, longitude: float) -> str:
    """Write coordinates in degrees, minutes and seconds, such as ``22°43'30"S 47°38'53"W``."""
    return f"{_dms(latitude, 'N', 'S')} {_dms(longitude, 'E', 'W')}"


def _dms(value: float, positive: str, negative: str) -> str:
    seconds = round(abs(value) * 3600)
    return f"{seconds // 3600}°{seconds % 3600 // 60:02d}'{seconds % 60:02d}\"{negative if value < 0 else positive}"


def _split(text: str) -> tuple[str, str] | None:
    for separator in (";", ","):
        parts = [part.strip() for part in text.split(separator) if part.strip()]
        if len(parts) == 2 and all(_PART.fullmatch(part) for part in parts):
            return parts[0], parts[1]
    found = re.fullmatch(
        rf"([-+{_MINUS}]?\s*(?:{_NUMBER})\D*(?:{_NUMBER}\D*?){{0,2}}[NSEWO])[\s,;]+(.+)", text, re.IGNORECASE
    ) or re.fullmatch(r"([NSEWO][^NSEWO]+?)[\s,;]*([NSEWO].+)", text, re.IGNORECASE)
    if found is None:
        found = re.fullmatch(rf"([-+{_MINUS}]?{_NUMBER})\s+([-+{_MINUS}]?{_NUMBER})", text)
    if found is None or not all(_PART.fullmatch(part.strip()) for part in found.groups()):
        return None
    return found[1].strip(), found[2].strip()


def _angle(part: str, usual: str, text: str) -> tuple[str, float]:
    found = _PART.fullmatch(part)
    if found is None:
        raise SettingError(f"{part!r} in {text!r} is not an angle; write {EXAMPLES}.", "place", text)
    degrees, minutes, seconds = (
        float((found[name] or "0").replace(",", ".")) for name in ("degrees", "minutes", "seconds")
    )
    if minutes >= 60 or seconds >= 60:
        raise SettingError(
            f"{part!r} in {text!r} has {minutes:g} minutes and {seconds:g} seconds, expected below 60.",
            "place",
            text,
        )
    letter = (found["before"] or found["after"] or "").upper()
    value = degrees + minutes / 60 + seconds / 3600
    if found["sign"] in ("-", _MINUS):
        if letter:
            raise SettingError(
                f"{part!r} in {text!r} has a sign and a letter; keep one of them.", "place", text
            )
        value = -value
    if letter == "O":
        raise SettingError(
            f"{part!r} in {text!r} has the letter O, west in Portuguese and east in German; write W or E.",
            "place",
            text,
        )
    axis = {"N": "latitude", "S": "latitude", "E": "longitude", "W": "longitude"}.get(letter, usual)
    return axis, -value if letter in ("S", "W") else value


def _what_else(latitude: float, longitude: float) -> str:
    swapped = abs(longitude) <= 90 and is_land(longitude, latitude)
    for hint, south, east in (
        ("with the other sign of the longitude", latitude, -longitude),
        ("with the other sign of the latitude", -latitude, longitude),
    ):
        if is_land(south, east):
            return f"It lies on land {hint}: check the signs."
    if swapped:
        return "Exchanged they lie on land: the latitude comes first."
    return "Check the coordinates."
