"""In which lines of the ingested files a reading was published, as far as the files are still there."""

from __future__ import annotations

import csv
import datetime
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import DataError
from workbench.files import size_of
from workbench.market.inputs.archives import csv_members
from workbench.market.inputs.nemweb_layouts import LAYOUTS, NemwebTable
from workbench.market.model.market_time import Time, to_minutes
from workbench.runs.model.digest import file_digest

__all__ = ["SourceLines", "likely_files", "source_lines"]

MAX_FILES = 20
MAX_MEGABYTES = 200
"""Size of the files that are looked through for one question."""
_EPOCH = datetime.datetime(1970, 1, 1)  # noqa: DTZ001 - the market's clock has no zone
_DIGITS = re.compile(r"\d{6,}")


@dataclass(frozen=True, slots=True)
class SourceLines:
    """Lines of a file, or of a file inside a zip, that hold readings.

    Parameters
    ----------
    file
        Its name; that of the zip, then that of each file inside, with ``" > "`` between.
    table
        Table of the file, such as ``DISPATCH.PRICE.5``.
    column
        Column that was read.
    first, last, count
        First and last line from 1, and how many.
    """

    file: str
    table: str
    column: str
    first: int
    last: int
    count: int

    @property
    def place(self) -> str:
        """File, table, lines and column."""
        lines = f"line {self.first}" if self.count == 1 else f"lines {self.first} to {self.last}"
        some = "" if self.count in (1, self.last - self.first + 1) else f", {self.count} of them"
        return f"{self.file}, table {self.table}, {lines}{some}, column {self.column}"


def likely_files(paths: Mapping[str, Path], known: Mapping[str, str], start: Time, end: Time) -> list[Path]:
    """Choose the ingested files whose names fit a period, the same as when they were ingested.

    Parameters
    ----------
    paths
        Name -> file that is there.
    known
        SHA-256 -> name of what was ingested.
    start, end
        Range ``(start, end]`` of stamps.
    """
    days = _days(start, end)
    found: list[Path] = []
    size = 0.0
    for digest, name in known.items():
        path = paths.get(name)
        if path is None or not _fits(name, days):
            continue
        size += size_of(path) / 1e6
        if len(found) == MAX_FILES or size > MAX_MEGABYTES:
            break
        if file_digest(path) == digest:
            found.append(path)
    return found


def source_lines(
    path: Path, table: str, value: str, series: Collection[str], start: Time, end: Time
) -> Iterator[SourceLines]:
    """Find the lines of a NEMWEB file that hold readings of some series in a period.

    Parameters
    ----------
    path
        A CSV, or a zip of them.
    table, value
        Raw table and its column.
    series
        Names as published.
    start, end
        Range ``(start, end]`` of stamps.
    """
    layouts = {
        names: layout
        for names, layout in LAYOUTS.items()
        if layout.table.name == table and value in layout.values
    }
    first, last = (_text(to_minutes(stamp)) for stamp in (start, end))
    try:
        for name, content in csv_members(path):
            yield from _lines(name, content.read(), layouts, value, series, first, last)
    except (DataError, UnicodeDecodeError, csv.Error):
        # What cannot be read any more has no lines to show.
        return


def _lines(
    name: str,
    content: bytes,
    layouts: Mapping[tuple[str, str], NemwebTable],
    value: str,
    series: Collection[str],
    first: str,
    last: str,
) -> Iterator[SourceLines]:
    if not any(f"D,{report},{table},".encode() in content for report, table in layouts):
        return
    found: dict[str, list[int]] = {}
    column = ""
    place: tuple[int, int] | None = None
    prefix = title = ""
    for number, line in enumerate(content.decode("utf-8-sig").splitlines(), 1):
        if line.startswith("I,"):
            header = next(csv.reader([line]))
            layout = layouts.get((header[1], header[2])) if len(header) > 3 else None
            place = None
            if layout is not None and {layout.stamp, layout.series} <= set(header):
                place = header.index(layout.stamp), header.index(layout.series)
                prefix, title = f"D,{header[1]},{header[2]},", ".".join(header[1:4])
                column = layout.values[value]
        elif place is not None and line.startswith(prefix):
            row = next(csv.reader([line]))
            if len(row) > max(place) and first < row[place[0]] <= last and row[place[1]].strip() in series:
                found.setdefault(title, []).append(number)
    for table, lines in found.items():
        yield SourceLines(name, table, column, lines[0], lines[-1], len(lines))


def _days(start: Time, end: Time) -> set[str]:
    """The days of a period, and the ones beside: a file is named by its first stamp, its last, or its day."""
    first, last = (_EPOCH + datetime.timedelta(minutes=to_minutes(stamp)) for stamp in (start, end))
    count = (last.date() - first.date()).days
    return {f"{first + datetime.timedelta(days=day):%Y%m%d}" for day in range(-1, min(count, 400) + 2)}


def _fits(name: str, days: Collection[str]) -> bool:
    """Whether the name of a file has no date, one of these days, or is the archive of one of their months."""
    dates = [digits for digits in _DIGITS.findall(name) if digits[:2] in ("19", "20")]
    months = {day[:6] for day in days}
    return not dates or any(
        digits[:8] in days or (digits[:6] in months and (len(digits) == 6 or "ARCHIVE" in name.upper()))
        for digits in dates
    )


def _text(minutes: int) -> str:
    # As NEMWEB writes it; texts of this form are in the order of time.
    return f"{_EPOCH + datetime.timedelta(minutes=minutes):%Y/%m/%d %H:%M:%S}"
