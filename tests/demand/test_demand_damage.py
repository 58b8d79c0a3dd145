"""Workbooks with a damaged cell: a result or a reported problem, never another error."""

from __future__ import annotations

import datetime
from pathlib import Path

from demand_workbooks import small_sheets, write_sheets
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.demand.config import DemandConfig, GapHandling
from workbench.demand.inputs.reading import read_demand
from workbench.demand.results.assemble import assemble
from workbench.demand.sectors.plan import make_plan
from workbench.demand.sectors.sector_forecast import ModelForecast, forecast_sector
from workbench.errors import InvalidData, SettingError

SHEETS = small_sheets()
ODD = [
    None,
    0,
    -1,
    "n.a.",
    "1,234",
    1e12,
    1e-9,
    2025,
    1999.5,
    True,
    datetime.date(2020, 1, 1),
    "~x",
    "#N/A",
    "Year",
]
CONFIG = DemandConfig(target_year=2030, models=("damped_growth", "regression_on_drivers"), draws=200)


@st.composite
def damaged(draw: st.DrawFn) -> dict[str, list[list[object]]]:
    sheets = {name: [list(row) for row in rows] for name, rows in SHEETS.items()}
    rows = sheets[draw(st.sampled_from(sorted(sheets)))]
    row = draw(st.sampled_from([row for row in rows if row]))
    row[draw(st.integers(0, len(row) - 1))] = draw(st.sampled_from(ODD))
    if draw(st.booleans()):
        del rows[draw(st.integers(0, len(rows) - 1))]
    return sheets


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sheets=damaged(), gaps=st.sampled_from(list(GapHandling)))
def test_a_damaged_cell_gives_a_result_or_a_reported_problem(
    tmp_path: Path, sheets: dict[str, list[list[object]]], gaps: GapHandling
) -> None:
    path = tmp_path / "damaged.xlsx"
    path.unlink(missing_ok=True)
    write_sheets(path, sheets)
    try:
        plan = make_plan(read_demand(path, DemandConfig(gaps=gaps)), CONFIG)
        forecasts: dict[str, dict[str, ModelForecast]] = {}
        failures = dict(plan.failures)
        for request in plan.requests:
            try:
                forecasts.setdefault(request.sector, {})[request.model] = forecast_sector(request)
            except ValueError as error:
                failures[f"{request.sector}/{request.model}"] = str(error)
        result = assemble(plan, forecasts, failures)
    except (InvalidData, SettingError) as error:
        reason = str(error)
        assert reason
        return
    chain = result.table("requirement")
    whole = chain.requirement.notna()
    assert whole.all() or result.incomplete
    assert (chain.partial_sum.notna() == ~whole).all()
    assert (chain.lower_80 <= chain.requirement)[whole].all()
