"""Numbers, energy, money and years as text, by the settings of a project.

India: 1 MU (million units) = 1 GWh, 1 LU (lakh units) = 100 MWh, lakh = 1e5, crore = 1e7, digits grouped
12,34,567; a fiscal year that runs April to March and ends in 2025 is ``FY 2024-25``, and is number 2025 in tables.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from workbench.errors import SettingError

LAKH = 1e5
CRORE = 1e7
MISSING = "\N{EN DASH}"

ENERGY_IN_MWH = {"kWh": 1e-3, "MWh": 1.0, "GWh": 1e3, "MU": 1e3, "LU": 100.0, "TWh": 1e6}
CURRENCY_SYMBOLS = {"INR": "₹", "EUR": "€", "USD": "$", "GBP": "£"}


class Grouping(StrEnum):
    """How digits are grouped."""

    INDIAN = "indian"
    """12,34,567"""
    THOUSANDS = "thousands"
    """1,234,567"""
    NONE = "none"
    """1234567"""


@dataclass(frozen=True, slots=True)
class Style:
    """How one project writes its numbers.

    Parameters
    ----------
    energy_unit
        One of ``kWh``, ``MWh``, ``GWh``, ``MU``, ``TWh``; the only one that is shown.
    currency
        ISO 4217 code.
    grouping
        Of digits.
    fiscal_year_start
        Month, 1 for calendar years, 4 for April to March.
    """

    energy_unit: str = "GWh"
    currency: str = "INR"
    grouping: Grouping = Grouping.INDIAN
    fiscal_year_start: int = 4


INDIA = Style(energy_unit="MU")


def format_number(
    value: float | None,
    unit: str = "",
    *,
    decimals: int | None = None,
    style: Style = INDIA,
    signed: bool = False,
) -> str:
    """Write a number with its unit.

    Parameters
    ----------
    value
        The number; ``None`` and ``nan`` are written as a dash, without a unit.
    unit
        Written after a space, ``%`` too.
    decimals
        Digits after the point; chosen to show about four figures when left out.
    style
        The project's.
    signed
        Write ``+`` before positive numbers (differences).
    """
    if value is None or math.isnan(value):
        return MISSING
    if math.isinf(value):
        text = "∞" if value > 0 else "-∞"
    else:
        digits = _decimals_for(value) if decimals is None else decimals
        text = group_digits(f"{value:.{digits}f}", style.grouping)
        # -0.00 would claim a sign that the shown figures do not have.
        if text.startswith("-") and not text.strip("-0.,"):
            text = text[1:]
    if signed and value > 0:
        text = f"+{text}"
    return f"{text} {unit}" if unit else text


def setting_text(value: object) -> str:
    """Write the plain value of a setting for people: lists and mappings in a line, nothing for None."""
    if isinstance(value, dict):
        return ", ".join(f"{key}: {setting_text(item)}" for key, item in value.items())
    if isinstance(value, list):
        return "; ".join(map(setting_text, value))
    if isinstance(value, float):
        return f"{value:.12g}"
    return "" if value is None else str(value)


def format_energy(
    value: float | None, unit: str, *, decimals: int | None = None, style: Style = INDIA
) -> str:
    """Write an energy in the project's one energy unit.

    Parameters
    ----------
    value
        Energy in ``unit``.
    unit
        Unit of ``value``.
    decimals
        As in :func:`format_number`.
    style
        The project's.

    Raises
    ------
    SettingError
        When a unit is not known.
    """
    if value is None:
        return MISSING
    return format_number(
        value * energy_factor(unit, style.energy_unit), style.energy_unit, decimals=decimals, style=style
    )


def format_money(value: float | None, *, decimals: int = 2, style: Style = INDIA) -> str:
    """Write an amount of money: in lakh and crore with Indian grouping, else in thousand, million, billion.

    Parameters
    ----------
    value
        Amount in the style's currency.
    decimals
        Digits after the point.
    style
        The project's.
    """
    if value is None or math.isnan(value):
        return MISSING
    scales = [(CRORE, "crore"), (LAKH, "lakh")]
    if style.grouping is not Grouping.INDIAN:
        scales = [(1e9, "billion"), (1e6, "million")]
    sign = CURRENCY_SYMBOLS.get(style.currency, f"{style.currency} ")
    # Rounded first, so that 99,99,999.996 reads 1.00 crore and not 100.00 lakh.
    size = round(abs(value), decimals)
    for scale, word in scales:
        if round(size / scale, decimals) >= 1 and math.isfinite(size):
            amount = format_number(size / scale, word, decimals=decimals, style=style)
            break
    else:
        amount = format_number(size, decimals=decimals, style=style)
    return f"-{sign}{amount}" if value < 0 and size else f"{sign}{amount}"


def group_digits(number: str, grouping: Grouping) -> str:
    """Group the digits before the point of a plain decimal number such as ``"-1234567.5"``."""
    if grouping is Grouping.NONE:
        return number
    sign = number[: len(number) - len(number.lstrip("+-"))]
    whole, point, fraction = number[len(sign) :].partition(".")
    size = 2 if grouping is Grouping.INDIAN else 3
    head, tail = whole[:-3], whole[-3:]
    groups = [head[max(0, end - size) : end] for end in range(len(head), 0, -size)]
    return sign + ",".join([*reversed(groups), tail]) + point + fraction


def energy_factor(unit: str, to: str) -> float:
    """Give the factor from one energy unit to another: ``energy_factor("MWh", "MU")`` is 0.001.

    Raises
    ------
    SettingError
        When a unit is not one of ``kWh``, ``MWh``, ``GWh``, ``MU``, ``TWh``.
    """
    for name in (unit, to):
        if name not in ENERGY_IN_MWH:
            raise SettingError(
                f"The energy unit {name!r} is not known; use one of {', '.join(ENERGY_IN_MWH)}.", "unit", name
            )
    if ENERGY_IN_MWH[unit] == ENERGY_IN_MWH[to]:
        return 1.0
    return ENERGY_IN_MWH[unit] / ENERGY_IN_MWH[to]


def year_label(year: int, style: Style = INDIA) -> str:
    """Write a year by the number of the one it ends in: 2025 is ``FY 2024-25``, or ``2025`` by calendar."""
    if style.fiscal_year_start == 1:
        return str(year)
    return f"FY {year - 1}-{year % 100:02d}"


def year_from_label(label: str) -> int:
    """Read ``FY 2024-25``, ``2024-25``, ``2024-2025``, ``FY2025`` or ``2025`` as the year in which it ends.

    Raises
    ------
    ValueError
        When the text is none of these, or its two years do not follow each other.
    """
    text = label.strip().upper().removeprefix("FY").strip().replace("\N{EN DASH}", "-").replace("/", "-")
    first, dash, last = (part.strip() for part in text.partition("-"))
    if not (first.isdecimal() and len(first) == 4) or (dash and not last.isdecimal()):
        raise ValueError(f"'{label}' is not a year; write FY 2024-25 or 2025.")
    if not dash:
        return int(first)
    end = int(first) + 1
    if last not in (f"{end % 100:02d}", str(end)):
        raise ValueError(f"'{label}' does not name two years that follow each other, such as FY 2024-25.")
    return end


def year_of(day: datetime.date, style: Style = INDIA) -> int:
    """Give the number of the (fiscal) year in which a day lies: 2025 for 2024-04-01 in India."""
    return day.year + (style.fiscal_year_start > 1 and day.month >= style.fiscal_year_start)


def column_decimals(values: Iterable[float]) -> int:
    """Give the digits after the point with which a column is written: about four figures of its largest number."""
    sizes = [abs(value) for value in values if value == value and not math.isinf(value)]
    return min(6, _decimals_for(max(sizes, default=0.0)))


def _decimals_for(value: float) -> int:
    size = abs(value)
    if size >= 1000 or value == 0:
        return 0
    if size >= 100:
        return 1
    if size >= 1:
        return 2
    return min(9, 2 - math.floor(math.log10(size)))
