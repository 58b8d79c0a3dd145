from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.finance import planted_events
from tests.finance.report_cases import business_series
from workbench.errors import SettingError, UnreadableFile
from workbench.finance.anomalies.breaks import level_breaks
from workbench.finance.anomalies.detect import find_outliers
from workbench.finance.anomalies.events import (
    JUDGEMENTS_FILE,
    EventKind,
    Judgement,
    JudgementKind,
    events_of,
    read_judgements,
    save_judgement,
)
from workbench.finance.anomalies.expected import expected_values
from workbench.finance.anomalies.unusual import events_table


def months(count: int) -> pd.DatetimeIndex:
    return pd.date_range("2020-01-01", periods=count, freq="MS", unit="s")


def events_in(values: np.ndarray, **options: bool) -> tuple:
    found = find_outliers(values, stock=options.get("stock", False))
    assert found is not None
    return events_of(("revenue", "", ""), values, months(len(values)), found, **options)


def test_a_few_outliers_do_not_move_what_is_expected():
    values, _ = business_series(np.random.default_rng(1), 60, noise=0.02)
    spoilt = values.copy()
    spoilt[[10, 30, 45]] *= 3
    clean, robust = (expected_values(series).value for series in (values, spoilt))
    assert robust == pytest.approx(clean, rel=0.03)


def test_the_peak_of_every_december_is_no_event():
    time = np.arange(72)
    rng = np.random.default_rng(3)
    values = 1e5 * (1 + 0.8 * (time % 12 == 11)) * np.exp(0.01 * time + rng.normal(0, 0.03, 72))
    found = find_outliers(values)
    assert found is not None
    assert not found.outlying[time % 12 == 11].any()


def test_a_clean_series_has_next_to_no_false_alarms():
    rng = np.random.default_rng(8)
    counts = []
    for _ in range(60):
        found = find_outliers(business_series(rng)[0])
        assert found is not None
        counts.append(int(found.outlying.sum()) + len(found.breaks))
    assert np.mean(counts) <= 0.20


def test_a_level_that_changes_for_good_is_one_event_with_what_it_is_worth_in_a_year():
    rng = np.random.default_rng(4)
    time = np.arange(72)
    values = 1e5 * (1 + 0.1 * np.sin(2 * np.pi * time / 12)) * np.exp(rng.normal(0, 0.02, 72))
    values[40:] *= 1.3
    found, expected = level_breaks(values)
    assert found == (40,)
    events = events_in(values)
    assert [event.kind for event in events] == [EventKind.LEVEL]
    assert events[0].at_stake == pytest.approx(12 * 0.3e5, rel=0.1)
    assert expected.value[41:] == pytest.approx(
        1.3e5 * (1 + 0.1 * np.sin(2 * np.pi * time[41:] / 12)), rel=0.05
    )


def test_neighbouring_months_off_to_the_same_side_are_one_event_with_their_sum_at_stake():
    values, _ = business_series(np.random.default_rng(5), 60, noise=0.02)
    usual = values[30:32].sum()
    values[30:32] *= 1.4
    events = events_in(values)
    assert len(events) == 1
    assert events[0].kind == EventKind.RUN
    assert (events[0].first, events[0].last) == (pd.Timestamp("2022-07-01"), pd.Timestamp("2022-08-01"))
    assert events[0].at_stake == pytest.approx(0.4 * usual, rel=0.15)
    assert not events[0].low <= events[0].actual <= events[0].high


def test_cash_that_piles_up_is_judged_by_its_changes_not_by_a_trend():
    rng = np.random.default_rng(6)
    cash = 1e6 + np.cumsum(rng.normal(2e4, 3e3, 72))
    assert not events_in(cash, stock=True)
    cash[50:] += 5e5
    events = events_in(cash, stock=True)
    assert [event.first for event in events] == [pd.Timestamp("2024-03-01")]
    assert events[0].at_stake == pytest.approx(5e5, rel=0.1)


def test_losses_are_judged_on_their_own_scale():
    rng = np.random.default_rng(7)
    profit = 1e4 * np.sin(2 * np.pi * np.arange(60) / 12) + rng.normal(0, 500, 60)
    profit[33] -= 9000
    assert [event.first for event in events_in(profit)] == [pd.Timestamp("2022-10-01")]


def test_a_gap_is_neither_expected_to_be_zero_nor_an_event():
    values, _ = business_series(np.random.default_rng(9), 60, noise=0.02)
    values[20:23] = np.nan
    assert not events_in(values)


def test_a_year_of_months_is_too_short_to_call_anything_unusual():
    assert find_outliers(np.linspace(1, 2, 12)) is None


def test_what_a_person_said_is_kept_for_the_next_run(tmp_path: Path):
    values, _ = business_series(np.random.default_rng(5), 60, noise=0.02)
    values[30] *= 1.5
    values[40] *= 0.6
    events = events_in(values)
    first, second = (event.key for event in events)
    known = {first, second}
    save_judgement(tmp_path, first, Judgement(JudgementKind.MUTED, "fire in the plant"), known)
    save_judgement(tmp_path, second, Judgement(JudgementKind.ACKNOWLEDGED), known)
    table = events_table(events_in(values), read_judgements(tmp_path)).set_index("key")
    assert table.status.to_dict() == {first: "muted", second: "acknowledged"}
    assert table.note[first] == "fire in the plant"
    assert list(table.index)[-1] == first
    save_judgement(tmp_path, first, None, known)
    assert set(read_judgements(tmp_path)) == {second}


def test_a_judgement_of_an_unknown_event_is_refused_and_nothing_is_written(tmp_path: Path):
    with pytest.raises(SettingError, match="no event 'x'"):
        save_judgement(tmp_path, "x", Judgement(JudgementKind.MUTED), set())
    assert not list(tmp_path.iterdir())


def test_damaged_judgements_are_refused_with_what_to_do(tmp_path: Path):
    (tmp_path / JUDGEMENTS_FILE).write_text('{"judgements": [1]}')
    with pytest.raises(UnreadableFile, match="Correct it, or remove it"):
        read_judgements(tmp_path)


@pytest.fixture(scope="module")
def company() -> tuple[pd.DataFrame, list[planted_events.Planted]]:
    content, planted = planted_events.company(1)
    return planted_events.told(content), planted


def test_each_cause_is_one_line_at_the_level_that_shows_it_best(
    company: tuple[pd.DataFrame, list[planted_events.Planted]],
) -> None:
    events, planted = company

    assert planted_events.score(events, planted) == (5, 5, 5)
    drift = events[events.kind == "drift"].iloc[0]
    assert (drift.figure, drift.dimension, drift.entity) == ("collections", "region", "North")


def test_what_follows_by_arithmetic_is_folded_under_its_cause(
    company: tuple[pd.DataFrame, list[planted_events.Planted]],
) -> None:
    events, _ = company

    assert not set(events.figure) & {"profit", "receivables"}
    costs = events[events.figure == "expenses"]
    assert costs.also.str.contains("profit").all()


def test_costs_that_move_with_revenue_are_no_event_of_their_own(
    company: tuple[pd.DataFrame, list[planted_events.Planted]],
) -> None:
    events, planted = company
    months = {event.first for event in planted if event.figures == ("revenue",)}

    assert not (events[events.figure == "expenses"]["first"].isin(months)).any()
