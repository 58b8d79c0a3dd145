"""Small tables as HTML: numbers aligned and grouped, every text escaped."""

from __future__ import annotations

import csv
import datetime
import html
import io
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import ipywidgets

from workbench.data.explanation.place import Shown
from workbench.data.formatting import column_decimals, format_number
from workbench.data.notes import HEADERS, NOTHING_NOTED, Notes
from workbench.data.tables.harmless import harmless
from workbench.data.tables.parts import parts_for_paper
from workbench.ui.figures.origins import registered

if TYPE_CHECKING:
    import pandas as pd


__all__ = ["TableArea", "frame_cells", "notes_table", "table_html", "table_of"]

MAX_ROWS = 400
MAX_NAME = 60
MAX_SHORT = 20
"""Characters of a text that stays in one line."""

_STYLE = """<style>
.workbench-table, .workbench-part { border-collapse: collapse; font-size: 13px; margin: 4px 0 12px;
  line-height: 1.4; font-variant-numeric: tabular-nums; }
:is(.workbench-table, .workbench-part) caption { text-align: left; font-weight: 600; padding: 4px 0; }
:is(.workbench-table, .workbench-part) :is(th, td) { padding: 3px 10px; text-align: right; white-space: nowrap;
  border-bottom: 1px solid var(--jp-border-color2, #e0e0e0); }
:is(.workbench-table, .workbench-part) th { color: var(--jp-ui-font-color2, #52606d); font-weight: 600;
  white-space: normal; vertical-align: bottom; min-width: 4em; }
:is(.workbench-table, .workbench-part) .text { text-align: left; white-space: normal; }
.workbench-table td.short { white-space: nowrap; }
.workbench-table td.text:first-child { min-width: 7em; }
.workbench-table td.text:not(:first-child, :empty) { min-width: 6em; }
:is(.workbench-table, .workbench-part) tr.marked td { font-weight: 600;
  background: var(--jp-layout-color2, #eef5fb); }
.workbench-scroll { overflow-x: auto; max-width: 100%; }
.workbench-parts { display: none; }
.workbench-csv { font: inherit; font-weight: 400; margin-left: 10px; padding: 0; border: 0; background: none;
  cursor: pointer; text-decoration: underline; color: var(--jp-content-link-color, #0b5c8a); }
@media print {
  .workbench-csv, .workbench-scroll.wide { display: none; }
  .workbench-parts { display: block; }
  .workbench-table, .workbench-part { font-size: 11px; }
  :is(.workbench-table, .workbench-part) :is(th, td) { padding: 2px 6px; min-width: 0 !important; }
  .workbench-part td.short { white-space: nowrap; }
  :is(.workbench-table, .workbench-part) tr { break-inside: avoid; }
}
</style>"""


class TableArea(ipywidgets.HTML):  # type: ignore[misc]
    """Shows one table at a time; a view that explains its numbers is asked by a click on a cell."""

    def __init__(self, value: str = "") -> None:
        self._mark = registered(self)
        self._shown: tuple[Sequence[str], Sequence[Sequence[object]], str] = ((), (), "")
        self._all_rows: Callable[[], Sequence[Sequence[object]]] = tuple
        super().__init__(value)

    def show_frame(
        self,
        frame: pd.DataFrame,
        *,
        caption: str = "",
        titles: Mapping[str, str] | None = None,
        units: Mapping[str, str] | None = None,
        limit: int = MAX_ROWS,
    ) -> None:
        """Replace what is shown by a DataFrame; of a long one the first ``limit`` rows, said so."""
        whole, frame, in_all = frame, frame.head(limit), len(frame)
        headers, rows, text_columns = frame_cells(frame, titles=titles, units=units)
        if in_all > limit:
            caption = f"{caption} (the first {limit} of {in_all})".strip()
        exact = _exact(frame)
        every = (lambda: _exact(whole)) if in_all > limit else None
        self.show(headers, rows, caption=caption, text_columns=text_columns, exact=exact, whole=every)

    def show(
        self,
        columns: Sequence[str],
        rows: Sequence[Sequence[object]],
        *,
        caption: str = "",
        text_columns: Sequence[int] = (0,),
        marked: Sequence[int] = (),
        exact: Sequence[Sequence[object]] | None = None,
        whole: Callable[[], Sequence[Sequence[object]]] | None = None,
        has_numbers: bool = False,
    ) -> None:
        """Replace what is shown; see :func:`table_html`.

        ``exact`` are the cells before formatting; ``whole`` gives those of all rows for a file, where only the
        first are shown; ``has_numbers`` says that texts, such as sentences, have some.
        """
        self._shown = columns, rows if exact is None else exact, caption
        self._all_rows = whole or (lambda: self._shown[1])
        # A table of texts only, such as of notes, has no numbers to ask about.
        mark = self._mark if has_numbers or len(set(text_columns)) < len(columns) else ""
        self.value = table_html(
            columns,
            rows,
            caption=caption,
            text_columns=text_columns,
            marked=marked,
            mark=mark,
            csv_mark=self._mark if rows else "",
        )

    def csv(self) -> tuple[str, bytes]:
        """Give name and content of a CSV file of the table: every row, every number in full."""
        columns, _, caption = self._shown
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(
            [harmless("" if cell is None or cell != cell else cell) for cell in row]
            for row in self._all_rows()
        )
        name = re.sub(r"[^\w.-]+", "-", caption).strip("-")[:MAX_NAME] or "table"
        return f"{name}.csv", text.getvalue().encode()

    def shown_at(self, first: int, second: int) -> Shown | None:
        """Give what a row and a column show; None where there is no such cell."""
        columns, rows, caption = self._shown
        if first >= len(rows) or second >= len(columns):
            return None
        others = tuple(cell for place, cell in enumerate(rows[first]) if place != second)
        return Shown(rows[first][second], columns[second], others, caption)


def table_of(
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    caption: str = "",
    text_columns: Sequence[int] = (0,),
    has_numbers: bool = False,
) -> TableArea:
    """Make a table; a negative number of a text column counts from the last, see :meth:`TableArea.show`."""
    area = TableArea()
    places = [place % len(columns) for place in text_columns]
    area.show(columns, rows, caption=caption, text_columns=places, has_numbers=has_numbers)
    return area


def notes_table(notes: Notes) -> TableArea:
    """Make the table of a result's notes, the gravest first."""
    rows = notes.rows() or [("", "", "", NOTHING_NOTED, "", "")]
    return table_of(HEADERS, rows, caption="Notes", text_columns=range(len(HEADERS)))


def frame_cells(
    frame: pd.DataFrame, *, titles: Mapping[str, str] | None = None, units: Mapping[str, str] | None = None
) -> tuple[list[str], list[list[str]], list[int]]:
    """Give a DataFrame as headings, formatted cells and the numbers of its text columns, for a table.

    Parameters
    ----------
    frame
        The table; its index is left out.
    titles
        Headings of columns whose name is not what a person reads.
    units
        Units by column, written into the heading.
    """
    titles, units = titles or {}, units or {}
    headers, columns, text_columns = [], [], []
    for position, name in enumerate(frame.columns):
        title = titles.get(
            name, str(name).replace("_", " ").capitalize().replace("Co2", "CO2").replace("co2", "CO2")
        )
        headers.append(f"{title} [{units[name]}]" if name in units else title)
        values = frame[name].tolist()
        decimals = None if frame[name].dtype.kind != "f" else column_decimals(values)
        columns.append([_cell(value, str(name), decimals) for value in values])
        if frame[name].dtype.kind not in "fiM":
            text_columns.append(position)
    return headers, [list(row) for row in zip(*columns, strict=True)], text_columns


def _exact(frame: pd.DataFrame) -> list[tuple[object, ...]]:
    return list(zip(*(frame[name].tolist() for name in frame.columns), strict=True))


def _cell(value: object, column: str, decimals: int | None) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) or (column.endswith("year") and isinstance(value, float) and value == value):
        return str(int(value))
    if isinstance(value, float):
        return format_number(value, decimals=decimals)
    if isinstance(value, datetime.datetime):
        return f"{value:%Y-%m-%d}" if value.time() == datetime.time() else f"{value:%Y-%m-%d %H:%M}"
    return "" if value is None or value != value else str(value)


def table_html(
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    caption: str = "",
    text_columns: Sequence[int] = (0,),
    marked: Sequence[int] = (),
    mark: str = "",
    csv_mark: str = "",
) -> str:
    """Write a table as HTML.

    Parameters
    ----------
    columns
        Headings, with units.
    rows
        Cells, already formatted.
    caption
        Title above it.
    text_columns
        Numbers of the columns that hold text and are aligned to the left.
    marked
        Numbers of the rows that stand out.
    mark
        By which a page names the table when it asks where a number comes from; see :mod:`~.origins`.
    csv_mark
        By which a page names the table when it downloads it.
    """
    parts = parts_for_paper(columns, rows, text_columns)
    printed = "" if len(parts) == 1 else _printed(columns, rows, caption, text_columns, marked, parts)
    texts = set(text_columns)
    kinds = [' class="text"' if number in texts else "" for number in range(len(columns))]
    head = "".join(f"<th{kind}>{_text(name)}</th>" for kind, name in zip(kinds, columns, strict=True))
    body = "".join(
        f"<tr{' class=marked' if number in marked else ''}>"
        + "".join(_cell_html(place in texts, cell) for place, cell in enumerate(row))
        + "</tr>"
        for number, row in enumerate(rows)
    )
    button = _csv_button(csv_mark, caption) if csv_mark else ""
    title = f"<caption>{_text(caption)}{button}</caption>" if caption or button else ""
    origins = f' data-origins="{_text(mark)}"' if mark else ""
    if mark:
        # One stop for the Tab key; the arrow keys go from cell to cell.
        body = body.replace("<td", '<td tabindex="-1"').replace('tabindex="-1"', 'tabindex="0"', 1)
    scrolls = " wide" if printed else ""
    return (
        f'{_STYLE}<div class="workbench-scroll{scrolls}"><table class="workbench-table"{origins}>{title}'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{printed}"
    )


def _cell_html(is_text: bool, cell: object) -> str:
    if not is_text:
        return f"<td>{_text(cell)}</td>"
    # A year or a name is not broken in two.
    return f'<td class="text{" short" if len(str(cell)) <= MAX_SHORT else ""}">{_text(cell)}</td>'


def _printed(
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    caption: str,
    text_columns: Sequence[int],
    marked: Sequence[int],
    parts: Sequence[Sequence[int]],
) -> str:
    """Write a table that is too wide for a sheet of paper as several, shown in print only."""
    tables = []
    for number, places in enumerate(parts, 1):
        head = "".join(_printed_cell("th", place, columns[place], text_columns) for place in places)
        body = "".join(
            f"<tr{' class=marked' if at in marked else ''}>"
            + "".join(_printed_cell("td", place, row[place], text_columns) for place in places)
            + "</tr>"
            for at, row in enumerate(rows)
        )
        title = _text(f"{caption}, part {number} of {len(parts)}".removeprefix(", "))
        tables.append(
            f'<table class="workbench-part"><caption>{title}</caption><thead><tr>{head}</tr></thead>'
            f"<tbody>{body}</tbody></table>"
        )
    return f'<div class="workbench-parts" aria-hidden="true">{"".join(tables)}</div>'


def _printed_cell(tag: str, place: int, content: object, text_columns: Sequence[int]) -> str:
    short = " short" if len(str(content)) <= MAX_SHORT else ""
    kind = f' class="text{short}"' if place in text_columns else ""
    return f"<{tag}{kind}>{_text(content)}</{tag}>"


def _csv_button(mark: str, caption: str) -> str:
    called = _text(f"Download {caption or 'the table'} as CSV")
    named = f'data-table="{_text(mark)}" aria-label="{called}"'
    return f'<button type="button" class="workbench-csv" {named}>CSV</button>'


def _in_file(cell: object) -> object:
    return "" if cell is None or cell != cell else harmless(cell)


def _text(value: object) -> str:
    return html.escape("" if value is None else str(value))
