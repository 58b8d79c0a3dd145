"""Statements as accounting systems export them, with accounts below each other or periods side by side."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.data.projects.project import Project
from workbench.errors import InvalidData
from workbench.finance.inputs.finance_file import read_ledger
from workbench.finance.inputs.grain import make_ledger
from workbench.finance.inputs.mapping.propose import propose_mapping
from workbench.finance.inputs.reading.read import Reading, read_content
from workbench.finance.jobs import make_finance_report
from workbench.finance.model.ledger import Ledger


def read(text: str, **options: int) -> Reading:
    return read_content("figures.csv", text.encode(), **options)


def ledger_of(text: str, **answers: str) -> Ledger:
    reading = read(text)
    return make_ledger(reading, propose_mapping(reading), answers=answers)


def figures(ledger: Ledger) -> dict[str, list[float]]:
    return {figure.name: ledger.lines[figure.name].tolist() for figure in ledger.figures}


LONG = """Month,Account,Amount
2024-01,4000 Sales,500.25
2024-01,5000 COGS,-200.5
2024-02,4000 Sales,510.75
2024-02,5000 COGS,-210
2024-03,4000 Sales,520
2024-03,6100 Payroll,-90
"""


def test_accounts_below_each_other_are_figures_of_their_own_and_never_added_together() -> None:
    ledger = ledger_of(LONG)

    assert figures(ledger)["revenue"] == [500.25, 510.75, 520.0]
    assert figures(ledger)["cost_of_sales"][:2] == [200.5, 210.0]
    assert ledger.lines["cost_of_sales"].isna().tolist() == [False, False, True]
    assert ledger.gaps == ()
    assert "were put into a column for each of the 3" in ledger.changes.entries[0].reason


def test_a_blank_amount_of_an_account_is_missing_with_its_row() -> None:
    ledger = ledger_of(LONG.replace("510.75", ""))

    assert [(gap.figure, gap.reason) for gap in ledger.gaps] == [("revenue", "row 4 has no amount")]


def test_accounts_by_region_keep_their_regions() -> None:
    text = "Month,Region,Account,Amount\n" + "".join(
        f"2024-0{month},{region},{account},{month}0{place}\n"
        for month in range(1, 4)
        for region in ("North", "South")
        for place, account in enumerate(("Revenue", "Expenses"))
    )
    ledger = ledger_of(text)

    assert ledger.dimensions == ("region",)
    assert ledger.by("region", "revenue")["South"].tolist() == [100, 200, 300]


def test_a_credit_with_a_minus_is_revenue() -> None:
    ledger = ledger_of(
        LONG.replace("500.25", "-500.25").replace("510.75", "-510.75").replace(",520", ",-520")
    )

    assert figures(ledger)["revenue"] == [500.25, 510.75, 520.0]


def test_periods_side_by_side_become_rows_whatever_their_order() -> None:
    ledger = ledger_of("Account,Mar 2024,Feb 2024,Jan 2024,Total\nRevenue,7,6,5,18\nCosts,3,2,1,6\n")

    assert figures(ledger) == {"revenue": [5, 6, 7], "expenses": [1, 2, 3]}
    assert [change.column for change in ledger.changes.entries if "adds up the periods" in change.reason] == [
        "Total"
    ]


def test_a_blank_month_of_a_line_is_missing_with_the_row_of_the_line() -> None:
    ledger = ledger_of("Account,Jan 2024,Feb 2024,Mar 2024\nRevenue,5,,7\nCosts,1,2,3\n")

    assert [(f"{gap.period:%Y-%m}", gap.figure, gap.reason) for gap in ledger.gaps] == [
        ("2024-02", "revenue", "row 2 has no amount")
    ]


def test_months_without_a_year_take_that_of_the_title_and_a_budget_stays_one() -> None:
    text = "Budget 2024\nLine,Jan,Feb,Mar,FY\nRevenue,5,6,7,18\nExpenses,1,2,3,6\n"
    ledger = ledger_of(text)

    assert figures(ledger) == {"revenue_budget": [5, 6, 7], "expenses_budget": [1, 2, 3]}
    assert f"{ledger.periods[0]:%Y-%m}" == "2024-01"
    for title in ("Budget\n", "2023 and 2024\n"):
        with pytest.raises(InvalidData, match=r"write the year into the headers, such as 'Jan 2024'"):
            ledger_of(title + text.partition("\n")[2])


def test_a_column_beside_the_periods_that_is_not_their_sum_is_not_passed_over() -> None:
    with pytest.raises(InvalidData, match="a column 'Plan' beside them that is not their sum"):
        read("Account,Jan 2024,Feb 2024,Mar 2024,Plan\nRevenue,5,6,7,99\nCosts,1,2,3,4\n")


def test_lines_of_one_name_in_two_sections_are_kept_apart() -> None:
    reading = read(
        "Account,Jan 2024,Feb 2024,Mar 2024\nIncome,,,\nSales,5,6,7\nOther,1,1,1\n"
        "Costs,,,\nRent,2,2,2\nOther,3,3,3\n"
    )

    assert [column.name for column in reading.columns][2:] == [
        "Sales",
        "Other (row 4)",
        "Rent",
        "Other (row 7)",
    ]
    assert [change.before for change in reading.changes.entries if "a heading" in change.reason] == [
        ("Income",),
        ("Costs",),
    ]


@pytest.mark.parametrize("header", ["Region,Account", "Account,Region"])
def test_a_statement_by_region_keeps_its_lines_and_regions(header: str) -> None:
    lines = [
        (("North", line), "5,6,7") if header.startswith("Region") else ((line, "North"), "5,6,7")
        for line in ("Revenue", "Expenses")
    ]
    lines += [
        ((labels[0].replace("North", "South"), labels[1].replace("North", "South")), "1,2,3")
        for labels, _ in lines
    ]
    text = "\n".join(
        [f"{header},Jan 2024,Feb 2024,Mar 2024", *(f"{a},{b},{cells}" for (a, b), cells in lines)]
    )
    ledger = ledger_of(text)

    assert ledger.by("region", "revenue").to_dict("list") == {"North": [5, 6, 7], "South": [1, 2, 3]}


def test_the_total_of_a_section_has_its_role_and_gross_profit_has_none() -> None:
    ledger = ledger_of(
        "Account,Jan 2024,Feb 2024,Mar 2024\nSales,5,6,7\nIncome,1,1,1\nTotal Revenue,6,7,8\nGross Profit,2,3,4\n"
    )

    assert figures(ledger) == {"revenue": [6, 7, 8]}
    assert ledger.mapping.of("Total Revenue").reason.startswith("it is the sum of 'Sales' and 'Income'")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "long_account_amount.csv",
            {"revenue": 100000.0, "cost_of_sales": 35278.26, "employee_cost": 17639.13},
        ),
        ("m3_account_value.csv", {"revenue": 1000.0, "expenses": 600.0}),
        ("xero_pl_months.csv", {"revenue": 112682.5, "cost_of_sales": 66172.1}),
        ("months_across.xlsx", {"revenue": 100000.0, "expenses": 58797.102862, "profit": 41202.897138}),
        ("month_names_across.csv", {"revenue_budget": 100000.0, "expenses_budget": 58797.0}),
    ],
)
def test_the_first_period_of_statements_as_people_have_them(
    name: str, expected: dict[str, float], shared_data: Path
) -> None:
    ledger = read_ledger(shared_data.parent / "cases" / "finance" / name)

    assert {figure: ledger.lines[figure].iloc[0] for figure in expected} == pytest.approx(expected)


def test_an_answer_that_the_file_refutes_gives_way_and_is_said(shared_data: Path) -> None:
    ledger = read_ledger(
        shared_data.parent / "cases" / "finance" / "d1_kept_answer.csv",
        answers={"date_order:Date": "month first"},
    )

    assert [f"{period:%Y-%m}" for period in ledger.periods] == ["2024-01", "2024-02", "2024-03", "2024-04"]
    assert "'month first' was answered, but '13/01/2024' in row 14 can only be day first" in str(
        ledger.changes.entries[0]
    )


@pytest.mark.slow
def test_a_report_is_made_of_a_statement_with_the_months_side_by_side(tmp_path: Path) -> None:
    months = [f"{year}-{month:02d}" for year in (2022, 2023, 2024) for month in range(1, 13)]
    lines = [",".join(("Account", *months))]
    lines += [f"Revenue,{','.join(str(1000 + 3 * at) for at in range(36))}"]
    lines += [f"Expenses,{','.join(str(600 + 2 * at) for at in range(36))}"]
    project = Project.create(tmp_path / "company", "Company")
    (project.inputs / "statement.csv").write_text("\n".join(lines) + "\n")
    result = make_finance_report(project, file="statement.csv", horizon=3)

    history = result.table("history")
    assert history.query("figure == 'revenue'").value.sum() == pytest.approx(
        sum(1000 + 3 * at for at in range(36))
    )
