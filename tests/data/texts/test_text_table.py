"""One table, written in every way that programs and people write it: the same cells, each with its line."""

from __future__ import annotations

import gzip
import io
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.data.problems import Problems
from workbench.data.texts import cells
from workbench.data.texts.table import TextTable, any_of, read_text_table, without_totals
from workbench.data.workbooks.one_table import read_one_table
from workbench.errors import InvalidData, UnreadableFile

TEXT = "site,date,load [°C],note\nSüd,2024-01-01,1234.5,a\nNA,2024-01-02,7.25,b\n"
COMMAS = TEXT.replace(",", ";").replace("1234.5", "1234,5").replace("7.25", "7,25")
QUOTED = '"' + TEXT.strip().replace(",", '","').replace("\n", '"\n"') + '"\n'
ROWS = [("Süd", "2024-01-01", "1234.5", "a"), ("NA", "2024-01-02", "7.25", "b")]

Read = Callable[..., tuple[TextTable, list[str]]]


def zipped(**texts: str) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for name, text in texts.items():
            # With a date of its own: a zip holds when it was made, and names of tests must not change.
            archive.writestr(zipfile.ZipInfo(f"{name}.csv"), text)
        archive.writestr(zipfile.ZipInfo("__MACOSX/._a.csv"), b"\0\1")
    return sink.getvalue()


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read_it(content: str | bytes, name: str = "table.csv", *known: str) -> tuple[TextTable, list[str]]:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        problems = Problems(name)
        table = read_text_table(path, problems, any_of(known) if known else None)
        return table, [str(problem).partition(": ")[2] for problem in problems]

    return read_it


def rows_of(table: TextTable) -> list[tuple[object, ...]]:
    return [row[1:] for row in table.frame.rows()]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(TEXT.encode(), id="UTF-8"),
        pytest.param(TEXT.encode("utf-8-sig"), id="byte order mark"),
        pytest.param(TEXT.encode("utf-16"), id="UTF-16"),
        pytest.param(TEXT.encode("utf-16-le"), id="UTF-16 without a mark"),
        pytest.param(TEXT.encode("cp1252"), id="cp1252"),
        pytest.param(TEXT.replace("\n", "\r\n").encode(), id="lines of Windows"),
        pytest.param(TEXT.replace("\n", "\r").encode(), id="lines of old Macs"),
        pytest.param(TEXT.rstrip().encode(), id="no line end"),
        pytest.param(TEXT.replace(",", ";").encode(), id="semicolons"),
        pytest.param(TEXT.replace(",", "\t").encode(), id="tabs"),
        pytest.param(TEXT.replace(",", "|").encode(), id="bars"),
        pytest.param(
            TEXT.replace(",", ";").replace("234.5", "234,5").replace("7.2", "7,2").encode(),
            id="decimal comma",
        ),
        pytest.param(
            TEXT.replace(",", ";").replace("1234.5", "1.234,5").replace("7.2", "7,2").encode(),
            id="points as groups",
        ),
        pytest.param(TEXT.replace("1234.5", '"1,234.5"').encode(), id="commas as groups"),
        pytest.param(
            TEXT.replace(",", '","').replace("\n", '"\n"').join('""').rstrip('"').encode(), id="all quoted"
        ),
        pytest.param(TEXT.replace(",", ", ").encode(), id="blanks after delimiters"),
        pytest.param(
            TEXT.replace(",", ' , "').replace(' "', '"').replace('"', "").encode(), id="blanks around"
        ),
        pytest.param(TEXT.replace("\n", ",,,\n").encode(), id="trailing delimiters everywhere"),
        pytest.param(TEXT.replace("a\n", "a,,\n").encode(), id="trailing delimiters in a row"),
        pytest.param(TEXT.replace("Süd", "\u200bSüd\u200b").encode(), id="zero-width blanks"),
        pytest.param(TEXT.replace("1234.5", "'1234.5").encode(), id="apostrophe before a number"),
        pytest.param(TEXT.replace("1234.5", "1234.5\u00a0").encode(), id="hard blanks"),
        pytest.param(gzip.compress(TEXT.encode()), id="packed"),
    ],
)
def test_the_cells_are_the_same_however_the_table_is_written(read: Read, content: bytes) -> None:
    table, _ = read(content)

    assert table.columns == ("site", "date", "load [°C]", "note")
    assert rows_of(table) == ROWS
    assert table.frame["row"].to_list() == [2, 3]


@pytest.mark.parametrize(
    ("text", "lines", "says"),
    [
        (TEXT.replace("NA,", "\n,,,\nNA,"), [2, 5], []),
        (TEXT + "\n\n\n", [2, 3], []),
        ("\n\n" + TEXT, [4, 5], []),
        (
            TEXT.replace("NA,", "# made, by me\nNA,"),
            [2, 4],
            ["row 3 was passed over: a comment ('# made | by me')."],
        ),
        ("# by me\n" + TEXT, [3, 4], ["row 1 was passed over: a comment ('# by me')."]),
        (
            "Station;Kochi\nUnits: °C\n" + TEXT,
            [4, 5],
            ["rows 1, 2 were passed over: a title above the header ('Station;Kochi')."],
        ),
        (
            TEXT + TEXT,
            [2, 3, 5, 6],
            ["row 4 was passed over: the header is repeated here ('site | date | load [°C] | note')."],
        ),
        (TEXT.replace(",a\n", ',"two\nlines"\n'), [2, 4], []),
        (
            TEXT.replace(",b\n", "\n"),
            [2, 3],
            [
                "row 3 ends before the last column; what is not there is read as blank, check that no value "
                "is lost."
            ],
        ),
    ],
)
def test_each_row_has_the_line_of_the_file_and_what_is_passed_over_is_said(
    read: Read, text: str, lines: list[int], says: list[str]
) -> None:
    table, said = read(text, "table.csv", "site", "date", "note")

    assert table.frame["row"].to_list() == lines
    assert said == says


def test_the_header_is_the_row_with_the_most_known_names_even_where_it_is_no_words(read: Read) -> None:
    text = "Export of the site\nsite,2023-01-31\nA note, and more\ndate,1,2,3\n2024-01-01,5,6,7\n"
    table, _ = read(text, "table.csv", "date", "site")

    assert (table.header_row, table.columns) == (4, ("date", "1", "2", "3"))


def test_a_header_behind_a_comment_sign_is_found(read: Read) -> None:
    table, said = read("# date load\n# date,load\n2024-01-01,5\n2024-01-02,6\n")

    assert (table.columns, table.header_row) == (("date", "load"), 2)
    assert said == ["row 1 was passed over: a comment ('# date load')."]


def test_a_number_sign_in_a_name_or_a_header_is_no_comment(read: Read) -> None:
    table, said = read("#,order,amount\n1,#1001,5\n2,#1002,6\n")
    assert (table.columns, said) == (("#", "order", "amount"), [])

    table, said = read("order,amount\n#1001,5\n#1002,6\n")
    assert (table.texts("order").to_list(), said) == (["#1001", "#1002"], [])


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (["a,1,201,6"], "the header in row 1 has 3 columns, and row 2 has 4 values (first: a | 1 | 201 | 6)"),
        (["a,1,6", "b,1,201,6"], "row 3 has 4 values"),
        (["a,1,201,6"] * 12, "rows 2, 3, 4, 5, 6 and 7 more have more values than that"),
        (
            ["a,1,201,6"] * 12,
            "name every column in the header, or put a number or a text that has a ',' in it",
        ),
    ],
)
def test_rows_longer_than_the_header_are_refused_in_one_sentence(
    read: Read, rows: list[str], words: str
) -> None:
    with pytest.raises(InvalidData) as caught:
        read("name,load,cost\n" + "\n".join(rows) + "\n")

    assert words in str(caught.value)
    assert str(caught.value).count("row 1") == 1


def test_an_ambiguous_decimal_mark_is_refused_with_its_cell(read: Read) -> None:
    with pytest.raises(InvalidData, match=r"cell B2: '3.154' may have a digit group or decimals"):
        read("date;load\n2024-01-01;3.154\n2024-01-02;3.259\n")
    with pytest.raises(
        InvalidData, match=r"cell B3: '1,5' in row 2 and '1.5' in row 3 have different decimal marks"
    ):
        read("date;load\n2024-01-01;1,5\n2024-01-02;1.5\n")


def test_between_commas_a_comma_is_never_a_decimal_mark(read: Read) -> None:
    table, said = read('date,load\n2024-01-01,"3,154"\n2024-01-02,"3,259"\n')

    assert (table.texts("load").to_list(), said) == (["3154.0", "3259.0"], [])


def test_names_in_digits_and_words_for_nothing_stay_as_they_are(read: Read) -> None:
    table, _ = read("site,load\n007,1\nNA,2\nnull,3\nNone,4\n-,5\n1e5,6\n")

    assert table.texts("site").to_list() == ["007", "NA", "null", "None", "-", "1e5"]
    assert [row[1] for row in table.table(lambda name: name == "load").rows] == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]


def test_a_table_names_the_cells_of_the_file(read: Read) -> None:
    table = read("\n,date,,load\n\n,2024-01-01,,5\n,2024-01-02,,six\n")[0].table(lambda name: name == "load")

    assert (table.columns, table.rows) == (("date", "load"), (("2024-01-01", 5.0), ("2024-01-02", "six")))
    assert (table.cell(1, "load"), table.header_cell("load")) == ("D5", "D2")


def test_totals_and_notes_are_set_aside_and_said(read: Read, tmp_path: Path) -> None:
    table, _ = read("date,load\n2024-01-01,5\n2024-01-02,6\n\nTotal,11\nSource: SCADA,\n2024-01-03,7\n")
    problems = Problems("table.csv")

    kept = without_totals(table, "date", problems)

    assert kept.frame["row"].to_list() == [2, 3, 7]
    assert [str(problem) for problem in problems] == [
        "table.csv: row 5 was set aside: it is a total ('Total'): the sum of other rows in load.",
        "table.csv: row 6 was set aside: it is a note ('Source: SCADA'): nothing else stands in it.",
    ]


def test_a_row_with_figures_and_no_date_is_kept_to_be_refused(read: Read) -> None:
    table, _ = read("date,load\n2024-01-01,5\n,6\nsoon,8\n2024-01-03,7\n")

    assert without_totals(table, "date", Problems()).frame["row"].to_list() == [2, 3, 4, 5]


def test_a_quotation_mark_that_takes_rows_into_one_cell_is_named(read: Read) -> None:
    lines = [f"2024-01-{day:02},North,{day}" for day in range(1, 29)]
    lines[3] = lines[3].replace("North", '"North')
    with pytest.raises(InvalidData, match="row 5: a quotation mark is opened and never closed"):
        read("date,region,load\n" + "\n".join(lines) + "\n")

    lines[20] = lines[20].replace("North", '"North')
    with pytest.raises(InvalidData, match="row 5: a quotation mark takes the rows up to 22 into one cell"):
        read("date,region,load\n" + "\n".join(lines) + "\n")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04" + bytes(50), "is a damaged zip file"),
        (zipped(a=TEXT, b=TEXT), r"is a zip archive of 2 files \(a.csv, b.csv\), expected one"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(50), "is not a text file, whatever its name says"),
        (b"<html><table><tr><td>a</td></tr></table></html>", "is a web page or XML"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><a/>', "is a web page or XML"),
        (b"PAR1" + bytes(50), "is not a text file"),
        (bytes(range(256)) * 9, "is not a text file"),
        (gzip.compress(TEXT.encode())[:-9], "is a damaged gzip file"),
    ],
    # Named, because packed bytes hold the time at which they were packed.
    ids=["empty", "zip", "zips", "workbook", "page", "xml", "parquet", "binary", "damaged gzip"],
)
def test_what_is_no_text_table_is_refused(read: Read, content: bytes, words: str) -> None:
    with pytest.raises(UnreadableFile, match=words):
        read(content)


def test_a_header_without_rows_is_a_table_of_its_columns(read: Read) -> None:
    table, said = read("date,load\n")

    assert (table.columns, table.frame.height, said) == (("date", "load"), 0, [])


def test_a_file_larger_than_the_limit_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "table.csv.gz"
    path.write_bytes(gzip.compress(b"date,load\n" + b"2024-01-01,5\n" * 200_000))

    with pytest.raises(UnreadableFile, match="is larger when unpacked, at most 1 MB are read"):
        read_text_table(path, Problems(), max_megabytes=1)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a,b\n" + "1,2" + "," * 3000 + "\n" * 1, id="one row of delimiters"),
        pytest.param("a,b\n" + ("1,2" + "," * 2000 + "\n") * 2000, id="rows of delimiters"),
        pytest.param("a,b\n" + "1,2\n" * 100_000 + "3\n", id="a short row below many"),
        pytest.param('a,b\n1,"' + "x\n" * 300_000 + '"\n', id="a cell of many lines"),
        pytest.param(("a" * 500_000 + " (") + ",b\n1,2\n", id="a long header"),
        pytest.param("\n" * 100_000 + "a,b\n1,2\n", id="blank lines"),
        pytest.param("#" * 500_000 + "\na,b\n1,2\n", id="a long comment"),
    ],
)
def test_reading_takes_time_in_proportion_to_the_file(read: Read, text: str) -> None:
    start = time.process_time()
    table, _ = read(text)

    assert table.columns[-1] == "b"
    assert time.process_time() - start < 10.0


def test_a_far_field_is_refused_instead_of_making_every_row_as_wide(read: Read) -> None:
    with pytest.raises(InvalidData, match="row 500: it has 16,001 fields where other rows have 2"):
        read("a,b\n" + "1,2\n" * 498 + "," * 16_000 + "3\n" + "1,2\n" * 20_000)


def test_the_fast_reader_counts_lines_and_short_rows_as_the_plain_one(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [
        TEXT.replace(",a\n", ',"two\n\nlines"\n') + '"x",,,\n\n"y",1,2,"3\n4"\nz,1,2,3\n',
        TEXT * 3,
        "title\n\n" + TEXT + "A,2024-01-05,\n",
    ]

    def outcomes() -> list[object]:
        found = [read(text, "table.csv", "site", "date") for text in texts]
        return [(table.frame.rows(), said) for table, said in found]

    plain = outcomes()
    monkeypatch.setattr(cells, "FAST_FROM_CHARACTERS", 0)
    assert outcomes() == plain


def test_a_zip_of_one_file_is_unpacked(read: Read) -> None:
    assert rows_of(read(zipped(a=TEXT))[0]) == ROWS


@pytest.mark.parametrize(
    ("notes", "passed"),
    [
        ("Source: grid operator\n", "row 4 was passed over: a note below the table"),
        (
            "\n\n* provisional figures\n(1) without the islands\n",
            "rows 6, 7 were passed over: a note below the table",
        ),
        ("The last month may still change\n\n", "row 4 was passed over: a note below the table"),
    ],
)
def test_notes_below_a_table_are_set_aside_with_their_rows(read: Read, notes: str, passed: str) -> None:
    table, said = read(TEXT + notes)

    assert rows_of(table) == ROWS
    assert [sentence.partition(" (")[0] for sentence in said] == [passed]
    assert table.set_aside == passed.count(",") + 1


def test_a_last_row_that_lacks_its_values_is_no_note(read: Read) -> None:
    table, said = read(TEXT + "Pune\n")

    assert len(table.frame) == 3
    assert said == [
        "row 4 ends before the last column; what is not there is read as blank, check that no value is lost."
    ]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1 234.5", "1234.5"),
        ('"1,234.5"', "1234.5"),
        ("1'234.5", "1234.5"),
        ("1\u00a0234.5", "1234.5"),
        ("1\u202f234.5", "1234.5"),
        ("\u22125.5", "-5.5"),
        ("- 5.5", "-5.5"),
    ],
)
def test_a_number_in_another_form_is_found_among_plain_ones(read: Read, cell: str, value: str) -> None:
    lines = [f"Site {at},{at}.5" for at in range(40)]
    table, _ = read("\n".join(["site [no 1],u2 [m/s]", *lines, f"Site 40,{cell}"]))

    assert rows_of(table)[-1] == ("Site 40", value)


def test_a_file_of_plain_numbers_is_not_searched_for_other_forms() -> None:
    plain = "site [no 1],u2 [m/s]\nSite 1,1.5\nSite 2,-2e-3\n"

    assert not cells.read_cells("a.csv", plain.encode()).may_have_groups


def test_a_row_that_says_to_be_a_statistic_of_others_is_set_aside(read: Read) -> None:
    table, _ = read(
        "site,date,load\nMax,2024-01-01,5\nMax,2024-01-02,6\nMean,,5.5\nMax load,,6\nMaximal,,9\n"
    )
    problems = Problems("table.csv")

    kept = without_totals(table, "date", problems)

    # A site may be called so, and what only begins like it is a row without a date.
    assert kept.frame["row"].to_list() == [2, 3, 5, 6]
    assert [str(problem) for problem in problems] == [
        "table.csv: row 4 was set aside: its label says that it is a statistic of other rows ('Mean')."
    ]


@pytest.mark.parametrize(
    ("units", "columns", "rows"),
    [
        (",degC,%", ("date", "tmax [degC]", "x"), [3, 4]),
        (",[W/m2],", ("date", "tmax [W/m2]", "x"), [3, 4]),
        # A day, a blank in words, a number: rows like any other.
        ("2024-01-01,degC,%", ("date", "tmax", "x"), [2, 3, 4]),
        (",n/a,-", ("date", "tmax", "x"), [2, 3, 4]),
        (",degC,7", ("date", "tmax", "x"), [2, 3, 4]),
    ],
)
def test_a_row_of_units_below_the_header_is_no_row(
    tmp_path: Path, units: str, columns: tuple[str, ...], rows: list[int]
) -> None:
    path, problems = tmp_path / "table.csv", Problems("table.csv")
    path.write_text(f"date,tmax,x\n{units}\n2024-01-02,5.5,1\n2024-01-03,6.5,2\n")

    table = read_one_table(path, problems, lambda text: text.partition(" [")[0] in ("date", "tmax"))

    assert (table.columns, table.frame["row"].to_list(), table.set_aside) == (columns, rows, rows[0] - 2)
    assert [problem.message.startswith("row 2, below the header, holds units") for problem in problems] == (
        [True] * (rows[0] - 2)
    )


@pytest.mark.parametrize(
    ("cells", "column", "kept"),
    [
        (("5.5 MW", "", "-6MW"), "tmax [MW]", ["5.5", None, "-6"]),
        # Two units, one that is unknown, a name of a number and a letter.
        (("5.5 MW", "6 kW", "7 MW"), "tmax", ["5.5 MW", "6 kW", "7 MW"]),
        (("5 apples", "6 apples", "7 apples"), "tmax", ["5 apples", "6 apples", "7 apples"]),
        (("1A", "2A", "3A"), "tmax", ["1A", "2A", "3A"]),
    ],
)
def test_a_unit_behind_every_number_of_a_column_is_its_unit(
    tmp_path: Path, cells: tuple[str, ...], column: str, kept: list[str | None]
) -> None:
    path, problems = tmp_path / "table.csv", Problems("table.csv")
    path.write_text("date,tmax\n" + "".join(f"2024-01-0{day},{cell}\n" for day, cell in enumerate(cells, 1)))

    table = read_one_table(path, problems, lambda text: text.partition(" [")[0] in ("date", "tmax"))

    assert (table.columns, table.frame["1"].to_list()) == (("date", column), kept)
    assert len(problems) == (column != "tmax")
