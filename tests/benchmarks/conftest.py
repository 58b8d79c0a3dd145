"""One table for all benchmarks: what, ours, the peer's in the same run, ratio, goal, met or not."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from market_year import market_year

__all__ = ["market_year"]

Report = Callable[[str, float, float | None, str, str, bool], None]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    part: str
    what: str
    ours: float
    peer: float | None
    unit: str
    goal: str
    met: bool

    def cells(self) -> list[str]:
        peer = "" if self.peer is None else f"{self.peer:.4g}"
        ratio = "" if not self.peer else f"{self.ours / self.peer:.3g}"
        return [
            self.part,
            self.what,
            f"{self.ours:.4g}",
            peer,
            ratio,
            self.unit,
            self.goal,
            self._verdict(),
        ]

    def _verdict(self) -> str:
        if not self.met:
            return "NO"
        # Where the goal names another bound as the one that was asked, only ours was checked.
        return "guarded" if "asked" in self.goal else "yes"


HEADER = ["part", "what", "ours", "peer", "ratio", "unit", "goal", "met"]
BEGIN, END = "<!-- benchmarks -->", "<!-- end of benchmarks -->"
_rows: list[Row] = []


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Report:
    """Add a line to the table and fail when its goal is not met."""

    def add(what: str, ours: float, peer: float | None, unit: str, goal: str, met: bool) -> None:
        part = request.path.stem.removeprefix("test_").replace("_", " ")
        row = Row(part, what, float(ours), None if peer is None else float(peer), unit, goal, bool(met))
        _rows.append(row)
        assert met, f"{what}: {ours:.4g} {unit}, goal {goal}"

    return add


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table, and write it as Markdown where WORKBENCH_BENCHMARK_TABLE says."""
    if not _rows:
        return
    table = [HEADER, *(row.cells() for row in _rows)]
    widths = [max(len(line[column]) for line in table) for column in range(len(HEADER))]
    terminalreporter.section("benchmarks")
    for line in table:
        terminalreporter.write_line(
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        )
    if target := os.environ.get("WORKBENCH_BENCHMARK_TABLE"):
        rows = [HEADER, ["---"] * len(HEADER), *table[1:]]
        _write(Path(target), "".join(f"| {' | '.join(row)} |\n" for row in rows))


def _write(target: Path, table: str) -> None:
    """Put the table between the two marks of a page, or write a file that holds nothing else."""
    page = target.read_text(encoding="utf-8") if target.is_file() else ""
    before, mark, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if mark and end:
        table = f"{before}{BEGIN}\n\n{table}\n{END}{after}"
    target.write_text(table, encoding="utf-8")
