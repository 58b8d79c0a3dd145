"""A planted mistake at each level of evapotranspiration fails the run and names the two numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from workbench.data.projects.project import Project
from workbench.errors import UnbalancedResult
from workbench.evapotranspiration.fusion.site_check import SiteCheck
from workbench.evapotranspiration.fusion.site_fusion import SiteFusion
from workbench.evapotranspiration.jobs import estimate_evapotranspiration, validate_evapotranspiration
from workbench.evapotranspiration.results import climate, result_tables
from workbench.evapotranspiration.results.saved import STORE
from workbench.evapotranspiration.sample import add_sample
from workbench.evapotranspiration.steps import estimation, validation
from workbench.evapotranspiration.validation import holdout

NUMBER = r"-?[\d.e+]+"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Two sites over two years of the sample."""
    made = Project.create(tmp_path_factory.mktemp("farms") / "farms", "Farms")
    sites, weather, reference = add_sample(made)
    for path, read, write in (
        (sites, pd.read_csv, "to_csv"),
        (weather, pd.read_parquet, "to_parquet"),
        (reference, pd.read_csv, "to_csv"),
    ):
        table = read(path)
        table = table[table.site.isin(["River plain", "Western hills"])]
        if "date" in table:
            table = table[pd.to_datetime(table.date).dt.year.between(2020, 2021)]
        getattr(table, write)(path, index=False)
    return made


def on_weather(change: Callable[[pd.DataFrame], pd.DataFrame]) -> Callable[[SiteCheck], SiteCheck]:
    return lambda check: replace(check, weather=change(check.weather))


def on_fused(change: Callable[[pd.DataFrame], pd.DataFrame]) -> Callable[[SiteFusion], SiteFusion]:
    return lambda fused: replace(fused, table=change(fused.table))


def hotter(weather: pd.DataFrame) -> pd.DataFrame:
    return weather.assign(tmax=weather.tmax + (weather.index == 40))


def half_weight(table: pd.DataFrame) -> pd.DataFrame:
    name = next(name for name in table if str(name).startswith("weight_") and table[name].gt(0).any())
    return table.assign(**{name: table[name] / 2})


def unnamed_source(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(sources="")


def on_sites(**changes: float) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda sites: sites.assign(**{name: sites[name] * factor for name, factor in changes.items()})


MISTAKES: dict[str, tuple[Any, str, Callable[[Any], Any], str]] = {
    "a day of the weather is lost": (
        estimation,
        "check_site",
        on_weather(lambda weather: weather.iloc[1:]),
        r"values of \w+ of \S+.* at .*: what was read gives \d+, what is used and listed as refused gives \d+",
    ),
    "a value of the weather is changed": (
        estimation,
        "check_site",
        on_weather(hotter),
        rf"sum of tmax of .* at .*: what was read gives {NUMBER}, what is used .*, a difference of -1\.",
    ),
    "a weight is halved": (
        estimation,
        "fuse_site",
        on_fused(half_weight),
        rf"weights of the sources of .* on \d{{4}}-.*: the sources gives {NUMBER}, a whole gives 1",
    ),
    "a source with weight is not named": (
        estimation,
        "fuse_site",
        on_fused(unnamed_source),
        rf"weight of \S+.* in .* on .*: the weights gives {NUMBER}, the sources named gives 0",
    ),
    "a day is lost": (
        result_tables,
        "_days_of",
        lambda days: days.iloc[:-1],
        r"days of .*: the request gives \d+, the table of days gives \d+, a difference of 1\.",
    ),
    "a day counts twice": (
        result_tables,
        "_days_of",
        lambda days: pd.concat([days, days.iloc[-1:]]),
        r"days of .*|ETo of .* \[mm\]: the days gives",
    ),
    "rain less ETo is something else": (
        result_tables,
        "_days_of",
        lambda days: days.assign(balance=days.balance + 1),
        rf"balance of .* on .*: rain less ETo gives {NUMBER}, the table of days gives .* difference of -1\.",
    ),
    "a site's total is not that of its days": (
        result_tables,
        "_sites",
        on_sites(total_eto=1.01),
        rf"ETo of .* \[mm\]: the days gives {NUMBER}, the table of sites gives {NUMBER}",
    ),
    "a site's mean is not that of its days": (
        result_tables,
        "_sites",
        on_sites(mean_eto=1.01),
        rf"ETo of .*, mean times days \[mm\]: the days gives {NUMBER}, the table of sites gives {NUMBER}",
    ),
    "grades are not of all days": (
        result_tables,
        "_sites",
        on_sites(high_grade=0.5, medium_grade=0.5, low_grade=0.5),
        r"grades of .* \[%\]: their sum gives 50, a whole gives 100",
    ),
    "months lose a part of their days": (
        climate,
        "monthly_totals",
        lambda months: months * 0.9,
        rf"ETo of month \d+ of .* \[mm\]: the days gives {NUMBER}, the table gives {NUMBER}",
    ),
    "a month is lost": (
        result_tables,
        "monthly_climate",
        lambda months: months.iloc[1:],
        r"months: the days gives \d+, the table of months gives \d+, a difference of 1\.",
    ),
}


def plant(monkeypatch: pytest.MonkeyPatch, place: Any, name: str, change: Callable[[Any], Any]) -> None:
    right = getattr(place, name)
    monkeypatch.setattr(place, name, lambda *given, **options: change(right(*given, **options)))


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_planted_mistake_fails_the_run(
    sample: Project, monkeypatch: pytest.MonkeyPatch, mistake: str
) -> None:
    place, name, change, sentence = MISTAKES[mistake]
    plant(monkeypatch, place, name, change)
    with pytest.raises(UnbalancedResult, match=sentence):
        estimate_evapotranspiration(sample)
    assert STORE.finished(sample) == ()


VALIDATION: dict[str, tuple[Any, str, Callable[[Any], Any], str]] = {
    "a held-out day counts twice": (
        holdout,
        "_held_out",
        lambda days: pd.concat([days, days.iloc[:1]]),
        r"held-out days: the days gives \d+, the table of predictions gives \d+",
    ),
    "a day has another reference": (
        holdout,
        "_held_out",
        lambda days: days.assign(reference=days.reference.shift()),
        r"ETo of .* on .* \[mm/d\]: the reference gives .*, the predictions gives",
    ),
    "skill is of other days": (
        validation,
        "validate",
        lambda found: replace(found, by_site=found.by_site.assign(mae=found.by_site.mae * 0.5)),
        rf"mean absolute error of .* \[mm/d\]: the predictions gives {NUMBER}, the table gives {NUMBER}",
    ),
    "a season is lost": (
        validation,
        "validate",
        lambda found: replace(found, by_site=found.by_site[found.by_site.season != "JJA"]),
        r"days of .*: the seasons gives \d+, the year gives \d+",
    ),
}


@pytest.mark.parametrize("mistake", VALIDATION)
def test_a_planted_mistake_fails_the_validation(
    sample: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mistake: str
) -> None:
    place, name, change, sentence = VALIDATION[mistake]
    plant(monkeypatch, place, name, change)
    with pytest.raises(UnbalancedResult, match=sentence):
        validate_evapotranspiration(sample)
