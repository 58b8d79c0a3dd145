"""Gaps are filled only when somebody asks, exactly where the accounts allow it, and every one is listed."""

from __future__ import annotations

from pathlib import Path

import pytest
from finance.finance_files import ledger_of, monthly

from workbench.errors import InvalidData
from workbench.finance.analysis.imputation import Filling, filled
from workbench.finance.inputs.finance_file import read_ledger

COLUMNS = {"Revenue": [100, 110, 120, 130], "Costs": [60, None, 70, 75], "Net Profit": [40, 45, 50, 55]}


def test_what_the_profit_identity_proves_is_filled_exactly_and_listed_with_its_row() -> None:
    ledger = filled(ledger_of(monthly(COLUMNS)), {"expenses": Filling.IDENTITY})

    assert ledger.total("expenses").tolist() == [60.0, 65.0, 70.0, 75.0]
    assert ledger.gaps == ()
    (change,) = ledger.changes.of("imputed")
    assert (change.rows, change.column, change.after) == ((3,), "Costs", ("65",))
    assert change.reason == "filled from the profit identity, as requested"


def test_the_rows_of_the_file_stay_as_they_are() -> None:
    before = ledger_of(monthly(COLUMNS))

    after = filled(before, {"expenses": Filling.IDENTITY})

    assert after.entries["expenses"].isna().sum() == 1
    assert before.lines["expenses"].isna().sum() == 1
    assert before.changes.count() == 0


def test_a_straight_line_never_goes_beyond_what_is_given() -> None:
    columns = {"Revenue": [None, 100, None, 120, None]}

    ledger = filled(ledger_of(monthly(columns)), {"revenue": Filling.LINE})

    assert ledger.total("revenue").isna().tolist() == [True, False, False, False, True]
    assert ledger.total("revenue").iloc[2] == 110.0


def test_each_region_has_a_line_of_its_own() -> None:
    text = "Date,Region,Revenue\n" + "".join(
        f"2024-{month:02d}-28,{region},{'' if (month, region) == (2, 'N') else size * month}\n"
        for month in range(1, 5)
        for region, size in (("N", 10), ("S", 1000))
    )

    ledger = filled(ledger_of(text), {"revenue": Filling.LINE})

    assert ledger.by("region", "revenue")["N"].tolist() == [10.0, 20.0, 30.0, 40.0]
    assert ledger.total("revenue").iloc[1] == 2020.0


def test_a_figure_outside_the_identity_is_refused() -> None:
    with pytest.raises(InvalidData, match="'assets' is not part of the profit identity"):
        filled(ledger_of(monthly({**COLUMNS, "Total Assets": [1, 2, None, 4]})), {"assets": Filling.IDENTITY})


def test_the_blanks_of_a_real_file_follow_from_its_own_accounts(shared_data: Path) -> None:
    ledger = read_ledger(shared_data / "finance" / "company_monthly_24.csv")

    whole = filled(ledger, {"expenses": Filling.IDENTITY, "marketing": Filling.IDENTITY})

    # Revenue less profit less the other cost of the same row.
    assert whole.total("expenses")["2023-10-01"] == 185_000 - 57_000 - 25_000
    assert whole.total("marketing")["2023-08-01"] == 155_000 - 47_000 - 89_000
    assert [gap.figure for gap in whole.gaps] == ["cash_flow"]
