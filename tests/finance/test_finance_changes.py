"""The list of changes and the control totals."""

from __future__ import annotations

import csv
import io

import pytest

from workbench.data.changes import Change, ChangeKind, ChangeLog
from workbench.data.tables.harmless import harmless
from workbench.errors import UnbalancedResult
from workbench.finance.model.control_totals import ControlTotals, StageTotals


def change(*rows: int, before: tuple[str, ...] = ("x",), after: tuple[str, ...] = ("",)) -> Change:
    return Change(ChangeKind.BLANKED, "Revenue", rows, before, after, "it is not an amount")


def test_the_table_has_one_line_a_changed_cell() -> None:
    log = ChangeLog((change(3, 7, before=("a", "b")), change(9)))

    table = log.table()

    assert table["row"].tolist() == [3, 7, 9]
    assert table["before"].tolist() == ["a", "b", "x"]
    assert log.count() == 3
    assert log.count(ChangeKind.DROPPED) == 0


def test_a_change_of_a_header_stands_in_the_table_with_row_0() -> None:
    assert ChangeLog((change(),)).table()["row"].tolist() == [0]


def test_no_cell_of_the_download_can_become_a_formula() -> None:
    texts = ("=cmd|' /C calc'!A0", "+1", "-1,034", "@SUM(A1)", "\tx", "plain")
    log = ChangeLog((change(*range(1, 7), before=texts),))

    rows = list(csv.reader(io.StringIO(log.to_csv().decode("utf-8-sig"))))

    assert rows[0] == ["kind", "row", "column", "before", "after", "reason"]
    assert [row[3] for row in rows[1:]] == [f"'{text}" for text in texts[:-1]] + ["plain"]
    assert harmless(-5.0) == -5.0


def test_totals_that_agree_pass_and_show_every_stage() -> None:
    stage = StageTotals("set rows aside", 5, 4, 1, {"Revenue": 10.5}, {"Revenue": 8.5}, {"Revenue": 2.0})

    table = ControlTotals().with_stage(stage).table()

    assert table.values.tolist() == [
        ["set rows aside", "rows", 5.0, 4.0, 1.0],
        ["set rows aside", "Revenue", 10.5, 8.5, 2.0],
    ]


def test_a_lost_row_stops_the_run() -> None:
    with pytest.raises(
        UnbalancedResult,
        match=r"stage 'add to periods' do not agree: 5 rows in, 4 out and 0 set aside \(\+1\)",
    ):
        ControlTotals().with_stage(StageTotals("add to periods", 5, 4))


def test_a_lost_cent_stops_the_run() -> None:
    stage = StageTotals("add to periods", 5, 5, 0, {"Revenue": 1_000_000.01}, {"Revenue": 1_000_000.00})

    with pytest.raises(
        UnbalancedResult, match=r"'Revenue' 1,000,000\.01 in, 1,000,000\.00 out .*\(\+0\.01\); no figure"
    ):
        ControlTotals().with_stage(stage)


def test_the_rounding_of_a_million_large_floats_does_not() -> None:
    size = 499_499_495_999.99994
    ControlTotals().with_stage(
        StageTotals("x", 1, 1, 0, {"Revenue": size}, {"Revenue": size + 0.004}, {}, {"Revenue": size})
    )


def test_not_a_number_never_passes_for_agreement() -> None:
    with pytest.raises(UnbalancedResult):
        ControlTotals().with_stage(StageTotals("x", 1, 1, 0, {"Revenue": float("nan")}, {"Revenue": 5.0}))
