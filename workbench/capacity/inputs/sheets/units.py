"""Units as planners write them beside a header or a number: ``Rs crore/MW``, ``kcal/kWh``, ``USD_per_kW``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from workbench.data.texts.amounts import CURRENCY_CODES, CURRENCY_SIGNS

_POWER = {
    "w": 1e-6,
    "kw": 1e-3,
    "mw": 1.0,
    "gw": 1e3,
    "kwp": 1e-3,
    "mwp": 1.0,
    "mwe": 1.0,
    "mwac": 1.0,
    "kwe": 1e-3,
}
_ENERGY = {
    **{"wh": 1e-6, "kwh": 1e-3, "mwh": 1.0, "gwh": 1e3, "twh": 1e6, "mu": 1e3, "unit": 1e-3, "units": 1e-3},
    **{"mj": 1 / 3600, "gj": 1 / 3.6, "mmbtu": 0.29307107, "mbtu": 0.29307107, "gcal": 1.163, "mkcal": 1.163},
    **{"mcal": 1.163e-3, "kcal": 1.163e-6, "kj": 1 / 3.6e6, "btu": 0.29307107e-6},
}
"""MWh; one million British thermal units and one million kilocalories as traded, a unit of an Indian bill 1 kWh."""
_HEAT = frozenset(("mj", "gj", "mmbtu", "mbtu", "gcal", "mkcal", "mcal", "kcal", "kj", "btu"))
_MASS = {
    "g": 1e-6,
    "kg": 1e-3,
    "t": 1.0,
    "ton": 1.0,
    "tons": 1.0,
    "tonne": 1.0,
    "tonnes": 1.0,
    "mt": 1.0,
    "lb": 4.5359237e-4,
}
_TIME = {
    **dict.fromkeys(("y", "yr", "yrs", "year", "years", "a", "jahre"), 1.0),
    **dict.fromkeys(("month", "months"), 1 / 12),
}
_HOURS = dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "std"), 1.0)
_PART = {"%": 0.01, "percent": 0.01, "pct": 0.01, "pu": 1.0, "per unit": 1.0, "fraction": 1.0, "-": 1.0}
_SCALES = {
    **dict.fromkeys(("k", "thousand"), 1e3),
    **dict.fromkeys(("lakh", "lakhs", "lac", "lacs"), 1e5),
    **dict.fromkeys(("m", "mn", "mio", "million"), 1e6),
    **dict.fromkeys(("cr", "crore", "crores"), 1e7),
    **dict.fromkeys(("b", "bn", "billion"), 1e9),
}
_SIGNS = {sign.casefold().rstrip("."): code for sign, code in CURRENCY_SIGNS.items()} | {
    code.casefold(): code for code in CURRENCY_CODES
}
_ANNUAL = re.compile(r"\s*(?:[/ -]\s*(?:yr|year|y|a|annum)|\ba year|\bp\.? ?a\.?|\bannually)\s*$")
SUPPORTED = (
    "MW",
    "MWh",
    "h",
    "years",
    "per unit",
    "MWh/MWh",
    "part of one",
    "t/MWh",
    "currency/MW",
    "currency/MWh",
)
"""Units that are wanted and can be read from others; costs a year as ``currency/MW a year``."""


@dataclass(frozen=True, slots=True)
class Unit:
    """What one of a unit is in the unit that is wanted."""

    factor: float
    currency: str = ""
    inverse: bool = False
    """Whether it is fuel for energy: the wanted value is the factor over the number."""
    per_energy: bool = False
    """Whether it is a cost of each MWh where one of each MW is wanted."""
    heat: bool = False
    """Whether it counts the heat of fuel."""


def unit_of(text: str, wanted: str) -> Unit | None:
    """Read a unit; None where it is none of the kind that is wanted.

    Parameters
    ----------
    text
        As it is written.
    wanted
        One of the units of :mod:`workbench.capacity.inputs.template`: ``MW``, ``currency/MWh``, ``years`` …
    """
    plain = re.sub(r"\s+", " ", text.casefold().replace("_", " ").replace(" per ", "/")).strip(" []()")
    plain = re.sub(r"^per (?!unit)", "1/", plain)
    plain = re.sub(r"\s*/\s*", "/", plain)
    for units, names in (
        (_POWER, ("MW",)),
        (_ENERGY, ("MWh",)),
        (_HOURS, ("h",)),
        (_TIME, ("years",)),
        (_PART, ("per unit", "MWh/MWh", "part of one")),
    ):
        if wanted in names and plain.replace(".", "") in units:
            return Unit(units[plain.replace(".", "")])
    if wanted == "MWh/MWh":
        return _heat_rate(plain)
    if wanted == "t/MWh":
        return _emission(plain)
    if wanted.startswith("currency"):
        return _cost(plain, wanted)
    return None


def _energy(text: str) -> tuple[float, bool] | None:
    """MWh, and whether of heat: ``MWh_th``, ``GJ``."""
    found = re.fullmatch(r"([a-z]+?)(?:[ -]?(th|thermal|fuel|lhv|hhv))?", text)
    if not found or found[1] not in _ENERGY:
        return None
    return _ENERGY[found[1]], bool(found[2]) or found[1] in _HEAT


def _heat_rate(plain: str) -> Unit | None:
    fuel, _, energy = plain.partition("/")
    one, other = _energy(fuel), _energy(re.sub(r"[ -]?(e|el|net|gross)$", "", energy))
    return Unit(other[0] / one[0], inverse=True) if one and other and not other[1] else None


def _emission(plain: str) -> Unit | None:
    mass, _, energy = re.sub(r"\s*co2(?:e|eq)?\s*", " ", plain).partition("/")
    mass = re.sub(r"^(?:of )", "", mass.strip())
    found = _energy(energy.strip())
    return Unit(_MASS[mass] / found[0], heat=found[1]) if mass in _MASS and found else None


def _cost(plain: str, wanted: str) -> Unit | None:
    money, *rest = _ANNUAL.sub("", plain).split("/")
    scale, currency, left = 1.0, "", re.sub(r"(?<=[^\W\d])(?=[$€£₹])|(?<=[$€£₹])(?=\w)", " ", money)
    for word in left.replace(".", " ").split():
        if word in _SCALES:
            scale *= _SCALES[word]
        elif word in ("paise", "paisa", "cent", "cents", "ct"):
            scale, currency = scale / 100, "INR" if word.startswith("pais") else currency
        elif word in _SIGNS:
            currency = _SIGNS[word]
        elif word not in ("currency", "million"):
            return None
    if len(rest) > 1:
        return None
    per = rest[0] if rest else ""
    if not per and wanted == "currency":
        return Unit(scale, currency)
    if per in _POWER and "MWh" not in wanted and wanted != "currency":
        return Unit(scale / _POWER[per], currency)
    found = _energy(per)
    if found and "MW" in wanted:
        return Unit(scale / found[0], currency, per_energy="MWh" not in wanted, heat=found[1])
    return None
