"""What a job reports, as values that every reader of the journal can take."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = [
    "MAX_TEXT",
    "name_of_type",
    "plain_data",
    "plain_fraction",
    "plain_number",
    "plain_text",
    "text_parts",
]

MAX_TEXT = 65_536
"""Characters of one text; a longer line of a log becomes several, any other text is cut and says so."""
_MAX_DEPTH = 6
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]?|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])?")
"""What tells a terminal about colours, the cursor, titles and links (ECMA-48)."""


def plain_text(value: object, limit: int = MAX_TEXT) -> str:
    """Give any value as text that a database, a page and a terminal can hold; never raises.

    Bytes are read as UTF-8, None is empty, half a surrogate pair is written as its escape, NUL as its symbol, and
    colours and other orders to a terminal are left out.
    """
    if type(value) is not str:
        value = _as_text(value)
    elif len(value) <= limit and value.isprintable():
        return value
    if len(value) > limit:
        value = f"{value[:limit]} … ({len(value) - limit} more characters)"
    if not value.isascii():
        value = value.encode("utf-8", "backslashreplace").decode("utf-8")
    if "\x1b" in value:
        value = _ESCAPES.sub("", value)
    return value.replace("\0", "␀") if "\0" in value else value


def text_parts(value: object) -> list[str]:
    """Give a text of any length as one or more of a bearable length."""
    text = value if type(value) is str else _as_text(value)
    return [plain_text(text[first : first + MAX_TEXT]) for first in range(0, len(text) or 1, MAX_TEXT)]


def plain_number(value: object) -> float | None:
    """Give any number (NumPy scalars, ``Decimal``) as a float; None for what is not a number."""
    if type(value) is float:
        return value
    try:
        if value is None or isinstance(value, str | bytes | bytearray):
            return None
        return float(value)  # type: ignore[arg-type]
    except Exception:  # noqa: BLE001 - whatever the class of the value raises
        return None


def plain_fraction(value: object) -> float | None:
    """Give a share from 0 to 1; None for what is not a number, nan included."""
    number = plain_number(value)
    return None if number is None or math.isnan(number) else min(1.0, max(0.0, number))


def plain_data(value: object, depth: int = 0) -> Any:
    """Give a value as JSON can hold it: mappings, lists, texts, numbers, and anything else as text."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and abs(value) < 2**63:
        return int(value)
    if isinstance(value, float):
        return float(value)
    if depth < _MAX_DEPTH:
        if isinstance(value, Mapping):
            return {plain_text(name): plain_data(item, depth + 1) for name, item in value.items()}
        if isinstance(value, Sequence | set | frozenset) and not isinstance(value, str | bytes | bytearray):
            return [plain_data(item, depth + 1) for item in value]
    # A NumPy scalar has this method, and so has an array of one element.
    if not isinstance(value, str | bytes) and (number := plain_number(value)) is not None:
        return number
    return plain_text(value)


def _as_text(value: object) -> str:
    if value is None:
        return ""
    try:
        if isinstance(value, bytes | bytearray | memoryview):
            return bytes(value).decode("utf-8", "backslashreplace")
        return str.__str__(str(value))
    except BaseException:  # noqa: BLE001 - the text of an error may raise anything, and must not end what reports it
        return f"<{name_of_type(value)} without a readable text>"


def name_of_type(value: object) -> str:
    """Give the name of the type of a value; never raises, whatever its class makes of its own name."""
    name: str = type.__dict__["__name__"].__get__(type(value))
    return name
