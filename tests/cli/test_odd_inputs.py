"""Every command with inputs that cannot be taken: one sentence, exit code 2, and nothing written."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import pytest

from workbench.cli import main
from workbench.cli.exit_codes import ExitCode
from workbench.cli.parser import make_parser
from workbench.shell import command, quoted

WITH_A_PROJECT = {
    "run": ["run", "count", "--project"],
    "runs": ["runs", "--project"],
    **{name: [name, "x", "--project"] for name in ("watch", "pause", "cancel", "resume", "report")},
    "adjust": ["adjust", "x", "--set", "a=1", "--project"],
    "compare": ["compare", "a", "b", "--project"],
    "check": ["check", "--project"],
    "explain": ["explain"],
    "repair": ["repair"],
    "demo": ["demo", "--project"],
    "serve": ["serve", "--port", "0", "--project"],
    "lab": ["lab", "--project"],
}
"""Each command that opens a project, up to its folder."""
AFTER = {"explain": ["demand", "BAU", "requirement", "0", "peak_mw"]}


def call(words: list[str]) -> int:
    try:
        return main(words)
    except SystemExit as left:
        return int(left.code or 0)


@pytest.fixture
def places(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "file").write_text("")
    (tmp_path / "empty").mkdir()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    names = {name: str(tmp_path / name) for name in ("file", "empty", "loop", "gone")}
    return names | {"long": "a" * 5000, "home of nobody": "~no-such-user/x"}


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.slow) if name == "serve" else name for name in WITH_A_PROJECT],
)
def test_what_is_not_a_project_is_refused_with_one_sentence(name, places, tmp_path, capsys):
    before = sorted(tmp_path.rglob("*"))
    for place in places.values():
        assert call([*WITH_A_PROJECT[name], place, *AFTER.get(name, [])]) == ExitCode.WRONG_USE
        printed = capsys.readouterr()
        assert printed.out == ""
        assert printed.err.startswith("workbench: ")
        assert printed.err.count("\n") == 1
    assert sorted(tmp_path.rglob("*")) == before


def test_every_command_is_tried_here():
    (commands,) = (
        action for action in make_parser()._actions if action.dest == "==SUPPRESS==" or action.choices
    )
    assert set(commands.choices) - set(WITH_A_PROJECT) == {"new", "jobs", "completion", "story"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nonsense"], "invalid choice: 'nonsense'"),
        (["run"], "required: job"),
        (["new"], "required: folder"),
        (["jobs", "nonsense"], "There is no job 'nonsense'; known are"),
        (["run", "count", "--deadline", "-1"], "'-1' is not a number of seconds above 0"),
        (["run", "count", "--deadline", "nan"], "'nan' is not a number of seconds above 0"),
        (["runs", "--limit", "0"], "'0' is not a whole number from 1"),
        (["serve", "--port", "65536"], "'65536' is not a port"),
        (["serve", "--max-pages", "few"], "'few' is not a whole number from 1"),
        (["serve", "--folder", "nowhere-at-all"], "There is no folder"),
        (["cancel", "x", "--kill", "--abandon"], "not allowed with"),
        (["adjust", "x"], "required: --set"),
        (["compare", "a", "b", "--json", "--output", "x.csv"], "not allowed with"),
        (["explain", ".", "demand", "BAU", "requirement", "\u00b2", "peak_mw"], "is not a row"),
        (["completion", "tcsh"], "invalid choice: 'tcsh'"),
    ],
)
def test_wrong_use_is_said_and_ends_with_its_code(words, said, capsys):
    assert call(words) == ExitCode.WRONG_USE
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("place", ["folder", "nowhere/x.html", "file/x.html"])
def test_a_report_that_cannot_be_written_names_the_file_that_was_asked_for(project, tmp_path, place, capsys):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")
    folder = str(project.folder)
    main(["run", "count", "--project", folder])
    assert (
        main(["report", "count", "--project", folder, "--output", str(tmp_path / place)])
        == ExitCode.WRONG_USE
    )
    assert f"workbench: {tmp_path / place} cannot be written: " in capsys.readouterr().err
    assert not list(tmp_path.rglob(".*html*"))


def test_the_version_is_told(capsys):
    assert call(["--version"]) == 0
    assert capsys.readouterr().out.startswith("energy-workbench 0.")


def test_an_empty_text_names_no_run(project, capsys):
    main(["run", "count", "--project", str(project.folder)])
    assert main(["watch", "", "--project", str(project.folder)]) == ExitCode.WRONG_USE
    assert "names no run" in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="quotes of a POSIX shell")
def test_suggested_commands_can_be_copied_whatever_the_folder_is_called(tmp_path, capsys):
    folder = tmp_path / "Stra\xdfe mit \xdc's"
    assert main(["new", str(folder), "--from", "empty"]) == 0
    suggested = shlex.split(capsys.readouterr().out.split("then  ")[1])
    assert suggested == ["workbench", "run", "demand", "--project", str(folder)]
    assert main(["runs", "--project", str(folder)]) == 0
    assert shlex.split(capsys.readouterr().out.split("with  ")[1]) == suggested
    assert main(["runs", "--project", str(folder), "--state", "failed", "--job", "x"]) == 0
    assert capsys.readouterr().out.startswith("No runs of the job 'x' in the state failed")
    assert command("cancel", "a b", project=folder) == f"workbench cancel 'a b' --project {quoted(folder)}"
