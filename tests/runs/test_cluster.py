from __future__ import annotations

import ctypes
import logging
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from dask_cluster import Cluster

from workbench.errors import SettingError, WorkersLost
from workbench.runs import EventKind, Job, RunState, Unit, current_job, resume, start
from workbench.runs.cluster import connection
from workbench.runs.cluster import link as cluster_link
from workbench.runs.work.workers import Place, choose_workers, parse_workers

distributed = pytest.importorskip("distributed", reason="Dask is an optional extra")
Make = Callable[..., Any]
Until = Callable[..., None]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    made = Cluster(tmp_path_factory.mktemp("dask"))
    yield made
    made.end()


@pytest.fixture(scope="module")
def client(cluster: Cluster) -> Iterator[Any]:
    with distributed.Client(cluster.address, set_as_default=False) as made:
        yield made


def square(x: int) -> int:
    return x * x


def odd_only(x: int) -> int:
    if x % 2 == 0:
        raise ValueError(f"{x} is even")
    return x


def note(folder: Path, name: str) -> None:
    with (folder / name).open("a") as file:
        file.write("x")


def calls(folder: Path, name: str) -> int:
    return len((folder / name).read_text()) if (folder / name).exists() else 0


def counted(folder: Path, x: int) -> int:
    note(folder, f"unit-{x}")
    return x * 10


def fails_at_first(folder: Path, name: str) -> str:
    note(folder, name)
    if calls(folder, name) < 3:
        raise OSError("not yet")
    return name


def waits(folder: Path, name: str) -> str:
    note(folder, name)
    job = current_job()
    assert job is not None
    job.log(f"{name} waits")
    while not (folder / "go").exists():
        time.sleep(0.005)
        job.checkpoint()
    return name


def units(count: int) -> list[Unit]:
    return [Unit(f"unit {index}", (index,)) for index in range(count)]


def mapping(function: Callable[..., Any], given: Callable[[Path], list[Unit]], **options: Any) -> Make:
    """Make a job of one map, which gives the values by key."""

    def work(job: Job, project: Path, config: Any) -> dict[str, Any]:
        with job.stage("units"):
            return {found.key: found.value for found in job.map(function, given(project), **options)}

    return work


# the same as at home


@pytest.mark.parametrize("way", ["address", "client"])
def test_every_unit_is_computed_once_and_the_bar_only_rises(
    make_job: Make, project: Path, cluster: Cluster, client: Any, way: str
) -> None:
    made = make_job(mapping(square, lambda _: units(9), title="Squares"))
    run = start(made, project, workers=cluster.address if way == "address" else client)
    assert run.result(30) == {f"unit {index}": index * index for index in range(9)}
    progress = [event.fraction for event in run.events(kinds=[EventKind.PROGRESS])]
    assert progress == sorted(progress)
    assert progress[-1] == 1.0
    assert f"Units go to the Dask cluster {cluster.address} (2 workers, 2 threads)" in run.logs()
    # A client that was given is not ours to close.
    assert client.status == "running"


def test_a_unit_that_fails_is_reported_and_stops_no_other(make_job: Make, project: Path, client: Any) -> None:
    def work(job: Job, project: Path, config: Any) -> list[int]:
        with job.stage("all"):
            return sorted(
                found.value for found in job.map(odd_only, units(5), workers=client) if not found.error
            )

    run = start(make_job(work), project)
    assert run.result(30) == [1, 3]
    assert sorted(run.failed_stages) == ["all/unit 0", "all/unit 2", "all/unit 4"]
    failed = next(event for event in run.events(kinds=[EventKind.STAGE]) if event.stage == "all/unit 2")
    assert failed.message == "ValueError: 2 is even"
    assert any("odd_only" in line and "Traceback" in line for line in run.logs())


def test_a_failed_unit_is_tried_again_as_often_as_asked(make_job: Make, project: Path, client: Any) -> None:
    given = mapping(fails_at_first, lambda folder: [Unit("late", (folder, "late"))], retries=2)
    run = start(make_job(given), project, workers=client)
    assert run.result(30) == {"late": "late"}
    assert calls(project, "late") == 3
    assert "late failed (try 2 of 3), trying again: OSError: not yet" in run.logs(level="warning")


def tells(name: str) -> int:
    job = current_job()
    assert job is not None
    print("printed by", name)
    logging.getLogger("a library").warning("logged by %s", name)
    warnings.warn("warned", stacklevel=1)
    with job.stage("inner", keep_going=True):
        job.metric("gap", 0.5, unit="%")
        raise RuntimeError("inner trouble")
    for _ in job.track(range(5), title="loop"):
        pass
    job.progress(1, 4, "a quarter")
    return os.getpid()


def test_all_that_a_unit_tells_is_in_the_run_in_order_and_with_its_stage(
    make_job: Make, project: Path, client: Any
) -> None:
    given = mapping(tells, lambda _: [Unit(name, (name,), stage=name) for name in ("a", "b")])
    run = start(make_job(given), project, workers=client)
    pids = run.result(30)
    assert os.getpid() not in pids.values()
    for name in ("a", "b"):
        lines = [(line.stage, line.message) for line in run.lines() if line.stage.startswith(f"units/{name}")]
        assert lines[:2] == [
            (f"units/{name}", f"printed by {name}"),
            (f"units/{name}", f"a library: logged by {name}"),
        ]
        assert "UserWarning: warned" in lines[2][1]
        stages = [
            event for event in run.events(kinds=[EventKind.STAGE]) if event.stage == f"units/{name}/inner"
        ]
        assert [event.data["state"] for event in stages if event.data] == ["started", "failed"]
    assert sorted(run.failed_stages) == ["units/a/inner", "units/b/inner"]
    assert [event.message for event in run.events(kinds=[EventKind.METRIC])] == ["gap = 0.5 %"] * 2
    assert any(event.message == "loop: 5 of 5" for event in run.events(kinds=[EventKind.PROGRESS]))
    assert [event.seq for event in run.events()] == list(range(1, run.last_seq() + 1))


def test_lines_of_a_unit_are_in_the_journal_while_it_works(
    make_job: Make, project: Path, client: Any, until: Until
) -> None:
    run = start(make_job(mapping(waits, lambda folder: [Unit("a", (folder, "a"))])), project, workers=client)
    until(lambda: run.record.state == RunState.RUNNING and "a waits" in run.logs())
    assert run.state == RunState.RUNNING
    (project / "go").touch()
    assert run.result(30) == {"a": "a"}


def floods(count: int) -> None:
    job = current_job()
    assert job is not None
    for number in range(count):
        job.log(f"line {number}")


def test_a_flood_from_two_workers_arrives_whole_and_in_order(
    make_job: Make, project: Path, client: Any
) -> None:
    given = mapping(floods, lambda _: [Unit(name, (5_000,), stage=name) for name in ("a", "b")])
    run = start(make_job(given), project, workers=client)
    run.result(60)
    for name in ("a", "b"):
        lines = [line.message for line in run.lines(count=20_000) if line.stage == f"units/{name}"]
        assert lines == [f"line {number}" for number in range(5_000)]
    # The scheduler does not keep them.
    kept = client.run_on_scheduler(
        lambda dask_scheduler: sum(
            len(topic.events)
            for name, topic in dask_scheduler._broker._topics.items()
            if name.startswith("workbench-")
        )
    )
    assert kept == 0


def test_a_function_typed_into_a_notebook_and_what_it_captures_reach_the_workers(
    make_job: Make, project: Path, client: Any
) -> None:
    factor = 7

    def typed(x: int) -> tuple[int, int]:
        return factor * x, os.getpid()

    run = start(make_job(mapping(typed, lambda _: units(4))), project, workers=client)
    found = run.result(30)
    assert [value for value, _ in found.values()].count(21) == 1
    assert os.getpid() not in {pid for _, pid in found.values()}


def test_what_cannot_come_back_fails_its_unit_with_the_reason(
    make_job: Make, project: Path, client: Any
) -> None:
    def work(job: Job, project: Path, config: Any) -> list[str | None]:
        return [found.error for found in job.map(lambda x: threading.Lock(), units(2), workers=client)]

    errors = start(make_job(work), project).result(30)
    assert all("cannot pickle" in str(error) for error in errors)


# requests


def holds_its_units() -> bool:
    from workbench.runs.cluster import worker

    return all(channel.paused for channel in worker._channels.values() if channel.running)


def test_a_pause_holds_units_on_the_workers_and_those_that_have_not_begun(
    make_job: Make, project: Path, client: Any, until: Until
) -> None:
    given = mapping(waits, lambda folder: [Unit(name, (folder, name)) for name in "abcdef"])
    run = start(make_job(given), project, workers=client)
    until(lambda: sum(calls(project, name) for name in "abcdef") == 2)
    run.pause()
    until(lambda: run.state == RunState.PAUSED)
    # The run is paused at once, its workers with the next beat.
    until(lambda: all(client.run(holds_its_units).values()))
    (project / "go").touch()
    time.sleep(0.5)
    assert sum(calls(project, name) for name in "abcdef") == 2
    assert run.events(kinds=[EventKind.PROGRESS]) == []
    run.resume()
    assert set(run.result(30)) == set("abcdef")


def follows_pace(folder: Path) -> float:
    note(folder, "begun")
    job = current_job()
    assert job is not None
    while job.config is None or job.config.pace < 1:
        time.sleep(0.005)
        job.checkpoint()
    return float(job.config.pace)


def test_adjusted_settings_reach_units_on_the_workers_before_the_next_beat(
    make_job: Make, project: Path, client: Any, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.runs.cluster.link.BEAT_SECONDS", 60.0)
    run = start(
        make_job(mapping(follows_pace, lambda folder: [Unit("a", (folder,))])), project, workers=client
    )
    until(lambda: calls(project, "begun"))
    run.adjust(pace=4.0)
    assert run.result(10) == {"a": 4.0}


def sleeps(file: Path) -> None:
    file.write_text(str(os.getpid()))
    # Native code that looks at nothing.
    subprocess.run(["sleep", "600"], check=False)


def in_a_child(file: Path) -> None:
    job = current_job()
    assert job is not None
    job.child(sleeps, file)


def pid_in(file: Path) -> int:
    return int(file.read_text() or 0) if file.exists() else 0


def test_a_pause_suspends_a_solver_child_on_the_worker_and_a_cancel_ends_it(
    make_job: Make, project: Path, client: Any, until: Until
) -> None:
    run = start(
        make_job(mapping(in_a_child, lambda folder: [Unit("solve", (folder / "pid",))])),
        project,
        workers=client,
    )
    until(lambda: pid_in(project / "pid"))
    solver = psutil.Process(pid_in(project / "pid"))
    grandchild = solver.children()[0]
    run.pause()
    until(lambda: solver.status() == psutil.STATUS_STOPPED)
    run.resume()
    until(lambda: solver.status() != psutil.STATUS_STOPPED)
    asked = time.monotonic()
    run.cancel()
    assert run.wait(10)
    assert run.state == RunState.CANCELLED
    assert time.monotonic() - asked < 3
    assert not solver.is_running()
    until(lambda: not grandchild.is_running() or grandchild.status() == psutil.STATUS_ZOMBIE)


def test_a_run_is_called_cancelled_when_no_worker_computes_a_unit_of_it_any_more(
    make_job: Make, project: Path, client: Any, until: Until
) -> None:
    def stubborn(folder: Path) -> None:
        note(folder, "begun")
        time.sleep(1.5)
        note(folder, "ended")

    run = start(make_job(mapping(stubborn, lambda folder: [Unit("a", (folder,))])), project, workers=client)
    until(lambda: calls(project, "begun"))
    run.cancel()
    assert run.wait(10)
    assert calls(project, "ended") == 1


def test_a_job_that_raises_between_two_units_leaves_nothing_on_the_cluster(
    make_job: Make, project: Path, client: Any
) -> None:
    def work(job: Job, project: Path, config: Any) -> None:
        for found in job.map(square, units(200), workers=client):
            raise RuntimeError(found.key)

    run = start(make_job(work), project)
    with pytest.raises(RuntimeError):
        run.result(20)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("workbench cluster")]
    assert client.run(lambda dask_worker: dask_worker.state.executing_count) == dict.fromkeys(
        client.scheduler_info()["workers"], 0
    )


# memory


def test_on_resume_only_unfinished_units_are_done_wherever_the_first_were_computed(
    make_job: Make, project: Path, client: Any
) -> None:
    def work(job: Job, project: Path, config: Any) -> list[tuple[int, bool]]:
        found = []
        for outcome in job.map(counted, [Unit(f"unit {x}", (project, x)) for x in range(8)]):
            found.append((outcome.value, outcome.remembered))
            if len(found) == 3 and not (project / "second").exists():
                raise RuntimeError("power cut")
        return sorted(found)

    run = start(make_job(work), project, workers=client)
    with pytest.raises(RuntimeError, match="power cut"):
        run.result(30)
    kept = {x for x in range(8) if calls(project, f"unit-{x}")}
    assert len(kept) >= 3
    (project / "second").touch()
    result = resume(run.id, project, workers="processes").result(30)
    assert [value for value, _ in result] == [x * 10 for x in range(8)]
    assert sum(remembered for _, remembered in result) >= 3
    # A unit that was with a worker at the moment of the cut may be done twice, no other.
    assert sum(calls(project, f"unit-{x}") - 1 for x in range(8)) <= 3


def burns(seconds: float) -> None:
    began = time.thread_time()
    while time.thread_time() - began < seconds:
        sum(range(1000))


def test_a_detached_run_takes_its_cluster_along(make_job: Make, project: Path, client: Any) -> None:
    run = start(make_job(mapping(square, lambda _: units(4))), project, workers=client, detached=True)
    assert run.result(30) == {f"unit {index}": index * index for index in range(4)}
    assert run.logs(contains="Units go to the Dask cluster")


def test_a_map_that_stays_here_says_so(make_job: Make, project: Path, client: Any) -> None:
    run = start(
        make_job(mapping(square, lambda _: units(2), title="Squares", workers=1)), project, workers=client
    )
    run.result(10)
    assert run.logs() == ["Squares: computed by 1 thread, to which the job binds them"]


def run_seen_by(x: int) -> str:
    job = current_job()
    assert job is not None
    return job.run_id


@pytest.mark.parametrize("place", ["threads", "processes", "cluster"])
def test_a_unit_knows_its_run_wherever_it_is_computed(
    make_job: Make, project: Path, client: Any, place: str
) -> None:
    made = make_job(mapping(run_seen_by, lambda _: units(2)))
    run = start(made, project, workers=client if place == "cluster" else place)
    assert set(run.result(30).values()) == {run.id}


def burns_here_and_in_a_child(seconds: float) -> float:
    job = current_job()
    assert job is not None
    began = time.thread_time()
    burns(seconds)
    used = time.thread_time() - began
    return used + job.child(used_in_a_child, seconds)


def used_in_a_child(seconds: float) -> float:
    burns(seconds)
    return time.process_time()


def test_cpu_time_on_the_workers_and_in_their_children_is_the_runs_within_two_percent(
    make_job: Make, project: Path, client: Any
) -> None:
    given = mapping(burns_here_and_in_a_child, lambda _: [Unit("a", (0.5,)), Unit("b", (0.5,))])
    # What workers import for their first unit is the run's too, but no unit measures it.
    first = mapping(burns_here_and_in_a_child, lambda _: [Unit("a", (0.0,)), Unit("b", (0.0,))])
    start(make_job(first), project, workers=client, scenario="first").result(30)
    run = start(make_job(given), project, workers=client)
    used = sum(run.result(30).values())
    # Not what the kernel's own threads have used meanwhile.
    counted = sum(one.cpu_seconds for one in run.resources._elsewhere.values())  # type: ignore[attr-defined]
    assert run.resources.sample().cpu_seconds >= counted  # type: ignore[attr-defined]
    assert counted == pytest.approx(used, rel=0.02)


# a kernel that is gone


KERNEL = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from runs import conftest, test_cluster
from workbench.runs import Unit, job, start

folder = Path(sys.argv[2])
work = test_cluster.mapping(test_cluster.in_a_child, lambda folder: [Unit("solve", (folder / "pid",))])
run = start(job("solves", config=conftest.Config)(work), folder, workers=sys.argv[3])
run.wait()
"""


@pytest.mark.slow
def test_units_of_a_kernel_that_was_killed_end_by_themselves(
    scripts: Any, project: Path, cluster: Cluster, client: Any, until: Until
) -> None:
    def patience(seconds: float) -> None:
        from workbench.runs.cluster import worker as cluster_worker

        cluster_worker.SILENT_SECONDS = seconds

    client.run(patience, 2.0)
    try:
        kernel = scripts.start(KERNEL, Path(__file__).parents[1], project, cluster.address)
        until(lambda: pid_in(project / "pid"), 30)
        solver = psutil.Process(pid_in(project / "pid"))
        time.sleep(2.5)
        assert solver.is_running()
        kernel.send_signal(signal.SIGKILL)
        until(lambda: not solver.is_running() or solver.status() == psutil.STATUS_ZOMBIE)
    finally:
        client.run(patience, 20.0)


@pytest.fixture
def patience(client: Any) -> Iterator[Callable[..., None]]:
    """Set after what time without a sign of the kernel the workers hold their units, and when they end them."""

    def silent(seconds: float, hope: float = 900.0) -> None:
        from workbench.runs.cluster import worker as cluster_worker

        cluster_worker.SILENT_SECONDS, cluster_worker.HOPE_SECONDS = seconds, hope

    yield lambda *seconds: client.run(silent, *seconds)
    client.run(silent, 20.0)


def deaf_or_looking(folder: Path, name: str) -> int:
    note(folder, f"{name} begun")
    if name == "deaf":
        # Native code that keeps the interpreter's lock: the worker answers nothing at all.
        ctypes.PyDLL(None).usleep(4_000_000)
        return 0
    looks = 0
    job = current_job()
    assert job is not None
    while not (folder / "go").exists():
        time.sleep(0.01)
        job.checkpoint()
        looks += 1
        (folder / "looks").write_text(str(looks))
    return looks


def test_a_worker_that_answers_nothing_keeps_no_request_and_no_sign_of_life_from_the_others(
    make_job: Make,
    project: Path,
    client: Any,
    until: Until,
    patience: Callable[[float], None],
    until_still: Any,
) -> None:
    def looks() -> int:
        return int((project / "looks").read_text() or 0) if (project / "looks").exists() else 0

    patience(2.0)
    given = mapping(
        deaf_or_looking, lambda folder: [Unit(name, (folder, name)) for name in ("deaf", "looking")]
    )
    run = start(make_job(given), project, workers=client)
    until(lambda: calls(project, "deaf begun") and looks() > 5)
    began = time.monotonic()
    run.pause()
    until(lambda: run.state == RunState.PAUSED)
    until_still(looks)
    before = looks()
    time.sleep(0.2)
    assert looks() == before
    run.resume()
    until(lambda: looks() > before, 2)
    assert time.monotonic() - began < 3
    time.sleep(max(0.0, 3.5 - (time.monotonic() - began)))
    (project / "go").touch()
    assert set(run.result(20)) == {"deaf", "looking"}
    assert run.logs(level="warning") == []
    assert (calls(project, "deaf begun"), calls(project, "looking begun")) == (1, 1)


def is_silent() -> bool:
    from workbench.runs.cluster import worker

    return any(channel._silent for channel in worker._channels.values() if channel.running)


def test_a_kernel_that_was_away_finds_its_units_held_and_going_on(
    make_job: Make,
    project: Path,
    client: Any,
    until: Until,
    patience: Callable[[float], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    patience(0.5)
    # Away for longer: it hangs, or the laptop is closed.
    monkeypatch.setattr(cluster_link, "BEAT_SECONDS", 3.0)
    given = mapping(waits, lambda folder: [Unit("a", (folder, "a"))])
    run = start(make_job(given), project, workers=client)
    until(lambda: any(client.run(is_silent).values()))
    (project / "go").touch()
    assert run.result(20) == {"a": "a"}
    assert calls(project, "a") == 1
    assert run.logs(level="warning") == []


def stays(folder: Path) -> str:
    note(folder, "stays")
    job = current_job()
    assert job is not None
    while calls(folder, "stays") == 1:
        time.sleep(0.01)
        job.checkpoint()
    return "done"


def test_a_unit_that_has_given_the_kernel_up_is_done_again(
    make_job: Make,
    project: Path,
    client: Any,
    patience: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    patience(0.5, 1.0)
    monkeypatch.setattr(cluster_link, "BEAT_SECONDS", 3.0)
    run = start(make_job(mapping(stays, lambda folder: [Unit("a", (folder,))])), project, workers=client)
    assert run.result(20) == {"a": "done"}
    assert calls(project, "stays") == 2
    assert "a was stopped on tcp://" in run.logs(level="warning")[0]


# what is refused


def test_an_address_where_nobody_answers_is_said_and_the_run_can_be_resumed(
    make_job: Make, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "CONNECT_SECONDS", 0.5)
    made = make_job(mapping(square, lambda _: units(2)))
    run = start(made, project, workers="tcp://127.0.0.1:9")
    with pytest.raises(
        WorkersLost, match=r"No Dask scheduler answers at tcp://127\.0\.0\.1:9 .*check the address"
    ):
        run.result(30)
    assert run.state == RunState.FAILED
    assert resume(run.id, project).result(10) == {"unit 0": 0, "unit 1": 1}


def test_a_closed_client_is_refused(make_job: Make, project: Path, cluster: Cluster) -> None:
    gone = distributed.Client(cluster.address, set_as_default=False)
    gone.close()
    run = start(make_job(mapping(square, lambda _: units(2))), project, workers=gone)
    with pytest.raises(WorkersLost, match="The given client is closed, expected a running one"):
        run.result(30)


def test_without_dask_it_is_said_what_to_install(project: Path, make_job: Make, monkeypatch: Any) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(SettingError, match=r"Dask is not installed: pip install 'energy-workbench\[dask\]'"):
        start(make_job(mapping(square, lambda _: units(2))), project, workers="tcp://127.0.0.1:8786")


def test_importing_the_engine_does_not_import_dask() -> None:
    code = (
        "import sys, workbench.runs.jobs.map; sys.exit('distributed' in sys.modules or 'dask' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# who decides


@pytest.mark.parametrize(
    ("asked", "wished", "place", "count"),
    [
        (None, 3, Place.THREADS, 3),
        (None, "processes", Place.PROCESSES, os.cpu_count()),
        (None, "tcp://a:1", Place.CLUSTER, 0),
        ("processes", 3, Place.PROCESSES, 3),
        ("processes", "tcp://a:1", Place.CLUSTER, 0),
        ("processes", "threads", Place.THREADS, os.cpu_count()),
        (1, "tcp://a:1", Place.THREADS, 1),
        ("threads", "processes", Place.THREADS, os.cpu_count()),
    ],
)
def test_a_map_that_is_bound_to_its_threads_stays_and_the_others_go_where_the_person_wishes(
    asked: Any, wished: Any, place: Place, count: int
) -> None:
    chosen = choose_workers(asked, wished)
    assert (chosen.place, chosen.count) == (place, count)


def test_workers_are_read_from_words() -> None:
    assert parse_workers("4") == 4
    assert parse_workers("processes") == "processes"
    assert parse_workers("tcp://10.0.0.1:8786") == "tcp://10.0.0.1:8786"
    for wrong in ("0", "fast", "http://a", "tcp://"):
        with pytest.raises(SettingError, match="expected 'threads', 'processes'"):
            parse_workers(wrong)


def test_a_run_started_with_wrong_workers_does_not_begin(make_job: Make, project: Path) -> None:
    with pytest.raises(SettingError, match="workers is 'many'"):
        start(make_job(mapping(square, lambda _: units(1))), project, workers="many")
    assert not (project / ".workbench").exists()
