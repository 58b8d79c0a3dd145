"""Words by which rows are told that are no data: notes below a table, and totals."""

from __future__ import annotations

import re

TOTAL = r"(grand |net |running |overall |report |sub[- ]?|year |annual |quarter |monthly )?totals?"
TOTAL_LABEL = re.compile(
    rf"({TOTAL}|sum|summe|gesamt(summe)?|zwischensumme|somme|sous[- ]total|suma|totale|balance carried forward)"
    r"\b.*|.*\b(sub[- ]?)?total",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"[*\u2020\u2021\u00a7]|\(?\d{1,2}\)|\[\d{1,2}\]|(sources?|notes?|remarks?|quelle|anmerkung|hinweis|fuente|nota)\b"
    r"|(\S+\s+){3}\S",
    re.IGNORECASE,
)


def is_note(text: str) -> bool:
    """Whether a text that stands alone in the last row is a note, not the name of one more row.

    It begins with a mark or a word of notes, or has four words and more.
    """
    return _NOTE.match(text) is not None


def is_total_label(text: str) -> bool:
    """Whether a text may be the label of a total."""
    return TOTAL_LABEL.fullmatch(text.strip(" :*")) is not None
