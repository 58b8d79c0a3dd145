from __future__ import annotations

import doctest

import numpy as np
import pandas as pd
import pytest

import workbench.demand.frames.forecast as facade
from workbench.demand import FrameForecast, forecast
from workbench.demand.sectors.backtest import Preparation
from workbench.demand.sectors.sector_forecast import Request, forecast_sector
from workbench.errors import InvalidData, SettingError
from workbench.forecasting.series_forecast import forecast_series

RNG = np.random.default_rng(21)
YEARS = range(2006, 2026)


@pytest.fixture(scope="module")
def sales() -> pd.DataFrame:
    growth = RNG.normal(0.04, 0.03, (20, 2)).cumsum(axis=0)
    return pd.DataFrame(100 * np.exp(growth), index=YEARS, columns=["Homes", "Factories"])


@pytest.fixture(scope="module")
def found(sales: pd.DataFrame) -> FrameForecast:
    return forecast(sales, levels=[80, 95], horizon=5)


@pytest.fixture(scope="module")
def months() -> pd.DataFrame:
    time = np.arange(72)
    values = 100 + time + 10 * np.sin(np.pi * time / 6) + RNG.normal(0, 1, 72)
    return pd.DataFrame({"Revenue": values}, index=pd.date_range("2019-01-31", periods=72, freq="ME"))


def test_a_column_is_forecast_as_a_sector_of_a_run_is(sales: pd.DataFrame, found: FrameForecast) -> None:
    energy = sales.Homes.to_numpy()
    alone = forecast_sector(
        Request("s", "damped_growth", 2006, energy, 5, None, 0, Preparation(), (0.8, 0.95), 10, 6)
    )
    rows = found.to_pandas().query("series == 'Homes'")
    assert rows.forecast.to_numpy() == pytest.approx(alone.base)
    assert rows.upper_95.to_numpy() == pytest.approx(alone.base * np.exp(alone.half_widths[0.95]))
    assert found.forecast.index.tolist() == list(range(2026, 2031))
    assert found.forecast.index.name == "year"


def test_every_fold_of_the_backtest_is_a_row_with_its_actual(
    sales: pd.DataFrame, found: FrameForecast
) -> None:
    folds = found.folds
    assert list(folds.columns) == [
        *("series", "model", "origin", "horizon", "year", "forecast", "actual", "inside_80", "inside_95")
    ]
    assert (folds.year == folds.origin + folds.horizon).all()
    assert folds.actual.to_numpy() == pytest.approx(
        [sales.loc[row.year, row.series] for row in folds.itertuples()]
    )
    mine = folds.query("series == 'Homes' and horizon == 1")
    assert mine.origin.tolist() == list(range(2011, 2025))
    earlier = forecast(sales.loc[:2020, ["Homes"]], horizon=1)
    assert mine.set_index("origin").forecast[2020] == pytest.approx(earlier.forecast.Homes[2021])


def test_accuracy_is_that_of_the_folds(found: FrameForecast) -> None:
    folds = found.folds.query("series == 'Factories' and horizon == 3")
    row = found.accuracy.set_index(["series", "horizon"]).loc[("Factories", 3)]
    assert row.mape == pytest.approx((100 * (folds.forecast / folds.actual - 1).abs()).mean())
    assert row.coverage_80 == pytest.approx(100 * folds.inside_80.mean())
    assert row.origins == len(folds)


def test_the_result_shows_and_draws_itself(found: FrameForecast) -> None:
    assert "2 series to 2030" in repr(found)
    assert "Homes" in found._repr_html_()
    assert [trace.name for trace in found.plot.forecast.line().data] == ["Homes", "Factories"]
    names = [trace.name for trace in found.plot(series="Homes").data]
    assert {"80 %", "95 %", "forecast", "history"} <= set(names)
    assert (
        found.plot(theme="dark").layout.template.layout.paper_bgcolor
        != found.plot().layout.template.layout.paper_bgcolor
    )
    with pytest.raises(SettingError, match="present: Homes, Factories"):
        found.plot(series="Schools")


def test_years_as_text_are_read_and_written_as_they_came(sales: pd.DataFrame, found: FrameForecast) -> None:
    fiscal = sales.set_axis([f"FY {year - 1}-{year % 100:02d}" for year in YEARS])
    text = forecast(fiscal, until="FY 2029-30")
    assert text.forecast.index.tolist()[-1] == "FY 2029-30"
    assert text.forecast.to_numpy() == pytest.approx(found.forecast.to_numpy())
    plain = forecast(sales.set_axis([str(year) for year in YEARS]), until="2030")
    assert plain.forecast.index.tolist() == list(range(2026, 2031))


def test_months_are_forecast_by_the_pool_with_a_season(months: pd.DataFrame) -> None:
    made = forecast(months, horizon=6)
    peer = forecast_series(months.Revenue.to_numpy()[None], 6, level=0.8)[0]
    assert peer is not None
    assert made.forecast.Revenue.to_numpy() == pytest.approx(peer.path)
    assert (made.intervals.upper_80 - made.intervals.forecast).to_numpy() == pytest.approx(peer.half_width)
    assert made.folds.inside_80.sum() == peer.covered
    assert made.folds.inside_80.notna().sum() == peer.counted
    assert [f"{date:%Y-%m-%d}" for date in made.forecast.index[:2]] == ["2025-01-31", "2025-02-28"]


@pytest.mark.parametrize("form", ["%Y-%m", "%Y-%m-%d", "%b %Y"])
def test_months_as_text_give_the_same(months: pd.DataFrame, form: str) -> None:
    text = forecast(months.set_axis([f"{date:{form}}" for date in months.index]), until="2025-03")
    assert text.forecast.to_numpy() == pytest.approx(forecast(months, horizon=3).forecast.to_numpy())


def test_quarters_have_a_season_of_four() -> None:
    values = np.tile([100.0, 120.0, 90.0, 150.0], 8) * 1.02 ** np.arange(32)
    frame = pd.DataFrame({"a": values}, index=pd.period_range("2017Q1", periods=32, freq="Q"))
    made = forecast(frame, 80, horizon=4)
    assert made.forecast.a.to_numpy() == pytest.approx(values[-4:] * 1.02**4, rel=0.03)


def test_a_named_method_is_used_at_every_origin(months: pd.DataFrame) -> None:
    made = forecast(months, model="theta")
    assert set(made.folds.model) == {"theta"}
    assert set(made.intervals.model) == {"theta"}


@pytest.mark.parametrize("one", [{"levels": 80}, {"level": 80}, {"levels": [80.0]}, {"levels": np.int64(80)}])
def test_one_level_is_a_number_or_a_list(sales: pd.DataFrame, one: dict) -> None:
    made = forecast(sales, horizon=2, **one)
    assert made.intervals[["lower_80", "upper_80"]].notna().all().all()
    assert "lower_95" not in made.intervals


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"model": "arima"}, "no model 'arima' for years; choose one of automatic, damped_growth, .*theta"),
        ({"model": "combined_growth"}, "needs GDP per person and population, which a frame does not hold"),
        ({"levels": 0.8}, "A level is 0.8, expected a percentage above 1"),
        ({"levels": [80, 100]}, "A level is 100, expected a percentage above 1 and below 100"),
        ({"levels": "80"}, "A level is '80', expected a percentage"),
        ({"levels": float("nan")}, "A level is nan"),
        ({"levels": []}, "levels is empty"),
        ({"levels": [80], "level": 90}, "Both level and levels"),
        ({"horizon": 0}, "horizon is 0, expected a whole number of at least 1"),
        ({"horizon": "2035"}, "horizon is '2035', .* use until"),
        ({"horizon": 200}, "200 years ahead are too far, expected at most 50"),
        ({"until": 2020}, "until is 2020, expected a year after the last one, 2025"),
        ({"until": "soon"}, "until is 'soon', expected a year such as 2035 or FY 2034-35"),
        ({"until": "2030-06"}, "until is '2030-06', expected a year"),
        ({"until": 2030, "horizon": 5}, "Both horizon and until"),
        ({"first_training": 1}, "first_training is 1, expected a whole number of at least 3"),
    ],
)
def test_an_argument_that_cannot_be_used_is_refused_with_what_is_allowed(
    sales: pd.DataFrame, options: dict, sentence: str
) -> None:
    with pytest.raises(SettingError, match=sentence):
        forecast(sales, **options)


def test_models_of_the_wrong_step_are_refused_with_those_there_are(months: pd.DataFrame) -> None:
    with pytest.raises(SettingError, match="for months; choose one of automatic, naive, drift, theta"):
        forecast(months, model="damped_growth")
    with pytest.raises(SettingError, match="expected a month such as 2026-06"):
        forecast(months, until=2030)


def test_a_frame_that_cannot_be_read_is_refused_with_the_way_out(sales: pd.DataFrame) -> None:
    with pytest.raises(InvalidData, match="set_index"):
        forecast(sales.reset_index(drop=True))
    with pytest.raises(InvalidData, match="'x' at 2011, expected a number"):
        forecast(sales.astype(object).assign(Homes=[*sales.Homes[:5], "x", *sales.Homes[6:]]))
    with pytest.raises(InvalidData, match="'north' of the index is not a year or date"):
        forecast(sales.set_axis([*map(str, YEARS[:-1]), "north"]))
    days = pd.DataFrame({"a": np.ones(90)}, index=pd.date_range("2024-01-01", periods=90))
    with pytest.raises(InvalidData, match="lie in one period; sum or average"):
        forecast(days)
    with pytest.raises(InvalidData, match="expected a DataFrame"):
        forecast([1.0, 2.0])  # type: ignore[arg-type]


def test_what_cannot_be_forecast_says_why_beside_the_others(sales: pd.DataFrame) -> None:
    closed, gap = sales.Homes.copy(), sales.Homes.copy()
    closed.iloc[-1], gap.loc[2010] = 0.0, np.nan
    made = forecast(sales.assign(Closed=closed, Gap=gap))
    assert made.failures == {"Closed": "the last value is 0; growth cannot start from there"}
    assert "Closed" not in made.forecast
    assert made.notes == (
        "Gap: the years to 2010 are not used, because the value of 2010 is missing, zero or negative.",
    )
    assert "Closed: no forecast" in made._repr_html_()
    with pytest.raises(
        InvalidData, match=r"No column of the frame can be forecast\. Closed: the last value is 0"
    ):
        forecast(closed.rename("Closed"))


def test_a_missing_row_is_a_gap_and_not_the_next_year(sales: pd.DataFrame) -> None:
    made = forecast(sales.drop(2012)[["Homes"]])
    assert np.isnan(made.history.Homes[2012])
    assert made.folds.origin.min() == 2018


def test_the_example_of_the_docstring_runs() -> None:
    assert doctest.testmod(facade).failed == 0
