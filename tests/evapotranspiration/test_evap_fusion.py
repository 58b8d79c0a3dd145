"""Fusion: biases go where there is a reference, days without a source stay empty, grades say why."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from evapotranspiration.made_weather import HERE, features_of, made_weather, seen_by
from made_references import FACTOR, PLACES, made_site, made_sites, of_site

from workbench.errors import InvalidData
from workbench.evapotranspiration.equation.daily import daily_eto
from workbench.evapotranspiration.fusion.drift import follow_drift
from workbench.evapotranspiration.fusion.fuse import Basis, FusionMethod, fuse
from workbench.evapotranspiration.fusion.lead_time import with_lead_time
from workbench.evapotranspiration.fusion.pooling import Pool, choose_pool, pooled_moments
from workbench.evapotranspiration.fusion.regression_ensemble import by_day, fit
from workbench.evapotranspiration.fusion.statistics import Statistics, learn
from workbench.evapotranspiration.model.site import Site
from workbench.evapotranspiration.validation.skill import skill

PARIS = Site("Paris", 48.9, 2.35, 35.0)


@pytest.fixture(scope="module")
def statistics() -> Statistics:
    return learn(*made_sites(), PLACES)


@pytest.fixture(scope="module")
def unseen() -> tuple[pd.DataFrame, pd.Series]:
    """Days of the centre with other weather than those learned from."""
    features, reference = made_site("centre", days=1500, seed=9)
    return of_site(features, "centre"), reference.set_index("date")["eto"]


@pytest.mark.parametrize("method", [FusionMethod.RIDGE, FusionMethod.KALMAN])
def test_with_a_local_reference_the_bias_is_gone_and_the_fusion_beats_each_source(
    statistics: Statistics, unseen: tuple[pd.DataFrame, pd.Series], method: FusionMethod
) -> None:
    features, true = unseen
    fused = fuse(features, PLACES["centre"], statistics=statistics, method=method)
    found = skill(fused.table["eto"], true)
    assert fused.basis is Basis.LOCAL
    assert abs(found.pbias) < 1.0
    for source in ("eto_nasa_power", "eto_openmeteo_archive"):
        debiased = features[source] / (features[source].mean() / true.mean())
        assert found.rmse < 0.97 * skill(debiased, true).rmse
    assert found.kge > 0.88


def test_the_interval_holds_the_share_of_days_that_it_promises(
    statistics: Statistics, unseen: tuple[pd.DataFrame, pd.Series]
) -> None:
    features, true = unseen
    for coverage in (0.5, 0.9):
        table = fuse(features, PLACES["centre"], statistics=statistics, coverage=coverage).table
        inside = ((true >= table["low"]) & (true <= table["high"])).mean()
        # A little wide here: the made biases do not change from year to year as real ones do.
        assert coverage - 0.02 < inside < coverage + 0.08


def test_without_a_local_reference_the_nearest_climates_teach(
    statistics: Statistics, unseen: tuple[pd.DataFrame, pd.Series]
) -> None:
    features, true = unseen
    fused = fuse(features, PLACES["centre"], statistics=statistics.without(["centre"]))
    assert fused.basis is Basis.TRANSFERRED
    assert {row.name for row in fused.neighbours} == {"east", "north", "west"}
    assert sum(row.share for row in fused.neighbours) == pytest.approx(1.0)
    assert abs(skill(fused.table["eto"], true).pbias) < 2.0
    assert (fused.table["grade"] != "high").all()
    assert "There is no reference at centre" in fused.explanation


def test_where_no_climate_is_alike_the_sources_keep_their_bias_and_the_grade_is_low(
    statistics: Statistics, unseen: tuple[pd.DataFrame, pd.Series]
) -> None:
    features, _ = unseen
    cold = features.assign(
        eto_nasa_power=features["eto_nasa_power"] - 3.0, rh_nasa_power=features["rh_nasa_power"] + 20
    )
    fused = fuse(cold, PARIS, statistics=statistics)
    assert fused.basis is Basis.SOURCE_ERRORS
    assert fused.method is FusionMethod.ERROR_WEIGHTS
    assert (fused.table["grade"] == "low").all()
    weights = fused.table[["weight_nasa_power", "weight_openmeteo_archive"]]
    expected = (cold[["eto_nasa_power", "eto_openmeteo_archive"]].to_numpy() * weights.to_numpy()).sum(axis=1)
    np.testing.assert_allclose(fused.table["eto"], np.maximum(expected, 0))
    # The one with the bias of 20 % has the larger error and so the smaller weight.
    assert weights["weight_nasa_power"].iloc[0] < weights["weight_openmeteo_archive"].iloc[0]
    assert "keep their bias" in fused.explanation


def test_weights_sum_to_one_and_a_day_without_a_source_has_none(
    statistics: Statistics, unseen: tuple[pd.DataFrame, pd.Series]
) -> None:
    features = unseen[0].copy()
    features.iloc[10] = np.nan
    features.iloc[20, features.columns.get_loc("eto_openmeteo_archive")] = np.nan
    features.iloc[30, features.columns.get_loc("eto_nasa_power")] = np.nan
    features.iloc[30, features.columns.get_loc("rs_nasa_power")] = np.nan
    table = fuse(features, PLACES["centre"], statistics=statistics).table
    weights = table.filter(like="weight_").sum(axis=1)
    assert weights.drop(table.index[10]).to_numpy() == pytest.approx(1.0)
    assert np.isnan(table["eto"].iloc[10])
    assert table["reason"].iloc[10] == "no source has this day"
    assert table["sources"].iloc[20] == "nasa_power"
    assert table["sources"].iloc[30] == "openmeteo_archive"
    assert "one source only" in table["reason"].iloc[20]
    assert table["grade"].iloc[20] == "medium"
    assert table["standard_error"].iloc[20] > table["standard_error"].iloc[21]


def test_fused_days_do_not_depend_on_the_other_days_that_are_asked(
    statistics: Statistics, unseen: tuple[pd.DataFrame, pd.Series]
) -> None:
    features = unseen[0]
    whole = fuse(features, PLACES["centre"], statistics=statistics).table
    doubled = features.copy()
    doubled.iloc[600:] *= 1.3
    again = fuse(doubled, PLACES["centre"], statistics=statistics).table
    pd.testing.assert_frame_equal(whole.iloc[:600], again.iloc[:600], check_freq=False)


def test_a_week_at_an_unseen_place_is_served_by_the_nearest_reference_sites(
    statistics: Statistics, unseen: tuple[pd.DataFrame, pd.Series]
) -> None:
    week = unseen[0].iloc[:7]
    fused = fuse(week, PLACES["centre"], statistics=statistics.without(["centre"]))
    assert fused.basis is Basis.TRANSFERRED
    assert len(fused.table) == 7
    assert fuse(week, PARIS, statistics=statistics).basis is Basis.SOURCE_ERRORS


def test_a_forecast_stands_in_for_the_archive_of_the_same_house(
    statistics: Statistics, unseen: tuple[pd.DataFrame, pd.Series]
) -> None:
    forecast = unseen[0][["eto_openmeteo_archive"]].rename(
        columns={"eto_openmeteo_archive": "eto_openmeteo_forecast"}
    )
    table = fuse(forecast.iloc[:5], PLACES["centre"], statistics=statistics).table
    alone = fuse(unseen[0][["eto_openmeteo_archive"]].iloc[:5], PLACES["centre"], statistics=statistics).table
    np.testing.assert_allclose(table["eto"], alone["eto"])
    np.testing.assert_allclose(table["standard_error"], 1.15 * alone["standard_error"])
    assert set(table["sources"]) == {"openmeteo_forecast"}
    assert (table["weight_openmeteo_forecast"] == 1.0).all()
    assert "openmeteo_forecast in the place of openmeteo_archive" in table["reason"].iloc[0]


def test_an_archive_that_ends_is_followed_by_the_forecast_and_each_day_names_its_own(
    statistics: Statistics, unseen: tuple[pd.DataFrame, pd.Series]
) -> None:
    features = unseen[0].iloc[:10].copy()
    features["eto_openmeteo_forecast"] = features["eto_openmeteo_archive"]
    features.iloc[6:, features.columns.get_loc("eto_openmeteo_archive")] = np.nan
    table = fuse(features, PLACES["centre"], statistics=statistics).table
    assert (
        table["sources"].tolist()
        == ["nasa_power + openmeteo_archive"] * 6 + ["nasa_power + openmeteo_forecast"] * 4
    )
    assert table.filter(like="weight_").sum(axis=1).to_numpy() == pytest.approx(1.0)
    assert (table["grade"].iloc[6:] != "high").all()


def test_a_like_climate_of_another_continent_is_not_learned_from(
    statistics: Statistics, unseen: tuple[pd.DataFrame, pd.Series]
) -> None:
    zambia = Site("Zambia", -10.0, 30.0, 1200.0)
    assert fuse(unseen[0], zambia, statistics=statistics).basis is Basis.SOURCE_ERRORS


def test_a_source_that_no_reference_knows_counts_where_nothing_else_is(
    statistics: Statistics, unseen: tuple[pd.DataFrame, pd.Series]
) -> None:
    features = unseen[0].assign(eto_met_norway=4.0).iloc[:10].copy()
    features.iloc[3:, :4] = np.nan
    table = fuse(features, PLACES["centre"], statistics=statistics).table
    assert table["sources"].iloc[0] == "nasa_power + openmeteo_archive"
    assert table["sources"].iloc[5] == "met_norway"
    assert table["eto"].iloc[5] == pytest.approx(4.0)
    assert table["grade"].iloc[5] == "low"


def test_sources_that_part_as_never_before_lower_the_grade(
    statistics: Statistics, unseen: tuple[pd.DataFrame, pd.Series]
) -> None:
    features = unseen[0].copy()
    features.iloc[50, features.columns.get_loc("eto_nasa_power")] = 1.0
    features.iloc[50, features.columns.get_loc("eto_openmeteo_archive")] = 9.0
    table = fuse(features, PLACES["centre"], statistics=statistics).table
    assert table["grade"].iloc[50] == "low"
    assert "never seen" in table["reason"].iloc[50]
    assert (table["grade"] == "high").mean() > 0.7


def test_nothing_to_fuse_is_said() -> None:
    with pytest.raises(InvalidData, match="no source has an ETo"):
        fuse(pd.DataFrame({"rs_nasa_power": [1.0]}, index=pd.to_datetime(["2020-01-01"])), PARIS)


def test_a_short_local_reference_leans_on_the_neighbours_and_a_long_one_does_not(
    statistics: Statistics, unseen: tuple[pd.DataFrame, pd.Series]
) -> None:
    features, true = unseen
    short = learn(*made_site("centre", days=70, factor=FACTOR), PLACES)
    both = fuse(features, PLACES["centre"], statistics=statistics.without(["centre"]).joined(short))
    assert both.basis is Basis.LOCAL
    assert skill(both.table["eto"], true).nse > 0.6
    wanted = ["eto_nasa_power", "eto_openmeteo_archive", "rs_nasa_power"]
    pool = choose_pool(features, PLACES["centre"], statistics, wanted)
    own = pooled_moments(Pool(Basis.LOCAL, pool.members[:1], (1.0,), (0.0,)), wanted)
    mixed = pooled_moments(pool, wanted)
    assert np.abs(fit(mixed).slopes / fit(own).slopes - 1).max() < 0.05


def test_the_estimate_varies_as_the_reference_does(
    statistics: Statistics, unseen: tuple[pd.DataFrame, pd.Series]
) -> None:
    features, true = unseen
    fused = fuse(features, PLACES["centre"], statistics=statistics).table["eto"]
    assert fused.std() == pytest.approx(true.std(), rel=0.05)


def test_monthly_coefficients_are_interpolated_from_middle_to_middle_of_the_months() -> None:
    values = np.arange(12.0)
    found = by_day(values, np.array([16, 31, 46, 1, 366]))
    # The 16th of January is a quarter of a day before the middle that twelfths of a year give.
    assert found[0] == pytest.approx(0.0, abs=0.1)
    assert found[1] == pytest.approx(0.5, abs=0.03)
    assert found[2] == pytest.approx(1.0, abs=0.03)
    assert found[3] == pytest.approx(5.5, abs=0.05)
    assert found[4] == pytest.approx(5.5, abs=0.1)


def test_a_drift_of_the_drifting_source_is_followed_by_half_and_only_after_a_year() -> None:
    features, reference = made_sites(["centre"])
    statistics = learn(features, reference, PLACES)
    later = of_site(made_site("centre", days=1800, seed=4)[0], "centre")
    later["eto_nasa_power"] *= 1.06
    pool = choose_pool(later, PLACES["centre"], statistics, list(statistics.sites[0].features))
    followed, change = follow_drift(later, pool)
    ratio = followed["eto_nasa_power"] / later["eto_nasa_power"]
    assert (ratio.iloc[:365] == 1.0).all()
    assert ratio.iloc[800:].mean() == pytest.approx(1.06**-0.5, abs=0.005)
    assert change < 0
    pd.testing.assert_series_equal(followed["eto_openmeteo_archive"], later["eto_openmeteo_archive"])
    _, change = follow_drift(of_site(made_site("centre", days=1800, seed=4)[0], "centre"), pool)
    assert abs(change) < 0.01


def test_a_forecast_is_less_certain_the_further_it_reaches(
    statistics: Statistics, unseen: tuple[pd.DataFrame, pd.Series]
) -> None:
    features = unseen[0][["eto_openmeteo_archive"]].iloc[:15]
    forecast = features.set_axis(["eto_openmeteo_forecast"], axis=1)
    today = forecast.index[2].date()
    plain = fuse(forecast, PLACES["centre"], statistics=statistics).table
    grown = with_lead_time(plain, today)
    factor = grown["standard_error"] / plain["standard_error"]
    assert factor.iloc[:3].tolist() == [1.0, 1.0, 1.0]
    assert factor.iloc[10] == pytest.approx(np.sqrt(2.0))  # eight days double the variance
    assert (factor.diff().iloc[3:] > 0).all()
    assert (grown["high"] - grown["eto"]).iloc[10] == pytest.approx(
        (plain["high"] - plain["eto"]).iloc[10] * np.sqrt(2.0)
    )
    assert grown["reason"].iloc[10].endswith("; 8 days ahead")
    # Days that no forecast gave are as they were, whenever they are.
    archive = fuse(features, PLACES["centre"], statistics=statistics).table
    pd.testing.assert_frame_equal(with_lead_time(archive, today), archive)


@pytest.mark.parametrize("method", [FusionMethod.RIDGE, FusionMethod.KALMAN])
def test_months_of_which_nothing_was_learned_follow_the_others_with_a_wider_error(
    method: FusionMethod,
) -> None:
    true = made_weather(730)
    reference = daily_eto(true, HERE)["eto"]
    features = features_of({"nasa_power": seen_by(true).assign(rs=lambda table: table["rs"] * 1.25)})
    spring = reference.index.month <= 5
    taught = learn(
        features[spring].assign(site="here").reset_index(),
        reference[spring].rename("eto").rename_axis("date").reset_index().assign(site="here"),
        {"here": HERE},
    )
    table = fuse(features, HERE, statistics=taught, method=method).table
    autumn = table.index.month.isin([8, 9, 10])
    # The source itself is a tenth too high; without a slope of these months the estimate was zero.
    assert table["eto"][autumn].mean() == pytest.approx(reference[autumn].mean(), rel=0.06)
    assert skill(table["eto"][autumn], reference[autumn]).nse > 0.5
    relative = table["standard_error"] / table["eto"]
    assert relative[autumn].min() > 0.15 > relative[spring].median()
    assert set(table["grade"][autumn]) == {"low"}
    assert table["reason"][autumn].str.contains("no day of this time of year was learned from").all()
