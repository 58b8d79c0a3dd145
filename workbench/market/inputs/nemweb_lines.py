"""The lines of a NEMWEB file: runs of data as columns of texts, all other lines one by one."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from workbench.market.inputs.archives import Readable

BLOCK_BYTES = 4_000_000
LONGEST_LINE = 1_000_000
LINE = "_line"
_NEWLINE, _COMMA = ord("\n"), ord(",")


@dataclass(frozen=True, slots=True)
class Run:
    """Lines that follow each other: data, or a single other line.

    Parameters
    ----------
    content
        The lines, each ended by a line feed but perhaps the last one.
    first
        Number of the first line in the file, from 1.
    count
        Number of lines.
    data
        Whether they begin with ``D,``.
    """

    content: bytes
    first: int
    count: int
    data: bool


def blocks_of(file: Readable) -> Iterator[bytes]:
    """Read a file in blocks of whole lines, so that its size costs no memory.

    Raises
    ------
    csv.Error
        When a line is longer than any of this kind of file.
    """
    rest = b""
    while block := file.read(BLOCK_BYTES):
        block = rest + block
        # A carriage return at the end may be followed by its line feed.
        end = block.rfind(b"\n") + 1 or (block.rfind(b"\r", 0, -1) + 1)
        if len(block) - end > LONGEST_LINE:
            raise csv.Error(f"a line is longer than {LONGEST_LINE:,} characters")
        rest = block[end:]
        if end:
            yield block[:end]
    if rest:
        yield rest


def runs_of(blocks: Iterable[bytes]) -> Iterator[Run]:
    """Cut blocks of whole lines into runs."""
    line = 1
    for block in blocks:
        if b"\r" in block:
            block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        codes, starts = _lines(block)
        # A line of one character is followed by its line feed, or by nothing.
        second = codes[np.minimum(starts + 1, len(codes) - 1)]
        data = (codes[starts] == ord("D")) & (second == _COMMA)
        cuts = np.flatnonzero(np.concatenate(([True], ~(data[1:] & data[:-1]))))
        ends = np.append(cuts[1:], len(starts))
        places = np.append(starts, len(block))
        for begin, end in zip(cuts.tolist(), ends.tolist(), strict=True):
            content = block[places[begin] : places[end]]
            yield Run(content, line + begin, end - begin, bool(data[begin]))
        line += len(starts)


def rows_of(run: Run) -> Iterator[tuple[int, list[str]]]:
    """Split each line of a run into its fields; blank lines are passed over.

    Raises
    ------
    csv.Error
        When a line is no CSV.
    """
    reader = csv.reader(io.StringIO(run.content.decode("utf-8"), newline=""))
    for row in reader:
        if row:
            yield run.first + reader.line_num - 1, row


def texts_of(run: Run, width: int, wanted: Sequence[int]) -> pl.DataFrame | None:
    """Read some columns of a run at once.

    Parameters
    ----------
    run
        Data.
    width
        Number of fields that each line should have.
    wanted
        Places of the columns, from 0.

    Returns
    -------
    DataFrame or None
        ``_line`` and, named by their places, the texts; empty ones are null. None when not all lines are
        alike: they are then read one by one, see :func:`rows_of`.
    """
    codes, starts = _lines(run.content)
    if (np.add.reduceat(codes == _COMMA, starts, dtype=np.int32) != width - 1).any():
        return None
    places = sorted(set(wanted))
    try:
        frame = pl.read_csv(run.content, has_header=False, infer_schema=False, columns=places)
    except pl.exceptions.PolarsError:
        return None
    if frame.height != run.count:
        return None
    frame.columns = [str(place) for place in places]
    return frame.with_columns(pl.int_range(run.first, run.first + run.count, dtype=pl.Int64).alias(LINE))


def _lines(block: bytes) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Give the codes of a block and where its lines begin."""
    codes = np.frombuffer(block, dtype=np.uint8)
    starts = np.concatenate(([0], np.flatnonzero(codes == _NEWLINE) + 1))
    return codes, starts[:-1] if starts[-1] == len(block) else starts
