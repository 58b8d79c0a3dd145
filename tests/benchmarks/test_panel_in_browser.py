"""The panel under load in a real JupyterLab, beside the ways that notebooks usually show progress."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "ui"))

from lab import Notebook

pytestmark = [pytest.mark.benchmark, pytest.mark.browser]

Open = Callable[..., Notebook]
Report = Callable[[str, float, float | None, str, str, bool], None]

LINES = 100_000
PEER_LINES = 300

WATCH = """
(selector) => {
  window.seen = new Map();
  window.longest = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.longest = Math.max(window.longest, entry.duration);
  }).observe({ type: 'longtask' });
  let planned = false;
  const look = () => {
    planned = false;
    for (const node of document.querySelectorAll(selector)) {
      const text = node.textContent.slice(-300).split('\\n').filter((line) => line.includes(' at ')).at(-1) ?? '';
      if (!window.seen.has(text)) window.seen.set(text, Date.now());
    }
  };
  // Once a frame, so that looking does not slow down what is looked at.
  new MutationObserver(() => {
    if (!planned) requestAnimationFrame(look);
    planned = true;
  }).observe(document.body, { childList: true, subtree: true, characterData: true });
}
"""
"""Notes when each line is in the page for the first time; emitter and page read the same clock."""

PANEL_ROWS = ".wb-row:not([hidden]) .wb-row-message"


def prepared(open_notebook: Open, *cells: str, selector: str = PANEL_ROWS) -> Notebook:
    notebook = open_notebook(*cells, run=False)
    notebook.kernel("import toy_job, time, ipywidgets, workbench.ui\nfrom workbench import start, attach")
    notebook.page.evaluate(WATCH, selector)
    return notebook


def start_cell(job: str, folder: Path, steps: int) -> str:
    return f"run = start({job!r}, {str(folder)!r}, steps={steps})\nrun"


def seen(notebook: Notebook) -> dict[str, float]:
    """When each line appeared (s since 1970), by its text."""
    entries: dict[str, float] = notebook.page.evaluate("() => Object.fromEntries(window.seen)")
    return {text: moment / 1000 for text, moment in entries.items() if " at " in text}


def delays(notebook: Notebook) -> list[float]:
    return [moment - float(text.rpartition(" at ")[2]) for text, moment in seen(notebook).items()]


def percentile_95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def flood_of_output_widget(open_notebook: Open) -> tuple[float, float, float]:
    """Seconds a line, lag of the last line (s), longest task (ms) of ipywidgets.Output.append_stdout."""
    cell = (
        "import threading\nout = ipywidgets.Output()\ndisplay(out)\n"
        "def work():\n"
        "    time.sleep(2)\n"
        f"    for n in range({PEER_LINES}):\n"
        "        out.append_stdout(f'line {n:06d} at {time.time():.4f}\\n')\n"
        "threading.Thread(target=work).start()"
    )
    notebook = prepared(open_notebook, cell, selector=".jp-OutputArea-output pre")
    notebook.run_all()
    last = f"line {PEER_LINES - 1:06d} at "
    notebook.wait_for(lambda: any(text.startswith(last) for text in seen(notebook)), 120, "the last line")
    shown = seen(notebook)
    text, moment = next((text, moment) for text, moment in shown.items() if text.startswith(last))
    emitted = float(text.rpartition(" at ")[2])
    first = min(float(text.rpartition(" at ")[2]) for text in shown)
    longest: float = notebook.page.evaluate("() => window.longest")
    return (moment - first) / PEER_LINES, moment - emitted, longest


def test_a_flood_of_lines_reaches_the_screen_and_leaves_the_page_responsive(
    open_notebook: Open, tmp_path: Path, report: Report
) -> None:
    notebook = prepared(open_notebook, start_cell("flood", tmp_path, LINES))
    notebook.page.evaluate("() => { window.longest = 0; }")
    notebook.run_all()
    last = f"line {LINES - 1:06d} at "
    notebook.wait_for(lambda: any(text.startswith(last) for text in seen(notebook)), 90, "the last line")
    text, moment = next((text, moment) for text, moment in seen(notebook).items() if text.startswith(last))
    emitted = float(text.rpartition(" at ")[2])
    longest: float = notebook.page.evaluate("() => window.longest")
    begun = float(notebook.kernel("print(run.lines(0, 1)[0].time)"))
    kept = int(notebook.kernel("print(run.count_lines())"))
    per_line, peer_lag, peer_longest = flood_of_output_widget(open_notebook)
    lag, whole, peer_whole = moment - emitted, moment - begun, per_line * LINES
    beside = f"beside: ipywidgets.Output at {PEER_LINES} lines"
    report(f"flood: lag of line {LINES:,} on the screen ({beside})", lag, peer_lag, "s", "<= 1", lag <= 1)
    extrapolated = f"beside: Output, extrapolated from {PEER_LINES} lines"
    what = f"flood: {LINES:,} lines from first emit to screen ({extrapolated})"
    report(what, whole, peer_whole, "s", "less than the peer", whole < peer_whole)
    what = f"flood: longest task of the page ({beside})"
    report(what, longest, peer_longest, "ms", "<= 200", longest <= 200)
    report("flood: lines in the journal", kept, None, "lines", f"= {LINES}", kept == LINES)


class Frames:
    """Counts what comes over the kernel's websocket."""

    def __init__(self, page: Any) -> None:
        self.sizes: list[tuple[float, int]] = []
        page.on("websocket", lambda socket: socket.on("framereceived", self._add))

    def _add(self, payload: str | bytes) -> None:
        self.sizes.append((time.monotonic(), len(payload)))

    def rates(self, begin: float, end: float) -> tuple[float, float]:
        """Messages and bytes a second between two moments."""
        sizes = [size for moment, size in self.sizes if begin <= moment <= end]
        return len(sizes) / (end - begin), sum(sizes) / (end - begin)


def rates_of(new_page: Callable[..., Any], lab: Any, cell: str, seconds: float) -> tuple[float, float]:
    name = f"rates-{abs(hash(cell))}.ipynb"
    lab.write_notebook(name, [cell])
    page = new_page()
    frames = Frames(page)
    notebook = Notebook(lab, page, name)
    notebook.open()
    notebook.kernel("import toy_job, time, ipywidgets, threading, workbench.ui\nfrom workbench import start")
    notebook.run_all()
    page.wait_for_timeout(1500)
    begin = time.monotonic()
    page.wait_for_timeout(seconds * 1000)
    end = time.monotonic()
    if "run = " in cell:
        assert notebook.kernel("print(run.state)").strip() == "running", "it ended while it was measured"
        notebook.kernel("run.cancel()")
    return frames.rates(begin, end)


def test_the_wire_stays_quiet_at_any_event_rate(
    new_page: Callable[..., Any], lab: Any, tmp_path: Path, report: Report
) -> None:
    peer = (
        "bar = ipywidgets.IntProgress(max=10**6); line = ipywidgets.HTML(); display(bar, line)\n"
        "def work():\n"
        "    for n in range(4000):\n"
        "        bar.value = n; line.value = f'step {n:05d}'\n"
        "        time.sleep(0.001)\n"
        "threading.Thread(target=work).start()"
    )
    peer_messages, peer_bytes = rates_of(new_page, lab, peer, 2)
    for what, cell in {
        "1000 events/s": f"run = start('toy', {str(tmp_path)!r}, steps=20_000, delay=0.001)\nrun",
        "a flood": f"run = start('flood', {str(tmp_path)!r}, steps=1_000_000)\nrun",
    }.items():
        messages, volume = rates_of(new_page, lab, cell, 2)
        beside = "beside: one trait update per event, 1000 events/s"
        name = f"messages to the browser at {what} ({beside})"
        report(name, messages, peer_messages, "1/s", "<= 15", messages <= 15)
        name = f"bytes to the browser at {what} ({beside})"
        report(name, volume / 1000, peer_bytes / 1000, "kB/s", "<= 100", volume <= 100_000)


def test_an_event_is_on_the_screen_soon(open_notebook: Open, tmp_path: Path, report: Report) -> None:
    notebook = prepared(open_notebook, start_cell("ticks", tmp_path, 600))
    notebook.run_all()
    notebook.wait_for(
        lambda: any(text.startswith("tick 000599") for text in seen(notebook)), 30, "the last tick"
    )
    # The first second is the making of the panel.
    measured = [
        delay for text, delay in zip(seen(notebook), delays(notebook), strict=True) if text > "tick 000100"
    ]
    assert len(measured) > 400
    found = percentile_95(measured)
    report("event to pixel at 100 events/s, p95", found * 1000, None, "ms", "<= 150", found <= 0.150)


def test_another_kernel_sees_an_event_soon(open_notebook: Open, tmp_path: Path, report: Report) -> None:
    owner = prepared(open_notebook)
    owner.kernel(f"run = start('ticks', {str(tmp_path)!r}, steps=2500)")
    number = owner.kernel("print(run.id)").strip()
    viewer = prepared(open_notebook, f"run = attach({number!r}, {str(tmp_path)!r})\nrun")
    viewer.run_all()
    viewer.page.wait_for_selector(PANEL_ROWS)
    viewer.page.wait_for_timeout(1500)
    viewer.page.evaluate("() => window.seen.clear()")
    viewer.page.wait_for_timeout(5000)
    measured = delays(viewer)[20:]
    owner.kernel("run.cancel()")
    assert len(measured) > 200
    found = percentile_95(measured)
    report("event to pixel from another kernel, p95", found * 1000, None, "ms", "<= 500", found <= 0.5)
