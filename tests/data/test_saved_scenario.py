from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd
import pytest

from workbench.data.projects.project import Project
from workbench.data.results.scenario import (
    SUMMARY_FILE,
    ScenarioWriter,
    finished_scenarios,
    json_text,
    open_scenario,
    stamp_of,
)
from workbench.errors import UnreadableFile
from workbench.runs import setting


@dataclass(frozen=True)
class WindConfig:
    height: float = setting(100.0, help="Hub height", unit="m")


class Season(StrEnum):
    DRY = "dry"
    WET = "wet"


@dataclass(frozen=True)
class Kept:
    season: Season


EMPTY = {"config": {}, "facts": {}}


@pytest.fixture
def project(tmp_path) -> Project:
    return Project.create(tmp_path / "wind", "Wind")


def write(project: Project, *, stamp: str = "a", speed: float = 7.0) -> ScenarioWriter:
    writer = ScenarioWriter(project, "wind", "base", stamp=stamp, inputs={"mast.csv": "f00"}, run="r1")
    writer.table("speeds", pd.DataFrame({"speed": [speed]}), {"speed": "m/s"})
    writer.table(f"years/{int(speed)}", pd.DataFrame({"hour": [1]}), {})
    return writer


def test_what_was_written_is_read_back(project):
    written = write(project).finish({"config": {}, "facts": {"sites": 2, "shear": math.nan}})
    with open_scenario(project, "wind", "base", "wind study") as saved:
        assert saved.table("speeds").speed.tolist() == [7.0]
        assert saved.table("years/7").hour.tolist() == [1]
        assert saved.summary.facts == {"sites": 2, "shear": None}
        assert saved.summary.run == "r1"
    assert [path.name for path in written] == ["speeds.parquet", "7.parquet", SUMMARY_FILE]


def test_a_scenario_is_finished_only_with_its_summary(project):
    writer = write(project)
    assert finished_scenarios(project, "wind") == ()
    with (
        pytest.raises(UnreadableFile, match="no finished wind study 'base'; present: none"),
        open_scenario(project, "wind", "base", "wind study"),
    ):
        pass
    writer.finish(EMPTY)
    assert finished_scenarios(project, "wind") == ("base",)


def test_tables_of_another_run_are_refused(project):
    write(project).finish(EMPTY)
    write(project, stamp="b", speed=9.0)
    with open_scenario(project, "wind", "base", "wind study") as saved:
        with pytest.raises(UnreadableFile, match="belongs to another run"):
            saved.table("speeds")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "not valid JSON"),
        ("[]", "the content is [], expected a table with scenario, stamp"),
        ('{"stamp": "a"}', "scenario is missing, expected text; config is missing"),
        ('{"scenario": "base", "stamp": 5, "config": {}, "facts": {}}', "stamp is 5, expected text"),
        (
            '{"scenario": "base", "stamp": "a", "config": {}, "facts": {}, "notes": [{"kind": "bad"}]}',
            "notes[1].kind is 'bad', expected one of missing, assumed",
        ),
        (
            '{"scenario": "base", "stamp": "a", "config": {}, "facts": {"a": 1e999}}',
            "facts.a is inf, expected a finite number",
        ),
    ],
)
def test_a_damaged_summary_is_named_with_the_place(project, content, said):
    write(project).finish(EMPTY)
    path = project.results_folder("wind", "base") / SUMMARY_FILE
    path.write_text(content, encoding="utf-8")
    with (
        pytest.raises(UnreadableFile, match=re.escape(said)) as caught,
        open_scenario(project, "wind", "base", "wind study"),
    ):
        pass
    assert str(path) in str(caught.value)
    assert str(caught.value).endswith("Run the scenario again.")


def test_what_a_domain_keeps_in_the_summary_is_checked_too(project):
    write(project).finish({**EMPTY, "season": "by moon"})
    with (
        pytest.raises(UnreadableFile, match="season is 'by moon', expected one of dry, wet"),
        open_scenario(project, "wind", "base", "wind study") as saved,
    ):
        saved.more(Kept)


def test_a_file_beside_the_summary_lies_in_the_folder(project):
    write(project).finish(EMPTY)
    with open_scenario(project, "wind", "base", "wind study") as saved:
        with pytest.raises(UnreadableFile, match="lies outside"):
            saved.json("../../../project.toml")
        with pytest.raises(UnreadableFile, match=r"cards/gone\.json: it cannot be read as JSON"):
            saved.json("cards/gone.json")


def test_whatever_comes_up_while_a_result_is_read_is_an_error_of_ours(project):
    write(project).finish({**EMPTY, "facts": {"sites": 5}})
    with (
        pytest.raises(UnreadableFile, match="damaged, or not a saved wind study: AttributeError"),
        open_scenario(project, "wind", "base", "wind study") as saved,
    ):
        saved.summary.facts["sites"].append(6)


def test_files_of_an_earlier_run_go(project):
    write(project).finish(EMPTY)
    writer = write(project, stamp="b", speed=9.0)
    writer.remove_others("years/*.parquet")
    writer.finish(EMPTY)
    assert [path.name for path in (writer.folder / "years").iterdir()] == ["9.parquet"]


def test_a_stamp_changes_with_settings_and_inputs():
    stamps = {
        stamp_of(WindConfig(), "f00"),
        stamp_of(WindConfig(height=120.0), "f00"),
        stamp_of(WindConfig(), "f01"),
    }
    assert len(stamps) == 3
    assert stamp_of(WindConfig(), "f00") in stamps


def test_numbers_that_are_none_become_null():
    assert json.loads(json_text({"a": (1.0, math.inf), "b": {2: math.nan}})) == {
        "a": [1.0, None],
        "b": {"2": None},
    }
