"""One session that looks at a year of market data, as a process of its own: its latencies and its memory.

``python market_session.py DESIGN FOLDER GO`` loads its libraries, writes ``ready``, waits for the file GO, then
answers its questions, and writes what it measured as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

ROUNDS = 5
YEAR = ("2025-01-01", "2026-01-01")
MONTH = ("2025-06-01", "2025-07-01")
Question = Callable[[], Any]


def workbench(folder: Path) -> tuple[Callable[[], Any], Callable[[Any], dict[str, Question]]]:
    import ipywidgets  # noqa: F401 - what a session has loaded anyway
    import plotly.graph_objects as go
    import plotly.io as pio

    import workbench.charts.template  # noqa: F401 - registers the templates
    from workbench.market import queries
    from workbench.market.model.period import Period, Resolution
    from workbench.market.results import charts
    from workbench.market.store.reading import MarketData

    # Plotly loads its parts at their first use; a session that has drawn anything has them.
    figure = go.Figure(
        go.Scatter(y=[1.0]), layout={"template": "workbench_light", "shapes": [{"type": "rect"}]}
    )
    pio.to_json(go.Figure(figure).add_trace(go.Bar(y=[1.0])), validate=False)
    year, month = Period(*YEAR), Period(*MONTH)

    def questions(data: MarketData) -> dict[str, Question]:
        return {
            "fuel by day": lambda: charts.mix_chart(queries.generation(data, year), "UTC+10:00"),
            "revenue by station": lambda: queries.revenue_by(data, year, queries.By.STATION),
            "price statistics": lambda: queries.price_statistics(data, year),
            "half-hours of a month": lambda: queries.generation(
                data, month, region="West", resolution=Resolution.HALF_HOUR
            ),
        }

    return lambda: MarketData.open(folder), questions


def frames(folder: Path) -> tuple[list[Path], Any]:
    """Raw files of units and their register, for the peers; they are asked the first of our questions."""
    from workbench.market.store.reading import MarketData

    with MarketData.open(folder) as data:
        register = {
            "unit": list(data.units.names),
            "fuel": list(data.units.fuels),
        }
        return list(data.raw_files("unit_power")), register


def pandas_everything(folder: Path) -> tuple[Callable[[], Any], Callable[[Any], dict[str, Question]]]:
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

    power_files, register = frames(folder)

    def opened() -> Any:
        tables = [
            pq.read_table(file, columns=["stamp", "unit", "mw"], read_dictionary=["unit"])
            for file in power_files
        ]
        power = pa.concat_tables(tables).unify_dictionaries().to_pandas()
        return power, pd.DataFrame(register)

    def questions(data: Any) -> dict[str, Question]:
        power, units = data
        fuel = dict(zip(units.unit, units.fuel, strict=True))

        def by_day() -> Any:
            codes = power.unit.cat.categories.map(fuel).to_numpy()[power.unit.cat.codes]
            day = (power.stamp - pd.Timedelta(minutes=5)).dt.floor("D")
            return (power.mw.clip(lower=0) / 12).groupby([day.to_numpy(), codes]).sum()

        return {"fuel by day": by_day}

    return opened, questions


def duckdb_parquet(folder: Path) -> tuple[Callable[[], Any], Callable[[Any], dict[str, Question]]]:
    import duckdb
    import pyarrow as pa

    power_files, register = frames(folder)
    power = [str(file) for file in power_files]

    def opened() -> Any:
        connection = duckdb.connect()
        connection.register("units", pa.table(register))
        return connection

    def questions(connection: Any) -> dict[str, Question]:
        def ask(text: str, *values: Any) -> Any:
            return connection.execute(text, list(values)).fetchall()

        day = "CAST(stamp - INTERVAL 5 MINUTE AS DATE)"
        return {
            "fuel by day": lambda: ask(
                f"SELECT {day}, fuel, sum(greatest(mw, 0)) / 12 FROM read_parquet(?) "
                "JOIN units USING (unit) GROUP BY ALL",
                power,
            ),
        }

    return opened, questions


def polars_parquet(folder: Path) -> tuple[Callable[[], Any], Callable[[Any], dict[str, Question]]]:
    import polars as pl

    power_files, register = frames(folder)
    units = pl.DataFrame(register).lazy()

    def questions(power: pl.LazyFrame) -> dict[str, Question]:
        begin = pl.col("stamp").dt.offset_by("-5m").dt.truncate("1d")
        joined = power.join(units, on="unit")
        return {
            "fuel by day": lambda: (
                joined.group_by(begin, "fuel").agg(pl.col("mw").clip(lower_bound=0).sum() / 12).collect()
            ),
        }

    return lambda: pl.scan_parquet(power_files), questions


DESIGNS = {
    "workbench": workbench,
    "pandas": pandas_everything,
    "duckdb": duckdb_parquet,
    "polars": polars_parquet,
}


def pages_of_its_own() -> int:
    """Bytes that are there for this process alone: all that one more session adds to the machine."""
    lines = Path("/proc/self/smaps_rollup").read_text(encoding="ascii").splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("Private_Dirty:"))


def measure(design: str, folder: Path, go: Path) -> dict[str, Any]:
    opened, questions_of = DESIGNS[design](folder)
    process = psutil.Process()
    bare, bare_own = process.memory_full_info().pss, pages_of_its_own()
    print("ready", flush=True)
    while not go.exists():
        time.sleep(0.01)
    begin = time.perf_counter()
    data = opened()
    questions = questions_of(data)
    first = next(iter(questions.values()))
    first()
    first_view = time.perf_counter() - begin
    rounds = ROUNDS if design == "workbench" else 1
    latencies: dict[str, list[float]] = {name: [] for name in questions}
    for _ in range(rounds):
        for name, question in questions.items():
            begin = time.perf_counter()
            question()
            latencies[name].append(time.perf_counter() - begin)
    return {
        "first": first_view,
        "latencies": latencies,
        "pss": process.memory_full_info().pss - bare,
        "own": pages_of_its_own() - bare_own,
    }


if __name__ == "__main__":
    measured = measure(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
    print(json.dumps(measured), flush=True)
    # The others are still counted: shared pages are shared while everybody is there.
    sys.stdin.read()
