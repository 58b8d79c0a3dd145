from __future__ import annotations

import json
import threading
import time

import pytest

from workbench.cli import main
from workbench.cli.exit_codes import ExitCode
from workbench.runs import RunState, attach, runs


def run_count(project, *words: str) -> int:
    return main(["run", "count", "--project", str(project.folder), *words])


def test_run_waits_for_the_end_and_says_where_the_files_are(project, capsys):
    assert run_count(project, "--set", "steps=5") == 0
    out = capsys.readouterr().out
    assert "succeeded" in out
    assert "total = 5 MWh" in out
    assert str(project.folder / "total.txt") in out.replace("\n", "")


def test_run_shows_log_lines_and_finished_stages_on_standard_error(project, capsys):
    run_count(project)
    err = capsys.readouterr().err
    assert "counted to 3" in err
    assert "✓ count completed" in err


def test_run_as_json_writes_every_event_once_and_in_order(project, capsys):
    assert run_count(project, "--json") == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert events[-1]["data"]["state"] == "succeeded"


@pytest.mark.parametrize(
    ("setting", "code"),
    [
        ("fail_unit=yes", 5),
        ("lack=yes", 5),
        ("fail=yes", 1),
        ("blanks=2", 1),
        ("steps=0", 2),
        ("stepz=1", 2),
        ("steps", 2),
    ],
)
def test_the_exit_code_tells_how_it_ended(project, setting, code, capsys):
    assert run_count(project, "--set", setting) == code


def test_an_incomplete_run_says_so_wherever_it_is_shown(project, capsys):
    assert run_count(project, "--set", "lack=yes") == ExitCode.SUCCEEDED_INCOMPLETE
    printed = capsys.readouterr()
    assert "succeeded, incomplete Counting" in printed.out
    assert "Completed, incomplete: Homes has no forecast" in printed.out.replace("\n", " ")
    assert "Incomplete: Homes has no forecast" in printed.err
    folder = str(project.folder)
    assert main(["runs", "--project", folder, "--json"]) == 0
    (listed,) = json.loads(capsys.readouterr().out)
    assert (listed["state"], listed["cause"], listed["status"]) == (
        "succeeded",
        "incomplete",
        "succeeded, incomplete",
    )
    assert main(["runs", "--project", folder]) == 0
    assert "incomplete" in capsys.readouterr().out
    assert main(["watch", listed["id"], "--project", folder]) == 5


def test_bad_input_lists_every_cell_without_a_traceback_or_advice_to_resume(project, capsys):
    assert run_count(project, "--set", "blanks=4") == 1
    printed = capsys.readouterr()
    out = printed.out.replace("\n", " ")
    assert "demand.xlsx, sheet 'Sales', in 4 cells (B3, B4, B5, B6): is blank, fill in a number" in out
    assert "demand.xlsx, sheet 'Drivers', cell A1: has no year" in out
    assert "Traceback" not in printed.out + printed.err
    assert "workbench resume" not in printed.out


def test_a_crash_advises_to_resume(project, capsys):
    run_count(project, "--set", "fail=yes")
    assert "workbench resume" in capsys.readouterr().out


def test_wrong_use_names_the_setting_and_leaves_no_run_behind(project, capsys):
    run_count(project, "--set", "steps=many")
    assert "steps is 'many', expected a whole number" in capsys.readouterr().err
    assert runs(project) == []


def test_an_unknown_job_names_the_known_ones(project, capsys):
    assert main(["run", "demandd", "--project", str(project.folder)]) == 2
    assert "known are capacity, demand" in capsys.readouterr().err


def test_a_folder_that_is_no_project_is_refused_with_a_sentence(tmp_path, capsys):
    assert main(["runs", "--project", str(tmp_path)]) == 2
    assert "is not a project" in capsys.readouterr().err


def test_runs_lists_the_history_newest_first(project, capsys):
    run_count(project)
    run_count(project, "--set", "scenario=high")
    capsys.readouterr()
    assert main(["runs", "--project", str(project.folder), "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [record["scenario"] for record in listed] == ["high", "base"]
    assert main(["runs", "--project", str(project.folder), "--state", "failed"]) == 0
    assert "No runs" in capsys.readouterr().out


def test_cancel_ends_a_run_that_goes_on(project, capsys):
    code: list[int] = []
    words = ("--set", "steps=100000", "--set", "pause=0.01")
    thread = threading.Thread(target=lambda: code.append(run_count(project, *words)))
    thread.start()
    run_id = _wait_for_run(project)
    assert main(["cancel", run_id, "--project", str(project.folder)]) == 0
    thread.join(10)
    assert code == [3]
    assert attach(run_id, project).state == RunState.CANCELLED


def test_adjust_changes_a_run_that_goes_on(project, capsys):
    thread = threading.Thread(
        target=run_count, args=(project, "--set", "steps=100000", "--set", "pause=0.01")
    )
    thread.start()
    run_id = _wait_for_run(project)
    folder = str(project.folder)
    assert main(["adjust", run_id, "--project", folder, "--set", "steps=7"]) == 0
    assert main(["adjust", run_id, "--project", folder, "--set", "pause=7"]) == 2
    assert "pause is fixed while a run continues" in capsys.readouterr().err
    deadline = time.monotonic() + 10
    while attach(run_id, project).record.config["steps"] != 7:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert main(["cancel", run_id, "--project", folder]) == 0
    thread.join(10)
    assert not thread.is_alive()


def test_resume_goes_on_from_a_failed_run(project, capsys):
    assert run_count(project, "--set", "fail=yes") == 1
    run_id = runs(project)[0].id
    # It fails again at the same place, having taken its units from the first run.
    assert main(["resume", run_id, "--project", str(project.folder)]) == 1
    assert runs(project)[0].resumed_from == run_id


def test_resume_of_a_finished_run_is_refused(project, capsys):
    run_count(project)
    assert main(["resume", runs(project)[0].id, "--project", str(project.folder)]) == 2
    assert "has succeeded" in capsys.readouterr().err


def test_watch_shows_a_run_that_has_ended_from_its_first_event(project, capsys):
    run_count(project)
    run_id = runs(project)[0].id
    capsys.readouterr()
    assert main(["watch", run_id[:8], "--project", str(project.folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[0])["message"] == "Queued"


def test_jobs_lists_the_settings_of_a_job_with_bounds_and_units(capsys):
    assert main(["jobs", "count", "--json"]) == 0
    settings = {item["name"]: item for item in json.loads(capsys.readouterr().out)}
    assert settings["pause"]["unit"] == "s"
    assert settings["steps"]["maximum"] == 100_000
    assert settings["steps"]["adjustable"]


def test_without_a_command_the_help_is_shown(capsys):
    assert main([]) == 2
    assert "exit codes" in capsys.readouterr().out


def _wait_for_run(project) -> str:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        found = runs(project, states=["running"])
        if found:
            return found[0].id
        time.sleep(0.02)
    raise AssertionError("the run did not begin")


def test_a_setting_may_be_written_as_an_option(project, capsys):
    assert run_count(project, "--scenario", "high", "--steps=3") == 0
    assert "scenario high" in capsys.readouterr().out
    assert run_count(project, "--stepz", "3") == 2
    assert "no setting 'stepz'" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--scenario"], ["--scenario", "--json"], ["oops"]])
def test_an_option_without_a_value_is_refused(project, words, capsys):
    with pytest.raises(SystemExit) as ended:
        run_count(project, *words)
    assert ended.value.code == 2
    assert "unrecognized arguments" in capsys.readouterr().err
