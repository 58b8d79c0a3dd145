"""What is printed before its line ends, drawn over, coloured, or comes from threads and handlers of libraries."""

from __future__ import annotations

import concurrent.futures
import io
import logging
import os
import resource
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from workbench.runs import Job, current_job, start
from workbench.runs.model.plain_values import plain_text
from workbench.runs.process.pipe_lines import lines_of

Make = Callable[..., Any]


def run_of(make_job: Make, project: Path, function: Callable[[], Any]) -> Any:
    run = start(make_job(lambda job, project, config: function()), project)
    run.result(20)
    return run


def said(run: Any) -> list[tuple[str, str]]:
    return [(line.level, line.message) for line in run.lines()]


def test_bytes_that_a_job_writes_to_its_output_are_lines_of_its_log(make_job: Make, project: Path) -> None:
    def work(job: Job, project: Path, config: Any) -> None:
        sys.stdout.buffer.write("Größe\n".encode())
        sys.stdout.buffer.flush()
        sys.stderr.buffer.write(b"half a line, \xff")
        print(" and its end", file=sys.stderr)

    run = start(make_job(work), project)
    run.result(10)
    assert run.logs() == ["Größe", "half a line, \\xff and its end"]


def test_a_line_that_is_not_ended_shows_while_the_job_works(
    make_job: Make, project: Path, until: Callable[..., None]
) -> None:
    go = [threading.Event() for _ in range(2)]

    def work(job: Job, project: Path, config: Any) -> None:
        with job.stage("solve"):
            print("Solving ... ", end="")
            assert go[0].wait(10)
            print("\r50 %", end="")
            assert go[1].wait(10)
            print("\rdone")

    run = start(make_job(work), project)
    until(lambda: run.summary().message == "Solving ... ")
    go[0].set()
    until(lambda: run.summary().message == "50 %")
    assert run.lines() == []
    go[1].set()
    run.result(10)
    assert said(run) == [("info", "done")]


def test_an_open_line_says_nothing_of_how_far_the_stage_is(
    make_job: Make, project: Path, until: Callable[..., None]
) -> None:
    def work(job: Job, project: Path, config: Any) -> None:
        with job.stage("solve"):
            job.progress(1, 2)
            print("working", end="")
            assert go.wait(10)

    go = threading.Event()
    run = start(make_job(work), project)
    until(lambda: run.summary().message == "working")
    assert run.summary().stages["solve"].fraction == 0.5
    go.set()
    run.result(10)


def writes_without_an_end(go: str) -> str:
    os.write(1, b"step 1\rstep 2 \xe2\x82")
    os.write(1, b"\xac")
    while not Path(go).exists():
        time.sleep(0.01)
    os.write(1, b"\rstep 3\n\n")
    os.write(2, b"last words")
    return "done"


def test_a_line_of_a_child_process_shows_before_it_ends(
    make_job: Make, project: Path, until: Callable[..., None]
) -> None:
    go = project / "go"
    run = start(make_job(lambda job, project, config: job.child(writes_without_an_end, str(go))), project)
    until(lambda: run.summary().message == "step 2 €", 20)
    assert run.lines() == []
    go.touch()
    assert run.result(20) == "done"
    assert sorted(said(run)) == [("info", "step 3"), ("warning", "last words")]


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("\x1b[1;31mred\x1b[0m text", "red text"),
        ("\x1b[2K\x1b[1Gdrawn", "drawn"),
        ("\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b(Bcharset", "charset"),
        ("cut \x1b[3", "cut "),
        ("cut \x1b", "cut "),
        ("no order", "no order"),
    ],
)
def test_orders_to_a_terminal_are_left_out(written: str, plain: str) -> None:
    assert plain_text(written) == plain


def test_colours_are_left_out_of_every_way_to_the_log(make_job: Make, project: Path) -> None:
    red = "\x1b[31mred\x1b[0m"

    def work() -> None:
        print(red)
        logging.getLogger("library").warning(red)
        current_job().log(red)  # type: ignore[union-attr]

    run = run_of(make_job, project, work)
    assert [message for _, message in said(run)] == ["red", "library: red", "red"]


def test_a_record_comes_once_whatever_handlers_a_library_has(make_job: Make, project: Path) -> None:
    class OfOwn(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            print("own:", record.getMessage(), file=sys.stderr)

    def work() -> None:
        for index, (handler, propagates) in enumerate(
            (made, kept) for made in (logging.StreamHandler(), OfOwn()) for kept in (True, False)
        ):
            logger = logging.getLogger(f"library{index}")
            logger.addHandler(handler)
            logger.propagate = propagates
            logger.error("said")
            logger.removeHandler(handler)

    run = run_of(make_job, project, work)
    assert said(run) == [("error", f"library{index}: said") for index in range(4)]


def test_threads_and_pools_that_a_job_starts_are_heard_in_its_run(make_job: Make, project: Path) -> None:
    def work(job: Job, project: Path, config: Any) -> None:
        thread = threading.Thread(target=print, args=("from a thread",))
        thread.start()
        thread.join()
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            list(pool.map(print, ["from a pool"]))

    run = start(make_job(work), project)
    run.result(10)
    assert [message for _, message in said(run)] == ["from a thread", "from a pool"]


def test_a_pool_that_outlives_its_run_works_for_others_afterwards(
    make_job: Make, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pool = concurrent.futures.ThreadPoolExecutor(1)
    first = run_of(make_job, project, lambda: pool.submit(print, "of the first run").result())
    pool.submit(print, "of nobody").result()
    second = run_of(make_job, project, lambda: pool.submit(print, "of the second run").result())
    pool.shutdown()
    assert said(first) == [("info", "of the first run")]
    assert said(second) == [("info", "of the second run")]
    assert capsys.readouterr().out == "of nobody\n"


def test_a_thread_that_outlives_its_run_prints_where_it_would_have_without_us(
    make_job: Make, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ended = threading.Event()
    threads: list[threading.Thread] = []

    def late() -> None:
        assert ended.wait(10)
        print("late")

    def work() -> None:
        threads.append(threading.Thread(target=late))
        threads[0].start()

    run = run_of(make_job, project, work)
    ended.set()
    threads[0].join(10)
    assert said(run) == []
    assert capsys.readouterr().out == "late\n"


def test_threads_and_pools_are_as_they_were_after_the_run(make_job: Make, project: Path) -> None:
    before = threading.Thread.start, concurrent.futures.ThreadPoolExecutor.submit, logging.Logger.callHandlers
    run_of(make_job, project, lambda: None)
    after = threading.Thread.start, concurrent.futures.ThreadPoolExecutor.submit, logging.Logger.callHandlers
    assert after == before


@pytest.mark.slow
def test_a_hundred_thousand_dots_cost_at_most_three_times_their_plain_price(
    make_job: Make, project: Path
) -> None:
    def seconds(file: io.TextIOBase | None) -> float:
        began = time.process_time()
        for _ in range(100_000):
            print(".", end="", file=file)
        return time.process_time() - began

    def work() -> tuple[float, float]:
        with open(os.devnull, "w") as plain:  # noqa: PTH123 - a stream as a terminal has it
            taken = [(seconds(None), seconds(plain)) for _ in range(5)]
        return min(ours for ours, _ in taken), min(peer for _, peer in taken)

    ours, peer = run_of(make_job, project, work).result()
    assert ours <= 3 * peer, (ours, peer)


def test_lines_of_a_pipe_come_in_a_process_with_thousands_of_open_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 1500:
        pytest.skip(f"only {hard} files may be open here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 1500), hard))
    opened = [os.open(os.devnull, os.O_RDONLY) for _ in range(1100)]
    shown: list[str] = []
    try:
        read, write = os.pipe()
        assert read > 1024

        def speak() -> None:
            os.write(write, b"first\nhalf")
            time.sleep(0.4)
            os.write(write, b" done\n")
            os.close(write)

        speaker = threading.Thread(target=speak)
        speaker.start()
        with os.fdopen(read, "rb") as pipe:
            assert list(lines_of(pipe, shown.append)) == ["first", "half done"]
        speaker.join()
    finally:
        for descriptor in opened:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert shown == ["half"]
