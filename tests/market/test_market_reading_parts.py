"""Time, blocks, exports and settings: the small parts that reading stands on."""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from market.market_rows import publish, rows, stamps_between
from workbench.errors import SettingError
from workbench.market.config import BackfillConfig, IngestConfig
from workbench.market.model.market_time import day_of, month_of, shown, split_edges, to_minutes
from workbench.market.store.export import export_parquet
from workbench.market.store.reading import MarketData
from workbench.runs.model.settings import settings_of, validate
from workbench.ui.forms.form import ConfigForm


@pytest.fixture(scope="module")
def two_months(tmp_path_factory: pytest.TempPathFactory) -> MarketData:
    folder = tmp_path_factory.mktemp("two") / "months"
    stamps = stamps_between("2025-07-31", "2025-08-02")
    frames = {
        "unit_power": rows("unit_power", stamps, "WIND1", mw=np.arange(len(stamps), dtype=float)),
        "price": rows("price", stamps, "SA1", rrp=50.0),
    }
    publish(folder, frames)
    return MarketData.open(folder)


def test_midnight_ends_its_day_and_its_month() -> None:
    midnight = to_minutes("2025-08-01")
    assert (day_of(midnight), month_of(midnight), shown(midnight)) == (
        "2025-07-31",
        "2025-07",
        "2025-08-01 00:00",
    )
    assert (day_of(midnight + 5), month_of(midnight + 5)) == ("2025-08-01", "2025-08")


def test_a_time_with_a_zone_or_seconds_is_refused() -> None:
    with pytest.raises(SettingError, match="carries a zone"):
        to_minutes(datetime.datetime(2025, 8, 1, tzinfo=datetime.UTC))
    with pytest.raises(SettingError, match="not a whole minute"):
        to_minutes("2025-08-01T00:00:30")
    with pytest.raises(SettingError, match="not a whole minute"):
        to_minutes(np.datetime64("NaT"))


@pytest.mark.parametrize(
    ("start", "end", "step", "expected"),
    [
        (0, 120, 60, [0, 60, 120]),
        (30, 130, 60, [30, 60, 120, 130]),
        (0, 100, None, [0, 100]),
        (30, 3000, 1440, [30, 1440, 2880, 3000]),
        (1440, 1440 * 16, 1440 * 7, [1440, 1440 * 8, 1440 * 15, 1440 * 16]),
    ],
)
def test_steps_end_on_the_clock(start: int, end: int, step: int | None, expected: list[int]) -> None:
    assert split_edges(start, end, step).tolist() == expected


def test_months_are_put_together_from_days(two_months: MarketData) -> None:
    days = two_months.read("unit", "2025-07-31", "2025-08-02", step=1440, series=["WIND1"])
    months = days.over(["2025-07-31", "2025-08-01", "2025-08-02"])
    np.testing.assert_allclose(months["out_mwh"], days["out_mwh"])
    whole = days.over([np.datetime64("2025-07-31"), np.datetime64("2025-08-02")])
    assert whole["out_mwh"][0, 0] == pytest.approx(np.arange(576).sum() / 12)
    with pytest.raises(SettingError, match="do not lie on the steps"):
        days.over(["2025-07-31", "2025-07-31T12:00", "2025-08-02"])


def test_single_prices_are_not_put_together(two_months: MarketData) -> None:
    block = two_months.rollup("price_interval", "2025-07-31", "2025-08-02")
    with pytest.raises(SettingError, match="single values"):
        block.over(["2025-07-31", "2025-08-02"])


def test_one_period_alone_is_given_without_a_copy(two_months: MarketData) -> None:
    block = two_months.rollup("unit", "2025-08-01", "2025-08-02", ["out_mwh"])
    assert not block["out_mwh"].flags.owndata
    assert not block["out_mwh"].flags.writeable


def test_a_block_and_the_data_say_what_they_are(two_months: MarketData) -> None:
    block = two_months.read("unit", "2025-08-01", "2025-08-02", step=30, columns=["out_mwh"])
    assert repr(block) == "<Block from unit: 4 unit x 48 steps; out_mwh>"
    assert (block.unit("out_mwh"), block.minutes, str(block.start)) == ("MWh", 30, "2025-08-01T00:00")
    assert "version 1: 4 units, 2025-07-31T00:00 to 2025-08-02T00:00" in repr(two_months)
    assert two_months.made_at.tzinfo is not None


def test_a_range_is_exported_by_table_and_month_with_units_in_the_headers(
    two_months: MarketData, tmp_path: Path
) -> None:
    written = export_parquet(two_months, tmp_path, "2025-07-31", "2025-08-02", rollups=["price"])
    assert sorted(path.name for path in written) == [
        "price-2025-07.parquet",
        "price-2025-08.parquet",
        "rollup-price-2025-07.parquet",
        "rollup-price-2025-08.parquet",
        "unit_power-2025-07.parquet",
        "unit_power-2025-08.parquet",
    ]
    power = pl.concat([pl.read_parquet(path) for path in sorted(tmp_path.glob("unit_power-*"))])
    assert power.columns == ["stamp", "unit", "mw [MW]", "minutes [min]", "published"]
    assert power["mw [MW]"].to_list() == list(range(576))


@pytest.mark.parametrize("kind", [IngestConfig, BackfillConfig])
def test_the_settings_have_help_valid_defaults_and_a_form(kind: type) -> None:
    validate(kind())
    assert all(item.help for item in settings_of(kind))
    assert ConfigForm(kind).config == kind()
