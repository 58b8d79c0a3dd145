"""The panel in a real JupyterLab, looked at and clicked in a real Chromium."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lab import Lab, Notebook
from panel_page import last_line, line_count, panel, start_toy, state, wait_for_state

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Open = Callable[..., Notebook]


def test_a_run_as_the_last_expression_of_a_cell_is_shown_live(open_notebook: Open, tmp_path: Path) -> None:
    notebook = open_notebook(start_toy(tmp_path, steps=80, delay=0.05, failing=True))
    shown = panel(notebook)
    wait_for_state(notebook, shown, "running")
    first = last_line(shown)
    notebook.wait_for(lambda: last_line(shown) not in ("", first), 5, "new lines")
    bar = shown.get_by_role("progressbar", name="Overall progress")
    notebook.wait_for(lambda: 20 <= int(bar.get_attribute("aria-valuenow") or 0) < 100, 5, "the bar moves")
    assert "left" in shown.locator(".wb-time").inner_text()
    wait_for_state(notebook, shown, "succeeded")
    assert line_count(shown) == "81 lines"
    assert last_line(shown) == "step 00079 took 0.05 s"
    assert (
        "ValueError: the totals differ by 3 MWh"
        in shown.locator('.wb-stage[data-state="failed"]').inner_text()
    )
    assert "failed: check" in shown.locator(".wb-reason").inner_text()
    assert shown.get_attribute("data-cause") == "incomplete"
    assert shown.locator(".wb-badge").inner_text().split() == ["◐", "succeeded,", "incomplete"]
    assert "4.125" in shown.locator(".wb-metrics").inner_text()
    assert str(tmp_path / "base.txt") in shown.locator(".wb-artifacts").inner_text()
    assert bar.get_attribute("aria-valuenow") == "100"


def test_bad_input_lists_every_problem_and_leaves_the_traceback_to_a_level(
    open_notebook: Open, tmp_path: Path
) -> None:
    notebook = open_notebook(start_toy(tmp_path, steps=1, delay=0.0, blanks=3))
    shown = panel(notebook)
    wait_for_state(notebook, shown, "failed")
    details = shown.locator(".wb-details").inner_text()
    assert "sheet 'Sales', in 3 cells (B3, B4, B5): is blank" in details
    assert "cell C1: has no year above C" in details
    notebook.wait_for(lambda: " of " in line_count(shown), 5, "the level is raised")
    assert "Traceback" not in shown.locator(".wb-rows").inner_text()
    shown.locator(".wb-level").select_option("debug")
    notebook.wait_for(lambda: "InvalidData" in last_line(shown), 5, "the traceback")


def test_the_log_is_filtered_by_level_and_text_in_the_kernel(open_notebook: Open, tmp_path: Path) -> None:
    notebook = open_notebook(start_toy(tmp_path, steps=300, delay=0.0))
    shown = panel(notebook)
    wait_for_state(notebook, shown, "succeeded")
    shown.locator(".wb-level").select_option("warning")
    notebook.wait_for(lambda: line_count(shown) == "30 of 301 lines", 5, "30 warnings")
    assert last_line(shown).startswith("step 00299")
    shown.locator(".wb-filter").fill("STEP 0001")
    notebook.wait_for(lambda: line_count(shown) == "1 of 301 lines", 5, "one warning with that text")
    assert last_line(shown).startswith("step 00019")
    shown.locator(".wb-filter").fill("no such text")
    notebook.wait_for(lambda: line_count(shown) == "0 of 301 lines", 5, "no line")
    assert "No line passes the filter" in shown.locator(".wb-empty").inner_text()


def test_pause_resume_adjust_and_cancel_do_what_they_say(open_notebook: Open, tmp_path: Path) -> None:
    notebook = open_notebook(start_toy(tmp_path, steps=100_000, delay=0.02))
    shown = panel(notebook)
    wait_for_state(notebook, shown, "running")
    shown.get_by_role("button", name="Pause").click()
    wait_for_state(notebook, shown, "paused")
    held = line_count(shown)
    notebook.page.wait_for_timeout(500)
    assert line_count(shown) == held
    shown.locator(".wb-settings > summary").click()
    delay = shown.get_by_label("Delay")
    delay.fill("7")
    shown.get_by_role("button", name="Apply").click()
    problem = "Delay (delay) is 7.0 s, the most allowed is 2.0 s."
    notebook.wait_for(lambda: problem in shown.locator(".wb-problems").inner_text(), 5, "the refusal")
    assert problem in shown.locator(".wb-field-error").first.inner_text()
    assert notebook.kernel("print(run.config.delay)").strip() == "0.02"
    delay.fill("0.011")
    shown.get_by_role("button", name="Apply").click()
    notebook.wait_for(
        lambda: notebook.kernel("print(run.config.delay)").strip() == "0.011", 5, "the new delay"
    )
    shown.get_by_role("button", name="Resume").click()
    wait_for_state(notebook, shown, "running")
    notebook.wait_for(lambda: "took 0.011 s" in last_line(shown), 5, "work with the new delay")
    shown.get_by_role("button", name="Cancel …").click()
    notebook.page.wait_for_timeout(500)
    shown.get_by_role("button", name="Keep running").click()
    assert state(shown) == "running"
    shown.get_by_role("button", name="Cancel …").click()
    notebook.page.wait_for_timeout(500)
    shown.get_by_role("button", name="Cancel the run").click()
    wait_for_state(notebook, shown, "cancelled")
    assert "Cause: person" in shown.locator(".wb-reason").inner_text()
    assert not shown.get_by_role("button", name="Pause").is_visible()


def test_a_double_click_on_cancel_asks_and_does_not_cancel(open_notebook: Open, tmp_path: Path) -> None:
    notebook = open_notebook(start_toy(tmp_path, steps=100_000, delay=0.02))
    shown = panel(notebook)
    wait_for_state(notebook, shown, "running")
    box = shown.get_by_role("button", name="Cancel …").bounding_box()
    notebook.page.mouse.dblclick(box["x"] + 5, box["y"] + 5)
    notebook.page.wait_for_timeout(700)
    assert state(shown) == "running"
    confirm = shown.get_by_role("button", name="Cancel the run")
    confirm.dblclick()
    wait_for_state(notebook, shown, "cancelled")
    asked = "print([e.data['request'] for e in run.events() if e.kind == 'control' and e.data['phase'] == 'asked'])"
    assert notebook.kernel(asked).strip() == "['cancel']"
    assert shown.locator(".wb-problem").count() == 0


@pytest.mark.thorough
def test_a_reload_in_the_middle_misses_no_line(open_notebook: Open, tmp_path: Path) -> None:
    notebook = open_notebook(start_toy(tmp_path, steps=600, delay=0.02))
    shown = panel(notebook)
    notebook.wait_for(lambda: "step 0009" in last_line(shown), 10, "a hundred lines")
    notebook.save()
    notebook.page.wait_for_timeout(500)
    notebook.open()
    shown = panel(notebook)
    wait_for_state(notebook, shown, "running")
    wait_for_state(notebook, shown, "succeeded", 30)
    assert line_count(shown) == "601 lines"
    titles = shown.locator(".wb-stage-title").all_inner_texts()
    assert titles == ["Read inputs", "Forecast", "Write results"]
    assert read_every_line(notebook, shown) == ["reading", *(f"step {n:05d} took 0.02 s" for n in range(600))]


def read_every_line(notebook: Notebook, shown: Any) -> list[str]:
    """Scroll through the whole log and read each row as it appears."""
    read: dict[int, str] = {}
    pane = shown.locator(".wb-pane")
    height = pane.evaluate("pane => pane.scrollHeight")
    for top in range(0, height, 200):
        pane.evaluate(SCROLL, top)
        notebook.wait_for(lambda: all(line for line, _ in pane.evaluate(ROWS)), 5, f"rows at {top}")
        read.update({int(line): text for line, text in pane.evaluate(ROWS)})
    assert sorted(read) == list(range(1, len(read) + 1))
    return [read[line] for line in sorted(read)]


SCROLL = """
async (pane, top) => {
  pane.dispatchEvent(new WheelEvent('wheel'));
  pane.scrollTop = top;
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}
"""
ROWS = """
(pane) => [...pane.querySelectorAll('.wb-row:not([hidden])')]
  .map((row) => [row.dataset.line, row.lastChild.textContent])
"""


def test_a_log_of_100_000_lines_is_scrolled_copied_and_saved_with_few_rows_in_the_page(
    open_notebook: Open, tmp_path: Path
) -> None:
    notebook = open_notebook(
        start_toy(tmp_path, job="flood", steps=100_000), permissions=["clipboard-read", "clipboard-write"]
    )
    shown = panel(notebook)
    wait_for_state(notebook, shown, "succeeded")
    notebook.wait_for(lambda: last_line(shown).startswith("line 099999"), 5, "the last line")
    assert shown.locator(".wb-row").count() < 40
    shown.locator(".wb-pane").evaluate(SCROLL, 50_000 * 19)
    notebook.wait_for(lambda: last_line(shown).startswith("line 0500"), 5, "the middle")
    assert shown.get_by_role("button", name="Follow").get_attribute("aria-pressed") == "false"
    assert shown.locator(".wb-row").count() < 40
    with notebook.page.expect_download() as download:
        shown.get_by_role("button", name="Download").click()
    saved = Path(download.value.path()).read_text(encoding="utf-8").splitlines()
    assert len(saved) == 100_000
    assert all(f"line {number:06d} at" in line for number, line in enumerate(saved))
    shown.locator(".wb-filter").fill("line 0777")
    notebook.wait_for(lambda: line_count(shown).startswith("100 of"), 5, "the filter")
    shown.get_by_role("button", name="Copy").click()
    copied = "() => navigator.clipboard.readText()"
    notebook.wait_for(lambda: notebook.page.evaluate(copied).count("line 0777") == 100, 5, "the clipboard")


def test_shown_twice_both_views_are_live_with_a_filter_of_their_own(
    open_notebook: Open, tmp_path: Path
) -> None:
    notebook = open_notebook(start_toy(tmp_path, steps=200, delay=0.02), "run")
    first, second = panel(notebook, 0), panel(notebook, 1)
    wait_for_state(notebook, first, "running")
    wait_for_state(notebook, second, "running")
    second.locator(".wb-level").select_option("warning")
    wait_for_state(notebook, first, "succeeded")
    wait_for_state(notebook, second, "succeeded")
    notebook.wait_for(lambda: line_count(first) == "201 lines", 5, "all lines")
    notebook.wait_for(lambda: line_count(second) == "20 of 201 lines", 5, "the warnings")
    assert last_line(first) == last_line(second) == "step 00199 took 0.02 s"
    assert (
        notebook.kernel(
            "import threading; print(sum('panel' in t.name for t in threading.enumerate()))"
        ).strip()
        in "01"
    )


def test_another_kernel_follows_live_and_can_cancel(open_notebook: Open, tmp_path: Path) -> None:
    owner = open_notebook(start_toy(tmp_path, show=False, steps=100_000, delay=0.02))
    owner.wait_for(lambda: owner.kernel("print(run.last_seq())").strip().isdigit(), 20, "the run")
    number = owner.kernel("print(run.id)").strip()
    viewer = open_notebook(
        f"import toy_job\nfrom workbench import attach\nrun = attach({number!r}, {str(tmp_path)!r})\nrun"
    )
    shown = panel(viewer)
    wait_for_state(viewer, shown, "running")
    before = last_line(shown)
    viewer.wait_for(lambda: last_line(shown) not in ("", before), 5, "new lines")
    assert "in another process" in shown.locator(".wb-time").inner_text()
    shown.get_by_role("button", name="Cancel …").click()
    viewer.page.wait_for_timeout(500)
    shown.get_by_role("button", name="Cancel the run").click()
    wait_for_state(viewer, shown, "cancelled")
    assert owner.kernel("print(run.state)").strip() == "cancelled"
    assert shown.locator(".wb-stage-title").all_inner_texts() == ["Read inputs", "Forecast"]


def test_while_a_cell_blocks_the_kernel_the_panel_is_live_and_can_cancel(
    open_notebook: Open, tmp_path: Path
) -> None:
    notebook = open_notebook(start_toy(tmp_path, steps=100_000, delay=0.02), "run.wait()\n'waited'")
    shown = panel(notebook)
    wait_for_state(notebook, shown, "running")
    before = last_line(shown)
    notebook.wait_for(lambda: last_line(shown) not in ("", before), 5, "new lines")
    shown.get_by_role("button", name="Cancel …").click()
    notebook.page.wait_for_timeout(500)
    shown.get_by_role("button", name="Cancel the run").click()
    wait_for_state(notebook, shown, "cancelled", 8)
    notebook.page.get_by_text("'waited'", exact=True).last.wait_for(timeout=5000)


def test_an_error_in_a_callback_appears_in_the_strip(open_notebook: Open, tmp_path: Path) -> None:
    notebook = open_notebook(
        start_toy(tmp_path, show=False, steps=5, delay=0.0),
        "from workbench.ui.run_view import RunView\n"
        "def broken(result):\n    raise KeyError('no such table')\n"
        "view = RunView(toy_job.toy, project, result_view=broken)\nview.show(run)\nview",
    )
    shown = panel(notebook)
    notebook.wait_for(lambda: shown.locator(".wb-problem").count() == 1, 10, "the strip")
    assert "KeyError: 'no such table'" in shown.locator(".wb-problems").inner_text()
    shown.get_by_role("button", name="Dismiss").click()
    notebook.wait_for(lambda: shown.locator(".wb-problem").count() == 0, 5, "dismissed")


def test_after_kill_9_the_run_is_interrupted_and_resume_does_only_the_rest(
    open_notebook: Open, lab: Lab, tmp_path: Path
) -> None:
    follow = "run = attach(runs(project)[0].id, project)\nrun"
    imports = "import toy_job\nfrom workbench import attach, resume\nfrom workbench.runs import runs"
    viewer = open_notebook(f"{imports}\nproject = {str(tmp_path)!r}\n{follow}", run=False)
    viewer.kernel(imports)
    owner = open_notebook(start_toy(tmp_path, job="units", delay=1.5))
    panel(owner)
    marks = tmp_path / "marks.txt"
    owner.wait_for(lambda: marks.exists() and len(marks.read_text().split()) >= 3, 20, "three units")
    number, process = owner.kernel("import os; print(run.id, os.getpid())").split()
    viewer.run_all()
    shown = panel(viewer)
    wait_for_state(viewer, shown, "running")
    os.kill(int(process), signal.SIGKILL)
    wait_for_state(viewer, shown, "interrupted", 2)
    assert "process gone" in shown.locator(".wb-reason").inner_text()
    assert f'resume("{number}", project)' in shown.locator(".wb-next").inner_text()
    done = marks.read_text().split()
    viewer.kernel(f"again = resume({number!r}, {str(tmp_path)!r})")
    viewer.wait_for(lambda: viewer.kernel("print(again.state)").strip() == "succeeded", 20, "the rest")
    after = marks.read_text().split()
    assert sorted(set(after)) == [str(unit) for unit in range(8)]
    # Only the unit in hand when the kernel was killed may have left a mark and be done again.
    assert len(after) <= 9
    assert after[: len(done)] == done
    assert viewer.kernel("print(again.result())").count("unit") == 8


def test_forged_messages_change_nothing(open_notebook: Open, tmp_path: Path) -> None:
    notebook = open_notebook(start_toy(tmp_path, steps=100_000, delay=0.02))
    shown = panel(notebook)
    wait_for_state(notebook, shown, "running")
    notebook.page.evaluate(FORGE)
    notebook.page.wait_for_timeout(1000)
    assert state(shown) == "running"
    assert notebook.kernel("print(run.state, run.config.delay, run.config.steps)").split() == [
        "running",
        "0.02",
        "100000",
    ]
    assert "'run': run.id" not in notebook.kernel(
        "from workbench.ui import panel_of; print(panel_of(run).identity)"
    )
    assert notebook.kernel("print(panel_of(run).identity['run'] == run.id)").strip() == "True"
    before = last_line(shown)
    notebook.wait_for(lambda: last_line(shown) != before, 5, "the panel is alive")
    notebook.kernel("run.cancel(); run.wait()")


FORGE = """
async () => {
  const context = window.jupyterapp.shell.currentWidget.sessionContext;
  const kernel = context.session.kernel;
  const answer = await kernel.requestCommInfo({ target_name: 'jupyter.widget' });
  const forged = [
    'text', 7, null, [], {}, { kind: 'control', action: 'cancel' },
    { kind: 'control', action: '__class__', client: 'a', id: 1 },
    { kind: 'control', action: 'result', client: 'a', id: 1 },
    { kind: 'adjust', changes: { steps: 1 }, client: 'a', id: 1 },
    { kind: 'adjust', changes: { by: 'me', self: 1 }, client: 'a', id: 1 },
    { kind: 'adjust', changes: { delay: { a: 1 } }, client: 'a', id: 1 },
    { kind: 'lines', filter: ['debug', ''], first: -1, count: 1e9, client: 'a', id: 1 },
    { kind: 'lines', filter: ['debug', 'x'.repeat(1e6)], first: 0, count: 1, client: 'a', id: 1 },
    { kind: 'watch', filters: Array(1000).fill(['debug', '']), client: 'a', id: 1 },
    { kind: 'exec', code: 'run.cancel()', client: 'a', id: 1 },
    { kind: 'hello', client: '../../x', id: 1 },
  ];
  for (const id of Object.keys(answer.content.comms)) {
    const send = (data) => kernel.sendShellMessage({
      header: {
        msg_id: crypto.randomUUID(), msg_type: 'comm_msg', session: kernel.clientId, username: '',
        date: new Date().toISOString(), version: '5.3',
      },
      parent_header: {}, metadata: {}, buffers: [], channel: 'shell', content: { comm_id: id, data },
    }, false, true);
    for (const content of forged) send({ method: 'custom', content });
    send({ method: 'update', state: { identity: { run: 'forged' }, _esm: 'alert(1)' }, buffer_paths: [] });
  }
}
"""
