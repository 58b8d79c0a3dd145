"""NEMWEB files: several tables in one CSV, found by their header rows, checked against the trailer's line count.

A file is rows ``C`` (comment: who published it and when; last, the trailer ``C,"END OF REPORT",<lines>``),
``I`` (header of a table: report, table, version, column names) and ``D`` (data of the table above). A file is
read whole or not at all: what is wrong anywhere in it is reported with its line.
"""

from __future__ import annotations

import csv
import datetime
import io
import math
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from workbench.data.problems import Problems
from workbench.market.inputs.nemweb_layouts import LAYOUTS, NemwebTable
from workbench.market.model.description import MarketDescription
from workbench.market.model.market_time import shown
from workbench.market.store.months import schema_of

TRAILER = "END OF REPORT"
_EPOCH = datetime.datetime(1970, 1, 1)  # noqa: DTZ001 - the market's clock has no zone
MAX_REPORTED = 20


class _Refused(Exception):
    """The file cannot be used; everything is in its problems."""


@dataclass(slots=True)
class _Open:
    """A table whose rows are being read: where its columns are, and what has been read."""

    layout: NemwebTable
    header: tuple[str, str, str]
    width: int
    stamp: int
    series: int
    flag: int | None
    places: dict[str, int | None]
    stamps: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    flags: list[bool] = field(default_factory=list)
    values: dict[str, list[float]] = field(default_factory=dict)
    empty: int = 0


def read_nemweb(
    name: str,
    content: bytes,
    description: MarketDescription,
    *,
    accepted_versions: Collection[str] = (),
    left_out: Counter[str] | None = None,
) -> tuple[dict[str, pl.DataFrame], Problems]:
    """Read the tables of one CSV that are known here; others are passed over.

    Parameters
    ----------
    name
        What to call the file in messages.
    content
        Its bytes.
    description
        Cadence of each table.
    accepted_versions
        Versions beyond the known ones that are accepted, such as ``"DISPATCH.PRICE.6"``, once a person has looked
        at them.
    left_out
        Gets the rows of each raw table that are left out, as the problems list them.

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
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        problems.error(f"line {line} is not text in UTF-8; get the file again.")
        problems.raise_errors()
    reading = _Reading(description, accepted_versions, problems, Counter() if left_out is None else left_out)
    try:
        reading.read(text)
    except _Refused:
        pass
    except csv.Error as error:
        problems.error(f"is not CSV ({error}); get the file again.")
    problems.raise_errors()
    return reading.frames(), problems


class _Reading:
    """One pass over one file."""

    def __init__(
        self,
        description: MarketDescription,
        accepted: Collection[str],
        problems: Problems,
        left_out: Counter[str],
    ) -> None:
        self.left_out = left_out
        self.description = description
        self.accepted = accepted
        self.problems = problems
        self.tables: list[_Open] = []
        self.published: datetime.datetime | None = None
        self.stamps: dict[tuple[str, int], int] = {}
        self.header: tuple[str, ...] = ()

    def read(self, text: str) -> None:
        reader = csv.reader(io.StringIO(text, newline=""))
        current: _Open | None = None
        ended = False
        for row in reader:
            line = reader.line_num
            if not row:
                continue
            if ended:
                self.error("comes after the trailer; two files seem to have been joined.", line)
                raise _Refused
            kind = row[0]
            if kind == "D":
                if tuple(row[1:4]) != self.header:
                    found = ".".join(row[1:4])
                    self.error(
                        f"is data of {found}, but the header above it is of "
                        f"{'.'.join(self.header) or 'no table'}.",
                        line,
                    )
                elif current is not None:
                    self._data(current, row, line)
            elif kind == "I":
                self.header = tuple(row[1:4])
                current = self._header(row, line)
            elif kind == "C":
                ended = self._comment(row, line)
            else:
                self.error(f"begins with {kind[:20]!r}, expected C, I or D: this is not a NEMWEB file.", line)
                raise _Refused
        if not ended:
            self.error(
                f"is the last and no trailer (C,{TRAILER!r},…): the file was cut short; get it again.",
                reader.line_num,
            )

    def error(self, message: str, line: int) -> None:
        self.problems.error(f"line {line} {message}")
        if len(self.problems.errors) >= MAX_REPORTED:
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
                    f"{row[5]} {row[6]}", "%Y/%m/%d %H:%M:%S"
                )
            except ValueError:
                self.error(
                    f"says that the file was published {row[5]} {row[6]}, expected 2025/08/20 18:05:13.", line
                )
        return False

    def _header(self, row: Sequence[str], line: int) -> _Open | None:
        layout = LAYOUTS.get((row[1], row[2])) if len(row) > 3 else None
        if layout is None:
            return None
        version, columns = row[3], row[4:]
        named = ".".join(row[1:4])
        if version not in layout.versions and named not in self.accepted:
            self.error(
                f"announces version {version} of {row[1]}.{row[2]}, known are {', '.join(layout.versions)}; "
                f"compare its columns with AEMO's data model, then accept {named!r}.",
                line,
            )
            return None
        places = {column: at for at, column in enumerate(columns, 4)}
        required = [layout.stamp, layout.series]
        required += [layout.values[value.name] for value in layout.table.values if value.required]
        if layout.intervention:
            required.append(layout.intervention)
        missing = [column for column in required if column not in places]
        if missing:
            self.error(f"lacks {', '.join(missing)} among the columns of {named}.", line)
            return None
        opened = _Open(
            layout,
            (row[1], row[2], version),
            len(row),
            places[layout.stamp],
            places[layout.series],
            places.get(layout.intervention),
            {name: places.get(column) for name, column in layout.values.items()},
            values={name: [] for name in layout.values},
        )
        self.tables.append(opened)
        return opened

    def _data(self, table: _Open, row: Sequence[str], line: int) -> None:
        if len(row) != table.width:
            self.error(f"has {len(row)} fields, its header {table.width}; get the file again.", line)
            return
        stamp = self._stamp(row[table.stamp], table, line)
        numbers: dict[str, float] = {}
        for name, at in table.places.items():
            text = row[at] if at is not None else ""
            try:
                number = float(text) if text else math.nan
            except ValueError:
                number = math.inf
            if math.isinf(number):
                column = table.layout.values[name]
                self.error(f"has {text!r} in {column}, expected a number.", line)
                return
            numbers[name] = number
        if any(math.isnan(numbers[value.name]) for value in table.layout.table.values if value.required):
            table.empty += 1
            if table.empty == 1:
                column = table.layout.values[table.layout.table.values[0].name]
                self.problems.change(f"line {line} has no {column} and was left out.")
            return
        series = row[table.series].strip()
        if stamp is None or not series:
            if not series:
                self.error(f"has no {table.layout.series}.", line)
            return
        table.stamps.append(stamp)
        table.names.append(series)
        table.flags.append(table.flag is not None and row[table.flag] not in ("", "0"))
        for name, number in numbers.items():
            table.values[name].append(number)

    def _stamp(self, text: str, table: _Open, line: int) -> int | None:
        cadence = self.description.cadences_of(table.layout.table.name)[0]
        known = self.stamps.get((text, cadence))
        if known is not None:
            return known
        try:
            when = datetime.datetime.strptime(text, "%Y/%m/%d %H:%M:%S")  # noqa: DTZ007 - as published
        except ValueError:
            self.error(f"has the time {text!r}, expected one such as 2025/08/20 18:10:00.", line)
            return None
        seconds = int((when - _EPOCH).total_seconds())
        if seconds % (cadence * 60):
            self.error(
                f"has the time {text}, which does not end an interval of {cadence} minutes, the cadence of "
                f"{table.layout.table.name}.",
                line,
            )
            return None
        self.stamps[text, cadence] = seconds // 60
        return seconds // 60

    def frames(self) -> dict[str, pl.DataFrame]:
        found: dict[str, list[pl.DataFrame]] = {}
        for table in self.tables:
            self.left_out[table.layout.table.name] += table.empty
            if table.empty > 1:
                self.problems.change(
                    f"{table.empty} rows of {'.'.join(table.header)} have no value; left out."
                )
            if table.stamps:
                found.setdefault(table.layout.table.name, []).append(self._frame(table))
        return {name: pl.concat(frames) for name, frames in found.items()}

    def _frame(self, opened: _Open) -> pl.DataFrame:
        table = opened.layout.table
        cadence = self.description.cadences_of(table.name)[0]
        frame = pl.DataFrame(
            {
                "stamp": np.array(opened.stamps, dtype="datetime64[m]").astype("datetime64[ms]"),
                table.key: opened.names,
                **{name: pl.Series(column, dtype=pl.Float64) for name, column in opened.values.items()},
                "minutes": np.full(len(opened.stamps), cadence, dtype=np.int16),
                "published": pl.Series([self.published] * len(opened.stamps), dtype=pl.Datetime("ms")),
                "_intervention": opened.flags,
            }
        ).with_columns(pl.col(list(opened.values)).fill_nan(None))
        if any(opened.flags):
            frame = self._once(frame, opened)
        return frame.select(table.columns).cast(schema_of(table))

    def _once(self, frame: pl.DataFrame, opened: _Open) -> pl.DataFrame:
        """Of two runs for one interval keep the one that counts, see :class:`RawTable`."""
        table = opened.layout.table
        keys = ["stamp", table.key]
        kept = frame.sort("_intervention", descending=not table.physical, maintain_order=True).unique(
            keys, keep="last", maintain_order=True
        )
        dropped = frame.height - kept.height
        if dropped:
            self.left_out[table.name] += dropped
            when = shown(opened.stamps[opened.flags.index(True)])
            run = "with" if table.physical else "without"
            self.problems.change(
                f"{dropped} rows of {'.'.join(opened.header)} are of a second run, because the operator "
                f"intervened (first at {when}); only the run {run} the intervention is counted."
            )
        return kept
