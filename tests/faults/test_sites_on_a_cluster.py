"""A thousand sites of evapotranspiration on a cluster."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from evapotranspiration.made_weather import made_weather, seen_by

from workbench.data.projects.project import Project
from workbench.evapotranspiration.jobs import estimate_evapotranspiration
from workbench.runs import start
from workbench.runs.jobs import measured

pytest.importorskip("distributed", reason="Dask is an optional extra")

SITES = 1000


def farms(folder: Path) -> Project:
    """Sites that differ a little in place and weather, each seen by two sources."""
    project = Project.create(folder, "Farms")
    true = made_weather(60)
    seen = {"nasa_power": seen_by(true, seed=2), "openmeteo_archive": seen_by(true, seed=3)}
    tables, places = [], []
    for number in range(SITES):
        name = f"farm {number}"
        places.append((name, -10 - number / 1000, -46 + number / 1000, 300.0))
        for source, weather in seen.items():
            own = weather.assign(
                tmax=weather["tmax"] + number / 1000, rs=weather["rs"] * (1 - number / 20_000)
            )
            tables.append(own.assign(site=name, source=source).reset_index())
    pd.concat(tables).to_csv(project.inputs / "eto_weather.csv", index=False)
    columns = ["site", "latitude", "longitude", "elevation"]
    pd.DataFrame(places, columns=columns).to_csv(project.inputs / "eto_sites.csv", index=False)
    return project


@pytest.mark.slow
@pytest.mark.thorough
def test_a_thousand_sites_on_a_cluster_are_those_that_are_computed_here(
    tmp_path: Path, make_cluster: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whatever the measurement says of this machine.
    monkeypatch.setattr(measured, "GAIN", np.inf)
    project = farms(tmp_path / "farms")
    here = start(estimate_evapotranspiration, project, scenario="here", online="never").result(900)
    cluster = make_cluster(workers=2)
    run = start(
        estimate_evapotranspiration, project, scenario="there", online="never", workers=cluster.address
    )
    there = run.result(900)
    assert len(run.logs(contains=f"the other {SITES - measured.SAMPLES} go to the Dask cluster")) == 2
    assert here.tables.keys() == there.tables.keys()
    assert len(there.table("sites")) == SITES
    for name, table in here.tables.items():
        pd.testing.assert_frame_equal(table, there.tables[name], check_exact=True)
