"""Find the table on a sheet: its header by names, its rows and columns across blank ones, and what is left over.

A blank row or column inside a table is passed over. Behind more than :data:`MAX_BLANK_ROWS` blank rows, or
:data:`MAX_BLANK_COLUMNS` blank columns, something else begins; whatever is not read is reported with its cell.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from workbench.data.problems import Problem, Severity
from workbench.data.tables.table import Table, cell_name, plain_name, without_unit
from workbench.data.texts.labels import is_note
from workbench.data.workbooks.number_cells import number_from_text

MAX_BLANK_ROWS = 5
MAX_BLANK_COLUMNS = 2
MARK = "~"
SEARCHED_ROWS = 100
"""Rows in which a header is looked for."""
MAX_HEADER_ROWS = 3
SHOWN = 3

Row = tuple[object, ...]
Merged = tuple[tuple[int, int], tuple[int, int]]
Names = str | Collection[str]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a table may lie: zero-based row of its header, first column, and what ends it; or a whole sheet."""

    header: int
    left: int
    end: int
    bottom: int
    whole: bool = False


@dataclass(slots=True)
class Findings:
    """What is said about a table, each with its cell."""

    file: str
    sheet: str
    found: list[Problem] = field(default_factory=list)

    def add(self, message: str, cell: str = "", severity: Severity = Severity.WARNING) -> None:
        """Note one thing."""
        self.found.append(Problem(message, self.file, self.sheet, cell, severity))


def header_row_of(rows: Sequence[Row], headers: Sequence[Names]) -> int:
    """Zero-based row of a sheet that holds the most of the headers; the first one that is not blank without them.

    Parameters
    ----------
    rows
        All cells.
    headers
        For each wanted column its name, or the names that it may have.
    """
    wanted = [{plain_name(n) for n in ((names,) if isinstance(names, str) else names)} for names in headers]
    first, best, most = -1, -1, 0
    for number, row in enumerate(rows[:SEARCHED_ROWS]):
        texts = [header_text(value) for value in row if value is not None]
        present = {plain_name(text) for text in (*texts, *map(without_unit, texts))}
        if not present:
            continue
        first = number if first < 0 else first
        count = sum(not names.isdisjoint(present) for names in wanted)
        if count > most:
            best, most = number, count
        if count == len(wanted):
            break
    return max(first, 0) if best < 0 else best


def span_of(rows: Sequence[Row], place: Place, merged: Sequence[Merged]) -> tuple[int, int]:
    """Give the first column of a table and the one behind its last; the same twice where it has none."""
    places = _Header.read(rows, place, merged).places or [place.left]
    return place.left, places[-1] + 1


def extract(
    rows: Sequence[Row], name: str, place: Place, merged: Sequence[Merged], findings: Findings
) -> Table:
    """Take one table off a sheet.

    Parameters
    ----------
    rows
        All cells of the sheet.
    name
        Name of the table.
    place
        Where it may lie.
    merged
        Merged ranges of the sheet.
    findings
        Collects what is said about it.
    """
    header = _Header.read(rows, place, merged)
    numbers, values = _rows_below(rows, header, place, merged, findings)
    for column, cell in header.repeated:
        findings.add(f"the column '{column}' is there twice: the first one is read, not this one.", cell)
    if header.beside is not None:
        cell = cell_name(place.header, header.beside)
        findings.add("what begins here, to the right of the table, is not read.", cell)
    _report_without_header(rows, header, place, numbers, findings)
    return Table(
        name,
        findings.sheet,
        tuple(header.columns),
        tuple(values),
        _from_one(numbers),
        tuple(header.places),
        place.header + header.height,
        findings.file,
    )


def _from_one(numbers: Sequence[int]) -> Sequence[int]:
    """Give zero-based rows as the file counts them; as a range where none is left out."""
    if numbers and numbers[-1] - numbers[0] + 1 == len(numbers):
        return range(numbers[0] + 1, numbers[-1] + 2)
    return [number + 1 for number in numbers]


def header_text(value: object) -> str:
    """Give a header as text; a year is a whole number, a date is written as ISO says."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    return str(value)


@dataclass(slots=True)
class _Header:
    columns: list[str]
    places: list[int]
    height: int
    beside: int | None
    """First column of another table to the right."""
    repeated: list[tuple[str, str]]

    @classmethod
    def read(cls, rows: Sequence[Row], place: Place, merged: Sequence[Merged]) -> _Header:
        if place.header >= len(rows):
            return cls([], [], 1, None, [])
        top = rows[place.header]
        spans = [m for m in merged if m[0][0] <= place.header <= m[1][0] and m[0][1] >= place.left]
        height = min(max((m[1][0] - place.header + 1 for m in spans), default=1), MAX_HEADER_ROWS)
        found = cls([], [], height, None, [])
        seen: set[str] = set()
        blank = 0
        for column in range(
            place.left, min(place.end, max(map(len, rows[place.header : place.header + height]), default=0))
        ):
            text = _header_at(rows, place.header, height, column, spans)
            if text is None:
                blank += bool(found.places) and not any(m[0][1] <= column <= m[1][1] for m in spans)
                if blank > MAX_BLANK_COLUMNS:
                    break
                continue
            if text.startswith(MARK):
                break
            if plain_name(text) in seen:
                if blank:
                    break
                found.repeated.append((text, cell_name(place.header, column)))
            blank = 0
            seen.add(plain_name(text))
            found.columns.append(text)
            found.places.append(column)
        after = found.places[-1] + 1 if found.places else place.left
        if found.places:
            others = (c for c in range(after, min(place.end, len(top))) if top[c] is not None)
            found.beside = next((c for c in others if not str(top[c]).startswith(MARK)), None)
        return found


def _header_at(
    rows: Sequence[Row], top: int, height: int, column: int, spans: Sequence[Merged]
) -> str | None:
    if height == 1:
        row = rows[top]
        return None if column >= len(row) or row[column] is None else header_text(row[column])
    texts: list[str] = []
    across = False
    for number in range(top, min(top + height, len(rows))):
        span = next((m for m in spans if m[0][0] <= number <= m[1][0] and m[0][1] <= column <= m[1][1]), None)
        at = column if span is None else span[0][1]
        across = across or (span is not None and span[1][1] > span[0][1])
        value = rows[number if span is None else span[0][0]][at] if at < len(rows[number]) else None
        text = None if value is None else header_text(value)
        if text is not None and text not in texts:
            texts.append(text)
    if len(texts) > 1 and not across:
        # Below a header of its own stands its unit.
        return f"{texts[0]} ({' '.join(texts[1:]).strip('()[]')})"
    return " ".join(texts) or None


def _rows_below(
    rows: Sequence[Row], header: _Header, place: Place, merged: Sequence[Merged], findings: Findings
) -> tuple[list[int], list[Row]]:
    numbers: list[int] = []
    found: list[Row] = []
    if not header.places:
        return numbers, found
    places, start = header.places, place.header + header.height
    left, right = places[0], places[-1] + 1
    contiguous = right - left == len(places)
    fills = _fills(rows, merged, places, start, place.bottom, findings)
    blank, titled = 0, False
    for number in range(start, min(place.bottom, len(rows))):
        row = rows[number]
        values = row[left:right] if contiguous else tuple([row[at] for at in places])
        if number in fills:
            values = tuple([fills[number].get(at, v) for at, v in zip(places, values, strict=True)])
        if values.count(None) == len(values):
            blank += 1
            continue
        if blank or titled:
            kind = _kind_after_gap(found, values, header, blank, titled=titled)
            first = cell_name(number, places[next(i for i, v in enumerate(values) if v is not None)])
            if kind == "row of another":
                _report_below(rows, number, place.bottom, places, found, blank, findings)
                break
            blank, titled = 0, kind == "remark"
            if kind == "remark":
                text = next(value for value in values if value is not None)
                findings.add(_remark(text, "a blank row"), first)
                continue
            if kind == "header":
                said = "the header is repeated here; the rows below it are read too."
                findings.add(said, first, Severity.CHANGE)
                continue
        numbers.append(number)
        found.append(values)
    while len(found) > 1 < len(places) and found[-1].count(None) == len(places) - 1:
        at, text = next((at, v) for at, v in zip(places, found[-1], strict=True) if v is not None)
        if not is_note(str(text)):
            break
        found.pop()
        findings.add(_remark(text, "the table"), cell_name(numbers.pop(), at))
    return numbers, found


def _remark(text: object, above: str) -> str:
    return f"'{text}' stands alone below {above}: it is taken as a remark, not as a row."


def _kind_after_gap(found: Sequence[Row], values: Row, header: _Header, blank: int, *, titled: bool) -> str:
    """What follows a blank row: a row, a remark, the same header again, or something else."""
    if blank > MAX_BLANK_ROWS:
        return "row of another"
    filled = [value for value in values if value is not None]
    same = [
        i for i, value in enumerate(values) if value is not None and header_text(value) == header.columns[i]
    ]
    if len(same) == len(filled) and len(same) > len(values) / 2:
        return "row of another" if titled else "header"
    if found and len(filled) > 1 and _is_other_header(found, values):
        return "row of another"
    alone = len(filled) == 1 and len(values) > 1
    if alone and all(sum(value is not None for value in row) > 1 for row in found):
        return "remark" if found else "row"
    return "row"


def _is_other_header(found: Sequence[Row], values: Row) -> bool:
    """Whether only texts stand where, in at least one column, no text stood before."""
    if not all(value is None or isinstance(value, str) for value in values):
        return False
    for position, value in enumerate(values):
        above = [row[position] for row in found if row[position] is not None]
        if value is not None and len(above) > 1 and not any(isinstance(known, str) for known in above):
            return True
    return False


def _report_below(
    rows: Sequence[Row],
    start: int,
    bottom: int,
    places: Sequence[int],
    found: Sequence[Row],
    blank: int,
    findings: Findings,
) -> None:
    """Report what stands below a table; an error where it looks like rows of that table."""
    below = [
        (number, values)
        for number in range(start, min(bottom, len(rows)))
        if any(
            (values := tuple([rows[number][at] for at in places]))[i] is not None for i in range(len(places))
        )
    ]
    kinds = [{_kind(row[i]) for row in found if row[i] is not None} for i in range(len(places))]

    def fits(values: Row) -> bool:
        filled = [i for i, value in enumerate(values) if value is not None]
        return (
            values[0] is not None
            and (len(filled) > 1 or len(places) == 1)
            and all(not kinds[i] or _kind(values[i]) in kinds[i] for i in filled)
            and 2 * sum(bool(kinds[i]) for i in filled) > len(filled)
        )

    if lost := [number for number, values in below if blank > MAX_BLANK_ROWS and fits(values)]:
        many = f"{len(lost)} rows stand" if len(lost) > 1 else "a row stands"
        findings.add(
            f"{many} below {blank} blank rows, the first one here, and would not be read; move them up to the "
            "table, or to another sheet.",
            cell_name(lost[0], places[0]),
            Severity.ERROR,
        )
        return
    number, values = below[0]
    first = places[next(i for i, value in enumerate(values) if value is not None)]
    findings.add("what stands here, below the table, is not read.", cell_name(number, first))


def _kind(value: object) -> str:
    if isinstance(value, str):
        return "text"
    return "number" if isinstance(value, (int, float)) else "date"


def _is_amount(value: object) -> bool:
    """Whether a cell holds a number, even as text: spread over rows, it would count more than once."""
    return _kind(value) == "number" or (isinstance(value, str) and number_from_text(value) is not None)


def _fills(
    rows: Sequence[Row],
    merged: Sequence[Merged],
    places: Sequence[int],
    start: int,
    bottom: int,
    findings: Findings,
) -> dict[int, dict[int, object]]:
    """Values of cells merged over several rows, for each of these rows; a merged number is not spread."""
    fills: dict[int, dict[int, object]] = {}
    for (top, left), (last, _) in merged:
        if last == top or not start <= top < bottom or left not in places:
            continue
        value = rows[top][left] if top < len(rows) and left < len(rows[top]) else None
        if value is None:
            continue
        cell = f"{cell_name(top, left)}:{cell_name(last, left)}"
        if _is_amount(value) and left != places[0]:
            findings.add(
                f"the merged number {header_text(value)} is read for the first of its rows only.", cell
            )
            continue
        findings.add(
            f"the merged cell '{header_text(value)}' is read for each of its rows.", cell, Severity.CHANGE
        )
        for number in range(top + 1, last + 1):
            fills.setdefault(number, {})[left] = value
    return fills


def _report_without_header(
    rows: Sequence[Row], header: _Header, place: Place, numbers: Sequence[int], findings: Findings
) -> None:
    """Report cells beside the rows of a table in columns that have no header, neighbours once."""
    if not numbers or not header.places:
        return
    end = place.end if place.whole else min(place.end, header.places[-1] + MAX_BLANK_COLUMNS + 1)
    end = min(end if header.beside is None else header.beside, max(map(len, map(rows.__getitem__, numbers))))
    named = set(header.places)
    last = -2
    for column in range(place.left, end):
        if column in named:
            continue
        number = next((n for n in numbers if column < len(rows[n]) and rows[n][column] is not None), None)
        if number is not None:
            if last != column - 1:
                findings.add("the column has no header and is not read.", cell_name(number, column))
            last = column


def listed(numbers: Iterable[int], more: int = 0) -> str:
    """Give rows as text, runs as ranges: ``"3, 5-9"``; ``more`` are not among them."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    texts = [str(a) if a == b else f"{a}-{b}" for a, b in runs[:SHOWN]]
    more += sum(b - a + 1 for a, b in runs[SHOWN:])
    return ", ".join(texts) + (f" and {more:,} more" if more else "")
