"""A project from a stranger: at every path of it in turn lies a link to something outside, which must stay."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pytest

import workbench
from workbench.data.projects.disk_usage import clear_cache, disk_use
from workbench.data.projects.project import Project
from workbench.data.results.cache import cache_path, cached, prune
from workbench.data.results.kept_inputs import keep_inputs, kept_input
from workbench.demand import Demand
from workbench.demand.results.saved import STORE
from workbench.errors import LinkRefused, RunFailed, WorkbenchError
from workbench.runs import Job, RunState, job, runs, setting, start
from workbench.runs.engine.clean_up import delete_runs
from workbench.sample.project import create_from_sample

Action = Callable[[Path], object]


@dataclass(frozen=True, slots=True)
class Config:
    """Of a job that does nothing."""

    scenario: str = setting("BAU", help="")


@job("nothing", config=Config)
def nothing(job: Job, project: Project, config: Config) -> str:
    return "done"


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample project after a demand run, with a table in its cache and the parts of its journal."""
    project = create_from_sample(tmp_path_factory.mktemp("finished") / "kerala")
    start("demand", project).result()
    cached(project, {"of": "test"}, lambda: pa.table({"year": [2030, 2031]}))
    return project.folder


def tree(folder: Path) -> dict[str, bytes | None]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


def every_path(folder: Path) -> list[str]:
    """Every file and folder; of cards and tables, which are handled alike, a few, and the table in the cache."""
    names = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*"))]
    cards = [name for name in names if "/cards/" in name][1:]
    tables = [
        name for name in names if name.endswith(".parquet") and Path(name).stem not in ("forecast", "history")
    ]
    kept = cache_path(Project.open(folder), {"of": "test"}).name
    others = [name for name in names if name.endswith(".arrow") and not name.endswith(kept)]
    names = [name for name in names if name not in {*cards, *tables, *others}]
    for name in ("results/demand/BAU/result.json", "inputs/demand.xlsx", ".workbench/cache", "project.toml"):
        assert name in names
    return names


def save_again(folder: Path) -> None:
    project = Project.open(folder)
    STORE.save(STORE.load(project, "BAU"), project)


def copies(folder: Path) -> None:
    project = Project.open(folder)
    facts = STORE.inputs(STORE.load(project, "BAU").facts)
    for name, digest in facts.items():
        kept_input(project, name, digest)
    keep_inputs(project, facts)


def run_and_delete(folder: Path) -> None:
    run = start(nothing, folder)
    run.result()
    delete_runs(folder, [run.id])


def write_everywhere(folder: Path) -> None:
    project = Project.open(folder)
    project.require_writable()
    cached(project, {"of": "test"}, lambda: pa.table({"year": [2030, 2031]}))


ACTIONS: dict[str, Action] = {
    "open": lambda folder: Project.open(folder).validate(),
    "list": lambda folder: (Project.open(folder).input_files(), STORE.finished(Project.open(folder))),
    "history": lambda folder: runs(folder),
    "read": lambda folder: [
        Demand.open(Project.open(folder), "BAU").table(name) for name in ("forecast", "history")
    ],
    "inputs": lambda folder: [
        Project.open(folder).input(name).name for name in ("demand.xlsx", "plants.xlsx", "hourly_load.xlsx")
    ],
    "save": save_again,
    "copies": copies,
    "run": run_and_delete,
    "write": write_everywhere,
    "measure": lambda folder: disk_use(Project.open(folder)),
    "prune": lambda folder: prune(Project.open(folder), max_megabytes=0),
    "clear": lambda folder: clear_cache(Project.open(folder)),
}


def sentences(folder: Path) -> Iterator[str]:
    """Do everything that may be done with a project; gives the sentences of what was refused."""
    for name, action in ACTIONS.items():
        try:
            action(folder)
        except WorkbenchError as error:
            yield str(error)
        except Exception as error:
            raise AssertionError(f"{name}: {error!r} is no error of ours") from error


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.parametrize("kind", ["link to a copy", "link to nothing", "pipe"])
def test_whatever_path_of_a_project_is_a_link_nothing_outside_is_changed(
    finished: Path, tmp_path: Path, kind: str
) -> None:
    silent = []
    for number, name in enumerate(every_path(finished)):
        folder, outside = tmp_path / f"{number}" / "kerala", tmp_path / f"{number}" / "outside"
        shutil.copytree(finished, folder)
        outside.mkdir()
        planted, target = folder / name, outside / "canary"
        if kind == "link to nothing" or kind == "pipe":
            shutil.rmtree(planted) if planted.is_dir() else planted.unlink()
        else:
            planted.rename(target)
        if kind == "pipe":
            os.mkfifo(planted)
        else:
            planted.symlink_to(target)
        before = tree(outside)
        said = list(sentences(folder))
        assert tree(outside) == before, name
        if not any(str(planted) in sentence for sentence in said):
            silent.append(name)
        shutil.rmtree(folder.parent)
    # The page and the workbook of a result are written by its run only, which is tried below.
    assert [name for name in silent if not name.endswith(("BAU/report.html", "BAU/demand.xlsx"))] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    ["results", "results/demand/BAU", "results/demand/BAU/result.json", "results/demand/BAU/demand.xlsx"],
)
def test_a_run_refuses_to_write_its_results_through_a_link(finished: Path, tmp_path: Path, name: str) -> None:
    folder, outside = tmp_path / "kerala", tmp_path / "outside"
    shutil.copytree(finished, folder)
    (folder / name).rename(outside)
    (folder / name).symlink_to(outside)
    content = outside.read_bytes() if outside.is_file() else tree(outside)
    run = start("demand", Project.open(folder))
    with pytest.raises((LinkRefused, RunFailed), match=f"{name} is a link"):
        run.result()
    assert run.state is RunState.FAILED
    assert (outside.read_bytes() if outside.is_file() else tree(outside)) == content


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["results", "inputs", ".workbench/journal.sqlite", "results/demand/BAU/result.json"]
)
def test_a_view_of_a_project_with_a_link_says_so_or_shows_the_rest(
    finished: Path, tmp_path: Path, name: str
) -> None:
    folder, outside = tmp_path / "kerala", tmp_path / "outside"
    shutil.copytree(finished, folder)
    (folder / name).rename(outside)
    (folder / name).symlink_to(outside)
    content = outside.read_bytes() if outside.is_file() else tree(outside)
    said = f"{name} is a link"
    try:
        workbench.view("demand", Project.open(folder))
    except WorkbenchError as error:
        said = str(error)
    assert f"{name} is a link" in said
    assert (outside.read_bytes() if outside.is_file() else tree(outside)) == content
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kerala", "outside"]
