"""Reading a panel in a real JupyterLab: long lines, whole rows, loops in loops, folding when the run has ended."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lab import Notebook
from panel_page import panel, start_toy, wait_for_state

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Open = Callable[..., Notebook]

# Rows of a list that its edge cuts, by more than a device pixel's rounding.
CUT = """
panel => {
  const lists = {
    '.wb-rows': '.wb-row:not([hidden])', '.wb-stages': '.wb-stage, .wb-loop:not([hidden])',
    '.wb-metrics': '.wb-metric', '.wb-artifacts': 'li', '.wb-details': 'li', '.wb-problems': '.wb-problem',
  };
  const cut = [];
  for (const [name, rows] of Object.entries(lists)) {
    const list = panel.querySelector(name);
    if (!list.clientHeight) continue;
    const pane = name === '.wb-rows' ? panel.querySelector('.wb-pane') : list;
    const box = pane.getBoundingClientRect();
    const zoom = box.height / pane.offsetHeight;
    const [top, bottom] = [box.top + pane.clientTop * zoom, box.top + (pane.clientTop + pane.clientHeight) * zoom];
    const lines = [...list.querySelectorAll(rows)].flatMap((row) => {
      const whole = row.getBoundingClientRect();
      const step = parseFloat(getComputedStyle(row).lineHeight) || whole.height;
      const wraps = ['.wb-rows', '.wb-problems', '.wb-details'].includes(name);
      const count = wraps ? Math.max(1, Math.round(whole.height / step)) : 1;
      const line = whole.height / count;
      return Array.from({ length: count }, (_, at) => [whole.top + at * line, whole.top + (at + 1) * line]);
    });
    for (const [from, to] of lines) {
      if ((from < top - 0.9 && to > top + 0.9) || (from < bottom - 0.9 && to > bottom + 0.9)) {
        cut.push(`${name}: ${from} to ${to} in ${top} to ${bottom}`);
      }
    }
  }
  return cut;
}
"""
SCROLL_LISTS = """
panel => {
  for (const name of ['.wb-pane', '.wb-stages', '.wb-metrics', '.wb-artifacts', '.wb-problems']) {
    const list = panel.querySelector(name);
    list.dispatchEvent(new WheelEvent('wheel'));
    list.scrollTop = 33;
  }
}
"""


def holding(open_notebook: Open, project: Path) -> tuple[Notebook, Any]:
    notebook = open_notebook(start_toy(project, job="lists"))
    shown = panel(notebook)
    wait_for_state(notebook, shown, "running")
    notebook.wait_for(lambda: shown.locator(".wb-stage").count() == 25, 20, "all stages")
    return notebook, shown


@pytest.mark.thorough
def test_no_list_is_cut_in_the_middle_of_a_row_at_any_width_zoom_and_theme(
    open_notebook: Open, tmp_path: Path
) -> None:
    notebook, shown = holding(open_notebook, tmp_path)
    problem = "A callback failed, and this is the sentence that says how, at some length. " * 3
    notebook.kernel(
        f"from workbench.ui import panel_of\nfor n in range(9): panel_of(run).show_error(str(n) + {problem!r})"
    )
    notebook.wait_for(lambda: shown.locator(".wb-problem").count() == 9, 5, "the problems")
    browser = notebook.page.context.new_cdp_session(notebook.page)
    cut = {}
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        notebook.page.evaluate(
            "theme => window.jupyterapp.commands.execute('apputils:change-theme', { theme })", theme
        )
        for width in (1400, 400):
            for zoom in (1, 1.25, 1.5) if "Light" in theme else (1.1,):
                size = {"width": int(width / zoom), "height": int(900 / zoom)}
                metrics = {**size, "deviceScaleFactor": zoom, "mobile": False}
                browser.send("Emulation.setDeviceMetricsOverride", metrics)
                for wrapped in (False, True):
                    button = shown.get_by_role("button", name="Wrap")
                    if (button.get_attribute("aria-pressed") == "true") != wrapped:
                        button.evaluate("button => button.click()")
                    shown.evaluate(SCROLL_LISTS)
                    notebook.page.wait_for_timeout(180)
                    cut[theme, width, zoom, wrapped] = shown.evaluate(CUT)
    assert {place: rows for place, rows in cut.items() if rows} == {}
    notebook.kernel("run.cancel()")


def test_long_lines_wrap_on_request_and_every_line_can_be_reached(
    open_notebook: Open, tmp_path: Path
) -> None:
    notebook, shown = holding(open_notebook, tmp_path)
    pane = shown.locator(".wb-pane")
    assert pane.evaluate("pane => pane.scrollWidth > pane.clientWidth")
    wrap = shown.get_by_role("button", name="Wrap")
    wrap.focus()
    notebook.page.keyboard.press("Enter")
    notebook.wait_for(lambda: wrap.get_attribute("aria-pressed") == "true", 2, "pressed by a key")
    assert pane.evaluate("pane => pane.scrollWidth <= pane.clientWidth")
    assert pane.locator(".wb-row:visible").last.inner_text().rstrip().endswith("goes on")
    assert pane.locator(".wb-row:visible").last.bounding_box()["height"] > 19
    seen = set(pane.evaluate(WHOLE))
    top = 1
    while top > 0:
        top = pane.evaluate(UP)
        # What the page does not have yet it fetches.
        notebook.wait_for(lambda: None not in pane.evaluate(WHOLE), 5, f"the lines at {top}")
        seen.update(pane.evaluate(WHOLE))
    lines = int(shown.locator(".wb-lines").inner_text().split()[0])
    assert sorted(map(int, seen)) == list(range(1, lines + 1))
    notebook.save()
    notebook.page.wait_for_timeout(300)
    notebook.open()
    shown = panel(notebook)
    wait_for_state(notebook, shown, "running")
    assert shown.get_by_role("button", name="Wrap").get_attribute("aria-pressed") == "true", (
        "it is remembered"
    )
    notebook.kernel("run.cancel()")


UP = """
async (pane) => {
  pane.dispatchEvent(new WheelEvent('wheel'));
  pane.scrollTop -= 19;
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return pane.scrollTop;
}
"""
WHOLE = """
pane => {
  const box = pane.getBoundingClientRect();
  return [...pane.querySelectorAll('.wb-row:not([hidden])')].filter((row) => {
    const place = row.getBoundingClientRect();
    return place.top > box.top - 2 && place.bottom < box.bottom + 2;
  }).map((row) => row.dataset.line);
}
"""


def test_loops_inside_loops_each_have_a_bar_of_their_own(open_notebook: Open, tmp_path: Path) -> None:
    notebook = open_notebook(start_toy(tmp_path, job="nested", steps=5, delay=0.15))
    shown = panel(notebook)
    wait_for_state(notebook, shown, "running")
    loops = shown.locator(".wb-stage-box .wb-loop:visible")
    notebook.wait_for(lambda: loops.count() == 3, 10, "three bars")
    notebook.wait_for(lambda: "Years: 1 of 4" in loops.nth(0).inner_text(), 10, "the second year")
    assert loops.nth(1).inner_text().startswith("Sites: ")
    assert loops.nth(2).inner_text().startswith("Tries: ")
    bars = [loops.nth(number).get_by_role("progressbar") for number in range(3)]
    assert bars[0].get_attribute("aria-valuenow") == "25"
    notebook.wait_for(lambda: bars[1].get_attribute("aria-valuenow") == "40", 5, "two of five sites")
    assert bars[2].get_attribute("aria-valuenow") is None, "nobody knows how many tries"
    heights = []
    for _ in range(30):
        heights.append(shown.locator(".wb-stages").bounding_box()["height"])
        notebook.page.wait_for_timeout(40)
    assert len(set(heights)) == 1, "no bar comes and goes between two items"
    wait_for_state(notebook, shown, "succeeded")
    assert loops.count() == 0


def test_the_panel_folds_to_one_line_when_the_run_has_ended(open_notebook: Open, tmp_path: Path) -> None:
    notebook = open_notebook(start_toy(tmp_path, steps=60, delay=0.05, failing=True))
    shown = panel(notebook)
    wait_for_state(notebook, shown, "succeeded", keep_open=False)
    notebook.wait_for(lambda: shown.get_attribute("data-folded") == "", 6, "folded")
    assert shown.bounding_box()["height"] < 56
    assert "succeeded, incomplete" in shown.locator(".wb-badge").inner_text()
    assert shown.locator(".wb-brief-time").inner_text().endswith(" s")
    notes = shown.locator(".wb-brief-note").all_inner_texts()
    assert len(notes) == 3
    assert "Check: ValueError: the totals differ by 3 MWh" in notes[0]
    assert "step 00009" in notes[1]
    button = shown.get_by_role("button", name="Show all")
    button.focus()
    notebook.page.keyboard.press("Enter")
    notebook.wait_for(lambda: shown.get_attribute("data-folded") is None, 2, "unfolded")
    assert shown.locator(".wb-row:visible").count() == 13
    shown.get_by_role("button", name="Fold").click()
    notebook.page.set_viewport_size({"width": 400, "height": 900})
    notebook.wait_for(lambda: shown.get_attribute("data-folded") == "", 2, "folded again")
    assert shown.evaluate("panel => panel.scrollWidth <= panel.clientWidth")
    assert all(box.is_visible() for box in shown.locator(".wb-brief-note").all())


@pytest.mark.thorough
def test_the_panel_does_not_fold_while_somebody_reads_it(open_notebook: Open, tmp_path: Path) -> None:
    notebook = open_notebook(start_toy(tmp_path, steps=60, delay=0.05), "run", "run", "run")
    focused, scrolled, selected, left = (panel(notebook, number) for number in range(4))
    for shown in (focused, scrolled, selected, left):
        wait_for_state(notebook, shown, "running")
    focused.locator(".wb-filter").focus()
    notebook.wait_for(lambda: scrolled.locator(".wb-row:visible").count() == 13, 10, "lines")
    scrolled.locator(".wb-pane").evaluate(
        "pane => { pane.dispatchEvent(new WheelEvent('wheel')); pane.scrollTop = 0; }"
    )
    selected.evaluate("panel => getSelection().selectAllChildren(panel.querySelector('.wb-title'))")
    focused.locator(".wb-filter").evaluate("input => input.focus({ preventScroll: true })")
    wait_for_state(notebook, left, "succeeded", keep_open=False)
    notebook.wait_for(lambda: left.get_attribute("data-folded") == "", 6, "the one that nobody reads")
    notebook.page.wait_for_timeout(2500)
    for shown, what in ((focused, "focus"), (scrolled, "scrolled"), (selected, "selection")):
        assert shown.get_attribute("data-folded") is None, what
    focused.locator(".wb-filter").evaluate("input => input.blur()")
    notebook.wait_for(lambda: focused.get_attribute("data-folded") == "", 6, "nobody reads it any more")
