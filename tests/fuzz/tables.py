"""Tables as people and programs hand them over, and whether a reader loses a row of one or makes it another.

A table is kept as cells, so that it can be written as text or as a workbook. Some of its cells are *known*: each is
the name or the number by which a row is found again in what a reader returns, with the facts that belong to it.
"""

from __future__ import annotations

import copy
import csv
import datetime
import io
import math
import random
import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pandas as pd
import xlsxwriter

from tests.fuzz.running import Seed


@dataclass(frozen=True)
class Shown:
    """A value, and the text that stands in its cell."""

    value: Any
    text: str


@dataclass
class Line:
    """One row."""

    cells: list[Any]
    changed: bool = False
    """Whether a cell of it was changed: its facts may be others."""


@dataclass
class Grid:
    """One sheet, or one file of text."""

    name: str
    lines: list[Line]
    hidden: bool = False
    hidden_rows: set[int] = field(default_factory=set)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    far: tuple[int, int, Any] | None = None


@dataclass
class Book:
    """A file of tables, and how it is written."""

    grids: list[Grid]
    known: Mapping[Hashable, frozenset[Hashable]] = field(default_factory=dict)
    """Known cell -> facts that it has in the file as it was made."""
    same: bool = True
    """Whether headers are what they were, so that facts have to be, too."""
    delimiter: str = ","
    encoding: str = "utf-8"
    decimal: str = "."
    newline: str = "\n"
    quoting: int = csv.QUOTE_MINIMAL


@dataclass
class Read:
    """What a reader returned: known cell and facts of each row, and what it said."""

    rows: list[tuple[Any, Hashable]]
    notes: Sequence[str] = ()


Reads = Callable[[Any], Read]


def known_key(value: Any) -> Hashable:
    """Give a cell as it is compared: numbers whatever their sign, texts without blanks around."""
    if isinstance(value, Shown):
        value = value.value
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        return round(abs(float(value)), 5) if math.isfinite(value) else None
    return value.strip() if isinstance(value, str) else value


def as_text(book: Book) -> bytes:
    """Write the first table as delimited text."""
    sink = io.StringIO()
    writer = csv.writer(
        sink, delimiter=book.delimiter, lineterminator=book.newline, quoting=book.quoting, escapechar="\\"
    )
    for line in book.grids[0].lines:
        writer.writerow([_text(cell, book.decimal) for cell in line.cells])
    return sink.getvalue().encode(book.encoding, "replace")


def _text(cell: Any, decimal: str) -> str:
    match cell:
        case None:
            return ""
        case Shown():
            return cell.text
        case bool() | str():
            return str(cell)
        case float():
            return repr(cell).removesuffix(".0").replace(".", decimal)
        case datetime.datetime():
            return cell.strftime("%Y-%m-%d" if cell.time() == datetime.time() else "%Y-%m-%d %H:%M")
    return str(cell)


def as_workbook(book: Book) -> bytes:
    """Write an Excel workbook."""
    sink = io.BytesIO()
    made = xlsxwriter.Workbook(
        sink, {"in_memory": True, "nan_inf_to_errors": True, "strings_to_formulas": False}
    )
    day, moment = (made.add_format({"num_format": form}) for form in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm"))
    clock = made.add_format({"num_format": "hh:mm"})
    for grid in book.grids:
        sheet = made.add_worksheet(grid.name)
        for row, line in enumerate(grid.lines):
            for column, cell in enumerate(line.cells):
                if isinstance(cell, Shown):
                    cell = cell.text
                match cell:
                    case None | "":
                        continue
                    case datetime.datetime():
                        form = day if cell.time() == datetime.time() else moment
                        sheet.write_datetime(row, column, cell, form)
                    case datetime.date():
                        sheet.write_datetime(row, column, cell, day)
                    case datetime.time():
                        sheet.write_datetime(row, column, cell, clock)
                    case str() if cell.startswith("#"):
                        sheet.write_formula(row, column, "=NA()", None, cell)
                    case str() if cell.startswith("="):
                        sheet.write_formula(row, column, cell, None, "")
                    case str():
                        sheet.write_string(row, column, cell[:32_000])
                    case _:
                        sheet.write(row, column, cell)
        for top, left, bottom, right in grid.merged:
            cell = _at(grid, top, left)
            sheet.merge_range(top, left, bottom, right, "")
            if isinstance(cell, (str, int, float)):
                sheet.write(top, left, cell)
        for row in grid.hidden_rows:
            sheet.set_row(row, None, None, {"hidden": True})
        if grid.far:
            sheet.write(*grid.far)
        if grid.hidden and any(not other.hidden for other in book.grids):
            sheet.hide()
    next(sheet for sheet in made.worksheets() if not sheet.hidden).activate()
    made.close()
    return sink.getvalue()


def as_parquet(book: Book) -> bytes:
    """Write the first table as Parquet, its first row as names of the columns."""
    header, *lines = book.grids[0].lines
    width = max(len(line.cells) for line in book.grids[0].lines)
    names = [str(_plain(cell)) for cell in header.cells] + [
        f"Unnamed {at}" for at in range(len(header.cells), width)
    ]
    cells = [[_plain(cell) for cell in line.cells] + [None] * (width - len(line.cells)) for line in lines]
    frame = pd.DataFrame(cells, columns=[*map(str, range(width))])
    for name in frame:
        kinds = {type(value) for value in frame[name] if value is not None}
        if len(kinds) > 1:
            frame[name] = frame[name].map(lambda value: None if value is None else str(value))
    sink = io.BytesIO()
    frame.set_axis(
        [f"{name}{'' if names.count(name) == 1 else at}" for at, name in enumerate(names)], axis=1
    ).to_parquet(sink)
    return sink.getvalue()


def _plain(cell: Any) -> Any:
    return cell.text if isinstance(cell, Shown) else cell


def _at(grid: Grid, row: int, column: int) -> Any:
    cells = grid.lines[row].cells if row < len(grid.lines) else []
    return cells[column] if column < len(cells) else None


def table_seed(rows: Sequence[Sequence[Any]], name: str = "Sheet1", **how: Any) -> Book:
    """Make a file of one table."""
    return Book([Grid(name, [Line(list(row)) for row in rows])], **how)


def workbook_seed(content: bytes) -> Book:
    """Take the cells of a workbook that the project wrote."""
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(content))
    grids = []
    for sheet in book.worksheets:
        lines = [Line(list(row)) for row in sheet.iter_rows(values_only=True)]
        grids.append(Grid(sheet.title, lines))
    return Book(grids)


def seeds_of(
    books: Iterable[Book], write: Callable[[Book], bytes], read: Callable[[bytes], Read]
) -> tuple[Seed, ...]:
    """Make seeds of files of tables: what their reader returns for them is what it has to return later."""
    seeds = []
    for book in books:
        content = write(book)
        found: dict[Hashable, set[Hashable]] = {}
        for known, facts in read(content).rows:
            found.setdefault(known_key(known), set()).add(facts)
        cells = Counter(known_key(cell) for grid in book.grids for line in grid.lines for cell in line.cells)
        # A cell that occurs elsewhere too does not tell its row.
        book.known = {
            key: frozenset(facts)
            for key, facts in found.items()
            if key is not None and cells[key] == len(facts) == 1
        }
        assert book.known, "nothing of the seed is found again in what its reader returns"
        seeds.append(Seed(content, book, write, mutated_book, 0.85))
    return tuple(seeds)


# whether a row is lost


def lost_rows(book: Book, read: Read) -> str:
    """Say what was lost, made up or changed without a note, empty for nothing."""
    given: dict[Hashable, list[tuple[str, int, bool]]] = {}
    for grid in book.grids:
        for number, line in enumerate(grid.lines, 1):
            for cell in line.cells:
                if (key := known_key(cell)) in book.known:
                    given.setdefault(key, []).append((grid.name, number, line.changed))
    returned: dict[Hashable, list[Hashable]] = {}
    for known, facts in read.rows:
        returned.setdefault(known_key(known), []).append(facts)
    for key, places in given.items():
        found = returned.get(key, [])
        if len(found) < len(places) and not any(
            covers(note, row, sheet) for note in read.notes for sheet, row, _ in places
        ):
            return f"{key!r} of row {places[0][1]} ({places[0][0]}) is lost without a note: {read.notes}"
        if len(found) > len(places):
            return f"{key!r} is there {len(places)} times and comes back {len(found)} times: {read.notes}"
        untouched = book.same and not any(changed for _, _, changed in places)
        if untouched and not set(found) <= book.known[key]:
            return f"{key!r} of row {places[0][1]} is now {found}, was {set(book.known[key])}: {read.notes}"
    return ""


_ROWS = re.compile(r"\b[A-Z]{0,3}(\d[\d,]*)(?:\s?(?:-|to|:)\s?[A-Z]{0,3}(\d[\d,]*))?")
_OPEN = re.compile(r"not read|more|left out|below|stand")


def covers(note: str, row: int, sheet: str) -> bool:
    """Whether a note names a row, or says that what begins above it is not read."""
    if f"sheet '{sheet}'" in note and "not read" in note and "cell" not in note and "row" not in note:
        return True
    if "is also the header of" in note or "is there twice" in note:
        # Of two columns of one name the first is read, and the other named.
        return True
    spans = [(int(m[1].replace(",", "")), int((m[2] or m[1]).replace(",", ""))) for m in _ROWS.finditer(note)]
    if any(first <= row <= last for first, last in spans):
        return True
    if f"sheet '{sheet}'" in note and "what stands above is not read" in note:
        return any(row < first for first, _ in spans)
    return bool(_OPEN.search(note)) and any(first <= row for first, _ in spans)


# mistakes

WORDS = (
    "n/a",
    "-",
    "#N/A",
    "#REF!",
    "tbd",
    "1e999",
    "inf",
    "nan",
    "x" * 3000,
    "12%",
    "€ 5",
    "2024-02-30",
    "=1+1",
    "\u00a0",
)
NUMBERS = (0, -1, 1e300, -1e300, 10**15, 0.1 + 0.2, 1e-300)
FORMS = (
    "%d-%b-%Y %H:%M",
    "%Y/%m/%d %H:%M",
    "%d.%m.%Y %H:%M",
    "%d/%m/%Y %H:%M",
    "%Y-%m-%dT%H:%M:00",
    "%d %B %Y %H:%M",
)
REMARKS = ("Source: the ministry", "* provisional", "Note: figures are net", "# comment", "Page 1 of 3")


def mutated_book(seed: Book, chance: random.Random) -> Book:
    """Make one to three mistakes in a file of tables."""
    book = copy.deepcopy(seed)
    names = [*_COMMON, *_COMMON, *(_SHEETS if seed.grids[0].name else _TEXT)]
    for _ in range(chance.randint(1, 3)):
        grid = chance.choice([grid for grid in book.grids if grid.lines] or book.grids)
        if grid.lines:
            chance.choice(names)(book, grid, chance)
    return book


def _width(grid: Grid) -> int:
    return max((len(line.cells) for line in grid.lines), default=0)


def _header(grid: Grid) -> int:
    return next((at for at, line in enumerate(grid.lines) if sum(c is not None for c in line.cells) > 1), 0)


def _insert(grid: Grid, at: int, *lines: Line) -> None:
    grid.lines[at:at] = lines
    shift = len(lines)
    grid.merged = [
        (top + shift, left, bottom + shift, right) if top >= at else (top, left, bottom, right)
        for top, left, bottom, right in grid.merged
    ]


def blank_rows(book: Book, grid: Grid, chance: random.Random) -> None:
    many = chance.choice((1, 1, 1, 2, 3, 7))
    _insert(grid, chance.randint(0, len(grid.lines)), *(Line([]) for _ in range(many)))


def blank_column(book: Book, grid: Grid, chance: random.Random) -> None:
    at = chance.randint(0, _width(grid))
    for line in grid.lines:
        if len(line.cells) >= at:
            line.cells[at:at] = [None] * 1
    grid.merged = []


def move_column(book: Book, grid: Grid, chance: random.Random) -> None:
    width = _width(grid)
    at, to = chance.randrange(max(1, width)), chance.randrange(max(1, width))
    if any(str(cell).startswith("~") for line in grid.lines for cell in line.cells):
        return
    for line in grid.lines:
        line.cells += [None] * (width - len(line.cells))
        if width:
            line.cells.insert(to, line.cells.pop(at))
    grid.merged = []


def twice_column(book: Book, grid: Grid, chance: random.Random) -> None:
    at = chance.randrange(max(1, _width(grid)))
    for line in grid.lines:
        if at < len(line.cells):
            cell = line.cells[at]
            # What is there twice in a row is no longer known by it.
            line.cells.append(None if known_key(cell) in book.known else cell)
    book.same = False


def rename_header(book: Book, grid: Grid, chance: random.Random) -> None:
    line = grid.lines[_header(grid)]
    places = [at for at, cell in enumerate(line.cells) if isinstance(cell, str)]
    if places:
        at = chance.choice(places)
        old = line.cells[at]
        line.cells[at] = chance.choice(
            (old.upper(), f" {old} ", f"{old}s", f"{old} (new)", "", "Column", old[:2])
        )
        line.changed = True
        book.same = False


def extra_column(book: Book, grid: Grid, chance: random.Random) -> None:
    top, width = _header(grid), _width(grid)
    for at, line in enumerate(grid.lines):
        if any(cell is not None for cell in line.cells):
            line.cells += [None] * (width - len(line.cells))
            line.cells.append("Remarks" if at == top else chance.choice((None, None, "checked")))


def twice_row(book: Book, grid: Grid, chance: random.Random) -> None:
    at = chance.randrange(len(grid.lines))
    _insert(grid, chance.randint(0, len(grid.lines)), copy.deepcopy(grid.lines[at]))
    book.same = False


def swap_rows(book: Book, grid: Grid, chance: random.Random) -> None:
    top = _header(grid) + 1
    if len(grid.lines) - top > 1:
        at, other = chance.sample(range(top, len(grid.lines)), 2)
        grid.lines[at], grid.lines[other] = grid.lines[other], grid.lines[at]
    grid.merged = []


def no_row(book: Book, grid: Grid, chance: random.Random) -> None:
    at = chance.randrange(len(grid.lines))
    book.same = book.same and at > _header(grid)
    del grid.lines[at]
    grid.merged = []


def remark(book: Book, grid: Grid, chance: random.Random) -> None:
    at = chance.choice((0, chance.randint(0, len(grid.lines)), len(grid.lines)))
    place = chance.choice((0, 0, 1))
    _insert(grid, at, Line([*[None] * place, chance.choice(REMARKS)]))


def total(book: Book, grid: Grid, chance: random.Random) -> None:
    width = _width(grid)
    sums = []
    for at in range(width):
        numbers = [line.cells[at] for line in grid.lines if at < len(line.cells)]
        amounts = [n for n in numbers if isinstance(n, float) and math.isfinite(n)]
        sums.append(sum(amounts) if len(amounts) > len(numbers) / 2 else None)
    if sums:
        sums[0] = chance.choice(("Total", "Grand total", "Sum"))
        _insert(grid, len(grid.lines), Line(sums))


def one_cell(book: Book, grid: Grid, chance: random.Random) -> None:
    line = chance.choice(grid.lines)
    if line.cells:
        line.cells[chance.randrange(len(line.cells))] = chance.choice((None, *WORDS, *NUMBERS, True))
        line.changed = True
        # What is a unit or a sector by one cell may change what others are.
        book.same = False


def number_texts(book: Book, grid: Grid, chance: random.Random) -> None:
    """Write the numbers of a column as text, as a person or a bank does."""
    at = chance.randrange(max(1, _width(grid)))
    form: Callable[[float], str] = chance.choice(
        (
            lambda n: f"{n:,}",
            lambda n: f"{n:,}".replace(",", "\u00a0"),
            lambda n: f"{n:,}".replace(",", " "),
            lambda n: f" {n} ",
            lambda n: f"'{n}",
            lambda n: f"{n:,}".replace(",", "\u202f"),
        )
    )
    for line in grid.lines:
        if at < len(line.cells) and type(line.cells[at]) is float and not str(line.cells[at]).count("e"):
            line.cells[at] = Shown(line.cells[at], form(line.cells[at]))
            line.changed = True


def date_texts(book: Book, grid: Grid, chance: random.Random) -> None:
    """Write dates as text of another form."""
    form = chance.choice(FORMS)
    for line in grid.lines:
        for at, cell in enumerate(line.cells):
            if isinstance(cell, datetime.datetime):
                short = form.partition("T" if "T%H" in form else " %H")[0]
                text = cell.strftime(short if cell.time() == datetime.time() else form)
                line.cells[at] = Shown(cell, text)
    # Midnight is a date without a time only where all are.


def units_row(book: Book, grid: Grid, chance: random.Random) -> None:
    top = _header(grid)
    _insert(grid, top + 1, Line([chance.choice((None, "MW", "[°C]", "-")) for _ in range(_width(grid))]))
    book.same = False


def repeat_header(book: Book, grid: Grid, chance: random.Random) -> None:
    top = _header(grid)
    _insert(grid, chance.randint(top + 1, len(grid.lines)), copy.deepcopy(grid.lines[top]))


_COMMON = (
    *(blank_rows, blank_column, move_column, twice_column, rename_header, extra_column, twice_row, swap_rows),
    *(no_row, remark, total, one_cell, one_cell, number_texts, date_texts, units_row, repeat_header),
)


def trailing(book: Book, grid: Grid, chance: random.Random) -> None:
    part = chance.choice((1.0, 1.0, 0.5, 0.1))
    many = chance.choice((1, 1, 3))
    for line in grid.lines:
        if line.cells and chance.random() <= part:
            line.cells += [None] * many


def cut_rows(book: Book, grid: Grid, chance: random.Random) -> None:
    line = chance.choice(grid.lines)
    del line.cells[chance.randrange(len(line.cells) + 1) :]
    line.changed = True
    book.same = False


def other_text(book: Book, grid: Grid, chance: random.Random) -> None:
    match chance.randrange(5):
        case 0:
            book.delimiter = chance.choice(";\t|")
        case 1:
            book.delimiter, book.decimal = ";", ","
        case 2:
            book.encoding = chance.choice(("cp1252", "latin-1", "utf-8-sig", "utf-16", "utf-16-le", "cp1250"))
        case 3:
            book.newline = chance.choice(("\r\n", "\r"))
        case 4:
            book.quoting = csv.QUOTE_ALL


def quoted_line(book: Book, grid: Grid, chance: random.Random) -> None:
    line = grid.lines[-1]
    line.cells.append("a remark\nof two lines")
    line.changed = True


_TEXT = (trailing, trailing, cut_rows, other_text, other_text, other_text, quoted_line)


def sheet_name(book: Book, grid: Grid, chance: random.Random) -> None:
    new = chance.choice(
        (grid.name.upper(), f"{grid.name} 2", f" {grid.name}", "Data", grid.name.replace("_", " "))
    )[:31]
    if new.lower().strip() not in {other.name.lower().strip() for other in book.grids if other is not grid}:
        grid.name = new
    book.same = False


def hide(book: Book, grid: Grid, chance: random.Random) -> None:
    grid.hidden = True


def move_sheet(book: Book, grid: Grid, chance: random.Random) -> None:
    book.grids.remove(grid)
    book.grids.insert(chance.randint(0, len(book.grids)), grid)


def other_sheet(book: Book, grid: Grid, chance: random.Random) -> None:
    lines = chance.choice(([], [Line(["notes"]), Line(["by the planner", 5.5])]))
    book.grids.insert(chance.randint(0, len(book.grids)), Grid(f"Notes {len(book.grids)}", lines))


def far_cell(book: Book, grid: Grid, chance: random.Random) -> None:
    grid.far = (chance.choice((1_048_575, 50_000, 300)), chance.choice((0, 5, 40, 16_383)), "x")


def hide_rows(book: Book, grid: Grid, chance: random.Random) -> None:
    grid.hidden_rows = {chance.randrange(len(grid.lines)) for _ in range(3)}


def merge(book: Book, grid: Grid, chance: random.Random) -> None:
    row, column = chance.randrange(len(grid.lines)), chance.randrange(max(1, _width(grid)))
    down, right = chance.choice(((0, 1), (1, 0), (2, 0), (1, 1)))
    if row + down >= len(grid.lines) or grid.merged:
        return
    # A merge keeps its first cell only.
    for at in range(row, row + down + 1):
        line = grid.lines[at]
        line.changed = True
        for place in range(column, min(column + right + 1, len(line.cells))):
            if (at, place) != (row, column):
                line.cells[place] = None
    if isinstance(_at(grid, row, column), Shown):
        return
    grid.merged = [(row, column, row + down, column + right)]
    book.same = False


def begin_elsewhere(book: Book, grid: Grid, chance: random.Random) -> None:
    for line in grid.lines:
        line.cells[0:0] = [None] * 2
    _insert(grid, 0, *(Line([]) for _ in range(4)))


_SHEETS = (sheet_name, hide, move_sheet, other_sheet, far_cell, hide_rows, merge, begin_elsewhere)

text_seeds = partial(seeds_of, write=as_text)
