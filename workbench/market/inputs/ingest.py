"""Reads files for ingestion: each is read whole or refused, and recognised by its content, not its name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import polars as pl

from workbench.data.audit import require_equal
from workbench.data.problems import Problem, Problems
from workbench.data.texts.cells import count_rows
from workbench.data.texts.content import FileKind, kind_of, read_content
from workbench.errors import DataError
from workbench.files import as_name, is_file, walked
from workbench.market.inputs.archives import csv_members
from workbench.market.inputs.drop_rows import Drop
from workbench.market.inputs.drops import find_drops, read_drop
from workbench.market.inputs.nemweb import read_nemweb
from workbench.market.model.description import MarketDescription
from workbench.market.model.tables import ORIGIN, TABLES, origin_of
from workbench.runs.model.digest import file_digest

SUFFIXES = (".csv", ".zip", ".parquet")
READER = 2
"""Version of the readers: files that an earlier one read are read again."""


@dataclass(frozen=True, slots=True)
class FileRows:
    """What a file brought.

    Parameters
    ----------
    path
        The file.
    sha256
        Hash of its content.
    frames
        Raw table -> rows.
    problems
        Changes and doubts.
    lines, left_out
        Raw table -> lines of the file, counted without reading them, and those that the problems list as left out.
    new_versions
        Versions of tables beyond the known ones, read because a setting accepts them.
    recipe
        How it was read, see :func:`recipe_of`.
    """

    path: Path
    sha256: str
    frames: Mapping[str, pl.DataFrame]
    problems: tuple[Problem, ...]
    lines: Mapping[str, int] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)
    new_versions: tuple[str, ...] = ()
    recipe: str = ""

    @property
    def rows(self) -> int:
        """Number of rows."""
        return sum(frame.height for frame in self.frames.values())

    def check(self) -> None:
        """Check that every line of the file is a row or listed as left out.

        Raises
        ------
        UnbalancedResult
            Naming the table and both counts.
        """
        for table, lines in self.lines.items():
            read = self.frames[table].height if table in self.frames else 0
            require_equal(
                f"rows of {table} in {self.path.name}",
                "the file",
                lines,
                "what was read and listed as left out",
                read + self.left_out.get(table, 0),
                relative=0.0,
            )


@dataclass(slots=True)
class Batch:
    """Rows of several files, to be published together."""

    files: list[FileRows] = field(default_factory=list)

    def frames(
        self, units: Sequence[str], description: MarketDescription
    ) -> tuple[dict[str, pl.DataFrame], tuple[Problem, ...]]:
        """Put the rows together, series named as the dataset names them.

        Parameters
        ----------
        units
            Names of the units that are known already.
        description
            Names of regions and interconnectors.

        Returns
        -------
        frames
            Raw table -> rows.
        problems
            Names that were changed, and names that nobody knows.

        Raises
        ------
        UnbalancedResult
            When rows of a file are lost or counted twice.
        """
        problems = Problems()
        for file in self.files:
            file.check()
        together: dict[str, pl.DataFrame] = {}
        for name in TABLES:
            parts = [
                file.frames[name].with_columns(_origin(file)) for file in self.files if name in file.frames
            ]
            if parts:
                known = units if name == "unit_power" else description.series_of(name)
                together[name] = _named(pl.concat(parts), name, known, problems)
                if name == "price":
                    _check_limits(together[name], description, problems)
                given = sum(part.height for part in parts)
                require_equal(
                    f"rows of {name}", "the files", given, "the batch", together[name].height, relative=0.0
                )
        return together, tuple(problems)


def _origin(file: FileRows) -> pl.Expr:
    return pl.lit(origin_of(file.sha256) if file.sha256 else None, pl.Int64).alias(ORIGIN)


def find_files(folder: Path, drops: Sequence[Drop] = ()) -> list[Path]:
    """List the files in a folder and those inside it that may hold market data, in the order of their names.

    Of rows that differ in nothing else the later file's count: ``prices-2`` comes before ``prices-10``, and
    ``prices`` before ``prices-corrected``. Links are listed too, and files of any kind where a mapping fits their
    name.
    """
    files = (
        path
        for path in walked(folder, links=True)
        if path.suffix.lower() in SUFFIXES or find_drops(path, drops)
    )
    return sorted((path for path in files if not path.name.startswith((".", "~$"))), key=_order)


def _order(path: Path) -> tuple[object, ...]:
    # Numbers by their size; split at digits, texts and numbers take turns, so that they never meet.
    words = re.split(r"(\d+)", str(path.with_suffix("")).casefold())
    return tuple(int(word) if at % 2 else word for at, word in enumerate(words)), path.suffix


def read_file(
    path: Path,
    description: MarketDescription,
    drops: Sequence[Drop] = (),
    accepted_versions: Collection[str] = (),
) -> FileRows:
    """Read a file: by its mappings where some fit its name, else as NEMWEB's.

    Raises
    ------
    DataError
        When it is refused; the sentence says where and why.
    """
    mappings = find_drops(path, drops)
    recipe = recipe_of(path, drops)
    digest = file_digest(path) if is_file(path) else ""
    lines: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    parts: dict[str, list[pl.DataFrame]] = {}
    found = Problems()
    for drop in mappings:
        frames, problems = read_drop(path, drop, description, left_out=left_out)
        height = None if drop.records else _height(path)
        if height is not None:
            lines[drop.table] += height * max(1, len(drop.columns))
        found.add_new(problems)
        for table, frame in frames.items():
            parts.setdefault(table, []).append(frame)
    if mappings:
        together = {table: pl.concat(frames) for table, frames in parts.items()}
        return FileRows(path, digest, together, tuple(found), lines, left_out, recipe=recipe)
    if path.suffix.lower() == ".parquet":
        raise DataError(f"{path.name} is a Parquet file that no mapping in drops.toml fits; add one.", path)
    new: set[str] = set()
    for name, content in csv_members(path):
        frames, problems = read_nemweb(
            name,
            content,
            description,
            accepted_versions=accepted_versions,
            left_out=left_out,
            lines=lines,
            new_versions=new,
        )
        found.extend(problems)
        for table, frame in frames.items():
            parts.setdefault(table, []).append(frame)
    if not parts:
        found.extend([_nothing(path)])
    together = {table: pl.concat(frames) for table, frames in parts.items()}
    return FileRows(path, digest, together, tuple(found), lines, left_out, tuple(sorted(new)), recipe)


def recipe_of(path: Path, drops: Sequence[Drop]) -> str:
    """Name how a file is read: by which version of the readers, and by which mappings.

    A file that was ingested is read again when its recipe has changed.
    """
    mappings = find_drops(path, drops)
    said = sha256(repr(mappings).encode()).hexdigest()[:16] if mappings else "nemweb"
    return f"{READER} {said}"


def _height(path: Path) -> int | None:
    """Rows of a plain file below its header, from its own count; a sheet says itself what is not read of it."""
    match kind_of(path):
        case FileKind.TEXT:
            return max(0, count_rows(path.name, read_content(path)) - 1)
        case FileKind.PARQUET:
            with as_name(path) as name:
                return int(pl.scan_parquet(name).select(pl.len()).collect().item())
    return None


def _nothing(path: Path) -> Problem:
    problems = Problems(path.name)
    problems.warning("holds none of the tables that are read here; nothing was ingested from it.")
    return next(iter(problems))


def _check_limits(prices: pl.DataFrame, description: MarketDescription, problems: Problems) -> None:
    """Report prices that the market's rules do not allow; they are kept, for the rules change too."""
    low, high = description.price_floor, description.price_cap
    odd = prices.filter(~pl.col("rrp").is_between(low, high))
    if odd.is_empty():
        return
    region, stamp, price = odd.select(TABLES["price"].key, "stamp", "rrp").row(0)
    problems.warning(
        f"price: {odd.height} of {prices.height} are outside {low:,g} to {high:,g} {description.price_unit}, the "
        f"first {price:,g} of {region} at {stamp:%Y-%m-%d %H:%M}; they are kept. Check the files, or price_floor "
        "and price_cap in market.toml."
    )


def _named(frame: pl.DataFrame, table: str, known: Iterable[str], problems: Problems) -> pl.DataFrame:
    """Name series as the dataset does, whatever the case: joins on other spellings would return nothing."""
    key = TABLES[table].key
    by_fold = {name.casefold(): name for name in known}
    present = frame[key].unique().to_list()
    changes = {}
    for name in present:
        # Of two spellings that are both new the first is kept.
        usual = by_fold.setdefault(name.casefold(), name)
        if usual != name:
            changes[name] = usual
    if changes:
        shown = ", ".join(f"{old} to {new}" for old, new in sorted(changes.items())[:3])
        problems.change(f"{table}: {len(changes)} names of another spelling were changed ({shown}).")
        frame = frame.with_columns(pl.col(key).replace(changes))
    if table != "unit_power":
        unknown = sorted({name for name in present if name not in changes} - set(known))
        if unknown:
            problems.warning(
                f"{table}: {', '.join(unknown[:5])} {'is' if len(unknown) == 1 else 'are'} not in the "
                f"description; the rows are kept in the record, and shown once it lists them."
            )
    return frame
