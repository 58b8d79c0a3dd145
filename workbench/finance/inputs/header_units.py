"""Currency and scale that a header carries: ``Revenue (USD k)``, ``Umsatz (T€)``, ``Sales in millions``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from workbench.data.texts.amounts import CURRENCY_CODES, CURRENCY_SIGNS

_SCALES = {
    "k": 1e3, "t": 1e3, "000": 1e3, "000s": 1e3, "'000": 1e3, "'000s": 1e3, "thousand": 1e3,
    "thousands": 1e3, "tsd": 1e3,
    "m": 1e6, "mn": 1e6, "mio": 1e6, "mln": 1e6, "million": 1e6, "millions": 1e6,
    "bn": 1e9, "mrd": 1e9, "billion": 1e9, "billions": 1e9, "lakh": 1e5, "lakhs": 1e5, "crore": 1e7,
    "crores": 1e7, "cr": 1e7,
}  # fmt: skip
_WORD = "|".join(re.escape(word) for word in sorted(_SCALES, key=len, reverse=True))
_MONEY = "|".join(
    [*(re.escape(sign) for sign in sorted(CURRENCY_SIGNS, key=len, reverse=True)), *CURRENCY_CODES]
)
_UNIT = re.compile(
    rf"(?:in\s+)?(?:(?P<scale>{_WORD})\.?)?\s*(?P<money>{_MONEY})?\s*(?:(?P<after>{_WORD})\.?)?",
    re.IGNORECASE,
)
_PLACES = (r"[\[(]([^\])]*)[\])]\s*$", r",\s*([^,]*)$", r"\s(in\s+\S+(?:\s+\S+)?)$", r"\s(\S+)$")


@dataclass(frozen=True, slots=True)
class HeaderUnit:
    """Unit in a header.

    Parameters
    ----------
    currency
        ISO 4217 code; empty when none is named.
    scale
        1, 1000, 1e6 …
    percent
        Whether the header has a percent sign.
    """

    currency: str = ""
    scale: float = 1.0
    percent: bool = False


NO_UNIT = HeaderUnit()


def header_unit(header: str) -> HeaderUnit:
    """Read the unit of a header.

    A bare last word counts only when it is a currency (``Revenue USD``); a scale has to be in brackets, after a
    comma or after "in", because ``Class M`` is not an amount in millions.
    """
    return HeaderUnit(percent=True) if "%" in header else _split(header)[1]


def unit_of(titles: Iterable[str]) -> HeaderUnit:
    """Give the first unit that lines above a table name, such as ``All amounts in USD thousands``."""
    for title in titles:
        for part in title.split(" | "):
            unit = _split(part.strip())[1]
            if unit.scale != 1.0 or unit.currency:
                return unit
    return HeaderUnit()


def without_unit(header: str) -> str:
    """Give a header without its unit: ``Revenue (USD k)`` is ``Revenue``."""
    return _split(header)[0]


def _split(header: str) -> tuple[str, HeaderUnit]:
    header = header.strip()
    for at, place in enumerate(_PLACES):
        match = re.search(place, header)
        unit = _UNIT.fullmatch(match[1].strip()) if match else None
        if match is None or unit is None or not match[1].strip() or (unit["scale"] and unit["after"]):
            continue
        money, word = unit["money"] or "", (unit["scale"] or unit["after"] or "").casefold()
        if (at == len(_PLACES) - 1 and (not money or word)) or not header[: match.start()].strip():
            continue
        code = CURRENCY_SIGNS.get(money, money.upper())
        return header[: match.start()].strip(), HeaderUnit(code, _SCALES.get(word, 1.0))
    return header, HeaderUnit()
