"""The tables of a result as they are shown, the same in the report and in the notebook."""

from __future__ import annotations

from typing import Any

import pandas as pd

from workbench.data.formatting import Style, energy_factor, format_number, year_label
from workbench.demand.models.catalogue import MODELS
from workbench.demand.results.saved import CHOSEN, DemandResult, assumed_in

HORIZONS = (1, 3, 5, 10)
MISSING_CELL = "missing"


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
    """Headings with units, and rows of formatted cells: the way from sales to requirement and peak by year.

    What lacks a part says that it is missing; what is assumed says so in the heading where the whole column is,
    else in the cell.
    """
    table = result.table("requirement")
    shown = [name for name in table.columns if _is_shown(str(name), table)]
    headers = ["Year"]
    columns = [[year_label(int(year), style) for year in table.year]]
    for name in map(str, shown):
        unit = {"loss": "%", "load_factor": "%", "peak_mw": "MW"}.get(name, style.energy_unit)
        title = name.removesuffix("_mw").replace("_", " ").capitalize()
        assumed = assumed_in(table, name)
        everywhere = bool(assumed.any()) and bool((assumed | table[name].isna()).all())
        headers.append(f"{title}{', assumed' if everywhere else ''} [{unit}]")
        scale = energy_factor("GWh", unit) if unit == style.energy_unit else 1.0
        decimals = 1 if unit == "%" else 0
        blank = "" if name == "partial_sum" else MISSING_CELL
        columns.append(
            [
                (blank if pd.isna(value) else format_number(value * scale, decimals=decimals, style=style))
                + (" (assumed)" if is_assumed and not everywhere else "")
                for value, is_assumed in zip(table[name].tolist(), assumed.tolist(), strict=True)
            ]
        )
    return headers, [list(cells) for cells in zip(*columns, strict=True)]


def _is_shown(name: str, table: pd.DataFrame) -> bool:
    if name in ("year", "kind", "hours") or name.startswith("peak_mw_") or name.endswith("_origin"):
        return False
    return name != "partial_sum" or bool(table[name].notna().any())


def holdout_rows(result: DemandResult, style: Style) -> list[list[str]]:
    """Rows of formatted cells for the last two years: sector, drivers, year, forecast, actual, error [%]."""
    held = result.holdout()
    chosen = result.facts["chosen"]
    mine = held[held.model == held.sector.map(lambda sector: chosen.get(sector, CHOSEN))]
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
