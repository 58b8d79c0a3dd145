from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import workbench
from tests.conftest import PROJECT
from workbench.cli.lab import OWN_FOLDERS, QUIET, opening, show_project, writable_folders
from workbench.cli.notebooks import notebooks_folder
from workbench.errors import ProjectError


def test_a_checkout_opens_its_own_notebooks():
    assert notebooks_folder() == PROJECT / "notebooks"


def install(prefix: Path, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pretend that the workbench is installed, and go to a folder of the user's."""
    shutil.copytree(PROJECT / "notebooks", prefix / "share" / "workbench" / "notebooks")
    work.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setattr(sys, "prefix", str(prefix))
    monkeypatch.setattr(workbench, "__file__", str(prefix / "site-packages" / "workbench" / "__init__.py"))


def test_an_installed_workbench_copies_its_notebooks_once_and_leaves_changed_ones_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    prefix, work = tmp_path / "prefix", tmp_path / "work"
    install(prefix, work, monkeypatch)
    assert notebooks_folder() == work / "notebooks"
    mine = work / "notebooks" / "demand" / "10-forecast.ipynb"
    assert mine.is_file()
    mine.write_text("mine")
    assert notebooks_folder() == work / "notebooks"
    assert mine.read_text() == "mine"


def test_a_copy_follows_the_installed_version_where_no_cell_was_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    prefix, work = tmp_path / "prefix", tmp_path / "work"
    install(prefix, work, monkeypatch)
    packaged, copy = prefix / "share" / "workbench" / "notebooks", notebooks_folder()
    capsys.readouterr()
    names = ("demand/10-forecast.ipynb", "capacity/10-model.ipynb", "finance/10-report.ipynb")
    only_run, changed, deleted = (copy / name for name in names)
    run_once = json.loads(only_run.read_text())
    run_once["metadata"]["kernelspec"] = {"name": "mine"}
    run_once["cells"][-1] |= {"execution_count": 1, "outputs": []}
    only_run.write_text(json.dumps(run_once))
    mine = json.loads(changed.read_text())
    mine["cells"][0]["source"] = ["# Mine"]
    changed.write_text(json.dumps(mine))
    deleted.unlink()
    assert notebooks_folder() == copy
    assert json.loads(only_run.read_text()) == run_once
    assert deleted.is_file()
    capsys.readouterr()
    for name in names:
        newer = json.loads((packaged / name).read_text())
        newer["cells"].append({"cell_type": "markdown", "metadata": {}, "source": ["Newer"]})
        (packaged / name).write_text(json.dumps(newer))
    assert notebooks_folder() == copy
    told = capsys.readouterr().out
    assert only_run.read_text() == (packaged / names[0]).read_text()
    assert json.loads(changed.read_text()) == mine
    assert f"Brought up to date in {copy}: demand/10-forecast.ipynb, finance/10-report.ipynb" in told
    assert f"changed these notebooks in {copy}, so they stay as they are: capacity/10-model.ipynb." in told


def test_a_folder_of_notebooks_that_is_not_a_copy_is_opened_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    work = tmp_path / "work"
    install(tmp_path / "prefix", work, monkeypatch)
    (work / "notebooks").mkdir()
    (work / "notebooks" / "mine.ipynb").write_text("{}")
    assert notebooks_folder() == work / "notebooks"
    assert [path.name for path in (work / "notebooks").iterdir()] == ["mine.ipynb"]


def test_changed_notebooks_of_the_earlier_flat_layout_are_kept_beside_the_new_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    work = tmp_path / "work"
    install(tmp_path / "prefix", work, monkeypatch)
    folder = work / "notebooks"
    (folder / "sample-project").mkdir(parents=True)
    (folder / "earlier").mkdir()
    for name in ("00-home.ipynb", "19-demand-board.ipynb", "my-own.ipynb"):
        (folder / name).write_text(f"mine: {name}")
    assert notebooks_folder() == folder
    assert {path.name for path in (folder / "earlier-2").iterdir()} == {
        "00-home.ipynb",
        "19-demand-board.ipynb",
    }
    assert (folder / "earlier-2" / "00-home.ipynb").read_text() == "mine: 00-home.ipynb"
    assert (folder / "my-own.ipynb").read_text() == "mine: my-own.ipynb"
    assert (folder / "sample-project").is_dir()
    assert "workbench" in (folder / "00-home.ipynb").read_text()
    assert (folder / "boards" / "demand.ipynb").is_file()
    before = sorted(folder.rglob("*"))
    assert notebooks_folder() == folder
    assert sorted(folder.rglob("*")) == before


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(ProjectError, match="There is no folder"):
        notebooks_folder(tmp_path / "nowhere")


def test_jupyterlab_opens_on_the_home_where_there_is_one(tmp_path: Path):
    assert opening(PROJECT / "notebooks") == ["--LabApp.default_url=/lab/tree/00-home.ipynb"]
    assert opening(tmp_path) == []


def test_the_project_lies_beside_the_notebooks_as_a_link_that_follows_the_next_one(tmp_path: Path):
    notebooks, first, second = (tmp_path / name for name in ("notebooks", "first", "second"))
    for folder in (notebooks, first, second, notebooks / "inside"):
        folder.mkdir()
    show_project(notebooks, first)
    show_project(notebooks, second)
    assert (notebooks / "project").resolve() == second
    (notebooks / "project").unlink()
    show_project(notebooks, notebooks / "inside")
    assert not (notebooks / "project").exists()
    (notebooks / "project").mkdir()
    show_project(notebooks, first)
    assert not (notebooks / "project").is_symlink()


def test_without_a_writable_home_jupyter_gets_folders_for_the_time_and_it_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    for name in OWN_FOLDERS:
        monkeypatch.setenv(name, "/dev/null/none")
    with writable_folders(os.environ) as changed:
        assert tuple(changed) == OWN_FOLDERS
        assert all(Path(folder).parent.is_dir() for folder in changed.values())
    assert not any(Path(folder).parent.is_dir() for folder in changed.values())
    assert "JUPYTER_CONFIG_DIR" in capsys.readouterr().err


def test_jupyterlab_asks_nobody_for_news(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    from jupyterlab_server.config import get_page_config

    monkeypatch.setenv("JUPYTER_CONFIG_PATH", f"{tmp_path}{os.pathsep}{QUIET}")
    disabled = get_page_config([], app_settings_dir=None)["disabledExtensions"]
    assert "@jupyterlab/apputils-extension:announcements" in disabled


STAND_IN = """
import json, os, signal, sys, time
def end(*_):
    open(os.environ["SEEN"], "a").write("ended")
    raise SystemExit(7)
signal.signal(signal.SIGTERM, end)
open(os.environ["SEEN"], "w").write(json.dumps(sys.argv[1:]))
time.sleep(60)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_the_server_which_gets_its_own_options_as_they_are(
    tmp_path: Path, number: signal.Signals
):
    (tmp_path / "jupyterlab").mkdir()
    (tmp_path / "jupyterlab" / "__init__.py").touch()
    (tmp_path / "jupyterlab" / "__main__.py").write_text(STAND_IN)
    seen = tmp_path / "seen"
    started = "import sys; from workbench.cli import main; sys.exit(main(sys.argv[1:]))"
    own = ["--no-browser", "--port=9999", "--ServerApp.token", "abc", "--", "--debug"]
    words = [sys.executable, "-c", started, "lab", "--folder", str(tmp_path), *own]
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{PROJECT}", "SEEN": str(seen)}
    process = subprocess.Popen(words, env=environment, stdin=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while not (seen.is_file() and seen.read_text()):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        process.send_signal(number)
        assert process.wait(30) == 7
    finally:
        process.kill()
    assert seen.read_text().endswith("ended")
    options = json.loads(seen.read_text().removesuffix("ended"))
    assert options[1:] == ["--no-browser", "--port=9999", "--ServerApp.token", "abc", "--debug"]
