from __future__ import annotations

import sqlite3
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest

from workbench.errors import UnknownRun
from workbench.runs import Job, Unit, attach, job, resume, runs, setting, start
from workbench.runs.engine.clean_up import delete_runs, old_runs


@dataclass(frozen=True, slots=True)
class TalkConfig:
    """Settings of the talking job."""

    scenario: str = setting("base", help="Scenario")
    lines: int = setting(20, help="Lines", minimum=0)
    fails: bool = setting(False, help="Whether it fails")


_go_on = threading.Event()


@job("talk", title="Talk", config=TalkConfig)
def talk(job: Job, project: object, config: TalkConfig) -> None:
    """Say something, remember a unit, and perhaps fail."""
    for number in range(config.lines):
        job.log(f"line {number} " + "x" * 200)
    list(job.map(len, [Unit("one", ("x",))]))
    if config.fails:
        raise ValueError("as asked")


@job("wait", title="Wait", config=TalkConfig)
def wait(job: Job, project: object, config: TalkConfig) -> None:
    """Wait until the test lets it go on."""
    while not _go_on.wait(0.02):
        job.checkpoint()


def count(project: Path, table: str) -> int:
    with sqlite3.connect(project / ".workbench" / "journal.sqlite") as connection:
        found = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    connection.close()
    return int(found)


def test_a_forgotten_run_leaves_nothing_behind_and_the_others_stay(tmp_path):
    first, second = start(talk, tmp_path, lines=2000), start(talk, tmp_path, scenario="other")
    first.wait()
    second.wait()
    done = delete_runs(tmp_path, [first.id])
    assert done.deleted == (first.id,)
    assert done.bytes_freed > 100_000
    assert [record.id for record in runs(tmp_path)] == [second.id]
    with pytest.raises(UnknownRun):
        attach(first.id, tmp_path)
    assert attach(second.id, tmp_path).count_lines() == second.count_lines() >= 20
    # What signs its settings.
    assert count(tmp_path, "unit") == 1 + 1


def test_a_run_that_goes_on_is_kept(tmp_path):
    _go_on.clear()
    run = start(wait, tmp_path)
    try:
        done = delete_runs(tmp_path, [run.id])
        assert done.deleted == ()
        assert done.kept[run.id].startswith("it is")
        assert not run.state.is_final
    finally:
        _go_on.set()
        run.wait()


def test_a_run_that_another_went_on_from_is_kept_as_long_as_that_one(tmp_path):
    failed = start(talk, tmp_path, fails=True)
    failed.wait()
    again = resume(failed.id, tmp_path)
    again.wait()
    assert "resumed it" in delete_runs(tmp_path, [failed.id]).kept[failed.id]
    done = delete_runs(tmp_path, [failed.id, again.id])
    assert set(done.deleted) == {failed.id, again.id}
    assert runs(tmp_path) == []


def test_an_unknown_run_forgets_none(tmp_path):
    run = start(talk, tmp_path)
    run.wait()
    with pytest.raises(UnknownRun):
        delete_runs(tmp_path, [run.id, "no-such-run"])
    assert len(runs(tmp_path)) == 1


def test_only_ended_runs_of_that_age_are_old(tmp_path):
    run = start(talk, tmp_path)
    run.wait()
    assert old_runs(tmp_path, 1) == []
    assert [record.id for record in old_runs(tmp_path, 0)] == [run.id]
