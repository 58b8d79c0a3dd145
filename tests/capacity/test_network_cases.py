"""Networks and workbooks as people have them, whose settings or numbers were once passed over."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from capacity_cases import write_meshed

from workbench.capacity.jobs import plan_capacity
from workbench.capacity.results.saved import CapacityResult
from workbench.data.projects.project import Project
from workbench.errors import InvalidData, ModelInfeasible, SettingError

CASES = (
    Path(os.environ.get("WORKBENCH_TEST_DATA") or Path(__file__).parents[3] / "shared" / "data").parent
    / "cases"
    / "capacity"
)


def plan(folder: Path, name: str, **settings: Any) -> CapacityResult:
    case = CASES / name
    if not case.is_file():
        pytest.skip(f"the case is not at {case}")
    project = Project.create(folder / "cases", "Cases")
    shutil.copy(case, project.inputs / name)
    return plan_capacity(project, source=name, **settings)


@pytest.mark.parametrize(
    ("name", "settings", "error", "sentence"),
    [
        ("nan_marginal_cost.nc", {}, InvalidData, r"Generator 'gas': its marginal_cost is blank \(NaN\)"),
        (
            "renewable_share_without_renewables.xlsx",
            {"renewable_share": {2030: 30.0}},
            SettingError,
            r"renewable_share asks for up to 30 %, but nothing .* is renewable; carriers here are",
        ),
        (
            "reserve_margin_nothing_to_build.xlsx",
            {"reserve_margin": 80.0, "typical_days": 1, "hours": 6},
            ModelInfeasible,
            r"the reserve margin of 80 % .* lacks [\d.,]+ MW .* nothing can be built",
        ),
    ],
)
def test_what_cannot_be_kept_is_refused_with_the_reason(
    tmp_path: Path, name: str, settings: dict[str, Any], error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        plan(tmp_path, name, **settings)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "objective"),
    [("zero_load_island.nc", 48_000.0), ("carrier_named_load.nc", 36.0)],
)
def test_a_network_that_can_be_solved_is_solved_and_saved(
    tmp_path: Path, name: str, objective: float
) -> None:
    result = plan(tmp_path, name)
    assert result.facts["objective"] == pytest.approx(objective, rel=1e-6)
    assert result.folder is not None
    assert (result.folder / "result.json").is_file()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:In a future version of xarray:FutureWarning")
def test_a_stochastic_network_is_solved_as_by_plain_pypsa(tmp_path: Path) -> None:
    from workbench.capacity.model.pypsa_import import pypsa

    result = plan(tmp_path, "stochastic_two_futures.nc")
    plain = pypsa().Network(str(CASES / "stochastic_two_futures.nc"))
    plain.optimize(include_objective_constant=False)
    assert result.facts["objective"] == pytest.approx(plain.objective, rel=1e-6)


@pytest.mark.slow
def test_the_best_solution_so_far_is_the_result_with_its_gap(tmp_path: Path) -> None:
    result = plan(tmp_path, "mip_incumbent.nc", accept_incumbent=True, time_limit=4.0)
    assert result.facts["status"] == "incumbent"
    assert result.table("solves").gap.iloc[0] > 0
    # The linear problem at the root takes longer than that, and cannot be interrupted.
    assert result.table("solves").seconds.iloc[0] < 4.0 + 5.0


@pytest.mark.parametrize(
    "settings", [{"transmission_losses": 3}, {"security_constrained": True}], ids=["losses", "security"]
)
def test_losses_and_security_of_lines_are_those_of_plain_pypsa(
    tmp_path: Path, settings: dict[str, Any]
) -> None:
    from workbench.capacity.model.pypsa_import import pypsa

    project = Project.create(tmp_path / "lines", "Lines")
    path = write_meshed(project.inputs / "meshed.nc")
    result = plan_capacity(project, source="meshed.nc", **settings)
    plain, without = pypsa().Network(str(path)), pypsa().Network(str(path))
    without.optimize(include_objective_constant=False, log_to_console=False)
    if "security_constrained" in settings:
        kwargs = {"include_objective_constant": False}
        plain.optimize.optimize_security_constrained(log_to_console=False, model_kwargs=kwargs)
    else:
        losses = {"mode": "tangents", "segments": settings["transmission_losses"]}
        plain.optimize(include_objective_constant=False, log_to_console=False, transmission_losses=losses)
        lost = plain.lines_t.p0.sum(axis=1) + plain.lines_t.p1.sum(axis=1)
        assert result.table("dispatch")["transmission losses"].to_numpy() == pytest.approx(-lost.to_numpy())
        energy = result.table("energy").set_index("carrier").withdrawal
        assert energy["transmission losses"] == pytest.approx(lost.sum() / 1e3)
    assert result.facts["objective"] == pytest.approx(plain.objective, rel=1e-6)
    assert result.facts["objective"] > without.objective * 1.001
