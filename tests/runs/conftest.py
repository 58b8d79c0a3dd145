"""Projects, jobs and processes that the tests of the engine share."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cloudpickle
import pytest

from workbench.runs import Job, JobFunction, job, setting

PACKAGE_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Config:
    """Settings of the jobs in these tests."""

    scenario: str = setting("base", help="Whose results are written")
    pace: float = setting(0.01, help="Seconds per step", unit="s", minimum=0.0, maximum=10.0, adjustable=True)
    count: int = setting(3, help="Steps", minimum=0, maximum=1_000_000)


@pytest.fixture(autouse=True, scope="module")
def functions_travel_by_value(request: pytest.FixtureRequest) -> Iterator[None]:
    """Spare every child process the import of the test module, and of pytest with it."""
    cloudpickle.register_pickle_by_value(request.module)
    yield
    cloudpickle.unregister_pickle_by_value(request.module)


@pytest.fixture
def config_type() -> type[Config]:
    return Config


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def make_job() -> Callable[..., JobFunction[Any, Any]]:
    """Make a function a job under a name of its own."""
    made = 0

    def make(
        function: Callable[[Job, Any, Any], Any], name: str = "", **options: Any
    ) -> JobFunction[Any, Any]:
        nonlocal made
        made += 1
        return job(name or f"job_{made}", config=Config, **options)(function)

    return make


@pytest.fixture
def until() -> Callable[..., None]:
    """Wait until something holds, looking often; fail when it does not."""

    def wait(condition: Callable[[], Any], seconds: float = 10) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "it never came true"
            time.sleep(0.005)

    return wait


@pytest.fixture
def until_still(until: Callable[..., None]) -> Callable[[Callable[[], Any]], None]:
    """Wait until a value stays the same for a while: threads that are held come to their checkpoints one by one."""

    def wait(value: Callable[[], Any]) -> None:
        def is_still() -> bool:
            before = value()
            time.sleep(0.1)
            return bool(value() == before)

        until(is_still)

    return wait


class Scripts:
    """Starts Python processes that can import the package, and ends those that are left."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._started: list[subprocess.Popen[str]] = []

    def start(self, source: str, *arguments: object, prelude: str = "") -> subprocess.Popen[str]:
        path = self._folder / f"script_{len(self._started)}.py"
        path.write_text(textwrap.dedent(prelude) + textwrap.dedent(source), encoding="utf-8")
        process = subprocess.Popen(
            [sys.executable, str(path), *map(str, arguments)],
            env={**os.environ, "PYTHONPATH": str(PACKAGE_ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._started.append(process)
        return process

    def run(self, source: str, *arguments: object, prelude: str = "") -> str:
        process = self.start(source, *arguments, prelude=prelude)
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
        return out

    def end(self) -> None:
        for process in self._started:
            if process.poll() is None:
                process.kill()
            process.communicate()


@pytest.fixture
def scripts(tmp_path: Path) -> Iterator[Scripts]:
    made = Scripts(tmp_path)
    yield made
    made.end()
