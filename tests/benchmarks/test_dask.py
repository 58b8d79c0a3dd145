"""Units on a Dask cluster beside plain Dask and plain PyPSA, and runs with a process of their own."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from workbench.runs import EventKind, Job, Unit, current_job, job, setting, start

sys.path.insert(0, str(Path(__file__).parents[1]))

from dask_cluster import Cluster

distributed = pytest.importorskip("distributed", reason="Dask is an optional extra")
pytestmark = [
    pytest.mark.benchmark,
    pytest.mark.slow,
    # PyPSA 1.4 itself still calls what pandas 3.1 deprecates.
    pytest.mark.filterwarnings("ignore::DeprecationWarning:pypsa"),
]

Report = Callable[[str, float, float | None, str, str, bool], None]
SCENARIOS = 64


@dataclass(frozen=True, slots=True)
class Config:
    """Settings of the jobs in these benchmarks."""

    scenario: str = setting("base", help="Whose results are written")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    made = Cluster(tmp_path / "dask", workers=2)
    yield made
    made.end()


# a sensitivity of 64 scenarios, one of two workers killed half-way


def network_of(co2_price: float) -> Any:
    """A day of one bus: coal, gas and solar that can be built, at a price of carbon dioxide."""
    import numpy as np
    import pandas as pd

    from workbench.capacity.model.pypsa_import import pypsa

    clock = np.arange(24)
    n = pypsa().Network()
    n.set_snapshots(pd.date_range("2030-01-01", periods=24, freq="h"))
    n.add("Bus", "state")
    n.add("Load", "load", bus="state", p_set=100 + 30 * np.sin((clock - 9) / 24 * 2 * np.pi))
    n.add("Generator", "coal", bus="state", p_nom=150, marginal_cost=30 + 0.9 * co2_price)
    n.add("Generator", "gas", bus="state", p_nom=150, marginal_cost=70 + 0.4 * co2_price)
    sun = np.clip(np.sin((clock - 6) / 12 * np.pi), 0, None)
    n.add("Generator", "solar", bus="state", p_nom_extendable=True, capital_cost=300.0, p_max_pu=sun)
    return n


def solve_scenario(folder: Path, co2_price: float) -> float:
    """Solve one scenario as the capacity plan does, the solver in a child process; gives the objective."""
    from workbench.capacity.config import CapacityConfig
    from workbench.capacity.solving.planning import make_solver, optimise

    with (folder / f"price-{co2_price:g}").open("a") as file:
        file.write(f"{os.getpid()}\n")
    config = CapacityConfig()
    handle = current_job()
    assert handle is not None
    network = network_of(co2_price)
    with make_solver(handle, config, lambda *_: "") as solver:
        optimise(handle, network, config, solver)
    return float(network.objective)


def prices() -> list[float]:
    return [float(price) for price in range(SCENARIOS)]


@job("sensitivity", config=Config)
def sensitivity(job: Job, project: Path, config: Any) -> dict[float, float]:
    """Solve all scenarios."""
    with job.stage("scenarios"):
        given = [Unit(f"co2 {price:g}", (project, price)) for price in prices()]
        found = {outcome.key: outcome.value for outcome in job.map(solve_scenario, given, title="Scenario")}
    return {price: found[f"co2 {price:g}"] for price in prices()}


def finished(run: Any) -> int:
    done = [event.data["done"] for event in run.events(kinds=[EventKind.PROGRESS]) if "unit" in event.data]
    return max(done, default=0)


def serially() -> tuple[dict[float, float], float]:
    """Give the objectives by plain PyPSA in this process, and how long that took (s)."""
    began = time.perf_counter()
    found = {}
    for price in prices():
        network = network_of(price)
        network.optimize(solver_name="highs", include_objective_constant=False, log_to_console=False)
        found[price] = float(network.objective)
    return found, time.perf_counter() - began


def test_a_sensitivity_of_64_scenarios_survives_the_loss_of_one_of_two_workers(
    project: Path, cluster: Cluster, report: Report
) -> None:
    expected, serial_seconds = serially()
    began = time.perf_counter()
    run = start(sensitivity, project, workers=cluster.address)
    while finished(run) < SCENARIOS // 2:
        assert not run.wait(0.05), run.reason
    cluster.workers[0].send_signal(signal.SIGKILL)
    result = run.result(300)
    seconds = time.perf_counter() - began
    assert run.failed_stages == []
    worst = max(abs(result[price] / expected[price] - 1) for price in prices())
    report(
        "Dask: 64 scenarios, one of two workers killed: worst difference",
        worst,
        None,
        "",
        "<= 1e-9",
        worst <= 1e-9,
    )
    computed = [len((project / f"price-{price:g}").read_text().split()) for price in prices()]
    repeated = sum(count - 1 for count in computed)
    # What the lost worker computed, and a result that was still on it.
    report(
        "Dask: units repeated after that",
        repeated,
        SCENARIOS,
        "units",
        "<= 2",
        min(computed) == 1 and repeated <= 2,
    )
    report("Dask: 64 scenarios so, beside serial plain PyPSA", seconds, serial_seconds, "s", "printed", True)


# what it costs


def nothing(x: int) -> int:
    return x


@job("nothings", config=Config)
def nothings(job: Job, project: Path, config: Any) -> int:
    """Do nothing, often."""
    given = [Unit(f"unit {x}", (x,)) for x in range(2000)]
    return sum(outcome.value for outcome in job.map(nothing, given))


def test_a_unit_on_a_cluster_costs_little_more_than_a_task(
    project: Path, cluster: Cluster, report: Report
) -> None:
    with distributed.Client(cluster.address, set_as_default=False) as client:
        ours, plain = [], []
        for number in range(3):
            began = time.perf_counter()
            futures = [client.submit(abs, x, pure=False) for x in range(2000)]
            assert sum(client.gather(futures)) == 1_999_000
            plain.append((time.perf_counter() - began) / 2000 * 1000)
            began = time.perf_counter()
            assert start(nothings, project, workers=client, scenario=f"s{number}").result(120) == 1_999_000
            ours.append((time.perf_counter() - began) / 2000 * 1000)
    mine, peer = min(ours), min(plain)
    report(
        "Dask: one unit that does nothing, beside a task", mine, peer, "ms", "<= 1.5 x", mine <= 1.5 * peer
    )


def burns(seconds: float) -> float:
    began = time.thread_time()
    while time.thread_time() - began < seconds:
        sum(range(1000))
    return time.thread_time() - began


@job("burning", config=Config)
def burning(job: Job, project: Path, config: Any) -> float:
    """Compute for half a second of CPU time, thirty-two times."""
    return sum(outcome.value for outcome in job.map(burns, [Unit(f"unit {x}", (0.5,)) for x in range(32)]))


@pytest.mark.parametrize("workers", [1, 2])
def test_workers_are_kept_busy(project: Path, tmp_path: Path, report: Report, workers: int) -> None:
    cluster = Cluster(tmp_path / "of-its-own", workers=workers)
    try:
        with distributed.Client(cluster.address, set_as_default=False) as client:
            # What workers import for their first unit is not what is measured.
            start(nothings, project, workers=client, scenario="first").result(120)
            began = time.perf_counter()
            run = start(burning, project, workers=client)
            used = run.result(300)
            efficiency = used / workers / (time.perf_counter() - began)
            counted = sum(one.cpu_seconds for one in run.resources._elsewhere.values())  # type: ignore[attr-defined]
    finally:
        cluster.end()
    goal = efficiency >= 0.9
    report(f"Dask: efficiency at {workers} workers", efficiency, None, "", ">= 0.9", goal)
    away = abs(counted / used - 1)
    report(f"Dask: CPU time accounted, {workers} workers", away, None, "", "<= 2 %", away <= 0.02)


def ticks() -> None:
    handle = current_job()
    assert handle is not None
    for _ in range(100):
        handle.log(f"{time.time():.6f}")
        time.sleep(0.01)


@job("ticking", config=Config)
def ticking(job: Job, project: Path, config: Any) -> None:
    """Say what time it is, on a worker."""
    list(job.map(ticks, [Unit("a")]))


def test_a_line_of_a_worker_is_in_the_journal_soon(project: Path, cluster: Cluster, report: Report) -> None:
    run = start(ticking, project, workers=cluster.address)
    run.result(60)
    lines = [line for line in run.lines() if line.message.replace(".", "").isdigit()]
    assert len(lines) == 100
    # Events get their time when they arrive; the journal has them 40 ms later.
    delays = sorted(line.time - float(line.message) for line in lines)
    p95 = delays[94] * 1000
    report("Dask: a line of a worker in the run, p95", p95, None, "ms", "<= 500 ms", p95 <= 500)


def endless(file: Path) -> None:
    file.write_text(str(os.getpid()))
    time.sleep(600)


def in_a_child(file: Path) -> None:
    handle = current_job()
    assert handle is not None
    handle.child(endless, file)


@job("endless", config=Config)
def endlessly(job: Job, project: Path, config: Any) -> None:
    """Wait in a child process on a worker."""
    list(job.map(in_a_child, [Unit("a", (project / "pid",))]))


def test_a_cancel_reaches_a_child_on_a_worker_soon(project: Path, cluster: Cluster, report: Report) -> None:
    took = []
    for number in range(5):
        file = project / "pid"
        file.unlink(missing_ok=True)
        run = start(endlessly, project, workers=cluster.address, scenario=f"s{number}")
        while not (file.exists() and file.read_text()):
            assert not run.wait(0.01), run.reason
        solver = psutil.Process(int(file.read_text()))
        began = time.perf_counter()
        run.cancel()
        assert run.wait(30)
        took.append(time.perf_counter() - began)
        assert not solver.is_running()
    worst = max(took)
    report("Dask: cancel of a child on a worker, worst of 5", worst, None, "s", "<= 2 s", worst <= 2)


@job("empty", config=Config)
def empty(job: Job, project: Path, config: Any) -> int:
    """Do nothing at all."""
    return 5


def test_a_detached_start_returns_at_once(project: Path, report: Report) -> None:
    assert start(empty, project, detached=True).result(60) == 5
    took = []
    for number in range(20):
        began = time.perf_counter()
        run = start(empty, project, detached=True, scenario=f"s{number}")
        took.append((time.perf_counter() - began) * 1000)
        assert run.result(60) == 5
    p95 = sorted(took)[18]
    report("start(detached=True) returns, p95 of 20", p95, None, "ms", "<= 50 ms", p95 <= 50)
