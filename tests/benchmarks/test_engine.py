"""The engine's promises in numbers, each beside a peer in the same run where there is one."""

from __future__ import annotations

import concurrent.futures
import contextvars
import gc
import io
import logging
import os
import queue
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
from tqdm import tqdm

from workbench.runs import EventKind, Job, RunState, Unit, job, resume, setting, start
from workbench.runs.engine.followed import FollowedRun
from workbench.runs.journal.reader import JournalReader

pytestmark = pytest.mark.benchmark

Report = Callable[[str, float, float | None, str, str, bool], None]
PACKAGE_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Config:
    """Settings of the measured jobs."""

    scenario: str = setting("base", help="Whose results are written")
    count: int = setting(0, help="How often")


def in_job(folder: Path, function: Callable[[Job], Any], seconds: float = 300) -> Any:
    made = job("measured", config=Config)(lambda handle, project, config: function(handle))
    return start(made, folder).result(seconds)


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def seconds_of(loop: Iterable[Any]) -> float:
    began = time.perf_counter()
    for _ in loop:
        pass
    return time.perf_counter() - began


@pytest.mark.parametrize("count", [200_000, 2_000_000])
def test_a_loop_with_a_bar(report: Report, tmp_path: Path, count: int) -> None:
    def measure(handle: Job) -> tuple[float, float]:
        ours, peer = [], []
        # In turns, so that a busy machine is busy for both; tqdm outside of the run's capture, as in a script.
        for _ in range(7):
            ours.append(seconds_of(handle.track(range(count))))
            peer.append(elsewhere(lambda: seconds_of(tqdm(range(count), file=io.StringIO()))))
        return min(ours), min(peer)

    ours, peer = in_job(tmp_path, measure)
    what = f"job.track, per iteration of {count:,}"
    report(what, ours / count * 1e9, peer / count * 1e9, "ns", "<= 1.0 x tqdm", ours <= peer)


def elsewhere(function: Callable[[], float]) -> float:
    """Call in a thread that does no job's work."""
    found: list[float] = []
    thread = threading.Thread(target=lambda: found.append(contextvars.Context().run(function)))
    thread.start()
    thread.join()
    return found[0]


def test_one_log_line(report: Report, tmp_path: Path) -> None:
    count = 50_000
    logger = logging.getLogger("peer")
    logger.propagate = False
    logger.setLevel(logging.INFO)

    def peer_once(number: int) -> float:
        handler = logging.FileHandler(tmp_path / f"{number}.log")
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        logger.addHandler(handler)
        began = time.perf_counter()
        for index in range(count):
            logger.info(f"iteration {index}: objective 1.2345e+09, gap 0.5 %")
        handler.close()
        took = time.perf_counter() - began
        logger.removeHandler(handler)
        return took

    def measure(handle: Job) -> tuple[float, float]:
        ours, peer = [], []
        run = handle._sink
        for number in range(5):
            began = time.perf_counter()
            for index in range(count):
                handle.log(f"iteration {index}: objective 1.2345e+09, gap 0.5 %")
            run.settle()  # type: ignore[attr-defined]  # all of it is in the journal
            ours.append(time.perf_counter() - began)
            peer.append(elsewhere(lambda n=number: peer_once(n)))  # type: ignore[misc]
        return min(ours), min(peer)

    ours, peer = in_job(tmp_path, measure)
    report(
        "job.log, one line, until it is in the journal",
        ours / count * 1e6,
        peer / count * 1e6,
        "us",
        "<= 2 x logging.FileHandler",
        ours <= 2 * peer,
    )


def test_start_returns(report: Report, tmp_path: Path) -> None:
    made = job("nothing", config=Config)(lambda handle, project, config: time.sleep(0.01))
    took = []
    for number in range(200):
        began = time.perf_counter()
        run = start(made, tmp_path, scenario=f"scenario {number}")
        took.append(time.perf_counter() - began)
        if number % 2:
            run.wait(10)
    slowest = percentile(took, 0.99) * 1e3
    report("start() returns, p99", slowest, None, "ms", "<= 50 ms", slowest <= 50)


def test_a_request_is_acknowledged(report: Report, tmp_path: Path) -> None:
    stop = threading.Event()

    def work(handle: Job, project: Any, config: Any) -> None:
        while not stop.is_set():
            for _ in handle.track(range(1000)):
                # A unit of 5 ms.
                time.sleep(0.005)
                if stop.is_set():
                    break

    run = start(job("acknowledges", config=Config)(work), tmp_path)
    while run.state != RunState.RUNNING:
        time.sleep(0.001)
    direct, through_journal = [], []
    viewer = FollowedRun(run.record, run.journal_path, tmp_path)
    for holder, took in ((run, direct), (viewer, through_journal)):
        for _ in range(30):
            began = time.perf_counter()
            holder.pause()
            while run.state != RunState.PAUSED:
                time.sleep(0.0005)
            took.append(time.perf_counter() - began)
            holder.resume()
            while run.state != RunState.RUNNING:
                time.sleep(0.0005)
            time.sleep(0.02)
    stop.set()
    run.result(10)
    for what, took in (("asked in this process", direct), ("asked through the journal", through_journal)):
        p95 = percentile(took, 0.95) * 1e3
        report(f"pause is acknowledged, {what}, p95", p95, None, "ms", "<= 200 ms", p95 <= 200)


def test_many_small_units(report: Report, tmp_path: Path) -> None:
    count = 100_000

    def square(x: int) -> int:
        return x * x

    def pooled() -> int:
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            futures = [pool.submit(square, index) for index in range(count)]
            return sum(future.result() for future in concurrent.futures.as_completed(futures))

    def in_a_run() -> None:
        runs.append(start(made, tmp_path, scenario=f"{len(runs)}"))
        runs[-1].wait()

    def measure(function: Callable[[], Any]) -> float:
        began = time.process_time()
        function()
        return time.process_time() - began

    whole: list[bool] = []

    def work(handle: Job, project: Any, config: Any) -> int:
        total = sum(found.value for found in handle.map(square, [Unit(f"{i}", (i,)) for i in range(count)]))
        if not whole:
            raise ValueError("interrupted after the last unit")
        return total

    made = job("small_units", config=Config)(work)
    runs: list[Any] = []
    ours, peer = [], []
    for _ in range(3):
        ours.append(measure(in_a_run))
        peer.append(measure(pooled))
    ratio = min(ours) / min(peer)
    what = f"{count:,} units that do nothing, in CPU time, beside a thread pool"
    report(what, min(ours), min(peer), "s", "<= 2.5 x ThreadPoolExecutor", ratio <= 2.5)
    whole.append(True)
    began = time.process_time()
    assert resume(runs[-1].id, tmp_path).result(60) == sum(index * index for index in range(count))
    took = time.process_time() - began
    report(f"resuming {count:,} finished units, in CPU time", took, None, "s", "<= 5 s", took <= 5)


MILLION = """
import sys
from dataclasses import dataclass
from workbench.runs import Unit, job, setting, start

@dataclass(frozen=True, slots=True)
class Config:
    scenario: str = setting("base", help="")
    count: int = setting(1000, help="")

@job("million", config=Config)
def work(job, project, config):
    units = (Unit(f"unit {index}", (index,)) for index in range(config.count))
    return sum(found.value for found in job.map(abs, units))

def peak():
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmHWM"))

start(work, sys.argv[1]).result()
before = peak()
assert start(work, sys.argv[1], count=1_000_000).result() == 499_999_500_000
print(peak() - before)
"""


def test_memory_of_a_million_units(report: Report, tmp_path: Path) -> None:
    script = tmp_path / "million.py"
    script.write_text(MILLION)
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE_ROOT)}
    grown = float(subprocess.check_output([sys.executable, str(script), str(tmp_path)], env=environment))
    report("memory of a map of 1,000,000 units", grown, None, "MB", "<= 300 MB", grown <= 300)


FOLLOWED = """
import sys, time
from dataclasses import dataclass
from workbench.runs import job, setting, start

@dataclass(frozen=True, slots=True)
class Config:
    scenario: str = setting("base", help="")
    count: int = setting(0, help="")

@job("followed", config=Config)
def work(job, project, config):
    for _ in range(400):
        job.log(repr(time.time()))
        time.sleep(0.01)

run = start(work, sys.argv[1])
print(run.id, flush=True)
run.wait()
"""


def test_following_from_another_process(report: Report, tmp_path: Path) -> None:
    # Asked as often as a panel asks: ten times a second.
    script = tmp_path / "followed.py"
    script.write_text(FOLLOWED)
    owner = subprocess.Popen(
        [sys.executable, str(script), str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(PACKAGE_ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert owner.stdout is not None
    run_id = owner.stdout.readline().strip()
    path = tmp_path / ".workbench" / "journal.sqlite"
    viewer = FollowedRun(JournalReader(path).run(run_id), path, tmp_path)
    delays: list[float] = []
    after = 0
    while True:
        ended = viewer.state.is_final
        for event in viewer.events(after):
            after = event.seq
            if event.kind == EventKind.LOG:
                delays.append(time.time() - float(event.message))
        if ended:
            break
        time.sleep(0.1)
    owner.communicate(timeout=20)
    assert len(delays) == 400
    p95 = percentile(delays, 0.95) * 1e3
    report("a line of another process is seen, p95", p95, None, "ms", "<= 500 ms", p95 <= 500)


def resident() -> float:
    gc.collect()
    return psutil.Process().memory_info().rss / 2**20


def test_memory_after_a_million_events(report: Report, tmp_path: Path) -> None:
    count = 1_000_000

    def measure(handle: Job) -> float:
        for index in range(20_000):
            handle.log(f"line {index} of the warm-up")
        handle._sink.settle()  # type: ignore[attr-defined]
        before = resident()
        most = before
        for index in range(count):
            handle.log(f"line {index}: objective 1.2345e+09, gap 0.5 %")
            if index % 50_000 == 0:
                most = max(most, psutil.Process().memory_info().rss / 2**20)
        return max(most, resident()) - before

    ours = in_job(tmp_path, measure)
    before = resident()
    unbounded: queue.Queue[dict[str, Any]] = queue.Queue()
    for index in range(count):
        message = f"line {index}: objective 1.2345e+09, gap 0.5 %"
        unbounded.put({"type": "log", "message": message, "time": time.time()})
    peer = resident() - before
    report("memory after 1,000,000 events", max(ours, 0.0), peer, "MB", "<= 50 MB", ours <= 50)


@pytest.mark.parametrize("what", ["log lines", "progress reports"])
def test_attaching_to_a_million_events(report: Report, tmp_path: Path, what: str) -> None:
    def measure(handle: Job) -> None:
        with handle.stage("flood"):
            for index in range(1_000_000):
                if what == "log lines":
                    handle.log(f"line {index}")
                else:
                    handle.progress(index, 1_000_000)

    made = job("million", config=Config)(lambda handle, project, config: measure(handle))
    run = start(made, tmp_path)
    run.result(300)
    path = run.journal_path
    took = []
    for _ in range(3):
        began = time.perf_counter()
        viewer = FollowedRun(JournalReader(path).run(run.id), path, tmp_path)
        summary = viewer.summary()
        viewer.lines(max(0, viewer.count_lines() - 200), 200)
        viewer.events(summary.seq - 200)
        took.append(time.perf_counter() - began)
        assert summary.state == RunState.SUCCEEDED
    middle = statistics.median(took)
    report(f"attach to 1,000,000 {what}, state and last lines", middle, None, "s", "< 1 s", middle < 1)
