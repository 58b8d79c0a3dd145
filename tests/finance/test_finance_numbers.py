"""The grammar of amounts, and which of point and comma is the decimal mark."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.data.texts.amount_column import read_numbers
from workbench.data.texts.amounts import read_amount
from workbench.data.texts.decimal_mark import mark_evidence
from workbench.errors import InvalidData
from workbench.finance.inputs.reading.read import Reading, read_content

# Written forms and what an accountant reads in them.
AMOUNTS = [
    ("(1,034)", ".", -1034.0),
    ("1,034-", ".", -1034.0),
    ("-1,034", ".", -1034.0),
    ("\u22121034", ".", -1034.0),
    ("$(5.20)", ".", -5.2),
    ("($5.20)", ".", -5.2),
    ("-$5.20", ".", -5.2),
    ("1.5M", ".", 1_500_000.0),
    ("1.1m", ".", 1_100_000.0),
    ("2.5bn", ".", 2_500_000_000.0),
    ("12k", ".", 12_000.0),
    ("3 crore", ".", 30_000_000.0),
    ("1.234,56", ",", 1234.56),
    ("1 234,56", ",", 1234.56),
    ("1\u202f234,56", ",", 1234.56),
    ("1'234.50", ".", 1234.5),
    ("12,34,567.5", ".", 1_234_567.5),
    ("1.2E+05", ".", 120_000.0),
    ("€ 99", ".", 99.0),
    ("99 EUR", ".", 99.0),
    ("Rs. 1,200", ".", 1200.0),
    ("12.5 %", ".", 12.5),
    ("(5)%", ".", -5.0),
    (".5", ".", 0.5),
    ('="00123"', ".", 123.0),
]


@pytest.mark.parametrize(("text", "decimal", "value"), AMOUNTS)
def test_an_amount_is_read_as_an_accountant_reads_it(text: str, decimal: str, value: float) -> None:
    amount = read_amount(text, decimal)

    assert amount is not None
    assert amount.value == value


@pytest.mark.parametrize(
    "text",
    ["abc", "1,2,3", "12.3.4", "-5-", "(5", "5)", "(-5)", "=SUM(A1:A9)", "1,23", "$5 EUR", "2024-01-31", ""],
)
def test_what_is_no_amount_is_not_made_into_one(text: str) -> None:
    assert read_amount(text, ".") is None


@settings(deadline=None)
@given(st.integers(-(10**11), 10**11), st.sampled_from([(".", ","), (",", ".")]), st.booleans())
def test_every_amount_in_cents_comes_back_from_either_way_of_writing_it(
    cents: int, marks: tuple[str, str], accounting: bool
) -> None:
    text = f"{abs(cents) / 100:,.2f}".translate(str.maketrans(".,", "".join(marks)))
    written = text if cents >= 0 else f"({text})" if accounting else f"-{text}"

    amount = read_amount(written, marks[0])

    assert amount is not None
    assert amount.value == cents / 100


FORMS = st.from_regex(r"[-($€]{0,2}(\d{1,3}([.,]\d{3}){0,2}|\d{1,5})([.,]\d{1,3})?[-)]{0,2}", fullmatch=True)


@settings(max_examples=50, deadline=None)
@given(st.lists(FORMS, min_size=1, max_size=20), st.sampled_from([".", ","]))
def test_a_column_at_once_reads_as_its_cells_one_by_one(cells: list[str], decimal: str) -> None:
    column = read_numbers(
        pl.Series(cells, dtype=pl.String), pl.Series(range(len(cells)), dtype=pl.Int64), decimal
    )

    amounts = [read_amount(text, decimal) for text in cells]
    assert column.values.to_list() == [None if amount is None else amount.value for amount in amounts]
    written = {row: form for form, part in column.forms.items() for row in part["row"]}
    assert written == {at: amount.form for at, amount in enumerate(amounts) if amount and amount.form}


@pytest.mark.parametrize(
    ("cells", "decimal"),
    [
        (["1,234.5"], "."),
        (["1.234,5"], ","),
        (["1.234.567"], ","),
        (["12,34,567"], "."),
        (["0.125", "1.234"], "."),
        (["1234.125"], "."),
        (["$1,234"], "."),
        (["1.234", "5000", "4200"], ","),
        (["152,000", "180000", "98000"], "."),
        (["1,234", "2,345"], "either"),
        (["1.234", "500"], "either"),
        (["$1.234M"], "either"),
        (["KWD 1.234"], "either"),
        (["1,234.5", "1.234,5"], "both"),
        (["100", "5"], ""),
        (["1.5e5"], ""),
    ],
)
def test_the_decimal_mark_is_what_the_cells_prove_and_nothing_more(cells: list[str], decimal: str) -> None:
    found = mark_evidence(pl.Series(cells), pl.Series(range(2, 2 + len(cells))))

    assert found.decimal == decimal


def file_of(*amounts: str, header: str = "Date;Revenue") -> bytes:
    rows = [f"2024-{month:02d}-15;{amount}" for month, amount in enumerate(amounts, start=1)]
    return "\n".join([header, *rows]).encode()


def read(*amounts: str, **options: dict[str, str]) -> Reading:
    return read_content("figures.csv", file_of(*amounts), **options)


def test_a_thousand_separator_that_may_be_a_decimal_mark_is_asked_with_row_column_and_both_meanings() -> None:
    reading = read("1,234", "2,345")

    (question,) = reading.questions
    assert (question.key, question.column, question.row) == ("decimal_mark", "Revenue", 2)
    assert "row 2: '1,234' may have a digit group or decimals" in question.text
    assert [option.label for option in question.options] == [
        "the decimal mark is the point: '1,234' is 1,234",
        "the decimal mark is the comma: '1,234' is 1.234",
    ]


@pytest.mark.parametrize(("mark", "total"), [(".", 3579.0), (",", 3.579)])
def test_the_answer_decides_how_the_amounts_are_read(mark: str, total: float) -> None:
    reading = read("1,234", "2,345", answers={"decimal_mark": mark})

    assert reading.questions == ()
    assert reading.column("Revenue").total == pytest.approx(total, abs=1e-12)


def test_an_answer_that_was_no_option_is_refused() -> None:
    with pytest.raises(InvalidData, match="answer to 'decimal_mark' is 'both', expected one of"):
        read("1,234", "2,345", answers={"decimal_mark": "both"})


def test_what_one_column_leaves_open_another_decides() -> None:
    content = b"Date;Revenue;Costs\n2024-01-31;1.234;1.000,50\n2024-02-29;2.345;1.100,75\n"

    reading = read_content("figures.csv", content)

    assert reading.questions == ()
    assert reading.column("Revenue").total == 3579.0
    assert "as in column 'Costs', '1.000,50' in row 2" in reading.column("Revenue").evidence


def test_two_decimal_marks_in_one_column_stop_the_reading_with_both_rows() -> None:
    with pytest.raises(
        InvalidData, match=r"cell B3: column 'Revenue': '1\.234,50' in row 2 and '1,234\.50' in row 3"
    ):
        read("1.234,50", "1,234.50")


def test_parentheses_and_trailing_minus_are_listed_as_signs_and_words_for_nothing_as_blanks() -> None:
    reading = read("(1,034.50)", "20.25-", "n/a", "7.5", "oops", "9.5", "10.5", "11.5")

    table = reading.changes.table().set_index("row")
    assert reading.values("Revenue").to_list() == [-1034.5, -20.25, None, 7.5, None, 9.5, 10.5, 11.5]
    assert table.loc[2, ["kind", "before", "after"]].tolist() == ["sign", "(1,034.50)", "-1034.5"]
    assert table.loc[3, "reason"] == "trailing minus means a negative amount"
    assert table.loc[4, "reason"] == "the text says that nothing is known; read as not given, not as 0"
    assert table.loc[6, ["kind", "before"]].tolist() == ["blank", "oops"]
    (problem,) = reading.problems
    assert str(problem).startswith(
        "figures.csv, cell B6: expected an amount in column 'Revenue', found 'oops'"
    )


def test_account_numbers_with_leading_zeros_are_names_and_not_amounts() -> None:
    content = b"Date,Account,Revenue\n2024-01-31,00123,5.5\n2024-02-29,00124,6.5\n"

    assert read_content("figures.csv", content).column("Account").kind == "text"
