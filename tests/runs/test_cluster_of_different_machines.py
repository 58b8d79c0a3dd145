"""Workers that differ from the kernel: other versions, other disks, modules that are not there, a late start."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from dask_cluster import Cluster, own_disk

from workbench.errors import WorkersLost
from workbench.runs import Job, Unit, current_job, job, start
from workbench.runs.cluster import dispatch as cluster_dispatch

pytest.importorskip("distributed", reason="Dask is an optional extra")
Make = Callable[..., Any]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    made = Cluster(tmp_path_factory.mktemp("dask"), workers=0)
    yield made
    made.end()


@pytest.fixture
def cluster(scheduler: Cluster) -> Iterator[Cluster]:
    """A scheduler without workers."""
    yield scheduler
    scheduler.end_workers()


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder in which a worker can have a disk of its own."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    tried = subprocess.run([*own_disk(folder), "true"], check=False, capture_output=True)
    if tried.returncode:
        pytest.skip(f"this machine lets nobody mount a disk of its own: {tried.stderr.decode().strip()}")
    return folder


def mapping(function: Callable[..., Any], *arguments: Any, count: int = 6) -> Callable[..., Any]:
    def work(job: Job, project: Path, config: Any) -> dict[str, Any]:
        given = [Unit(f"unit {number}", (*arguments, number)) for number in range(count)]
        return {found.key: found.error or found.value for found in job.map(function, given)}

    return work


def double(number: int) -> int:
    return 2 * number


DOUBLED = {f"unit {number}": 2 * number for number in range(6)}


def other_version(folder: Path) -> Path:
    """A search path on which another version of the package is installed."""
    facts = folder / "old" / "energy_workbench-0.0.1.dist-info"
    facts.mkdir(parents=True)
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: energy-workbench\nVersion: 0.0.1\n")
    return folder / "old"


def test_a_worker_of_another_version_gets_no_units_and_is_named(
    make_job: Make, project: Path, cluster: Cluster, tmp_path: Path
) -> None:
    cluster.workers = [cluster.add_worker(path=other_version(tmp_path)), cluster.add_worker()]
    cluster.wait_for(2)
    run = start(make_job(mapping(double)), project, workers=cluster.address)
    assert run.result(30) == DOUBLED
    (told,) = run.logs(level="warning")
    assert told.startswith("The worker tcp://")
    assert "gets no units: it has energy-workbench 0.0.1, here it is " in told
    assert run.logs(contains="(1 workers, 1 threads)")


def test_a_cluster_of_which_no_worker_fits_ends_the_run_with_the_reason(
    make_job: Make, project: Path, cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_dispatch, "ALONE_SECONDS", 0.2)
    cluster.workers = [cluster.add_worker(path=other_version(tmp_path))]
    cluster.wait_for(1)
    run = start(make_job(mapping(double)), project, workers=cluster.address)
    with pytest.raises(
        WorkersLost, match=r"No worker of the Dask cluster \S+ can compute .*energy-workbench 0\.0\.1"
    ):
        run.result(30)


def test_a_worker_that_does_not_see_the_project_gets_no_units(
    make_job: Make, cluster: Cluster, elsewhere: Path
) -> None:
    cluster.workers = [cluster.add_worker(hidden=elsewhere), cluster.add_worker()]
    cluster.wait_for(2)
    project = elsewhere / "plan"
    project.mkdir()
    run = start(make_job(mapping(double)), project, workers=cluster.address)
    assert run.result(30) == DOUBLED
    (told,) = run.logs(level="warning")
    assert f"gets no units: it does not see the folder {project}, which has to be shared" in told
    assert not list((project / ".workbench").glob("cluster-*"))


def writes(folder: Path, number: int) -> int:
    path = folder / f"{number}.txt"
    path.write_text("written")
    job = current_job()
    assert job is not None
    job.artifact(path)
    return number


def test_a_unit_whose_file_lies_on_another_disk_has_not_succeeded(
    make_job: Make, project: Path, cluster: Cluster, elsewhere: Path
) -> None:
    cluster.workers = [cluster.add_worker(hidden=elsewhere)]
    cluster.wait_for(1)
    run = start(make_job(mapping(writes, elsewhere, count=1)), project, workers=cluster.address)
    (error,) = run.result(30).values()
    assert f"says that it has written {elsewhere}/0.txt, which is not there on this machine" in error


def needs_a_module(number: int) -> int:
    import only_on_one  # type: ignore[import-not-found]

    return int(only_on_one.double(number))


def test_a_worker_on_which_units_fail_that_others_compute_is_put_aside(
    make_job: Make, project: Path, cluster: Cluster, tmp_path: Path
) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "only_on_one.py").write_text("def double(number):\n    return 2 * number\n")
    cluster.workers = [cluster.add_worker(), cluster.add_worker(path=tmp_path / "there")]
    cluster.wait_for(2)
    run = start(make_job(mapping(needs_a_module, count=20)), project, workers=cluster.address)
    assert run.result(30) == {f"unit {number}": 2 * number for number in range(20)}
    told = run.logs(level="warning", contains="gets no more units")
    assert len(told) == 1
    assert "3 units in a row failed there and not elsewhere (ModuleNotFoundError: No module named" in told[0]
    assert run.failed_stages == []


def test_what_fails_on_every_worker_is_the_fault_of_the_unit_and_of_no_worker(
    make_job: Make, project: Path, cluster: Cluster
) -> None:
    cluster.workers = [cluster.add_worker(), cluster.add_worker()]
    cluster.wait_for(2)
    run = start(make_job(mapping(needs_a_module)), project, workers=cluster.address)
    errors = run.result(30)
    assert set(errors.values()) == {"ModuleNotFoundError: No module named 'only_on_one'"}
    assert run.logs(contains="gets no more units") == []


def count_of_the_run(number: int) -> Any:
    job = current_job()
    assert job is not None
    return job.config.factor * number


def test_settings_of_a_class_beside_the_notebook_reach_a_worker_that_joins_late(
    project: Path, cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "beside").mkdir()
    (tmp_path / "beside" / "of_a_notebook.py").write_text(
        "from dataclasses import dataclass\n\n@dataclass(frozen=True)\nclass Config:\n    factor: int = 2\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path / "beside"))
    import of_a_notebook  # type: ignore[import-not-found]

    try:
        made = job("travels", config=of_a_notebook.Config)(mapping(count_of_the_run))
        run = start(made, project, workers=cluster.address)
        cluster.workers = [cluster.add_worker()]
        assert run.result(30) == DOUBLED
    finally:
        del sys.modules["of_a_notebook"]


def test_a_child_process_knows_the_settings(make_job: Make, project: Path) -> None:
    run = start(make_job(mapping(pace_in_a_child, count=2)), project, pace=3.0, workers=1)
    assert run.result(30) == {"unit 0": 0.0, "unit 1": 3.0}


def pace(number: int) -> float:
    job = current_job()
    assert job is not None
    return float(job.config.pace * number)


def pace_in_a_child(number: int) -> float:
    job = current_job()
    assert job is not None
    return job.child(pace, number)
