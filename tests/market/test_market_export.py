from __future__ import annotations

import csv
import io
import json
from functools import partial

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from workbench.errors import UnwritableFile
from workbench.market.model.answer import Answer, Column, texts
from workbench.market.results.export import csv_of, excel_of, file_name, parquet_of, write

TIMES = np.array(["2025-08-20T00:30", "2025-08-20T01:00", "2025-08-20T01:30"], dtype="datetime64[m]")


@pytest.fixture
def shown() -> Answer:
    columns = (
        Column("End", TIMES),
        Column("Station", texts(["=HYPERLINK(1)", "Old Hill", "-5"])),
        Column("Price", np.array([1 / 3, np.nan, -1000.0]), "AUD/MWh"),
    )
    return Answer("Prices, SA1, a day", columns, "7", "price", ("One interval is missing.",))


def rows_of(content: bytes) -> list[list[str]]:
    lines = content.decode("utf-8-sig").splitlines()
    return list(csv.reader(line for line in lines if not line.startswith("#")))


def test_csv_has_units_in_its_headers_and_every_digit(shown):
    rows = rows_of(csv_of(shown))
    assert rows[0] == ["End", "Station", "Price [AUD/MWh]"]
    assert rows[1][0] == "2025-08-20 00:30"
    assert float(rows[1][2]) == 1 / 3
    assert rows[2][2] == ""
    assert len(rows) == 4


def test_text_is_never_a_formula_in_a_spreadsheet(shown):
    rows = rows_of(csv_of(shown))
    assert rows[1][1] == "'=HYPERLINK(1)"
    assert rows[3][1] == "-5"


def test_excel_reads_back_as_what_was_shown(shown):
    sheets = pd.read_excel(io.BytesIO(excel_of(shown)), sheet_name=None, engine="openpyxl", header=1)
    frame = sheets["data"]
    assert list(frame.columns) == ["End", "Station", "Price [AUD/MWh]"]
    assert frame["End"].tolist() == [pd.Timestamp(time) for time in TIMES]
    assert frame["Station"][0] == "=HYPERLINK(1)"
    assert frame["Price [AUD/MWh]"][2] == -1000
    assert "One interval is missing." in sheets["about"].to_string()


def test_parquet_keeps_types_and_units(shown):
    table = pq.read_table(io.BytesIO(parquet_of(shown)))
    assert table.column_names == ["End", "Station", "Price [AUD/MWh]"]
    assert table["End"].to_pylist()[0] == pd.Timestamp(TIMES[0]).to_pydatetime()
    facts = json.loads(table.schema.metadata[b"workbench"])
    assert facts["units"] == {"Price [AUD/MWh]": "AUD/MWh"}
    assert facts["data version"] == "7"


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "parquet"])
def test_an_answer_without_rows_has_its_headers(shown, suffix, tmp_path):
    path = write(shown.rows(slice(0, 0)), tmp_path / f"empty.{suffix}")
    excel = partial(pd.read_excel, engine="openpyxl", header=1)
    read = {"csv": partial(pd.read_csv, comment="#"), "xlsx": excel, "parquet": pd.read_parquet}[suffix](path)
    assert list(read.columns) == ["End", "Station", "Price [AUD/MWh]"]
    assert len(read) == 0


def test_another_suffix_is_refused_and_a_full_disk_leaves_the_earlier_file(shown, tmp_path, monkeypatch):
    with pytest.raises(ValueError, match=r"expected one of \.csv, \.xlsx, \.parquet"):
        write(shown, tmp_path / "prices.pdf")
    path = write(shown, tmp_path / "prices.csv")
    before = path.read_bytes()
    (tmp_path / "taken.csv").mkdir()
    with pytest.raises(UnwritableFile):
        write(shown, tmp_path / "taken.csv")
    assert path.read_bytes() == before


def test_a_file_is_named_after_what_it_holds(shown):
    assert file_name(shown, "csv") == "prices-sa1-a-day.csv"
    strange = Answer("../../etc, ü\x00", shown.columns)
    assert file_name(strange, "csv") == "etc.csv"


def test_columns_that_do_not_fit_together_are_refused():
    with pytest.raises(ValueError, match="differ in length"):
        Answer("x", (Column("a", np.zeros(2)), Column("b", np.zeros(3))))
    with pytest.raises(ValueError, match="share a name"):
        Answer("x", (Column("a", np.zeros(2)), Column("a", np.zeros(2))))


def test_an_answer_names_the_columns_it_has(shown):
    with pytest.raises(KeyError, match="present: End, Station, Price"):
        shown["Pric"]
    assert "3 rows" in repr(shown)
    assert shown.table().headers() == ["End", "Station", "Price [AUD/MWh]"]


def test_rows_without_a_number_are_sorted_last(shown):
    assert shown.sorted_by("Price")["Station"].tolist() == ["=HYPERLINK(1)", "-5", "Old Hill"]
