"""An irrigation plan as a run: weather of a file or of a saved ETo, fields and applied water of tables."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from weather_server import WeatherServer

from workbench.data.explanation.cells import explain
from workbench.data.projects.project import Project
from workbench.errors import SettingError, WorkbenchError
from workbench.evapotranspiration.inputs import choices
from workbench.evapotranspiration.irrigation.climate import prepared_climate
from workbench.evapotranspiration.jobs import estimate_evapotranspiration, plan_irrigation
from workbench.evapotranspiration.model.crops import crop_named, crop_names, regions_of, stages_of
from workbench.evapotranspiration.results.irrigation.export import csv_text, write_excel
from workbench.evapotranspiration.results.irrigation.saved import IrrigationResult, load
from workbench.evapotranspiration.sample import add_sample
from workbench.runs.engine import start as engine
from workbench.testing import assert_run_is_whole

PLAIN = {"site": "River plain", "planting": "06-15", "crop": "cotton", "region": "texas, apr", "area": 12.0}


@pytest.fixture(scope="module")
def farms(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project.create(tmp_path_factory.mktemp("irrigation") / "farms", "Farms")
    add_sample(project)
    return project


@pytest.fixture(scope="module")
def plan(farms: Project) -> IrrigationResult:
    run = engine.start(plan_irrigation, farms, **PLAIN)
    result = run.result()
    assert_run_is_whole(run)
    return result


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Two places with one source each, from planting to harvest."""
    project = Project.create(tmp_path_factory.mktemp("irrigation") / "year", "Year")
    dates = pd.date_range("2021-05-01", periods=200)
    warm = 28 + 4 * np.sin(np.arange(200) / 30)
    table = {
        "date": dates,
        "source": "met",
        "tmax": warm,
        "tmin": warm - 12,
        "rh": 50.0,
        "u2": 2.0,
        "rs": 22.0,
    }
    rows = [
        pd.DataFrame({"site": site, **table, "precip": np.where(np.arange(200) % 15, 0.0, wet)})
        for site, wet in (("plateau", 5.0), ("plain", 12.0))
    ]
    pd.concat(rows).to_csv(project.inputs / "eto_weather.csv", index=False)
    sites = "site,latitude,longitude,elevation\nplateau,17.6,76.4,560\nplain,16.4,77.3,385\n"
    (project.inputs / "eto_sites.csv").write_text(sites, encoding="utf-8")
    return project


@pytest.fixture
def write(year: Project) -> Iterator[Callable[[str, str], None]]:
    """Writes further inputs, which are removed again."""
    written = []

    def write_one(name: str, text: str) -> None:
        written.append(year.inputs / name)
        written[-1].write_text(text, encoding="utf-8")

    yield write_one
    for path in written:
        path.unlink()


def test_every_year_of_the_weather_is_a_season_whose_sums_are_those_of_its_days(
    plan: IrrigationResult,
) -> None:
    seasons, days = plan.table("seasons").set_index("season"), plan.table("days")
    assert list(seasons.index) == ["2019", "2020", "2021", "2022"]
    assert seasons["whole"].all()
    sums = days.groupby("season")[["etc", "eta", "net", "gross", "rain"]].sum()
    pd.testing.assert_frame_equal(sums, seasons[sums.columns], check_names=False)
    np.testing.assert_allclose(seasons["gross"], seasons["net"] / 0.75)
    np.testing.assert_allclose(seasons["volume"], 10 * 12 * seasons["gross"])
    assert seasons["net"].between(150, 700).all()
    assert (seasons["effective_rain"] <= seasons["rain"] + 1e-9).all()
    assert seasons["degree_days"].between(1800, 3000).all()


def test_a_planned_crop_is_not_stressed_and_irrigated_only_when_its_water_is_used(
    plan: IrrigationResult,
) -> None:
    days, events = plan.table("days"), plan.table("irrigations")
    assert days["ks"].min() > 0.9
    before = days.groupby("season")[["depletion", "readily"]].shift()
    due = days["net"] > 0
    assert (before["depletion"] >= 0.9 * before["readily"])[due].all()
    assert len(events) == due.sum()


@pytest.mark.parametrize(
    ("table", "column", "words"),
    [
        ("days", "depletion", ("equation 85", "At planting", "Percolation")),
        ("days", "gross", ("net / efficiency", "planned by the rule", "75")),
        ("days", "eto", ("of the weather file",)),
        ("seasons", "net", ("over the 180 days of the season",)),
        ("irrigations", "net", ("planned by the rule",)),
        ("fields", "kc_mid", ("mid-season coefficient of cotton",)),
    ],
)
def test_each_number_says_what_it_follows_from(
    plan: IrrigationResult, table: str, column: str, words: tuple[str, ...]
) -> None:
    told = str(explain(plan, table, column, row=0))
    for word in words:
        assert word in told, told


def test_every_cell_of_a_row_can_be_explained(plan: IrrigationResult) -> None:
    for name, table in plan.tables.items():
        for column in table.columns if len(table) else ():
            assert str(explain(plan, name, str(column), row=len(table) - 1)), (name, column)


def test_what_is_assumed_is_listed(plan: IrrigationResult) -> None:
    told = " ".join(plan.problems)
    for words in ("made up", "a loam holds 130 mm/m", "full at planting", "no applied irrigation is known"):
        assert words in told
    assert "stages" not in told, "a region was chosen"
    assert "Western hills" not in told, "no field is there"


def test_a_saved_plan_is_loaded_as_it_was_and_written_in_mm_and_inch(
    plan: IrrigationResult, farms: Project, tmp_path: Path
) -> None:
    again = load(farms, "Irrigation")
    for name, table in plan.tables.items():
        pd.testing.assert_frame_equal(again.table(name), table, check_dtype=False)
    mm, inch = (csv_text(plan, "seasons", unit) for unit in ("mm", "inch"))
    values = [
        pd.read_csv(pd.io.common.StringIO(text), comment="#")[f"net [{unit}]"]
        for text, unit in ((mm, "mm"), (inch, "inch"))
    ]
    np.testing.assert_allclose(values[0], 25.4 * values[1], rtol=1e-4)
    book = write_excel(plan, tmp_path / "plan.xlsx", "inch")
    sheets = pd.read_excel(book, sheet_name=None, engine="openpyxl")
    assert {"days", "seasons", "irrigations", "outlook", "fields", "notes"} <= set(sheets)


def test_a_table_of_fields_takes_the_place_of_the_settings(
    year: Project, write: Callable[[str, str], None]
) -> None:
    write(
        "eto_fields.csv",
        "field,site,crop,planting,soil,system,area [ha],allowed_depletion\n"
        "north,plateau,tomato,2021-05-05,sandy loam,drip,2,\n"
        'south,plain,"maize, grain",2021-05-10,clay,furrow,5,60\n',
    )
    write("eto_irrigation.csv", "field,date,irrigation [inch]\nnorth,2021-05-20,1\nnorth,2021-06-10,0.5\n")
    result = plan_irrigation(year)
    facts = result.table("fields").set_index("field")
    assert list(facts["crop"]) == ["tomato", "maize, grain"]
    assert list(facts["past"]) == ["applied", "planned"]
    assert facts.loc["south", "holds"] == pytest.approx(140)
    north = result.table("irrigations").query("field == 'north'")
    np.testing.assert_allclose(north["gross"], [25.4, 12.7])
    np.testing.assert_allclose(north["net"], [0.9 * 25.4, 0.9 * 12.7])
    assert result.table("seasons").set_index("field").loc["north", "lost"] > 5, "two irrigations are too few"


def test_tables_are_read_as_people_write_them_and_what_is_not_used_is_said(
    year: Project, write: Callable[[str, str], None]
) -> None:
    write(
        "eto_fields.csv",
        "Fields of 2021\n\nField;Site;Crop;Area [acre];field_capacity [m3/m3];wilting_point [m3/m3];Note\n"
        "Nord;plain;Tomato;5,0;0,31;0,15;wet corner\nOst;plain;Cotton;2,0;0,31;0,15;\n\nTotal;;;7,0;;;\n",
    )
    write(
        "eto_irrigation.csv",
        "field;date;irrigation [mm]\nNord;15.06.2021;12,5\nNord;15.03.2020;8\nWest;15.06.2021;9\n",
    )
    result = plan_irrigation(year, planting="05-15")
    facts = result.table("fields").set_index("field")
    assert list(facts.index) == ["Nord", "Ost"]
    np.testing.assert_allclose(facts["area"], [2.0234, 0.8094], atol=1e-4)
    np.testing.assert_allclose(facts["holds"], 160.0)
    told = " ".join(result.problems)
    for words in (
        "converted from acre to ha",
        "row 4, column 'field': 'West' is not among",
        "columns note",
        "'Total' is a total",
    ):
        assert words in told, words
    assert "1 applied irrigations lie outside its seasons, the first on 2020-03-15" in told
    assert result.is_complete


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "field,area [furlong]\nnorth,2\n",
            r"'area \[furlong\]': the unit 'furlong' is not known, expected ha",
        ),
        ("field,crop\n", r"no rows below the header"),
        (
            "field,crop\nnorth,potato salad\n",
            r"row 2, field 'north': There is no crop 'potato salad' among 67; the closest are",
        ),
        ("field,planting\nnorth,2021-13-01\n", r"row 2, field 'north': planting is '2021-13-01'"),
        ("field,area [ha]\nnorth,two\n", r"row 2, column 'area': 'two' is not a number"),
        ("field,efficiency\nnorth,300\n", r"row 2, field 'north': efficiency is 300 %, expected 10 to 100"),
        ("field,site\nnorth,Nowhere\n", r"row 2, field 'north': north: there is no place 'Nowhere'"),
        ("field,soil\nnorth,\nnorth,clay\n", r"row 3, column 'field': 'north' is twice"),
        ("field,initial\nnorth,20\n", r"1 lengths of stages are given, expected all of initial"),
    ],
)
def test_a_field_that_cannot_be_is_refused_by_its_row(
    year: Project, write: Callable[[str, str], None], text: str, words: str
) -> None:
    write("eto_fields.csv", text)
    with pytest.raises(WorkbenchError, match=words):
        plan_irrigation(year, scenario="refused", planting="05-15", site="plain")
    assert not (year.results / "irrigation" / "refused").exists()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"planting": ""}, "planting is empty"),
        ({"planting": "June"}, "planting is 'June', expected a date"),
        ({"planting": "2017-06-15"}, r"has 2021-05-01 to 2021-11-23, and the season planted on 2017-06-15"),
        ({"stages": (10.0, 20.0)}, "expected four lengths in days"),
        ({"field_capacity": 20.0}, "belong together"),
        ({"field_capacity": 20.0, "wilting_point": 25.0}, "expected more at field capacity"),
        ({"site": ""}, "2 places have weather; set site"),
        ({"region": "Mars"}, "There is no region 'Mars'"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(year: Project, settings: dict[str, object], words: str) -> None:
    with pytest.raises(WorkbenchError, match=words):
        plan_irrigation(year, scenario="refused", **{"planting": "05-15", "site": "plain", **settings})


def test_days_without_eto_or_rain_are_bridged_for_a_few_days_and_said() -> None:
    days = pd.date_range("2021-05-01", periods=30)
    past = pd.DataFrame({"eto": 5.0, "rain": 1.0}, index=days)
    past.loc[days[5:8], "eto"] = np.nan
    past.loc[days[15:25], "eto"] = np.nan
    past.loc[days[2], "rain"] = np.nan
    found = prepared_climate(past, None, 0)
    assert (found.bridged, found.lost, found.dry) == (3, 10, 1)
    assert found.climate["eto"].isna().sum() == 10


def test_single_coefficients_need_about_as_much_as_dual_ones(year: Project) -> None:
    settings = {"planting": "05-15", "site": "plain", "crop": "cotton"}
    dual = plan_irrigation(year, scenario="dual", **settings)
    single = plan_irrigation(year, scenario="single", coefficients="single", **settings)
    both = [one.table("seasons")["eta"].mean() for one in (dual, single)]
    assert both[1] == pytest.approx(both[0], rel=0.15)
    assert (single.table("days")["evaporation"] == 0).all()


@pytest.mark.slow
def test_the_days_ahead_come_from_a_saved_forecast_with_bands_and_then_from_what_is_usual(
    project: Project, server: WeatherServer
) -> None:
    where = {"place": "Piracicaba", "services": server.services, "sources": ("openmeteo_forecast",)}
    estimate_evapotranspiration(project, scenario="past", period="recent", days=25, **where)
    estimate_evapotranspiration(project, scenario="ahead", period="forecast", **where)
    first = load_first_day(project)
    result = plan_irrigation(
        project,
        planting=f"{first:%Y-%m-%d}",
        crop="tomato",
        system="drip",
        outlook=10,
        region="arid region, jan",
    )
    ahead = result.table("outlook")
    assert len(ahead) == 10
    assert ahead["basis"].value_counts().to_dict() == {"forecast": 8, "usual": 2}
    assert (ahead["need_low"] <= ahead["need"]).all()
    assert (ahead["need"] <= ahead["need_high"]).all()
    width = ahead["need_high"] - ahead["need_low"]
    assert width.iloc[5] > width.iloc[0] > 0
    assert ahead["net"].sum() > 0
    assert "2 of 10 days ahead are in no forecast" in " ".join(result.problems)
    assert any("Open-Meteo" in credit for credit in result.credits)
    assert set(result.facts["files"]) == {"saved ETo 'past'", "saved ETo 'ahead'"}
    day = result.table("days").iloc[10]
    told = str(explain(result, "days", "etc", field=day["field"], date=day["date"]))
    for words in ("equation 66", "of the saved ETo 'past'", "sources by their weights"):
        assert words in told, words
    with pytest.raises(SettingError, match="eto names 'ahead', which is a forecast"):
        plan_irrigation(project, planting=f"{first:%Y-%m-%d}", eto="ahead")


def load_first_day(project: Project) -> datetime.date:
    from workbench.evapotranspiration.results.saved import load as load_eto

    return load_eto(project, "past").table("daily")["date"].min().date()


def test_the_form_offers_the_regions_of_the_crop_and_the_places(year: Project) -> None:
    assert choices.regions(year, {"crop": "cotton"})[3] == "texas, apr"
    assert choices.regions(year, {"crop": ""}) == ()
    assert choices.sites(year, {}) == ["plateau", "plain"]


def test_every_crop_has_stages_and_numbers_that_can_be() -> None:
    for name in crop_names():
        crop = crop_named(name)
        assert 0 < crop.kcb_ini <= crop.kcb_mid + 0.1 <= 1.4, name
        assert 0.1 <= crop.p <= 0.8, name
        assert 0.2 <= crop.root_irrigated <= crop.root_rainfed <= 3, name
        assert regions_of(name), name
        assert 30 <= stages_of(name).season <= 800, name
    assert stages_of("cotton", "texas, apr").days == (30, 50, 55, 45)
