"""Form, Run button, panel, result and history in a real JupyterLab."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lab import Notebook

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Open = Callable[..., Notebook]


def open_view(open_notebook: Open, project: Path, **settings: object) -> Notebook:
    changes = ", ".join(f"{name}={value!r}" for name, value in settings.items())
    notebook = open_notebook(
        "import ipywidgets, toy_job\nfrom workbench import attach, start\nfrom workbench.runs import runs\n"
        "from workbench.ui.run_view import RunView\n"
        f"project = {str(project)!r}\n"
        "def show(result):\n    return ipywidgets.HTML(f'<b class=\"the-result\">{result} steps</b>')\n"
        f"view = RunView(toy_job.toy, project, result_view=show, config=toy_job.ToyConfig({changes}))\nview"
    )
    notebook.page.get_by_role("button", name="Run", exact=True).wait_for(timeout=30_000)
    return notebook


def run_button(notebook: Notebook) -> Any:
    return notebook.page.get_by_role("button", name="Run", exact=True)


def number_of_runs(notebook: Notebook) -> int:
    return int(notebook.kernel("print(len(runs(project)))"))


def test_a_click_on_run_shows_the_panel_and_then_the_result(open_notebook: Open, tmp_path: Path) -> None:
    notebook = open_view(open_notebook, tmp_path, steps=30, delay=0.02)
    run_button(notebook).click()
    notebook.page.locator('.wb-panel[data-state="running"]').wait_for()
    notebook.page.locator(".the-result").wait_for()
    assert notebook.page.locator(".the-result").inner_text() == "30 steps"
    notebook.wait_for(
        lambda: "succeeded" in notebook.page.locator(".widget-dropdown select").last.inner_text(),
        5,
        "the history",
    )


def test_a_double_click_on_run_starts_one_run(open_notebook: Open, tmp_path: Path) -> None:
    notebook = open_view(open_notebook, tmp_path, steps=1, delay=0.0)
    run_button(notebook).dblclick()
    notebook.page.locator(".the-result").wait_for()
    notebook.page.wait_for_timeout(1000)
    assert number_of_runs(notebook) == 1


def test_a_value_that_is_not_allowed_is_said_and_starts_nothing(open_notebook: Open, tmp_path: Path) -> None:
    notebook = open_view(open_notebook, tmp_path)
    steps = notebook.page.locator('input[type="number"]').first
    steps.fill("0")
    steps.press("Tab")
    sentence = "Steps (steps) is 0, the least allowed is 1."
    notebook.page.get_by_text(sentence).first.wait_for()
    run_button(notebook).click()
    notebook.page.wait_for_timeout(1000)
    assert notebook.page.get_by_text(sentence).count() >= 1
    assert number_of_runs(notebook) == 0


def test_a_busy_scenario_asks_whether_to_queue_rename_or_cancel(open_notebook: Open, tmp_path: Path) -> None:
    notebook = open_view(open_notebook, tmp_path, steps=3, delay=0.01)
    notebook.kernel("other = start('toy', project, steps=100_000, delay=0.02)")
    run_button(notebook).click()
    notebook.page.get_by_role("button", name="Write another scenario").click()
    notebook.page.locator(".the-result").wait_for()
    assert notebook.kernel("print(view.run.scenario, other.state)").strip() == "base 2 running"
    notebook.page.wait_for_timeout(700)  # else it would be half of a double click
    run_button(notebook).click()
    notebook.page.get_by_role("button", name="Queue behind it").click()
    notebook.page.locator('.wb-panel[data-state="queued"]').wait_for()
    assert "Waiting for its turn" in notebook.page.locator(".wb-reason").inner_text()
    notebook.kernel("other.cancel(); other.wait()")
    notebook.page.locator(".the-result").wait_for()


def test_a_view_that_is_opened_later_attaches_and_fills_in_the_result(
    open_notebook: Open, tmp_path: Path
) -> None:
    owner = open_notebook(
        "import toy_job\nfrom workbench import start\n"
        f"run = start('toy', {str(tmp_path)!r}, steps=900, delay=0.5)"
    )
    owner.wait_for(lambda: (tmp_path / ".workbench" / "journal.sqlite").exists(), 20, "the run")
    viewer = open_view(open_notebook, tmp_path)
    viewer.page.locator('.wb-panel[data-state="running"]').wait_for()
    assert "in another process" in viewer.page.locator(".wb-time").inner_text()
    owner.kernel("run.adjust(delay=0.0)")
    viewer.page.locator('.wb-panel[data-state="succeeded"]').wait_for(timeout=30_000)
    # The toy job cannot load a saved result: the reason is said, not swallowed.
    viewer.page.get_by_text("has no way to load a saved result").wait_for()


def test_a_cancelled_run_is_resumed_from_the_history(open_notebook: Open, tmp_path: Path) -> None:
    notebook = open_view(open_notebook, tmp_path, steps=100_000, delay=0.02)
    run_button(notebook).click()
    notebook.page.locator('.wb-panel[data-state="running"]').wait_for()
    notebook.kernel("first = view.run; first.cancel(); first.wait()")
    again = notebook.page.get_by_role("button", name="Resume", exact=True)
    notebook.wait_for(lambda: again.is_enabled(), 10, "the button")
    again.click()
    notebook.page.locator('.wb-panel[data-state="running"]').wait_for()
    assert notebook.kernel("print(view.run.record.resumed_from == first.id)").strip() == "True"
    notebook.kernel("view.run.cancel(); view.run.wait()")
