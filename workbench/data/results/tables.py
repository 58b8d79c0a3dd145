"""Tables of results in Parquet, with the unit of each column and where the numbers come from."""

from __future__ import annotations

import contextlib
import datetime
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from workbench.data.atomic import replacing
from workbench.data.tables.parquet import read_parquet
from workbench.errors import InvalidData, UnreadableFile
from workbench.files import as_name, is_file
from workbench.structured import json_from, own_errors, typed
from workbench.version import package_version

METADATA_KEY = b"workbench"
RUN_AGAIN = "`workbench repair` names whatever else is damaged. Run the scenario again."


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where the numbers of a table come from.

    Parameters
    ----------
    run
        Id of the run that made them.
    inputs
        Name of each input -> SHA-256 of its content.
    package_version
        Version of the workbench.
    made_at
        UTC, ISO 8601.
    """

    run: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    package_version: str = field(default_factory=package_version)
    made_at: str = field(
        default_factory=lambda: datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    )


@dataclass(frozen=True, slots=True)
class SavedTable:
    """A table read back.

    Parameters
    ----------
    frame
        The values, index and dtypes as they were written.
    units
        Column -> unit; columns without a unit are left out.
    provenance
        Where the numbers come from.
    """

    frame: pd.DataFrame
    units: Mapping[str, str]
    provenance: Provenance


def write_table(
    frame: pd.DataFrame,
    path: Path | str,
    *,
    units: Mapping[str, str],
    provenance: Provenance,
    heading: Mapping[str, str] | None = None,
) -> Path:
    """Write a table as Parquet; a reader sees the earlier one until it is complete.

    Parameters
    ----------
    frame
        Column names are text and differ.
    path
        Final name.
    units
        Column -> unit, for columns that have one.
    provenance
        Where the numbers come from.
    heading
        What the table is of: whether it is made up, filter, resolution, newest data.

    Raises
    ------
    InvalidData
        When a unit is given for a column that is not there, or the column names are not distinct texts.
    UnwritableFile
        When the operating system refuses.
    """
    path = Path(path)
    names = [name for name in frame.columns if isinstance(name, str)]
    if len(set(names)) != len(frame.columns):
        raise InvalidData(
            f"{path.name}: column names must be distinct texts, found {list(frame.columns)}.", path
        )
    unknown = [name for name in units if name not in names]
    if unknown:
        present = ", ".join(names)
        raise InvalidData(
            f"{path.name}: units for missing columns {', '.join(unknown)}; present: {present}.", path
        )
    facts = {"units": dict(units), "provenance": asdict(provenance), "heading": dict(heading or {})}
    table = pa.Table.from_pandas(frame)
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), METADATA_KEY: json.dumps(facts)})
    with replacing(path) as temporary:
        pq.write_table(table, temporary, compression="zstd", write_page_checksum=True)
    return path


def read_provenance(path: Path) -> Provenance:
    """Read where the numbers of a table come from, without reading the table.

    Raises
    ------
    UnreadableFile
        When it is missing or damaged.
    """
    with _opening(path), as_name(path) as name:
        return _facts(pq.read_schema(name), path).provenance


def read_table(path: Path | str) -> SavedTable:
    """Read a table that :func:`write_table` wrote; also any other Parquet file, then without units.

    Raises
    ------
    UnreadableFile
        When it is missing or damaged.
    """
    path = Path(path)
    with _opening(path):
        table = read_parquet(path)
        facts = _facts(table.schema, path)
        return SavedTable(table.to_pandas(), facts.units, facts.provenance)


@dataclass(frozen=True, slots=True)
class _Facts:
    units: dict[str, str] = field(default_factory=dict)
    provenance: Provenance = field(default_factory=lambda: Provenance(package_version="", made_at=""))


def _facts(schema: pa.Schema, path: Path) -> _Facts:
    content = (schema.metadata or {}).get(METADATA_KEY, b"{}")
    plain = json_from(content, path, error=UnreadableFile, advice=RUN_AGAIN)
    return typed(plain, _Facts, path, error=UnreadableFile, advice=RUN_AGAIN, others=True)


@contextlib.contextmanager
def _opening(path: Path) -> Iterator[None]:
    if not is_file(path):
        raise UnreadableFile(f"There is no file {path}; run the scenario again.", path)
    with own_errors(path, "a Parquet file", advice=RUN_AGAIN):
        yield
