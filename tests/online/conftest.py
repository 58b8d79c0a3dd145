from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from online.faulty_server import FaultyServer
from workbench.online.client import OnlineClient


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    """A local server that answers like an online service."""
    made = FaultyServer()
    yield made
    made.close()


@pytest.fixture
def open_client(tmp_path: Path, server: FaultyServer) -> Iterator[Callable[..., OnlineClient]]:
    """Opens clients that ask the local server; with one folder they share a cache."""
    opened = []

    def open_one(patience: float = 5.0) -> OnlineClient:
        client = OnlineClient(tmp_path / "online", {"rain": server.address}, patience)
        opened.append(client.__enter__())
        return client

    yield open_one
    for client in opened:
        client.__exit__()
