"""Every answer of every board shows the lines of Python that give it, and they do."""

from __future__ import annotations

import html
import re
from pathlib import Path

import numpy as np
import pytest

from workbench.data.projects.project import Project
from workbench.market import Market, add_sample, queries
from workbench.market.model.answer import Answer
from workbench.market.views.answer_view import AnswerView
from workbench.market.views.boards import BOARDS


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = Project.create(tmp_path_factory.mktemp("code") / "a 'project'", "A market")
    add_sample(made, days=9, units=16)
    return made


def code_of(view: AnswerView) -> str:
    found = re.search(r"<pre><code>(.*?)</code></pre>", view._code.value, re.DOTALL)
    return html.unescape(found[1]) if found else ""


def given_by(code: str) -> Answer:
    names: dict[str, object] = {}
    exec(compile(code, "board", "exec"), names)  # the lines that a person would paste
    names["data"].close()  # type: ignore[attr-defined]
    answer = names["answer"]
    assert isinstance(answer, Answer)
    return answer


def same(one: Answer, two: Answer) -> None:
    assert one.title == two.title
    assert [column.header for column in one] == [column.header for column in two]
    for mine, other in zip(one, two, strict=True):
        if mine.cells.dtype.kind == "f":
            np.testing.assert_array_equal(mine.cells, other.cells)
        else:
            assert mine.cells.tolist() == other.cells.tolist()


@pytest.mark.parametrize(
    "region", ["West", pytest.param(None, marks=[pytest.mark.slow, pytest.mark.thorough])]
)
@pytest.mark.parametrize("name", list(BOARDS))
def test_the_lines_under_each_answer_give_it_again(project: Project, name: str, region: str | None) -> None:
    board = BOARDS[name](Market.open(project).data, period="7 days")
    if region:
        board.region.value = region
    seen = 0
    for number, title in enumerate(board._tabs.titles):
        board._tabs.selected_index = number
        for view in board._tabs.children[number].children:
            if isinstance(view, AnswerView) and view.answer is not None:
                code = code_of(view)
                assert len(code.splitlines()) == 3, title
                same(given_by(code), view.answer)
                seen += 1
    assert seen >= 3
    board.close()


def test_readers_of_a_published_board_are_told_no_folder(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = BOARDS["prices"](Market.open(project).data, period="7 days")
    monkeypatch.setattr("workbench.market.views.answer_code.is_viewer", lambda: True)
    for view in board._tabs.children[0].children:
        if isinstance(view, AnswerView):
            view.redraw()
            assert str(project.folder) not in code_of(view)
            assert "Market.open('folder of the project', 'sample')" in code_of(view)
    board.close()


def test_an_answer_is_a_frame_of_pandas_or_polars_with_units(project: Project) -> None:
    answer = queries.fuel_totals(Market.open(project).data, Market.open(project).period("2025-07-05"))
    pandas, polars = answer.to_pandas(), answer.to_polars()
    assert pandas.attrs["units"]["Energy"] == answer.units["Energy"] == "GWh"
    assert "Energy [GWh]" in polars.columns
    assert polars["Energy [GWh]"].to_list() == pandas["Energy"].to_list()
    prices = Market.open(project).prices("2025-07-05")
    assert prices.to_polars(with_units=False).columns == list(prices.names)
    assert str(prices.to_polars()["Begin"].dtype).startswith("Datetime")


def test_three_lines_lead_from_the_import_to_a_figure(project: Project) -> None:
    from workbench.market import Market

    market = Market.open(project)
    figure = market.generation("2025-07-05", region="West").plot()
    assert figure.data


def test_every_query_is_documented() -> None:
    for name in queries.__all__:
        doc = getattr(queries, name).__doc__ or ""
        assert len(doc.split()) > 3, name


def test_the_lines_need_no_project_where_a_dataset_lies_in_a_folder_of_its_own(tmp_path: Path) -> None:
    from workbench.market.sample.market import make_sample_dataset

    make_sample_dataset(tmp_path / "shared", days=8, units=6)
    market = Market.open(tmp_path / "shared")
    answer = market.prices("2025-07-05")
    assert answer.question is not None
    assert (
        answer.question.lines(str(tmp_path / "shared"), "")[1]
        == f"data = Market.open({str(tmp_path / 'shared')!r}).data"
    )
