"""Work that is kept between runs: a changed scenario fits nothing again that follows from the same figures."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from workbench.data.arrays import Floats
from workbench.data.projects.project import Project
from workbench.data.results.cache import cached
from workbench.finance.analysis.forecasts import forecast_rows
from workbench.finance.anomalies.events import Event, EventKind
from workbench.finance.anomalies.unusual import events_of_series
from workbench.finance.model.series import FigureSeries
from workbench.forecasting.series_forecast import SeriesForecast
from workbench.runs.model.digest import digest_of
from workbench.version import package_version

__all__ = ["kept_events", "kept_forecasts"]

VERSION = 2


def kept_forecasts(
    project: Project, one: FigureSeries, rows: Sequence[int], horizon: int, season: int, level: float
) -> tuple[SeriesForecast | None, ...]:
    """Forecast some rows of a figure, or take what an earlier run found for the same figures and settings."""
    key = {"horizon": horizon, "season": season, "level": level}
    found = _kept(
        project,
        "forecast",
        one.amounts[list(rows)],
        key,
        lambda: [
            None if f is None else _written(f) for f in forecast_rows(one, rows, horizon, season, level)
        ],
    )
    return tuple(None if item is None else _forecast(item) for item in found)


def kept_events(
    project: Project,
    one: FigureSeries,
    rows: Sequence[int],
    season: int,
    false_alarms: float,
    drivers: Floats | None = None,
) -> tuple[tuple[Event, ...], tuple[pd.DataFrame, ...]]:
    """Find the events of some rows of a figure, or take what an earlier run found; see :func:`events_of_series`."""
    facts = [
        one.name,
        one.stock,
        str(one.periods[0]),
        [[one.parts[r].dimension, one.parts[r].entity] for r in rows],
    ]
    key = {"season": season, "false_alarms": false_alarms, "series": facts}
    if drivers is not None:
        key["drivers"] = digest_of(np.ascontiguousarray(drivers).tobytes(), drivers.shape)

    def make() -> list[Any]:
        made = [
            events_of_series(one, row, season, false_alarms, None if drivers is None else drivers[row])
            for row in rows
        ]
        return [
            {
                "events": [
                    {**asdict(event), "first": str(event.first), "last": str(event.last)} for event in events
                ],
                "expected": None
                if table is None
                else {name: table[name].tolist() for name in ("expected", "low", "high", "outlying")},
            }
            for events, table in made
        ]

    events, tables = [], []
    for row, item in zip(rows, _kept(project, "events", one.amounts[list(rows)], key, make), strict=True):
        events += [_event(facts) for facts in item["events"]]
        if item["expected"] is not None:
            part = one.parts[row]
            series = {"figure": one.name, "dimension": part.dimension, "entity": part.entity}
            measured = {"period": one.periods, "value": one.amounts[row]}
            tables.append(
                pd.DataFrame({**series, **measured, **item["expected"]}, index=range(len(one.periods)))
            )
    return tuple(events), tuple(tables)


def _kept(
    project: Project,
    kind: str,
    values: np.ndarray[Any, Any],
    key: Mapping[str, Any],
    make: Callable[[], list[Any]],
) -> list[Any]:
    parts = {
        "kind": f"finance {kind}",
        "version": VERSION,
        "package": package_version(),
        "values": digest_of(np.ascontiguousarray(values).tobytes(), values.shape),
        **key,
    }
    # JSON, not a pickle: a cache may come from elsewhere, and nothing in it may run.
    table = cached(project, parts, lambda: pa.table({"content": [json.dumps(make())]}))
    content: list[Any] = json.loads(table.column("content")[0].as_py())
    return content


def _written(forecast: SeriesForecast) -> dict[str, Any]:
    return {
        name: value.tolist() if isinstance(value, np.ndarray) else value
        for name, value in asdict(forecast).items()
    }


def _forecast(item: Mapping[str, Any]) -> SeriesForecast:
    arrays = {name: np.array(item[name], dtype=float) for name in ("path", "half_width")}
    return SeriesForecast(**{**item, **arrays})


def _event(item: Mapping[str, Any]) -> Event:
    times = {name: pd.Timestamp(item[name]) for name in ("first", "last")}
    return Event(**{**item, **times, "kind": EventKind(item["kind"]), "also": tuple(item["also"])})
