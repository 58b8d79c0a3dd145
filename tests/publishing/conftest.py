"""A project with a result and a run, boards, and the server that publishes them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from incomplete_project import make_incomplete
from site_under_test import FIRST_FIGURE, Site, write_board
from stranger_board import CELLS, RUN_CELL

from workbench.cli import main
from workbench.sample.project import create_from_sample

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def finished_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a sample project with a demand forecast in it."""
    folder = tmp_path_factory.mktemp("published") / "project"
    create_from_sample(folder)
    assert main(["run", "demand", "--project", str(folder)]) == 0
    return folder


@pytest.fixture(scope="session")
def boards_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with boards for strangers, and files that are none of their business."""
    folder = tmp_path_factory.mktemp("notebooks")
    write_board(
        folder, "stranger", CELLS, publish=True, title="A board for strangers", description="Of everything."
    )
    write_board(folder, "run", [RUN_CELL], publish=True, title="A run", description="As it goes.")
    write_board(folder, "broken", ["raise RuntimeError('secret reason')"], publish=True, title="Broken")
    silent_first_and_last = ["x = 1", "import ipywidgets\nipywidgets.Button(description='Press')", "y = 2"]
    write_board(folder, "silent-cells", silent_first_and_last, publish=True, title="Silent cells")
    write_board(folder, "private", ["1 + 1"])
    write_board(folder, ".hidden", ["1 + 1"], publish=True, title="Hidden")
    (folder / "notes.txt").write_text("secret notes", encoding="utf-8")
    (folder / "picture.png").write_bytes(b"secret picture")
    shutil.copy(CHECKOUT / "notebooks" / "boards" / "demand.ipynb", folder)
    return folder


@pytest.fixture(scope="session")
def deeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the file in which the board writes down what a visitor has achieved."""
    return tmp_path_factory.mktemp("deeds") / "deeds.txt"


@pytest.fixture(scope="session")
def start_site(
    finished_project: Path, boards_folder: Path, deeds: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Site]]:
    """Start servers that end with the tests."""
    started = []

    def start(
        *options: str, project: Path = finished_project, notebooks: Path = boards_folder, **environment: str
    ) -> Site:
        log = tmp_path_factory.mktemp("server") / "log.txt"
        site = Site(project, notebooks, log, *options, environment={"DEEDS": str(deeds), **environment})
        started.append(site)
        return site

    yield start
    for site in started:
        site.stop()


@pytest.fixture(scope="session")
def site(start_site: Callable[..., Site]) -> Site:
    """Give a server on this machine's own address, without a token."""
    return start_site().wait()


@pytest.fixture(scope="session")
def incomplete(start_site: Callable[..., Site], tmp_path_factory: pytest.TempPathFactory) -> Site:
    project: Path = make_incomplete(tmp_path_factory.mktemp("incomplete") / "project").folder
    return start_site(project=project, notebooks=CHECKOUT / "notebooks" / "boards").wait()


@pytest.fixture
def open_board(browser: Any, incomplete: Site) -> Iterator[Callable[..., Any]]:
    contexts = []

    def open_(name: str, width: int, scheme: str) -> Any:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.asked = []
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto(f"http://127.0.0.1:{incomplete.port}/board/{name}")
        page.wait_for_function(FIRST_FIGURE, arg="", timeout=60_000)
        return page

    yield open_
    for context in contexts:
        context.close()
