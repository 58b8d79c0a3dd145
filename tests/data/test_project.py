from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.data.formatting import Grouping
from workbench.data.projects.project import Project
from workbench.data.projects.settings_file import FILE_NAME, ProjectSettings, read_settings, write_settings
from workbench.errors import LinkRefused, ProjectError, SettingError, UnreadableFile


def test_a_created_project_is_opened_with_the_same_settings(tmp_path: Path) -> None:
    settings = ProjectSettings("A new प्रदेश", "Région", "EUR", "GWh", 1, Grouping.THOUSANDS, "Europe/Paris")

    created = Project.create(tmp_path / "deep" / "new", settings)

    assert Project.open(tmp_path / "deep" / "new") == created
    assert Project.open(tmp_path / "deep" / "new" / FILE_NAME).settings == settings
    assert sorted(os.listdir(created.folder)) == [".workbench", "inputs", "project.toml", "results"]  # noqa: PTH208
    assert os.listdir(tmp_path / "deep") == ["new"]  # noqa: PTH208


def test_text_with_quotes_and_backslashes_survives_the_settings_file(tmp_path: Path) -> None:
    settings = ProjectSettings("name", region='a "quoted" \\ region')
    (tmp_path / FILE_NAME).write_text(write_settings(settings), encoding="utf-8")

    assert read_settings(tmp_path / FILE_NAME) == (settings, ())


def test_the_places_in_a_project_are_where_its_description_says(project: Project) -> None:
    folder = project.folder

    assert project.inputs == folder / "inputs"
    assert project.journal_path == folder / ".workbench" / "journal.sqlite"
    assert project.cache_folder == folder / ".workbench" / "cache"
    assert project.results_folder("demand", "base") == folder / "results" / "demand" / "base"
    assert (project.name, project.currency, project.energy_unit) == ("A project", "INR", "MU")
    assert project.style.grouping is Grouping.INDIAN


def test_an_empty_folder_may_become_a_project_but_a_filled_one_may_not(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "note.txt").touch()

    Project.create(tmp_path / "empty", "x")
    with pytest.raises(ProjectError, match="already there, a folder with files in it"):
        Project.create(tmp_path / "full", "x")

    assert os.listdir(tmp_path / "full") == ["note.txt"]  # noqa: PTH208


def test_a_project_whose_filling_fails_is_not_there_at_all(tmp_path: Path) -> None:
    def fill(project: Project) -> None:
        (project.inputs / "a.csv").write_text("x")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Project.create(tmp_path / "new" / "deep", "x", fill)

    assert list(tmp_path.iterdir()) == []


def test_a_project_that_appears_meanwhile_is_never_overwritten(tmp_path: Path) -> None:
    def fill(project: Project) -> None:
        Project.create(tmp_path / "new", "the other")

    with pytest.raises(ProjectError, match="another one appeared there meanwhile"):
        Project.create(tmp_path / "new", "mine", fill)

    assert Project.open(tmp_path / "new").name == "the other"
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


def test_a_full_disk_leaves_nothing_of_a_new_project(tiny_disk: Path) -> None:
    def fill(project: Project) -> None:
        (project.inputs / "large.bin").write_bytes(bytes(1_000_000))

    with pytest.raises(ProjectError, match=r"cannot be created: the disk is full"):
        Project.create(tiny_disk / "new", "x", fill)

    assert list(tiny_disk.iterdir()) == []


def test_a_read_only_place_is_said_to_be_read_only(
    tiny_disk: Path, make_read_only: Callable[[Path], None]
) -> None:
    make_read_only(tiny_disk)

    with pytest.raises(ProjectError, match="cannot be created: the disk is read-only") as caught:
        Project.create(tiny_disk / "new", "x")
    assert caught.value.path == tiny_disk / "new"


def test_a_read_only_project_can_be_opened_but_says_that_it_cannot_be_written(
    tiny_disk: Path, make_read_only: Callable[[Path], None]
) -> None:
    created = Project.create(tiny_disk / "new", "x")
    created.require_writable()
    make_read_only(tiny_disk)

    project = Project.open(tiny_disk / "new")

    assert not project.validate().errors
    with pytest.raises(
        ProjectError, match=r"cannot be written: the disk is read-only.* Nothing was written\."
    ):
        project.require_writable()


def test_a_folder_without_permission_is_explained(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    # Root, who runs many test machines, is never refused; the error is raised where it would be.
    def refuse(path: Path, *_: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr("workbench.data.projects.project.open_descriptor", refuse)
    with pytest.raises(ProjectError, match="permission is denied"):
        project.require_writable()


def test_missing_folders_of_a_project_are_made_before_writing(project: Project) -> None:
    project.state_folder.rmdir()

    project.require_writable()

    assert list(project.state_folder.iterdir()) == []


def test_a_path_through_a_file_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(ProjectError, match="a part of its path is a file"):
        Project.create(tmp_path / "file" / "new", "x")


def test_what_is_no_project_is_told_apart(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(ProjectError, match="There is no folder"):
        Project.open(tmp_path / "gone")
    with pytest.raises(ProjectError, match="is a file, expected the folder"):
        Project.open(tmp_path / "file")
    with pytest.raises(ProjectError, match=r"is not a project: it has no project\.toml"):
        Project.open(tmp_path)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[project\n", "is not valid TOML"),
        ("[project]\n", "has no name"),
        ("project = 3\n", "has no name"),
        ('[project]\nname = "x"\nformat = 9\n', "is of format 9, this version reads 1; update"),
        ("[project]\nname = 5\n", "name is 5, expected text"),
        (
            '[project]\nname = "x"\nfiscal_year_start = 4.0\n',
            "fiscal_year_start is 4.0, expected a whole number",
        ),
        ('[project]\nname = "x"\nfiscal_year_start = true\n', "expected a whole number"),
        ('[project]\nname = "x"\nfiscal_year_start = 13\n', "fiscal_year_start is 13, expected a month"),
        ('[project]\nname = "x"\nenergy_unit = "units"\n', "energy_unit is 'units', expected one of kWh"),
        ('[project]\nname = "x"\ncurrency = "Rs"\n', "currency is 'Rs', expected an ISO code"),
        (
            '[project]\nname = "x"\ndigit_grouping = "big"\n',
            "digit_grouping is 'big', expected one of indian",
        ),
        ('[project]\nname = "x"\ntime_zone = "../etc"\n', "time_zone is '../etc', expected an IANA name"),
        ('[project]\nname = "a/b"\n', "contains /"),
    ],
)
def test_settings_that_cannot_be_used_are_named_with_what_is_expected(
    tmp_path: Path, text: str, sentence: str
) -> None:
    (tmp_path / FILE_NAME).write_text(text)

    with pytest.raises(ProjectError) as caught:
        Project.open(tmp_path)
    assert sentence in str(caught.value)
    assert FILE_NAME in str(caught.value)


def test_settings_of_a_newer_hand_are_kept_and_reported(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text('[project]\nname = "x"\ncolour = "red"\n')

    project = Project.open(tmp_path)

    assert project.unknown == ("colour",)
    assert any("'colour' is not known" in str(problem) for problem in project.validate().warnings)


def test_a_file_saved_by_notepad_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b'\xef\xbb\xbf[project]\r\nname = "x"\r\n')

    assert Project.open(tmp_path).name == "x"


@pytest.mark.parametrize("name", ["../outside", "a/b", "..", "", "C:\\x", "nul"])
def test_a_scenario_name_never_leads_outside(project: Project, name: str) -> None:
    with pytest.raises(SettingError):
        project.results_folder("demand", name)
    with pytest.raises(SettingError):
        project.results_folder(name, "base")


def test_a_link_among_the_results_never_leads_outside(project: Project, tmp_path: Path) -> None:
    (project.results / "demand").mkdir()
    (project.results / "demand" / "base").symlink_to(tmp_path)

    with pytest.raises(LinkRefused, match="results/demand/base is a link"):
        project.results_folder("demand", "base")


def test_scenarios_are_the_folders_among_the_results(project: Project) -> None:
    for name in ("high", "base", ".part-1"):
        project.results_folder("demand", "x").with_name(name).mkdir(parents=True)
    (project.results / "demand" / "note.txt").touch()

    assert project.scenarios("demand") == ("base", "high")
    assert project.scenarios("capacity") == ()


def test_inputs_are_listed_without_lock_files_and_found_by_name(project: Project) -> None:
    (project.inputs / "more").mkdir()
    for name in ("demand.xlsx", "~$demand.xlsx", ".part-1.xlsx", "note.txt", "more/load.CSV"):
        (project.inputs / name).write_text("x")

    assert [path.name for path in project.input_files()] == ["demand.xlsx", "load.CSV"]
    assert project.input("more/load.CSV").read_text() == "x"


def test_an_input_that_is_a_link_is_no_missing_one(project: Project, tmp_path: Path) -> None:
    (tmp_path / "shared.xlsx").write_text("x")
    (project.inputs / "demand.xlsx").symlink_to(tmp_path / "shared.xlsx")

    (found,) = project.input_files()
    with pytest.raises(
        LinkRefused, match=r"inputs/demand\.xlsx is a link; .* replace it by what it leads to"
    ):
        project.input(found.name)
    assert any("demand.xlsx is a link" in str(problem) for problem in project.validate())


def test_a_missing_input_is_named_with_the_nearest_or_those_present(project: Project) -> None:
    (project.inputs / "demand.xlsx").write_text("x")

    with pytest.raises(UnreadableFile, match=r"no input Demands\.xlsx .*did you mean demand\.xlsx\?"):
        project.input("Demands.xlsx")
    with pytest.raises(UnreadableFile, match=r"present: demand\.xlsx\."):
        project.input("quite another thing")


@pytest.mark.parametrize("name", ["../project.toml", "/etc/passwd", "more/../../project.toml"])
def test_an_input_never_lies_outside(project: Project, name: str) -> None:
    with pytest.raises(UnreadableFile, match="lies outside"):
        project.input(name)


def test_validation_reports_all_inputs_that_cannot_be_opened_at_once(project: Project) -> None:
    (project.inputs / "text.xlsx").write_text("Year,Sales")
    (project.inputs / "empty.xlsx").touch()
    with (project.inputs / "huge.xlsx").open("wb") as file:
        file.truncate(100_000_000)
    (project.inputs / "fine.csv").write_text("a,b")
    (project.inputs / "~$fine.csv").touch()

    problems = project.validate()

    assert [problem.file for problem in problems.errors] == [
        "inputs/empty.xlsx",
        "inputs/huge.xlsx",
        "inputs/text.xlsx",
    ]
    assert [problem.file for problem in problems.warnings] == ["inputs/fine.csv"]


def test_a_wrong_setting_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"contains /.*currency is 'rupees'"):
        Project.create(tmp_path / "new", ProjectSettings("a/b", currency="rupees"))

    assert list(tmp_path.iterdir()) == []
