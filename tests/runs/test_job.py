from __future__ import annotations

import cProfile
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from workbench.errors import SettingError
from workbench.runs import Cause, EventKind, Job, RunState, Unit, current_job, find_job, known_jobs, start
from workbench.runs.jobs import registry

Make = Callable[..., Any]


def of_kind(run: Any, kind: EventKind) -> list[Any]:
    return run.events(kinds=[kind])  # type: ignore[no-any-return]


def test_a_cancel_ends_code_that_reaches_no_checkpoint_and_runs_its_end(
    make_job: Make, project: Path
) -> None:
    began, ended = threading.Event(), threading.Event()

    def work(job: Job, project: Path, config: Any) -> None:
        with job.interruptible():
            try:
                while True:
                    began.set()
                    sum(range(100))
            finally:
                ended.set()

    run = start(make_job(work), project)
    assert began.wait(10)
    run.cancel()
    run.wait(10)
    assert run.state == RunState.CANCELLED
    assert ended.is_set()


def test_after_an_interruptible_block_a_cancel_waits_for_a_checkpoint(make_job: Make, project: Path) -> None:
    left, cancelled = threading.Event(), threading.Event()
    reached = []

    def work(job: Job, project: Path, config: Any) -> None:
        with job.interruptible():
            pass
        left.set()
        assert cancelled.wait(10)
        # Several beats long.
        for _ in range(50):
            time.sleep(0.01)
        reached.append(True)
        job.checkpoint()

    run = start(make_job(work), project)
    assert left.wait(10)
    run.cancel()
    cancelled.set()
    run.wait(10)
    assert (run.state, reached) == (RunState.CANCELLED, [True])


def test_an_interruptible_block_ends_under_a_profiler(make_job: Make, project: Path) -> None:
    def work(job: Job, project: Path, config: Any) -> int:
        with cProfile.Profile():
            with job.interruptible():
                pass
            return sum(number for number in range(100))

    run = start(make_job(work), project)
    run.wait(10)
    assert run.state == RunState.SUCCEEDED
    assert run.result() == 4950


# what a job reports


def test_stages_nest_complete_fail_and_are_skipped(make_job: Make, project: Path) -> None:
    def work(job: Job, project: Path, config: Any) -> str:
        with job.stage("forecast", title="Forecast the sectors"):
            with job.stage("Domestic"):
                job.log("inside")
            with job.stage("Mining", keep_going=True):
                raise ValueError("two years are not enough")
            job.skip_stage("Other", "no data")
        assert job.stage_path() == ""
        return "done"

    run = start(make_job(work), project)
    assert run.result(10) == "done"
    stages = {stage.path: (str(stage.state), stage.message) for stage in run.stages}
    assert stages == {
        "forecast": ("completed", ""),
        "forecast/Domestic": ("completed", ""),
        "forecast/Mining": ("failed", "ValueError: two years are not enough"),
        "forecast/Other": ("skipped", "no data"),
    }
    assert run.stages[0].title == "Forecast the sectors"
    assert run.lines()[0].stage == "forecast/Domestic"
    assert run.state == RunState.SUCCEEDED
    assert run.failed_stages == ["forecast/Mining"]
    assert run.reason == "Completed, incomplete: failed: forecast/Mining"
    assert (run.cause, run.status, run.is_complete) == (Cause.INCOMPLETE, "succeeded, incomplete", False)


def lacking(job: Job, project: Path, config: Any) -> str:
    with job.stage("forecast"):
        job.incomplete("Homes has no forecast")
    job.incomplete("Homes has no forecast")
    return "partial"


def note_from_a_child(name: str) -> str:
    job = current_job()
    assert job is not None
    job.incomplete(f"{name} has no forecast")
    return name


def test_an_omission_makes_the_run_incomplete_and_is_told_once(make_job: Make, project: Path) -> None:
    run = start(make_job(lacking), project)
    assert run.result(10) == "partial"
    assert (run.state, run.cause) == (RunState.SUCCEEDED, Cause.INCOMPLETE)
    assert run.reason == "Completed, incomplete: Homes has no forecast"
    assert run.omissions == ["Homes has no forecast"]
    assert (run.status, run.is_complete) == ("succeeded, incomplete", False)
    assert (run.record.status, run.record.is_complete) == ("succeeded, incomplete", False)
    assert run.events()[-1].level == "warning"
    assert run.logs(level="warning")[0] == "Incomplete: Homes has no forecast"
    assert "succeeded, incomplete" in repr(run)


@pytest.mark.parametrize("workers", ["threads", "processes"])
def test_an_omission_that_a_unit_or_a_child_notes_reaches_the_run(
    make_job: Make, project: Path, workers: str
) -> None:
    def work(job: Job, project: Path, config: Any) -> None:
        if workers == "processes":
            job.child(note_from_a_child, "Homes")
        else:
            list(job.map(note_from_a_child, [Unit("one", ("Homes",))]))

    run = start(make_job(work), project)
    run.result(20)
    assert (run.omissions, run.cause) == (["Homes has no forecast"], Cause.INCOMPLETE)


def test_a_stage_that_succeeds_when_tried_again_leaves_the_run_whole(make_job: Make, project: Path) -> None:
    tries: list[int] = []

    def fit() -> None:
        job = current_job()
        assert job is not None
        with job.stage("fit"):
            tries.append(1)
            if len(tries) == 1:
                raise OSError("the file is busy")

    def work(job: Job, project: Path, config: Any) -> None:
        list(job.map(fit, [Unit("one", ())], retries=1, workers=1))

    run = start(make_job(work), project)
    run.result(10)
    assert (run.failed_stages, run.is_complete) == ([], True)


def test_a_job_called_like_a_function_says_on_the_terminal_what_it_lacks(
    make_job: Make, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert make_job(lacking)(project) == "partial"
    assert "Incomplete: Homes has no forecast" in capsys.readouterr().err


def test_a_stage_that_fails_fails_the_run_unless_it_was_told_to_go_on(make_job: Make, project: Path) -> None:
    def work(job: Job, project: Path, config: Any) -> None:
        with job.stage("a"), job.stage("b"):
            raise KeyError("year")

    run = start(make_job(work), project)
    with pytest.raises(KeyError):
        run.result(10)
    assert [(stage.path, str(stage.state)) for stage in run.stages] == [("a", "failed"), ("a/b", "failed")]


def test_track_gives_every_item_and_its_bar_in_the_open_stage(make_job: Make, project: Path) -> None:
    def work(job: Job, project: Path, config: Any) -> list[int]:
        with job.stage("s"):
            return list(job.track(range(1000), title="Years"))

    run = start(make_job(work), project)
    assert run.result(10) == list(range(1000))
    last = of_kind(run, EventKind.PROGRESS)[-1]
    assert (last.stage, last.fraction, last.message) == ("s", 1.0, "Years: 1000 of 1000")
    # Coalesced where it arises: at most one report per beat, not one per item.
    assert len(of_kind(run, EventKind.PROGRESS)) < 20


def test_track_counts_what_has_no_length(make_job: Make, project: Path) -> None:
    run = start(make_job(lambda job, project, config: list(job.track(iter("abc")))), project)
    assert run.result(10) == list("abc")
    last = of_kind(run, EventKind.PROGRESS)[-1]
    assert (last.fraction, last.message, last.data["total"]) == (None, "3", None)


@pytest.mark.parametrize(
    ("done", "total", "fraction"),
    [(1, 4, 0.25), (5, 4, 1.0), (-1, 4, 0.0), (1, 0, None), (float("nan"), 4, None)],
)
def test_progress_stays_within_its_bounds(
    make_job: Make, project: Path, done: float, total: float, fraction: float | None
) -> None:
    run = start(make_job(lambda job, project, config: job.progress(done, total, "half way")), project)
    run.result(10)
    (event,) = of_kind(run, EventKind.PROGRESS)
    assert (event.fraction, event.message) == (fraction, "half way")


def test_log_lines_have_one_line_each_whatever_is_logged(make_job: Make, project: Path) -> None:
    def work(job: Job, project: Path, config: Any) -> None:
        job.log("two\nlines", "warning")
        job.log(ValueError("not text"))  # type: ignore[arg-type]
        job.log("")
        job.log("café \ud83d", 10)

    run = start(make_job(work), project)
    run.result(10)
    assert [(line.level, line.message) for line in run.lines()] == [
        ("warning", "two"),
        ("warning", "lines"),
        ("info", "not text"),
        ("info", ""),
        ("debug", "café \\ud83d"),
    ]


def test_metrics_files_and_inputs_are_reported_with_their_hashes(make_job: Make, project: Path) -> None:
    (project / "in.csv").write_bytes(b"abc")

    def work(job: Job, project: Path, config: Any) -> None:
        job.metric("MAPE", 3.25, unit="%")
        job.uses(project / "in.csv")
        job.artifact(project / "out.csv", "The table")

    run = start(make_job(work), project)
    run.result(10)
    summary = run.summary()
    assert [event.message for event in of_kind(run, EventKind.METRIC)] == ["MAPE = 3.25 %"]
    # FIPS 180-2, appendix B.1
    assert summary.inputs[0]["sha256"].startswith("ba7816bf8f01cfea")
    assert summary.artifacts[0]["title"] == "The table"


def test_the_current_job_is_known_in_its_threads_and_nowhere_else(make_job: Make, project: Path) -> None:
    def work(job: Job, project: Path, config: Any) -> list[bool]:
        inside = current_job() is job
        return [inside, *(found.value for found in job.map(lambda: current_job() is job, [Unit("a")]))]

    assert start(make_job(work), project).result(10) == [True, True]
    assert current_job() is None


# a job called like a function


def test_a_job_is_a_function_with_bars_and_lines_on_the_terminal(
    make_job: Make, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def work(job: Job, project: Path, config: Any) -> list[int]:
        job.log("begun")
        job.log("detail", "debug")
        with job.stage("sum", title="Sum"):
            total = sum(job.track(range(config.count), title="Adding"))
        with job.stage("bad", keep_going=True):
            raise ValueError("left out")
        job.checkpoint()
        values = [found.value for found in job.map(lambda x: x * 2, [Unit(str(x), (x,)) for x in range(3)])]
        return [total, *sorted(values)]

    assert make_job(work)(project, count=5) == [10, 0, 2, 4]
    out, err = capsys.readouterr()
    assert out == ""
    assert "begun" in err
    assert "detail" not in err
    assert "Adding: 100%" in err
    assert "3/3" in err
    assert "bad: ValueError: left out" in err
    assert not (project / ".workbench").exists()


def test_a_plain_call_raises_the_jobs_own_error_and_checks_its_settings(
    make_job: Make, project: Path
) -> None:
    def work(job: Job, project: Path, config: Any) -> None:
        raise LookupError("no such sector")

    made = make_job(work)
    with pytest.raises(LookupError, match="no such sector"):
        made(project)
    with pytest.raises(SettingError, match="There is no setting 'horizon'"):
        made(project, horizon=1)
    with pytest.raises(SettingError, match="takes a Config, not dict"):
        made(project, {})


def test_a_plain_call_leaves_no_worker_behind_when_it_raises(make_job: Make, project: Path) -> None:
    import threading

    def work(job: Job, project: Path, config: Any) -> None:
        for found in job.map(lambda x: x, [Unit(str(x), (x,)) for x in range(100)], workers=2):
            raise RuntimeError(found.key)

    with pytest.raises(RuntimeError) as caught:
        make_job(work)(project)
    assert caught.traceback
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("workbench unit worker")]


# found by name


def offer_in(
    folder: Path, monkeypatch: pytest.MonkeyPatch, location: str, target: str = "offers:work"
) -> None:
    """Install a package that offers one job."""
    (folder / "offers.py").write_text(
        f"from workbench.runs import JobOffer\nwork = JobOffer('An offer', {location!r})\nnothing = 5\n"
    )
    about = folder / "offering-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: offering\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[workbench.jobs]\noffered = {target}\n")
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.delitem(sys.modules, "offers", raising=False)


def test_an_offered_job_is_imported_only_when_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_job: Make
) -> None:
    (tmp_path / "offered_here.py").write_text(
        "from dataclasses import dataclass\n"
        "from workbench.runs import job\n"
        "@dataclass(frozen=True)\nclass Config:\n    scenario: str = 'base'\n"
        "@job('offered', title='Offered', config=Config)\ndef work(job, project, config):\n    return 5\n"
    )
    offer_in(tmp_path, monkeypatch, "offered_here:work")
    monkeypatch.setattr(registry, "_registered", {})
    assert known_jobs()["offered"] == "An offer"
    assert "offered_here" not in sys.modules
    assert find_job("offered")() == 5
    assert known_jobs()["offered"] == "Offered"


@pytest.mark.parametrize("target", ["not_there:work", "offers:missing", "offers:nothing"])
def test_a_broken_offer_is_named_and_leaves_the_other_jobs_alone(
    target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    offer_in(tmp_path, monkeypatch, "offered_here:work", target)
    titles = known_jobs()
    assert "offered" not in titles
    assert titles["demand"] == "Demand forecast"
    assert "The job 'offered' of offering cannot be used" in caplog.text
    with pytest.raises(SettingError, match="The job 'offered' of offering cannot be used"):
        find_job("offered")


@pytest.mark.parametrize("location", ["not_there:work", "offers:missing", "offers:work"])
def test_an_offer_that_leads_to_no_such_job_is_refused(
    location: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer_in(tmp_path, monkeypatch, location)
    with pytest.raises(SettingError, match="offered"):
        find_job("offered")


def test_two_packages_that_offer_one_name_are_both_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    offer_in(tmp_path, monkeypatch, "offered_here:work")
    (tmp_path / "second-1.0.dist-info").mkdir()
    (tmp_path / "second-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: second\n")
    (tmp_path / "second-1.0.dist-info" / "entry_points.txt").write_text(
        "[workbench.jobs]\noffered = second.offers:work\n"
    )
    assert "offered" not in known_jobs()
    assert "is offered twice" in caplog.text
    with pytest.raises(SettingError, match=r"offered twice: .*second\.offers:work"):
        find_job("offered")


def test_a_package_in_the_current_folder_offers_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer_in(tmp_path, monkeypatch, "offered_here:work")
    monkeypatch.setattr(sys, "path", ["", *(entry for entry in sys.path if entry != str(tmp_path))])
    monkeypatch.chdir(tmp_path)
    assert "offered" not in known_jobs()


def test_a_job_that_is_not_known_is_refused_with_those_that_are(make_job: Make) -> None:
    make_job(lambda job, project, config: None, name="mine")
    with pytest.raises(SettingError, match=r"There is no job 'yours'; known are .*mine"):
        find_job("yours")


def test_a_job_defined_again_replaces_the_earlier_one(make_job: Make, project: Path) -> None:
    make_job(lambda job, project, config: "old", name="again")
    make_job(lambda job, project, config: "new", name="again")
    assert start("again", project).result(10) == "new"
    assert known_jobs()["again"] == "Again"


def test_a_plain_call_beside_a_run_still_writes_to_the_terminal(
    make_job: Make, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import logging
    import threading

    gate = threading.Event()
    run = start(make_job(lambda job, project, config: gate.wait(10)), project)

    def work(job: Job, project: Path, config: Any) -> int:
        print("printed")
        job.log("logged by the job")
        logging.getLogger("lib").info("below the root logger's level")
        return sum(job.track(range(3), title="Adding"))

    assert make_job(work)(project) == 3
    gate.set()
    run.result(10)
    out, err = capsys.readouterr()
    assert out == "printed\n"
    assert "logged by the job" in err
    assert "Adding: 100%" in err
    assert run.logs() == []
