"""Every notebook is executed, on a sample project, in a kernel of its own."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.conftest import PROJECT

NOTEBOOKS = sorted((PROJECT / "notebooks").rglob("*.ipynb"))
BOARDS = [path for path in NOTEBOOKS if path.parent.name == "boards"]


def test_there_are_notebooks():
    assert NOTEBOOKS


def run(path: Path, folder: Path) -> list[nbformat.NotebookNode]:
    """Execute a notebook in a folder and give its outputs, none of which may be an error."""
    notebook = nbformat.read(path, as_version=4)
    execute(notebook, folder)
    return outputs_of(notebook)


def execute(notebook: nbformat.NotebookNode, folder: Path) -> None:
    """Execute a notebook in a folder."""
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources=resources).execute()


def outputs_of(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """Outputs of an executed notebook: there is a widget, and no error."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert not [output for output in outputs if output.output_type == "error"]
    assert not [output.text for output in outputs if output.get("name") == "stderr"]
    assert any("application/vnd.jupyter.widget-view+json" in output.get("data", {}) for output in outputs)
    return outputs


@pytest.mark.slow
@pytest.mark.parametrize(
    "path",
    [pytest.param(path, marks=() if path.stem == "00-home" else pytest.mark.thorough) for path in NOTEBOOKS],
    ids=lambda path: f"{path.parent.name}/{path.stem}",
)
def test_a_notebook_runs_without_a_project_of_ones_own(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("WORKBENCH_PROJECT", raising=False)
    run(path, tmp_path)
    assert (tmp_path / "sample-project" / "project.toml").is_file()


@pytest.mark.slow
@pytest.mark.parametrize(
    "path",
    [path for path in NOTEBOOKS if path not in BOARDS],
    ids=lambda path: f"{path.parent.name}/{path.stem}",
)
def test_a_notebook_opens_the_project_of_the_environment_with_its_results(
    path: Path, planned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("WORKBENCH_PROJECT", str(planned))
    outputs = run(path, tmp_path)
    assert not (tmp_path / "sample-project").exists()
    assert len(json.dumps(outputs)) < 100_000


@pytest.mark.slow
def test_every_board_opens_the_project_of_the_environment_with_its_results(
    planned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("WORKBENCH_PROJECT", str(planned))
    boards = [nbformat.read(path, as_version=4) for path in BOARDS]
    # One after the other in one kernel: what takes long is to start one and to import.
    cells = [cell for board in boards for cell in board.cells]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    together = nbformat.v4.new_notebook(cells=cells)
    execute(together, tmp_path)
    for path, board in zip(BOARDS, boards, strict=True):
        assert len(json.dumps(outputs_of(board))) < 100_000, path.stem
    assert not (tmp_path / "sample-project").exists()
