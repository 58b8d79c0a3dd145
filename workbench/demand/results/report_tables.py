"""The tables of a result as they are shown, the same in the report and in the notebook."""

from __future__ import annotations

from typing import Any

import pandas as pd

from workbench.data.formatting import Style, energy_factor, format_number, year_label
from workbench.demand.models.catalogue import MODELS
from workbench.demand.results.saved import CHOSEN, DemandResult

HORIZONS = (1, 3, 5, 10)


def accuracy_rows(result: DemandResult, sector: str) -> list[dict[str, Any]]:
    """Out-of-sample errors of a sector, one row a model, MAPE and more by horizon, chosen model first."""
    table = result.table("accuracy")
    mine = table[table.sector == sector]
    chosen = result.facts["chosen"].get(sector, CHOSEN)
    rows = []
    for (model, drivers), group in mine.groupby(["model", "drivers"], sort=False):
        by_horizon = group.set_index("horizon")
        rows.append(
            {
                "model": MODELS[model].label if model in MODELS else str(model).capitalize(),
                "drivers": str(drivers),
                "chosen": model == chosen,
                "mape": [_at(by_horizon.mape, h) for h in HORIZONS],
                "smape": _at(by_horizon.smape, 1),
                "mase": _at(by_horizon.mase, 1),
                "bias": _at(by_horizon.bias, 1),
                "coverage": [
                    _at(by_horizon[c], 1) for c in by_horizon.columns if str(c).startswith("coverage_")
                ],
            }
        )
    return sorted(rows, key=lambda row: not row["chosen"])


def requirement_rows(result: DemandResult, style: Style) -> tuple[list[str], list[list[str]]]:
    """Headings with units, and rows of formatted cells: the way from sales to requirement and peak by year."""
    table = result.table("requirement")
    factor = energy_factor("GWh", style.energy_unit)
    shown = [
        name for name in table.columns if name not in ("kind", "hours") and not name.startswith("peak_mw_")
    ]
    headers, rows = [], []
    for name in shown:
        unit = {"loss": "%", "load_factor": "%", "peak_mw": "MW", "year": ""}.get(name, style.energy_unit)
        title = name.removesuffix("_mw").replace("_", " ").capitalize()
        headers.append(f"{title} [{unit}]" if unit else title)
    for _, row in table.iterrows():
        cells = [year_label(int(row.year), style)]
        for name in shown[1:]:
            percent = name in ("loss", "load_factor")
            scale = 1.0 if percent or name == "peak_mw" else factor
            cells.append(format_number(float(row[name]) * scale, decimals=1 if percent else 0, style=style))
        rows.append(cells)
    return headers, rows


def holdout_rows(result: DemandResult, style: Style) -> list[list[str]]:
    """Rows of formatted cells for the last two years: sector, drivers, year, forecast, actual, error [%]."""
    held = result.holdout()
    chosen = result.facts["chosen"]
    mine = held[[chosen.get(s, CHOSEN) == m for s, m in zip(held.sector, held.model, strict=True)]]
    factor = energy_factor("GWh", style.energy_unit)
    columns = [mine[name].tolist() for name in ("sector", "drivers", "year", "forecast", "actual", "error")]
    return [
        [
            str(sector),
            str(drivers),
            year_label(int(year), style),
            format_number(forecast * factor, style=style, decimals=0),
            format_number(actual * factor, style=style, decimals=0),
            format_number(error, style=style, decimals=1, signed=True),
        ]
        for sector, drivers, year, forecast, actual, error in zip(*columns, strict=True)
    ]


def _at(column: pd.Series, horizon: int) -> float | None:
    value = column.get(horizon)
    return None if value is None or pd.isna(value) else float(value)
