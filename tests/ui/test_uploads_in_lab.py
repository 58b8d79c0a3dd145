"""A file dropped onto a page in a real JupyterLab."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from lab import Notebook

from workbench.data.projects.project import Project

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DROP = """([name, text]) => {
  const files = new DataTransfer();
  files.items.add(new File([text], name));
  const event = new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true });
  document.querySelector(".workbench-drop").dispatchEvent(event);
}"""


def test_a_dropped_file_comes_into_the_project_and_is_offered_and_never_replaces_another_unasked(
    open_notebook: Callable[..., Notebook], tmp_path: Path
) -> None:
    project = Project.create(tmp_path / "project", "Project")
    notebook = open_notebook(
        f"import workbench\nworkbench.view('finance', workbench.Project.open({str(project.folder)!r}))"
    )
    page = notebook.page
    place = page.locator(".workbench-drop")
    place.wait_for(timeout=60_000)
    large = tmp_path / "large.csv"
    large.write_bytes(b"Date,Revenue\n" + os.urandom(1_200_000).hex().encode())
    page.locator(".workbench-drop input").set_input_files(str(large))
    place.locator("p:has-text('large.csv is in the project')").wait_for(timeout=60_000)
    assert (project.inputs / "large.csv").read_bytes() == large.read_bytes()

    page.evaluate(DROP, ["small.csv", "Date,Revenue\n2024-01-31,5\n"])
    place.locator("p:has-text('small.csv is in the project')").wait_for()
    notebook.wait_for(lambda: page.locator("select option[value='small.csv']").count() >= 2)
    page.evaluate(DROP, ["small.csv", "other"])
    place.locator("button:has-text('Save as small-2.csv')").click()
    place.locator("p:has-text('small-2.csv is in the project')").wait_for()
    assert (project.inputs / "small.csv").read_bytes() == b"Date,Revenue\n2024-01-31,5\n"
    assert (project.inputs / "small-2.csv").read_bytes() == b"other"
