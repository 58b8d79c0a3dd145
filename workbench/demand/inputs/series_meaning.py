"""What a series by year of a planner's table is, told by the words and units written about it."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum

from workbench.data.tables.table import plain_name, without_unit
from workbench.data.texts.dates import MONTH_NAMES
from workbench.data.texts.labels import is_total_label
from workbench.demand.inputs.year_series import YearSeries

__all__ = ["Meaning", "is_not_used", "meaning_of", "says_no_user", "unit_in", "without_energy_unit"]


class Meaning(StrEnum):
    """What a series is."""

    SECTOR = "sector"
    TOTAL = "total"
    DRIVER = "driver"
    LOSSES = "losses"
    LOAD_FACTOR = "load factor"
    PEAK = "peak"
    NOT_USED = "not used"


_UNITS = {
    "MU": r"m\.?u'?s?\.?|mn\.? ?(kwh|units?)|million (kwh|units?)|m ?kwh",
    "LU": r"l\.?u'?s?\.?|lakhs? (kwh|units?)",
    "TWh": r"twh|b\.?u'?s?\.?|billion (kwh|units?)|bn\.? ?(kwh|units?)",
    "kWh": r"kwh|kilowatt[ -]?hours?",
    "MWh": r"mwh|megawatt[ -]?hours?",
    "GWh": r"gwh|gigawatt[ -]?hours?",
}
"""The long forms first: a million kWh is no kWh."""
_UNIT = {
    unit: re.compile(rf"(?:^|[\s(\[/,:-])(?:{pattern})(?=$|[\s)\],.;:*])", re.IGNORECASE)
    for unit, pattern in _UNITS.items()
}
_CAPITALS_ONLY = frozenset(("MU", "LU", "TWh"))
"""Units whose letters are also the beginnings of words where they are small."""
_IS = re.compile
_RATIO = _IS(r"growth|\bcagr\b|\byoy\b|y-o-y|\bshare\b|per ?cent|%|\bratio\b|\bproportion\b", re.IGNORECASE)
_LOSSES = _IS(r"\bloss(es)?\b", re.IGNORECASE)
_COMMERCIAL = _IS(r"\bat ?& ?c\b|aggregate|commercial loss", re.IGNORECASE)
_LOAD_FACTOR = _IS(r"load ?factor|\blf\b", re.IGNORECASE)
_PEAK = _IS(r"\bpeak\b|\bmax(imum|\.)? demand\b", re.IGNORECASE)
_SALES_TOO = _IS(r"\bsales?\b|consumption|\benergy and\b|\band energy\b", re.IGNORECASE)
"""A title of sales and of something else says of a row below it neither."""
_DRIVER = _IS(
    r"\bg[sn]?dp\b|\bgd?dp\b|\bn?sdp\b|\bg?s?va\b|\bgva\b|population|per ?capita (income|gs?dp)"
    r"|(number|no\.?|nos\.?) of households|\bcpi\b|price index|rainfall|temperature|cooling degree|heating degree"
    r"|\bincome\b",
    re.IGNORECASE,
)
"""Not households alone: they are a sector as well."""
_POWER_ALONE = _IS(r"\s*(mw|gw|kw|kva|mva)\s*", re.IGNORECASE)
_OTHER = _IS(
    r"^\s*(no\.?|nos\.?|numbers?|count)\b|\b(no\.?|number) of\b"
    r"|^\s*(consumers?|customers?|connections?)\s*([(\[].*)?$"
    r"|^\s*(total )?(connected load|contract(ed)? (demand|load))\b(?!.*\d)"
    r"|revenue|\btariffs?\b(?! category)|\brs\.?\b|\u20b9|\binr\b|crores?\b|\bcost\b"
    r"|(^|[(\[,]|\bin)\s*(mw|gw|kw|kva|mva|hp)\s*[)\]]?\s*$"
    r"|[(\[]\s*(in )?('?000 )?(k?t|mt|mmt|tonnes?|tons?|km2?|ha|hectares?|mm|cm|\u00b0c|million|mn"
    r"|lakhs?|thousands?|'?000|usd|eur|\$|\u20ac|nos?\.?|numbers?)\s*[)\]]\s*$"
    r"|installed capacity|per ?capita|specific consumption|kwh ?/|units ?/",
    re.IGNORECASE,
)
"""A power in the name of a category, such as "up to 20 HP", is none of its unit."""
_GRID = _IS(
    r"requirement|(energy|power) (input|purchased?|available|availability|supplied|handled|met)|input energy"
    r"|energy (at|into|sent)|ex-?bus|power purchase|\bt ?& ?d\b|\bat ?& ?c\b|surplus|deficit|shortage"
    r"|gross generation",
    re.IGNORECASE,
)
_ENERGY = _IS(r"\bsales?\b|consumption|\benergy\b|electricity|\bdemand\b|units? sold|billed", re.IGNORECASE)
_ENERGY_OF = "electricity|energy|unit|power"
_GENERIC = _IS(
    rf"(annual|total)?(({_ENERGY_OF})?(sales?|consumption|demand)|(salesof)?({_ENERGY_OF})s?(sold|billed)?|billedenergy"
    "|value|amount|quantity)",
    re.IGNORECASE,
)
"""Names that say what is counted, not who uses it, as plain names."""


def meaning_of(series: YearSeries) -> Meaning:
    """Tell what a series is by what is written about it; the nearest text that says something decides."""
    if series.name.casefold() in MONTH_NAMES:
        return Meaning.NOT_USED
    said = [meaning for text in series.words[1:] if (meaning := _said(text)) is not None]
    if _POWER_ALONE.fullmatch(series.name):
        return Meaning.PEAK if said[:1] == [Meaning.PEAK] else Meaning.NOT_USED
    own = _said(series.name)
    if is_total_label(without_unit(series.name)) and own in (None, Meaning.SECTOR):
        return Meaning.TOTAL if not said or said[0] is Meaning.SECTOR else Meaning.NOT_USED
    return own or next(iter(said), Meaning.SECTOR)


def _said(text: str) -> Meaning | None:
    unit = unit_in(text)
    alone = unit is None and not _SALES_TOO.search(text)
    rules: tuple[tuple[Callable[[str], object], Meaning], ...] = (
        (lambda t: alone and _LOSSES.search(t) and not _COMMERCIAL.search(t), Meaning.LOSSES),
        (lambda t: not _SALES_TOO.search(t) and _LOSSES.search(t), Meaning.NOT_USED),
        (_LOAD_FACTOR.search, Meaning.LOAD_FACTOR),
        (lambda t: alone and _PEAK.search(t), Meaning.PEAK),
        (_RATIO.search, Meaning.NOT_USED),
        (lambda t: alone and _DRIVER.search(t), Meaning.DRIVER),
        (_GRID.search, Meaning.NOT_USED),
        (lambda _: unit is not None, Meaning.SECTOR),
        (_OTHER.search, Meaning.NOT_USED),
        (_ENERGY.search, Meaning.SECTOR),
    )
    return next((meaning for rule, meaning in rules if rule(text)), None)


def unit_in(text: str) -> str | None:
    """Give the unit of energy that a text names."""
    for unit, pattern in _UNIT.items():
        found = pattern.search(text)
        if found is None:
            continue
        written = found[0].strip(" ([/,:-")
        if unit not in _CAPITALS_ONLY or len(written) > 4 or written.rstrip("s").isupper():
            return unit
    return None


def without_energy_unit(name: str) -> str:
    """Give a name without the unit of energy in brackets behind it; other brackets are a part of it."""
    plain = without_unit(name)
    return plain if unit_in(name[len(plain) :]) else name


def is_not_used(text: str) -> bool:
    """Whether a text says that its series is none that a forecast uses."""
    return _said(text) is Meaning.NOT_USED


def says_no_user(name: str) -> bool:
    """Whether a name says what is counted, such as sales, and not who uses it."""
    return _GENERIC.fullmatch(plain_name(name)) is not None
