"""The whole run: files, online sources with every fault at once, cancel, resume, results and exports."""

from __future__ import annotations

import dataclasses
import datetime
import json
import re
import shutil
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray
from online.faulty_server import Reply
from weather_server import WeatherServer

from workbench.data.comparison.comparison import compare
from workbench.data.made_up import MADE_UP_NOTE
from workbench.data.projects.project import Project
from workbench.data.results.tables import read_table
from workbench.errors import InvalidData, RunFailed, SettingError, SourceFailed, UnreadableFile
from workbench.evapotranspiration.config import METHODS, SPLITS, EvapotranspirationConfig, Period
from workbench.evapotranspiration.fusion.fuse import FusionMethod
from workbench.evapotranspiration.fusion.learning import lessons, year_blocks
from workbench.evapotranspiration.fusion.statistics import shipped_statistics
from workbench.evapotranspiration.inputs.downloads import plan_sites
from workbench.evapotranspiration.inputs.places.place import Place
from workbench.evapotranspiration.inputs.reading import EtoInput
from workbench.evapotranspiration.jobs import estimate_evapotranspiration, validate_evapotranspiration
from workbench.evapotranspiration.model.catalogue import SourceId
from workbench.evapotranspiration.model.site import Site
from workbench.evapotranspiration.results.export import to_xarray, write_csv, write_excel, write_netcdf
from workbench.evapotranspiration.results.saved import EtoResult, load
from workbench.evapotranspiration.results.validation_saved import load as load_validation
from workbench.evapotranspiration.sample import add_sample, sample_tables, write_sample
from workbench.evapotranspiration.validation.holdout import Split
from workbench.runs.engine import start as engine
from workbench.runs.engine.run import Run
from workbench.runs.model.states import RunState
from workbench.testing import assert_run_is_whole

DAY = datetime.timedelta(1)


@pytest.fixture(scope="module")
def farms(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = Project.create(tmp_path_factory.mktemp("farms") / "farms", "Farms")
    add_sample(made)
    return made


@pytest.fixture(scope="module")
def result(farms: Project) -> EtoResult:
    run = engine.start(estimate_evapotranspiration, farms)
    made: EtoResult = run.result()
    assert run.state is RunState.SUCCEEDED
    assert_run_is_whole(run)
    return made


def start(project: Project, server: WeatherServer, **settings: Any) -> Run:
    return engine.start(estimate_evapotranspiration, project, services=server.services, **settings)


def lines(run: Run) -> str:
    return "\n".join(event.message for event in run.events())


def test_the_settings_offer_what_the_science_has() -> None:
    assert set(METHODS) == {method.value for method in FusionMethod}
    assert set(SPLITS) == {split.value for split in Split}


def test_the_sample_needs_no_network_and_gives_every_day(result: EtoResult) -> None:
    daily = result.table("daily")
    assert len(result.sites) == 4
    assert len(daily) == 4 * 1461
    assert daily["eto"].notna().all()
    assert (daily["low"] <= daily["eto"]).all()
    assert (daily["eto"] <= daily["high"]).all()
    assert set(result.table("downloads")["state"]) == {"read from a file"}


def test_the_fusion_is_nearer_the_reference_than_each_source(result: EtoResult, farms: Project) -> None:
    reference = pd.read_csv(farms.inputs / "eto_reference.csv", parse_dates=["date"])
    for site, part in reference.groupby("site"):
        true = part.set_index("date")["eto [mm/d]"]
        fused = (result.site_days(str(site))["eto"] - true).abs().mean()
        alone = result.source_days(str(site)).sub(true, axis=0).abs().mean()
        assert fused < 0.6 * alone.min()


def test_the_wrong_source_of_one_farm_is_found_and_not_used(result: EtoResult) -> None:
    findings = result.table("findings")
    refused = findings[findings["unusable"].astype(bool)]
    assert refused[["site", "source"]].to_numpy().tolist() == [["Southern orchard", "made_up_reanalysis"]]
    assert set(result.site_days("Southern orchard")["sources"]) == {"made_up_satellite"}
    assert list(result.source_days("Southern orchard").columns) == ["made_up_satellite"]


def test_zero_rain_stays_zero(result: EtoResult, farms: Project) -> None:
    weather = read_table(farms.inputs / "eto_weather.parquet").frame
    given = weather.query("site == 'River plain' and source == 'made_up_reanalysis'").set_index("date")[
        "precip"
    ]
    np.testing.assert_allclose(result.site_days("River plain")["precip"], given)
    assert (given == 0).mean() > 0.5


def test_the_same_inputs_give_the_same_values(farms: Project, result: EtoResult) -> None:
    again: EtoResult = engine.start(estimate_evapotranspiration, farms, scenario="again").result()
    pd.testing.assert_frame_equal(again.table("daily"), result.table("daily"))
    changed = compare(result, again)
    apart = changed.numbers[changed.numbers.measure.str.startswith("mean absolute")]
    assert len(apart) > 0
    assert (apart.difference == 0).all()
    assert changed.nothing_differs


def test_a_saved_result_is_loaded_as_it_was(farms: Project, result: EtoResult) -> None:
    loaded = load(farms, "ETo")
    for name, table in result.tables.items():
        pd.testing.assert_frame_equal(loaded.table(name), table, check_dtype=False)
    assert (loaded.config, loaded.problems, loaded.facts) == (result.config, result.problems, result.facts)
    with pytest.raises(UnreadableFile, match=r"no site 'Nowhere'.*Northern plateau"):
        loaded.site_days("Nowhere")
    with pytest.raises(UnreadableFile, match=r"'other'; present: .*ETo"):
        load(farms, "other")


def test_tables_of_another_run_are_not_mixed(farms: Project, result: EtoResult) -> None:
    engine.start(estimate_evapotranspiration, farms, scenario="mixed", sites=("River plain",)).result()
    folder = farms.results_folder("evapotranspiration", "mixed")
    shutil.copy(farms.results_folder("evapotranspiration", "ETo") / "daily.parquet", folder / "daily.parquet")
    with pytest.raises(UnreadableFile, match="belongs to another run"):
        load(farms, "mixed")


def test_the_days_that_are_asked_for_are_never_learned_from(monkeypatch: pytest.MonkeyPatch) -> None:
    learned: list[pd.DataFrame] = []

    def spy(features: pd.DataFrame, reference: pd.DataFrame, sites: Any) -> Any:
        learned.append(reference)
        return shipped_statistics()

    monkeypatch.setattr("workbench.evapotranspiration.fusion.learning.learn", spy)
    dates = pd.date_range("2010-01-01", "2019-12-31", freq="D")
    reference = pd.DataFrame({"site": "A", "date": dates, "eto": 4.0})
    features = reference.rename(columns={"eto": "eto_nasa_power"})
    sites = {"A": Site("A", -10.0, -48.0, 200.0)}
    for asked in (dates, dates[-365:], dates[:-400], dates[100:130]):
        learned.clear()
        taught, words = lessons(features, reference, sites, asked)
        together = pd.DatetimeIndex(np.concatenate([lesson.days for lesson in taught]))
        assert sorted(together) == list(asked)
        assert "earned from" in words
        for lesson, known in zip(taught, learned, strict=True):
            assert not set(known["date"]) & set(lesson.days)


def test_a_single_year_is_learned_from_its_other_half() -> None:
    first, second = year_blocks(pd.date_range("2020-01-01", "2020-12-31"))
    assert (len(first), len(second)) == (182, 184)


def test_every_fault_at_once_costs_only_the_sources_that_have_it(
    project: Project, server: WeatherServer
) -> None:
    def throttled(number: int) -> Reply | None:
        return Reply({"error": True, "reason": "limit"}, 429, {"Retry-After": "1"}) if number == 0 else None

    server.faults = {
        "nasa_power": lambda n: Reply({}, 503),
        "openmeteo_archive": throttled,
        "nws_forecast": lambda n: Reply(b"<html>rubbish</html>"),
        "openmeteo_forecast": lambda n: Reply({}, delay=30),
    }
    today = datetime.datetime.now(datetime.UTC).date()
    began = time.monotonic()
    run = start(
        project,
        server,
        place="-20.0, -55.0",
        start=str(today - 20 * DAY),
        end=str(today + 2 * DAY),
        patience=1.0,
    )
    result = run.result()
    assert time.monotonic() - began < 15
    assert run.state is RunState.SUCCEEDED
    assert_run_is_whole(run)
    asked = result.table("downloads").set_index("source")
    assert asked["state"].to_dict() == {
        "nasa_power": "failed",
        "openmeteo_archive": "received",
        "openmeteo_forecast": "failed",
    }
    assert "status 503" in asked["message"]["nasa_power"]
    assert "did not answer within 1 s" in asked["message"]["openmeteo_forecast"]
    assert "status 429" in lines(run)
    assert "in 1.0 s" in lines(run)
    daily = result.table("daily")
    missing = daily[daily["eto"].isna()]
    assert len(daily) - len(missing) == 19 or len(daily) - len(missing) == 18
    assert set(missing["reason"]) == {"no source has this day"}
    assert {"nasa_power", "openmeteo_forecast"} <= {
        path.split("/")[-1] for path in run.summary().failed_stages
    }


def test_a_malformed_answer_of_one_service_leaves_the_other(project: Project, server: WeatherServer) -> None:
    server.faults["nws_forecast"] = lambda n: Reply(b"<html>rubbish</html>")
    result = start(project, server, place="32.22, -110.97", period="forecast").result()
    asked = result.table("downloads").set_index("source")["state"]
    assert asked.to_dict() == {"nws_forecast": "failed", "openmeteo_forecast": "received"}
    assert any("an answer that cannot be read" in problem for problem in result.problems)
    daily = result.table("daily")
    assert set(daily["sources"]) == {"openmeteo_forecast"}
    assert daily["weight_openmeteo_forecast"].tolist() == pytest.approx([1.0] * len(daily))


def test_when_every_source_fails_the_run_says_why(project: Project, server: WeatherServer) -> None:
    for source in ("nasa_power", "openmeteo_archive", "openmeteo_forecast"):
        server.faults[source] = lambda n: Reply({}, 400)
    run = start(project, server, place="Piracicaba", period="recent", days=10)
    with pytest.raises((SourceFailed, RunFailed), match=r"No place has any weather.*status 400"):
        run.result()
    assert run.state is RunState.FAILED
    assert not project.results_folder("evapotranspiration", "ETo").exists()


def test_a_place_whose_sources_fail_leaves_the_other_places(project: Project, server: WeatherServer) -> None:
    (project.inputs / "eto_sites.csv").write_text(
        "site,latitude,longitude,elevation\nNear,-22.7,-47.6,540\nFar,-10.0,-48.0,250\n"
    )

    def fault(_: int) -> Reply | None:
        return Reply({}, 400) if server.requests[-1][2]["latitude"] == "-10.00000" else None

    server.faults["nasa_power"] = fault
    run = start(project, server, start="2024-02-20", end="2024-03-10", sources=("nasa_power",), parallel=1)
    result = run.result()
    assert result.sites == ("Near",)
    assert "Far: no source gave any weather" in result.facts["failed_sites"]["Far"]
    assert len(result.site_days("Near")) == 20


@pytest.mark.parametrize(
    "fault", [Reply({}, delay=30), Reply({}, 429, {"Retry-After": "60"})], ids=["slow", "throttled"]
)
def test_a_run_is_cancelled_in_the_middle_of_a_download_in_under_a_second(
    project: Project, server: WeatherServer, fault: Reply
) -> None:
    server.faults["openmeteo_forecast"] = lambda n: fault
    run = start(project, server, place="Piracicaba", period="forecast", elevation=540.0, patience=60.0)
    deadline = time.monotonic() + 10
    while server.count("openmeteo_forecast") == 0 and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.2)
    began = time.monotonic()
    run.cancel()
    assert run.wait(5)
    assert time.monotonic() - began < 1.0
    assert run.state is RunState.CANCELLED


def test_a_resumed_run_asks_only_for_what_has_not_come(project: Project, server: WeatherServer) -> None:
    server.faults["openmeteo_archive"] = lambda n: Reply({}, delay=30)
    settings = {"place": "Piracicaba", "start": "2020-01-01", "end": "2020-03-31", "elevation": 540.0}
    run = start(project, server, patience=60.0, **settings)
    deadline = time.monotonic() + 10
    while "Download: 1 of 2" not in lines(run) and time.monotonic() < deadline:
        time.sleep(0.05)
    run.cancel()
    run.wait(5)
    server.faults = {}
    shutil.rmtree(project.cache_folder)
    result = engine.resume(run.id, project).result()
    assert server.count("nasa_power") == 1
    assert server.count("openmeteo_archive") == 2
    assert set(result.table("downloads")["state"]) == {"received"}


def test_services_that_demand_a_contact_are_left_out_without_one_and_asked_with_it() -> None:
    place = Place("New York", 40.7, -74.0, 10.0)
    data = EtoInput((place,), {}, pd.DataFrame(), (), {}, (), ())
    config = EvapotranspirationConfig(place="New York", period=Period.FORECAST)
    plan = plan_sites(data, config)[0][0]
    assert SourceId.NWS_FORECAST not in [ask.source for ask in plan.asks]
    assert any("demand that a client names a contact" in note for note in plan.notes)
    plan = plan_sites(data, config, contact="farm@example.org")[0][0]
    assert SourceId.NWS_FORECAST in [ask.source for ask in plan.asks]
    named = dataclasses.replace(config, sources=(SourceId.MET_NORWAY,))
    with pytest.raises(SettingError, match=r"MET Norway.*contact = .* in project.toml"):
        plan_sites(data, named)


def test_heights_come_from_the_source_when_their_service_is_down(
    project: Project, server: WeatherServer
) -> None:
    server.faults["opentopodata"] = lambda n: Reply({"status": "SERVER_ERROR", "error": "x"}, 400)
    result = start(project, server, place="Piracicaba", start="2024-01-01", end="2024-01-20").result()
    site = result.table("sites").iloc[0]
    assert (site["elevation"], site["elevation_from"]) == (540.0, "as Open-Meteo archive assumes it")


def test_every_result_carries_the_credits_of_its_sources(project: Project, server: WeatherServer) -> None:
    result = start(project, server, place="Piracicaba", start="2024-01-01", end="2024-01-20").result()
    together = " ".join(result.credits)
    for words in ("Langley Research Center", "Open-Meteo.com", "OpenTopoData", "GeoNames"):
        assert words in together
    assert "Langley Research Center" in (result.folder / "report.html").read_text(encoding="utf-8")


def test_a_file_in_fahrenheit_without_a_unit_is_not_believed(project: Project) -> None:
    (project.inputs / "eto_sites.csv").write_text("site,latitude,longitude,elevation\nA,-22.7,-47.6,540\n")
    days = pd.date_range("2024-01-01", periods=60)
    rows = "".join(f"{day:%Y-%m-%d},{86 + i % 5},{66 + i % 3}\n" for i, day in enumerate(days))
    (project.inputs / "eto_weather.csv").write_text("date,tmax,tmin\n" + rows)
    run = engine.start(estimate_evapotranspiration, project)
    with pytest.raises(Exception, match=r"(?i)fahrenheit"):
        run.result()


def test_a_place_that_no_file_holds_is_not_asked_for_online_against_ones_will(farms: Project) -> None:
    with pytest.raises(SettingError, match="online is 'never'"):
        estimate_evapotranspiration(farms, place="Piracicaba", online="never", scenario="offline")


def test_the_sample_is_the_same_every_time_and_never_replaces_files(project: Project, tmp_path: Path) -> None:
    write_sample(tmp_path)
    (project.inputs / "eto_sites.csv").write_text("mine")
    assert add_sample(project) == ()
    assert (project.inputs / "eto_sites.csv").read_text() == "mine"
    own = Project.create(tmp_path / "own", "Own")
    (own.inputs / "eto_weather.csv").write_text("date,tmax,tmin\n")  # the sample's is a Parquet file
    assert add_sample(own) == ()
    assert [path.name for path in own.inputs.iterdir()] == ["eto_weather.csv"]
    one, two = sample_tables(), sample_tables()
    pd.testing.assert_frame_equal(one[0], two[0])
    pd.testing.assert_frame_equal(one[1], two[1])


def test_the_csv_has_units_and_credits_and_reads_back(result: EtoResult, tmp_path: Path) -> None:
    path = write_csv(result, tmp_path / "days.csv")
    read = pd.read_csv(path, comment="#")
    assert list(read.columns[:4]) == ["site", "date", "eto [mm/d]", "standard_error [mm/d]"]
    np.testing.assert_allclose(read["eto [mm/d]"], result.table("daily")["eto"], atol=6e-4)
    # The weather of the sample is made up: that is said, and nobody is credited for it.
    head = path.read_text(encoding="utf-8").partition("site,")[0]
    assert head.splitlines() == [f"# {line}" for line in result.heading.lines]
    assert head.startswith(f"# {MADE_UP_NOTE}\n")
    assert result.credits == ()


def test_the_workbook_has_a_sheet_for_each_table(result: EtoResult, tmp_path: Path) -> None:
    path = write_excel(result, tmp_path / "days.xlsx")
    sheets = pd.read_excel(path, sheet_name=None, engine="calamine", header=None)
    assert list(sheets) == ["daily", "sources", "sites", "monthly", "findings", "downloads", "notes"]
    assert sheets["daily"].iloc[0, 0] == result.heading.caption
    assert sheets["daily"].iloc[2, 2] == "mm/d"
    assert len(sheets["daily"]) == 3 + len(result.table("daily"))
    notes = sheets["notes"]
    settings = dict(zip(notes[0], notes[1], strict=True))
    assert settings["interval"] == f"{result.config.interval:g}"
    assert set(result.credits) <= set(notes[0])
    assert {note.message for note in result.notes} <= set(notes[3])
    assert notes[0][2] == MADE_UP_NOTE


def test_the_netcdf_follows_the_cf_conventions(result: EtoResult, tmp_path: Path) -> None:
    path = write_netcdf(result, tmp_path / "days.nc")
    with xarray.open_dataset(path) as read:
        assert read.attrs["Conventions"] == "CF-1.11"
        assert read.attrs["featureType"] == "timeSeries"
        assert dict(read.sizes) == {"site": 4, "time": 1461}
        assert read["eto"].attrs["units"] == "kg m-2"
        assert read["precipitation"].attrs["standard_name"] == "precipitation_amount"
        assert read["latitude"].attrs["units"] == "degrees_north"
        assert read["site"].attrs["cf_role"] == "timeseries_id"
        own = read["eto"].sel(site="River plain").to_series()
        np.testing.assert_allclose(own, result.site_days("River plain")["eto"], rtol=1e-6)
        assert read.attrs["comment"].startswith(MADE_UP_NOTE)
        assert read.attrs["license"] == ""
    assert set(np.unique(to_xarray(result)["quality"])) <= {0, 1, 2}


def test_the_months_add_up_to_the_days(result: EtoResult) -> None:
    days = result.site_days("River plain")["eto"]
    months = result.table("monthly").query("site == 'River plain'")
    assert len(months) == 12
    assert months["eto"].sum() == pytest.approx(days.sum() / 4, rel=1e-3)


def test_the_report_opens_offline(result: EtoResult) -> None:
    text = (result.folder / "report.html").read_text(encoding="utf-8")
    assert "Reference evapotranspiration: ETo" in text
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=.?https?:", text)
    assert text.count('class="plotly-graph-div"') == 2 + 4 * 4


@pytest.mark.parametrize("split", ["time", "site"])
def test_a_validation_is_run_saved_and_loaded(farms: Project, split: str) -> None:
    run = engine.start(validate_evapotranspiration, farms, split=split, scenario=split)
    made = run.result()
    mean = made.measured.overall.query("what == 'fused' and over == 'mean'").iloc[0]
    # The sample's errors are made: the fusion takes its biases out (each source alone has 0.45 or more).
    assert mean["mae"] < 0.3
    assert mean["nse"] > 0.85
    loaded = load_validation(farms, split)
    pd.testing.assert_frame_equal(loaded.measured.by_site, made.measured.by_site, check_dtype=False)
    assert json.loads((made.folder / "result.json").read_text())["description"] == made.measured.description
    assert_run_is_whole(run)


def test_a_validation_without_a_reference_says_what_is_needed(project: Project) -> None:
    (project.inputs / "eto_sites.csv").write_text("site,latitude,longitude,elevation\nA,-22.7,-47.6,540\n")
    with pytest.raises(InvalidData, match=r"There is no reference file.*eto_reference.csv"):
        validate_evapotranspiration(project)


def test_a_config_of_an_earlier_run_is_read_back() -> None:
    from workbench.runs.model.settings import config_from_plain, to_plain

    config = EvapotranspirationConfig(
        place="Balsas", sources=("nasa_power",), grid=(), services={"nasa_power": "http://x"}
    )
    assert config_from_plain(EvapotranspirationConfig, to_plain(config)).place == "Balsas"
