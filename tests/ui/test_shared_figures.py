"""Figures that readers share: what was drawn once is taken as it is, and never in place of another one."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import ipywidgets
import pandas as pd
import plotly.graph_objects as go
import pytest

from workbench.cli import main
from workbench.data.projects.project import Project
from workbench.lazy import located
from workbench.sample.project import create_from_sample
from workbench.ui.declared import JobView, find_view
from workbench.ui.figures import area as area_module
from workbench.ui.figures.area import MIME, FigureArea
from workbench.ui.figures.controls import figure_of
from workbench.ui.figures.shared import FigureStore, NotShared, Source, key_of, shared_figures
from workbench.ui.readers.controls import controls_in, text_of
from workbench.ui.tabs import choice

RESULT = object()
DRAWN: list[str] = []
"""What was drawn in a test: not held on to by the code that draws, which would make it another one's each time."""


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FigureStore:
    made = FigureStore(tmp_path)
    DRAWN.clear()
    monkeypatch.setattr(area_module, "store_here", lambda: made)
    monkeypatch.setattr(area_module, "is_viewer", lambda: True)
    return made


def source(identity: str = "one") -> Source:
    return Source(identity, RESULT, None)


def view(identity: str = "one") -> tuple[FigureArea, ipywidgets.Dropdown]:
    sector = choice("Sector", ["farms", "homes"])

    def make() -> go.Figure:
        DRAWN.append(sector.value)
        return go.Figure(
            go.Bar(x=[2030], y=[len(DRAWN)], name=sector.value), {"title": {"text": sector.value}}
        )

    with shared_figures(source(identity)):
        return figure_of(make, sector), sector


@pytest.mark.usefixtures("store")
def test_a_figure_is_drawn_once_for_all_readers_and_choices() -> None:
    first, sector = view()
    sector.value = "homes"
    second, other = view()
    other.value = "homes"
    assert first.outputs == second.outputs
    other.value = "farms"
    assert second.outputs[0]["data"][MIME]["data"][0]["y"] == [1]
    assert DRAWN == ["farms", "homes"]


@pytest.mark.usefixtures("store")
def test_its_numbers_are_drawn_when_they_are_asked_for() -> None:
    view()
    second, _ = view()
    assert len(DRAWN) == 1
    second._switch.value = True
    assert len(DRAWN) == 2
    assert any("2030" in str(getattr(part, "value", "")) for part in second.children)


@pytest.mark.usefixtures("store")
def test_another_result_has_figures_of_its_own() -> None:
    view("one")
    other, _ = view("another")
    assert len(DRAWN) == 2
    assert other.outputs[0]["data"][MIME]["data"][0]["y"] == [2]


def test_what_the_key_is_of() -> None:
    sector, year = choice("Sector", ["a", "b"]), 2030

    def key(make: Callable[[], Any], *controls: ipywidgets.Widget, of: Source | None = None) -> str:
        return key_of(of or source(), make, controls)

    def make(number: int) -> Callable[[], Any]:
        return lambda: (RESULT, number, sector.value)

    assert key(make(1)) == key(make(1))
    assert key(make(1)) != key(make(2))
    assert key(make(1)) != key(make(1), sector)
    assert key(make(1)) != key(make(1), of=source("two"))
    before = key(lambda: sector.value + str(year))
    assert key(lambda: sector.value + str(year)) != before, "other code"
    assert len({key(lambda name=name: name) for name in "abc"}) == 3
    held = make(1)
    before = key(held)
    sector.value = "b"
    assert key(held) != before, "a control that the code reads counts though it was not named"


@pytest.mark.parametrize(
    "held",
    [pd.DataFrame({"a": [1]}), object(), ipywidgets.VBox(), {"a": pd.Series([1])}, {1, 2}],
    ids=["table", "object", "widget", "nested table", "set"],
)
def test_code_that_holds_on_to_anything_else_is_not_shared(held: object) -> None:
    with pytest.raises(NotShared):
        key_of(source(), lambda: held, ())


def test_the_folder_has_a_limit_and_keeps_what_was_used_last(tmp_path: Path) -> None:
    store = FigureStore(tmp_path, 10_000)
    figure = {"data": "x" * 900}
    for number in range(30):
        store.put(f"{number:064}", figure)
        assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 10_000
        assert store.get(f"{0:064}") == figure
    assert store.get(f"{1:064}") is None
    store.put("f" * 64, {"data": "x" * 2_000})
    assert store.get("f" * 64) is None, "no figure may take the room of all others"


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe"])
def test_a_damaged_file_is_drawn_anew(store: FigureStore, tmp_path: Path, content: bytes) -> None:
    view()
    (file,) = tmp_path.iterdir()
    file.write_bytes(content)
    view()
    assert len(DRAWN) == 2


def test_a_store_that_cannot_be_written_costs_no_figure(
    store: FigureStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_folder", Path("/proc/nowhere"))
    area, _ = view()
    assert area.outputs
    assert len(DRAWN) == 1


# the views of the domains


def figures_of(name: str, project: Project, scenario: str) -> Iterator[tuple[str, Any]]:
    """Go through every tab and every choice of a view, and give each figure that is shown, by where it was."""
    declared = find_view(name)
    assert isinstance(declared, JobView)
    result = located(declared.load)(project, scenario)
    page = located(declared.result)(result, project)
    tabs = [widget for _, widget in controls_in(page) if isinstance(widget, ipywidgets.Tab)]
    for container in tabs:
        for number, title in enumerate(container.titles):
            container.selected_index = number
            for control_name, control in list(controls_in(container.children[number])):
                if not isinstance(control, ipywidgets.Dropdown):
                    continue
                for option in [str(option) for option in range(min(4, len(control.options)))]:
                    control.index = int(option)
                    yield from _areas(
                        container.children[number], f"{title} {control_name}={text_of(control)}"
                    )
            yield from _areas(container.children[number], title)
    page.close()


def _areas(widget: ipywidgets.Widget, where: str) -> Iterator[tuple[str, Any]]:
    if isinstance(widget, FigureArea):
        output = copy.deepcopy(widget.outputs)
        for one in output:
            one["data"][MIME]["layout"].pop("meta", None)
        yield where, json.dumps(output, sort_keys=True)
    for child in getattr(widget, "children", ()):
        yield from _areas(child, where)


def compared(monkeypatch: pytest.MonkeyPatch, project: Project, name: str, scenario: str) -> int:
    list(figures_of(name, project, scenario))
    shown = list(figures_of(name, project, scenario))
    monkeypatch.setattr(area_module, "store_here", lambda: None)
    assert shown == list(figures_of(name, project, scenario))
    return len(shown)


def test_every_choice_of_a_view_shows_what_it_would_draw_itself(
    store: FigureStore,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    folder = tmp_path_factory.mktemp("shared") / "project"
    create_from_sample(folder)
    assert main(["run", "demand", "--project", str(folder)]) == 0
    assert compared(monkeypatch, Project.open(folder), "demand", "BAU") > 10
    assert len(list(tmp_path.iterdir())) > 5, "most figures are shared"


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.usefixtures("store")
def test_every_choice_of_all_views_shows_what_it_would_draw_itself(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    from incomplete_project import SETTINGS, make_incomplete

    from workbench.data.results.scenario import finished_scenarios

    project = make_incomplete(tmp_path_factory.mktemp("shared") / "project")
    for name in SETTINGS:
        with monkeypatch.context() as patched:
            (scenario,) = finished_scenarios(project, name)
            assert compared(patched, project, name, scenario) > 3
