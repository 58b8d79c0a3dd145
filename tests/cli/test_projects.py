from __future__ import annotations

import pytest

from workbench.cli import main
from workbench.data.projects.project import Project


@pytest.mark.parametrize("origin", ["template", "sample", "empty"])
def test_new_creates_a_project_that_opens(tmp_path, capsys, origin):
    folder = tmp_path / "malabar"
    assert main(["new", str(folder), "--from", origin]) == 0
    project = Project.open(folder)
    assert len(project.input_files()) == 0 if origin == "empty" else len(project.input_files()) > 0
    assert "workbench run demand" in capsys.readouterr().out.replace("\n", " ")


def test_new_never_writes_into_a_folder_that_holds_something(tmp_path, capsys):
    (tmp_path / "notes.txt").write_text("mine")
    assert main(["new", str(tmp_path)]) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    assert capsys.readouterr().err.startswith("workbench: ")
