"""The sample files: what they promise, and that the messy one reads to the same figures as the clean one."""

from __future__ import annotations

import math
from pathlib import Path

from workbench.finance.analysis.checks import CheckStatus, check_ledger
from workbench.finance.inputs.finance_file import read_ledger
from workbench.finance.model.calendar import FiscalCalendar
from workbench.finance.sample import (
    CLEAN_NAME,
    MESSY_NAME,
    sample_clean_csv,
    sample_figures,
    write_samples,
)


def test_all_540_rows_and_all_the_revenue_arrive_to_the_cent(tmp_path: Path) -> None:
    clean, _ = write_samples(tmp_path)
    truth = sample_figures()

    ledger = read_ledger(clean)

    assert (len(ledger.entries), len(ledger.lines), len(ledger.periods)) == (540, 540, 60)
    assert round(math.fsum(ledger.lines["revenue"]), 2) == round(math.fsum(truth["Revenue"]), 2)
    by_month = truth.groupby("Month End")["Revenue"].sum().round(2)
    assert ledger.total("revenue").tolist() == by_month.tolist()
    assert ledger.changes.count() == 0
    assert ledger.gaps == ledger.partial == ledger.problems == ()


def test_the_clean_file_keeps_every_identity(tmp_path: Path) -> None:
    ledger = read_ledger(write_samples(tmp_path)[0], calendar=FiscalCalendar(4))

    results = {result.name: result.status for result in check_ledger(ledger, tolerance=0.011)}

    assert results.pop("Receivables roll-forward") is CheckStatus.NOT_AVAILABLE
    assert results.pop("Payables roll-forward") is CheckStatus.NOT_AVAILABLE
    assert set(results.values()) == {CheckStatus.PASSED}
    assert {"Profit identity", "Balance sheet", "Cash roll-forward"} <= set(results)


def test_the_messy_export_reads_without_help_to_the_same_figures(tmp_path: Path) -> None:
    _, messy = write_samples(tmp_path)
    truth = sample_figures()
    year = truth[truth["Month End"] >= truth["Month End"].iloc[-108]]

    ledger = read_ledger(messy)

    headers = {
        "revenue": "Revenue",
        "expenses": "Operating Costs",
        "marketing": "Marketing Spend",
        "profit": "Net Profit",
    }
    for figure, header in headers.items():
        expected = year.pivot_table(header, index="Month End", columns="Region", aggfunc="sum").round(2)
        assert ledger.by("region", figure).to_numpy().tolist() == expected.to_numpy().tolist()
    assert set(ledger.lines["region"]) == {"North", "Central", "Süd"}


def test_everything_that_was_done_to_the_messy_export_is_listed(tmp_path: Path) -> None:
    ledger = read_ledger(write_samples(tmp_path)[1])

    table = ledger.changes.table()
    dropped = table[table["kind"] == "dropped"]["reason"]
    assert dropped.str.startswith("it is a total").sum() == 13
    assert (dropped == "a title above the header").sum() == 2
    assert (dropped == "the header is repeated here").sum() == 2
    assert (dropped == "a note: it has neither a date nor an amount").sum() == 1
    assert table[table["kind"] == "merged"]["before"].tolist() == ["SÜD"] * 12
    assert table[table["kind"] == "read as"]["before"].tolist() == ["2024-07-31"]
    turned = table[table["reason"] == "costs have a minus in this column; the amounts are plus here"]
    assert turned.groupby("column").size().to_dict() == {"Advertising": 108, "Operating Costs": 108}
    assert ledger.problems == ()


def test_the_samples_are_the_same_every_time(tmp_path: Path) -> None:
    write_samples(tmp_path / "one")
    write_samples(tmp_path / "two")

    assert sample_clean_csv() == (tmp_path / "one" / CLEAN_NAME).read_bytes()
    for name in (CLEAN_NAME, MESSY_NAME):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
