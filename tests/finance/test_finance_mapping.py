"""Which column means what, how sure the proposal is, and that a person has the last word."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.data.projects.project import Project
from workbench.errors import InvalidData
from workbench.finance.inputs.header_units import HeaderUnit, header_unit
from workbench.finance.inputs.mapping.propose import propose_mapping
from workbench.finance.inputs.mapping.saved import FILE_NAME, load_mapping, save_mapping
from workbench.finance.inputs.mapping.synonyms import SYNONYMS
from workbench.finance.inputs.reading.read import Reading, read_content
from workbench.finance.model.mapping import RoleMapping
from workbench.finance.model.roles import Role, Variant


def reading_of(*headers: str, rows: int = 4, cells: dict[str, str] | None = None) -> Reading:
    given = {"Date": "2024-0{n}-28", **(cells or {})}
    lines = [
        ";".join(given.get(header, "{n}00.5").replace("{n}", str(at)) for header in ("Date", *headers))
        for at in range(1, rows + 1)
    ]
    return read_content("figures.csv", "\n".join([";".join(("Date", *headers)), *lines]).encode())


def roles(*headers: str, **options: dict[str, str]) -> dict[str, str]:
    mapping = propose_mapping(reading_of(*headers, **options))
    return {
        item.column: item.figure or str(item.role or "") for item in mapping.columns if item.column != "Date"
    }


@pytest.mark.parametrize(
    ("header", "role"),
    [
        ("Sales Revenue", "revenue"), ("Umsatzerlöse", "revenue"), ("net_sales", "revenue"),
        ("Turnover (EUR)", "revenue"),
        ("Operating Costs", "expenses"), ("OPEX", "expenses"), ("Net Income", "profit"), ("EBIT", "profit"),
        ("Cash Flow from Operations", "cash_flow"), ("Trade Debtors", "receivables"), ("A/R", "receivables"),
        ("Accounts Payable", "payables"), ("Total Assets", "assets"), ("COGS", "cost_of_sales"), ("CapEx", "capex"),
        ("Ad Spend", "marketing"), ("Payroll", "employee_cost"), ("Stock on hand", "inventory"),
        ("Shareholders' Equity", "equity"), ("Umsatz in EUR", "revenue"), ("Profit (pre-tax)", "profit"),
        ("Headcount", ""), ("__init__", ""),
    ],
)  # fmt: skip
def test_a_header_is_recognised(header: str, role: str) -> None:
    assert roles(header) == {header: role}


def test_each_role_goes_to_one_column_the_one_that_fits_best() -> None:
    found = roles(
        "Revenue",
        "Revenue adj",
        "Total Assets",
        "Current Assets",
        "Accounts Receivable",
        "Accounts Receivable Aging",
    )

    assert found["Revenue"] == "revenue"
    assert (found["Total Assets"], found["Current Assets"]) == ("assets", "current_assets")
    assert found["Accounts Receivable"] == "receivables"
    assert found["Accounts Receivable Aging"] == ""
    assert len([role for role in found.values() if role]) == len({role for role in found.values() if role})


def test_budget_forecast_and_prior_year_are_kept_apart_from_what_happened() -> None:
    found = roles(
        "Revenue", "Revenue Budget", "Forecast revenue", "Revenue PY", "Expenses", "Planned expenses"
    )

    assert found == {
        "Revenue": "revenue",
        "Revenue Budget": "revenue_budget",
        "Forecast revenue": "revenue_forecast",
        "Revenue PY": "revenue_prior_year",
        "Expenses": "expenses",
        "Planned expenses": "expenses_budget",
    }
    assert roles("Sales (Actual)", "Sales (Budget)", "Sales (PY)") == {
        "Sales (Actual)": "revenue",
        "Sales (Budget)": "revenue_budget",
        "Sales (PY)": "revenue_prior_year",
    }


def test_a_budget_alone_is_not_taken_for_what_happened() -> None:
    assert roles("Budget Revenue") == {"Budget Revenue": "revenue_budget"}


def test_a_ratio_is_recognised_and_never_a_figure() -> None:
    found = roles("Revenue", "Profit Margin %", "Average price", cells={"Profit Margin %": "1{n}.5%"})

    assert found == {"Revenue": "revenue", "Profit Margin %": "ratio", "Average price": "ratio"}


def test_the_content_decides_where_the_header_cannot() -> None:
    cells = {"Region": "EMEA", "Dept": "Sales", "Ccy": "EUR", "Version": "Budget"}

    assert roles("Region", "Dept", "Ccy", "Version", "Revenue", cells=cells) == {
        "Region": "region", "Dept": "department", "Ccy": "currency", "Version": "scenario", "Revenue": "revenue",
    }  # fmt: skip


def test_a_column_of_text_is_no_figure_whatever_its_header() -> None:
    assert roles("Revenue", "Expenses", cells={"Expenses": "see note"})["Expenses"] == ""


def test_a_column_of_codes_is_a_dimension_when_its_header_says_so() -> None:
    assert roles("Revenue", "Kostenstelle", cells={"Kostenstelle": "471{n}"})["Kostenstelle"] == "department"
    assert roles("Revenue", "Headcount", cells={"Headcount": "1{n}"})["Headcount"] == ""


def test_a_type_of_transaction_is_no_scenario() -> None:
    assert roles("Revenue", "Type", cells={"Type": "Invoice"})["Type"] == ""


def test_the_proposal_says_what_it_rests_on() -> None:
    item = propose_mapping(reading_of("Umsatz (T€)")).of("Umsatz (T€)")

    assert item.reason == "the header is like 'umsatz' (1.00)"
    assert item.samples == ("100.5", "200.5", "300.5", "400.5")
    assert (item.score, item.scale, item.unit, item.currency) == (1.0, 1000.0, "thousand", "EUR")


def test_costs_that_all_stand_with_a_minus_are_turned_and_profits_are_not() -> None:
    mapping = propose_mapping(
        reading_of("Costs", "Profit", cells={"Costs": "-{n}00.5", "Profit": "-{n}00.5"})
    )

    assert mapping.of("Costs").sign == "flipped"
    assert mapping.of("Profit").sign == "as given"


def test_a_person_moves_a_role_and_the_column_that_had_it_loses_it() -> None:
    mapping = propose_mapping(reading_of("Revenue", "Revenue adj"))

    edited = mapping.assigned("Revenue adj", Role.REVENUE)

    assert edited.column_of(Role.REVENUE) == "Revenue adj"
    assert edited.of("Revenue").role is None
    assert edited.of("Revenue adj").score == 1.0
    assert mapping.column_of(Role.REVENUE) == "Revenue"
    assert edited.assigned("Revenue adj", None).unused == ("Revenue", "Revenue adj")
    with pytest.raises(InvalidData, match="no column 'Sales'; present: Date, Revenue, Revenue adj"):
        mapping.assigned("Sales", Role.REVENUE)


def test_two_variants_of_a_role_live_side_by_side() -> None:
    mapping = propose_mapping(reading_of("Revenue", "Other")).assigned("Other", Role.REVENUE, Variant.BUDGET)

    assert mapping.column_of(Role.REVENUE) == "Revenue"
    assert mapping.column_of(Role.REVENUE, Variant.BUDGET) == "Other"


def test_what_was_confirmed_is_used_for_next_months_file(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "company", "Company")
    confirmed = propose_mapping(reading_of("Revenue", "Revenue adj")).assigned("Revenue adj", Role.REVENUE)
    save_mapping(project, confirmed, {"date_order:Date": "day first"})

    remembered, answers = load_mapping(project)
    again = propose_mapping(reading_of("REVENUE", "revenue_adj", "Expenses"), remembered)

    assert answers == {"date_order:Date": "day first"}
    assert {item.column: item.figure for item in again.columns} == {
        "Date": "", "REVENUE": "", "revenue_adj": "revenue", "Expenses": "expenses",
    }  # fmt: skip
    assert again.of("revenue_adj").reason == "as confirmed for an earlier file"


def test_a_remembered_role_is_given_to_one_column_only() -> None:
    confirmed = propose_mapping(reading_of("Revenue"))

    again = propose_mapping(reading_of("Revenue", "REVENUE (USD)"), confirmed)

    assert [item.figure for item in again.columns] == ["", "revenue", ""]


def test_a_project_without_a_mapping_has_none(tmp_path: Path) -> None:
    assert load_mapping(Project.create(tmp_path / "company", "Company")) == (None, {})


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "not valid JSON .*Delete it, and the columns are proposed anew"),
        ("{}", "is of version None, this version reads 1"),
        ('{"version": 9}', "is of version 9, this version reads 1; update the workbench"),
        (
            '{"version": 1, "columns": [{"column": "A"}], "answers": {}}',
            r"columns\[1\].role is missing, expected .*Delete it, and the columns are proposed anew",
        ),
        ('{"version": 1, "columns": [], "answers": {"a": 5}}', "answers.a is 5, expected text"),
    ],
)
def test_a_damaged_mapping_is_refused_with_the_way_out(tmp_path: Path, content: str, said: str) -> None:
    project = Project.create(tmp_path / "company", "Company")
    (project.folder / FILE_NAME).write_text(content, encoding="utf-8")

    with pytest.raises(InvalidData, match=said):
        load_mapping(project)


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("Revenue (USD k)", HeaderUnit("USD", 1e3)),
        ("Umsatz (T€)", HeaderUnit("EUR", 1e3)),
        ("Sales in millions", HeaderUnit("", 1e6)),
        ("Sales in USD thousands", HeaderUnit("USD", 1e3)),
        ("Costs, EUR m", HeaderUnit("EUR", 1e6)),
        ("Revenue ('000)", HeaderUnit("", 1e3)),
        ("Revenue (₹ crore)", HeaderUnit("INR", 1e7)),
        ("Revenue USD", HeaderUnit("USD")),
        ("Margin %", HeaderUnit(percent=True)),
        ("Profit (pre-tax)", HeaderUnit()),
        ("Class M", HeaderUnit()),
        ("R&D", HeaderUnit()),
    ],
)
def test_the_unit_of_a_header_is_read_and_no_other_word_taken_for_one(header: str, unit: HeaderUnit) -> None:
    assert header_unit(header) == unit


def test_no_synonym_stands_for_two_roles() -> None:
    words = [word for names in SYNONYMS.values() for word in names]

    assert len(words) == len(set(words))


def test_a_mapping_is_the_same_whatever_the_order_of_the_columns() -> None:
    one = propose_mapping(reading_of("Revenue", "Profit", "Total Assets", "Equity"))
    other = propose_mapping(reading_of("Equity", "Total Assets", "Profit", "Revenue"))

    assert isinstance(one, RoleMapping)
    assert one.roles == other.roles
