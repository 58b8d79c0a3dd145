"""NEMWEB files: several tables in one CSV, found by their header rows, checked against the trailer's line count.

A file is rows ``C`` (comment: who published it and when; last, the trailer ``C,"END OF REPORT",<lines>``),
``I`` (header of a table: report, table, version, column names) and ``D`` (data of the table above). A file is
read whole or not at all: what is wrong anywhere in it is reported with its line.
"""

from __future__ import annotations

import csv
import datetime
import io
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

import polars as pl

from workbench.data.problems import Problems
from workbench.market.inputs.archives import Readable
from workbench.market.inputs.nemweb_layouts import CHANGED, LAYOUTS, NemwebTable
from workbench.market.inputs.nemweb_lines import LINE, Run, blocks_of, rows_of, runs_of, texts_of
from workbench.market.inputs.nemweb_rows import (
    FLAG,
    MAX_REPORTED,
    OpenTable,
    first_of,
    intervention_of,
    places_of,
    rank_of,
    with_numbers,
)
from workbench.market.model.description import MarketDescription
from workbench.market.model.market_time import shown
from workbench.market.store.months import schema_of

TRAILER = "END OF REPORT"
_FORM = "%Y/%m/%d %H:%M:%S"
_MINUTES = pl.col("stamp").dt.epoch("ms") // 60_000


class _Refused(Exception):
    """The file cannot be used; everything is in its problems."""


def read_nemweb(
    name: str,
    content: bytes | Readable,
    description: MarketDescription,
    *,
    accepted_versions: Collection[str] = (),
    left_out: Counter[str] | None = None,
    lines: Counter[str] | None = None,
    new_versions: set[str] | None = None,
) -> tuple[dict[str, pl.DataFrame], Problems]:
    """Read the tables of one CSV that are known here; others are passed over.

    Parameters
    ----------
    name
        What to call the file in messages.
    content
        Its bytes, or where to read them: a file is read in blocks, whatever its size.
    description
        Cadence of each table.
    accepted_versions
        Versions beyond the known ones that are accepted, such as ``"DISPATCH.PRICE.6"``, once a person has looked
        at them.
    left_out
        Gets the rows of each raw table that are left out, as the problems list them.
    lines
        Gets the lines of data for each raw table, counted before they are read.
    new_versions
        Gets the versions of tables that were read because they are accepted.

    Returns
    -------
    frames
        Raw table -> rows.
    problems
        Changes and doubts, each with its line.

    Raises
    ------
    InvalidData
        When the file is cut short, not of this kind, or any value in it cannot be read; nothing of it is used.
    """
    problems = Problems(name)
    reading = _Reading(description, accepted_versions, problems)
    try:
        reading.read(io.BytesIO(content) if isinstance(content, bytes) else content)
    except _Refused:
        pass
    except csv.Error as error:
        problems.error(f"is not CSV ({error}); get the file again.")
    problems.raise_errors()
    frames = reading.frames()
    for given, found in ((left_out, reading.left_out), (lines, reading.lines)):
        if given is not None:
            given.update(found)
    if new_versions is not None:
        new_versions |= reading.new_versions
    return frames, problems


class _Reading:
    """One pass over one file."""

    def __init__(self, description: MarketDescription, accepted: Collection[str], problems: Problems) -> None:
        self.description = description
        self.accepted = accepted
        self.problems = problems
        self.left_out: Counter[str] = Counter()
        self.lines: Counter[str] = Counter()
        self.new_versions: set[str] = set()
        self.tables: list[OpenTable] = []
        self.published: datetime.datetime | None = None
        self.header: tuple[str, ...] = ()
        self.current: OpenTable | None = None
        self.ended = False
        self.seen = 0

    def read(self, file: Readable) -> None:
        last = 0
        for run in runs_of(map(self._text, blocks_of(file))):
            last = run.first + run.count - 1
            if run.data and not self.ended:
                self._data(run)
                continue
            for line, row in rows_of(run):
                self._row(row, line)
        if not self.ended:
            self.error(
                f"is the last and no trailer (C,{TRAILER!r},…): the file was cut short; get it again.", last
            )

    def _text(self, block: bytes) -> bytes:
        """Give a block without a byte order mark, once it is sure that it is text."""
        block = block.removeprefix(b"\xef\xbb\xbf")
        try:
            block.decode("utf-8")
        except UnicodeDecodeError as error:
            line = self.seen + block[: error.start].count(b"\n") + 1
            self.error("is not text in UTF-8; get the file again.", line)
            raise _Refused from error
        self.seen += block.count(b"\n")
        return block

    def error(self, message: str, line: int) -> None:
        self.problems.error(f"line {line} {message}")
        if len(self.problems.errors) >= MAX_REPORTED:
            raise _Refused

    def _row(self, row: Sequence[str], line: int) -> None:
        if self.ended:
            self.error("comes after the trailer; two files seem to have been joined.", line)
            raise _Refused
        if row[0] == "D":
            self._read_rows([(line, list(row))])
        elif row[0] == "I":
            self.header = tuple(row[1:4])
            self.current = self._header(row, line)
        elif row[0] == "C":
            self.ended = self._comment(row, line)
        else:
            self.error(f"begins with {row[0][:20]!r}, expected C, I or D: this is not a NEMWEB file.", line)
            raise _Refused

    def _comment(self, row: Sequence[str], line: int) -> bool:
        if len(row) > 1 and row[1] == TRAILER:
            stated = row[2].strip() if len(row) > 2 else ""
            if stated != str(line):
                self.error(
                    f"is the trailer and states {stated or 'no'} lines, but the file has {line}: lines are "
                    f"missing; get it again.",
                    line,
                )
            return True
        if len(row) > 6 and self.published is None:
            try:
                self.published = datetime.datetime.strptime(  # noqa: DTZ007 - the market's clock has no zone
                    f"{row[5]} {row[6]}", _FORM
                )
            except ValueError:
                self.error(
                    f"says that the file was published {row[5]} {row[6]}, expected 2025/08/20 18:05:13.", line
                )
        return False

    def _header(self, row: Sequence[str], line: int) -> OpenTable | None:
        layout = LAYOUTS.get((row[1], row[2])) if len(row) > 3 else None
        if layout is None:
            return None
        named = ".".join(row[1:4])
        if row[3] not in layout.versions:
            if named not in self.accepted:
                self.error(
                    f"announces version {row[3]} of {row[1]}.{row[2]}, known are {', '.join(layout.versions)}; "
                    f"compare its columns with AEMO's data model, then accept {named!r}.",
                    line,
                )
                return None
            self.new_versions.add(named)
        places = {column: at for at, column in enumerate(row[4:], 4)}
        required = [layout.stamp, layout.series]
        required += [layout.values[value.name] for value in layout.table.values if value.required]
        if layout.intervention:
            required.append(layout.intervention)
        missing = [column for column in required if column not in places]
        if missing:
            self.error(f"lacks {', '.join(missing)} among the columns of {named}.", line)
            return None
        opened = OpenTable(layout, (row[1], row[2], row[3]), len(row), places)
        self.tables.append(opened)
        return opened

    def _data(self, run: Run) -> None:
        """Read lines of data: at once where all are alike, else one by one, which finds what is wrong."""
        table = self.current
        prefix = f"D,{','.join(self.header)},".encode()
        alike = run.content.count(b"\n" + prefix) + run.content.startswith(prefix) == run.count
        if alike and table is None:
            return
        texts = texts_of(run, table.width, places_of(table)) if alike and table is not None else None
        if texts is None:
            self._read_rows(list(rows_of(run)))
        elif table is not None:
            self.lines[table.layout.table.name] += run.count
            self._add(table, texts)

    def _read_rows(self, rows: Sequence[tuple[int, list[str]]]) -> None:
        table = self.current
        whole: list[tuple[int, list[str]]] = []
        for line, row in rows:
            if tuple(row[1:4]) != self.header:
                above = ".".join(self.header) or "no table"
                self.error(f"is data of {'.'.join(row[1:4])}, but the header above it is of {above}.", line)
            elif table is not None and len(row) != table.width:
                self.error(f"has {len(row)} fields, its header {table.width}; get the file again.", line)
            elif table is not None:
                whole.append((line, row))
        if table is None or not whole:
            return
        self.lines[table.layout.table.name] += len(whole)
        columns = {str(at): [row[at] or None for _, row in whole] for at in places_of(table)}
        texts = pl.DataFrame(columns, schema_overrides=dict.fromkeys(columns, pl.String))
        self._add(table, texts.with_columns(pl.Series(LINE, [line for line, _ in whole], dtype=pl.Int64)))

    def _add(self, opened: OpenTable, texts: pl.DataFrame) -> None:
        """Turn texts into the rows of a table, and report each that cannot be one."""
        layout, table = opened.layout, opened.layout.table
        texts, wrong = with_numbers(opened, texts)
        required = [value.name for value in table.values if value.required]
        known = texts.drop_nulls(required)
        if known.height < texts.height:
            if not opened.empty:
                line = texts.filter(pl.any_horizontal(pl.col(required).is_null()))[LINE][0]
                self.problems.change(f"line {line} has no {layout.values[required[0]]} and was left out.")
            opened.empty += texts.height - known.height
        stamp, series = (opened.place(name) or "" for name in (layout.stamp, layout.series))
        rows = known.with_columns(
            pl.col(stamp).str.to_datetime(_FORM, strict=False, time_unit="ms").alias("stamp"),
            pl.col(series).str.strip_chars().alias(table.key),
            self._published(opened),
            rank_of(opened),
            intervention_of(opened),
        ).with_columns(self._cadence(layout).alias("minutes"))
        self._report_numbers(opened, texts, wrong)
        self._report(opened, rows)
        if not self.problems.errors:
            opened.frames.append(
                rows.select(*table.columns, FLAG).cast(schema_of(table) | pl.Schema({FLAG: pl.Boolean()}))
            )

    def _report_numbers(self, opened: OpenTable, texts: pl.DataFrame, wrong: Mapping[str, pl.Expr]) -> None:
        for name, is_wrong in wrong.items():
            column = opened.layout.values[name]
            for line, seen in first_of(texts.filter(is_wrong), LINE, opened.place(column) or ""):
                self.error(f"has {seen!r} in {column}, expected a number.", line)

    def _report(self, opened: OpenTable, rows: pl.DataFrame) -> None:
        """Say with its line which text is no time of the table's cadence, or no name."""
        layout, table = opened.layout, opened.layout.table
        unread, nameless = pl.col("stamp").is_null(), pl.col(table.key).fill_null("") == ""
        uneven = _MINUTES % pl.col("minutes") != 0
        # One look at whether there is anything to say: usually there is not.
        if not rows.select(pl.any_horizontal(unread, nameless, uneven).any()).item():
            return
        stamp = opened.place(layout.stamp) or ""
        for line, text in first_of(rows.filter(unread), LINE, stamp):
            self.error(f"has the time {text or ''!r}, expected one such as 2025/08/20 18:10:00.", line)
        for (line,) in first_of(rows.filter(nameless), LINE):
            self.error(f"has no {layout.series}.", line)
        for line, text, cadence in first_of(rows.filter(uneven), LINE, stamp, "minutes"):
            self.error(
                f"has the time {text}, which does not end an interval of {cadence} minutes, the cadence of "
                f"{table.name}.",
                line,
            )

    def _published(self, opened: OpenTable) -> pl.Expr:
        """When a row was last changed; where that is not said, when its file was published."""
        published = pl.lit(self.published, pl.Datetime("ms"))
        place = opened.place(CHANGED)
        if place is None:
            return published.alias("published")
        changed = pl.col(place).str.to_datetime(_FORM, strict=False, time_unit="ms")
        return changed.fill_null(published).alias("published")

    def _cadence(self, layout: NemwebTable) -> pl.Expr:
        if not layout.settled:
            return pl.lit(self.description.cadences_of(layout.table.name)[0], pl.Int16)
        minutes = pl.lit(self.description.interval_minutes, pl.Int16)
        for earlier in reversed(self.description.settlements):
            ruled = _MINUTES.le(earlier.end)
            minutes = pl.when(ruled).then(pl.lit(earlier.minutes, pl.Int16)).otherwise(minutes)
        return minutes

    def frames(self) -> dict[str, pl.DataFrame]:
        found: dict[str, list[pl.DataFrame]] = {}
        for opened in self.tables:
            name = opened.layout.table.name
            self.left_out[name] += opened.empty
            if opened.empty > 1:
                self.problems.change(f"{opened.empty} rows of {opened.title} have no value; left out.")
            if opened.frames:
                found.setdefault(name, []).append(self._once(pl.concat(opened.frames), opened))
        return {name: pl.concat(frames) for name, frames in found.items()}

    def _once(self, frame: pl.DataFrame, opened: OpenTable) -> pl.DataFrame:
        """Of two runs for one interval keep the one that counts, see :class:`RawTable`."""
        table = opened.layout.table
        if frame[FLAG].any():
            ordered = frame.sort(FLAG, descending=not table.physical, maintain_order=True)
            kept = ordered.unique(["stamp", table.key], keep="last", maintain_order=True)
            dropped = frame.height - kept.height
            if dropped:
                self.left_out[table.name] += dropped
                when = shown(int(frame.filter(FLAG).select(_MINUTES.first()).item()))
                run = "with" if table.physical else "without"
                self.problems.change(
                    f"{dropped} rows of {opened.title} are of a second run, because the operator intervened (first "
                    f"at {when}); only the run {run} the intervention is counted."
                )
            frame = kept
        return frame.drop(FLAG)
