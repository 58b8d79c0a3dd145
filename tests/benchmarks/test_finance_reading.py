"""A million rows read and profiled, beside what a plain reader takes for the same file.

Seconds are those of the processor, all threads together: on a busy machine the clock on the wall measures
the others.
"""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest

from tests.benchmarks.conftest import Report
from workbench.finance.inputs.finance_file import read_ledger
from workbench.finance.inputs.grain import make_ledger
from workbench.finance.inputs.mapping.propose import propose_mapping
from workbench.finance.inputs.reading.read import read_file
from workbench.finance.sample import sample_figures, write_samples

pytestmark = pytest.mark.benchmark

ROWS = 1_000_000


@pytest.fixture(scope="module")
def million(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, int]]:
    """A file of bookings with quoted, grouped amounts, costs in parentheses, blanks; and its sums in cents."""
    rng = np.random.default_rng(7)
    days = pd.date_range("2015-01-01", periods=3650).strftime("%Y-%m-%d").to_numpy()
    cents = {
        name: rng.integers(100, 50_000_000, ROWS) for name in ("revenue", "expenses", "marketing", "profit")
    }
    frame = pl.DataFrame(
        {
            "Posting Date": days[np.sort(rng.integers(0, len(days), ROWS))],
            "Region": np.array(["North", "Central", "South"])[rng.integers(0, 3, ROWS)],
            "Department": np.array(["Retail", "Wholesale", "Online"])[rng.integers(0, 3, ROWS)],
            "Document": rng.integers(10**9, 10**10, ROWS),
            "Net Sales": [f"{value / 100:,.2f}" for value in cents["revenue"].tolist()],
            "Operating Costs": [f"({value / 100:,.2f})" for value in cents["expenses"].tolist()],
            "Marketing Spend": cents["marketing"] / 100,
            "Net Profit": cents["profit"] / 100,
            "Comment": np.array([None, "checked", "n/a"])[rng.integers(0, 3, ROWS)],
        }
    )
    path = tmp_path_factory.mktemp("million") / "bookings.csv"
    frame.write_csv(path)
    return path, {name: int(values.sum()) for name, values in cents.items()}


def test_a_million_rows_are_read_and_profiled(million: tuple[Path, dict[str, int]], report: Report) -> None:
    path, cents = million
    start = time.process_time()
    pd.read_csv(path, thousands=",")
    peer = time.process_time() - start

    start = time.process_time()
    reading = read_file(path)
    seconds = time.process_time() - start

    assert reading.questions == ()
    assert len(reading.rows) == ROWS
    assert round(reading.column("Net Sales").total * 100) == cents["revenue"]
    assert round(reading.column("Operating Costs").total * 100) == -cents["expenses"]
    megabytes = path.stat().st_size / 1e6
    report(
        f"1 000 000 rows ({megabytes:.0f} MB) read and profiled",
        seconds,
        peer,
        "CPU s",
        "< 20 s",
        seconds < 20.0,
    )


def test_a_million_rows_become_figures_to_the_cent(
    million: tuple[Path, dict[str, int]], report: Report
) -> None:
    path, cents = million
    reading = read_file(path)
    start = time.process_time()
    ledger = make_ledger(reading, propose_mapping(reading))
    seconds = time.process_time() - start

    for name, total in cents.items():
        assert round(ledger.lines[name].sum() * 100) == total
    report("1 000 000 rows to periods and entities", seconds, None, "CPU s", "< 20 s", seconds < 20.0)


def test_a_file_of_200_megabytes_is_read(
    million: tuple[Path, dict[str, int]], tmp_path: Path, report: Report
) -> None:
    path, cents = million
    header, _, rows = path.read_bytes().partition(b"\n")
    times = int(200e6 / len(rows)) + 1
    large = tmp_path / "large.csv"
    large.write_bytes(header + b"\n" + rows * times)

    start = time.process_time()
    reading = read_file(large)
    seconds = time.process_time() - start

    assert len(reading.rows) == times * ROWS
    assert round(reading.column("Net Sales").total * 100) == times * cents["revenue"]
    size = large.stat().st_size / 1e6
    report(
        f"{size:.0f} MB ({times} million rows) read and profiled",
        seconds,
        None,
        "CPU s",
        "< 60 s",
        seconds < 60.0,
    )


def test_the_rows_and_the_revenue_of_540_rows_are_all_there(tmp_path: Path, report: Report) -> None:
    truth = sample_figures()
    start = time.process_time()
    ledger = read_ledger(write_samples(tmp_path)[0])
    seconds = time.process_time() - start

    # What dropping duplicates of the date leaves, as the peer.
    naive = truth.drop_duplicates("Month End")
    share, peer = (
        ledger.lines["revenue"].sum() / truth["Revenue"].sum(),
        naive["Revenue"].sum() / truth["Revenue"].sum(),
    )
    report(
        "share of the revenue of 540 rows that arrives",
        100 * share,
        100 * peer,
        "%",
        "100 %",
        round(share, 9) == 1.0,
    )
    report("540 rows from the file to figures", seconds, None, "CPU s", "< 2 s", seconds < 2.0)


def test_10500_days_become_months(shared_data: Path, report: Report) -> None:
    start = time.process_time()
    ledger = read_ledger(shared_data / "finance" / "company_daily_10500.csv.gz")
    seconds = time.process_time() - start

    assert len(ledger.entries) == 10_500
    report("10 500 daily rows from the file to figures", seconds, None, "CPU s", "< 3 s", seconds < 3.0)
