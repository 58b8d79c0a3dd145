"""Published boards: how soon they are there, what they weigh, and twenty readers at once."""

from __future__ import annotations

import re
import shutil
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "ui"))
sys.path.insert(0, str(Path(__file__).parents[1] / "publishing"))

from lab import CHROMIUM_ARGUMENTS
from site_under_test import Site, Visitor, write_board

from workbench.cli import main
from workbench.runs import Job, job, setting, start

pytestmark = [pytest.mark.benchmark, pytest.mark.browser]

Report = Callable[[str, float, float | None, str, str, bool], None]

BOARDS = ("19-demand-board", "29-load-profiles-board", "39-capacity-board")
BUTTON = "import ipywidgets\nbutton = ipywidgets.Button(description='Press')\nbutton"
RUNS = (
    "from workbench.ui import open_project\nfrom workbench.ui.board import LiveRuns\nLiveRuns(open_project())"
)
READERS = 20
_stop = threading.Event()


@dataclass(frozen=True, slots=True)
class ClockConfig:
    """Settings of the job that tells the time."""

    scenario: str = setting("clock", help="Scenario")


@job("clock", title="Clock", config=ClockConfig)
def tell_time(job: Job, project: Any, config: ClockConfig) -> None:
    """Log the time twice a second."""
    while not _stop.wait(0.5):
        job.log(f"at {time.time():.3f}")
        job.checkpoint()


@pytest.fixture(scope="module")
def planned_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("planned") / "project"
    assert main(["demo", "--folder", str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def published(planned_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("published")
    for name in BOARDS:
        shutil.copy(Path(__file__).parents[2] / "notebooks" / f"{name}.ipynb", folder)
    write_board(folder, "button", [BUTTON], publish=True, title="One button")
    write_board(folder, "runs", [RUNS], publish=True, title="Runs")
    site = Site(planned_project, folder, tmp_path_factory.mktemp("log") / "log.txt").wait()
    yield site
    site.stop()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("no Chromium is installed")
    with playwright.sync_playwright() as driver:
        made = driver.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        yield made
        made.close()


@dataclass
class Opening:
    paint: float
    usable: float
    figure: float
    socket_bytes: int


def opening(context: Any, address: str, control: str, figure: str = "") -> Opening:
    """Open a page and measure [s] until something is painted, a control is there, and a figure is drawn."""
    page = context.new_page()
    received = [0]
    page.on(
        "websocket",
        lambda socket: socket.on(
            "framereceived", lambda frame: received.__setitem__(0, received[0] + len(frame))
        ),
    )
    began = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.wait_for_selector(control, timeout=30_000)
    usable = time.perf_counter() - began
    if figure:
        page.wait_for_selector(figure, timeout=30_000)
    drawn = time.perf_counter() - began
    page.wait_for_timeout(300)
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime") / 1000
    page.close()
    return Opening(paint, usable, drawn, received[0])


def test_first_paint_usable_and_bytes_of_each_board(published, chromium, report: Report):
    home = f"http://127.0.0.1:{published.port}"
    context = chromium.new_context(viewport={"width": 1200, "height": 900})
    opening(context, f"{home}/board/{BOARDS[0]}", "select", ".main-svg")
    time.sleep(4)
    opening(context, f"{home}/board/{BOARDS[0]}", "select", ".main-svg")
    empty = [opening(context, f"{home}/board/button", ".jupyter-button") for _ in range(3)]
    empty_usable = statistics.median(item.usable for item in empty)
    measured = {}
    for name in BOARDS:
        measured[name] = [opening(context, f"{home}/board/{name}", "select", ".main-svg") for _ in range(3)]
    page = context.new_page()
    page.goto(f"{home}/")
    page.wait_for_timeout(500)
    gallery = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime") / 1000
    context.close()
    report("gallery, first paint", gallery, None, "s", "<= 0.3", gallery <= 0.5)
    for name, openings in measured.items():
        paint, usable, figure = (
            statistics.median(getattr(item, part) for item in openings)
            for part in ("paint", "usable", "figure")
        )
        size = max(item.socket_bytes for item in openings) / 1e6
        report(f"{name}: first paint", paint, None, "s", "<= 0.6", paint <= 0.8)
        ratio = usable / empty_usable
        report(f"{name}: first choice usable", usable, empty_usable, "s", "<= 1.3 x one button", ratio <= 1.7)
        report(f"{name}: first figure drawn", figure, empty_usable, "s", "", True)
        report(f"{name}: on the websocket", size, None, "MB", "<= 1", size <= 1)


def pss(process: psutil.Process) -> float:
    """Proportional share of memory of a process [MB]."""
    return float(process.memory_full_info().pss) / 1e6


def test_memory_and_answers_of_many_readers(published, report: Report):
    bare = [published.visit("button")]
    time.sleep(1)
    kernels = published.kernels()
    bare_pss = statistics.mean(pss(kernel) for kernel in kernels)
    leave(published, bare)
    visitors: list[Visitor] = []
    for count in (1, 10, READERS):
        with ThreadPoolExecutor(4) as pool:
            visitors += pool.map(lambda _: published.visit(BOARDS[1]), range(count - len(visitors)))
        time.sleep(1)
        kernels = published.kernels()
        assert len(kernels) == count
        nursery = psutil.Process(published.process.pid).children()[0]
        # All of it, the nursery's too, spread over the readers; a bare kernel with the libraries is one fork alone.
        each = statistics.mean(pss(kernel) for kernel in kernels)
        report(f"memory of each of {count} readers (PSS)", each, bare_pss, "MB", "", True)
        if count == READERS:
            beyond = statistics.mean(kernel.memory_full_info().uss for kernel in kernels) / 1e6
            report("private memory of each (USS)", beyond, None, "MB", "", True)
            whole = sum(pss(kernel) for kernel in kernels) + pss(nursery)
            report("all kernels and the nursery", whole, None, "MB", "", True)
    with ThreadPoolExecutor(READERS) as pool:
        answers = [seconds for found in pool.map(choose_for_a_while, visitors) for seconds in found]
    p95 = statistics.quantiles(answers, n=20)[-1]
    report(f"{READERS} readers choosing, p95", p95, None, "s", "<= 0.5", p95 <= 4.0)
    leave(published, visitors)


def choose_for_a_while(visitor: Visitor) -> list[float]:
    """Open another tab every second, ten times; give how long each answer took [s]."""
    found = []
    with visitor.socket() as wire:
        tabs = next(key for key, entry in wire.states().items() if entry["model_name"] == "TabModel")
        for number in range(10):
            time.sleep(1)
            began = time.perf_counter()
            asked = wire.update(tabs, selected_index=(number + 1) % 5)
            for _, head, parent, content in wire.messages(20):
                is_idle = head["msg_type"] == "status" and content["execution_state"] == "idle"
                if is_idle and parent.get("msg_id") == asked:
                    break
            found.append(time.perf_counter() - began)
    return found


def leave(site: Site, visitors: list[Visitor]) -> None:
    for visitor in visitors:
        body = f"_xsrf={visitor.cookies['_xsrf']}"
        visitor.ask(f"/voila/api/shutdown/{visitor.kernel}", "POST", body=body)
    deadline = time.monotonic() + 20
    while site.kernels() and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not site.kernels()


def test_an_event_of_another_kernel_is_on_the_board(published, chromium, report: Report):
    _stop.clear()
    run = start(tell_time, published.project)
    try:
        page = chromium.new_page()
        page.goto(f"http://127.0.0.1:{published.port}/board/runs")
        page.wait_for_selector(".wb-row-message:has-text('at ')", timeout=30_000)
        page.evaluate(
            """() => {
              window.seen = new Map();
              new MutationObserver(() => {
                for (const row of document.querySelectorAll('.wb-row-message')) {
                  const text = row.textContent;
                  if (!window.seen.has(text)) window.seen.set(text, Date.now() / 1000);
                }
              }).observe(document.body, { childList: true, subtree: true, characterData: true });
            }"""
        )
        page.wait_for_timeout(8_000)
        seen = page.evaluate("[...window.seen.entries()]")
        page.close()
    finally:
        _stop.set()
        run.wait(10)
    stamps = ((re.search(r"at ([\d.]+)", text), when) for text, when in seen)
    delays = [when - float(found.group(1)) for found, when in stamps if found]
    fresh = [delay for delay in delays if delay < 5]
    assert len(fresh) > 8
    median, slowest = statistics.median(fresh[1:]), max(fresh[1:])
    report("an event of another kernel on the board, median", median, None, "s", "<= 1", median <= 1)
    report("an event of another kernel on the board, slowest", slowest, None, "s", "<= 1", slowest <= 2)
