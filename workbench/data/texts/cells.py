"""The cells of a text file as text, with the line of each."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from workbench.data.changes import Change, ChangeKind
from workbench.data.texts.encoding import MOJIBAKE_LETTERS, decode
from workbench.data.texts.signs import Signs, may_have_blanks, may_have_groups
from workbench.errors import InvalidData, UnreadableFile

MAX_FIELDS = 16_384
SNIFFED_LINES = 200
DELIMITERS = (",", ";", "\t", "|")
# Below this size one reader does; above it Polars is several times faster.
FAST_FROM_CHARACTERS = 100_000
ROWS_AT_ONCE = 50_000
# Before a number cell of a workbook: it is that number, whatever decimal mark text cells are written with.
TYPED = "\x1f"
# Joiners (U+200C, U+200D) shape words of some scripts and stay.
_UNSEEN = "\u200b\u2060\ufeff"
_MARKUP = re.compile(r"\s*<(!doctype|!--|\?xml|html|head|body|table|style|meta|div)\b", re.IGNORECASE)
_SEPARATOR_LINE = re.compile(r'\A"?sep=."?\r?\n')
_MARKED_AS_TEXT = r"^'[-+(.$€£₹¥]*\d"


@dataclass(frozen=True, slots=True)
class Cells:
    """All cells of a text file or of one sheet.

    Parameters
    ----------
    frame
        Column ``row`` (the line of the file in which the row begins, or the row of the sheet; from 1) and text
        columns ``"0"``, ``"1"`` …; blank is null.
    lengths
        Number of fields that each row of a text file has, blank ones included; empty for a sheet.
    encoding, evidence, delimiter
        Of a text file.
    may_be_garbled
        Whether there is a letter with which text of a wrong encoding shows itself.
    may_have_groups
        Whether a number may be written with digit groups, a decimal comma or another minus.
    changes
        What was removed around cells.
    """

    frame: pl.DataFrame
    lengths: pl.Series
    encoding: str = ""
    evidence: str = ""
    delimiter: str = ""
    may_be_garbled: bool = True
    may_have_groups: bool = True
    changes: tuple[Change, ...] = ()

    @property
    def width(self) -> int:
        """Number of columns."""
        return self.frame.width - 1


def read_cells(name: str, content: bytes) -> Cells:
    """Read the cells of a text file.

    Parameters
    ----------
    name
        File name, for the sentences of errors.
    content
        All bytes of the file.

    Raises
    ------
    UnreadableFile
        When it is empty, not text, or a web page.
    InvalidData
        When a quotation mark is never closed, or a row has more fields than can be held.
    """
    decoded = decode(content, name)
    if _MARKUP.match(decoded.text):
        raise UnreadableFile(
            f"{name} is a web page or XML, as some web sites export tables under another name; open it in Excel "
            "and save it as .xlsx or CSV.",
            name,
        )
    text, changes = _plain_text(decoded.text)
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    delimiter, skip = sniff_delimiter(text)
    unchanged = decoded.encoding == "utf-8" and text is decoded.text
    body = content if unchanged else text.encode()
    signs = Signs.of(body)
    frame, lengths = _frame(text, body, signs, delimiter, name)
    if skip:
        frame, lengths = frame.slice(1), lengths.slice(1)
    if '"' in text:
        _refuse_open_quote(text, frame, name)
        _refuse_swallowed_rows(frame, lengths, delimiter, name)
    frame, marked = without_text_marks(frame) if "'" in text else (frame, [])
    garbled = any(letter in text for letter in MOJIBAKE_LETTERS)
    grouped = may_have_groups(text, signs, delimiter)
    found = (*changes, *marked)
    return Cells(frame, lengths, decoded.encoding, decoded.evidence, delimiter, garbled, grouped, found)


def count_rows(name: str, content: bytes) -> int:
    """Count the rows of a text file that hold something, header and titles too, without reading its cells.

    It shows whether a reader lost one: nothing of how cells are read is used. ``sep=;`` of Excel is no row.
    """
    text, _ = _plain_text(decode(content, name).text)
    text = _SEPARATOR_LINE.sub("", text)
    if not text.strip():
        return 0
    lines = pl.read_csv(
        text.encode(),
        separator="\x1e",
        quote_char=None,
        has_header=False,
        infer_schema=False,
        truncate_ragged_lines=True,
    ).to_series()
    if (lines.str.count_matches('"') % 2 == 1).any():
        delimiter, _ = sniff_delimiter(text)
        records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
        return sum(any(map(str.strip, record)) for record in records)
    return int(lines.str.contains(r'[^\s,;|"]').sum())


def shown(text: str | None) -> str:
    """Give a cell as it is shown."""
    return "" if text is None else text.removeprefix(TYPED)


def sniff_delimiter(text: str) -> tuple[str, bool]:
    """Find the delimiter of a text file.

    The one that splits the most lines into the same number of fields, more than one; Excel's own ``sep=;`` decides.

    Returns
    -------
    tuple
        The delimiter, ``","`` when there is a single column, and whether the first line only names it.
    """
    named = re.match(r'"?sep=(.)"?\r?\n', text)
    if named:
        return named.group(1), True
    lines = _first_lines(text)
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        if not any(delimiter in line for line in lines):
            continue
        counts = [len(fields) for fields in _records(lines, delimiter) if "".join(fields).strip()]
        if not counts:
            continue
        usual = max(set(counts), key=lambda count: (counts.count(count), count))
        # Many fields are no evidence of their own: decimal commas split a line, too, if not always alike.
        score = 0.0 if usual < 2 else counts.count(usual) / len(counts) + 0.01 * min(usual, 20)
        if score > best_score:
            best, best_score = delimiter, score
    return best, False


def frame_of(records: Sequence[Sequence[str | None]]) -> pl.DataFrame:
    """Give rows of texts as columns ``"0"``, ``"1"`` …; shorter rows end with null."""
    columns = list(itertools.zip_longest(*records)) or [(None,) * len(records)]
    return pl.DataFrame([pl.Series(str(at), values, dtype=pl.String) for at, values in enumerate(columns)])


def columns_with(frame: pl.DataFrame, pattern: str) -> list[str]:
    """Name the columns of texts in which a cell matches a pattern."""
    found = frame.select(pl.exclude("row").str.contains(pattern).any())
    return [name for name in found.columns if found[name][0]]


def stripped(frame: pl.DataFrame) -> pl.DataFrame:
    """Take blanks from around texts; a text of blanks becomes null."""
    texts = pl.exclude("row").str.strip_chars()
    return frame.with_columns(pl.when(texts != "").then(texts).name.keep())


def _plain_text(text: str) -> tuple[str, list[Change]]:
    """End lines alike, and remove what nobody sees."""
    if "\r" in text and text.count("\r") != text.count("\r\n"):
        text = re.sub(r"\r(?!\n)", "\n", text)
    unseen = sum(map(text.count, _UNSEEN))
    if not unseen:
        return text, []
    reason = f"{unseen} characters without width, which nobody sees, were removed"
    text = text.translate(dict.fromkeys(map(ord, _UNSEEN)))
    return text, [Change(ChangeKind.READ_AS, "", (), ("",), ("",), reason)]


def _first_lines(text: str) -> list[str]:
    for length in (200, 4000):
        start = text[: length * SNIFFED_LINES]
        if start.count("\n") > SNIFFED_LINES or len(start) == len(text):
            break
    return list(itertools.islice(io.StringIO(start), SNIFFED_LINES))


def _records(lines: Iterable[str], delimiter: str) -> list[list[str]]:
    try:
        return list(csv.reader(lines, delimiter=delimiter, skipinitialspace=True))
    except csv.Error:
        return []


def _frame(
    text: str, content: bytes, signs: Signs, delimiter: str, name: str
) -> tuple[pl.DataFrame, pl.Series]:
    # A quote after a blank opens a field for the csv module only; such files are rare and never so large.
    late = rf'{re.escape(delimiter)}[ \t]+"'
    # The two fixed texts are found a hundred times faster than the pattern.
    quoted = '"' in text and (' "' in text or '\t"' in text)
    if len(text) > FAST_FROM_CHARACTERS and not (quoted and re.search(late, text)):
        fast = _polars_frame(text, content, signs, delimiter)
        if fast is not None:
            return fast
    return _csv_frame(text, delimiter, name)


def _polars_frame(
    text: str, content: bytes, signs: Signs, delimiter: str
) -> tuple[pl.DataFrame, pl.Series] | None:
    """Read a large file whose rows all have as many fields; ``None`` where that is not so."""
    records = _records(_first_lines(text), delimiter)[:-1]
    width = max(map(len, records), default=1)
    if width > MAX_FIELDS:
        return None
    try:
        frame = pl.read_csv(
            content,
            separator=delimiter,
            has_header=False,
            schema={str(at): pl.String() for at in range(width)},
            quote_char='"',
        )
    except pl.exceptions.PolarsError:
        return None
    breaks = signs.count("\n")
    lines = breaks + (not text.endswith("\n"))
    rows = pl.int_range(1, frame.height + 1, eager=True)
    if lines != frame.height:
        within = pl.sum_horizontal(pl.all().str.count_matches("\n", literal=True).fill_null(0))
        inside = frame.select(within.cast(pl.Int64)).to_series()
        if frame.height + int(inside.sum()) != lines:
            return None
        rows += inside.cum_sum() - inside
    if lines != frame.height or may_have_blanks(signs, text, delimiter, breaks):
        frame = stripped(frame)
    lengths = [len(fields) for fields in records]
    # A blank line has no field, and lacks no more delimiters than a line of one.
    lacking = sum(width - max(length, 1) for length in lengths)
    delimiters = signs.count(delimiter)
    if delimiters < (width - 1) * frame.height - lacking:
        blank = frame.slice(len(lengths)).filter(pl.all_horizontal(pl.all().is_null())).height
        if delimiters < (width - 1) * (frame.height - blank) - lacking:
            return None
    others = pl.Series([width], dtype=pl.Int64).new_from_index(0, frame.height - len(lengths))
    return frame.insert_column(0, rows.alias("row")), pl.concat([pl.Series(lengths, dtype=pl.Int64), others])


def _csv_frame(text: str, delimiter: str, name: str) -> tuple[pl.DataFrame, pl.Series]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    parts: list[pl.DataFrame] = []
    rows: list[int] = []
    lengths: list[int] = []
    try:
        while True:
            batch: list[list[str]] = []
            line = reader.line_num
            for record in itertools.islice(reader, ROWS_AT_ONCE):
                rows.append(line + 1)
                line = reader.line_num
                lengths.append(len(record))
                while record and not record[-1]:
                    record.pop()
                batch.append(record)
            if not batch:
                break
            _refuse_wide(batch, rows[-len(batch) :], name)
            parts.append(frame_of(batch))
    except csv.Error as error:
        raise InvalidData(
            f"{name}, row {reader.line_num}: it is not delimited text ({error}).", name
        ) from error
    frame = pl.concat(parts, how="diagonal") if parts else pl.DataFrame({"0": []}, schema={"0": pl.String()})
    frame = stripped(frame).insert_column(0, pl.Series("row", rows, dtype=pl.Int64))
    return frame, pl.Series(lengths, dtype=pl.Int64)


def _refuse_wide(batch: Sequence[Sequence[str]], rows: Sequence[int], name: str) -> None:
    """One far field would make every row as wide."""
    widths = list(map(len, batch))
    width = max(widths)
    if width > MAX_FIELDS or width * len(batch) > 8 * sum(widths) + 1_000_000:
        row, usual = rows[widths.index(width)], sorted(widths)[len(widths) // 2]
        raise InvalidData(
            f"{name}, row {row}: it has {width:,} fields where other rows have {usual:,} and at most "
            f"{MAX_FIELDS:,} can be held; correct that row.",
            name,
        )


def _refuse_open_quote(text: str, frame: pl.DataFrame, name: str) -> None:
    """A quotation mark that is never closed takes all that follows into one cell."""
    if text.count('"') % 2 == 0 or frame.is_empty():
        return
    row, *cells = frame.row(-1)
    if any(isinstance(cell, str) and "\n" in cell for cell in cells):
        raise InvalidData(
            f"{name}, row {row}: a quotation mark is opened and never closed, so that all that follows "
            "stands in one cell; close or remove it.",
            name,
        )


def _refuse_swallowed_rows(frame: pl.DataFrame, lengths: pl.Series, delimiter: str, name: str) -> None:
    """A quotation mark that another one closes far below takes the rows between into one cell."""
    if frame.is_empty() or (lengths < 3).all():
        return
    usual = int(lengths.mode()[0])
    row_like = rf"\n([^\n{re.escape(delimiter)}]*{re.escape(delimiter)}){{{max(usual - 1, 2)}}}"
    for column in columns_with(frame, "\n"):
        cells = frame.filter(pl.col(column).str.count_matches(row_like) >= 2)
        if not cells.is_empty():
            row, text = cells.select("row", column).row(0)
            raise InvalidData(
                f"{name}, row {row}: a quotation mark takes the rows up to {row + text.count(chr(10))} into one "
                "cell; close it where the cell ends, or remove it.",
                name,
            )


def without_text_marks(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[Change]]:
    """A spreadsheet marks a number as text by an apostrophe before it."""
    changes = []
    for column in columns_with(frame, _MARKED_AS_TEXT):
        marked = frame.filter(pl.col(column).str.contains(_MARKED_AS_TEXT))
        before = tuple(marked[column])
        rows, after = tuple(marked["row"]), tuple(text[1:] for text in before)
        reason = "the apostrophe by which a spreadsheet marks text was removed"
        changes.append(Change(ChangeKind.READ_AS, column, rows, before, after, reason))
        frame = frame.with_columns(
            pl.when(pl.col(column).str.contains(_MARKED_AS_TEXT))
            .then(pl.col(column).str.slice(1))
            .otherwise(pl.col(column))
            .alias(column)
        )
    return frame, changes
