"""Fixtures: a JupyterLab and pages for the tests that look at a real one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from lab import Lab, Notebook


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Give a running JupyterLab."""
    made = Lab(tmp_path_factory.mktemp("lab"))
    made.wait()
    yield made
    made.stop()


@pytest.fixture
def new_page(browser: Any) -> Iterator[Callable[..., Any]]:
    """Open pages that are closed after the test."""
    contexts = []

    def make(**options: Any) -> Any:
        context = browser.new_context(viewport={"width": 1200, "height": 900}, **options)
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def open_notebook(
    lab: Lab, new_page: Callable[..., Any], request: pytest.FixtureRequest
) -> Callable[..., Notebook]:
    """Write a notebook, open it in a page of its own and run its cells."""
    count = 0

    def make(*cells: str, run: bool = True, **options: Any) -> Notebook:
        nonlocal count
        count += 1
        name = f"{request.node.name}-{count}.ipynb"
        lab.write_notebook(name, cells)
        notebook = Notebook(lab, new_page(**options), name)
        notebook.open()
        if run:
            notebook.run_all()
        return notebook

    return make
