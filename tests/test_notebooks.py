"""Every notebook is executed, on a sample project, in a kernel of its own."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.conftest import PROJECT

NOTEBOOKS = sorted((PROJECT / "notebooks").rglob("*.ipynb"))


def test_there_are_notebooks():
    assert NOTEBOOKS


def run(path: Path, folder: Path) -> list[nbformat.NotebookNode]:
    """Execute a notebook in a folder and give its outputs, none of which may be an error."""
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources=resources).execute()
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
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_notebook_opens_the_project_of_the_environment_with_its_results(
    path: Path, planned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("WORKBENCH_PROJECT", str(planned))
    outputs = run(path, tmp_path)
    assert not (tmp_path / "sample-project").exists()
    assert len(json.dumps(outputs)) < 100_000
