from __future__ import annotations

import logging
import sys
import threading
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tqdm
import tqdm.auto

from workbench.runs import Job, RunState, Unit, start
from workbench.runs.model.states import EventKind

Make = Callable[..., Any]


def said(run: Any) -> list[tuple[str, str]]:
    return [(line.level, line.message) for line in run.lines()]


def run_of(make_job: Make, project: Path, function: Callable[[], Any]) -> Any:
    run = start(make_job(lambda job, project, config: function()), project)
    run.result(10)
    return run


def test_print_is_the_runs_and_not_the_notebooks(
    make_job: Make, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def work() -> None:
        print("one", 2)
        print("two\nthree", file=sys.stderr)
        print("begun, ", end="")
        print("ended")
        print()
        print("50 %\r100 %")
        sys.stdout.write("")
        print("without an end", end="")

    run = run_of(make_job, project, work)
    assert said(run) == [
        ("info", "one 2"),
        ("warning", "two"),
        ("warning", "three"),
        ("info", "begun, ended"),
        ("info", "100 %"),
        ("info", "without an end"),
    ]
    assert capsys.readouterr() == ("", "")


def test_write_says_how_much_it_was_given(make_job: Make, project: Path) -> None:
    assert run_of(make_job, project, lambda: (sys.stdout.write("ab"), sys.stdout.write("cd\n"))).result() == (
        2,
        3,
    )


def test_a_line_that_never_ends_does_not_pile_up(make_job: Make, project: Path) -> None:
    def work() -> None:
        for _ in range(300):
            sys.stdout.write("." * 1000)

    run = run_of(make_job, project, work)
    assert sum(len(line.message) for line in run.lines()) == 300_000
    assert max(len(line.message) for line in run.lines()) < 70_000


def test_a_begun_line_of_a_worker_thread_is_not_lost(make_job: Make, project: Path) -> None:
    def work(job: Job, project: Path, config: Any) -> None:
        list(job.map(lambda: sys.stdout.write("half a line"), [Unit("a")]))

    run = start(make_job(work), project)
    run.result(10)
    assert said(run) == [("info", "half a line")]


def test_logging_is_the_runs_with_its_levels_and_tracebacks(
    make_job: Make, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def work() -> None:
        logger = logging.getLogger("linopy.model")
        logger.info("built")
        logger.warning("large")
        try:
            raise ValueError("deep")
        except ValueError:
            logger.exception("lost")

    run = run_of(make_job, project, work)
    lines = said(run)
    assert lines[:3] == [
        ("info", "linopy.model: built"),
        ("warning", "linopy.model: large"),
        ("error", "linopy.model: lost"),
    ]
    assert lines[-1] == ("error", "ValueError: deep")
    assert all("\n" not in message for _, message in lines)
    assert capsys.readouterr().err == ""


def test_warnings_are_the_runs_and_each_run_has_its_own(make_job: Make, project: Path) -> None:
    def work() -> None:
        warnings.warn("gaps were\nfilled", UserWarning, stacklevel=1)

    # Python's own rule is once per line of code, for the life of the process.
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        for _ in range(2):
            ((level, message),) = said(run_of(make_job, project, work))
            assert level == "warning"
            assert message.startswith("UserWarning: gaps were filled (")
            assert "test_capture.py" in message


BARS = [tqdm.tqdm, tqdm.auto.tqdm, tqdm.trange]


@pytest.mark.parametrize("bar", BARS, ids=["tqdm", "auto", "trange"])
def test_a_librarys_bar_moves_the_runs_bar_and_draws_nothing(
    make_job: Make, project: Path, capsys: pytest.CaptureFixture[str], bar: Any
) -> None:
    def work(job: Job, project: Path, config: Any) -> None:
        with job.stage("fit"):
            given: Any = 5 if bar is tqdm.trange else range(5)
            for _ in bar(given, desc="Folds", unit="fold", mininterval=0):
                pass

    run = start(make_job(work), project)
    run.result(10)
    shown = run.events(kinds=[EventKind.PROGRESS])
    assert (shown[0].fraction, shown[-1].fraction) == (0.0, 1.0)
    assert shown[-1].message == "Folds: 5 of 5 fold"
    assert {event.stage for event in shown} == {"fit"}
    assert run.logs() == []
    assert capsys.readouterr() == ("", "")


def test_a_bar_without_a_total_is_counted(make_job: Make, project: Path) -> None:
    run = run_of(make_job, project, lambda: list(tqdm.tqdm(iter(range(3)), mininterval=0)))
    last = run.events(kinds=[EventKind.PROGRESS])[-1]
    assert (last.fraction, last.message) == (None, "3 it")


def test_a_job_that_only_moves_a_librarys_bar_can_be_cancelled_and_leaves_other_bars_alone(
    make_job: Make, project: Path, until: Callable[..., None]
) -> None:
    def work() -> None:
        for _ in tqdm.tqdm(iter(int, 1), mininterval=0.01):
            time.sleep(0.001)

    run = start(make_job(lambda job, project, config: work()), project)
    until(lambda: run.last_seq() > 3)
    run.pause()
    until(lambda: run.state == RunState.PAUSED)
    # tqdm shows its bars under one lock for the whole process: the held job must not keep it.
    assert free(tqdm.tqdm.get_lock())
    run.cancel()
    assert run.wait(5)
    assert run.state == RunState.CANCELLED
    assert free(tqdm.tqdm.get_lock())


def free(lock: Any) -> bool:
    got: list[bool] = []

    def take() -> None:
        lock.acquire()
        got.append(True)
        lock.release()

    taker = threading.Thread(target=take, daemon=True)
    taker.start()
    taker.join(2)
    return got == [True]


def test_a_jobs_bar_refreshed_by_tqdms_own_thread_draws_nothing(
    make_job: Make, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def work() -> None:
        bar = tqdm.tqdm(total=3)
        monitor = threading.Thread(target=bar.refresh)
        monitor.start()
        monitor.join()
        bar.close()

    run_of(make_job, project, work)
    assert capsys.readouterr() == ("", "")


def test_two_runs_at_once_never_mix(make_job: Make, project: Path, config_type: Any) -> None:
    meet = threading.Barrier(2)

    def work(job: Job, project: Path, config: Any) -> None:
        logger = logging.getLogger("both")
        meet.wait(5)
        for index in range(200):
            print(f"{config.scenario} print {index}")
            logger.warning("%s log %s", config.scenario, index)
            sys.stdout.write(f"{config.scenario} ")
            sys.stdout.write("joined\n")
            for _ in tqdm.tqdm([1], desc=config.scenario, mininterval=0):
                pass

    made = make_job(work)
    both = [start(made, project, scenario=name) for name in ("left", "right")]
    for run in both:
        run.result(20)
        assert len(run.logs()) == 600
        name = run.scenario
        assert all(line.startswith((f"{name} ", f"both: {name} ")) for line in run.logs())
        bars = run.events(kinds=[EventKind.PROGRESS])
        assert bars
        assert all(event.message.startswith(name) for event in bars)


def test_other_threads_keep_their_output_while_a_job_runs(
    make_job: Make, project: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    begun, gate = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        while not gate.wait(0.001):
            print("job")

    run = start(make_job(lambda job, project, config: work()), project)
    begun.wait(5)
    print("notebook")
    print("trouble", file=sys.stderr)
    sys.stdout.flush()
    with pytest.warns(UserWarning, match="own warning"):
        warnings.warn("own warning", UserWarning, stacklevel=1)
    logging.getLogger("mine").warning("own line")
    logging.getLogger("mine").info("too small for the root logger's level")
    shown = list(tqdm.tqdm(range(3), desc="own bar", mininterval=0))
    gate.set()
    run.result(10)
    out, err = capsys.readouterr()
    assert shown == [0, 1, 2]
    assert out == "notebook\n"
    assert err.startswith("trouble\n")
    assert "own bar: 100%" in err
    assert [record.message for record in caplog.records if record.name == "mine"] == ["own line"]
    assert set(run.logs()) <= {"job"}


def test_everything_is_as_it_was_after_the_last_run(make_job: Make, project: Path) -> None:
    def picture() -> list[Any]:
        root = logging.getLogger()
        filters = [tuple(handler.filters) for handler in root.handlers]
        return [
            sys.stdout,
            sys.stderr,
            warnings.showwarning,
            root.level,
            list(root.handlers),
            filters,
            tqdm.tqdm.display,
            tqdm.tqdm.update,
            tqdm.tqdm.__init__,
        ]

    before = picture()
    during: list[Any] = []
    run_of(make_job, project, lambda: during.extend(picture()))
    assert during[0] is not before[0]
    assert picture() == before

    def fails() -> None:
        raise RuntimeError

    start(make_job(lambda job, project, config: fails()), project).wait(10)
    assert picture() == before


def test_a_librarys_own_handler_does_not_show_a_line_twice(
    make_job: Make, project: Path, scripts: Any
) -> None:
    # In a plain process, where logging has not been set up by pytest.
    out = scripts.start(
        """
        import logging, sys, threading, time
        from dataclasses import dataclass
        from workbench.runs import job, setting, start

        @dataclass(frozen=True, slots=True)
        class Config:
            scenario: str = setting("base", help="")

        gate = threading.Event()

        @job("quiet", config=Config)
        def work(job, project, config):
            gate.wait(5)

        own = logging.getLogger("own")
        own.addHandler(logging.StreamHandler(sys.stdout))
        run = start(work, sys.argv[1])
        while run.state != "running":
            time.sleep(0.01)
        time.sleep(0.05)
        own.warning("handled by its own handler")
        logging.getLogger("bare").warning("by nobody")
        logging.getLogger("bare").info("too small")
        gate.set()
        run.result(5)
        """,
        project,
    )
    stdout, stderr = out.communicate(timeout=30)
    assert stdout == "handled by its own handler\n"
    assert stderr == "by nobody\n"


def test_a_forked_worker_prints_where_it_would_have_without_us(
    make_job: Make, project: Path, scripts: Any
) -> None:
    out = scripts.run(
        """
        import os, sys
        from dataclasses import dataclass
        from workbench.runs import job, setting, start

        @dataclass(frozen=True, slots=True)
        class Config:
            scenario: str = setting("base", help="")

        @job("forks", config=Config)
        def work(job, project, config):
            print("in the job")
            pid = os.fork()
            if pid == 0:
                print("in the forked worker", flush=True)
                os._exit(0)
            os.waitpid(pid, 0)

        run = start(work, sys.argv[1])
        run.result(10)
        print(run.logs())
        """,
        project,
    )
    assert out == "in the forked worker\n['in the job']\n"


def test_a_run_is_heard_although_somebody_put_another_stream_in_place_during_an_earlier_one(
    make_job: Make, project: Path
) -> None:
    import contextlib
    import io

    gate = threading.Event()
    first = start(make_job(lambda job, project, config: gate.wait(10)), project)
    notebook, cell = sys.stdout, io.StringIO()
    with contextlib.redirect_stdout(cell):
        second = run_of(make_job, project, lambda: print("from the job"))
        print("from the cell")
    gate.set()
    first.result(10)
    assert said(second) == [("info", "from the job")]
    assert cell.getvalue() == "from the cell\n"
    assert getattr(sys.stdout, "original", sys.stdout) is getattr(notebook, "original", notebook)


def test_a_run_is_heard_once_after_a_stream_of_ours_was_put_back_too_late(
    make_job: Make, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import contextlib
    import io

    gate = threading.Event()
    first = start(make_job(lambda job, project, config: gate.wait(10)), project)
    while first.state != RunState.RUNNING or type(sys.stdout).__name__ != "_RoutedStream":
        time.sleep(0.001)
    with contextlib.redirect_stdout(io.StringIO()):
        gate.set()
        first.result(10)
    second = run_of(make_job, project, lambda: print("whole\nbegun", end=""))
    assert said(second) == [("info", "whole"), ("info", "begun")]
    print("notebook")
    assert capsys.readouterr().out == "notebook\n"
