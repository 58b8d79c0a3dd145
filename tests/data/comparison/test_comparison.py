from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from workbench.charts.comparison import write_comparison
from workbench.data.comparison.comparison import compare
from workbench.data.notes import Notes
from workbench.data.projects.project import Project
from workbench.data.results import kept_inputs
from workbench.data.results.compared import ComparedTable
from workbench.data.results.store import Result, ResultStore, units_from
from workbench.errors import InvalidData
from workbench.runs import setting

MAST = "Month,Site,Speed\n1,Hill,7.0\n1,Coast,8.0\n2,Hill,6.0\n2,Coast,9.0\n"


@dataclass(frozen=True, slots=True)
class WindConfig:
    scenario: str = setting("base", help="Name")
    height: float = setting(100.0, help="Hub height", unit="m")
    growth: dict[str, float] = setting(dict, help="Growth")


@dataclass(frozen=True, slots=True, eq=False)
class WindResult(Result[WindConfig]):
    pass


STORE = ResultStore(
    domain="wind",
    name="wind study",
    result=WindResult,
    config=WindConfig,
    tables=("energy",),
    units=units_from({"energy": "GWh"}),
    inputs=lambda facts: facts["files"],
    compared=(ComparedTable("energy", ("site", "year"), ("energy",)),),
)

Make = Callable[..., WindResult]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project.create(tmp_path / "wind", "Wind")
    (made.inputs / "mast.csv").write_text(MAST, encoding="utf-8")
    return made


@pytest.fixture
def study(project: Project) -> Make:
    """Save a study of the mast as it is now; energy is its mean speed."""

    def make(
        scenario: str, *, name: str = "mast.csv", notes: Notes | None = None, **facts: Any
    ) -> WindResult:
        config = facts.pop("config", WindConfig(scenario))
        content = (project.inputs / name).read_bytes()
        frame = pd.read_csv(project.inputs / name)
        rows = frame.groupby("Site")["Speed"].agg(lambda part: part.mean(skipna=False))
        energy = pd.DataFrame({"site": rows.index, "year": 2030, "energy": 10 * rows.to_numpy()})
        files = {name: hashlib.sha256(content).hexdigest()}
        told = {"files": files, "package_version": "1.0", **facts}
        result = WindResult(scenario, config, {"energy": energy}, notes or Notes(), told)
        return STORE.save(result, project)[0]

    return make


def plain(text: str) -> str:
    """Give a text with spaces and hyphens at which a line may be broken."""
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NON-BREAKING HYPHEN}", "-")


def rewrite(project: Project, old: str, new: str) -> None:
    path = project.inputs / "mast.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def test_the_same_results_differ_in_nothing(study: Make) -> None:
    found = compare(study("base"), study("again"))
    assert found.nothing_differs
    assert found.summary == "Nothing differs."
    assert found.to_frame().empty


def test_a_changed_cell_is_named_with_its_effect(study: Make, project: Project) -> None:
    before = study("june")
    rewrite(project, "2,Hill,6.0", "2,Hill,8.0")
    found = compare(before, study("july"))
    (cell,) = found.inputs
    assert (cell.file, cell.place, cell.label) == ("mast.csv", "C4", "Speed, 2")
    assert (cell.before, cell.after) == (6.0, 8.0)
    first = found.numbers.iloc[0]
    assert (first["of"], first.june, first.july, first.difference) == ("Hill, 2030", 65.0, 75.0, 10.0)
    assert first.difference_percent == pytest.approx(100 * 10 / 65)
    assert len(found.changed_numbers) == 1
    numbers, inputs = found.tables(project.style)[:2]
    assert numbers.headers == ("Number", "june", "july", "Difference", "[%]")
    assert [plain(cell) for cell in numbers.rows[0]] == [
        *("Energy [MU], Hill, FY 2029-30", "65.00", "75.00"),
        *("+10.00", "+15.38"),
    ]
    assert inputs.rows == (("cell changed", "mast.csv, C4", "Speed, 2", "6", "8"),)


def test_no_page_calls_a_scenario_first_or_second(study: Make, project: Project, tmp_path: Path) -> None:
    before = study("june")
    rewrite(project, "2,Hill,6.0", "2,Hill,8.0")
    found = compare(before, study("july"))
    page = write_comparison(found, tmp_path / "changed.html").read_text(encoding="utf-8")
    text = page[page.index("<h1>") :]
    assert "What changed from june to july" in text
    for word in ("first", "second", "First", "Second"):
        assert word not in text.replace("The first", "")
    assert list(found.to_frame().columns)[5:7] == ["june", "july"]
    assert {"june", "july"} <= set(found.numbers.columns)


def test_rows_that_came_and_files_under_a_new_name_are_told(study: Make, project: Project) -> None:
    before = study("june")
    (project.inputs / "mast_july.csv").write_text(MAST + "3,Hill,9.0\n", encoding="utf-8")
    found = compare(before, study("july", name="mast_july.csv"))
    (row,) = found.inputs
    assert (row.file, row.place, row.after) == ("mast.csv / mast_july.csv", "row 6", "3, Hill, 9")


def test_a_file_that_was_only_renamed_is_no_difference(study: Make, project: Project) -> None:
    before = study("june")
    (project.inputs / "mast.csv").rename(project.inputs / "mast_2025.csv")
    assert compare(before, study("july", name="mast_2025.csv")).nothing_differs


def test_settings_and_entries_of_maps_that_differ_are_told_by_title(study: Make) -> None:
    high = WindConfig("high", height=120.0, growth={"Hill": 2.0})
    found = compare(study("base"), study("high", config=high))
    assert [(one.what, one.about, one.before, one.after) for one in found.settings] == [
        ("Height", "m", "100", "120"),
        ("Growth: Hill", "", "not set", "2"),
    ]


def test_another_version_comes_before_other_facts(study: Make) -> None:
    found = compare(study("old", currency="INR"), study("new", package_version="2.0", currency="EUR"))
    assert [(one.what, one.before, one.after) for one in found.facts] == [
        ("Package version", "1.0", "2.0"),
        ("Currency", "INR", "EUR"),
    ]


def test_notes_that_only_one_has_are_told(study: Make) -> None:
    both, more = Notes("mast.csv"), Notes("mast.csv")
    for notes in (both, more):
        notes.doubt("a calm month", cell="C4")
    more.omission("Coast has no speeds")
    found = compare(study("base", notes=both), study("new", notes=more))
    (note,) = found.notes
    assert (note.what, note.where, note.before, note.after) == (
        "Missing",
        "mast.csv",
        "",
        "Coast has no speeds",
    )


def test_what_one_result_lacks_stays_missing(study: Make, project: Project) -> None:
    before = study("june")
    rewrite(project, "2,Coast,9.0", "2,Coast,")
    found = compare(before, study("july"))
    first = found.changed_numbers.iloc[0]
    assert first["of"] == "Coast, 2030"
    assert math.isnan(first.july)
    assert math.isnan(first.difference)
    assert found.tables(project.style)[0].rows[0][2] == "\N{EN DASH}"


def test_amounts_in_two_units_have_no_difference(study: Make, project: Project) -> None:
    store = replace(STORE, units=units_from({"energy": "currency"}))
    try:
        before = study("june", currency="INR")
        rewrite(project, "2,Hill,6.0", "2,Hill,8.0")
        found = compare(before, study("july", currency="EUR"))
    finally:
        replace(STORE)
    assert store.name == found.what
    assert set(found.numbers.unit) == {"INR against EUR"}
    assert found.numbers.difference.isna().all()


def test_an_input_whose_content_is_no_longer_known_is_said(study: Make, project: Project) -> None:
    before = study("june")
    rewrite(project, "2,Hill,6.0", "2,Hill,8.0")
    after = study("july")
    for path in project.kept_folder.iterdir():
        path.unlink()
    found = compare(before, after)
    (sentence,) = found.unknown
    assert sentence.startswith(
        "mast.csv differs, but its cells cannot be compared: its content as 'june' read it"
    )
    assert not found.nothing_differs
    assert sentence in found.tables(project.style)[1].remark
    assert len(found.changed_numbers) == 1


def test_a_copy_that_was_tampered_with_is_not_compared(study: Make, project: Project) -> None:
    before = study("june")
    rewrite(project, "2,Hill,6.0", "2,Hill,8.0")
    after = study("july")
    one, two = (
        project.kept_folder / f"{result.facts['files']['mast.csv']}.zst" for result in (before, after)
    )
    one.write_bytes(two.read_bytes())
    assert len(compare(before, after).unknown) == 1


def test_a_hash_that_is_a_path_leads_nowhere(study: Make, project: Project) -> None:
    before, after = study("june"), study("july")
    strange = replace(after, facts={**after.facts, "files": {"mast.csv": "../../project"}})
    assert len(compare(before, strange).unknown) == 1


def test_an_input_that_changed_while_the_run_was_active_is_not_kept(study: Make, project: Project) -> None:
    study("june", files={"mast.csv": "0" * 64})
    assert not project.kept_folder.exists() or not list(project.kept_folder.iterdir())


def test_a_copy_is_kept_once_and_the_oldest_go_first(
    study: Make, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    study("june")
    study("again")
    (first,) = project.kept_folder.iterdir()
    rewrite(project, "2,Hill,6.0", "2,Hill,8.0")
    monkeypatch.setattr(kept_inputs, "MAX_MEGABYTES", first.stat().st_size / 1e6)
    study("july")
    (left,) = project.kept_folder.iterdir()
    assert left.name != first.name


def test_one_scenario_of_two_projects_is_told_apart_by_the_projects(study: Make, tmp_path: Path) -> None:
    before = study("base")
    other = Project.create(tmp_path / "other", "Other state")
    (other.inputs / "mast.csv").write_text(MAST, encoding="utf-8")
    after = STORE.save(replace(before, folder=None), other)[0]
    found = compare(before, after)
    assert found.names == ("base (Wind)", "base (Other state)")
    assert [one.what for one in found.settings] == ["Project: name"]


def test_results_of_two_domains_are_refused_by_name(study: Make) -> None:
    class Other(WindResult):
        pass

    ResultStore(
        domain="sun", name="sun study", result=Other, config=WindConfig, tables=(), units=dict, inputs=dict
    )
    result = study("base")
    other = Other(result.scenario, result.config, result.tables, result.notes, result.facts)
    with pytest.raises(InvalidData, match="A wind study and a sun study cannot be compared"):
        compare(result, other)


def test_a_formula_in_a_cell_is_harmless_in_the_csv_file(study: Make, project: Project) -> None:
    before = study("june")
    rewrite(project, "1,Hill", "1,=cmd")
    found = compare(before, study("july"))
    assert ",'=cmd" in found.to_csv()
    assert ",=cmd" not in found.to_csv()


def test_a_year_that_is_new_comes_after_what_changed(study: Make, project: Project) -> None:
    before = study("june")
    rewrite(project, "2,Hill,6.0", "2,Hill,6.1")
    after = study("july")
    table = after.tables["energy"]
    longer = pd.concat([table, table.assign(year=2031)], ignore_index=True)
    found = compare(before, replace(after, tables={"energy": longer}))
    assert found.changed_numbers["of"].tolist() == ["Hill, 2030", "Coast, 2031", "Hill, 2031"]
