"""Workers that differ from the kernel: other versions, other disks, modules that are not there, a late start."""

from __future__ import annotations

import importlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from dask_cluster import Cluster, Network, own_disk

from workbench.errors import WorkersLost
from workbench.runs import EventKind, Job, RunState, Unit, UnitFiles, current_job, job, start
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


@pytest.fixture
def other_python() -> str:
    """Another Python that has Dask, named by ``WORKBENCH_OTHER_PYTHON``."""
    python = os.environ.get("WORKBENCH_OTHER_PYTHON", "")
    if not python:
        pytest.skip("WORKBENCH_OTHER_PYTHON names no Python of another version that has distributed")
    return python


def test_a_worker_with_another_python_and_nothing_of_ours_gets_no_units_and_is_named(
    make_job: Make, project: Path, cluster: Cluster, other_python: str
) -> None:
    cluster.workers = [cluster.add_worker(python=other_python), cluster.add_worker()]
    cluster.wait_for(2)
    run = start(make_job(mapping(double)), project, workers=cluster.address)
    assert run.result(30) == DOUBLED
    (told,) = run.logs(level="warning")
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert re.search(
        rf"gets no units: it has Python 3\.\d+, here it is {here}; it lacks energy-workbench", told
    )
    assert run.failed_stages == []


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


def plans(folder: Path, number: int) -> int:
    """Read an input and write a result of two files, as a domain does."""
    job = current_job()
    assert job is not None
    factor = int((folder / "inputs" / "factor.txt").read_text())
    results = folder / "results" / "plans" / f"plan {number}"
    results.mkdir(parents=True, exist_ok=True)
    for name, content in (("table.bin", bytes([number]) * 9_000_000), ("result.json", b"{}")):
        (results / name).write_bytes(content)
        job.artifact(results / name)
    (folder / "results" / "no-artifact.txt").write_text("kept too")
    job.log(f"wrote into {results}")
    return factor * number


def test_results_of_a_worker_without_the_folder_come_back_and_are_written_here(
    make_job: Make, cluster: Cluster, elsewhere: Path
) -> None:
    project = elsewhere / "plan"
    (project / "inputs").mkdir(parents=True)
    (project / "inputs" / "factor.txt").write_text("3")
    replaced: list[str] = []
    files = UnitFiles(project, ("inputs",), before_writing=replaced.append)

    def work(job: Job, project: Path, config: Any) -> dict[str, Any]:
        given = [Unit(f"unit {number}", (project, number)) for number in range(3)]
        return {found.key: found.error or found.value for found in job.map(plans, given, files=files)}

    # One worker of each kind, so that copies and the folder itself are used in one run.
    cluster.workers = [cluster.add_worker(hidden=elsewhere)]
    cluster.wait_for(1)
    run = start(make_job(work), project, workers=cluster.address)
    assert run.result(60) == {f"unit {number}": 3 * number for number in range(3)}
    assert sorted(replaced) == sorted(f"unit {number}" for number in range(3))
    for number in range(3):
        folder = project / "results" / "plans" / f"plan {number}"
        assert (folder / "table.bin").read_bytes() == bytes([number]) * 9_000_000
        assert run.logs(contains=f"wrote into {folder}")
        # The file that vouches for the others is put in place after them.
        assert (folder / "result.json").is_file()
    assert (project / "results" / "no-artifact.txt").read_text() == "kept too"
    assert not list((project / ".workbench").glob("arriving-*"))
    assert not list(cluster.folder.glob("workbench-*"))
    assert {event.data["path"] for event in run.events(kinds=[EventKind.ARTIFACT]) if event.data} == {
        str(project / "results" / "plans" / f"plan {number}" / name)
        for number in range(3)
        for name in ("table.bin", "result.json")
    }


def from_a_module(number: int) -> int:
    import beside  # type: ignore[import-not-found]

    return int(beside.rule(number))


def rule_in_a_child(number: int) -> int:
    job = current_job()
    assert job is not None
    return int(job.child(from_a_module, number))


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A module beside the notebook, which imports another one, and old code of both on the worker."""
    for place, factor in (("here", 2), ("old", 7)):
        folder = tmp_path / place
        (folder / "parts").mkdir(parents=True)
        (folder / "beside.py").write_text(f"from parts.factors import FACTOR\nPLACE = {place!r}\n" + RULE)
        (folder / "parts" / "__init__.py").write_text("")
        (folder / "parts" / "factors.py").write_text(f"FACTOR = {factor}\n")
    monkeypatch.syspath_prepend(str(tmp_path / "here"))
    yield tmp_path
    for name in ("beside", "parts", "parts.factors"):
        sys.modules.pop(name, None)


RULE = "\n\ndef rule(number):\n    return FACTOR * number\n"


@pytest.mark.parametrize("unit", [None, rule_in_a_child], ids=["unit", "its child"])
def test_a_worker_with_other_code_in_a_module_beside_the_notebook_computes_with_the_code_here(
    make_job: Make, project: Path, cluster: Cluster, beside: Path, unit: Callable[..., Any] | None
) -> None:
    import beside as module

    cluster.workers = [cluster.add_worker(path=beside / "old")]
    cluster.wait_for(1)
    run = start(make_job(mapping(unit or module.rule)), project, workers=cluster.address)
    assert run.result(30) == DOUBLED
    # Edited and imported again, with the same worker.
    (beside / "here" / "parts" / "factors.py").write_text("FACTOR = 50\n")
    for name in ("parts.factors", "beside"):
        importlib.reload(sys.modules[name])
    run = start(make_job(mapping(unit or sys.modules["beside"].rule)), project, workers=cluster.address)
    assert run.result(30) == {f"unit {number}": 50 * number for number in range(6)}


def test_a_module_that_was_edited_and_not_imported_again_is_said(
    make_job: Make, project: Path, cluster: Cluster, beside: Path
) -> None:
    import beside as module

    cluster.workers = [cluster.add_worker()]
    cluster.wait_for(1)
    (beside / "here" / "beside.py").write_text("def rule(number):\n    return 9 * number\n")
    run = start(make_job(mapping(module.rule)), project, workers=cluster.address)
    assert run.result(30) == {f"unit {number}": 9 * number for number in range(6)}
    (told,) = run.logs(level="warning")
    assert told.startswith("The module beside was changed after it was imported here: workers compute with")


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


def waits_for(file: Path, number: int) -> None:
    job = current_job()
    assert job is not None
    (file.parent / f"{os.getpid()}").touch()
    job.log("endless waits")
    while not file.exists():
        time.sleep(0.01)
        job.checkpoint()


def test_a_cancel_with_a_worker_cut_off_ends_within_two_seconds_and_names_it(
    make_job: Make, project: Path, cluster: Cluster, until: Callable[..., None]
) -> None:
    cluster.workers = [cluster.add_worker(), cluster.add_worker()]
    cluster.wait_for(2)
    run = start(make_job(mapping(waits_for, project / "go", count=2)), project, workers=cluster.address)
    until(lambda: all((project / str(one.pid)).exists() for one in cluster.workers), 30)
    silent = cluster.workers[0]
    silent.send_signal(signal.SIGSTOP)
    began = time.monotonic()
    run.cancel()
    assert run.wait(10)
    took = time.monotonic() - began
    silent.send_signal(signal.SIGCONT)
    assert run.state == RunState.CANCELLED
    (told,) = run.logs(level="warning")
    assert re.fullmatch(r"Cancelled, but tcp://\S+ could not be told: units there end by themselves", told)
    assert took <= 2


def endless(folder: Path) -> None:
    waits_for(folder / "go", 0)


@pytest.fixture
def network() -> Iterator[Network]:
    try:
        with Network() as made:
            yield made
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"this machine lets nobody make a network of its own: {error}")


def test_a_machine_with_its_own_network_and_disk_computes_and_is_named_when_it_is_cut_off(
    make_job: Make,
    cluster: Cluster,
    tmp_path: Path,
    elsewhere: Path,
    network: Network,
    until: Callable[..., None],
) -> None:
    project = elsewhere / "plan"
    (project / "inputs").mkdir(parents=True)
    (project / "inputs" / "factor.txt").write_text("3")
    files = UnitFiles(project, ("inputs",))

    def work(job: Job, project: Path, config: Any) -> dict[str, Any]:
        given = [Unit(f"unit {number}", (project, number)) for number in range(3)]
        found = {one.key: one.error or one.value for one in job.map(plans, given, files=files)}
        list(job.map(endless, [Unit("endless", (project,))], files=files))
        return found

    ours = Cluster(tmp_path / "here", workers=0, host=network.here)
    try:
        ours.workers = [ours.add_worker(hidden=elsewhere, network=network)]
        ours.wait_for(1)
        run = start(make_job(work), project, workers=ours.address)
        until(lambda: (project / "results" / "plans" / "plan 2" / "result.json").exists(), 60)
        until(lambda: run.logs(contains="endless waits"), 30)
        network.cut()
        began = time.monotonic()
        run.cancel()
        assert run.wait(10)
        assert time.monotonic() - began <= 2
        assert run.state == RunState.CANCELLED
        (told,) = run.logs(level="warning")
        assert re.fullmatch(rf"Cancelled, but tcp://{network.there}:\d+ could not be told: .*", told)
        for number in range(3):
            folder = project / "results" / "plans" / f"plan {number}"
            assert (folder / "table.bin").stat().st_size == 9_000_000
    finally:
        ours.end()


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
