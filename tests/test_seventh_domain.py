"""A domain of another package is offered like our own: nothing here knows it but its entry point."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import workbench
from workbench.data.projects.project import Project
from workbench.errors import SettingError

OFFER = """
from workbench.runs import JobOffer

tides = JobOffer("Tidal energy", "tidal_power.jobs:estimate_tides")
"""
JOBS = '''
from __future__ import annotations

import json
from dataclasses import dataclass

from workbench.errors import SettingError
from workbench.runs import Job, Unit, job, setting


@dataclass(frozen=True, slots=True)
class TidesConfig:
    """Parameters of the tides."""

    scenario: str = setting("spring", help="Name of the result")
    lowest: float = setting(0.5, help="Lowest range", unit="m", minimum=0)
    highest: float = setting(4.0, help="Highest range", unit="m", minimum=0, maximum=20)
    basins: int = setting(2, help="Number of basins", minimum=1, maximum=9, advanced=True)


def check(config):
    if config.lowest > config.highest:
        sentence = f"lowest {config.lowest} m lies above highest {config.highest} m."
        yield SettingError(sentence, "lowest", config.lowest)


def energy(basin, span):
    return basin * span**2


def load(project, scenario):
    return json.loads((project.results_folder("tides", scenario) / "energy.json").read_text())


@job("tides", title="Tidal energy", config=TidesConfig, check=check, load=load)
def estimate_tides(job: Job, project, config: TidesConfig) -> dict[str, float]:
    """Estimate the energy of tidal basins."""
    units = [Unit(f"basin {n}", (n, config.highest - config.lowest)) for n in range(1, config.basins + 1)]
    made = {outcome.key: outcome.value for outcome in job.map(energy, units, title="Basin")}
    path = project.results_folder("tides", config.scenario) / "energy.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(made))
    job.artifact(path, "Energy")
    return made
'''


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    """A folder into which the package is installed, as pip would."""
    folder = tmp_path / "packages"
    package, about = folder / "tidal_power", folder / "tidal_power-1.0.dist-info"
    package.mkdir(parents=True)
    about.mkdir()
    (package / "__init__.py").write_text('"""Tidal power."""\n')
    (package / "offer.py").write_text(OFFER)
    (package / "jobs.py").write_text(JOBS)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: tidal-power\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[workbench.jobs]\ntides = tidal_power.offer:tides\n")
    return folder


@pytest.fixture
def installed(packages: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same, for this process."""
    monkeypatch.syspath_prepend(packages)
    monkeypatch.setattr("workbench.runs.jobs.registry._registered", {})
    for name in ("tidal_power", "tidal_power.offer", "tidal_power.jobs"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return packages


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.create(tmp_path / "project", "Estuary")


def command(packages: Path, *words: str) -> subprocess.CompletedProcess[str]:
    code = "import sys; from workbench.cli import main; sys.exit(main(sys.argv[1:]))"
    return subprocess.run(
        [sys.executable, "-c", code, *words],
        env={**os.environ, "PYTHONPATH": str(packages)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_is_listed_found_and_run_like_our_own(installed: Path, project: Project) -> None:
    assert workbench.known_jobs()["tides"] == "Tidal energy"
    assert "tidal_power.jobs" not in sys.modules
    job = workbench.find_job("tides")
    assert job(project, highest=2.5) == {"basin 1": 4.0, "basin 2": 8.0}
    run = workbench.start("tides", project, highest=1.5, scenario="neap")
    assert run.result(20) == {"basin 1": 1.0, "basin 2": 2.0}
    assert workbench.attach(run.id, project).title == "Tidal energy"
    with pytest.raises(SettingError, match=r"lowest 5\.0 m lies above highest 4\.0 m"):
        workbench.start("tides", project, lowest=5)


def test_it_runs_from_the_command_line(packages: Path, project: Project) -> None:
    folder = str(project.folder)
    assert "tides  Tidal energy" in command(packages, "jobs").stdout
    told = command(packages, "run", "tides", "--help").stdout
    assert "  highest=4.0  [m]\n" in told
    assert "advanced settings of tides:\n  basins=2\n" in told
    made = command(packages, "run", "tides", "--project", folder, "--set", "highest=2.5")
    assert made.returncode == 0, made.stderr
    results = project.results_folder("tides", "spring") / "energy.json"
    assert json.loads(results.read_text()) == {"basin 1": 4.0, "basin 2": 8.0}
    refused = command(packages, "run", "tides", "--project", folder, "--set", "lowest=5", "--set", "basins=0")
    assert refused.returncode == 2
    assert "lies above highest" in refused.stderr
    assert "the least allowed is 1" in refused.stderr


def test_it_runs_detached_and_its_saved_result_is_loaded(installed: Path, project: Project) -> None:
    run = workbench.start("tides", project, highest=2.5, detached=True)
    assert run.result(30) == {"basin 1": 4.0, "basin 2": 8.0}


def test_one_that_is_broken_is_named_and_the_others_work(packages: Path, project: Project) -> None:
    (packages / "tidal_power" / "offer.py").write_text("import a_library_that_is_missing\n")
    listed = command(packages, "jobs")
    assert listed.returncode == 0
    assert "demand  Demand forecast" in listed.stdout
    assert "The job 'tides' of tidal-power cannot be used" in listed.stderr
    refused = command(packages, "run", "tides", "--project", str(project.folder))
    assert refused.returncode == 2
    assert "a_library_that_is_missing" in refused.stderr
