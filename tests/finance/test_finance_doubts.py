"""Which column means what, where a name alone does not say it: proved, asked, or left out by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.data.projects.project import Project
from workbench.errors import InvalidData
from workbench.finance.inputs.finance_file import read_ledger
from workbench.finance.inputs.grain import make_ledger, open_questions
from workbench.finance.inputs.mapping.propose import propose_mapping
from workbench.finance.inputs.reading.read import Reading, read_content, read_file
from workbench.finance.jobs import make_finance_report
from workbench.finance.model.mapping import ColumnRole, RoleMapping
from workbench.finance.model.roles import Role

MONTHS = [f"2024-{month:02d}-28" for month in range(1, 7)]


def table(*headers: str, **cells: list[float]) -> Reading:
    columns = [cells.get(header.replace(" ", "_"), [100.5 + at for at in range(6)]) for header in headers]
    lines = [",".join(("Date", *headers))]
    lines += [",".join((day, *map(str, row))) for day, *row in zip(MONTHS, *columns, strict=True)]
    return read_content("figures.csv", "\n".join(lines).encode())


def asked(reading: Reading, **answers: str) -> list[str]:
    return [question.key for question in open_questions(reading, propose_mapping(reading), answers)]


@pytest.mark.parametrize(
    "header",
    [
        "Operating profit margin",
        "Operating expenses ratio",
        "Sales growth",
        "Marketing share",
        "Eigenkapitalquote",
        "Cash conversion rate",
        "Current ratio",
        "Average revenue",
        "Receivables DSO",
        "Revenue per head",
    ],
)
def test_a_ratio_is_never_the_figure_that_it_is_named_after(header: str) -> None:
    assert propose_mapping(table("Revenue", header)).of(header).role in (Role.RATIO, None)


@pytest.mark.parametrize("header", ["Revenu", "Reciveables", "Sonstige Kosten", "Service revenue"])
def test_a_name_that_is_only_similar_is_asked_and_can_be_answered_either_way(header: str) -> None:
    reading = table("COGS", header)
    mapping = propose_mapping(reading)
    proposed = mapping.of(header).role
    key = f"role:{header}"

    assert asked(reading) == [key]
    with pytest.raises(
        InvalidData, match=rf"Column '{header}' .* may be .* Answer 'role:{header}' with one of"
    ):
        make_ledger(reading, mapping)
    taken = make_ledger(reading, mapping, answers={key: str(proposed)})
    assert taken.mapping.column_of(proposed) == header
    left = make_ledger(reading, mapping, answers={key: "unused"})
    assert left.mapping.of(header).role is None
    other = make_ledger(reading, mapping, answers={key: "purchases"})
    assert other.mapping.column_of(Role.PURCHASES) == header
    with pytest.raises(InvalidData, match="expected one of"):
        make_ledger(reading, mapping, answers={key: "nonsense"})


def test_what_is_left_of_gross_sales_after_discounts_is_the_revenue() -> None:
    gross = [1000.0 + 7 * at for at in range(6)]
    less = [50.0 + at for at in range(6)]
    net = [whole - part for whole, part in zip(gross, less, strict=True)]
    reading = table("Gross Sales", "Discounts", "Sales", Gross_Sales=gross, Discounts=less, Sales=net)
    mapping = propose_mapping(reading)

    assert mapping.column_of(Role.REVENUE) == "Sales"
    assert mapping.of("Sales").reason == "'Gross Sales' less 'Discounts' is 'Sales' in every row"
    assert [mapping.of(name).role for name in ("Gross Sales", "Discounts")] == [None, None]
    assert asked(reading) == []


def test_two_columns_of_one_meaning_are_asked_and_neither_gets_another() -> None:
    reading = table("Sales", "Turnover", Turnover=[90.0, 91.5, 70.0, 66.0, 65.0, 64.0])
    mapping = propose_mapping(reading)

    assert asked(reading) == ["role:revenue"]
    assert {mapping.of(name).role for name in ("Sales", "Turnover")} == {Role.REVENUE, None}
    chosen = make_ledger(reading, mapping, answers={"role:revenue": "Turnover"}).mapping
    assert chosen.column_of(Role.REVENUE) == "Turnover"
    assert chosen.of("Sales").role is None


def test_two_columns_of_one_name_are_kept_apart_and_asked() -> None:
    reading = read_content("figures.csv", b"Date,Revenue,Revenue\n2024-01-31,5,3\n2024-02-29,6,4\n")

    assert asked(reading) == ["role:revenue"]


def test_what_a_person_confirmed_is_not_asked_again() -> None:
    reading = table("Revenu")
    kept = RoleMapping((ColumnRole("Revenu", Role.REVENUE, score=1.0),))

    assert propose_mapping(reading, kept).of("Revenu").confirmed
    assert open_questions(reading, propose_mapping(reading, kept)) == ()


@pytest.mark.parametrize(("kept", "amount"), [("flipped", 601.0), ("as given", -601.0)])
def test_a_sign_that_was_kept_gives_way_to_the_amounts_of_the_next_file(kept: str, amount: float) -> None:
    reading = table("Revenue", "Expenses", Expenses=[amount + at for at in range(6)])
    before = RoleMapping((ColumnRole("Expenses", Role.EXPENSES, score=1.0, sign=kept),))
    item = propose_mapping(reading, before).of("Expenses")

    assert item.sign == ("as given" if amount > 0 else "flipped")
    assert "the other sign in this file" in item.reason
    ledger = make_ledger(reading, propose_mapping(reading, before))
    assert (ledger.lines["expenses"] > 0).all()


@pytest.mark.parametrize(
    ("name", "roles", "questions"),
    [
        ("m1_gross_and_net_sales", {"Sales": "revenue", "COGS": "cost_of_sales", "Profit": "profit"}, []),
        ("m5_margin_ratio", {"Revenue": "revenue"}, []),
        ("ratio_headers", {"Sales": "revenue"}, []),
        ("b12_dupheads", {"Revenue": "revenue"}, ["role:revenue"]),
        ("two_headers_merged", {"Revenue": "revenue", "Expenses": "expenses"}, []),
        ("s1_costs_negative", {"Revenue": "revenue", "Expenses": "expenses"}, []),
        ("b05_apostrophe", {"Revenue": "revenue", "Expenses": "expenses"}, []),
        ("b15_zw", {"Revenue": "revenue", "Expenses": "expenses"}, []),
    ],
)
def test_figures_of_files_as_people_have_them(
    name: str, roles: dict[str, str], questions: list[str], shared_data: Path
) -> None:
    reading = read_file(shared_data.parent / "cases" / "finance" / f"{name}.csv")
    mapping = propose_mapping(reading)

    assert {item.column: str(item.role) for item in mapping.columns if item.figure} == roles
    assert [question.key for question in open_questions(reading, mapping)] == questions


def test_the_messy_export_asks_about_its_other_costs_and_takes_no_share_for_marketing(
    shared_data: Path,
) -> None:
    reading = read_file(shared_data.parent / "cases" / "finance" / "messy_a.csv")
    mapping = propose_mapping(reading)

    assert mapping.column_of(Role.REVENUE) == "Umsatz netto (EUR)"
    assert mapping.column_of(Role.MARKETING) == "Werbung"
    assert {mapping.of(name).role for name in ("Gross margin", "Market share")} == {Role.RATIO}
    assert "role:Sonstige Kosten" in [question.key for question in open_questions(reading, mapping)]


def test_a_question_about_a_column_is_answered_in_the_settings_of_a_run(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Date,Revenu\n2024-01-31,5.5\n2024-02-29,6.5\n")

    with pytest.raises(InvalidData, match="Answer 'role:Revenu'"):
        read_ledger(tmp_path / "a.csv")
    assert read_ledger(tmp_path / "a.csv", answers={"role:Revenu": "revenue"}).lines["revenue"].sum() == 12


def test_a_figure_whose_cells_are_no_amounts_is_missing_and_not_merely_unused(tmp_path: Path) -> None:
    rows = "".join(
        f"{year}-{month:02d}-28,about 100,{60 + month}.5\n" for year in (2023, 2024) for month in range(1, 13)
    )
    project = Project.create(tmp_path / "company", "Company")
    (project.inputs / "sides.csv").write_text(f"Date,Revenue,Expenses\n{rows}")
    result = make_finance_report(project, file="sides.csv", horizon=3)

    assert [(note.message, note.column) for note in result.notes.omissions] == [
        ("Revenue is missing: its cells are no amounts ('about 100')", "Revenue")
    ]


def test_a_file_without_any_amounts_says_what_its_cells_are(tmp_path: Path) -> None:
    (tmp_path / "sides.csv").write_text("Month,Revenue\n2024-01,some 5.5\n2024-02,some 6.5\n")

    with pytest.raises(
        InvalidData, match=r"'Revenue' \(its cells are no amounts \('some 5.5', 'some 6.5'\)\)"
    ):
        read_ledger(tmp_path / "sides.csv")


def test_sales_less_costs_are_a_profit_and_never_the_revenue() -> None:
    sales, costs = [1000.0 + 7 * at for at in range(6)], [600.0 + 3 * at for at in range(6)]
    income = [whole - part for whole, part in zip(sales, costs, strict=True)]
    reading = table("Sales", "Costs", "Income", Sales=sales, Costs=costs, Income=income)

    assert asked(reading) == ["role:revenue"]


@pytest.mark.parametrize(
    "header", ["Region manager", "Product notes", "State of invoice", "Customer comment"]
)
def test_a_label_that_only_has_the_word_of_a_dimension_in_it_is_none(header: str) -> None:
    lines = [
        f"{day},{place}.5,{word}" for place, (day, word) in enumerate(zip(MONTHS, "abcabc", strict=True))
    ]
    reading = read_content("figures.csv", "\n".join([f"Date,Revenue,{header}", *lines]).encode())

    assert propose_mapping(reading).of(header).role is None


def test_the_sign_of_one_month_does_not_turn_the_costs_of_the_next(shared_data: Path) -> None:
    first, second = (
        read_file(shared_data.parent / "cases" / "finance" / f"{name}.csv")
        for name in ("s1_costs_negative", "s2_costs_positive")
    )
    kept = propose_mapping(first)
    assert kept.of("Expenses").sign == "flipped"

    assert (make_ledger(second, propose_mapping(second, kept)).lines["expenses"] > 0).all()


def test_thousands_without_quotes_are_refused_by_their_rows(shared_data: Path) -> None:
    with pytest.raises(InvalidData, match="rows 2, 3, 4, 5, 6 and 7 more have more values"):
        read_file(shared_data.parent / "cases" / "finance" / "b20_unquoted_thousands.csv")
