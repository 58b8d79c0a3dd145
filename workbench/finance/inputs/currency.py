"""One currency for all amounts of a ledger: found, requested, or converted by rates that the user gives."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from workbench.data.changes import Change, ChangeKind
from workbench.data.texts.amounts import CURRENCY_SIGNS
from workbench.errors import InvalidData
from workbench.finance.inputs.reading.read import Reading
from workbench.finance.model.mapping import RoleMapping
from workbench.finance.model.questions import (
    Answers,
    Option,
    Question,
    QuestionKind,
    answer_to,
    question_key,
)
from workbench.finance.model.roles import Role

CURRENCY_KEY = question_key(QuestionKind.CURRENCY)


@dataclass(frozen=True, slots=True)
class Currencies:
    """Which rows are in which currency.

    Parameters
    ----------
    codes
        ISO 4217 codes in the order of their first row; ``""`` for rows that show none.
    by_row
        ``row`` and ``currency``; empty when the whole file has one.
    """

    codes: tuple[str, ...]
    by_row: pl.DataFrame


def currencies_of(reading: Reading, mapping: RoleMapping) -> Currencies:
    """Find the currency of each row: from the column of currencies, or from the signs of its amounts.

    A row whose amounts carry no sign has the file's currency when there is only one.

    Raises
    ------
    InvalidData
        When one row has amounts in two currencies, or two columns are headed by different ones.
    """
    column = mapping.column_of(Role.CURRENCY)
    if column is not None:
        codes = (
            reading.values(column).cast(pl.String).str.to_uppercase().replace(CURRENCY_SIGNS).fill_null("")
        )
        by_row = pl.DataFrame({"row": reading.rows["row"], "currency": codes})
        known = [code for code in codes.unique(maintain_order=True).to_list() if code]
        blank = by_row.filter(pl.col("currency") == "")["row"]
        if len(known) > 1 and len(blank):
            raise InvalidData(
                f"{reading.file}, row {blank[0]}: column '{column}' is blank, and the others are in "
                f"{', '.join(known)}; write the currency of the row.",
                reading.file,
            )
        return Currencies(tuple(known) or ("",), by_row)
    headed = {item.currency for item in mapping.columns if item.figure and item.currency} - set(
        reading.currencies
    )
    signs = dict(reading.currencies)
    if len(headed) + len(signs) <= 1:
        return Currencies((*headed, *signs) or ("",), pl.DataFrame())
    if headed:
        columns = {item.column: item.currency for item in mapping.columns if item.figure and item.currency}
        seen = ", ".join(f"'{column}' in {code}" for column, code in columns.items())
        raise InvalidData(
            f"{reading.file} has amounts in different currencies side by side: "
            f"{seen or ', '.join(signs)}; expected one "
            "currency in each row, convert them before the export.",
            reading.file,
        )
    return _by_signs(reading, signs)


def _by_signs(reading: Reading, signs: Mapping[str, pl.Series]) -> Currencies:
    marked = pl.concat([pl.DataFrame({"row": rows, "currency": code}) for code, rows in signs.items()])
    kept = marked.filter(pl.col("row").is_in(reading.rows["row"].implode()))
    twice = (
        kept.group_by("row", maintain_order=True).agg("currency").filter(pl.col("currency").list.len() > 1)
    )
    if twice.height:
        row, codes = twice.row(0)
        raise InvalidData(
            f"{reading.file}, row {row}: amounts in {' and '.join(codes)} are in one row; expected one "
            "currency a row, "
            "convert them before the export.",
            reading.file,
        )
    by_row = reading.rows.select("row").join(kept, on="row", how="left", maintain_order="left")
    by_row = by_row.with_columns(pl.col("currency").fill_null(""))
    codes = by_row["currency"].unique(maintain_order=True).to_list()
    return Currencies(tuple(code for code in codes if code) or ("",), by_row)


def currency_question(
    reading: Reading, found: Currencies, answers: Answers, rates: Mapping[str, float]
) -> Question | None:
    """Ask which currency is meant when there are several and no rates; ``None`` when nothing is open."""
    if len(found.codes) < 2 or answer_to(answers, CURRENCY_KEY, found.codes):
        return None
    if rates:
        return None
    counts = dict(found.by_row["currency"].value_counts().rows())
    second = found.codes[1]
    first_rows = {code: found.by_row.filter(pl.col("currency") == code)["row"][0] for code in found.codes}
    seen = ", ".join(
        f"{counts[code]} rows in {code} (first in row {first_rows[code]})" for code in found.codes
    )
    text = (
        f"The amounts are in several currencies: {seen}; they cannot be added, say which are meant, or "
        "give rates."
    )
    options = tuple(
        Option(code, f"only the {counts[code]} rows in {code}; the others are set aside and listed")
        for code in found.codes
    )
    key, kind = CURRENCY_KEY, QuestionKind.CURRENCY
    column = reading.date_column if found.by_row.is_empty() else ""
    return Question(key, kind, column, int(first_rows[second]), text, options)


def one_currency(
    entries: pl.DataFrame, figures: list[str], found: Currencies, answers: Answers, rates: Mapping[str, float]
) -> tuple[pl.DataFrame, str, list[Change]]:
    """Bring all amounts to one currency.

    Parameters
    ----------
    entries
        ``row`` and the figures.
    figures
        Names of the figures [currency].
    found
        Which rows are in which currency.
    answers
        With the currency that is meant.
    rates
        ISO code -> how many units of the first code one unit is worth; the first code's own rate is 1.

    Returns
    -------
    tuple
        The entries, the currency, and the changes.

    Raises
    ------
    InvalidData
        When a rate is missing or is not a positive number.
    """
    if len(found.codes) < 2:
        return entries, found.codes[0], _without_currency(entries, found)
    chosen = answer_to(answers, CURRENCY_KEY, found.codes)
    joined = entries.join(found.by_row, on="row", how="left", maintain_order="left")
    if rates:
        return _converted(joined, figures, found, rates)
    code = chosen or found.codes[0]
    other = joined.filter((pl.col("currency") != code) & (pl.col("currency") != ""))
    before = tuple(other["currency"].to_list())
    reason = f"the amounts of the row are not in {code}; set aside as answered"
    change = Change(ChangeKind.DROPPED, "", tuple(other["row"].to_list()), before, ("",), reason)
    kept = joined.filter((pl.col("currency") == code) | (pl.col("currency") == "")).drop("currency")
    return kept, code, [change]


def _without_currency(entries: pl.DataFrame, found: Currencies) -> list[Change]:
    """List the rows that name no currency where all others name the same."""
    if found.by_row.is_empty() or not found.codes[0]:
        return []
    blank = found.by_row.filter((pl.col("currency") == "") & pl.col("row").is_in(entries["row"].implode()))
    rows = tuple(blank["row"].to_list())
    reason = f"no currency is given; read as {found.codes[0]}, as all other rows"
    return [Change(ChangeKind.READ_AS, "", rows, ("",), (found.codes[0],), reason)] if rows else []


def _converted(
    joined: pl.DataFrame, figures: list[str], found: Currencies, rates: Mapping[str, float]
) -> tuple[pl.DataFrame, str, list[Change]]:
    base = next((code for code, rate in rates.items() if rate == 1.0), found.codes[0])
    for code in found.codes:
        rate = 1.0 if code == base else rates.get(code, math.nan)
        if not (math.isfinite(rate) and rate > 0):
            raise InvalidData(f"There is no rate for {code}; give how many {base} one {code} is worth.")
    factor = pl.col("currency").replace_strict({**rates, base: 1.0}, default=1.0, return_dtype=pl.Float64)
    changes = []
    for code in found.codes:
        rows = joined.filter(pl.col("currency") == code)["row"]
        if code != base:
            reason = f"one {code} is worth {rates[code]:.10g} {base}"
            changes += [
                Change(ChangeKind.CONVERTED, name, tuple(rows), (code,), (base,), reason) for name in figures
            ]
    converted = joined.with_columns((pl.col(name) * factor).round(2) for name in figures).drop("currency")
    return converted, base, changes
