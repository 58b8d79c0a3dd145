from __future__ import annotations

import base64
import dataclasses
import json
import re
from pathlib import Path

import ipywidgets
import numpy as np
import pytest

import workbench
from workbench.data.projects.project import Project
from workbench.evapotranspiration.inputs.places.land import land_at
from workbench.evapotranspiration.inputs.places.place import Place
from workbench.evapotranspiration.jobs import estimate_evapotranspiration, validate_evapotranspiration
from workbench.evapotranspiration.results.saved import EtoResult
from workbench.evapotranspiration.sample import add_sample
from workbench.evapotranspiration.views import view as evapotranspiration_view
from workbench.evapotranspiration.views.place_map import COLUMNS, ROWS, PlaceMap
from workbench.evapotranspiration.views.place_picker import PlacePicker
from workbench.evapotranspiration.views.sample_offer import SampleOffer
from workbench.evapotranspiration.views.validation_view import ValidationAnalysis
from workbench.evapotranspiration.views.view import EtoAnalysis
from workbench.ui import declared
from workbench.ui.figures.area import FigureArea
from workbench.ui.live.saved_results import SavedResults
from workbench.ui.transfer.downloads import Downloads

TABS = (
    "Overview",
    "Days",
    "Sources",
    "Months",
    "Water balance",
    "Quality",
    "What changed",
    "Export",
    "Notes",
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = Project.create(tmp_path_factory.mktemp("view") / "farms", "Farms")
    add_sample(made)
    return made


@pytest.fixture(scope="module")
def result(project: Project) -> EtoResult:
    estimate_evapotranspiration(project, scenario="kalman", method="kalman")
    return estimate_evapotranspiration(project, scenario="ridge")


@pytest.fixture
def viewer(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (evapotranspiration_view, declared):
        monkeypatch.setattr(module, "is_viewer", lambda: True)


def parts(widget: ipywidgets.Widget, kind: type) -> list[ipywidgets.Widget]:
    inside = [part for child in getattr(widget, "children", ()) for part in parts(child, kind)]
    return ([widget] if isinstance(widget, kind) else []) + inside


def open_tab(view: EtoAnalysis, name: str) -> ipywidgets.Widget:
    view.tabs.selected_index = view.tabs.titles.index(name)
    return view.tabs.children[view.tabs.selected_index].children[0]


def words_of(widget: ipywidgets.Widget) -> str:
    return " ".join(part.value for part in parts(widget, ipywidgets.HTML))


@pytest.mark.parametrize("name", TABS)
def test_every_tab_opens(result: EtoResult, project: Project, name: str) -> None:
    content = open_tab(EtoAnalysis(result, project), name)
    assert "cannot be shown" not in words_of(content)


def test_the_credits_stand_under_every_tab(result: EtoResult, project: Project) -> None:
    assert EtoAnalysis(result, project).children[1].value.count("Made-up weather.") == 1
    credited = dataclasses.replace(result, facts={**result.facts, "credits": ["Weather by Open-Meteo.com"]})
    assert "Open-Meteo.com" in EtoAnalysis(credited, project).children[1].value


def test_another_place_is_drawn_when_it_is_chosen(result: EtoResult, project: Project) -> None:
    content = open_tab(EtoAnalysis(result, project), "Days")
    parts(content, ipywidgets.Dropdown)[0].value = "Southern orchard"
    figure = parts(content, FigureArea)[0].outputs[0]["data"]["application/vnd.plotly.v1+json"]
    assert figure["layout"]["title"]["text"].startswith("Southern orchard")
    assert figure["layout"]["yaxis"]["title"]["text"] == "ETo [mm/d]"


def test_two_results_are_compared(result: EtoResult, project: Project) -> None:
    words = words_of(open_tab(EtoAnalysis(result, project), "What changed"))
    assert (
        "kalman"
        in parts(open_tab(EtoAnalysis(result, project), "What changed"), ipywidgets.Dropdown)[0].options[0]
    )
    assert "Mean absolute difference of days" in words.replace("\N{NO-BREAK SPACE}", " ")


def test_an_analyst_downloads_every_format(result: EtoResult, project: Project) -> None:
    (offered,) = parts(open_tab(EtoAnalysis(result, project), "Export"), Downloads)
    starts = {
        Path(name).suffix: offer.part(0).content[:4]
        for (name, _), offer in zip(offered.files, offered._offers, strict=True)
    }
    assert starts[".xlsx"] == b"PK\x03\x04"
    assert starts[".nc"][1:] == b"HDF" or starts[".nc"][:3] == b"CDF"
    assert starts[".csv"].startswith(b"#")


def test_a_reader_gets_saved_results_and_a_download_but_no_button(
    result: EtoResult, project: Project, viewer: None
) -> None:
    view = workbench.view("evapotranspiration", project)
    assert parts(view, SavedResults)
    assert not parts(view, PlacePicker)
    content = open_tab(EtoAnalysis(result, project), "Export")
    assert not parts(content, ipywidgets.Button)
    data = re.search(r'href="data:text/csv;base64,([^"]+)"', words_of(content))[1]
    assert b"eto [mm/d]" in base64.b64decode(data)
    assert parts(workbench.view("evapotranspiration_validation", project), SavedResults)


def test_an_empty_project_says_where_results_are_made(tmp_path: object) -> None:
    project = Project.create(tmp_path / "empty", "Empty")
    for name, notebook in (
        ("evapotranspiration", "evapotranspiration/10-estimate.ipynb"),
        ("evapotranspiration_validation", "evapotranspiration/20-validation.ipynb"),
    ):
        assert notebook in words_of(workbench.board(name, project))


def test_a_place_that_is_picked_goes_into_the_form_and_other_fields_stay(project: Project) -> None:
    view = workbench.view("evapotranspiration", project)
    form = view.form
    (picker,) = parts(view.above, PlacePicker)
    form._fields["days"].input.value = 12
    picker.find("piracicaba")
    assert form.config.place == "-22.7300, -47.6500"
    assert form.config.days == 12
    assert picker.map.picked == [-22.73, -47.65]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0, -30", "lies in the sea"),
        ("95, 10", "latitude"),
        ("Xqzwv", "No city like"),
        ("<b>1</b>", "not a pair of coordinates"),
    ],
)
def test_a_place_that_cannot_be_is_said_and_not_taken(text: str, words: str) -> None:
    taken: list[Place] = []
    picker = PlacePicker(taken.append)
    picker.find(text)
    said = words_of(picker)
    assert words in said
    assert "<b>1" not in said
    assert taken == []


def test_a_name_of_several_cities_offers_them_all() -> None:
    taken: list[Place] = []
    picker = PlacePicker(taken.append)
    picker.find("Springfield")
    options = picker._cities.options
    assert len(options) > 2
    picker._cities.value = options[1]
    assert len(taken) == 2
    assert taken[0] != taken[1]


def test_a_click_on_the_map_picks_the_place() -> None:
    taken: list[Place] = []
    picker = PlacePicker(taken.append)
    picker.map.clicked = [-8.0, -60.0]
    assert taken == [Place("-8.0000 -60.0000", -8.0, -60.0)]


@pytest.mark.parametrize(
    "clicked", [[1.0], [1.0, 2.0, 3.0], ["a", "b"], [float("nan"), 1.0], [91.0, 0.0], [{}, []]]
)
def test_a_forged_click_is_passed_over(clicked: list[object]) -> None:
    taken: list[tuple[float, float]] = []
    PlaceMap(lambda *place: taken.append(place)).clicked = clicked
    assert taken == []


def test_the_map_shows_the_land_of_the_box_that_is_in_sight() -> None:
    shown = PlaceMap(lambda *_: None)
    shown.view = [-60.0, -30.0, -30.0, 0.0]
    assert shown.land_shape == {"rows": ROWS, "columns": COLUMNS, "box": [-60.0, -30.0, -30.0, 0.0]}
    bits = np.unpackbits(np.frombuffer(shown.land, dtype=np.uint8)).reshape(ROWS, COLUMNS)
    # Piracicaba is land, the ocean east of Rio is not.
    assert bits[int(22.7 / 0.1), int((60 - 47.6) / 0.05)] == 1
    assert bits[int(25 / 0.1), int((60 - 35) / 0.05)] == 0
    assert bits.mean() == pytest.approx(
        land_at(np.linspace(-29.9, -0.1, 80), np.linspace(-59.9, -30.1, 80)).mean(), abs=0.02
    )
    assert "São Paulo" in [name for name, _, _ in shown.cities]


@pytest.mark.parametrize(
    "view", [[], [0, 0, 0, 0], [0, 0, 1e9, 1e9], ["w", "s", "e", "n"], [float("inf")] * 4, [10, 0, 0, 10]]
)
def test_a_forged_view_is_passed_over(view: list[object]) -> None:
    shown = PlaceMap(lambda *_: None)
    before = shown.land_shape
    shown.view = view
    assert shown.land_shape == before


def test_the_map_takes_nothing_else() -> None:
    with pytest.raises(TypeError, match="'tiles'"):
        PlaceMap(lambda *_: None, tiles="osm")


def test_what_the_map_sends_is_small() -> None:
    shown = PlaceMap(lambda *_: None)
    assert len(shown.land) + len(json.dumps(shown.cities)) < 40_000


def test_a_validation_opens_every_tab(project: Project) -> None:
    view = ValidationAnalysis(validate_evapotranspiration(project, split="site"), project)
    for index in range(len(view.titles)):
        view.selected_index = index
        assert "cannot be shown" not in words_of(view.children[index])
    assert repr(workbench.board("evapotranspiration_validation", project)) == "<Board>"


def test_long_sentences_stay_few_lines_high_on_a_narrow_page(result: EtoResult, project: Project) -> None:
    words = words_of(open_tab(EtoAnalysis(result, project), "Overview"))
    sentence = str(result.table("sites")["explanation"].iloc[-1])
    assert sentence not in words
    assert sentence in words.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("job", ["evapotranspiration", "evapotranspiration_validation", "irrigation"])
def test_made_up_weather_comes_only_when_a_person_asks_for_it(tmp_path: Path, job: str) -> None:
    real = Project.create(tmp_path / "real", "A real farm")
    (offer,) = parts(workbench.view(job, real), SampleOffer)
    assert list(real.inputs.iterdir()) == []
    assert "made up" in words_of(offer)
    (add,) = parts(offer, ipywidgets.Button)
    add.click()
    assert (real.inputs / "eto_weather.parquet").is_file()
    assert "eto_weather.parquet" in words_of(offer)
    assert not parts(offer, ipywidgets.Button)
    assert not parts(parts(workbench.view(job, real), SampleOffer)[0], ipywidgets.Button)
