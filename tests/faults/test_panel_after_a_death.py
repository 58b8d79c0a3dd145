"""A panel whose kernel, server or owner has died says so within two seconds, in a real JupyterLab."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lab import Notebook
from panel_page import WATCH, last_line, lost_after, panel, start_toy, state, wait_for_state

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Open = Callable[..., Notebook]
MOVING = """
panel => panel.getAnimations({ subtree: true }).filter((animation) => animation.playState === 'running').length
"""


def running(open_notebook: Open, project: Path, **options: object) -> tuple[Notebook, Any]:
    """Open a notebook with the panel of a run, one of whose bars has no end, that is watched."""
    notebook = open_notebook(start_toy(project, job="nested", steps=900, delay=0.5, **options))
    shown = panel(notebook)
    wait_for_state(notebook, shown, "running")
    notebook.wait_for(lambda: shown.evaluate(MOVING) > 0, 10, "a bar that moves by itself")
    shown.evaluate(WATCH)
    return notebook, shown


def assert_at_rest(notebook: Notebook, shown: Any) -> None:
    before = shown.locator(".wb-time").inner_text()
    assert before.endswith("elapsed when last heard")
    times = shown.locator(".wb-stage-time").all_inner_texts()
    notebook.page.wait_for_timeout(1200)
    assert shown.locator(".wb-time").inner_text() == before
    assert shown.locator(".wb-stage-time").all_inner_texts() == times
    assert shown.evaluate(MOVING) == 0


def told(shown: Any) -> str:
    return str(shown.locator(".wb-health").inner_text())


def test_a_killed_kernel_is_said_within_two_seconds_and_nothing_moves_on(
    open_notebook: Open, tmp_path: Path
) -> None:
    notebook, shown = running(open_notebook, tmp_path)
    number, process = notebook.kernel("import os; print(run.id, os.getpid())").split()
    moment = time.time()
    os.kill(int(process), signal.SIGKILL)
    assert lost_after(notebook, shown, moment) <= 2
    # The server restarts it some seconds later.
    notebook.wait_for(lambda: "The kernel was restarted" in told(shown), 15, "the restart")
    assert f'resume("{number}", project) does the rest' in told(shown)
    assert "ended with its kernel" in shown.locator(".wb-badge").inner_text()
    assert not shown.get_by_role("button", name="Cancel …").is_visible()
    assert_at_rest(notebook, shown)


@pytest.mark.parametrize(
    ("end", "word"), [("restartKernel", "The kernel was restarted"), ("shutdown", "The kernel was shut down")]
)
def test_a_kernel_that_is_restarted_or_shut_down_is_said_within_two_seconds(
    open_notebook: Open, tmp_path: Path, end: str, word: str
) -> None:
    notebook, shown = running(open_notebook, tmp_path)
    moment = time.time()
    notebook.page.evaluate(f"() => {{ window.jupyterapp.shell.currentWidget.sessionContext.{end}(); }}")
    assert lost_after(notebook, shown, moment) <= 2
    notebook.wait_for(lambda: word in told(shown), 5, told(shown))
    assert "the run ended with it" in told(shown)
    assert_at_rest(notebook, shown)


def test_a_kernel_that_does_not_answer_is_said_and_found_again_when_it_does(
    open_notebook: Open, tmp_path: Path
) -> None:
    notebook, shown = running(open_notebook, tmp_path)
    process = int(notebook.kernel("import os; print(os.getpid())"))
    moment = time.time()
    os.kill(process, signal.SIGSTOP)
    try:
        assert lost_after(notebook, shown, moment) <= 2
        assert "it is held up, or gone" in told(shown)
        assert_at_rest(notebook, shown)
    finally:
        os.kill(process, signal.SIGCONT)
    notebook.wait_for(lambda: shown.get_attribute("data-lost") is None, 5, "it is heard again")
    notebook.wait_for(lambda: shown.evaluate(MOVING) > 0, 5, "the bars move")
    assert "left" in shown.locator(".wb-time").inner_text()


def test_a_restart_does_not_end_a_detached_run_and_its_panel_says_so(
    open_notebook: Open, tmp_path: Path
) -> None:
    notebook, shown = running(open_notebook, tmp_path, detached=True)
    number = notebook.kernel("print(run.id)").strip()
    notebook.page.evaluate("() => { window.jupyterapp.shell.currentWidget.sessionContext.restartKernel(); }")
    sentence = f'The run works in another process: attach("{number}", project) shows it again.'
    notebook.wait_for(lambda: sentence in told(shown), 5, told(shown))
    attach = f"from workbench import attach; run = attach({number!r}, {str(tmp_path)!r})"
    again = f"{attach}; print(run.state); run.kill()"
    notebook.wait_for(lambda: "running" in notebook.kernel(again), 20, "the run")


def test_a_panel_that_its_kernel_has_closed_leaves_a_sentence(open_notebook: Open, tmp_path: Path) -> None:
    notebook, _ = running(open_notebook, tmp_path)
    number = notebook.kernel("print(run.id)").strip()
    notebook.kernel("from workbench.ui import panel_of; panel_of(run).close()")
    sentence = notebook.page.locator(".wb-closed")
    sentence.wait_for(timeout=2000)
    assert f'attach("{number}", project)' in sentence.inner_text()
    notebook.kernel("run.cancel()")


def test_the_lock_of_another_program_is_said_and_nothing_is_lost(open_notebook: Open, tmp_path: Path) -> None:
    notebook = open_notebook(start_toy(tmp_path, steps=900, delay=0.05))
    shown = panel(notebook)
    wait_for_state(notebook, shown, "running")
    holder = sqlite3.connect(tmp_path / ".workbench" / "journal.sqlite", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        sentence = "for the journal, which another program has locked"
        notebook.wait_for(lambda: sentence in told(shown), 6, told(shown))
        assert shown.locator(".wb-health").get_attribute("data-stalled") == ""
    finally:
        holder.execute("ROLLBACK")
        holder.close()
    notebook.wait_for(lambda: sentence not in told(shown), 6, "the lock is gone")
    before = last_line(shown)
    notebook.wait_for(lambda: last_line(shown) not in ("", before), 5, "new lines")
    assert state(shown) == "running"
    assert shown.locator(".wb-problem").count() == 0
    notebook.kernel("run.cancel()")


def test_a_run_out_of_reach_is_said_and_abandoned_by_the_button_in_the_history(
    open_notebook: Open, tmp_path: Path
) -> None:
    project = tmp_path / "kerala"
    owner = open_notebook(
        f"from workbench import Project\nProject.create({str(project)!r}, 'Kerala')\n"
        + start_toy(project, show=False, steps=900, delay=0.5)
    )
    owner.wait_for(lambda: "running" in owner.kernel("print(run.state)"), 20, "the run")
    number, process = owner.kernel("import os; print(run.id, os.getpid())").split()
    viewer = open_notebook(
        "import toy_job\nfrom workbench import Project\nfrom workbench.home.runs import RunHistory\n"
        f"history = RunHistory(Project.open({str(project)!r}))\nhistory"
    )
    chooser = viewer.page.locator(".jp-OutputArea select").first
    chooser.wait_for(timeout=30_000)
    chooser.select_option(index=1)
    shown = panel(viewer)
    wait_for_state(viewer, shown, "running")
    shown.evaluate(WATCH)
    os.kill(int(process), signal.SIGSTOP)
    try:
        with sqlite3.connect(project / ".workbench" / "journal.sqlite") as journal:
            elsewhere = "UPDATE run SET place = 'another boot', host = 'berlin', beat = ?"
            journal.execute(elsewhere, (time.time() - 50,))
        assert lost_after(viewer, shown, time.time()) <= 2
        assert f"No sign of life from its process ({process} on berlin) for 50 s" in told(shown)
        assert f"workbench cancel {number} --abandon" in told(shown)
        abandon = viewer.page.get_by_role("button", name="Abandon")
        abandon.click()
        wait_for_state(viewer, shown, "interrupted", 5)
        assert "Abandoned by " in shown.locator(".wb-reason").inner_text()
        viewer.page.get_by_text("The run was ended in the record").wait_for(timeout=5000)
        viewer.wait_for(abandon.is_disabled, 5, "nothing is left to abandon")
    finally:
        os.kill(int(process), signal.SIGCONT)
    owner.wait_for(lambda: "interrupted" in owner.kernel("print(run.state)"), 20, "its owner finds out")
