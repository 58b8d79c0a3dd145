"""The grammar of amounts: currency signs, negatives, scales, percent, digit groups, decimal marks."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache

CURRENCY_SIGNS = {
    "US$": "USD", "A$": "AUD", "C$": "CAD", "HK$": "HKD", "R$": "BRL", "S$": "SGD",
    "$": "USD", "€": "EUR", "£": "GBP", "₹": "INR", "¥": "JPY", "₩": "KRW", "₽": "RUB", "₺": "TRY",
    "Rs.": "INR", "Rs": "INR",
}  # fmt: skip
CURRENCY_CODES = (
    "USD", "EUR", "GBP", "INR", "JPY", "CHF", "CNY", "AUD", "CAD", "NZD", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF",
    "RON", "TRY", "RUB", "ZAR", "BRL", "MXN", "SGD", "HKD", "KRW", "IDR", "MYR", "THB", "PHP", "VND", "AED", "SAR",
    "QAR", "KWD", "BHD", "OMR", "JOD", "TND", "ILS", "EGP", "NGN", "KES", "PKR", "BDT", "LKR", "NPR",
)  # fmt: skip
# ISO 4217: the few whose amounts have three decimals.
THREE_DECIMALS = frozenset(("KWD", "BHD", "OMR", "JOD", "TND", "IQD", "LYD"))

SCALES = {
    "k": 1e3, "thousand": 1e3, "m": 1e6, "mn": 1e6, "mio": 1e6, "mln": 1e6, "million": 1e6,
    "b": 1e9, "bn": 1e9, "mrd": 1e9, "billion": 1e9, "lakh": 1e5, "lakhs": 1e5, "crore": 1e7, "crores": 1e7,
}  # fmt: skip
# What people write where nothing is known. A dash is not a zero until the user says so.
PLACEHOLDERS = frozenset((
    "-", "--", "---", "\u2013", "\u2014", ".", "..", "n/a", "n/e", "n.a.", "na", "nan", "null", "none", "nil",
    "#n/a", "#na", "n.v.", "k.a.", "tbd", "tba", "?", "#div/0!", "#value!", "#ref!", "#name?", "#num!", "missing",
    "unknown",
    "not available",
))  # fmt: skip

# A longer cell is a remark; the patterns below must not be tried on arbitrary pasted text.
MAX_AMOUNT_CHARACTERS = 60

_SIGN = "|".join(re.escape(sign) for sign in sorted(CURRENCY_SIGNS, key=len, reverse=True))
_MONEY = rf"(?P<money>{_SIGN}|{'|'.join(CURRENCY_CODES)})"
_MONEY_AFTER = _MONEY.replace("?P<money>", "?P<money_after>")
_SCALE = "|".join(sorted(SCALES, key=len, reverse=True))
_AMOUNT = re.compile(
    rf"(?P<open>\()?\s*(?P<minus>[-+])?\s*{_MONEY}?\s*(?P<inner_open>\()?(?P<inner_minus>[-+])?\s*"
    rf"(?P<digits>\d[\d.,' ]*|[.,]\d+)(?P<exponent>[eE][-+]?\d{{1,3}})?\s*(?P<percent>%)?"
    rf"\s*(?P<scale>(?i:{_SCALE}))?\.?\s*{_MONEY_AFTER}?\s*(?P<after_minus>-)?\s*(?P<close>\)+)?\s*(?P<percent_after>%)?"
)
_BLANKS = str.maketrans(
    {
        **dict.fromkeys("\u00a0\u202f\u2007\u2009", " "),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d", "-"),
        "\u2019": "'",
    }
)
_TRIANGLE = re.compile(r"[\u25b2\u25b3] ?(?=[^\d]{0,3}\d)")
_GROUPS = {
    mark: re.compile(
        rf"\d{{1,3}}([{other}' ])\d{{3}}(?:\1\d{{3}})*|\d{{1,2}}(?:{other}\d{{2}})+{other}\d{{3}}|\d+"
    )
    for mark, other in ((".", ","), (",", "."))
}


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount that was read.

    Parameters
    ----------
    value
        With sign and scale; a percentage is kept as it is written (``12 %`` is 12).
    currency
        ISO 4217 code, or empty.
    percent
        Whether it had a percent sign.
    scale
        1, or 1000 for ``k`` and so on.
    form
        How it was written, in words, where that is more than digits: ``"parentheses"``, ``"trailing minus"``,
        ``"triangle"``, ``"k"``, ``"formula"``.
    """

    value: float
    currency: str = ""
    percent: bool = False
    scale: float = 1.0
    form: str = ""


def is_placeholder(text: str) -> bool:
    """Whether a cell says in words that nothing is known."""
    return text.strip().casefold() in PLACEHOLDERS


@lru_cache(maxsize=50_000)
def read_amount(text: str, decimal: str = ".") -> Amount | None:
    """Read one amount.

    Parameters
    ----------
    text
        As it is in the cell: ``"(1,034)"`` is -1034, ``"1.5M"`` is 1 500 000, ``"1.234,56"`` is 1234.56 with
        the decimal mark ``","``.
    decimal
        ``"."`` or ``","``.

    Returns
    -------
    Amount or None
        ``None`` when the text is not an amount, or has digit groups that the decimal mark does not allow.
    """
    if len(text) > MAX_AMOUNT_CHARACTERS:
        return None
    text = text.translate(_BLANKS).strip()
    # Japanese statements write a loss with a triangle.
    is_loss = _TRIANGLE.match(text) is not None
    text = _TRIANGLE.sub("-", text, count=1) if is_loss else text
    text, formula = _unwrapped(text)
    match = _AMOUNT.fullmatch(text)
    if match is None:
        return None
    opened = bool(match["open"]) + bool(match["inner_open"])
    minuses = [match["minus"], match["inner_minus"], match["after_minus"]].count("-")
    signs = sum(bool(match[name]) for name in ("minus", "inner_minus", "after_minus"))
    if opened != len(match["close"] or "") or opened + signs > 1 or (match["money"] and match["money_after"]):
        return None
    size = _plain(match["digits"], decimal)
    if size is None or (match["percent"] and match["percent_after"]):
        return None
    word = (match["scale"] or "").casefold()
    scale = SCALES[word] if word else 1.0
    value = float(size + (match["exponent"] or "")) * scale
    # 1.1 x 1e6 is 1100000.0000000002 in floats; what is written has no more than these digits.
    value = float(f"{value:.15g}") if scale != 1.0 else value
    if not math.isfinite(value):
        return None
    money = match["money"] or match["money_after"] or ""
    form = (
        "triangle"
        if is_loss
        else "parentheses"
        if opened
        else "trailing minus"
        if match["after_minus"]
        else match["scale"] or formula
    )
    return Amount(
        -value if opened + minuses else value,
        CURRENCY_SIGNS.get(money, money),
        bool(match["percent"] or match["percent_after"]),
        scale,
        form,
    )


def plain_amount(text: str, decimal: str = ".") -> float | None:
    """Read a number that is nothing more: digits, groups, a sign, an exponent; see :func:`read_amount`."""
    amount = read_amount(text, decimal)
    if amount is None or amount.currency or amount.percent or amount.form or amount.scale != 1.0:
        return None
    return amount.value


def _unwrapped(text: str) -> tuple[str, str]:
    # Programs write ="00123" or =1234 so that a spreadsheet keeps the text.
    match = re.fullmatch(r'=\s*"?([^"=()]*)"?', text)
    return (match[1].strip(), "formula") if match else (text, "")


def _plain(digits: str, decimal: str) -> str | None:
    digits = digits.strip()
    whole, mark, fraction = digits.rpartition(decimal) if decimal in digits else (digits, "", "")
    if decimal in whole or (mark and fraction and not fraction.isdecimal()):
        return None
    if whole and not _GROUPS[decimal].fullmatch(whole):
        return None
    return re.sub(r"[.,' ]", "", whole or "0") + (f".{fraction}" if fraction else "")
