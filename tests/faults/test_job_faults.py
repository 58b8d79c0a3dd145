"""Jobs that raise where nobody looks, leave without a word, or write where there is no room."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest

from workbench.capacity.config import CapacityConfig, Commitment, Snapshots
from workbench.capacity.inputs.template import write_template
from workbench.capacity.jobs import plan_capacity
from workbench.data.projects.project import Project
from workbench.errors import SolverFailed, UnwritableFile
from workbench.runs import Cause, Job, RunState, Unit, attach, resume, runs, start
from workbench.sample.project import create_from_sample
from workbench.testing import assert_run_is_whole

Make = Callable[..., Any]
Until = Callable[..., None]

JOBS = """
import os, sys, threading, time
from dataclasses import dataclass
from pathlib import Path
from workbench.runs import Unit, job, setting, start

@dataclass(frozen=True, slots=True)
class Config:
    scenario: str = setting("base", help="")

def compute(folder, x):
    with (folder / f"unit-{x}").open("a") as file:
        file.write("x")
    # Long enough not to be committed in a group.
    time.sleep(0.002)
    return x
"""

RAISES_IN_A_THREAD = """
def trouble():
    raise RuntimeError("nobody waits for this thread")

@job("threads", config=Config)
def work(job, project, config):
    thread = threading.Thread(target=trouble)
    thread.start()
    thread.join()
    return "went on"

for detached in (False, True):
    run = start(work, Path(sys.argv[1]), detached=detached)
    print(run.result(30), "nobody waits for this thread" in " ".join(run.logs()))
"""


def test_an_error_in_a_thread_that_a_job_has_left_alone_is_seen_and_ends_nothing(
    scripts: Any, project: Path
) -> None:
    process = scripts.start(RAISES_IN_A_THREAD, project, prelude=JOBS)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    # A thread that a job starts by itself is not recognised as the run's, but in a process of the run's own.
    assert out.splitlines() == ["went on False", "went on True"]
    assert "RuntimeError: nobody waits for this thread" in err


def test_an_error_in_a_thread_that_the_job_waits_for_fails_the_run(make_job: Make, project: Path) -> None:
    def trouble() -> None:
        raise RuntimeError("the pool is empty")

    def work(job: Job, project: Path, config: Any) -> None:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(trouble).result()

    run = start(make_job(work), project)
    with pytest.raises(RuntimeError, match="the pool is empty"):
        run.result(10)
    assert (run.state, run.cause) == (RunState.FAILED, Cause.EXCEPTION)


LEAVES_BY_OS_EXIT = """
sys.modules["leaving_job"] = sys.modules["__main__"]

@job("leaves", config=Config)
def work(job, project, config):
    found = [o.value for o in job.map(compute, [Unit(f"unit {x}", (project, x)) for x in range(3)], workers=1)]
    if not (project / "second").exists():
        job.log("leaving")
        os._exit(7)
    return found

if __name__ == "__main__":
    print(start(work, Path(sys.argv[1])).id, flush=True)
    threading.Event().wait()
"""


def test_a_job_that_ends_the_whole_process_leaves_a_run_that_is_interrupted_and_goes_on_elsewhere(
    scripts: Any, project: Path
) -> None:
    process = scripts.start(LEAVES_BY_OS_EXIT, project, prelude=JOBS)
    process.communicate(timeout=60)
    assert process.returncode == 7
    (record,) = runs(project)
    assert (record.state, record.cause) == (RunState.INTERRUPTED, Cause.PROCESS_GONE)
    assert attach(record.id, project).events()[-1].is_final
    (project / "second").touch()
    code = f"""
print(sorted(resume({record.id!r}, Path(sys.argv[1])).result(30)))
"""
    source = LEAVES_BY_OS_EXIT.partition("if __name__")[0] + "from workbench.runs import resume\n" + code
    assert scripts.run(source, project, prelude=JOBS).strip() == "[0, 1, 2]"
    assert [(project / f"unit-{x}").read_text() for x in range(3)] == ["x"] * 3


# the solver's process


LONG = CapacityConfig(scenario="long", snapshots=Snapshots.FULL, mip_gap=0.0, commitment=Commitment.FULL)
QUICK = dataclasses.replace(
    LONG,
    scenario="quick",
    snapshots=Snapshots.TYPICAL_DAYS,
    typical_days=1,
    commitment=Commitment.OFF,
    check_all_hours=False,
)


def solver_of(run: Any) -> psutil.Process | None:
    """The process that computes, once it does."""
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if (
                "workbench.runs.engine.child_main" in " ".join(process.cmdline())
                and process.memory_info().rss > 2e7
            ):
                return process if run.logs(contains="Running HiGHS") else None
    return None


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning:pypsa")
def test_a_killed_solver_fails_its_run_clearly_and_leaves_kernel_log_and_inputs(
    tmp_path: Path, until: Until
) -> None:
    project = Project.create(tmp_path / "plan", "Killed")
    source = project.inputs / "plan.xlsx"
    write_template(source)
    before = source.read_bytes()
    run = start(plan_capacity, project, LONG)
    found: list[psutil.Process] = []
    until(lambda: found.append(solver_of(run)) or found[-1] is not None, 90)
    found[-1].kill()
    with pytest.raises(SolverFailed, match="signal 9"):
        run.result(30)
    assert run.state == RunState.FAILED
    assert run.logs(contains="Running HiGHS")
    assert source.read_bytes() == before
    assert not (project.folder / "results" / "capacity" / "long").exists()
    # The kernel goes on: the next plan runs.
    assert start(plan_capacity, project, QUICK).result(90).facts["status"] == "optimal"


# no room for the result


@pytest.fixture
def project_with_small_disk(tmp_path: Path) -> Iterator[Project]:
    """The sample, whose results are on a disk of their own."""
    project = create_from_sample(tmp_path / "sample")
    folder = project.folder / "results"
    command = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("a small disk cannot be mounted here")
    yield project
    subprocess.run(["umount", "-l", str(folder)], check=False)


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
def test_a_disk_that_is_full_when_a_run_writes_its_result_keeps_the_earlier_result_whole(
    project_with_small_disk: Project,
) -> None:
    project = project_with_small_disk
    start("demand", project).result(60)
    results = project.folder / "results" / "demand"
    before = content(results)
    assert before
    ballast = project.folder / "results" / "ballast"
    with contextlib.suppress(OSError), ballast.open("wb") as file:
        while True:
            file.write(bytes(4096))
            file.flush()
    second = start("demand", project, target_year=2045)
    with pytest.raises(UnwritableFile, match="disk is full; free some space"):
        second.result(60)
    assert second.state == RunState.FAILED
    assert content(results) == before
    ballast.unlink()
    assert resume(second.id, project).wait(60)
    assert runs(project)[0].state == RunState.SUCCEEDED
    assert content(results) != before


def closes_its_output(job: Job) -> None:
    sys.stdout.close()
    print("to nobody")
    sys.stderr.close()


def replaces_its_output(job: Job) -> None:
    sys.stdout = sys.stderr = None  # type: ignore[assignment]
    logging.getLogger("without").warning("an output")


def goes_to_a_folder_that_it_deletes(job: Job) -> None:
    folder = tempfile.mkdtemp()
    os.chdir(folder)
    Path(folder).rmdir()
    assert [outcome.value for outcome in job.map(abs, [Unit("a", (-1,))])] == [1]


def sets_another_umask(job: Job) -> None:
    os.umask(0o777)
    job.artifact("written.csv")


def breaks_a_filter_of_logging(job: Job) -> None:
    logger = logging.getLogger("broken")

    def broken(record: logging.LogRecord) -> bool:
        raise RuntimeError("filtered")

    logger.addFilter(broken)
    with contextlib.suppress(RuntimeError):
        logger.warning("never said")
    logger.removeFilter(broken)
    logging.getLogger("odd").warning("%d", "no number")


@pytest.mark.parametrize(
    "change",
    [
        closes_its_output,
        replaces_its_output,
        goes_to_a_folder_that_it_deletes,
        sets_another_umask,
        breaks_a_filter_of_logging,
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_a_job_that_changes_its_process_disturbs_no_other_run(
    make_job: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Job], None]
) -> None:
    def disturb(job: Job, project: Any, config: Any) -> int:
        change(job)
        return 5

    def speak(job: Job, project: Any, config: Any) -> None:
        print("a line")
        logging.getLogger("library").warning("a warning")

    # What it changes is put back when the test ends.
    monkeypatch.chdir(tmp_path)
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, io.StringIO())
    monkeypatch.setattr(logging, "raiseExceptions", False)
    mask = os.umask(0o022)
    os.umask(mask)
    try:
        run = start(make_job(disturb), tmp_path)
        assert run.result(20) == 5
        assert_run_is_whole(run)
    finally:
        os.umask(mask)
    with monkeypatch.context() as patch:
        for name in ("stdout", "stderr"):
            patch.setattr(sys, name, io.StringIO())
        next_run = start(make_job(speak), tmp_path)
        next_run.result(20)
    assert next_run.logs() == ["a line", "library: a warning"]
