"""Questions to a year of market data (500 units, 5 minutes): time and memory beside pandas, DuckDB, Polars."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from workbench.market import queries
from workbench.market.model.period import Period, Resolution
from workbench.market.store.reading import MarketData
from workbench.market.views.boards import GenerationBoard

pytestmark = pytest.mark.benchmark

Report = Callable[[str, float, float | None, str, str, bool], None]
SESSION = Path(__file__).with_name("market_session.py")
SINGLE_THREADED = {"OMP_NUM_THREADS": "1"}
YEAR, MONTH = Period("2025-01-01", "2026-01-01"), Period("2025-06-01", "2025-07-01")
SESSIONS = (1, 4, 8)
LARGEST_EXTRA = 10.0
"""Memory that one more session may take [MB]; asked are 10."""
SLOWEST_MONTH = 500.0
"""Time that a month of five-minute values may take [ms]."""
PANDAS_SESSIONS = (1,)
"""Each holds the year in memory: eight of them would not fit on the machine that twenty readers share."""


@pytest.fixture(scope="module")
def data(market_year: Path) -> Iterator[MarketData]:
    with MarketData.open(market_year) as opened:
        yield opened


def median_ms(question: Callable[[], Any], rounds: int = 7) -> float:
    times = []
    for _ in range(rounds):
        begin = time.perf_counter()
        question()
        times.append(time.perf_counter() - begin)
    return 1000 * statistics.median(times)


def sessions(design: str, folder: Path, count: int, go: Path) -> list[dict[str, Any]]:
    """Let so many sessions ask at once."""
    command = [sys.executable, str(SESSION), design, str(folder), str(go)]
    environment = {
        **os.environ,
        **SINGLE_THREADED,
        "POLARS_MAX_THREADS": "2",
        "PYTHONPATH": str(Path(queries.__file__).parents[3]),
    }
    started = [
        subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(count)
    ]
    try:
        for process in started:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        go.write_text("")
        return [json.loads(process.stdout.readline()) for process in started if process.stdout is not None]
    finally:
        for process in started:
            process.communicate("")


def test_every_query_over_the_year(data: MarketData, report: Report):
    station = data.units.stations[0]
    extra = {"station_series": [station], "station_units": [station], "interconnector_flow": ["V-SA"]}
    medians = {}
    for name in queries.__all__:
        if name in ("By", "find_stations", "Answer"):
            continue
        query = getattr(queries, name)
        medians[name] = median_ms(lambda query=query, name=name: query(data, YEAR, *extra.get(name, [])))
    worst = max(medians, key=lambda name: medians[name])
    report(
        f"slowest of {len(medians)} queries over a year: {worst}, median",
        medians[worst],
        None,
        "ms",
        "<= 150",
        medians[worst] <= 150,
    )
    typical = statistics.median(medians.values())
    report("typical query over a year, median", typical, None, "ms", "<= 150", typical <= 150)


def test_a_month_of_one_region_in_native_intervals(data: MarketData, report: Report):
    took = median_ms(
        lambda: queries.generation(data, MONTH, region="West", resolution=Resolution.FIVE_MINUTES), rounds=5
    )
    report("5-minute month of one region by fuel", took, None, "ms", "<= 500", took <= SLOWEST_MONTH)


def test_the_first_view_of_a_board_over_the_year(market_year: Path, report: Report):
    GenerationBoard(MarketData.open(market_year), period="Today").close()  # a warm session has its libraries

    def first_view() -> None:
        board = GenerationBoard(MarketData.open(market_year), period="12 months")
        assert board._views[0][0].answer is not None
        board.close()

    took = median_ms(first_view, rounds=3) / 1000
    report("first view: open, a year by fuel, figure", took, None, "s", "< 1", took < 1)


def test_sessions_share_one_copy_and_do_not_wait_for_each_other(
    market_year: Path, tmp_path: Path, report: Report
):
    peers: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for design in ("duckdb", "polars", "pandas"):
        pytest.importorskip(design)
        for count in PANDAS_SESSIONS if design == "pandas" else SESSIONS:
            peers[design, count] = sessions(design, market_year, count, tmp_path / f"{design}-{count}")
    for count in SESSIONS:
        everybody = {"workbench": sessions("workbench", market_year, count, tmp_path / f"ours-{count}")}
        everybody |= {design: found for (design, many), found in peers.items() if many == count}
        facts = {design: Facts.of(found) for design, found in everybody.items()}
        ours = facts["workbench"]
        for design, theirs in facts.items():
            beside = f"{count} sessions, beside {design}"
            if design == "workbench":
                continue
            if count == 1:
                report(f"{beside}: memory, shared pages included", ours.memory, theirs.memory, "MB", "", True)
            within, goal = ours.own <= LARGEST_EXTRA, f"<= {LARGEST_EXTRA:g}"
            report(f"{beside}: memory that one more adds", ours.own, theirs.own, "MB", goal, within)
            report(f"{beside}: p95 of a question", ours.p95, theirs.p95, "s", "<= 1", ours.p95 <= 1)
            report(f"{beside}: first view", ours.first, theirs.first, "s", "< 1", ours.first < 1)


@dataclass(frozen=True, slots=True)
class Facts:
    """What sessions that asked at once have measured: memory beyond their bare libraries [MB], times [s]."""

    memory: float
    """PSS: with a share of the pages that all map."""
    own: float
    """Pages of their own."""
    p95: float
    first: float

    @classmethod
    def of(cls, found: list[dict[str, Any]]) -> Facts:
        times = [time for one in found for every in one["latencies"].values() for time in every]
        memory, own = (float(np.mean([one[name] for one in found])) / 1e6 for name in ("pss", "own"))
        first = float(np.mean([one["first"] for one in found]))
        return cls(memory, own, float(np.percentile(times, 95)), first)
