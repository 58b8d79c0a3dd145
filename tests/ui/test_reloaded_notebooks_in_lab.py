"""Views come back with a reloaded page of JupyterLab, however busy it is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from lab import PROJECT, Lab

from workbench.cli import main
from workbench.sample.project import create_from_sample

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SEVEN = (
    *("demand/10-forecast", "load-profiles/10-make", "load-profiles/20-analyse", "capacity/10-model"),
    *("capacity/20-results", "evapotranspiration/10-estimate", "finance/10-report"),
)
# What JupyterLab's widgets wait between two looks for a model becomes longer than all that they wait: so it is
# where a page is busy with the widgets of other notebooks.
BUSY = """(() => {
  const plain = window.setTimeout;
  window.setTimeout = (step, delay, ...rest) => plain(step, delay === 100 ? 2100 : delay, ...rest);
})()"""
OPEN = """async (path) => {
  const { commands } = window.jupyterapp;
  const notebook = await commands.execute("docmanager:open", { path, factory: "Notebook" });
  await notebook.context.ready;
  await notebook.sessionContext.ready;
  await commands.execute("notebook:run-all-cells");
}"""
SAVE = "() => window.jupyterapp.commands.execute('docmanager:save-all')"
VIEWS = """() => Object.fromEntries([...window.jupyterapp?.shell.widgets("main") ?? []]
  .filter((one) => one.context).map((one) => {
    const shown = [...one.node.querySelectorAll(".jp-OutputArea-output")];
    return [one.context.path, shown.filter((output) => output.querySelector(".jupyter-widgets")).length];
  }))"""
CLOSE = """async () => {
  await window.jupyterapp.serviceManager.sessions.shutdownAll();
  await window.jupyterapp.commands.execute("application:close-all");
}"""
LOST = "model not found"


@pytest.fixture
def page(lab: Lab, new_page: Callable[..., Any]) -> Iterator[Any]:
    page = new_page()
    yield page
    page.evaluate(CLOSE)


def notebooks_of(lab: Lab, project: Path, names: Sequence[str]) -> list[str]:
    """Put notebooks of ours into the folder of a server, on a project."""
    for name in names:
        target = lab.root / f"{name}.ipynb"
        target.parent.mkdir(exist_ok=True)
        text = (PROJECT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8")
        opened = json.dumps(f"workbench.open_project({str(project)!r})")[1:-1]
        target.write_text(text.replace("workbench.open_project()", opened, 1), encoding="utf-8")
    return [f"{name}.ipynb" for name in names]


def open_all(page: Any, lab: Lab, paths: Sequence[str]) -> dict[str, int]:
    """Open notebooks beside each other, run and save them; give how many views each shows."""
    page.goto(f"{lab.address}/lab")
    page.wait_for_function("() => window.jupyterapp?.restored", timeout=60_000)
    for path in paths:
        page.evaluate(OPEN, path)
        page.wait_for_function(f"path => ({VIEWS})()[path] > 0", arg=path, timeout=60_000)
    page.wait_for_function("() => !document.querySelector('.jp-mod-running')", timeout=60_000)
    page.wait_for_timeout(
        2_000
    )  # JupyterLab keeps which notebooks are open once nothing changes for a second
    page.evaluate(SAVE)
    return dict(page.evaluate(VIEWS))


def views_after_reload(page: Any, expected: dict[str, int], seconds: float) -> dict[str, int]:
    page.reload()
    page.wait_for_function("() => window.jupyterapp?.restored", timeout=60_000)
    for _ in range(int(seconds / 0.25)):
        found: dict[str, int] = page.evaluate(VIEWS)
        if found == expected and LOST not in page.locator("body").inner_text():
            break
        page.wait_for_timeout(250)
    return found


def test_views_of_a_page_that_was_too_busy_to_look_for_them_come_back(
    lab: Lab, page: Any, tmp_path: Path
) -> None:
    create_from_sample(tmp_path / "project")
    paths = notebooks_of(lab, tmp_path / "project", SEVEN[:2])
    expected = open_all(page, lab, paths)
    page.add_init_script(BUSY)
    for _ in range(2):
        assert views_after_reload(page, expected, 40) == expected
        assert LOST not in page.locator("body").inner_text()
    assert not page.evaluate(
        "() => [...window.jupyterapp.shell.widgets('main')].some((one) => one.context?.model.dirty)"
    )


@pytest.mark.thorough
def test_seven_notebooks_come_back_ten_times_under_load(lab: Lab, page: Any, tmp_path: Path) -> None:
    create_from_sample(tmp_path / "project")
    assert main(["demo", "--project", str(tmp_path / "project")]) == 0
    expected = open_all(page, lab, notebooks_of(lab, tmp_path / "project", SEVEN))
    busy = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range((os.cpu_count() or 1) + 1)
    ]
    try:
        found = [views_after_reload(page, expected, 60) for _ in range(10)]
    finally:
        for process in busy:
            process.kill()
            process.wait()
    assert found == [expected] * 10
