"""Texts that a spreadsheet would run when it opens a file of ours."""

from __future__ import annotations

__all__ = ["harmless", "harmless_text"]

# A spreadsheet takes a cell that begins with one of these as a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def harmless(value: object) -> object:
    """Give text that a spreadsheet would run as a formula with an apostrophe before it; all else as it is."""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value


def harmless_text(text: str) -> str:
    """Give a text as :func:`harmless` does; one that is a number is not a formula."""
    return text if _is_number(text) else str(harmless(text))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
