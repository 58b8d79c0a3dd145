"""Two rows of headers: the upper one, whose cells are mostly merged, says to what the columns below it belong."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from workbench.data.changes import Change, ChangeKind
from workbench.data.texts.cells import Cells, shown
from workbench.data.texts.dates import MONTH_NAMES, read_date
from workbench.data.texts.layout import Layout, column_letter
from workbench.finance.inputs.reading.fiscal_dates import is_fiscal_period
from workbench.finance.inputs.reading.period_headers import is_derived
from workbench.finance.inputs.region_names import REGION_NAMES
from workbench.finance.model.variants import variants_in

__all__ = ["with_both_headers"]

MIN_GROUPS = 2
ENTITY = "Segment"
"""Header of what the upper row names, where nothing says whether these are regions, departments or products."""
_YEAR = re.compile(r"(?:fy ?)?(?:19|20)\d{2}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Column:
    """A column: its upper and its lower header, empty where there is none."""

    upper: str
    lower: str


def with_both_headers(layout: Layout, cells: Cells) -> Layout:
    """Give a table the headers of both rows.

    Periods, years, and words such as budget become a part of each header. Anything else in the upper row,
    such as the
    names of regions, tells rows apart: each row becomes one for each of them.

    Parameters
    ----------
    layout
        With the lower row as its header.
    cells
        Of the file.
    """
    above = cells.frame.filter(pl.col("row") == layout.header_row - 1)
    here = cells.frame.filter(pl.col("row") == layout.header_row)
    if layout.header_row < 2 or not above.height:
        return layout
    columns = _columns(layout, above, here)
    groups = [name for name in dict.fromkeys(column.upper for column in columns) if name]
    if len(groups) < MIN_GROUPS:
        return layout
    lower = [column.lower for column in columns if column.upper and column.lower]
    # The kind of figure may stand in either row.
    parts = all(_is_part(name) for name in groups) or all(
        variants_in(name) or is_derived(name) for name in lower
    )
    if not parts and len(set(lower)) == len(lower):
        # Headings that only gather columns say nothing that the columns do not say.
        return layout
    change = Change(
        ChangeKind.READ_AS,
        "",
        (layout.header_row - 1, layout.header_row),
        (" | ".join(groups),),
        ("",),
        "two rows of headers; the upper one says to what the columns below it belong",
    )
    titles = tuple(one for one in layout.changes if one.rows != (layout.header_row - 1,))
    layout = replace(layout, changes=(*(one for one in titles if one.kind is not ChangeKind.RENAMED), change))
    return _joined(layout, columns) if parts else _below(layout, columns, groups)


def _columns(layout: Layout, above: pl.DataFrame, here: pl.DataFrame) -> list[_Column]:
    columns = []
    upper = ""
    for place in range(max(layout.places) + 1):
        name = str(place)
        upper = _text(above, name) or upper
        if place in layout.places:
            lower = _text(here, name)
            # The name of a column of its own may stand in the upper row.
            columns.append(_Column(upper, lower) if lower else _Column("", _text(above, name)))
    first = next((at for at, column in enumerate(columns) if column.upper), 0)
    return [_Column("", one.lower) if at < first else one for at, one in enumerate(columns)]


def _text(row: pl.DataFrame, name: str) -> str:
    cell = row[name][0] if name in row.columns else None
    return re.sub(r"\s+", " ", shown(cell)).strip() if cell else ""


def _is_part(name: str) -> bool:
    """Whether an upper header is a period or a kind of figure, or gathers what sums them."""
    is_period = (
        read_date(name) is not None or is_fiscal_period(name) or name.casefold().strip(".") in MONTH_NAMES
    )
    return bool(
        is_period
        or _YEAR.fullmatch(name)
        or variants_in(name)
        or re.fullmatch(r"total|ytd|summe", name, re.I)
    )


def _joined(layout: Layout, columns: Sequence[_Column]) -> Layout:
    names: list[str] = []
    for column, place in zip(columns, layout.places, strict=True):
        name = f"{column.lower} {column.upper}".strip() or f"Column {column_letter(place)}"
        names.append(name if name not in names else f"{name} ({column_letter(place)})")
    return replace(layout, names=tuple(names))


def _below(layout: Layout, columns: Sequence[_Column], groups: Sequence[str]) -> Layout:
    shared = [at for at, column in enumerate(columns) if not column.upper]
    lower = list(dict.fromkeys(column.lower for column in columns if column.upper))
    parts = []
    for group in groups:
        place = {column.lower: at for at, column in enumerate(columns) if column.upper == group}
        cells = [pl.col(str(at)).alias(str(to)) for to, at in enumerate(shared)]
        cells.append(pl.lit(group).alias(str(len(shared))))
        for to, name in enumerate(lower, len(shared) + 1):
            at = place.get(name)
            cells.append((pl.lit(None, dtype=pl.String()) if at is None else pl.col(str(at))).alias(str(to)))
        parts.append(layout.frame.select("row", *cells))
    first = {
        name: next(at for at, one in enumerate(columns) if one.upper and one.lower == name) for name in lower
    }
    return replace(
        layout,
        names=(*(columns[at].lower or layout.names[at] for at in shared), _entity(groups), *lower),
        places=(*(layout.places[at] for at in shared), -1, *(layout.places[first[name]] for name in lower)),
        frame=pl.concat(parts).sort("row", maintain_order=True),
    )


def _entity(groups: Sequence[str]) -> str:
    return "Region" if all(group.casefold() in REGION_NAMES for group in groups) else ENTITY
