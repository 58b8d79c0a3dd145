"""Roll-ups on disk: uncompressed Arrow files, memory-mapped, so that all processes share one copy of their pages.

A file holds one roll-up for one period (a finished month, or a day of the newest month): each column is one
contiguous run of numbers, and the schema's metadata say how it folds into (series …, time).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from workbench.data.atomic import replacing
from workbench.files import as_name
from workbench.structured import own_errors

METADATA_KEY = b"workbench.rollup"
_TYPES = {pa.float64(): np.float64, pa.int32(): np.int32}


@dataclass(frozen=True, slots=True)
class Chunk:
    """A roll-up for one period.

    Parameters
    ----------
    start
        Begin of the period [minutes since 1970].
    step
        Step [min].
    columns
        Column -> array of shape (series …, time); read-only views of the file.
    """

    start: int
    step: int
    columns: Mapping[str, NDArray[np.generic]]


def write_chunk(path: Path, chunk: Chunk, units: Mapping[str, str]) -> None:
    """Write a roll-up's period.

    Parameters
    ----------
    path
        Final name; readers of an earlier file of that name keep it.
    chunk
        What to write.
    units
        Column -> unit, for those who open the file with other tools.

    Raises
    ------
    UnwritableFile
        When the operating system refuses.
    """
    shape = next(iter(chunk.columns.values())).shape
    facts = {"shape": shape, "start": chunk.start, "step": chunk.step, "units": dict(units)}
    arrays = [_arrow(array) for array in chunk.columns.values()]
    schema = pa.schema(
        [(name, array.type) for name, array in zip(chunk.columns, arrays, strict=True)],
        metadata={METADATA_KEY: json.dumps(facts)},
    )
    with replacing(path) as temporary, pa.OSFile(str(temporary), "wb") as sink:
        with pa.ipc.new_file(sink, schema) as writer:
            writer.write_batch(pa.record_batch(arrays, schema=schema))


def map_chunk(path: Path) -> Chunk:
    """Map a file that :func:`write_chunk` wrote into memory, without reading its numbers.

    Raises
    ------
    UnreadableFile
        When it is missing or damaged.
    """
    with own_errors(path, "a roll-up", advice="Have the roll-ups built anew (market_ingest with rebuild)."):
        with as_name(path) as name, pa.memory_map(name) as source, pa.ipc.open_file(source) as reader:
            facts = json.loads(reader.schema.metadata[METADATA_KEY])
            batch = reader.get_batch(0)
        if set(batch.schema.names) != set(facts["units"]):
            # Each name stands twice in the file: one of them is damaged.
            raise ValueError("the names of its columns do not agree")
        shape = tuple(facts["shape"])
        columns = {
            # Not Array.to_numpy: like pyarrow.array it imports pandas, 30 MB that nobody here has a use for.
            name: np.frombuffer(
                batch.column(at).buffers()[1], _TYPES[batch.schema.field(at).type], batch.num_rows
            ).reshape(shape)
            for at, name in enumerate(batch.schema.names)
        }
        return Chunk(int(facts["start"]), int(facts["step"]), columns)


def _arrow(array: NDArray[np.generic]) -> pa.Array:
    flat = np.ascontiguousarray(array).reshape(-1)
    kind = next(kind for kind, dtype in _TYPES.items() if dtype == flat.dtype)
    return pa.Array.from_buffers(kind, len(flat), [None, pa.py_buffer(flat)])
