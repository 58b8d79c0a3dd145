"""What is found in the inputs is settled by a setting or accepted, and runs begin with what was settled."""

from __future__ import annotations

import json
from pathlib import Path

import ipywidgets
import numpy as np
import pytest
from hourly_loads.series import local_hours, plain_load

from workbench.cli import main
from workbench.data.notes import Note
from workbench.data.projects.project import Project
from workbench.errors import SettingError
from workbench.planning.boxes import ChainBoxes
from workbench.planning.check import InputCheck, InputState, check_inputs
from workbench.planning.settling import accept, key_of, settle, unsettle
from workbench.runs.engine.kept_settings import kept_settings, path_of
from workbench.runs.jobs.registry import find_job

TIMES = local_hours("2024-04-01", "2025-03-31")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A year of hours with a spike and an outage."""
    project = Project.create(tmp_path / "state", "Kerala")
    load = plain_load(TIMES)
    load[4000] *= 10
    load[6000:6004] *= 0.2
    rows = (f"{time},{value!r}" for time, value in zip(TIMES.astype(str), load.tolist(), strict=True))
    path = project.inputs / "hourly_load.csv"
    path.write_text("\n".join(["datetime,demand", *rows]) + "\n", encoding="utf-8")
    return project


def hours_of(project: Project) -> InputCheck:
    return check_inputs(project)[1]


def finding(item: InputCheck, words: str) -> Note:
    (found,) = (note for note in item.open if words in note.message)
    return found


def test_a_finding_has_settings_that_settle_it_and_runs_begin_with_them(project: Project) -> None:
    (answer,) = finding(hours_of(project), "spike").answers
    assert (answer.setting, answer.value) == ("spikes", "keep")

    settle(project, "load_profiles", answer.setting, answer.value)
    after = hours_of(project)
    assert after.settled == {"spikes": "keep"}
    assert "spike, 1 hour, kept" in finding(after, "spike").message
    config = find_job("load_profiles").make_config(None, kept_settings(project, "load_profiles"))
    assert config.spikes == "keep"

    unsettle(project, "load_profiles", "spikes")
    assert not path_of(project).exists()
    assert "filled" in finding(hours_of(project), "spike").message


def test_what_is_right_as_it_is_is_no_doubt_any_more_until_its_words_change(project: Project) -> None:
    before = hours_of(project)
    assert before.state is InputState.DOUBTFUL
    for note in before.open:
        accept(project, "load_profiles", note)
    after = hours_of(project)
    assert (after.state, after.open) == (InputState.READY, ())
    assert {key_of(note) for note in after.accepted} == {key_of(note) for note in before.open}

    settle(project, "load_profiles", "restore_outages", "yes")
    assert "restored" in finding(hours_of(project), "outage").message


def test_lists_and_tables_are_added_to_what_was_settled(project: Project) -> None:
    settle(project, "demand", "return_to_trend", "Homes")
    settle(project, "demand", "return_to_trend", "Farms")
    settle(project, "demand", "blank_years", '{"Homes": [2018]}')
    kept = settle(project, "demand", "blank_years", '{"Homes": [2019], "Farms": [2012]}')

    assert kept == {"Homes": [2018, 2019], "Farms": [2012]}
    assert kept_settings(project, "demand")["return_to_trend"] == ["Homes", "Farms"]


@pytest.mark.parametrize(
    ("job", "setting", "value"),
    [("finance", "spikes", "keep"), ("load_profiles", "spike", "keep"), ("load_profiles", "spikes", "no")],
)
def test_what_cannot_be_settled_leaves_nothing_behind(
    project: Project, job: str, setting: str, value: str
) -> None:
    with pytest.raises(SettingError):
        settle(project, job, setting, value)
    assert not path_of(project).exists()


def test_the_command_line_settles_accepts_and_takes_back(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(project.folder)
    main(["check", "--project", folder])
    shown = " ".join(capsys.readouterr().out.split())
    assert "--settle load_profiles.spikes=keep" in shown

    outage = finding(hours_of(project), "outage")
    words = ["--settle", "load_profiles.spikes=keep", "--accept", key_of(outage)]
    main(["check", "--project", folder, *words, "--json"])
    plain = json.loads(capsys.readouterr().out)
    (hours,) = (item for item in plain if item["step"] == "load_profiles")
    assert hours["settled"] == {"spikes": "keep"}
    assert list(hours["accepted"]) == [key_of(outage)]

    main(["check", "--project", folder, "--undo", "load_profiles.spikes"])
    assert kept_settings(project, "load_profiles") == {}


def test_every_finding_has_a_button_in_the_notebook(project: Project) -> None:
    boxes = ChainBoxes(project)
    found = boxes.check()
    buttons = [part for part in parts(boxes) if isinstance(part, ipywidgets.Button)]
    labels = [button.description for button in buttons]
    assert labels.count("It is right as it is") == len(hours_of(project).open)
    assert all(item.open or item.state is InputState.MISSING for item in found)

    next(button for button in buttons if button.description == "Keep them as measured").click()
    assert kept_settings(project, "load_profiles") == {"spikes": "keep"}
    taken = [part for part in parts(boxes) if isinstance(part, ipywidgets.Button)]
    next(button for button in taken if button.description == "Take it back").click()
    assert kept_settings(project, "load_profiles") == {}


def parts(widget: ipywidgets.Widget) -> list[ipywidgets.Widget]:
    return [widget, *(part for child in getattr(widget, "children", ()) for part in parts(child))]


def test_a_year_that_is_wrong_is_bridged_where_it_was_settled(tmp_path: Path) -> None:
    from workbench.data.problems import Problems
    from workbench.demand.config import DemandConfig
    from workbench.demand.inputs.sector_sheets import SectorSheet, fill_gaps, without_years

    values = {year: 100.0 * 1.05 ** (year - 2010) for year in range(2010, 2021)}
    right = values[2018]
    values[2018] *= 10
    sheet = SectorSheet("Homes", "Homes", values, {year: f"B{year - 2008}" for year in values})
    problems = Problems("demand.xlsx")
    blank = DemandConfig(blank_years={"Homes": (2018,)}).blank_years["Homes"]
    filled = fill_gaps(without_years(sheet, blank, problems), False, problems, blank)

    assert filled[2018] == pytest.approx(right)
    assert not problems.errors
    assert any("blank_years says so" in problem.message for problem in problems)
    assert np.isclose(filled[2017], values[2017])
