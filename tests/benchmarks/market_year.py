"""A year of a made-up market in full size, made once a session: 500 units x 5 minutes = 52.6 million rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.market.sample.market import make_sample_dataset

UNITS = 500
START = "2025-01-01"
DAYS = 365


@pytest.fixture(scope="session")
def market_year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the dataset; benchmarks read it, and write only to copies."""
    return make_sample_dataset(
        tmp_path_factory.mktemp("market") / "year", start=START, days=DAYS, units=UNITS, holes=False
    )
