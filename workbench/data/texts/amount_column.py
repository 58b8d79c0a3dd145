"""A column of amounts: from text to numbers, with everything that was noticed."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import polars as pl

from workbench.data.texts.amounts import CURRENCY_SIGNS, Amount, is_placeholder, read_amount
from workbench.data.texts.cells import TYPED, shown

SAMPLE = 500
MOSTLY = 0.6
# Above this share of codes with leading zeros, or too long for a float, a column names things and adds up
# to nothing.
MAX_NAMES = 0.2
MAX_EXACT_DIGITS = 15
PARENTHESES, TRAILING, TRIANGLE = "parentheses", "trailing minus", "triangle"
_SIGNS = "[$€£₹¥]"


@dataclass(frozen=True, slots=True)
class NumberColumn:
    """A column of amounts.

    Parameters
    ----------
    values
        Float64, null where nothing is given or the cell cannot be read.
    forms
        Rows, texts and values of the cells that are written in another form than digits: by form.
    placeholders, unreadable
        Rows and texts of the cells that say nothing, and of those that are not amounts.
    currencies
        ISO code -> rows, in the order of their first row.
    percent
        Number of cells with a percent sign.
    decimals
        Most digits after the decimal mark.
    """

    values: pl.Series
    forms: dict[str, pl.DataFrame]
    placeholders: pl.DataFrame
    unreadable: pl.DataFrame
    currencies: dict[str, pl.Series]
    percent: int
    decimals: int


def looks_like_amounts(cells: pl.Series) -> bool:
    """Whether most cells are amounts, by one decimal mark or the other, and none of them only a name in digits."""
    filled = cells.drop_nulls()
    step = max(1, len(filled) // SAMPLE)
    counts = Counter(filled.gather_every(step).to_list())
    sample = {text: count for text, count in counts.items() if not is_placeholder(text)}
    if not sample:
        return False
    read = sum(
        count
        for text, count in sample.items()
        if text.startswith(TYPED) or any(read_amount(text, mark) for mark in ".,")
    )
    named = sum(
        count
        for text, count in sample.items()
        if text.isdecimal() and ((text[0] == "0" and len(text) > 1) or len(text) > MAX_EXACT_DIGITS)
    )
    size = sum(sample.values())
    return bool(read >= MOSTLY * size and named < MAX_NAMES * size)


def read_numbers(cells: pl.Series, rows: pl.Series, decimal: str) -> NumberColumn:
    """Read a column of amounts.

    Parameters
    ----------
    cells, rows
        Text of each cell (null for blank), and its row in the file.
    decimal
        ``"."`` or ``","``.
    """
    bare = _plain_column(cells, decimal)
    if bare is not None:
        return bare
    frame = _usual_forms(pl.DataFrame({"text": cells, "row": rows}).with_row_index("at"), decimal)
    rest = frame.filter(pl.col("value").is_null() & pl.col("text").is_not_null())
    found = _read_others(rest, decimal)
    values = frame.join(found.select("at", late="value"), on="at", how="left", maintain_order="left").select(
        pl.coalesce("value", "late").alias("value")
    )["value"]
    columns = ["row", "text", "value", "form"]
    written = pl.concat([part.filter(pl.col("form") != "").select(columns) for part in (frame, found)]).sort(
        "row"
    )
    return NumberColumn(
        values,
        {str(form[0]): part for form, part in written.group_by("form", maintain_order=True)},
        found.filter(pl.col("kind") == "placeholder"),
        found.filter(pl.col("kind") == "unreadable"),
        _currencies(frame, found),
        int(found["percent"].sum()),
        _decimals(cells, decimal),
    )


def _usual_forms(frame: pl.DataFrame, decimal: str) -> pl.DataFrame:
    """Read what needs no grammar, a million cells at once: digits, groups, a currency sign, one way of a minus.

    The same cells read the same through :func:`read_amount`; this is only faster.
    """
    text = pl.col("text")
    mark, separator = (r"\.", ",") if decimal == "." else (",", r"\.")
    # Not \d: that has the digits of other scripts, too.
    number = rf"([0-9]{{1,3}}({separator}[0-9]{{3}})+|[0-9]+)({mark}[0-9]+)?"
    typed = text.str.starts_with(TYPED)
    simple = text.str.contains(rf"^-?{_SIGNS}?{number}$")
    parentheses = text.str.contains(rf"^(\({_SIGNS}?{number}\)|{_SIGNS}\({number}\))$")
    trailing = text.str.contains(rf"^{_SIGNS}?{number}-$")
    digits = text.str.replace_all(rf"[^0-9{mark}]", "").str.replace(mark, ".").cast(pl.Float64, strict=False)
    digits = pl.when(digits.is_finite()).then(digits)
    negative = parentheses | trailing | text.str.starts_with("-")
    return frame.with_columns(
        value=pl.when(typed)
        .then(text.str.strip_prefix(TYPED).cast(pl.Float64, strict=False))
        .when(simple | parentheses | trailing)
        .then(pl.when(negative).then(-digits).otherwise(digits)),
        sign=pl.when(~typed & (simple | parentheses | trailing)).then(text.str.extract(f"({_SIGNS})")),
        form=pl.when(parentheses)
        .then(pl.lit(PARENTHESES))
        .when(trailing)
        .then(pl.lit(TRAILING))
        .otherwise(pl.lit("")),
    )


def _plain_column(cells: pl.Series, decimal: str) -> NumberColumn | None:
    """Most columns of large files are bare digits, with the point as their decimal mark: nothing to notice."""
    values = cells.cast(pl.Float64, strict=False)
    if values.is_infinite().any():
        return None
    if values.null_count() != cells.null_count() or cells.str.contains(r"[^0-9.-]").any():
        return None
    if decimal == "," and cells.str.contains(".", literal=True).any():
        return None
    nothing = pl.DataFrame(schema={"row": pl.Int64(), "text": pl.String()})
    return NumberColumn(values, {}, nothing, nothing, {}, 0, _decimals(cells, "."))


def _read_others(rest: pl.DataFrame, decimal: str) -> pl.DataFrame:
    texts = rest["text"].unique(maintain_order=True).to_list()
    amounts: list[Amount | None] = [read_amount(text, decimal) for text in texts]
    read = pl.DataFrame(
        {
            "text": texts,
            "value": [amount.value if amount else None for amount in amounts],
            "currency": [amount.currency if amount else "" for amount in amounts],
            "percent": [bool(amount and amount.percent) for amount in amounts],
            "form": [amount.form if amount else "" for amount in amounts],
            "kind": [
                "amount" if amount else "placeholder" if is_placeholder(text) else "unreadable"
                for text, amount in zip(texts, amounts, strict=True)
            ],
        },
        schema={
            "text": pl.String(), "value": pl.Float64(), "currency": pl.String(), "percent": pl.Boolean(),
            "form": pl.String(), "kind": pl.String(),
        },
    )  # fmt: skip
    return rest.select("at", "row", "text").join(read, on="text", how="left", maintain_order="left")


def _currencies(frame: pl.DataFrame, found: pl.DataFrame) -> dict[str, pl.Series]:
    simple = frame.filter(pl.col("sign").is_not_null()).select(
        "row", pl.col("sign").replace_strict(CURRENCY_SIGNS, default="").alias("currency")
    )
    other = found.filter(pl.col("currency") != "").select("row", "currency")
    both = pl.concat([simple, other]).sort("row")
    return {str(key[0]): part["row"] for key, part in both.group_by("currency", maintain_order=True)}


def _decimals(cells: pl.Series, mark: str) -> int:
    marked = cells.filter(cells.str.contains(mark, literal=True))
    digits = [marked.str.extract(rf"{re.escape(mark)}(\d+)\D*$").str.len_chars().max()]
    if mark != ".":
        # Numbers of a workbook have a point whatever the texts beside them have.
        typed = cells.filter(cells.str.starts_with(TYPED))
        digits.append(typed.str.extract(r"\.(\d+)$").str.len_chars().max())
    return max(int(count) if isinstance(count, int) else 0 for count in digits)


def examples(frame: pl.DataFrame, limit: int = 3) -> str:
    """Give the first few cells as ``'n/a' in row 7, 'x' in row 9``."""
    first = [f"'{shown(text)}' in row {row}" for text, row in frame.select("text", "row").head(limit).rows()]
    more = frame.height - len(first)
    return ", ".join(first) + (f" and {more} more" if more > 0 else "")
