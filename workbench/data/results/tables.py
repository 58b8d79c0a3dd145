"""Tables of results in Parquet, with the unit of each column and where the numbers come from."""

from __future__ import annotations

import contextlib
import datetime
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from workbench.data.atomic import reason_of, replacing
from workbench.errors import InvalidData, UnreadableFile
from workbench.version import package_version

METADATA_KEY = b"workbench"


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
        pq.write_table(table, temporary, compression="zstd")
    return path


def read_provenance(path: Path) -> Provenance:
    """Read where the numbers of a table come from, without reading the table.

    Raises
    ------
    UnreadableFile
        When it is missing or damaged.
    """
    with _opening(path):
        return _provenance(_facts(pq.read_schema(path)))


def read_table(path: Path | str) -> SavedTable:
    """Read a table that :func:`write_table` wrote; also any other Parquet file, then without units.

    Raises
    ------
    UnreadableFile
        When it is missing or damaged.
    """
    path = Path(path)
    with _opening(path):
        table = pq.read_table(path, partitioning=None)
    facts = _facts(table.schema)
    return SavedTable(table.to_pandas(), facts.get("units", {}), _provenance(facts))


def _facts(schema: pa.Schema) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads((schema.metadata or {}).get(METADATA_KEY, b"{}"))
    return facts


def _provenance(facts: Mapping[str, Any]) -> Provenance:
    return Provenance(**facts.get("provenance", {"package_version": "", "made_at": ""}))


@contextlib.contextmanager
def _opening(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise UnreadableFile(f"There is no file {path}; run the scenario again.", path) from None
    except pa.ArrowInvalid as error:
        raise UnreadableFile(
            f"{path} is damaged or not a Parquet file ({error}); run the scenario again.", path
        ) from error
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be read: {reason_of(error)}", path) from error
