"""Ledgers in which the account stands once above its postings, as a heading."""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from workbench.data.changes import Change, ChangeKind
from workbench.data.texts.cells import shown
from workbench.data.texts.dates import read_date
from workbench.data.texts.labels import is_total_label

__all__ = ["with_sections"]

_TOTAL_OF = re.compile(r"totals? (?:for |of )?(?P<name>.+?)(?: with sub-?accounts)?", re.IGNORECASE)
MIN_POSTINGS = 0.5
MAX_HEADING = 200


def with_sections(
    names: Sequence[str], places: Sequence[int], frame: pl.DataFrame
) -> tuple[tuple[tuple[str, ...], tuple[int, ...], pl.DataFrame], pl.Series | None, list[Change]]:
    """Give each posting the account whose heading stands above it.

    A heading is a row with nothing but its first cell. Headings that follow each other are an account and the one
    within it, until a total of it.

    Returns
    -------
    tuple
        The table without headings, the account of each of its rows (``None`` when there are no headings), and the
        changes.
    """
    table = (tuple(names), tuple(places), frame)
    if len(names) < 4 or frame.height < 3:
        return table, None, []
    others = [str(at) for at in range(1, len(names))]
    alone = frame.select(pl.all_horizontal(pl.col(others).is_null()) & pl.col("0").is_not_null()).to_series()
    first = frame["0"].to_list()
    headings = [
        bool(only) and read_date(shown(text)) is None and not is_total_label(text)
        for only, text in zip(alone, first, strict=True)
    ]
    if not any(headings) or not headings[0] or sum(headings) > (1 - MIN_POSTINGS) * len(headings):
        return table, None, []
    accounts = _paths(first, headings)
    is_heading = pl.Series(headings)
    changes = [
        Change(ChangeKind.READ_AS, names[0], tuple(frame["row"].filter(is_heading).to_list()), ("",), ("",),
               "a heading: the rows below it belong to this account")
    ]  # fmt: skip
    kept = frame.filter(~is_heading)
    account = pl.Series("account", accounts, dtype=pl.String()).filter(~is_heading)
    if kept["0"].null_count() == kept.height:
        # A column of headings alone is empty without them.
        order = list(range(1, len(names)))
        kept = kept.select("row", *(pl.col(str(at)).alias(str(to)) for to, at in enumerate(order)))
        table = (tuple(names[at] for at in order), tuple(places[at] for at in order), kept)
        return table, account, changes
    return (tuple(names), tuple(places), kept), account, changes


def _paths(first: Sequence[str | None], headings: Sequence[bool]) -> list[str | None]:
    path: list[str] = []
    posted = False
    found: list[str | None] = []
    for text, is_heading in zip(first, headings, strict=True):
        total = (
            _TOTAL_OF.fullmatch(text.strip()) if text and len(text) < MAX_HEADING and not is_heading else None
        )
        if is_heading:
            if posted and path:
                # The one above ended without a total.
                path = path[:-1]
            path.append(str(text).strip())
            posted = False
        found.append(":".join(path) or None)
        if total is not None and total["name"].strip() in path:
            path = path[: path.index(total["name"].strip())]
            posted = False
        elif not is_heading:
            posted = True
    return found
