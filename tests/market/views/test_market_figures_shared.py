"""Figures of market boards that one reader has seen are taken as they are for the others, and for nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from workbench.market.sample.market import make_sample_dataset
from workbench.market.store.reading import MarketData
from workbench.market.views import answer_figure, board
from workbench.market.views.board import EVERYTHING
from workbench.market.views.boards import BOARDS
from workbench.ui.figures.shared import FigureStore

MIME = "application/vnd.plotly.v1+json"


@pytest.fixture
def drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the titles of what was drawn, with a store as a server of readers has one."""
    titles: list[str] = []
    store = FigureStore(tmp_path)
    for module in (answer_figure, board):
        monkeypatch.setattr(module, "store_here", lambda: store)
    show = answer_figure.AnswerFigure.show

    def noted(self: Any, figure: Any) -> None:
        titles.append(figure.layout.title.text)
        show(self, figure)

    monkeypatch.setattr(answer_figure.AnswerFigure, "show", noted)
    return titles


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_sample_dataset(tmp_path_factory.mktemp("shared") / "nem", days=2, units=12)


@pytest.fixture
def make(folder: Path) -> Iterator[Callable[[str], Any]]:
    made: list[Any] = []

    def open_board(name: str) -> Any:
        made.append(BOARDS[name](MarketData.open(folder), period=EVERYTHING))
        return made[-1]

    yield open_board
    for one in made:
        one.close()


def shown(one: Any) -> list[Any]:
    """Figures and legends of all tabs, without what belongs to one page."""
    found = []
    for place in range(len(one._tabs.titles)):
        one._tabs.selected_index = place
        for view in one._views[place]:
            if view._draw is None:
                continue
            content = view._figure.outputs[0]["data"][MIME]
            layout = {name: part for name, part in content["layout"].items() if name != "meta"}
            found.append([{**content, "layout": layout}, view._legend and view._legend.content])
    return found


@pytest.mark.parametrize(
    "name", [name if name == "prices" else pytest.param(name, marks=pytest.mark.slow) for name in BOARDS]
)
def test_the_second_reader_of_a_board_draws_nothing_and_sees_the_same(
    name: str, make: Callable[[str], Any], drawn: list[str]
) -> None:
    first = shown(make(name))
    assert len(drawn) >= len(first) > 0
    drawn.clear()
    assert shown(make(name)) == first
    assert drawn == []


def test_another_choice_page_or_part_left_out_is_another_figure(
    make: Callable[[str], Any], drawn: list[str]
) -> None:
    one, other = make("generation"), make("generation")
    drawn.clear()
    region = other.data.description.region_names[0]
    other.region.value = region
    assert len(drawn) == 1
    assert region in drawn[0]
    (mix,) = other._views[0]
    mix._tools.receive({"kind": "theme", "id": 1, "dark": True, "narrow": False})
    assert len(drawn) == 2
    mix._legend.receive({"kind": "toggle", "name": mix._legend.content["rows"][1]["name"]})
    assert len(drawn) == 3
    assert one._views[0][0]._legend.content != mix._legend.content
    # What is in a page is explained from the figure itself, which is drawn when that is wanted.
    fresh = make("generation")
    before = len(drawn)
    assert fresh._views[0][0]._figure.shown_at(0, 0) is not None
    assert len(drawn) == before
