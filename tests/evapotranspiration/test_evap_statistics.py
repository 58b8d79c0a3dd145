"""What is learned of the sources: moments by month that add up and are written and read."""

from __future__ import annotations

import io
from pathlib import Path

import brazilian_sites as brazil
import numpy as np
import pandas as pd
import pytest
from made_references import PLACES, made_site, made_sites

from workbench.errors import InvalidData
from workbench.evapotranspiration.fusion.statistics import Statistics, learn, shipped_statistics


def test_moments_are_those_of_the_days_of_each_month() -> None:
    features, reference = made_sites(["centre"])
    item = learn(features, reference, PLACES).sites[0]
    march = features["date"].dt.month == 3
    values = features.loc[march, list(item.features)].assign(reference=reference.loc[march, "eto"])
    assert item.days[2] == march.sum()
    np.testing.assert_allclose(item.means[2], values.mean())
    np.testing.assert_allclose(item.covariances[2], values.cov(ddof=0))
    assert item.first_year == 2001


def test_statistics_survive_a_plain_table_as_csv() -> None:
    features, reference = made_sites()
    features.loc[features["site"] == "east", "eto_openmeteo_archive"] = np.nan
    statistics = learn(features, reference, PLACES)
    text = io.StringIO()
    statistics.to_frame().to_csv(text, index=False)
    text.seek(0)
    again = Statistics.from_frame(pd.read_csv(text))
    for before, after in zip(statistics.sites, again.sites, strict=True):
        assert before.site == after.site
        assert before.features == after.features
        np.testing.assert_allclose(before.covariances, after.covariances)
        np.testing.assert_allclose(before.means, after.means)


def test_a_source_that_is_absent_at_a_site_is_not_learned_there() -> None:
    features, reference = made_sites(["centre", "east"])
    features.loc[features["site"] == "east", "eto_openmeteo_archive"] = np.nan
    statistics = learn(features, reference, PLACES)
    assert "eto_openmeteo_archive" not in statistics.sites[1].features
    assert [item.site.name for item in statistics.knowing(["eto_openmeteo_archive"])] == ["centre"]


def test_sites_join_and_are_left_out_by_name() -> None:
    one = learn(*made_sites(["centre", "east"]), PLACES)
    other = learn(*made_sites(["east", "west"], seed=5), PLACES)
    both = one.joined(other)
    assert [item.site.name for item in both.sites] == ["centre", "east", "west"]
    assert both.sites[1] is other.sites[0]
    assert [item.site.name for item in both.without(["east"]).sites] == ["centre", "west"]


def test_too_few_days_and_unknown_sites_are_refused() -> None:
    features, reference = made_site("centre", days=40)
    with pytest.raises(InvalidData, match="60 days"):
        learn(features, reference, PLACES)
    features, reference = made_site("centre", days=400)
    with pytest.raises(InvalidData, match="'centre': no such site; known are east"):
        learn(features, reference, {"east": PLACES["east"]})


def test_a_table_with_a_month_missing_is_refused() -> None:
    frame = learn(*made_sites(["centre"]), PLACES).to_frame()
    with pytest.raises(InvalidData, match="11 months, expected each of the twelve"):
        Statistics.from_frame(frame[frame["month"] != 4])


def test_the_shipped_statistics_are_what_the_real_sites_give(shared_data: Path) -> None:
    made = learn(brazil.features(shared_data), brazil.reference(shared_data), brazil.sites(shared_data))
    shipped = shipped_statistics()
    assert len(shipped.sites) == 12
    for one, other in zip(made.sites, shipped.sites, strict=True):
        assert one.site.name.replace("_", " ") == other.site.name
        assert one.features == other.features
        np.testing.assert_allclose(one.means, other.means, rtol=1e-3)
        np.testing.assert_allclose(one.covariances, other.covariances, rtol=2e-3, atol=1e-3)
