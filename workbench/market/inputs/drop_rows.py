"""The rows of a plain file that its mapping is about: columns found, other series left out, units converted."""

from __future__ import annotations

import fnmatch
import json
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl

from workbench.data.problems import Problems
from workbench.data.tables.parquet import read_plain_parquet
from workbench.data.texts.amounts import PLACEHOLDERS
from workbench.data.texts.content import MAX_TEXT_MEGABYTES, FileKind, kind_of
from workbench.data.texts.table import without_totals
from workbench.data.workbooks.one_table import read_one_table
from workbench.errors import InvalidData
from workbench.files import open_file, read_bytes
from workbench.structured import json_from, own_errors

MAPPING_FILE = "drops.toml"
MAX_JSON_MEGABYTES = 400
FACTORS: Mapping[str, float] = {
    "MW": 1.0, "kW": 1e-3, "GW": 1e3, "MWh": 1.0, "kWh": 1e-3, "GWh": 1e3, "per MWh": 1.0, "per kWh": 1e3,
}  # fmt: skip
"""Unit of a file -> factor to that of a table; energies are divided by the hours of their row."""
ENERGIES = ("MWh", "kWh", "GWh")
# Of a day of 25 hours, in minutes.
MOST_BLOCKS = 1500
_ISO_LENGTH = r"^PT(?:(\d+)H)?(?:(\d+)M)?$"


@dataclass(frozen=True, slots=True)
class Drop:
    """What the columns of some files are; see :mod:`workbench.market.inputs.drops`."""

    pattern: str
    table: str
    stamp: str
    series: str = ""
    cadences: tuple[int, ...] = (5,)
    period: str = "ending"
    time_zone: str = ""
    format: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    date: str = ""
    interval: str = ""
    length: str = ""
    records: str = ""
    suffix: str = ""
    optional: bool = False
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)

    @property
    def series_of_row(self) -> int:
        """How many rows of the table a row of the file gives."""
        return max(1, len(self.columns))


def open_rows(
    path: Path, drop: Drop, problems: Problems, left_out: Counter[str]
) -> tuple[pl.DataFrame, Drop]:
    """Read the columns of a file that its mapping names, and the rows that are of its series.

    Parameters
    ----------
    path, drop
        The file and its mapping.
    problems
        Takes what was passed over or changed.
    left_out
        Gets the rows of the raw table that are left out.

    Returns
    -------
    frame
        The columns by the names of the file, in ``_row`` the line or row of each.
    drop
        The mapping with the names that the columns have in this file.

    Raises
    ------
    UnreadableFile
        When the file cannot be read.
    InvalidData
        When a column is missing.
    """
    if drop.records:
        frame, aside = _open_json(path, drop.records), 0
    elif kind_of(path) is FileKind.PARQUET:
        frame, aside = pl.DataFrame(read_plain_parquet(path)).with_row_index("_row", offset=1), 0
    else:
        frame, aside = _open_table(path, drop, problems)
    left_out[drop.table] += aside * drop.series_of_row
    found = found_in(path, drop, [name for name in frame.columns if name != "_row"], problems)
    wanted = dict.fromkeys(_columns_of(found))
    frame = frame.select("_row", *wanted)
    kept = _only(frame, found, problems)
    left_out[drop.table] += (frame.height - kept.height) * drop.series_of_row
    # Columns that a file lacks have no rows of their own.
    left_out[drop.table] += kept.height * (drop.series_of_row - found.series_of_row)
    return kept, found


def _columns_of(drop: Drop) -> list[str]:
    values = list(drop.columns.values()) or [drop.series, *drop.values.values()]
    names = [drop.stamp, drop.date, drop.interval, drop.length, *values, *drop.only]
    return [name for name in names if name]


def found_in(path: Path, drop: Drop, columns: Sequence[str], problems: Problems) -> Drop:
    """Give a mapping the names that its columns have in a file.

    Raises
    ------
    InvalidData
        When one is missing, or could be more than one.
    """
    missing: list[str] = []

    def find(name: str) -> str:
        at = _column(name, columns) if name else ""
        if not at and name:
            missing.append(name)
        return at

    wide = {series: _column(name, columns) for series, name in drop.columns.items()}
    lacking = [drop.columns[series] for series, name in wide.items() if not name]
    if lacking and not (drop.optional and len(lacking) < len(wide)):
        missing += lacking
    elif lacking:
        problems.change(f"has no column {_listed(lacking)}, which the mapping allows it to lack.")
    values = {value: _column(name, columns) for value, name in drop.values.items()}
    absent = [value for value, name in values.items() if not name]
    if absent and not (drop.optional and len(absent) < len(values)):
        missing += [drop.values[value] for value in absent]
    found = replace(
        drop,
        stamp=find(drop.stamp),
        series=find(drop.series),
        date=find(drop.date),
        interval=find(drop.interval),
        length=find(drop.length),
        columns={series: name for series, name in wide.items() if name},
        values={value: name for value, name in values.items() if name},
        only={find(name): texts for name, texts in drop.only.items()},
    )
    if missing:
        advice = (
            "Give the column a header in the file, where it has none, and correct"
            if any(name.startswith("Column ") for name in missing)
            else "Correct"
        )
        raise InvalidData(
            f"{path.name} has no column {', '.join(missing)}; its columns are {_listed(columns, 40)}. "
            f"{advice} {MAPPING_FILE}.",
            path,
        )
    return found


def _listed(names: Sequence[str], limit: int = 5) -> str:
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more


def _plain(name: str) -> str:
    return " ".join(name.casefold().rstrip("* ").split())


def _plain_pattern(name: str) -> str:
    return " ".join(name.casefold().split())


def _column(name: str, columns: Sequence[str]) -> str:
    """Find a column: by its name, by its name without regard to case and blanks, or by a pattern."""
    if name in columns:
        return name
    alike = [column for column in columns if _plain(column) == _plain(name)]
    if not alike and "*" in name:
        alike = [column for column in columns if fnmatch.fnmatchcase(_plain(column), _plain_pattern(name))]
    return alike[0] if alike else ""


def _open_table(path: Path, drop: Drop, problems: Problems) -> tuple[pl.DataFrame, int]:
    wanted = _columns_of(drop)

    def known(text: str) -> bool:
        return any(_column(name, (text,)) for name in wanted)

    table = read_one_table(path, problems, known, max_megabytes=MAX_TEXT_MEGABYTES)
    stamp = _column(drop.stamp, table.columns)
    table = without_totals(table, stamp, problems) if stamp else table
    names = dict(zip(map(str, range(len(table.columns))), table.columns, strict=True))
    return table.frame.rename({"row": "_row", **names}), table.set_aside


def _open_json(path: Path, place: str) -> pl.DataFrame:
    """Read a list of records of a JSON file, plain or the only one in a zip; values become texts."""
    found: Any = None
    for name, content in _json_in(path):
        whole = json_from(content, name)
        # Some are a list of one answer.
        found = whole[0] if isinstance(whole, list) and len(whole) == 1 else whole
        for step in place.split("."):
            found = found.get(step) if isinstance(found, Mapping) else None
    if not isinstance(found, list) or not all(isinstance(record, Mapping) for record in found):
        raise InvalidData(f"{path.name} has no list of records at {place}. Correct {MAPPING_FILE}.", path)
    names = dict.fromkeys(str(name) for record in found for name in record)
    columns = {
        name: pl.Series([_text(record.get(name)) for record in found], dtype=pl.String) for name in names
    }
    return pl.DataFrame(columns).with_row_index("_row", offset=1)


def _json_in(path: Path) -> Iterator[tuple[str, bytes]]:
    if path.suffix.lower() != ".zip":
        yield path.name, read_bytes(path)
        return
    with (
        own_errors(path, "a zip with a JSON file", error=InvalidData, advice="Get it again."),
        open_file(path) as file,
    ):
        with zipfile.ZipFile(file) as archive:
            members = [item for item in archive.infolist() if item.filename.lower().endswith(".json")]
            if len(members) != 1 or members[0].file_size > MAX_JSON_MEGABYTES * 1e6:
                raise InvalidData(
                    f"{path.name} holds {len(members)} JSON files, expected one of up to {MAX_JSON_MEGABYTES} MB.",
                    path,
                )
            yield f"{path.name} > {members[0].filename}", archive.read(members[0])


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return value if isinstance(value, str) else json.dumps(value)


def _only(frame: pl.DataFrame, drop: Drop, problems: Problems) -> pl.DataFrame:
    for column, texts in drop.only.items():
        text = pl.col(column).cast(pl.String).str.strip_chars().fill_null("")
        seen = frame.select(text.unique(maintain_order=True)).to_series().to_list()
        fitting = [item for item in seen if any(_fits(item, wanted) for wanted in texts)]
        kept = frame.filter(text.is_in(fitting))
        if kept.height < frame.height:
            problems.change(
                f"{frame.height - kept.height} of {frame.height} rows have another {column} than "
                f"{', '.join(texts)}: they are of other series, and left out."
            )
        if not kept.height and frame.height:
            seen = frame[column].drop_nulls().unique(maintain_order=True).head(5).to_list()
            problems.warning(
                f"no row has {', '.join(texts)} in {column}; there is {', '.join(map(str, seen))}."
            )
        frame = kept
    return frame


def _fits(text: str, pattern: str) -> bool:
    return fnmatch.fnmatchcase(text.casefold(), pattern.casefold())


def is_empty(frame: pl.DataFrame, drop: Drop) -> pl.Expr:
    """Tell rows that have none of their values."""
    names = list(drop.columns.values()) or list(drop.values.values())
    return pl.all_horizontal(
        pl.col(name)
        .cast(pl.String)
        .str.strip_chars()
        .str.to_lowercase()
        .fill_null("")
        .is_in(["", *PLACEHOLDERS])
        for name in names
    )


def lengths_of(frame: pl.DataFrame, drop: Drop, problems: Problems) -> pl.DataFrame:
    """Give the length of each row [min] in ``_length``, where the file says it; missing where it does not."""
    if not drop.length:
        return frame if "_length" in frame.columns else frame.with_columns(_length=pl.lit(None, pl.Int64))
    text = pl.col(drop.length).cast(pl.String).str.strip_chars()
    hours, minutes = (text.str.extract(_ISO_LENGTH, group).cast(pl.Int64).fill_null(0) for group in (1, 2))
    iso = pl.when(text.str.contains(_ISO_LENGTH)).then(hours * 60 + minutes)
    found = frame.with_columns(_length=pl.coalesce(iso, text.cast(pl.Int64, strict=False)))
    bad = found.filter(pl.col("_length").is_null() | (pl.col("_length") <= 0))
    for row, seen in bad.select("_row", drop.length).head(5).iter_rows():
        problems.error(f"row {row} has {seen!r} in {drop.length}, expected a length such as PT15M or 60.")
    return found


def with_dates(frame: pl.DataFrame, drop: Drop, problems: Problems) -> tuple[pl.DataFrame, Drop]:
    """Put the day before the time of day, in a column of its own; a block is counted from midnight on."""
    if not drop.date:
        return frame, drop
    day = pl.col(drop.date).cast(pl.String).str.strip_chars().replace("", None)
    blank = frame.select(day.is_null().sum()).item()
    if blank:
        problems.change(
            f"{blank} rows have no {drop.date}: they are of the day above them, as in merged cells."
        )
    day = day.str.replace(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$", "").forward_fill()
    time = pl.col(drop.stamp).cast(pl.String).str.replace_all("\u00a0", " ").str.strip_chars()
    step = drop.cadences[0]
    # "00 - 01" is an hour, "00:00 - 00:15" a quarter of one; of either the beginning is taken.
    first = time.str.split(" - ").list.first().str.strip_chars()
    hour, minute = (first.str.extract(r"^(\d{1,2})(?::(\d{2}))?", group).cast(pl.Int64) for group in (1, 2))
    block = time.str.extract(r"^(\d{1,3})$", 1).cast(pl.Int64)
    numbered = block.is_between(1, MOST_BLOCKS // step)
    if drop.interval:
        part = pl.col(drop.interval).cast(pl.String).str.strip_chars().cast(pl.Int64, strict=False)
        begins = (block - 1) * 60 + (part - 1) * step
    else:
        # Hour 2 ends at 2:00, also where it comes twice: it is told by its beginning.
        shift = step if drop.period == "ending" else 0
        is_range = time.str.contains(" - ")
        of_clock = hour * 60 + minute.fill_null(0) - pl.when(is_range).then(0).otherwise(shift)
        begins = pl.when(numbered).then((block - 1) * step).otherwise(of_clock)
    frame = frame.with_columns(_day=day, _begins=begins, _block=pl.when(numbered).then(block))
    frame = frame.with_columns(_passed=_passed(drop))
    clock = pl.when(pl.col("_passed") == 0).then(pl.col("_begins")).otherwise(0)
    text = pl.format(
        "{} {}:{}",
        "_day",
        (clock // 60).cast(pl.String).str.zfill(2),
        (clock % 60).cast(pl.String).str.zfill(2),
    )
    both = frame.with_columns(pl.coalesce(text, pl.format("{} {}", "_day", first)).alias("_stamp"))
    return both, replace(drop, stamp="_stamp", period="beginning")


def _passed(drop: Drop) -> pl.Expr:
    """Minutes of a day that have passed before a block, where blocks count them: a day has 23 to 25 hours."""
    if not drop.time_zone or drop.interval:
        return pl.lit(0, pl.Int64)
    day = ["_day", *([drop.series] if drop.series else [])]
    block = pl.col("_block")
    counts = (block.max().over(day) == pl.len().over(day)) & (
        block.n_unique().over(day) == pl.len().over(day)
    )
    return pl.when(counts).then(pl.col("_begins")).otherwise(0).fill_null(0)


def without_units_row(frame: pl.DataFrame, drop: Drop, problems: Problems) -> pl.DataFrame:
    """Pass over a second row of headers, which has no time and words in place of numbers."""
    names = [
        name for name in (*drop.columns.values(), *drop.values.values()) if frame.schema[name] == pl.String
    ]
    if not len(frame) or not names or frame.schema[drop.stamp] != pl.String:
        return frame
    head = frame.head(1)
    words = pl.all_horizontal(
        pl.col(name).is_null() | pl.col(name).cast(pl.Float64, strict=False).is_null() for name in names
    )
    is_blank = pl.col(drop.stamp).str.strip_chars().fill_null("") == ""
    if not head.select((is_blank & words).any()).item():
        return frame
    problems.change(f"row {head['_row'][0]} has no time and no numbers: it is a row of units, and left out.")
    return frame.tail(-1)


def with_units(frame: pl.DataFrame, drop: Drop) -> pl.DataFrame:
    """Bring numbers to the unit of their table; rows have their length in ``minutes``."""
    for value, unit in drop.units.items():
        number = pl.col(value) * FACTORS[unit]
        frame = frame.with_columns(
            (number * 60.0 / pl.col("minutes") if unit in ENERGIES else number).alias(value)
        )
    return frame


def with_names(key: str, drop: Drop) -> pl.Expr:
    """Give the names that series have here."""
    return (pl.col(key).str.strip_chars().replace(dict(drop.names)) + drop.suffix).alias(key)
