"""Which columns of a wide table stand beside one another on paper."""

from __future__ import annotations

from collections.abc import Collection, Sequence

__all__ = ["PAPER_WIDTH", "parts_for_paper"]

PAPER_WIDTH = 690
"""Between the margins of an upright sheet of A4 [px of CSS]."""
DIGIT, PADDING = 7.0, 14.0
"""Width of a digit in the type of printed tables, and beside the content of a cell [px]."""
MAX_TEXT = 26
"""Characters after which a text is wrapped at the latest."""


def parts_for_paper(
    headers: Sequence[str],
    rows: Sequence[Sequence[object]],
    text_columns: Collection[int] = (0,),
    width: float = PAPER_WIDTH,
) -> list[list[int]]:
    """Divide the columns of a table into parts that fit a sheet; those that name the rows come first in each.

    Parameters
    ----------
    headers
        Headings, which wrap between words.
    rows
        Cells, formatted.
    text_columns
        Numbers of the columns whose cells wrap.
    width
        Of the sheet [px].

    Returns
    -------
    list of list of int
        Numbers of the columns of each part; one part when all fit.
    """
    cells = list(zip(*rows, strict=True)) or [()] * len(headers)
    widths = [_width(name, cells[place], place in text_columns) for place, name in enumerate(headers)]
    if sum(widths) <= width or len(headers) < 3:
        return [list(range(len(headers)))]
    repeated = _repeated(widths, cells, text_columns, width)
    parts: list[list[int]] = []
    used = width
    for place in range(len(repeated), len(headers)):
        if used + widths[place] > width:
            parts.append([*repeated])
            used = sum(widths[: len(repeated)])
        parts[-1].append(place)
        used += widths[place]
    return parts


def _repeated(
    widths: Sequence[float], cells: Sequence[Sequence[object]], text_columns: Collection[int], width: float
) -> list[int]:
    """Give the first columns that tell the rows apart, as far as they leave room for others."""
    names = [0]
    while len(names) in text_columns and len(names) < len(widths) - 1:
        keys = list(zip(*(cells[place] for place in names), strict=True))
        if len(set(keys)) == len(keys) or sum(widths[: len(names) + 1]) > width / 2:
            break
        names.append(len(names))
    return names


def _width(header: str, cells: Sequence[object], wraps: bool) -> float:
    texts = [str(cell) for cell in cells]
    longest = max(map(len, texts), default=0)
    if wraps:
        words = (len(word) for text in texts for word in text.split())
        longest = max(min(longest, MAX_TEXT), max(words, default=0))
    return DIGIT * max(longest, *(len(word) for word in header.split()), 3) + PADDING
