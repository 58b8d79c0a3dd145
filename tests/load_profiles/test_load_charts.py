"""Every figure says what it shows: units on its axes, and the numbers of the result."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hourly_loads.series import local_hours, plain_load

from workbench.charts import use_theme
from workbench.data.projects.project import Project
from workbench.data.projects.settings_file import ProjectSettings
from workbench.load_profiles.jobs import make_load_profiles
from workbench.load_profiles.model.overlays import Effect, Overlay, OverlayShape
from workbench.load_profiles.results import charts, day_charts
from workbench.load_profiles.results.opened import LoadProfiles
from workbench.load_profiles.results.saved import STORE, LoadProfileResult
from workbench.runs.engine import start as engine

OVERLAYS = (
    Overlay("Rooftop solar", energy={2026: 400.0, 2028: 1500.0}),
    Overlay("EV charging", energy={2026: 100.0}, shape=OverlayShape.EVENING_CHARGING, effect=Effect.ADDED),
)


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> LoadProfileResult:
    from workbench.data.workbooks.writing import Column, writing_workbook

    def fill(project: Project) -> None:
        times = local_hours("2023-04-01", "2025-03-31")
        days = (times.astype("datetime64[D]") - np.datetime64("1899-12-30")).astype(int)
        minutes = (times - times.astype("datetime64[D]")).astype("timedelta64[m]").astype(int)
        with writing_workbook(project.inputs / "hourly_load.xlsx") as book:
            book.sheet("Hourly").table(
                [
                    Column("date", days.tolist(), number_format="yyyy-mm-dd"),
                    Column("time", (minutes / 1440).tolist(), number_format="hh:mm"),
                    Column("demand", plain_load(times).tolist()),
                ]
            )

    settings = ProjectSettings("small", region="Kerala")
    project = Project.create(tmp_path_factory.mktemp("charts") / "project", settings, fill)
    changes: dict[str, Any] = {"energy_source": "growth", "last_year": 2028, "overlays": OVERLAYS}
    made: LoadProfileResult = engine.start(make_load_profiles, project, **changes).result()
    return made


FIGURES: dict[str, Callable[[LoadProfileResult], Any]] = {
    "energy and peak": charts.energy_and_peak_chart,
    "hours by day": lambda r: charts.hour_day_heat_map(r, 2028),
    "solar by day": lambda r: charts.hour_day_heat_map(r, 2028, column="Rooftop solar"),
    "months by year": charts.month_year_heat_map,
    "energy of months": lambda r: charts.month_year_heat_map(r, "energy"),
    "duration": charts.duration_curve_chart,
    "duration per unit": lambda r: charts.duration_curve_chart(r, per_unit=True),
    "series": lambda r: charts.series_chart(r, 2028),
    "series, hourly": lambda r: charts.series_chart(r, 2028, start="2027-05-01", end="2027-05-14"),
    "comparison": lambda r: charts.comparison_chart(r, r, 2027),
    "beside the history": lambda r: charts.history_comparison_chart(r, 2028),
    "held out": charts.held_out_chart,
    "peak day": lambda r: day_charts.peak_day_chart(r, 2028),
    "extreme days": lambda r: day_charts.extreme_days_chart(r, 2028),
    "seasons": lambda r: day_charts.day_profile_chart(r, 2028, "season", "max"),
    "day types": lambda r: day_charts.day_profile_chart(r, 2025, "day type"),
    "duck": day_charts.duck_curve_chart,
    "ramps": lambda r: day_charts.ramp_chart(r, 2028),
    "load factor": day_charts.load_factor_chart,
    "kinds of days": day_charts.day_type_chart,
}


def texts(figure: Any) -> Iterator[str]:
    layout = figure.layout.to_plotly_json()
    for name, axis in layout.items():
        if name.startswith(("xaxis", "yaxis")):
            yield str(axis.get("title", {}).get("text", ""))
    for trace in figure.data:
        if trace.type == "heatmap":
            yield f"[{trace.colorbar.title.text}]"


@pytest.mark.parametrize("name", FIGURES)
def test_every_axis_has_a_title_and_every_figure_a_unit(name: str, result: LoadProfileResult) -> None:
    figure = FIGURES[name](result)
    titles = list(texts(figure))

    assert figure.layout.title.text
    assert all(titles)
    assert any("[" in title or "share" in title.lower() for title in titles), titles
    assert figure.layout.template.layout.paper_bgcolor == "#FFFFFF"
    assert use_theme(figure, "dark").layout.template.layout.paper_bgcolor == "#111417"


def test_the_series_shows_days_first_and_every_hour_when_zoomed(result: LoadProfileResult) -> None:
    whole = charts.series_chart(result, 2028)
    near = charts.series_chart(result, 2028, start="2027-05-01", end="2027-05-14 23:00")

    assert {len(trace.x) for trace in whole.data} == {366}
    assert len(near.data[0].x) == 14 * 24
    assert near.data[0].y.max() == result.hours(2028).load["2027-05-01":"2027-05-14"].max()
    assert [trace.name for trace in near.data] == ["Load", "Rooftop solar", "EV charging"]


def test_the_duck_curve_lies_between_gross_and_net_at_noon_only(result: LoadProfileResult) -> None:
    figure = day_charts.duck_curve_chart(result, [2026, 2028])
    lines = {trace.name: np.asarray(trace.y) for trace in figure.data}
    gap = lines["Gross load FY 2027-28"] - lines["Net load FY 2027-28"]

    assert gap[12] > 100
    assert gap[2] == 0
    np.testing.assert_allclose(-lines["Rooftop solar, netted (FY 2027-28)"], gap, atol=1e-9)


def test_the_heat_map_shows_the_peak_of_the_year(result: LoadProfileResult) -> None:
    figure = charts.hour_day_heat_map(result, 2028)

    assert np.nanmax(figure.data[0].z) == pytest.approx(result.hours(2028).load.max(), abs=0.06)


def test_the_peak_day_chart_names_the_day_and_shows_its_base_day(result: LoadProfileResult) -> None:
    figure = day_charts.peak_day_chart(result, 2028)
    row = result.table("years").set_index("year").loc[2028]

    assert f"{row.peak_time:%d %B %Y}" in figure.layout.title.text
    assert figure.data[0].y.max() == pytest.approx(row.peak)
    assert figure.data[2].name.startswith("Base day")


def test_a_year_that_is_nowhere_is_refused(result: LoadProfileResult) -> None:
    with pytest.raises(ValueError, match="2050 is neither among the profiles nor a complete year"):
        charts.series_chart(result, 2050)


def test_the_report_opens_offline_and_holds_every_section(result: LoadProfileResult) -> None:
    assert result.folder is not None
    text = Path(result.folder / "report.html").read_text(encoding="utf-8")
    body = text[text.index("<body>") :]

    for title in ("Overview", "Targets", "Profiles", "Days", "Overlays", "Accuracy", "Inputs and settings"):
        assert f">{title}</h2>" in body
    assert body.count("Plotly.newPlot") == 11
    assert "<script src=" not in text
    assert "http" not in "".join(part for part in body.split("<script")[0])


def test_saved_profiles_are_opened_in_three_lines(result: LoadProfileResult) -> None:
    assert result.folder is not None
    profiles = LoadProfiles.open(result.folder.parents[2])
    assert "the only finished one" in repr(profiles)
    assert profiles.years.header("peak") == "peak [MW]"
    hours = profiles.hours(result.years[0])
    assert hours.to_pandas().equals(result.hours(result.years[0]))
    assert hours.header("load") == "load [MW]"


def test_every_figure_of_profiles_is_drawn_by_its_name(result: LoadProfileResult) -> None:
    drawn = {name: getattr(result.plot, name)() for name in STORE.figures}
    assert all(figure.layout.title.text for figure in drawn.values())
    first = result.years[0]
    assert result.plot.hours(year=first).layout.title.text != drawn["hours"].layout.title.text
    assert [bar.name for bar in result.plot.years.bar().data] == ["peak", "minimum"]
