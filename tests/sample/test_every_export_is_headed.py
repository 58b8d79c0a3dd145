"""Every board and every export of every domain says what it shows, how fine, how old, and that it is made up."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import ipywidgets
import openpyxl
import pyarrow.parquet as pq
import pytest
import xarray
from incomplete_project import make_incomplete

import workbench
from workbench.capacity.results import saved as capacity
from workbench.charts.opened import plots_of
from workbench.data.heading import Heading
from workbench.data.made_up import MADE_UP, MADE_UP_NOTE
from workbench.data.projects.project import Project
from workbench.data.results.store import Result, ResultStore
from workbench.demand.results import saved as demand
from workbench.evapotranspiration.results import saved as evapotranspiration
from workbench.evapotranspiration.results.export import csv_text, to_xarray
from workbench.evapotranspiration.results.export import write_excel as write_evapotranspiration
from workbench.finance.results import saved as finance
from workbench.load_profiles.results import saved as load_profiles
from workbench.load_profiles.results.export import write_csv as write_hours
from workbench.load_profiles.results.export import write_excel as write_year
from workbench.market import queries
from workbench.market.model.period import Period, Resolution
from workbench.market.results import charts as market_charts
from workbench.market.results import export
from workbench.market.store.dataset import market_folder
from workbench.market.store.export import export_parquet
from workbench.market.store.reading import MarketData

pytestmark = pytest.mark.slow

STORES: dict[str, ResultStore] = {
    module.DOMAIN: module.STORE for module in (demand, load_profiles, capacity, finance, evapotranspiration)
}
AGES = {"demand", "load_profiles", "finance", "evapotranspiration"}
"""Domains in which the time of the newest data matters."""
BOARDS = (
    *("demand", "load_profiles", "capacity", "finance", "evapotranspiration", "planning"),
    *(f"market_{name}" for name in ("today", "generation", "prices", "stations", "batteries", "trends")),
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return make_incomplete(tmp_path_factory.mktemp("headed") / "project")


@pytest.fixture(scope="module")
def market(project: Project) -> Iterator[MarketData]:
    with MarketData.open(market_folder(project)) as data:
        yield data


def result_of(project: Project, domain: str) -> Result:
    store = STORES[domain]
    return store.load(project, store.newest(project))


def assert_said(text: str, heading: Heading, *, what: str = "") -> None:
    """The whole strip: made up, filter, resolution, newest data."""
    assert MADE_UP in text, what
    for part in (*heading.filters, heading.resolution, heading.newest):
        assert part in text, (what, part)


def text_of(widget: ipywidgets.Widget) -> str:
    own = str(getattr(widget, "value", ""))
    return own + "".join(text_of(child) for child in getattr(widget, "children", ()))


@pytest.mark.parametrize("domain", STORES)
def test_a_heading_has_all_that_it_should_say(domain: str, project: Project) -> None:
    heading = result_of(project, domain).heading
    assert heading.made_up
    assert heading.filters[0].startswith("scenario ")
    assert heading.resolution
    assert bool(heading.newest) == (domain in AGES)


@pytest.mark.parametrize("name", BOARDS)
def test_every_board_is_headed(name: str, project: Project) -> None:
    shown = text_of(workbench.board(name, project))
    assert MADE_UP_NOTE in shown
    assert re.search(r"◐ (This result is incomplete|Incomplete:)|no gaps in this period", shown)
    if name in STORES:
        assert_said(shown, result_of(project, name).heading, what=name)
    elif name != "planning":
        assert re.search(r"Made-up data · All regions · .+ · steps of .+Data to <b>20", shown, re.DOTALL)


@pytest.mark.parametrize("domain", STORES)
def test_every_figure_is_headed(domain: str, project: Project) -> None:
    result = result_of(project, domain)
    plots = plots_of(STORES[domain], result, project.style)
    for name in STORES[domain].figures:
        try:
            figure = getattr(plots, name)()
        except ValueError:  # nothing to draw, such as no held-out year
            continue
        title = figure.layout.title.text
        assert MADE_UP in title, name
        said = figure.layout.meta["heading"]
        assert {"made up", "filter", "resolution"} <= set(said), name
        assert result.scenario in title, name


@pytest.mark.parametrize("domain", STORES)
def test_every_file_of_a_result_is_headed(domain: str, project: Project) -> None:
    result = result_of(project, domain)
    assert result.folder is not None
    found = set()
    for path in sorted(result.folder.rglob("*")):
        reader = READERS.get(path.suffix)
        if reader is not None:
            found.add(path.suffix)
            for text in reader(path):
                assert_said(text, result.heading, what=path.name)
    assert {".parquet", ".html"} <= found


def sheets_of(path: Path | io.BytesIO) -> list[str]:
    book = openpyxl.load_workbook(path, read_only=True)
    return [str(next(sheet.iter_rows(values_only=True))[0]) for sheet in book]


READERS: dict[str, Callable[[Path], list[str]]] = {
    ".xlsx": sheets_of,
    ".parquet": lambda path: [heading_in(path)],
    ".html": lambda path: [re.sub(r"<script.*?</script>", "", path.read_text("utf-8"), flags=re.DOTALL)],
    ".nc": lambda path: [str(xarray.open_dataset(path).attrs)],
}


def heading_in(source: Path | io.BytesIO) -> str:
    kept = json.loads(pq.read_metadata(source).metadata[b"workbench"])
    return " ".join(str(value) for value in (kept.get("heading") or kept).values())


def test_files_written_on_request_are_headed(project: Project, tmp_path: Path) -> None:
    eto, hours = result_of(project, "evapotranspiration"), result_of(project, "load_profiles")
    year = hours.years[0]
    days, workbook = (tmp_path / name for name in ("days.xlsx", "hours.xlsx"))
    texts = [
        (csv_text(eto).partition("site,")[0], eto),
        (str(to_xarray(eto).attrs), eto),
        *((text, eto) for text in sheets_of(write_evapotranspiration(eto, days))),
        (write_hours(hours, year, tmp_path / "hours.csv").read_text("utf-8")[:400], hours),
        *((text, hours) for text in sheets_of(write_year(hours, year, workbook))),
    ]
    assert len(texts) > 10
    for text, result in texts:
        assert_said(text, result.heading, what=text)


def test_downloads_of_a_finance_report_are_headed(project: Project) -> None:
    shown = text_of(workbench.board("finance", project))
    links = re.findall(r'href="data:text/csv;base64,([^"]+)"', shown)
    assert len(links) == 3
    for link in links:
        head = base64.b64decode(link).decode("utf-8").split("\nfigure,")[0][:400]
        assert_said(head, result_of(project, "finance").heading)


def test_every_answer_of_a_market_is_headed_in_every_format(market: MarketData, tmp_path: Path) -> None:
    period = Period(market.first, market.last)
    answers = [
        queries.generation(market, period, region=market.description.region_names[0]),
        queries.prices(market, period, resolution=Resolution.HALF_HOUR),
        queries.fuel_totals(market, period),
        queries.generation_by_hour(market, period),
    ]
    assert answers[1].resolution == "30-minute means"
    for answer in answers:
        heading = answer.heading
        assert heading.newest.startswith(str(market.last).replace("T", " "))
        assert_said(export.csv_of(answer).decode("utf-8-sig")[:600], heading)
        for text in sheets_of(io.BytesIO(export.excel_of(answer)))[:1]:
            assert_said(text, heading)
        assert_said(heading_in(io.BytesIO(export.parquet_of(answer))), heading)
    title = market_charts.mix_chart(answers[0], market.description.clock).layout.title.text
    assert_said(title, answers[0].heading)
    for path in export_parquet(market, tmp_path, market.first, market.last):
        text = heading_in(path)
        assert MADE_UP_NOTE in text
        assert "-minute values" in text
        assert str(market.last) in text
