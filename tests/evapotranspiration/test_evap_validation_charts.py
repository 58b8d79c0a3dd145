"""Figures of a validation: units on every axis, the numbers of the tables in the traces, an empty state."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from made_references import PLACES, made_sites

from workbench.evapotranspiration.results import validation_charts as charts
from workbench.evapotranspiration.validation.holdout import Split, Validation, validate


@pytest.fixture(scope="module")
def validation() -> Validation:
    return validate(*made_sites(days=1500), PLACES, split=Split.SITE)


def figures(validation: Validation) -> list[object]:
    return [
        charts.scatter_figure(validation),
        *(
            charts.skill_figure(validation, measure)
            for measure in ("r2", "kge", "nse", "mae", "rmse", "pbias")
        ),
        charts.season_figure(validation),
        charts.coverage_figure(validation),
        charts.windows_figure(validation),
    ]


def test_every_figure_says_what_it_shows_and_in_which_unit(validation: Validation) -> None:
    for figure in figures(validation):
        assert figure.layout.title.text
        assert figure.layout.xaxis.title.text
        titles = (
            f"{figure.layout.xaxis.title.text} {figure.layout.yaxis.title.text} {figure.layout.title.text}"
        )
        assert "[" in titles or figure.layout.xaxis.title.text == "Season"


def test_the_scatter_counts_every_held_out_day(validation: Validation) -> None:
    heat = charts.scatter_figure(validation).data[0]
    assert np.asarray(heat.customdata).sum() == len(validation.predictions)


def test_the_skill_figure_shows_the_numbers_of_the_table(validation: Validation) -> None:
    figure = charts.skill_figure(validation, "mae")
    assert [trace.name for trace in figure.data] == ["Fused", "nasa power", "openmeteo archive"]
    table = validation.by_site.query("what == 'fused' and season == 'all'").set_index("site")["mae"]
    shown = dict(zip(figure.data[0].y, figure.data[0].x, strict=True))
    assert shown == {name: pytest.approx(value) for name, value in table.items()}


def test_efficiencies_far_below_zero_are_cut_and_the_axis_says_so(validation: Validation) -> None:
    worse = validation.by_site.copy()
    worse.loc[worse["what"] == "nasa_power", "nse"] = -7.0
    figure = charts.skill_figure(dataclasses.replace(validation, by_site=worse), "nse")
    assert min(figure.data[1].x) == charts.MIN_SHOWN
    assert "cut at -1" in figure.layout.xaxis.title.text
    assert set(np.asarray(figure.data[1].customdata)) == {-7.0}


def test_the_interval_figure_shows_the_measured_coverage(validation: Validation) -> None:
    lines = {trace.name: trace for trace in charts.coverage_figure(validation).data}
    at_ninety = dict(zip(lines["all days"].x, lines["all days"].y, strict=True))[90.0]
    measured = validation.overall.query("what == 'fused' and over == 'pooled'")["coverage"].iloc[0]
    assert at_ninety == pytest.approx(100 * measured, abs=0.2)


def test_windows_of_a_site_are_shown_and_an_unknown_site_is_refused(validation: Validation) -> None:
    figure = charts.windows_figure(validation, "west")
    assert "west" in figure.layout.title.text
    assert "correlation" in figure.layout.title.text
    with pytest.raises(KeyError):
        charts.windows_figure(validation, "nowhere")


def test_an_empty_validation_says_so_in_every_figure(validation: Validation) -> None:
    empty = dataclasses.replace(
        validation,
        predictions=validation.predictions.iloc[:0],
        by_site=validation.by_site.iloc[:0],
        windows=validation.windows.iloc[:0],
    )
    for figure in figures(empty):
        assert "No held-out day" in figure.layout.annotations[0].text


def test_long_names_are_shortened_as_long_as_they_tell_the_sites_apart() -> None:
    assert charts._labels(["Luiz_Eduardo_Magalhaes_BA", "Balsas_MA"]) == ["Luiz Eduardo Magalh…", "Balsas MA"]
    alike = ["A_very_long_name_of_a_site_one", "A_very_long_name_of_a_site_two"]
    assert charts._labels(alike) == [name.replace("_", " ") for name in alike]
