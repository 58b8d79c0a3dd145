"""Times of plain files, as people have them, on the market's clock."""

from __future__ import annotations

import dataclasses

import polars as pl
import pytest

from workbench.data.problems import Problems
from workbench.errors import InvalidData
from workbench.market.inputs.drop_times import with_stamps
from workbench.market.model.nem import NEM

CENTRAL_EUROPE = dataclasses.replace(NEM, utc_offset_minutes=60)


def stamps(*texts: str, **options: str) -> tuple[list[str], list[str]]:
    frame = pl.DataFrame({"time": texts, "_row": range(2, 2 + len(texts)), "value": range(len(texts))})
    problems = Problems("a.csv")
    found = with_stamps(frame, "time", CENTRAL_EUROPE, problems, series=(), **options)
    return [f"{stamp:%m-%d %H:%M}" for stamp in found["stamp"]], [str(problem) for problem in problems]


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("2024-10-27 00:00:00+02:00", {}),
        ("2024-10-27T00:00:00+0200", {}),
        ("2024-10-26T22:00:00Z", {}),
        ("2024-10-26 22:00 +00:00", {}),
        ("27.10.2024 00:00 (CEST)", {}),
        ("27/10/2024 00:00:00 (CEST) - 27/10/2024 01:00:00 (CEST)", {"period": "beginning"}),
        ("26/10/2024 23:00:00 (CEST) - 27/10/2024 00:00:00 (CEST)", {"period": "ending"}),
        ("2024-10-26 23:00", {}),
        ("26.10.2024 23:00", {}),
        ("10/26/2024 23:00", {}),
        ("26/10/2024 23:00", {}),
        ("05/10/2024 23:00", {"format": "%d/%m/%Y %H:%M"}),
        ("2024-10-27 00:00", {"zone": "Europe/Berlin"}),
        ("2024-10-26 18:00", {"zone": "America/New_York"}),
    ],
)
def test_a_time_is_brought_to_the_markets_clock_however_it_is_written(
    text: str, options: dict[str, str]
) -> None:
    # All but one are 26 October 2024, 22:00 UTC, which is 23:00 on a clock of UTC+01:00.
    options = {("form" if name == "format" else name): value for name, value in options.items()}
    day = "10-05" if text.startswith("05") else "10-26"
    assert stamps(text, **options)[0] == [f"{day} 23:00"]


def test_the_hour_that_a_clock_change_repeats_is_told_by_the_order_of_the_rows() -> None:
    local = ["2024-10-27 01:00", "2024-10-27 02:00", "2024-10-27 02:00", "2024-10-27 03:00"]
    offsets = [
        f"{text}{offset}"
        for text, offset in zip(local, ("+02:00", "+02:00", "+01:00", "+01:00"), strict=True)
    ]
    expected = ["10-27 00:00", "10-27 01:00", "10-27 02:00", "10-27 03:00"]
    assert stamps(*local, zone="Europe/Berlin")[0] == expected
    assert stamps(*offsets)[0] == expected
    quarters = [f"2024-10-27 02:{minute}" for minute in ("00", "15", "30", "45")] * 2
    assert stamps(*quarters, zone="Europe/Berlin")[0][-1] == "10-27 02:45"


def test_local_times_without_a_zone_are_asked_where_an_hour_is_repeated() -> None:
    with pytest.raises(InvalidData, match=r"rows 2 and 3 both have the time 2024-10-27 02:00.*time_zone = "):
        stamps("2024-10-27 02:00", "2024-10-27 02:00")
    # Not a night of a Sunday, or a zone without clock changes: two rows of one time.
    assert stamps("2024-10-28 02:00", "2024-10-28 02:00")[0] == ["10-28 02:00"] * 2
    assert stamps("2024-10-27 02:00", "2024-10-27 02:00", zone="Etc/GMT-1")[0] == ["10-27 02:00"] * 2


def test_an_hour_that_clocks_leave_out_is_an_error_and_one_that_comes_once_is_said() -> None:
    with pytest.raises(InvalidData, match="row 2 has the time 2024-03-31 02:30:00, which the clocks"):
        stamps("2024-03-31 02:30", zone="Europe/Berlin")
    found, said = stamps("2024-10-27 02:30", zone="Europe/Berlin")
    assert found == ["10-27 01:30"]
    assert any("come once (first: row 2, 2024-10-27 02:30:00)" in sentence for sentence in said)


def test_days_and_months_that_no_row_tells_apart_are_asked() -> None:
    with pytest.raises(InvalidData, match=r"row 2 has the time '05/06/2024 10:00', and no row tells"):
        stamps("05/06/2024 10:00", "06/06/2024 10:00")
    assert stamps("05/06/2024 10:00", "13/06/2024 10:00")[0] == ["06-05 10:00", "06-13 10:00"]


def test_times_of_two_kinds_in_one_file_are_each_read_as_they_are() -> None:
    assert stamps("2024-10-26 23:00", "2024-10-27 01:00+02:00")[0] == ["10-26 23:00", "10-27 00:00"]
