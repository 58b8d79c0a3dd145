"""Fixtures: a JupyterLab and pages for the tests that look at a real one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from lab import Lab, Notebook

VIEWPORT = {"width": 1200, "height": 900}


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
        context = browser.new_context(viewport=VIEWPORT, **options)
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def lab_context(browser: Any) -> Any:
    """Give a context that keeps the scripts of JupyterLab, and compiles them once for all pages."""
    return browser.new_context(viewport=VIEWPORT)


@pytest.fixture
def open_notebook(
    lab: Lab, lab_context: Any, new_page: Callable[..., Any], request: pytest.FixtureRequest
) -> Iterator[Callable[..., Notebook]]:
    """Write a notebook, open it in a page of its own and run its cells."""
    count = 0
    pages = []

    def make(*cells: str, run: bool = True, **options: Any) -> Notebook:
        nonlocal count
        count += 1
        name = f"{request.node.name}-{count}.ipynb"
        lab.write_notebook(name, cells)
        page = new_page(**options) if options else lab_context.new_page()
        pages.append(page)
        notebook = Notebook(lab, page, name)
        notebook.open()
        if run:
            notebook.run_all()
        return notebook

    yield make
    for page in pages:
        if not page.is_closed():
            page.evaluate(_END_KERNEL)  # what it still runs would take its time from the tests that follow
            page.close()


_END_KERNEL = """
async () => {
  const session = window.jupyterapp?.shell.currentWidget?.sessionContext;
  await Promise.race([session?.shutdown().catch(() => null), new Promise((done) => setTimeout(done, 2000))]);
}
"""
