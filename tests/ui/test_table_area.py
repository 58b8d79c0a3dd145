from __future__ import annotations

import datetime

import pandas as pd

from workbench.data.formatting import MISSING
from workbench.ui.figures.tables import TableArea, frame_cells, table_html


def test_text_of_a_workbook_cannot_become_part_of_the_page():
    written = table_html(["<b>Sector</b>"], [["<script>alert(1)</script>"]], caption="A & B")
    assert "<script>" not in written
    assert "&lt;script&gt;" in written
    assert "&lt;b&gt;Sector" in written
    assert "A &amp; B" in written


def test_a_frame_gets_units_in_its_headings_and_words_on_the_left():
    frame = pd.DataFrame({"year": [2025], "peak": [1234.5], "name": ["high"]})
    heads, rows, words = frame_cells(frame, units={"peak": "MW"})
    assert heads == ["Year", "Peak [MW]", "Name"]
    assert rows == [["2025", "1,234", "high"]]
    assert words == [2]


def test_years_are_not_grouped_dates_are_short_and_missing_values_are_blank_or_a_dash():
    frame = pd.DataFrame(
        {
            "base_year": [2024.0],
            "day": [datetime.datetime(2025, 4, 1)],  # noqa: DTZ001 - days have no zone
            "at": [datetime.datetime(2025, 4, 1, 19, 30)],  # noqa: DTZ001
            "kept": [True],
            "value": [float("nan")],
        }
    )
    _, rows, _ = frame_cells(frame)
    assert rows[0][:4] == ["2024", "2025-04-01", "2025-04-01 19:30", "yes"]
    assert rows[0][4] == MISSING


def test_a_long_frame_is_cut_and_says_so():
    area = TableArea()
    area.show_frame(pd.DataFrame({"value": range(1000)}), caption="Values", limit=10)
    assert area.value.count("<tr>") == 11
    assert "the first 10 of 1000" in area.value


def test_the_numbers_of_a_column_have_the_same_decimals_so_that_their_points_are_below_each_other():
    frame = pd.DataFrame(
        {"factor": [93.25, 0.00618, 17.0], "energy": [12345.6, 0.4, 3.0], "small": [0.0, 4e-10, 0.012]}
    )
    _, rows, _ = frame_cells(frame)
    assert [row[0] for row in rows] == ["93.25", "0.01", "17.00"]
    assert [row[1] for row in rows] == ["12,346", "0", "3"]
    assert [row[2] for row in rows] == ["0.0000", "0.0000", "0.0120"]
