"""What a command writes on: any encoding, a pipe that its reader closes, and lines that stay whole."""

from __future__ import annotations

import codecs
import contextlib
import os
import sys

TYPE_CHECKING = False  # without typing and collections.abc the help is there sooner

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Literal

    from rich.console import Console

__all__ = ["console", "flush", "prepare", "print_table", "silence"]

_ERRORS = "workbench.plain"
_LEAST_ROOM = 20
"""Columns of a terminal that the folded columns of a table need at least."""
_PLAIN = {
    **{"\N{EM DASH}": "-", "\N{EN DASH}": "-", "\N{MINUS SIGN}": "-", "\N{HORIZONTAL ELLIPSIS}": "..."},
    **{
        "\N{CHECK MARK}": "+",
        "\N{BALLOT X}": "x",
        "\N{RIGHTWARDS ARROW}": "->",
        "\N{MULTIPLICATION SIGN}": "x",
    },
    **{"\N{NO-BREAK SPACE}": " ", "\N{NARROW NO-BREAK SPACE}": " ", "\N{THIN SPACE}": " "},
    **{"\N{SUBSCRIPT ZERO}": "0", "\N{SUBSCRIPT TWO}": "2", "\N{MIDDLE DOT}": "."},
    **{"\N{LEFT DOUBLE QUOTATION MARK}": '"', "\N{RIGHT DOUBLE QUOTATION MARK}": '"'},
    **{"\N{LEFT SINGLE QUOTATION MARK}": "'", "\N{RIGHT SINGLE QUOTATION MARK}": "'"},
}
"""What is written instead where the encoding of a terminal does not have a character."""


def prepare() -> None:
    """Let both outputs take every character: what their encoding lacks is written plainly, or by its number."""
    codecs.register_error(_ERRORS, _plain)
    for stream in (sys.stdout, sys.stderr):
        # Without an output (closed by the shell, a program with windows) there is nothing to prepare.
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors=_ERRORS)  # type: ignore[union-attr]


def _plain(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    first = error.object[error.start]
    if first in _PLAIN:
        return _PLAIN[first], error.start + 1
    if "\udc80" <= first <= "\udcff" and not error.encoding.startswith(("utf-16", "utf-32")):
        # A byte of a file name that is no text: it goes out as it came in.
        return bytes([ord(first) - 0xDC00]), error.start + 1
    return first.encode("ascii", "backslashreplace").decode("ascii"), error.start + 1


def flush() -> None:
    """Write out what is still held back, so that a closed pipe or a full disk shows here and not at the end."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()


def silence() -> None:
    """Let outputs that can no longer be written lead nowhere, so that Python does not complain at the end."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            with contextlib.suppress(OSError, ValueError, AttributeError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def console(*, stderr: bool = False) -> Console:
    """Make a console that breaks no line: a terminal wraps what is too long, a file or pipe gets it whole."""
    import rich.console

    class _Console(rich.console.Console):
        def on_broken_pipe(self) -> None:
            # Rich would end the program; here the command decides.
            raise BrokenPipeError

    return _Console(stderr=stderr, highlight=False, soft_wrap=True, emoji=False)


def print_table(
    target: Console,
    headers: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    numbers: frozenset[int] = frozenset(),
    whole: frozenset[int] = frozenset(),
    colours: Mapping[tuple[int, int], str] | None = None,
) -> None:
    """Print a table: folded into a terminal's width, in a file or pipe one line a row.

    Parameters
    ----------
    headers, rows
        Texts, written as they are.
    numbers
        Places of the columns that are aligned at the right.
    whole
        Places of the columns that are not folded, such as those of ids.
    colours
        Colours on a terminal, of the cells of a row and a column.
    """
    from rich.cells import cell_len
    from rich.table import Table
    from rich.text import Text

    lines = [[" ".join(cell.splitlines()) for cell in row] for row in (headers, *rows)]
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    room = target.width - sum(2 + widths[place] for place in whole)
    if target.is_terminal and (not whole or room >= _LEAST_ROOM):
        table = Table(box=None, header_style="bold")
        for place, header in enumerate(headers):
            justify: Literal["left", "right"] = "right" if place in numbers else "left"
            table.add_column(Text(header), justify=justify, overflow="fold", no_wrap=place in whole)
        for number, row in enumerate(rows):
            styles = [(colours or {}).get((number, place), "") for place in range(len(row))]
            table.add_row(*map(Text, row, styles))
        target.print(table, soft_wrap=False)
        return
    for line in lines:
        cells = [
            cell.rjust(len(cell) + width - cell_len(cell))
            if place in numbers
            else cell.ljust(len(cell) + width - cell_len(cell))
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        target.print("  ".join(cells).rstrip(), markup=False)
