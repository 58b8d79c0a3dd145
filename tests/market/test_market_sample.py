from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from workbench.market.model.description_parts import UNKNOWN
from workbench.market.model.nem import NEM
from workbench.market.model.units import UnitKind
from workbench.market.sample.market import SampleMarket, make_sample_dataset
from workbench.market.store.reading import MarketData


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> MarketData:
    return MarketData.open(make_sample_dataset(tmp_path_factory.mktemp("sample") / "sample"))


def test_the_same_seed_gives_the_same_rows_and_another_seed_others() -> None:
    one, same, other = (SampleMarket.make(10, seed=seed) for seed in (1, 1, 2))
    span = ("2025-08-01", "2025-08-02")
    for table, frame in one.frames(*span).items():
        assert frame.equals(same.frames(*span)[table]), table
        assert not frame.equals(other.frames(*span)[table]), table


def test_a_range_is_the_same_whether_made_alone_or_as_part_of_a_longer_one() -> None:
    market = SampleMarket.make(10)
    whole = market.frames("2025-08-01", "2025-08-03")
    part = market.frames("2025-08-02", "2025-08-03")
    for table, frame in part.items():
        assert whole[table].tail(frame.height).drop("published").equals(frame.drop("published")), table


def test_any_number_of_units_can_be_made_each_with_a_name_of_its_own() -> None:
    for count in (1, 7, 60, 500):
        names = [unit.name for unit in SampleMarket.make(count).units]
        assert len(set(names)) == count


def test_prices_have_spikes_and_negatives_within_floor_and_cap(sample: MarketData) -> None:
    rrp = sample.rollup("price_interval", sample.first, sample.last)["rrp"]
    known = rrp[~np.isnan(rrp)]
    assert 30 < np.median(known) < 150
    assert (known < 0).mean() > 0.005
    assert (known > 300).mean() > 0.0005
    assert known.min() >= NEM.price_floor
    assert known.max() <= NEM.price_cap


def test_solar_rests_at_night_and_batteries_buy_cheaper_than_they_sell(sample: MarketData) -> None:
    block = sample.read("region_fuel", "2025-07-02", "2025-07-27", step=60)
    hours = (block.edges[:-1] // 60) % 24
    at = {name: number for number, name in enumerate(sample.description.fuel_names)}
    solar = block["out_mwh"][:, at["Solar"]].sum(axis=0)
    assert solar[(hours < 4) | (hours > 21)].sum() == 0
    assert solar[hours == 12].min() > 0
    storage = sample.read("region_fuel", "2025-07-02", "2025-07-27").pick("fuel", ["Battery Storage"])
    sold = storage["out_revenue"].sum() / storage["out_priced_mwh"].sum()
    bought = storage["in_cost"].sum() / storage["in_priced_mwh"].sum()
    assert sold > bought + 50
    assert storage["out_mwh"].sum() / storage["in_mwh"].sum() == pytest.approx(0.85, abs=0.01)


def test_high_prices_last_for_stretches_of_different_length(sample: MarketData) -> None:
    high = sample.rollup("price_interval", sample.first, sample.last)["rrp"] > 300
    lengths = set()
    for region in high:
        edges = np.flatnonzero(np.diff(np.concatenate(([False], region, [False])).astype(int)))
        lengths |= set((edges[1::2] - edges[::2]).tolist())
    assert max(lengths) * 5 >= 30
    assert len(lengths) > 3


def test_flows_stay_within_their_limits_and_what_is_cleared_within_what_is_available(
    sample: MarketData,
) -> None:
    flow = sample.rows("flow", sample.first, sample.last)
    assert (
        flow.filter((flow["flow"] > flow["export_limit"]) | (flow["flow"] < flow["import_limit"])).height == 0
    )
    region = sample.rows("region", sample.first, sample.last)
    assert region.filter(region["solar_cleared"] > region["solar_uigf"] + 1e-9).height == 0
    assert (region["wind_uigf"] - region["wind_cleared"]).sum() > 0
    assert region["demand"].min() > 0


def test_the_default_has_a_load_unit_an_unknown_unit_and_holes_to_be_found(sample: MarketData) -> None:
    assert UnitKind.LOAD in {unit.kind for unit in sample.units}
    assert len(sample.units.unknown) == 1
    assert sample.units[sample.units.position(sample.units.unknown[0])].fuel == UNKNOWN
    holes = {(gap.table, gap.missing) for gap in sample.gaps()}
    assert holes == {("unit_power", 12), ("price", 1), ("region", 1), ("flow", 1)}


def test_without_holes_there_are_none(tmp_path: Path) -> None:
    with MarketData.open(make_sample_dataset(tmp_path / "d", days=2, units=10, holes=False)) as data:
        assert data.gaps() == ()
        assert data.units.unknown == ()


def test_parts_of_a_region_add_up_to_the_rooftop_of_their_parent(sample: MarketData) -> None:
    block = sample.read("rooftop", sample.first, sample.last)
    parts = block.pick("area", ["North A", "North B", "North C"])["mwh"].sum()
    assert parts == pytest.approx(block.pick("area", ["North"])["mwh"].sum(), rel=1e-4)
