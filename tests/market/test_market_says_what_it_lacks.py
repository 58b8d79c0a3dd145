"""Sums that lack a little are shown with how much, in their row, their heading, their figure and every file."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import openpyxl
import pyarrow.parquet as pq
import pytest

from market.market_made_datasets import frame_of, publish
from market.market_rows import stamps_between
from workbench.market import queries
from workbench.market.model.answer import LACKS, WITHOUT_READING, Answer
from workbench.market.model.nem import NEM
from workbench.market.model.period import Period, Resolution
from workbench.market.model.units import MarketUnit
from workbench.market.queries import By
from workbench.market.results import charts, charts_by_group, export
from workbench.market.store.reading import MarketData

CLOCK = "UTC+10:00"
UNITS = (
    MarketUnit("N1", "N", "NSW1", "Coal", "A", 1000.0),
    MarketUnit("S1", "S", "SA1", "Wind", "B", 500.0),
    MarketUnit("S2", "T", "SA1", "Battery Storage", "B", 500.0, 1000.0),
)
DAY = Period("2025-09-07", "2025-09-08")
Opened = Callable[..., MarketData]


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    """A day of three units at full power; units and flows can lack the readings of some intervals."""

    def make(silent: int = 0, feed: int = 0, flows: int = 0) -> MarketData:
        stamps = stamps_between("2025-09-07", "2025-09-08")
        read = np.concatenate((stamps[:100], stamps[100 + feed :]))
        wind = np.concatenate((read[:20], read[20 + silent :]))
        power = [
            *((str(stamp), "N1", 5, 1000.0) for stamp in read),
            *((str(stamp), "S1", 5, 500.0) for stamp in wind),
            *((str(stamp), "S2", 5, 100.0) for stamp in read),
        ]
        prices = [(str(stamp), region, 5, 50.0) for region in ("NSW1", "SA1") for stamp in stamps]
        links = NEM.interconnector_names
        kept = dict.fromkeys(links, stamps) | {"V-SA": np.concatenate((stamps[:50], stamps[50 + flows :]))}
        flow = [(str(stamp), link, 5, 120.0) for link in links for stamp in kept[link]]
        frames = {
            "unit_power": frame_of("unit_power", power, ["mw"]),
            "price": frame_of("price", prices, ["rrp"]),
            "flow": frame_of("flow", flow, ["flow"]),
        }
        return MarketData.open(publish(tmp_path / "data", frames, UNITS))

    return make


def row(answer: Answer, key: str, column: str) -> float:
    return float(answer[column][answer.columns[0].cells.tolist().index(key)])


def totals(data: MarketData) -> list[tuple[Answer, str]]:
    return [
        (queries.fuel_totals(data, DAY), "Wind"),
        (queries.revenue_by(data, DAY, By.REGION), "SA1"),
        (queries.revenue_by(data, DAY, By.STATION), "S"),
        (queries.station_table(data, DAY), "S1"),
    ]


def series(data: MarketData) -> list[Answer]:
    return [
        queries.generation(data, DAY, resolution=Resolution.DAY),
        queries.generation_by_hour(data, DAY),
        queries.battery_power(data, DAY, resolution=Resolution.DAY),
        queries.batteries_by_hour(data, DAY),
        queries.penetration(data, DAY, resolution=Resolution.DAY),
        queries.annualised(data, DAY, days=1),
        queries.comparison(data, DAY),
    ]


def test_a_whole_day_lacks_nothing_and_says_nothing(opened: Opened) -> None:
    with opened() as data:
        for answer in (
            *(answer for answer, _ in totals(data)),
            *series(data),
            queries.flow_totals(data, DAY),
        ):
            assert not answer.lacks.any(), answer.title
            assert answer.heading.lacking == ""
            assert not {LACKS, WITHOUT_READING} & set(answer.names)


def test_a_sum_that_lacks_one_reading_is_shown_with_its_share_in_row_heading_and_files(
    opened: Opened,
) -> None:
    with opened(silent=1) as data:
        for answer, key in totals(data):
            assert row(answer, key, "Energy") > 0
            assert 0 < row(answer, key, WITHOUT_READING) < 1
            said = answer.heading.lacking
            assert said.startswith("lacks up to 0.")
            assert said in answer.heading.caption
            assert f"# Missing: {said}" in export.csv_of(answer).decode("utf-8-sig")
            book = openpyxl.load_workbook(io.BytesIO(export.excel_of(answer)))
            assert said in str(book["data"]["A1"].value)
            kept = pq.read_table(io.BytesIO(export.parquet_of(answer))).schema.metadata[b"workbench"].decode()
            assert said in kept
            figure = charts_by_group.bars_chart(answer, "Energy")
            assert said in figure.layout.title.text
            shapes = figure.data[0].marker.pattern.shape
            assert [name for name, shape in zip(figure.data[0].y, shapes, strict=True) if shape] == [key]


def test_a_series_has_a_column_of_what_each_row_lacks_and_its_figure_marks_it(opened: Opened) -> None:
    with opened(silent=1) as data:
        for answer in series(data):
            if "Hour" in answer:
                # One of the twelve readings of an hour is more than a hundredth: the hour is missing.
                assert "Wind" not in answer or np.isnan(answer["Wind"]).sum() == 1
                continue
            assert answer.lacks.max() > 0, answer.title
            assert answer.heading.lacking in answer.heading.caption
        by_hour = queries.generation(data, DAY, resolution=Resolution.DAY)
        assert by_hour[LACKS].tolist() == pytest.approx([100 / 288])
        figure = charts.mix_chart(by_hour, CLOCK)
        (marks,) = [trace for trace in figure.data if trace.name == "lacks readings"]
        assert list(marks.customdata) == pytest.approx([100 / 288])
        assert LACKS not in [trace.name for trace in figure.data]


def test_a_gap_of_the_whole_feed_makes_totals_missing_and_means_say_what_they_lack(opened: Opened) -> None:
    with opened(feed=12) as data:
        for answer, key in totals(data):
            assert np.isnan(row(answer, key, "Energy")), answer.title
            assert row(answer, key, "Partial energy") == pytest.approx((600 if key == "SA1" else 500) * 23)
            assert row(answer, key, WITHOUT_READING) == pytest.approx(100 / 24)
        day = queries.generation(data, DAY, resolution=Resolution.DAY)
        assert day["Coal"].tolist() == pytest.approx([1000.0])
        assert day.heading.lacking == "lacks up to 4.2 %"
        # At the pace of a year the hours that were read count, and energy and time lack the same.
        pace = queries.comparison(data, DAY)
        assert row(pace, "Coal", "Energy now") == pytest.approx(1000 * 8766 / 1e6, rel=1e-3)
        assert row(pace, "Coal", LACKS) == pytest.approx(100 / 24)


@pytest.mark.parametrize(("lost", "shown"), [(1, True), (12, False)])
def test_flows_that_lack_more_than_a_hundredth_have_no_sum(opened: Opened, lost: int, shown: bool) -> None:
    with opened(flows=lost) as data:
        answer = queries.flow_totals(data, DAY)
    assert row(answer, "V-SA", WITHOUT_READING) == pytest.approx(100 * lost / 288)
    assert bool(answer.heading.lacking) == shown
    known = 0.12 * (288 - lost) / 12
    if shown:
        assert row(answer, "V-SA", "Forward") == pytest.approx(known)
    else:
        assert np.isnan(row(answer, "V-SA", "Net"))
        assert row(answer, "V-SA", "Partial net") == pytest.approx(known)
    assert row(answer, "NSW1-QLD1", "Forward") == pytest.approx(0.12 * 24)
