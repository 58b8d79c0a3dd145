"""The result that a scenario had before its last run: when it is kept, how it is named, what it costs."""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
import pytest

from workbench.data.comparison.comparison import compare
from workbench.data.notes import Notes
from workbench.data.projects.disk_usage import disk_use
from workbench.data.projects.project import Project
from workbench.data.results.compared import ComparedTable
from workbench.data.results.earlier import earlier_folder, earlier_results
from workbench.data.results.scenario import SUMMARY_FILE
from workbench.data.results.store import Result, ResultStore, units_from
from workbench.errors import CopyNotKept, LinkRefused, UnreadableFile
from workbench.files import changing
from workbench.runs import setting


@dataclass(frozen=True, slots=True)
class HeightConfig:
    scenario: str = setting("BAU", help="Scenario")
    height: float = setting(100.0, help="Hub height", unit="m")


@dataclass(frozen=True, slots=True, eq=False)
class MastResult(Result[HeightConfig]):
    called = "Mast"


STORE = ResultStore(
    domain="mast",
    name="mast study",
    result=MastResult,
    config=HeightConfig,
    tables=("speeds",),
    units=units_from({"speed": "m/s"}),
    inputs=lambda facts: {},
    compared=(ComparedTable("speeds", ("year",), ("speed",)),),
)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.create(tmp_path / "wind", "Wind")


def save(project: Project, speed: float, height: float = 100.0, scenario: str = "BAU") -> MastResult:
    tables = {"speeds": pd.DataFrame({"year": [2030], "speed": [speed]})}
    made = MastResult(scenario, HeightConfig(scenario, height), tables, Notes(), {"run": speed})
    return STORE.save(made, project)[0]


def speed_of(result: MastResult) -> float:
    return float(result.table("speeds").speed.iloc[0])


def test_a_second_run_keeps_the_result_before_it_under_a_name_of_its_own(project: Project) -> None:
    save(project, 7.0)
    assert STORE.earlier(project, "BAU") == ""
    save(project, 8.0, height=120.0)
    label = STORE.earlier(project, "BAU")
    assert label.startswith("BAU before 20")
    before = STORE.load_earlier(project, "BAU")
    assert (before.scenario, speed_of(before), before.config.height) == (label, 7.0, 100.0)
    assert speed_of(STORE.load(project, "BAU")) == 8.0
    assert before.project is not None
    assert before.project.folder == project.folder


def test_a_table_that_earlier_versions_lack_is_empty_there_and_missed_where_it_was_written(
    project: Project,
) -> None:
    # As a later version would declare it, without a declaration of its own for the class.
    with_gusts = replace(STORE, tables=("speeds", "gusts"), added=("gusts",))
    try:
        save(project, 7.0)
        assert with_gusts.load(project, "BAU").table("gusts").empty
        before = with_gusts.load(project, "BAU")
        result, _ = with_gusts.save(replace(before, config=HeightConfig("BAU", 120.0)), project)
        # The one before has no gusts, and is whole without them.
        assert with_gusts.earlier(project, "BAU")
        assert result.folder is not None
        (result.folder / "gusts.parquet").unlink()
        with pytest.raises(
            UnreadableFile, match=r"There is no file .*gusts\.parquet; run the scenario again"
        ):
            with_gusts.load(project, "BAU")
    finally:
        replace(STORE)


def test_it_is_no_scenario_of_its_own(project: Project) -> None:
    save(project, 7.0)
    save(project, 8.0, height=120.0)
    assert STORE.finished(project) == project.scenarios("mast") == ("BAU",)
    assert STORE.newest(project) == "BAU"
    with pytest.raises(UnreadableFile, match="no finished mast study 'BAU before'; present: BAU"):
        STORE.load(project, "BAU before")
    assert speed_of(STORE.load_named(project, "BAU before")) == 7.0
    assert speed_of(STORE.load_named(project, STORE.earlier(project, "BAU"))) == 7.0


def test_what_changed_is_told_with_both_names(project: Project) -> None:
    save(project, 7.0)
    after = save(project, 8.0, height=120.0)
    changed = compare(STORE.load_earlier(project, "BAU"), after)
    assert changed.names == (STORE.earlier(project, "BAU"), "BAU")
    assert changed.changed_numbers.difference.tolist() == [1.0]
    assert [change.what for change in changed.settings] == ["Height"]


def test_one_is_kept_and_the_same_result_again_replaces_nothing(project: Project) -> None:
    for speed, height in ((7.0, 100.0), (8.0, 120.0), (9.0, 140.0), (9.0, 140.0)):
        save(project, speed, height)
    assert speed_of(STORE.load_earlier(project, "BAU")) == 8.0
    assert len(list(project.earlier_folder.rglob(SUMMARY_FILE))) == 1


def test_a_run_that_is_killed_while_it_writes_leaves_the_result_before_it(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(project, 7.0)

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("workbench.data.results.scenario.ScenarioWriter.finish", killed)
        with pytest.raises(KeyboardInterrupt):
            save(project, 8.0, height=120.0)
    # What it left is of two runs: never kept in place of the whole one.
    save(project, 9.0, height=140.0)
    assert speed_of(STORE.load_earlier(project, "BAU")) == 7.0


def test_a_run_that_is_killed_while_it_keeps_leaves_both_whole(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(project, 7.0)
    save(project, 8.0, height=120.0)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("workbench.data.results.earlier.second_name", killed)
        with pytest.raises(KeyboardInterrupt):
            save(project, 9.0, height=140.0)
    assert speed_of(STORE.load(project, "BAU")) == 8.0
    assert speed_of(STORE.load_earlier(project, "BAU")) == 7.0
    assert [path.name for path in (project.earlier_folder / "mast").iterdir()] == ["BAU"]


def test_it_takes_no_disk_but_that_of_the_replaced_files(project: Project) -> None:
    first = save(project, 7.0)
    assert first.folder is not None
    inode = (first.folder / "speeds.parquet").stat().st_ino
    save(project, 8.0, height=120.0)
    kept = earlier_folder(project, "mast", "BAU") / "speeds.parquet"
    assert (kept.stat().st_ino, kept.stat().st_nlink) == (inode, 1)
    sizes = {item.part: item.size for item in disk_use(project)}
    assert sizes["Results before the last run"] == sum(path.stat().st_size for path in kept.parent.iterdir())


def test_a_disk_without_second_names_gets_a_copy(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    save(project, 7.0)

    def refused(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(changing.os, "link", refused)
    save(project, 8.0, height=120.0)
    assert speed_of(STORE.load_earlier(project, "BAU")) == 7.0


def test_a_full_disk_costs_the_earlier_result_and_never_the_new_one(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(project, 7.0)

    def refused(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(changing.os, "link", refused)
    with pytest.warns(CopyNotKept, match="'BAU' had before was not kept.*No space left on device"):
        save(project, 8.0, height=120.0)
    assert speed_of(STORE.load(project, "BAU")) == 8.0
    assert STORE.earlier(project, "BAU") == ""
    with pytest.raises(UnreadableFile, match="no earlier result is kept"):
        STORE.load_earlier(project, "BAU")


def test_what_was_kept_of_a_scenario_goes_with_it(project: Project) -> None:
    save(project, 7.0)
    save(project, 8.0, height=120.0)
    for path in project.results_folder("mast", "BAU").iterdir():
        path.unlink()
    assert earlier_results(project, "mast") == {}
    save(project, 5.0, scenario="High")
    assert not earlier_folder(project, "mast", "BAU").exists()


def test_nothing_is_kept_outside_of_the_project_through_a_link(project: Project, tmp_path: Path) -> None:
    save(project, 7.0)
    outside = tmp_path / "outside"
    outside.mkdir()
    project.earlier_folder.symlink_to(outside)
    with pytest.warns(CopyNotKept, match="earlier"):
        save(project, 8.0, height=120.0)
    assert list(outside.iterdir()) == []
    assert speed_of(STORE.load(project, "BAU")) == 8.0
    assert STORE.earlier(project, "BAU") == ""
    with pytest.raises(LinkRefused):
        disk_use(project)
