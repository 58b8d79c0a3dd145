from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from weather_server import WeatherServer

from workbench.data.projects.project import Project
from workbench.evapotranspiration.inputs.services.transport import Transport


@pytest.fixture
def server() -> Iterator[WeatherServer]:
    """A local server that answers like the weather services."""
    made = WeatherServer()
    yield made
    made.close()


@pytest.fixture
def open_transport(tmp_path: Path, server: WeatherServer) -> Iterator[Callable[..., Transport]]:
    """Opens transports that ask the local server; with one folder they share a cache."""
    opened = []

    def open_one(patience: float = 5.0) -> Transport:
        transport = Transport(tmp_path / "weather", server.services, patience)
        opened.append(transport.__enter__())
        return transport

    yield open_one
    for transport in opened:
        transport.__exit__()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.create(tmp_path / "project", "Farms")
