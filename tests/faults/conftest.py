"""The engine's fixtures, and a browser, for tests that break things on purpose."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).parents[1]
# The real JupyterLab and the toy job of the panel's tests, also where only this folder is tested.
sys.path[:0] = [str(TESTS), str(TESTS / "ui")]

from dask_cluster import Cluster  # noqa: E402
from runs.conftest import config_type, functions_travel_by_value, make_job, project, scripts, until  # noqa: E402

__all__ = [
    "config_type",
    "functions_travel_by_value",
    "make_job",
    "project",
    "scripts",
    "until",
]


@pytest.fixture
def make_cluster(tmp_path: Path) -> Iterator[Callable[..., Cluster]]:
    """Start Dask clusters that may be killed."""
    made: list[Cluster] = []

    def make(**options: Any) -> Cluster:
        made.append(Cluster(tmp_path / f"dask-{len(made)}", **options))
        return made[-1]

    yield make
    for cluster in made:
        cluster.end()
