"""The demand forecast beside its peers, on the panel of real series and on Kerala."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import warnings
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from workbench.data.projects.project import Project
from workbench.demand.config import DemandConfig
from workbench.demand.inputs.reading import read_demand
from workbench.demand.jobs import forecast_demand
from workbench.demand.model.choices import BENCHMARKS
from workbench.demand.model.roles import Role
from workbench.demand.model.sector import Sector
from workbench.demand.models.catalogue import MODELS
from workbench.demand.models.elasticity import growth_elasticities
from workbench.demand.models.growth import damped_growth
from workbench.demand.models.shocks import history_for_intervals, winsorised_history
from workbench.demand.requirement.totals import coverage_of_total
from workbench.demand.results.saved import DemandResult
from workbench.demand.sectors.backtest import Preparation, covered, forecast_driver, rolling_origin
from workbench.demand.sectors.many import forecast_many
from workbench.demand.sectors.plan import make_plan
from workbench.demand.sectors.sector_forecast import Request, forecast_sector
from workbench.forecasting.accuracy import smape
from workbench.forecasting.combination import geometric_mean
from workbench.forecasting.naive import drift, naive
from workbench.forecasting.series import log_growth, positive_run, stack

pytestmark = [pytest.mark.benchmark, pytest.mark.slow]

Report = Callable[[str, float, float | None, str, str, bool], None]
HORIZONS = (1, 3, 5, 10)
WINDOW, LEAST_HISTORY, STEP = 25, 20, 5
SECTORS = 8


@dataclass
class Panel:
    """Origins every five years with enough history before and all ten years after; the last 25 years are used."""

    history: np.ndarray
    future: np.ndarray
    drivers: np.ndarray
    later_drivers: np.ndarray
    countries: np.ndarray

    def errors(self, forecast: np.ndarray, rows: np.ndarray | None = None) -> list[float]:
        chosen = slice(None) if rows is None else rows
        return [smape(forecast[chosen, h - 1], self.future[chosen, h - 1]) for h in HORIZONS]


def series_of(shared_data: Path) -> list[pd.DataFrame]:
    """Every series of the panel since its last zero or gap, with GDP per person and population."""
    table = pd.read_parquet(shared_data / "planning" / "annual_electricity_panel.parquet").sort_values("time")
    found = []
    for _, rows in table.groupby("series"):
        yearly = rows.set_index("time")
        yearly = yearly.reindex(range(yearly.index.min(), yearly.index.max() + 1))
        run = positive_run(yearly.y.to_numpy(float))[0]
        kept = yearly[np.isfinite(run)]
        found.append(pd.DataFrame({"y": kept.y, "income": kept.gdp / kept["pop"], "people": kept["pop"]}))
        found[-1].attrs["geo"] = str(rows.geo.iloc[0])
    return found


def make_panel(shared_data: Path, least_history: int) -> Panel:
    history, future, drivers, later, countries = [], [], [], [], []
    for series in series_of(shared_data):
        values, levels = series.y.to_numpy(float), series[["income", "people"]].to_numpy(float)
        for origin in range(len(series) - 10, least_history - 1, -STEP):
            start = max(0, origin - WINDOW)
            history.append(values[start:origin])
            future.append(values[origin : origin + 10])
            drivers.append(levels[start:origin])
            later.append(levels[origin : origin + 10])
            countries.append(series.attrs["geo"])
    stacked = np.stack([stack([d[:, k] for d in drivers]) for k in (0, 1)], axis=2)
    return Panel(stack(history), np.array(future), stacked, np.array(later), np.array(countries))


@pytest.fixture(scope="module")
def panel(shared_data: Path) -> Panel:
    """The naive error of these origins is nearest to that of the sample the goals were set on."""
    return make_panel(shared_data, LEAST_HISTORY)


def default_model(panel: Panel, later: np.ndarray) -> np.ndarray:
    """Combined growth where the panel has drivers, else damped growth: what `automatic` does."""
    history = winsorised_history(panel.history)
    damped = damped_growth(history, 10)
    elastic = growth_elasticities(history, 10, panel.drivers, later)
    known = np.isfinite(elastic).all(axis=1)
    combined = damped.copy()
    combined[known] = geometric_mean([elastic[known], damped[known]], [2, 1])
    return combined


def test_default_model_on_the_panel(panel: Panel, report: Report) -> None:
    goals = (4.2, 8.0, 10.8, 18.3)
    ours = panel.errors(default_model(panel, panel.later_drivers))
    peer = panel.errors(statsmodels_ets(panel.history))
    theta, straight, still = (
        panel.errors(values)
        for values in (statsmodels_theta(panel.history), drift(panel.history, 10), naive(panel.history, 10))
    )
    where = f"{len(panel.history)} origins"
    for index, horizon in enumerate(HORIZONS):
        beside = (
            f"ETS beside; theta {theta[index]:.2f}, drift {straight[index]:.2f}, naive {still[index]:.2f}"
        )
        met = ours[index] <= goals[index] and ours[index] <= peer[index]
        what = f"sMAPE h{horizon}, default model, {where} ({beside})"
        report(what, ours[index], peer[index], "%", f"<= {goals[index]}", met)


def test_models_without_drivers_and_with_wrong_drivers_on_the_panel(panel: Panel, report: Report) -> None:
    damped = panel.errors(damped_growth(winsorised_history(panel.history), 10))
    wrong = panel.later_drivers.copy()
    error = np.random.default_rng(1).choice([-0.015, 0.015], len(wrong))
    wrong[:, :, 0] *= np.exp(error[:, None] * np.arange(1, 11))
    mistaken = panel.errors(default_model(panel, wrong))
    then = np.stack([forecast_driver(panel.drivers[:, :, k], 10) for k in (0, 1)], axis=2)
    unknown = panel.errors(default_model(panel, then))
    peer = panel.errors(statsmodels_ets(panel.history))
    for index, horizon in enumerate(HORIZONS):
        what = f"sMAPE h{horizon}, default, drivers as forecast then"
        report(what, unknown[index], peer[index], "%", "< ETS", unknown[index] < peer[index])
        met = damped[index] < peer[index]
        report(f"sMAPE h{horizon}, damped growth (no drivers)", damped[index], peer[index], "%", "< ETS", met)
        met = mistaken[index] < peer[index]
        what = f"sMAPE h{horizon}, default, GDP growth wrong by 1.5 points"
        report(what, mistaken[index], peer[index], "%", "< ETS", met)


def test_short_histories_on_the_panel(shared_data: Path, report: Report) -> None:
    # From ten years of history on: more origins, many of them in the fast growth of the 1970s.
    short = make_panel(shared_data, 10)
    ours = short.errors(default_model(short, short.later_drivers))
    peer = short.errors(statsmodels_ets(short.history))
    still = short.errors(naive(short.history, 10))
    asked = (4.2, 8.0, 10.8, 18.3)
    for index, horizon in enumerate(HORIZONS):
        what = f"sMAPE h{horizon}, default, {len(short.history)} origins from 10 years (naive {still[index]:.2f})"
        report(
            what, ours[index], peer[index], "%", f"< ETS ({asked[index]} asked)", ours[index] < peer[index]
        )


def test_the_combination_holds_on_the_countries_that_no_choice_was_made_on(
    panel: Panel, report: Report
) -> None:
    # Its weights were chosen on the countries whose name hashes to an even number.
    held_out = np.array([zlib.crc32(country.encode()) % 2 == 1 for country in panel.countries])
    history = winsorised_history(panel.history)
    wrong = panel.later_drivers.copy()
    wrong[:, :, 0] *= np.exp(np.where(np.arange(len(wrong)) % 2, 0.015, -0.015)[:, None] * np.arange(1, 11))
    elastic = growth_elasticities(history, 10, panel.drivers, wrong)
    rows = held_out & np.isfinite(elastic).all(axis=1)
    combined = panel.errors(default_model(panel, wrong), rows)
    alone = panel.errors(elastic, rows)
    what = f"mean sMAPE, combined beside elasticities alone, wrong GDP, {rows.sum()} held-out origins"
    report(
        what,
        float(np.mean(combined)),
        float(np.mean(alone)),
        "%",
        "< peer",
        np.mean(combined) < np.mean(alone),
    )


@pytest.mark.parametrize(("level", "low", "high"), [(0.80, 76, 88), (0.95, 90, 98)])
def test_coverage_on_the_panel(
    shared_data: Path, report: Report, level: float, low: float, high: float
) -> None:
    inside = []
    for series in series_of(shared_data):
        if len(series) < LEAST_HISTORY:
            continue
        values = series.y.to_numpy(float)[None, -WINDOW:]
        test = rolling_origin(MODELS["damped_growth"], values, 0, horizon=10, first=6)
        steady = history_for_intervals(values)
        learned = rolling_origin(MODELS["damped_growth"], steady, 0, horizon=10, first=6)
        inside.append(covered(test, log_growth(steady)[0], level, learned=learned)[test.growths >= 9])
    every = np.concatenate(inside)
    for horizon in HORIZONS:
        share = 100 * float(np.nanmean(every[:, horizon - 1]))
        what = f"coverage of the {100 * level:g} % interval, h{horizon}, {len(every)} origins"
        report(what, share, None, "%", f"{low}-{high}", low <= share <= high)


@pytest.fixture(scope="module")
def inside_of_totals(shared_data: Path) -> dict[float, dict[int, list[bool]]]:
    """Whether the intervals of totals of eight sectors held what came, by level and horizon.

    A total is of eight series of the panel that have the same last 25 years: as far apart as sectors can be, and as
    in a state they share the years of crises.
    """
    by_end: dict[int, list[np.ndarray]] = {}
    for series in series_of(shared_data):
        if len(series) >= WINDOW:
            by_end.setdefault(int(series.index[-1]), []).append(series.y.to_numpy(float)[-WINDOW:])
    inside: dict[float, dict[int, list[bool]]] = {level: {h: [] for h in HORIZONS} for level in (0.80, 0.95)}
    for end, found in by_end.items():
        for first in range(0, len(found) - SECTORS + 1, SECTORS):
            group = found[first : first + SECTORS]
            # No sector outweighs the others: each begins with a different share of the total.
            energies = [values / values[0] * (1 + place) for place, values in enumerate(group)]
            sectors = [
                Sector(f"S{place}", Role.SALES, end - WINDOW + 1, energy, {}, ())
                for place, energy in enumerate(energies)
            ]
            chosen = {sector.name: forecast_sector(request_of(sector)) for sector in sectors}
            covered_at = coverage_of_total(sectors, chosen, (0.80, 0.95), seed=0)
            for level, places in covered_at.items():
                for (origin, horizon), held in places.items():
                    if horizon in HORIZONS and origin >= end - WINDOW + 10:
                        inside[level][horizon].append(held)
    return inside


def request_of(sector: Sector) -> Request:
    return Request(
        sector.name,
        "damped_growth",
        sector.first_year,
        sector.energy,
        10,
        None,
        0,
        Preparation(),
        (0.80, 0.95),
        10,
        6,
    )


@pytest.mark.parametrize(("level", "low", "high"), [(0.80, 76, 88), (0.95, 90, 98)])
def test_coverage_of_totals_of_eight_sectors(
    inside_of_totals: dict[float, dict[int, list[bool]]],
    report: Report,
    level: float,
    low: float,
    high: float,
) -> None:
    for horizon, held in inside_of_totals[level].items():
        share = 100 * float(np.mean(held))
        what = f"coverage of the {100 * level:g} % interval of totals of {SECTORS} sectors, h{horizon}"
        report(f"{what}, {len(held)} origins", share, None, "%", f"{low}-{high}", low <= share <= high)


def test_a_year_typed_ten_times_too_high_widens_the_interval_little(
    shared_data: Path, report: Report
) -> None:
    factors = []
    for series in series_of(shared_data):
        if len(series) < LEAST_HISTORY:
            continue
        usual = series.y.to_numpy(float)[-WINDOW:]
        typed = usual.copy()
        typed[-8] *= 10
        both = forecast_many(np.stack([usual, typed]), 10, levels=(0.95,))
        widths = both.half_widths[0.95][:, -1]
        factors.append(float(np.exp(widths[1] - widths[0])))
    # The largest ratio of upper bounds, at ten years, of a series alone; a total of sectors moves far less.
    share = float(np.quantile(factors, 0.95))
    report(
        f"95 % bound with a x10 typo over that without, {len(factors)} series, p95",
        share,
        None,
        "x",
        "<= 6",
        share <= 6,
    )


@pytest.fixture(scope="module")
def kerala(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> DemandResult:
    project = Project.create(tmp_path_factory.mktemp("kerala") / "kerala", "Kerala")
    source = shared_data / "planning" / "kerala_demand.xlsx"
    (project.inputs / source.name).write_bytes(source.read_bytes())
    return forecast_demand(project, DemandConfig())


def kerala_errors(
    result: DemandResult, first: int, last: int, model: str, drivers: str
) -> tuple[float, float, float]:
    """Mean MAPE of the sectors, MAPE of their sum, and coverage of the 80 % interval, horizons 1 to 3."""
    rows = result.table("backtest")
    rows = rows[(rows.sector != "Total") & rows.origin.between(first, last) & (rows.horizon <= 3)]
    rows = rows[(rows.model == model) & (rows.drivers == drivers)]
    each = (100 * (rows.forecast / rows.actual - 1).abs()).groupby(rows.sector).mean()
    assert len(each) == 8
    total = rows.groupby(["origin", "horizon"])[["forecast", "actual"]].sum()
    whole = float((100 * (total.forecast / total.actual - 1).abs()).mean())
    return float(each.mean()), whole, float(100 * rows.inside_80.mean())


def kerala_ets(shared_data: Path, first: int, last: int) -> tuple[float, float]:
    """The same errors for the damped ETS of statsmodels."""
    data = read_demand(shared_data / "planning" / "kerala_demand.xlsx")
    energy = np.stack([sector.energy for sector in data.sectors.values() if sector.role == "sales"])
    each, whole = [], []
    for origin in range(first, last + 1):
        known = origin - 2006 + 1
        actual = energy[:, known : known + 3]
        forecast = statsmodels_ets(energy[:, :known], 3)[:, : actual.shape[1]]
        each.append(np.abs(forecast / actual - 1) * 100)
        whole.append(np.abs(forecast.sum(axis=0) / actual.sum(axis=0) - 1) * 100)
    return float(np.concatenate([block.ravel() for block in each]).mean()), float(
        np.concatenate(whole).mean()
    )


def test_kerala_by_first_forecast_year(kerala: DemandResult, shared_data: Path, report: Report) -> None:
    # First forecast years FY2013-22, so trained to FY2012-21. With drivers as they turned out, as on the panel.
    sectors, whole, _ = kerala_errors(kerala, 2012, 2021, "combined_growth", "as they turned out")
    peer_sectors, peer_whole = kerala_ets(shared_data, 2012, 2021)
    report("Kerala from FY2013-22, sectors, MAPE h1-3", sectors, peer_sectors, "%", "< 9.5", sectors < 9.5)
    report("Kerala from FY2013-22, total, MAPE h1-3", whole, peer_whole, "%", "< 2.2", whole < 2.2)


def test_kerala_by_last_training_year(kerala: DemandResult, shared_data: Path, report: Report) -> None:
    # Trained to FY2013-22; the harder reading, since nobody saw the 14 % of FY2024 coming.
    sectors, whole, _ = kerala_errors(kerala, 2013, 2022, "combined_growth", "as they turned out")
    blind, blind_whole, coverage = kerala_errors(kerala, 2013, 2022, "combined_growth", "as forecast then")
    peer_sectors, peer_whole = kerala_ets(shared_data, 2013, 2022)
    report("Kerala to FY2013-22, sectors, drivers known", sectors, peer_sectors, "%", "< 9.5", sectors < 9.5)
    near = "< 1.05 ETS (9.5 asked)"
    met = blind < 1.05 * peer_sectors
    report("Kerala to FY2013-22, sectors, drivers forecast", blind, peer_sectors, "%", near, met)
    met = whole < 1.05 * peer_whole
    report("Kerala to FY2013-22, total, drivers known", whole, peer_whole, "%", "< 1.05 ETS (2.2 asked)", met)
    met = blind_whole < 1.2 * peer_whole
    report(
        "Kerala to FY2013-22, total, drivers forecast",
        blind_whole,
        peer_whole,
        "%",
        "< 1.2 ETS (2.2 asked)",
        met,
    )
    report("Kerala coverage of the 80 % interval", coverage, None, "%", "74-88", 74 <= coverage <= 88)


def test_kerala_after_the_pandemic(kerala: DemandResult, shared_data: Path, report: Report) -> None:
    sectors, whole, coverage = kerala_errors(kerala, 2022, 2022, "combined_growth", "as forecast then")
    peer_sectors, peer_whole = kerala_ets(shared_data, 2022, 2022)
    report("Kerala FY2023-25 from FY2022, sectors", sectors, peer_sectors, "%", "< 11", sectors < 11)
    report(
        "Kerala FY2023-25 from FY2022, total", whole, peer_whole, "%", "< ETS (5 asked)", whole < peer_whole
    )
    report("Kerala FY2023-25, coverage of 80 %", coverage, None, "%", "stated", 0 < coverage <= 100)


def test_cpu_of_eight_sectors_and_six_models(shared_data: Path, report: Report) -> None:
    data = read_demand(shared_data / "planning" / "kerala_demand.xlsx")
    models = (
        "combined_growth",
        "growth_elasticities",
        "damped_growth",
        "damped_holt",
        "theta",
        "linear_trend",
    )
    plan = make_plan(data, DemandConfig(models=models))
    requests = [item for item in plan.requests if item.model not in BENCHMARKS]
    assert len(requests) == 48
    began = time.process_time()
    for item in requests:
        forecast_sector(item)
    ours = time.process_time() - began
    began = time.process_time()
    statsmodels_ets(np.stack([sector.energy for sector in data.sectors.values() if sector.role == "sales"]))
    peer = time.process_time() - began
    what = "CPU, 8 sectors x 6 models, all origins, intervals (peer: one ETS fit a sector)"
    report(what, ours, peer, "s", "< 2", ours < 2)


def test_ten_thousand_series(report: Report) -> None:
    rng = np.random.default_rng(2)
    history = 100 * np.exp(np.cumsum(rng.normal(0.03, 0.05, (10_000, 25)), axis=1))
    for model in ("damped_growth", "damped_holt", "theta"):
        began = time.perf_counter()
        found = forecast_many(history, 15, model=model)
        seconds = time.perf_counter() - began
        assert np.isfinite(found.forecast).all()
        report(f"10 000 series, {model}, all origins, intervals", seconds, None, "s", "< 60", seconds < 60)


def test_whole_chain_in_a_fresh_process(shared_data: Path, tmp_path: Path, report: Report) -> None:
    project = Project.create(tmp_path / "kerala", "Kerala")
    source = shared_data / "planning" / "kerala_demand.xlsx"
    (project.inputs / source.name).write_bytes(source.read_bytes())
    code = (
        "import sys\nfrom workbench import Project\nfrom workbench.demand.jobs import forecast_demand\n"
        "forecast_demand(Project.open(sys.argv[1]))\n"
    )
    began = time.perf_counter()
    place = Path(__file__).parents[2]
    subprocess.run(
        [sys.executable, "-c", code, str(project.folder)],
        check=True,
        capture_output=True,
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(place)},
    )
    seconds = time.perf_counter() - began
    assert (project.results_folder("demand", "BAU") / "report.html").is_file()
    report("workbook to saved results, import included", seconds, None, "s", "< 5", seconds < 5)


def statsmodels_ets(history: np.ndarray, horizon: int = 10) -> np.ndarray:
    """Damped ETS; this fit of statsmodels is clearly better on such short histories than its ETSModel."""
    from statsmodels.tsa.holtwinters import ExponentialSmoothing

    def fit(values: np.ndarray) -> np.ndarray:
        scaled = values / values[-1]
        model = ExponentialSmoothing(
            scaled, trend="add", damped_trend=True, initialization_method="estimated"
        )
        return np.maximum(np.asarray(model.fit().forecast(horizon)) * values[-1], 1e-9)

    return _each(history, fit)


def statsmodels_theta(history: np.ndarray, horizon: int = 10) -> np.ndarray:
    from statsmodels.tsa.forecasting.theta import ThetaModel

    def fit(values: np.ndarray) -> np.ndarray:
        model = ThetaModel(values, period=1, deseasonalize=False).fit()
        return np.maximum(np.asarray(model.forecast(horizon)), 1e-9)

    return _each(history, fit)


def _each(history: np.ndarray, fit: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    with warnings.catch_warnings():
        # A peer's fit may not converge; its forecast is judged all the same.
        warnings.simplefilter("ignore")
        return np.array([fit(row[np.isfinite(row)]) for row in history])
