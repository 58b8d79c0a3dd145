"""Every page, figure, report and file of made-up data says so, and credits nobody for them."""

from __future__ import annotations

import ast
import io
from collections.abc import Iterator
from pathlib import Path

import ipywidgets
import openpyxl
import pyarrow.parquet as pq
import pytest

import workbench
from workbench.charts.page import ReportPage
from workbench.data.heading import Heading
from workbench.data.made_up import MADE_UP, MADE_UP_NOTE
from workbench.data.projects.project import Project
from workbench.data.projects.settings_file import ProjectSettings
from workbench.errors import InvalidData
from workbench.evapotranspiration import Evapotranspiration
from workbench.evapotranspiration.jobs import estimate_evapotranspiration
from workbench.evapotranspiration.results.export import csv_text, to_xarray, write_excel
from workbench.evapotranspiration.results.report import write_report
from workbench.evapotranspiration.results.saved import EtoResult, load, save
from workbench.evapotranspiration.sample import add_sample
from workbench.evapotranspiration.views import VIEW
from workbench.market import queries
from workbench.market.jobs import backfill_market, ingest_market
from workbench.market.model.answer import Answer
from workbench.market.model.description import MarketDescription
from workbench.market.model.nem import NEM
from workbench.market.model.period import Period
from workbench.market.results import charts, export
from workbench.market.sample.market import make_sample_dataset
from workbench.market.store.dataset import market_folder
from workbench.market.store.reading import MarketData
from workbench.runs.engine import start as engine
from workbench.sample.project import create_from_sample
from workbench.ui.declared import known_views

INSTITUTIONS = ("NASA", "Open-Meteo", "Australian", "AEMO")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = create_from_sample(tmp_path_factory.mktemp("made-up") / "sample")
    make_sample_dataset(market_folder(made), days=2, units=12)
    return made


@pytest.fixture(scope="module")
def market(project: Project) -> Iterator[MarketData]:
    with MarketData.open(market_folder(project)) as data:
        yield data


@pytest.fixture(scope="module")
def eto(tmp_path_factory: pytest.TempPathFactory) -> EtoResult:
    """A result of the sample weather in a project that is not made up itself."""
    real = Project.create(tmp_path_factory.mktemp("real") / "real", "Real")
    add_sample(real)
    run = engine.start(
        estimate_evapotranspiration, real, sites=("River plain",), start="2022-01-01", end="2022-02-28"
    )
    made: EtoResult = run.result()
    return made


def text_of(widget: ipywidgets.Widget) -> str:
    own = str(getattr(widget, "value", ""))
    return own + "".join(text_of(child) for child in getattr(widget, "children", ()))


@pytest.mark.parametrize("page", ["view", "board"])
@pytest.mark.parametrize("name", known_views())
def test_every_view_and_board_says_so(name: str, page: str, project: Project) -> None:
    shown = text_of(getattr(workbench, page)(name, project))
    assert MADE_UP_NOTE in shown
    assert not [word for word in INSTITUTIONS if word in shown.partition("Generation")[0][:4000]]


@pytest.mark.parametrize("name", known_views())
def test_a_project_that_is_not_made_up_does_not_say_so(name: str, tmp_path: Path) -> None:
    real = Project.create(tmp_path / "real", "Real")
    assert MADE_UP not in text_of(workbench.board(name, real))


def test_the_project_carries_it_in_its_file(project: Project, tmp_path: Path) -> None:
    assert "made_up = true" in (project.folder / "project.toml").read_text(encoding="utf-8")
    assert Project.open(project.folder).made_up
    named = create_from_sample(tmp_path / "own", ProjectSettings("My own name"))
    assert Project.open(named.folder).made_up
    assert not Project.create(tmp_path / "real", "Real").made_up


def answers(market: MarketData) -> dict[str, Answer]:
    period = Period(market.first, market.last)
    names = ("generation", "fuel_totals", "prices", "revenue_by", "batteries", "coverage", "gaps", "rooftop")
    return {name: getattr(queries, name)(market, period) for name in names}


def test_every_answer_of_a_market_and_its_files_say_so(market: MarketData) -> None:
    assert market.description.title == "Made-up market"
    for name, answer in answers(market).items():
        assert answer.notes[0] == MADE_UP_NOTE, name
        assert answer.rows(slice(0, 1)).made_up, name
        assert export.csv_of(answer).decode("utf-8-sig").startswith(f"# {MADE_UP_NOTE}"), name
        book = openpyxl.load_workbook(io.BytesIO(export.excel_of(answer)))
        assert book.properties.title == f"{MADE_UP}: {answer.title}", name
        assert str(book["data"]["A1"].value).startswith(f"{answer.heading.title} · {MADE_UP}"), name
        assert MADE_UP_NOTE in [cell.value for row in book["about"] for cell in row], name
        kept = pq.read_table(io.BytesIO(export.parquet_of(answer))).schema.metadata[b"workbench"].decode()
        assert MADE_UP_NOTE in kept, name


def test_the_figures_of_a_market_say_so(market: MarketData) -> None:
    answer = answers(market)["generation"]
    assert MADE_UP in charts.mix_chart(answer, market.description.clock).layout.title.text


def test_a_result_of_made_up_weather_says_so_wherever_it_goes(eto: EtoResult, tmp_path: Path) -> None:
    assert eto.made_up
    assert eto.credits == ()
    assert csv_text(eto).startswith(f"# {MADE_UP_NOTE}")
    assert to_xarray(eto).attrs["comment"].startswith(MADE_UP_NOTE)
    book = openpyxl.load_workbook(write_excel(eto, tmp_path / "eto.xlsx"))
    assert MADE_UP_NOTE in [cell.value for row in book["notes"] for cell in row]
    assert eto.folder is not None
    shown = {
        "report": write_report(eto, tmp_path / "report.html").read_text(encoding="utf-8"),
        "board": text_of(VIEW.board(Project.open(eto.folder.parents[2]))),
        "opened": Evapotranspiration(eto)._repr_html_(),
    }
    for name, text in shown.items():
        assert MADE_UP_NOTE in text, name
        assert "NASA" not in text.replace("plotly", ""), name
    assert MADE_UP in Evapotranspiration(eto).plot.daily().layout.title.text


def test_a_result_that_is_saved_in_a_made_up_project_is_made_up(eto: EtoResult, project: Project) -> None:
    facts = {name: value for name, value in eto.facts.items() if name != "made_up"}
    own = EtoResult(eto.scenario, eto.config, eto.tables, eto.notes, facts)
    assert not own.made_up
    saved, _ = save(own, project)
    assert saved.made_up
    assert load(project, own.scenario).made_up


def test_the_report_of_a_run_says_so(project: Project, tmp_path: Path) -> None:
    failed = engine.start(ingest_market, project, scenario="other")
    failed.wait(60)
    assert failed.state == "failed"
    real = Project.create(tmp_path / "real", "Real")
    add_sample(real)
    weather = engine.start(
        estimate_evapotranspiration, real, sites=("River plain",), start="2022-01-01", end="2022-01-31"
    )
    weather.result()
    plain = engine.start(ingest_market, Project.create(tmp_path / "plain", "Plain"))
    plain.wait(60)
    for run, made_up in ((failed, True), (weather, True), (plain, False)):
        page = run.report().to_html(tmp_path / "run.html").read_text(encoding="utf-8")
        assert (MADE_UP_NOTE in page) == made_up
        assert not made_up or not [word for word in ("NASA", "Open-Meteo", "AEMO") if word in page]


def test_the_made_up_market_has_the_names_of_no_real_one(market: MarketData) -> None:
    def names(found: MarketDescription) -> set[str]:
        parts = (found.regions, found.subregions, found.interconnectors)
        titles = {region.title for region in found.regions}
        return {found.name, found.title, *titles, *(part.name for group in parts for part in group)}

    description = market.description
    assert description.made_up
    assert not names(description) & names(NEM)
    assert description.feeds == ()
    text = description.to_toml() + " ".join(" ".join(map(str, unit.owner)) for unit in market.units)
    assert not [
        word for word in (*INSTITUTIONS, "NEM", "nemweb", "NSW") if word.casefold() in text.casefold()
    ]


def test_nothing_that_is_published_is_fetched_into_the_made_up_market(project: Project) -> None:
    with pytest.raises(InvalidData, match="made up, and what is published does not belong into it"):
        backfill_market(project, base_url="http://127.0.0.1:9", first_day="2025-08-01")


def test_every_report_takes_it_from_its_result() -> None:
    assert MADE_UP_NOTE in ReportPage("Title", heading=Heading("Title", made_up=True)).render()
    assert MADE_UP_NOTE not in ReportPage("Title").render()
    found = 0
    for path in Path(workbench.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            if getattr(node.func, "id", "") == "ReportPage":
                found += 1
                assert ast.unparse(node.args[-1]).endswith(".heading"), path.name
            elif ast.unparse(node.func) == "ReportPage.of":
                found += 1
    assert found == 7
