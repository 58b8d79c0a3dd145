"""Pages that are reloaded, opened twice, or left without their kernel and server, in a real JupyterLab."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import panel_page
import pytest
from lab import Lab, Notebook
from panel_page import panel, start_toy

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Open = Callable[..., Notebook]


def wait_for_state(notebook: Notebook, wanted: str, seconds: float = 30) -> Any:
    shown = panel(notebook)
    panel_page.wait_for_state(notebook, shown, wanted, seconds)
    return shown


def test_a_page_reloaded_at_any_moment_of_a_run_shows_all_of_it(open_notebook: Open, tmp_path: Path) -> None:
    notebook = open_notebook(start_toy(tmp_path, steps=900, delay=0.5))
    wait_for_state(notebook, "running")
    notebook.save()
    notebook.page.wait_for_timeout(500)
    for moment in ("begun", "in the middle", "paused", "going on"):
        if moment == "paused":
            notebook.kernel("run.pause()")
            wait_for_state(notebook, "paused")
        if moment == "going on":
            notebook.kernel("run.resume()")
        notebook.open()
        wait_for_state(notebook, "paused" if moment == "paused" else "running")
    notebook.kernel("run.adjust(delay=0.0)")
    wait_for_state(notebook, "succeeded", 60)
    notebook.open()
    shown = wait_for_state(notebook, "succeeded")
    assert shown.locator(".wb-lines").inner_text() == "901 lines"
    assert shown.locator(".wb-stage-title").all_inner_texts() == ["Read inputs", "Forecast", "Write results"]
    assert (
        notebook.kernel("print([e.seq for e in run.events()] == list(range(1, run.last_seq() + 1)))")
        == "True\n"
    )


CONFIRM = (
    "panel => [...panel.querySelectorAll('button')].find(b => b.textContent === 'Cancel the run').click()"
)


def test_two_browsers_on_one_panel_both_see_all_and_either_can_ask(
    open_notebook: Open, new_page: Callable[..., Any], lab: Lab, tmp_path: Path
) -> None:
    first = open_notebook(start_toy(tmp_path, steps=100_000, delay=0.02))
    wait_for_state(first, "running")
    first.save()
    first.page.wait_for_timeout(500)
    second = Notebook(lab, new_page(), first.name)
    second.open()
    shown = wait_for_state(second, "running")
    shown.get_by_role("button", name="Pause").click()
    wait_for_state(second, "paused")
    wait_for_state(first, "paused")
    panel(first).get_by_role("button", name="Resume").click()
    wait_for_state(second, "running")
    # The same request from both at once is one request.
    for notebook in (first, second):
        panel(notebook).get_by_role("button", name="Cancel …").click()
    first.page.wait_for_timeout(500)
    for notebook in (first, second):
        panel(notebook).evaluate(CONFIRM)
    wait_for_state(first, "cancelled")
    wait_for_state(second, "cancelled")
    counts = [panel(notebook).locator(".wb-lines").inner_text() for notebook in (first, second)]
    assert counts[0] == counts[1]
    asked = "print([e.data['request'] for e in run.events() if e.kind == 'control' and e.data['phase'] == 'asked'])"
    assert first.kernel(asked).strip() == "['pause', 'resume', 'cancel']"
    assert panel(first).locator(".wb-problem").count() == 0
    # Whoever comes a moment too late is told so, and nothing else.
    told = panel(second).locator(".wb-problem").all_inner_texts()
    assert all("the run has already been cancelled" in text for text in told)


def test_a_detached_run_outlives_jupyterlab_and_its_panel_is_found_again(
    new_page: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    first_lab = Lab(tmp_path_factory.mktemp("first-lab"))
    try:
        first_lab.wait()
        first_lab.write_notebook("plan.ipynb", [start_toy(tmp_path, steps=900, delay=0.5, detached=True)])
        notebook = Notebook(first_lab, new_page(), "plan.ipynb")
        notebook.open()
        notebook.run_all()
        wait_for_state(notebook, "running")
        number = notebook.kernel("print(run.id)").strip()
        panel(notebook).evaluate(panel_page.WATCH)
    finally:
        # The server ends its kernels, as a restart of the machine's service does.
        stopped = time.time()
        first_lab.stop()
    shown = panel(notebook)
    assert panel_page.lost_after(notebook, shown, stopped) <= 2
    notebook.wait_for(lambda: shown.get_attribute("data-lost") == "offline", 10, "the server is gone")
    second_lab = Lab(tmp_path_factory.mktemp("second-lab"))
    try:
        second_lab.wait()
        code = (
            f"import toy_job\nfrom workbench import attach\nrun = attach({number!r}, {str(tmp_path)!r})\nrun"
        )
        second_lab.write_notebook("later.ipynb", [code])
        notebook = Notebook(second_lab, new_page(), "later.ipynb")
        notebook.open()
        notebook.run_all()
        shown = wait_for_state(notebook, "running")
        shown.get_by_role("button", name="Pause").click()
        wait_for_state(notebook, "paused")
        shown.get_by_role("button", name="Resume").click()
        wait_for_state(notebook, "running")
        assert "in another process" in shown.locator(".wb-time").inner_text()
        notebook.kernel("run.adjust(delay=0.0)")
        wait_for_state(notebook, "succeeded", 60)
        assert shown.locator(".wb-lines").inner_text() == "901 lines"
        assert (tmp_path / "base.txt").read_text() == "done"
    finally:
        second_lab.stop()
