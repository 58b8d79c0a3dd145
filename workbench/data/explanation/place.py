"""What a page shows in one place, as it is asked about; loads no table library."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from workbench.data.explanation.steps import is_missing
from workbench.data.formatting import MISSING, year_from_label

__all__ = ["Shown", "year_of"]

EXACT = 1e-9
_NUMBER = re.compile(r"^([-+\u2212]?[\d,]*\.?\d+)(?:\s*\D.*)?$")
_MISSING = ("", "missing", "-", MISSING)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page shows in one place.

    Parameters
    ----------
    value
        A number as it is drawn, or the text of a cell.
    header
        Title of its column, or of its line or bars.
    labels
        What else tells it: the other texts of its row, its place across, the name of its series.
    title
        Title of the table or figure.
    """

    value: object
    header: str = ""
    labels: tuple[object, ...] = ()
    title: str = ""

    @property
    def quantity(self) -> str:
        """What it is, as the page says it."""
        words = [self.header, *(_label(label) for label in self.labels)]
        return ", ".join(dict.fromkeys(word for word in words if word)) or self.title or "Value"

    @property
    def number(self) -> tuple[float, float] | None:
        """The number, and by how much it may be rounded; NaN for what is missing, None for a text."""
        if is_missing(self.value):
            return math.nan, 0.0
        if isinstance(self.value, (int, float)) and not isinstance(self.value, bool):
            return float(self.value), abs(float(self.value)) * EXACT
        text = str(self.value).strip()
        if text.casefold() in _MISSING:
            return math.nan, 0.0
        found = _NUMBER.match(text)
        if found is None or year_of(text) is not None:
            return None
        digits = found.group(1).replace(",", "").replace("\u2212", "-")
        return float(digits), 0.5000001 * 10.0 ** -len(digits.partition(".")[2])


def year_of(label: object) -> int | None:
    """Read a label as a year; None when it is none."""
    if isinstance(label, bool):
        return None
    if isinstance(label, (int, float)):
        return int(label) if float(label).is_integer() and 1900 <= label <= 2200 else None
    try:
        year = year_from_label(str(label))
    except ValueError:
        return None
    return year if 1900 <= year <= 2200 else None


def _label(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if is_missing(value) else str(value)
