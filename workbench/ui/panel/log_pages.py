"""The log of a run through a filter: how many lines pass, and any page of them.

Unfiltered lines are found by their number. For a filter the numbers of the lines that pass are kept and only new
lines are looked at, so that a page of a long log costs the same at its beginning and at its end.
"""

from __future__ import annotations

import gzip
import time
from array import array
from typing import Any

from workbench.runs.engine.run import Run
from workbench.runs.model.read_only import is_viewer
from workbench.runs.model.records import LogLine
from workbench.runs.model.states import Level
from workbench.ui.panel.browser_messages import LineFilter

__all__ = ["FilteredLog", "line_for_screen", "text_of"]

MAX_SCREEN_CHARACTERS = 1_000
_LEVEL_NUMBERS = {level.word: number for number, level in enumerate(Level)}


class FilteredLog:
    """The lines of one run that pass one filter.

    Parameters
    ----------
    run
        The run.
    line_filter
        Which lines.
    """

    def __init__(self, run: Run, line_filter: LineFilter) -> None:
        self.filter = line_filter
        self._run = run
        # Readers are not told every line: theirs have to be found, and are not to be told from the number of all.
        self._is_reader = is_viewer()
        self._takes_all = line_filter.takes_all and not self._is_reader
        self._numbers = array("Q")
        self._looked_at = 0

    def newest(self, count: int, after: int) -> tuple[int, list[LogLine]]:
        """Count the lines, and give the newest past the first ``after``, at most ``count``."""
        if self._takes_all:
            return self._run.newest_lines(count, after)
        total = self.count()
        first = max(after, total - count)
        return total, self.page(first, total - first)

    def count(self) -> int:
        """Count the lines that pass, those that have come since the last look included."""
        if self._takes_all:
            return self._run.newest_lines(0)[0]
        self._look()
        return len(self._numbers)

    def page(self, first: int, count: int) -> list[LogLine]:
        """Give lines ``first`` (from 0, among those that pass) to ``first + count``."""
        if self._takes_all:
            return self._run.lines(first, count)
        if first + count > len(self._numbers):
            self._look()
        numbers = self._numbers[first : first + count]
        return self._run.lines_numbered(numbers.tolist()) if numbers else []

    def _look(self) -> None:
        total = 0 if self._is_reader else self._run.newest_lines(0)[0]
        if total and total == self._looked_at:
            return
        found = self._run.line_numbers(
            self._looked_at, level=self.filter.level, contains=self.filter.contains
        )
        self._numbers.extend(found)
        # Lines that came between the count and the search may have been found already.
        self._looked_at = max(self._looked_at, total, found[-1] if found else 0)


def line_for_screen(line: LogLine) -> list[Any]:
    """Give a line as a row of the pane: number, time, level, stage, message cut to a sensible width."""
    message = line.message
    if len(message) > MAX_SCREEN_CHARACTERS:
        message = (
            f"{message[:MAX_SCREEN_CHARACTERS]} … ({len(message)} characters; copy or download shows all)"
        )
    return [line.line, round(line.time, 3), _LEVEL_NUMBERS[line.level], line.stage, message]


def text_of(lines: list[LogLine]) -> bytes:
    """Give lines as compressed text, one per row: local time, level, stage, message."""
    rows = [
        f"{_clock(line.time)}  {line.level:<7}  {f'[{line.stage}] ' if line.stage else ''}{line.message}\n"
        for line in lines
    ]
    return gzip.compress("".join(rows).encode("utf-8", "replace"), compresslevel=4)


def _clock(moment: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(moment)) + f".{int(moment % 1 * 1000):03d}"
