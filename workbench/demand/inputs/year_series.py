"""Find series by year on a sheet, however it is laid out: years across, years down, or a row a year and name.

What a series means is decided by :mod:`workbench.demand.inputs.plain_workbook`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from workbench.data.tables.table import cell_name, position_of
from workbench.data.texts.amounts import is_placeholder
from workbench.data.texts.years import Kind, WrittenYear, read_year
from workbench.data.workbooks.finding import MAX_BLANK_COLUMNS, MAX_BLANK_ROWS, Merged
from workbench.data.workbooks.number_cells import number_from_text
from workbench.data.workbooks.reading import Sheet

__all__ = ["FoundSeries", "YearSeries", "series_of"]

MIN_YEARS = 3
MAX_HEADER_ROWS = 3
MAX_NAMES = 60
_SERIAL = re.compile(r"(s|sl|sr|serial)?\.?\s*(no|num(ber)?|#|id)\.?", re.IGNORECASE)
_UNIT_HEADER = re.compile(r"units?|uom|unit of (measure|measurement)", re.IGNORECASE)

Rows = Sequence[Sequence[object]]
Years = dict[int, WrittenYear]
"""Position, of a row or a column -> its year."""


@dataclass(frozen=True, slots=True)
class YearSeries:
    """Values by year with one name.

    Parameters
    ----------
    sheet
        Where it stands.
    name
        Its own name: the text of its row or the header of its column.
    words
        What is written about it, the nearest first: its name, its unit, headers above, its section, the title.
    values
        Cells as they are, by year; blank ones and placeholders such as a dash are left out.
    cells
        Cell of each of them.
    kinds
        What the file says of each year.
    cell
        Cell of the name.
    section
        Heading above its row.
    block
        Number of the table on its sheet.
    """

    sheet: str
    name: str
    words: tuple[str, ...]
    values: Mapping[int, object]
    cells: Mapping[int, str]
    kinds: Mapping[int, Kind]
    cell: str
    section: str = ""
    block: int = 0
    placeholders: tuple[tuple[str, str], ...] = ()
    """Texts such as a dash that say that a value is not known, with their cells."""


@dataclass(frozen=True, slots=True)
class FoundSeries:
    """What was found on a sheet: its series, headers beside years that name none, and cells of numbers not read."""

    series: tuple[YearSeries, ...]
    unread: tuple[tuple[str, str], ...] = ()
    numbers: tuple[str, ...] = ()


def series_of(sheet: Sheet) -> FoundSeries:
    """Give the series by year of a sheet; none where it has no run of three years that follow each other."""
    found = _Finder(sheet.name, sheet.rows, sheet.merged)
    found.read_across()
    found.read_down()
    if not found.series:
        found.read_long()
    return FoundSeries(tuple(found.series), tuple(found.unread), tuple(found.numbers_left()))


@dataclass(slots=True)
class _Finder:
    sheet: str
    rows: Rows
    merged: Sequence[Merged]
    series: list[YearSeries] = field(default_factory=list)
    taken: set[int] = field(default_factory=set)
    """Rows that a table with years across takes."""
    block: int = 0
    unread: list[tuple[str, str]] = field(default_factory=list)
    serials: set[int] = field(default_factory=set)
    """Columns that number the rows."""

    def read_across(self) -> None:
        heads = {at: runs for at, row in enumerate(self.rows) if (runs := _runs(_years(row)))}
        heads = {at: runs for at, runs in heads.items() if 2 * sum(map(len, runs)) >= _filled(self.rows[at])}
        for at, runs in heads.items():
            below = min((other for other in heads if other > at), default=len(self.rows))
            bottom = self._bottom(at, below)
            self.taken.update(range(at, bottom))
            known = set().union(*runs)
            for column, value in enumerate(self.rows[at]):
                if column > min(known) and column not in known and value is not None:
                    self.unread.append((cell_name(at, column), str(value)))
            for run in runs:
                self.block += 1
                self._read_rows(at, bottom, min(runs[0]), run)

    def _bottom(self, head: int, below: int) -> int:
        blank = 0
        for at in range(head + 1, below):
            blank = 0 if _filled(self.rows[at]) else blank + 1
            if blank > MAX_BLANK_ROWS:
                return at
        return below

    def _read_rows(self, head: int, bottom: int, left: int, run: Years) -> None:
        """Read the rows below a row of years; ``left`` is the first column that is none of their names."""
        before = [value for value in self.rows[head][:left] if isinstance(value, str)]
        title = [*before[::-1], *self._title(head, min(run))]
        for header, columns in self._columns(head, run).items():
            first = head + (2 if header else 1)
            section = ""
            for at in range(first, bottom):
                texts, unit = self._names(head, at, left)
                cells = {year.year: column for column, year in columns.items()}
                values = self._values({year: (at, column) for year, column in cells.items()})
                if not texts:
                    continue
                if not values:
                    section = texts[-1][1]
                    if any(self.rows[at][column] is not None for column in columns):
                        self.unread.append((cell_name(at, texts[-1][0]), section))
                    continue
                place, name = texts[-1]
                above = " ".join(text for _, text in texts[:-1]) or section
                words = (name, *unit, header, above, *title, self.sheet)
                self._add(name, words, values, columns.values(), cell_name(at, place), above)

    def _columns(self, head: int, run: Years) -> dict[str, Years]:
        """Columns by the header below the years, where each year has several, else all under none."""
        places = sorted(run)
        steps = [after - before for before, after in pairwise(places)]
        width = max(set(steps), key=steps.count)
        below = self.rows[head + 1] if head + 1 < len(self.rows) else ()
        groups: dict[str, Years] = {}
        for place in places if width > 1 else ():
            for column in range(place, place + width):
                text = below[column] if column < len(below) else None
                if isinstance(text, str) and number_from_text(text) is None:
                    groups.setdefault(text, {})[column] = run[place]
        whole = {header: columns for header, columns in groups.items() if len(columns) >= MIN_YEARS}
        return whole or {"": run}

    def _names(self, head: int, at: int, left: int) -> tuple[list[tuple[int, str]], list[str]]:
        """Texts before the first year of a row with their columns, and its unit."""
        texts, unit = [], []
        for column in range(min(left, len(self.rows[at]))):
            value = self._merged_down(at, column)
            header = self.rows[head][column] if column < len(self.rows[head]) else None
            if isinstance(header, str) and _SERIAL.fullmatch(header.strip()):
                self.serials.add(column)
                continue
            if not isinstance(value, str) or number_from_text(value) is not None or is_placeholder(value):
                continue
            if isinstance(header, str) and _UNIT_HEADER.fullmatch(header.strip()):
                unit.append(value)
            else:
                texts.append((column, value))
        return texts, unit

    def _merged_down(self, at: int, column: int) -> object:
        for (top, first), (last, end) in self.merged:
            if top <= at <= last and first <= column <= end:
                return self.rows[top][first]
        return self.rows[at][column]

    def read_down(self) -> None:
        wide = max(map(len, self.rows), default=0)
        runs = {
            column: found
            for column in range(wide)
            if (found := _runs({at: year for at, year in self._column_years(column) if at not in self.taken}))
        }
        for column, found in runs.items():
            for run in found:
                self.block += 1
                end = min((c for c in runs if c > column and _overlap(runs[c], run)), default=wide)
                self._read_columns(column, end, run)

    def _column_years(self, column: int) -> Iterator[tuple[int, WrittenYear]]:
        for at, row in enumerate(self.rows):
            if column < len(row) and (year := read_year(row[column])) is not None:
                yield at, year

    def _read_columns(self, column: int, end: int, run: Years) -> None:
        first = min(run)
        height = self._header_height(first, column, end)
        title = self._title(first - height, column)
        blank = 0
        for place in range(column + 1, end):
            above = [self._spread(at, place) for at in range(first - height, first)]
            texts = [text for text in above if isinstance(text, str) and not _is_number(text)]
            values = self._values({year.year: (at, place) for at, year in run.items()})
            if not texts and not values:
                blank += 1
                if blank > MAX_BLANK_COLUMNS:
                    return
                continue
            blank = 0
            if texts and not values and any(self.rows[at][place] is not None for at in run):
                self.unread.append((cell_name(first - 1, place), " ".join(texts)))
            if values and texts:
                name = " ".join(dict.fromkeys(texts))
                words = (name, *title, self.sheet)
                self._add(name, words, values, run.values(), cell_name(first - 1, place))

    def _header_height(self, first: int, column: int, end: int) -> int:
        """Rows of the header above the first year: the nearest, and those above it with several texts."""
        height = 0
        for at in range(first - 1, max(-1, first - 1 - MAX_HEADER_ROWS), -1):
            beside = [v for v in self.rows[at][column + 1 : end] if isinstance(v, str) and not _is_number(v)]
            if not beside or (height and len(beside) < 2 and not self._is_across(at, column, end)):
                break
            height += 1
        return height

    def _is_across(self, row: int, column: int, end: int) -> bool:
        """Whether a cell of a row is merged over some, but not all columns of a table."""
        return any(
            top == row and first > column and first < last < end - 1
            for (top, first), (_, last) in self.merged
        )

    def _spread(self, at: int, column: int) -> object:
        for (top, first), (last, end) in self.merged:
            if top <= at <= last and first <= column <= end:
                return self.rows[top][first]
        row = self.rows[at]
        return row[column] if column < len(row) else None

    def read_long(self) -> None:
        """Read a table with a row for each year and name, and the numbers in columns of their own."""
        wide = max(map(len, self.rows), default=0)
        years = [(column, dict(self._column_years(column))) for column in range(wide)]
        found = [(column, rows) for column, rows in years if _repeats(rows.values())]
        if not found:
            return
        column, of_row = max(found, key=lambda pair: len(pair[1]))
        head = min(of_row) - 1
        if head < 0:
            return
        names = self._name_columns(of_row, column, wide)
        if names is None:
            return
        self.block += 1
        for place in range(wide):
            header = self._spread(head, place)
            if place == column or place in names or not isinstance(header, str):
                continue
            self._read_names(of_row, names, place, header)

    def _name_columns(self, of_row: Years, column: int, wide: int) -> tuple[int, ...] | None:
        """The fewest columns of texts that, with the year, name each row once."""
        texts = []
        for place in range(wide):
            values = [self.rows[at][place] if place < len(self.rows[at]) else None for at in of_row]
            words = [v for v in values if isinstance(v, str) and number_from_text(v) is None]
            if place != column and len(words) == len(values) and 2 <= len(set(words)) <= MAX_NAMES:
                texts.append(place)
        tries = [*((place,) for place in texts), *pairwise(texts)]
        for places in tries:
            keys = [(of_row[at].year, *(self.rows[at][p] for p in places)) for at in of_row]
            if len(set(keys)) == len(keys):
                return places
        return None

    def _read_names(self, of_row: Years, names: tuple[int, ...], place: int, header: str) -> None:
        groups: dict[tuple[str, ...], dict[int, WrittenYear]] = {}
        for at, year in of_row.items():
            groups.setdefault(tuple(str(self.rows[at][name]) for name in names), {})[at] = year
        for group, rows in groups.items():
            values = self._values({year.year: (at, place) for at, year in rows.items()})
            if values:
                cell = cell_name(min(rows), names[-1])
                words = (group[-1], header, *group[:-1], self.sheet)
                self._add(group[-1], words, values, rows.values(), cell, " ".join(group[:-1]))

    def numbers_left(self) -> Iterator[str]:
        """Give the cells of numbers that are no value of a series, no year and no number of a row."""
        read = {cell for series in self.series for cell in series.cells.values()}
        beside = {position_of(cell)[1] for cell, _ in self.unread} | self.serials
        for at, row in enumerate(self.rows):
            for column, value in enumerate(row):
                if _is_number(value) and read_year(value) is None and column not in beside:
                    cell = cell_name(at, column)
                    if cell not in read:
                        yield cell

    def _title(self, above: int, column: int) -> list[str]:
        """Texts of the rows above a table, the nearest first, up to the table before it."""
        texts = []
        for at in range(above - 1, max(-1, above - 1 - MAX_BLANK_ROWS), -1):
            row = [value for value in self.rows[at] if value is not None]
            if any(not isinstance(value, str) for value in row) or at in self.taken:
                break
            before = [value for value in self.rows[at][: column + 1] if value is not None]
            texts += [str(value) for value in [*before[::-1], *(v for v in row if v not in before)]]
        return texts

    def _values(self, places: Mapping[int, tuple[int, int]]) -> dict[int, tuple[object, str]]:
        found: dict[int, tuple[object, str]] = {}
        for year, (at, column) in places.items():
            value = self.rows[at][column] if column < len(self.rows[at]) else None
            if value is not None:
                found[year] = value, cell_name(at, column)
        numbers = [value for value, _ in found.values() if _is_number(value)]
        # One number alone is a beginning in the last year; before it, it is something beside the years.
        is_series = len(numbers) > 1 or _is_number(found.get(max(places, default=0), ("", ""))[0])
        texts = [value for value, _ in found.values() if not _is_number(value) and not _is_blank(value)]
        return found if is_series and len(numbers) > len(texts) else {}

    def _add(
        self,
        name: str,
        words: Iterable[str],
        values: Mapping[int, tuple[object, str]],
        years: Iterable[WrittenYear],
        cell: str,
        section: str = "",
    ) -> None:
        self.series.append(
            YearSeries(
                self.sheet,
                " ".join(name.split()),
                tuple(word for word in words if word),
                {year: value for year, (value, _) in values.items() if not _is_blank(value)},
                {year: at for year, (value, at) in values.items() if not _is_blank(value)},
                {year.year: year.kind for year in years},
                cell,
                section,
                self.block,
                tuple((str(value), at) for value, at in values.values() if _is_blank(value)),
            )
        )


def _is_blank(value: object) -> bool:
    """Whether a text says that nothing is known; an error of a spreadsheet says that something is wrong."""
    return isinstance(value, str) and is_placeholder(value) and not value.startswith("#")


def _is_number(value: object) -> bool:
    if isinstance(value, str):
        return number_from_text(value) is not None
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _years(row: Sequence[object]) -> Years:
    return {column: year for column, value in enumerate(row) if (year := read_year(value)) is not None}


def _runs(years: Years) -> list[Years]:
    """Runs of at least three years that rise, most of them by one."""
    runs: list[Years] = []
    last = None
    for place, year in years.items():
        if last is None or year.year <= last:
            runs.append({})
        runs[-1][place] = year
        last = year.year
    return [run for run in runs if len(run) >= MIN_YEARS and _follows(run)]


def _follows(run: Years) -> bool:
    steps = [after.year - before.year for before, after in pairwise(run.values())]
    return 2 * steps.count(1) >= len(steps)


def _repeats(years: Iterable[WrittenYear]) -> bool:
    numbers = [year.year for year in years]
    return len(set(numbers)) >= MIN_YEARS and len(numbers) > len(set(numbers))


def _overlap(runs: Sequence[Years], run: Years) -> bool:
    return any(not set(other).isdisjoint(run) for other in runs)


def _filled(row: Sequence[object]) -> int:
    return sum(value is not None for value in row)
