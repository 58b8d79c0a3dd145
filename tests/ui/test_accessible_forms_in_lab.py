"""Forms, folds, panel and result in a real JupyterLab, with axe-core and with the keyboard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from accessibility import grave_faults
from lab import Notebook

from workbench.sample.project import create_from_sample

pytestmark = [pytest.mark.browser, pytest.mark.slow]

VIEWS = ("demand", "load_profiles", "capacity", "evapotranspiration", "finance", "market_ingest")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return create_from_sample(tmp_path_factory.mktemp("accessible") / "project").folder


def fold_is_open(fold: Any) -> Callable[[], bool]:
    return lambda: fold.inner_text().startswith("▾")


@pytest.mark.parametrize(
    "view", [name if name == "demand" else pytest.param(name, marks=pytest.mark.thorough) for name in VIEWS]
)
def test_a_form_has_no_grave_fault_and_opens_with_the_keyboard(
    view: str, open_notebook: Callable[..., Notebook], project: Path, axe: str
) -> None:
    notebook = open_notebook(
        f"import workbench\nworkbench.view({view!r}, workbench.Project.open({str(project)!r}))"
    )
    page = notebook.page
    header = page.get_by_role("button", name="▾ Settings")
    header.wait_for(timeout=60_000)
    for fold in page.locator(".workbench-fold").all():
        if fold.inner_text().startswith("▸"):
            fold.focus()
            page.keyboard.press("Enter")
            notebook.wait_for(fold_is_open(fold), what=fold.inner_text())
    assert grave_faults(page, axe, ".jp-OutputArea-output") == []
    header.focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="▸ Settings").wait_for()


def test_the_panel_has_no_grave_fault(
    open_notebook: Callable[..., Notebook], tmp_path: Path, axe: str
) -> None:
    notebook = open_notebook(
        "import toy_job\nfrom workbench.runs import start\n"
        f"start(toy_job.toy, {str(tmp_path)!r}, steps=20, delay=0.01)"
    )
    panel = ".wb-panel[data-state='succeeded']"
    notebook.page.locator(panel).wait_for(timeout=60_000)
    assert grave_faults(notebook.page, axe, panel) == []
