"""Which of point and comma is the decimal mark of a column, and what shows it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import polars as pl

from workbench.data.texts.amounts import CURRENCY_CODES, THREE_DECIMALS

# What remains of a cell when only digits and marks are kept; each pattern allows one reading only.
_POINT_IS_DECIMAL = "|".join(
    (
        r"^\d*,\d[\d,]*\.\d*$",  # 1,234.5
        r"^\d*\.(\d{1,2}|\d{4,})$",  # 1234.5
        r"^0*\.\d+$",  # 0.125
        r"^\d{4,}\.\d{3}$",  # 1234.125
        r"^\d{1,3}(,\d{2,3})+,\d{3}$",  # 1,234,567 and 12,34,567
    )
)
_COMMA_IS_DECIMAL = "|".join(
    (
        r"^\d*\.\d[\d.]*,\d*$",
        r"^\d*,(\d{1,2}|\d{4,})$",
        r"^0*,\d+$",
        r"^\d{4,},\d{3}$",
        r"^\d{1,3}(\.\d{2,3})+\.\d{3}$",
    )
)
_EITHER = r"^[1-9]\d{0,2}[.,]\d{3}$"  # 1,234 and 1.234
# A factor of 1000 lies between the two readings; the usual amounts of a column lie closer together than that.
_NEAR = math.log(1000.0) / 2


@dataclass(frozen=True, slots=True)
class MarkEvidence:
    """What the cells of one column show.

    Parameters
    ----------
    decimal
        ``"."`` or ``","`` when they show one; ``"either"`` when they allow both and it matters; ``"both"``
        when they contradict each other; empty when no cell has a mark.
    reason
        In words, with an example.
    row
        Row of the first cell that may be read both ways, or of the first that contradicts.
    example
        Text of that cell.
    """

    decimal: str
    reason: str
    row: int = 0
    example: str = ""


def mark_evidence(cells: pl.Series, rows: pl.Series) -> MarkEvidence:
    """Find the decimal mark of a column.

    Parameters
    ----------
    cells
        Text, blank cells left out.
    rows
        Row of the file of each.
    """
    frame = pl.DataFrame({"text": cells, "row": rows}).filter(pl.col("text").str.contains_any([".", ","]))
    frame = frame.filter(pl.col("text").str.contains(r"\d[.,]|[.,]\d"))
    # An exponent's digits would look like decimals.
    frame = frame.filter(~pl.col("text").str.contains(r"\d[eE][+-]?\d"))
    if frame.is_empty():
        return MarkEvidence("", "no cell has a point or comma")
    core = pl.col("text").str.replace(r"Rs\.", "").str.replace_all(r"[^0-9.,]", "").str.strip_chars_end(".,")
    frame = frame.with_columns(core=core)
    point = _first(frame, pl.col("core").str.contains(_POINT_IS_DECIMAL))
    comma = _first(frame, pl.col("core").str.contains(_COMMA_IS_DECIMAL))
    either = _first(frame, pl.col("core").str.contains(_EITHER))
    if point and comma:
        early, late = sorted((point, comma), key=lambda found: found[1])
        reason = (
            f"'{early[0]}' in row {early[1]} and '{late[0]}' in row {late[1]} have different decimal marks"
        )
        return MarkEvidence("both", reason, late[1], late[0])
    if point:
        return MarkEvidence(".", f"'{point[0]}' in row {point[1]}")
    if comma:
        return MarkEvidence(",", f"'{comma[0]}' in row {comma[1]}")
    if either is None:
        return MarkEvidence("", "no cell shows which mark is the decimal mark")
    return _beside_others(frame.filter(pl.col("core").str.contains(_EITHER)), cells, either)


def _beside_others(doubtful: pl.DataFrame, cells: pl.Series, first: tuple[str, int]) -> MarkEvidence:
    text, row = first
    marks = doubtful["core"].str.extract(r"([.,])").unique().to_list()
    if len(marks) == 2:
        return MarkEvidence("either", "both marks stand before three digits", row, text)
    group = marks[0]
    other = "," if group == "." else "."
    if _cents_impossible(doubtful["text"]):
        reason = (
            f"'{text}' in row {row}: a currency with two decimals has no three digits after its decimal mark"
        )
        return MarkEvidence(other, reason)
    plain = (
        cells.filter(cells.str.contains(r"^\D*\d+\D*$")).str.extract(r"(\d+)").cast(pl.Float64, strict=False)
    )
    plain = plain.filter(plain > 0)
    as_group = doubtful["core"].str.replace_all(r"[.,]", "").cast(pl.Float64)
    if len(plain) and float(plain.max() or 0.0) >= 1000.0:  # type: ignore[arg-type]
        usual = math.log(float(plain.median() or 1.0))  # type: ignore[arg-type]
        grouped = math.log(float(as_group.median() or 1.0))  # type: ignore[arg-type]
        if abs(grouped - usual) < _NEAR:
            reason = (
                f"'{text}' in row {row} is of the size of the plain numbers beside it when read as "
                f"{as_group[0]:,.0f}"
            )
            return MarkEvidence(other, reason)
        if abs(grouped - usual) > 2 * _NEAR - _NEAR / 2:
            return MarkEvidence(
                group, f"'{text}' in row {row} would be 1000 times the plain numbers beside it"
            )
    return MarkEvidence("either", "every cell with a mark has three digits after it", row, text)


def _cents_impossible(texts: pl.Series) -> bool:
    # $1.234M is a million and a bit.
    if texts.str.contains(
        r"(?i)\d\s*(k|m|b|mn|bn|mio|mln|mrd|million|billion|thousand|lakhs?|crores?)\b"
    ).any():
        return False
    signs = texts.str.extract(rf"([$€£₹¥]|\b(?:{'|'.join(CURRENCY_CODES)})\b)")
    return signs.null_count() == 0 and not signs.is_in(list(THREE_DECIMALS)).any()


def _first(frame: pl.DataFrame, condition: pl.Expr) -> tuple[str, int] | None:
    found = frame.filter(condition).head(1)
    return None if found.is_empty() else (str(found["text"][0]), int(found["row"][0]))
