from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from weather_server import WeatherServer

from workbench.data.projects.project import Project
from workbench.online.client import OnlineClient


@pytest.fixture
def server() -> Iterator[WeatherServer]:
    """A local server that answers like the weather services."""
    made = WeatherServer()
    yield made
    made.close()


@pytest.fixture
def open_client(tmp_path: Path, server: WeatherServer) -> Iterator[Callable[..., OnlineClient]]:
    """Opens clients that ask the local server; with one folder they share a cache."""
    opened = []

    def open_one(patience: float = 5.0) -> OnlineClient:
        client = OnlineClient(tmp_path / "weather", server.services, patience)
        opened.append(client.__enter__())
        return client

    yield open_one
    for client in opened:
        client.__exit__()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.create(tmp_path / "project", "Farms")
