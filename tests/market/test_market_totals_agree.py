"""The same total from every resolution, table and chart, on random ranges."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from market.market_made_datasets import raw
from workbench.market import queries
from workbench.market.model.answer import Answer
from workbench.market.model.nem import NEM
from workbench.market.model.period import Period, Resolution, cut
from workbench.market.queries import By
from workbench.market.queries.sums import covered_hours, rooftop_hours
from workbench.market.results import charts
from workbench.market.sample.market import make_sample_dataset
from workbench.market.store.reading import MarketData

DAYS, FIRST = 5, np.datetime64("2025-06-28T00:00")
COARSE = [item for item in Resolution if item is not Resolution.FIVE_MINUTES]
FUELS = ("Coal", "Wind", "Solar", "Battery Storage", "Rooftop Solar")
quick = settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MarketData]:
    """Five days across the end of a month, with the holes that the sample leaves."""
    folder = make_sample_dataset(
        tmp_path_factory.mktemp("totals") / "nem", start=str(FIRST), days=DAYS, units=30
    )
    with MarketData.open(folder) as opened:
        yield opened


@pytest.fixture(scope="module")
def rows(data: MarketData) -> pd.DataFrame:
    frame = raw(data, "unit_power")
    facts = pd.DataFrame({"unit": data.units.names, "fuel": data.units.fuels, "region": data.units.regions})
    frame = frame.merge(facts, on="unit")
    loads = {unit.name for unit in data.units if str(unit.kind) == "load"}
    frame["net"] = np.where(frame.unit.isin(loads), -frame.mw, frame.mw)
    frame["out"] = frame.net.clip(lower=0) * frame.hours
    return frame


@st.composite
def periods(draw: st.DrawFn, step: int = 30) -> Period:
    count = DAYS * 1440 // step
    first = draw(st.integers(0, count - 1))
    last = draw(st.integers(first + 1, count))
    return Period(FIRST + np.timedelta64(first * step, "m"), FIRST + np.timedelta64(last * step, "m"))


def known(answer: Answer, column: str) -> np.ndarray:
    """What is known of a column of sums: its partial sums where something is missing."""
    partial = f"Partial {column.lower()}"
    if partial not in answer:
        return answer[column]
    units = (answer.column(column).unit, answer.column(partial).unit)
    return answer[partial] / (1000.0 if units == ("GWh", "MWh") else 1.0)


def energy_of(data: MarketData, answer: Answer, fuel: str, region: str | None, bins: object) -> float:
    hours = rooftop_hours(data, bins, region) if "Rooftop" in fuel else covered_hours(data, bins)
    return float(np.nansum(answer[fuel] * hours)) if fuel in answer else 0.0


@quick
@given(periods(), st.sampled_from([None, "Centre", "West"]), st.data())
def test_every_resolution_has_the_total_of_the_raw_rows(data, rows, period, region, draw):
    chosen = rows[(rows.stamp > pd.Timestamp(period.begin)) & (rows.stamp <= pd.Timestamp(period.end))]
    if region is not None:
        chosen = chosen[chosen.region == region]
    totals = queries.fuel_totals(data, period, region=region)
    by_fuel = dict(zip(totals["Fuel"].tolist(), known(totals, "Energy").tolist(), strict=True))
    resolution = draw.draw(st.sampled_from(COARSE))
    answer = queries.generation(data, period, region=region, resolution=resolution)
    bins = cut(period, resolution, NEM)
    for fuel in FUELS:
        from_series = energy_of(data, answer, fuel, region, bins)
        assert from_series / 1000 == pytest.approx(by_fuel.get(fuel, 0.0), rel=1e-9, abs=1e-9)
        if fuel != "Rooftop Solar":
            assert from_series == pytest.approx(chosen[chosen.fuel == fuel].out.sum(), rel=1e-9, abs=1e-6)


@settings(quick, max_examples=8)
@given(periods(step=5))
def test_native_intervals_agree_on_ranges_that_cut_through_half_hours(data, rows, period):
    chosen = rows[(rows.stamp > pd.Timestamp(period.begin)) & (rows.stamp <= pd.Timestamp(period.end))]
    answer = queries.generation(data, period, resolution=Resolution.FIVE_MINUTES)
    bins = cut(period, Resolution.FIVE_MINUTES, NEM)
    totals = queries.fuel_totals(data, period)
    for fuel in ("Coal", "Wind", "Battery Storage"):
        expected = chosen[chosen.fuel == fuel].out.sum()
        assert energy_of(data, answer, fuel, None, bins) == pytest.approx(expected, abs=1e-6)
        by_fuel = dict(zip(totals["Fuel"].tolist(), known(totals, "Energy").tolist(), strict=True))
        assert by_fuel.get(fuel, 0.0) * 1000 == pytest.approx(expected, abs=1e-6)


@quick
@given(periods())
def test_regions_and_keys_add_up_to_the_whole(data, period):
    def total(answer: Answer, column: str) -> float:
        return float(known(answer, column).sum())

    whole = queries.revenue_by(data, period, By.FUEL)
    for by in (By.REGION, By.STATION, By.UNIT):
        parts = queries.revenue_by(data, period, by)
        for column in ("Energy", "Charged", "Revenue", "Cost"):
            assert total(parts, column) == pytest.approx(total(whole, column), rel=1e-9, abs=1e-6)
    split = sum(
        total(queries.revenue_by(data, period, region=region), "Revenue")
        for region in data.description.region_names
    )
    assert split == pytest.approx(total(whole, "Revenue"), rel=1e-9, abs=1e-6)


@quick
@given(periods(), st.integers(1, DAYS * 48 - 1))
def test_two_halves_of_a_period_add_up(data, period, cut_at):
    middle = FIRST + np.timedelta64(cut_at * 30, "m")
    if not period.begin < middle < period.end:
        return
    for query, column in (
        (queries.fuel_totals, "Energy"),
        (queries.flow_totals, "Net"),
        (queries.curtailment_totals, "Curtailed"),
    ):
        halves = sum(
            known(query(data, part), column).sum()
            for part in (Period(period.begin, middle), Period(middle, period.end))
        )
        assert halves == pytest.approx(known(query(data, period), column).sum(), rel=1e-9, abs=1e-6)


@settings(quick, max_examples=10)
@given(periods())
def test_a_chart_holds_the_numbers_of_its_answer(data, period):
    answer = queries.generation(data, period, resolution=Resolution.HALF_HOUR)
    figure = charts.mix_chart(answer, "UTC+10:00")
    drawn = {trace.name: np.asarray(trace.y, dtype=float)[:-1] for trace in figure.data}
    for name in ("Coal", "Wind"):
        if name in answer and name in drawn:
            assert np.nansum(drawn[name]) == pytest.approx(np.nansum(answer[name]), rel=1e-5)
