"""What a header says in words of five languages: quantity, statistic, height, unit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from workbench.evapotranspiration.inputs.tables.units import is_unit

MAX_HEADER_CHARACTERS = 200
_BRACKETS = re.compile(r"[\[(]\s*([^\[\]()]*?)\s*[\])]")
_OF_SENSOR = re.compile(r"\s*\([^()]*\bS/N\b[^()]*\)", re.IGNORECASE)
"""What HOBO writes behind the unit: serial numbers of logger and sensor."""
_HEIGHT = re.compile(r"(?<![\d.])(\d+(?:\.\d+)?) ?(?:m|meters?|metres?|metros?|metern?|cm)(?= |$)")
_STATISTICS: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "max", "maximum", "maxima", "maximo", "maximal", "maximale", "maxi", "mx", "high", "hi", "highest",
            "hochste", "hochst", "tmax", "maxt", "txk", "hochsttemperatur", "tageshochsttemperatur", "tagesmaximum",
        ),
        "max",
    ),
    **dict.fromkeys(
        (
            "min", "minimum", "minima", "minimo", "minimal", "minimale", "mini", "mn", "low", "lo", "lowest",
            "tiefste", "tiefst", "tmin", "mint", "tnk", "tiefsttemperatur", "tagestiefsttemperatur", "tagesminimum",
        ),
        "min",
    ),
    **dict.fromkeys(
        (
            "mean", "avg", "average", "ave", "media", "medio", "moyen", "moyenne", "moy", "mittel", "mittlere",
            "mittelwert", "tagesmittel", "mitteltemperatur", "durchschnitt", "med", "tmean", "tavg", "tmed", "tmk",
        ),
        "mean",
    ),
}  # fmt: skip
_OTHER_QUANTITIES = frozenset((
    "soil", "suelo", "boden", "erdboden", "ground", "gust", "gusts", "boe", "boen", "bo", "bohe", "bohen",
    "racha", "rachas", "rafale", "rafales", "rajada", "rajadas", "dir", "direction", "direccion", "direcao",
    "richtung", "windrichtung", "chill", "vap", "vapor", "vapour", "vpd", "deficit", "dampfdruck", "pres",
    "press", "pressure", "druck", "luftdruck", "presion", "pressao", "pression", "wet", "bulb", "leaf",
    "attributes",
    "blatt", "hoja", "qc", "flag", "qn", "quality", "std", "stdev", "sd", "batt", "battv", "battery", "volt",
    "snow", "snowfall", "schnee", "nieve", "neige", "neve", "sun", "sunshine", "sonnenschein",
    "sonnenscheindauer", "hours", "stunden", "horas", "heures", "duration", "dauer", "probability",
    "apparent", "feels", "heat", "index", "net", "netto", "neta", "nette", "uv", "par", "longwave", "diffuse",
    "direct", "terrestrial", "clear", "clrsky", "toa", "normal", "departure", "canopy", "water", "sea", "dni",
    "dhi", "hora", "uhrzeit", "heure", "run", "growing", "degree", "panel", "logger", "ptemp", "record",
    "source", "metadata", "rate", "hor",
    "instantaneous", "code", "id", "inside", "indoor", "innen", "altitude", "elevation", "height", "level",
))  # fmt: skip
"""Words of columns that are something else, whatever quantity they name beside."""
_STEMS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    # Our name, whole words, beginnings of words; the first that fits counts.
    ("eto", ("eto", "et0", "etref", "etpmon", "etorg"), ()),
    ("tdew", ("dew", "dewpoint", "tdew", "dwpt", "rocio", "rosee", "orvalho", "td"), ("taupunkt",)),
    ("rh", ("rh", "hr", "ur", "hum", "relhum", "rhum"), ("humid", "humed", "umid", "luftfeucht", "feucht")),
    ("u2", ("wind", "viento", "vento", "vent", "wspd", "ws", "windspeed"), ("windgeschw", "velvient", "windspd")),
    (
        "rs",
        ("rs", "ghi", "srad", "solrad", "slr", "slrw", "slrmj", "solar", "shortwave", "swdown", "radsol"),
        ("radiation", "radiacion", "radiacao", "rayonnement", "globalstrahl", "strahl", "irradi", "sonnenstr"),
    ),
    (
        "precip",
        ("rain", "prcp", "ppt", "pluie", "chuva", "regen", "lluvia", "rr", "rainfall"),
        ("precip", "niederschl", "lluvi", "pluvio", "regenmenge"),
    ),
    (
        "temperature",
        ("temp", "t", "ta", "tc", "tf", "tair", "airt", "airtc", "airtf"),
        ("temperatur", "lufttemp", "hochsttemp", "tiefsttemp", "tageshochst", "tagestiefst", "mitteltemp"),
    ),
)  # fmt: skip
_NAMES: Mapping[tuple[str, str], str] = {
    ("temperature", "max"): "tmax",
    ("temperature", "min"): "tmin",
    ("temperature", "mean"): "tmean",
    ("temperature", ""): "tmean",
    ("rh", "max"): "rh_max",
    ("rh", "min"): "rh_min",
    ("rh", "mean"): "rh",
    ("rh", ""): "rh",
    **{
        (name, statistic): name
        for name in ("tdew", "u2", "rs", "precip", "eto")
        for statistic in ("", "mean")
    },
}
_TRAILING_UNITS: Mapping[str, str] = {
    "c": "degC", "tc": "degC", "airtc": "degC", "tf": "degF", "airtf": "degF", "degc": "degC", "celsius":
    "degC", "f": "degF", "degf": "degF", "fahrenheit": "degF", "k": "K", "mps": "m/s", "ms": "m/s", "kmh":
    "km/h", "kph": "km/h", "mph": "mph", "kt": "kn", "kts": "kn", "knots": "kn", "mm": "mm/d", "in": "in",
    "inch": "in", "inches": "in", "pct": "%", "percent": "%", "wm2": "W/m2", "w": "W/m2", "mj": "MJ/m2",
    "mjm2": "MJ/m2", "kj": "kJ/m2", "kwh": "kWh/m2", "jcm2": "J/cm2",
}  # fmt: skip
_HEIGHTS_OF_AIR = (1.0, 2.5)
"""Air temperature and humidity are measured between these heights [m]; at others they are something else."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a header says.

    Parameters
    ----------
    name
        Our name of the column.
    unit
        As it is written; empty where it is not.
    height
        Of a wind [m]; None where the header does not say, and for other columns.
    """

    name: str
    unit: str = ""
    height: float | None = None


@lru_cache(maxsize=4096)
def meaning_of(header: str) -> Meaning | None:
    """Tell what a header in words means.

    Parameters
    ----------
    header
        As it is written.

    Returns
    -------
    Meaning or None
        None where it says nothing of the weather that is used here, or something that cannot be told for certain.
    """
    if len(header) > MAX_HEADER_CHARACTERS:
        return None
    header = _OF_SENSOR.sub("", header)
    brackets = _BRACKETS.findall(header)
    text = _plain(_BRACKETS.sub(" ", header))
    words = text.split()
    quantity = _quantity(words)
    if quantity is None:
        return None
    statistics = {_STATISTICS[word] for word in words if word in _STATISTICS}
    statistics |= {"max" for word in words if "hochst" in word} | {
        "min" for word in words if "tiefst" in word
    }
    # "Average of the maxima" is a maximum.
    extremes = statistics - {"mean"}
    if len(extremes) > 1:
        return None
    name = _NAMES.get((quantity, next(iter(extremes), next(iter(statistics), ""))))
    found = _HEIGHT.search(" ".join([text, *map(_plain, brackets)]))
    height = None if found is None else float(found[1]) / (100 if "cm" in found[0] else 1)
    if name is None or (height is not None and _is_not_of_air(name, height)):
        return None
    unit = next((one for one in brackets if is_unit(one)), "") or next(
        reversed(_possible_units(brackets)), ""
    )
    last = header.strip().split()[-1] if header.split() else ""
    unit = unit or (last if last != header.strip() and is_unit(last) else "")
    unit = unit or next((_TRAILING_UNITS[word] for word in reversed(words) if word in _TRAILING_UNITS), "")
    return Meaning(name, unit, height if name == "u2" else None)


def _possible_units(brackets: list[str]) -> list[str]:
    return [one for one in brackets if not re.fullmatch(r"\d+(?:\.\d+)? ?m|qc|aut|\W*", one.lower())]


def quantity_in(header: str) -> str | None:
    """Name the quantity that a header speaks of, whether or not it can be used: ours, or ``"temperature"``."""
    words = _plain(_BRACKETS.sub(" ", header)).split()
    return _quantity(words)


def _quantity(words: list[str]) -> str | None:
    if not _OTHER_QUANTITIES.isdisjoint(words):
        return None
    indoors = words[:1] == ["in"] or words[-1:] == ["in"]
    for name, whole, begins in _STEMS:
        if indoors and name in ("temperature", "rh", "tdew"):
            continue
        if any(word in whole or word.startswith(begins) for word in words if word):
            return name
    if "speed" in words and len(words) > 1:
        return "u2"
    if "rel" in words and not {"h", "hum"}.isdisjoint(words):
        return "rh"
    if {"evapotranspiration", "evapotranspiracion", "evapotranspiracao"} & set(words):
        return "eto" if {"ref", "reference", "referencia"} & set(words) else None
    if {"sol", "global"} & set(words) and any(word.startswith(("rad", "ray", "strahl")) for word in words):
        return "rs"
    if set(words) & {"tmax", "tmin", "tmean", "tavg", "tmed", "maxt", "mint", "txk", "tnk", "tmk"}:
        return "temperature"
    return None


def _is_not_of_air(name: str, height: float) -> bool:
    lowest, highest = _HEIGHTS_OF_AIR
    return (
        name in ("tmax", "tmin", "tmean", "tdew", "rh", "rh_max", "rh_min")
        and not lowest <= height <= highest
    )


def _plain(text: str) -> str:
    """Words in small letters without accents, apart where the case or a sign changes."""
    text = re.sub(r"\bET[oO0](?![a-z])", "eto ", text)
    text = re.sub(r"\b(RH|HR|WS)(?=[a-z]{3})", r"\1 ", text)
    text = re.sub(r"(?<=[a-zß-ÿ])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", text)
    text = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    text = "".join(letter for letter in text if not unicodedata.combining(letter)).casefold()
    return re.sub(r"[^a-z0-9.]+", " ", text).replace(". ", " ").strip(" .")
