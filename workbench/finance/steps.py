"""The steps of a finance report, with all that they import; loaded when the run begins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from workbench.data.projects.project import Project
from workbench.data.reporting import report_files, report_notes
from workbench.errors import InvalidData
from workbench.files import size_of
from workbench.finance.analysis.bridges import bridges_table
from workbench.finance.analysis.checks import CheckResult, check_ledger, profit_costs
from workbench.finance.analysis.drivers import DriverAnalysis, leading_indicators
from workbench.finance.analysis.forecasts import (
    OTHER,
    Forecast,
    Make,
    PartForecasts,
    company_forecasts,
    part_forecasts,
    unexplained,
)
from workbench.finance.analysis.many_parts import many_part_forecasts
from workbench.finance.analysis.relations import relations
from workbench.finance.analysis.scenario import (
    assumptions_of,
    baseline_of,
    what_if_tables,
)
from workbench.finance.analysis.variable_share import estimate_variable_share
from workbench.finance.anomalies.causes import causes_of
from workbench.finance.anomalies.events import Event, read_judgements
from workbench.finance.anomalies.followers import derived_figures, followed
from workbench.finance.anomalies.unusual import events_table, expected_table
from workbench.finance.config import FinanceConfig
from workbench.finance.inputs.finance_file import read_ledger
from workbench.finance.inputs.mapping.saved import load_mapping
from workbench.finance.model.calendar import FiscalCalendar
from workbench.finance.model.ledger import Ledger
from workbench.finance.model.questions import UsedAnswers
from workbench.finance.model.roles import Variant
from workbench.finance.model.series import (
    MAX_ENTITIES,
    FigureSeries,
    figure_series,
    season_of,
    with_joint_parts,
)
from workbench.finance.results.analysis import Analysis
from workbench.finance.results.assemble import assemble
from workbench.finance.results.audit import audit
from workbench.finance.results.formatter import formatter_of
from workbench.finance.results.kept import kept_events, kept_forecasts
from workbench.finance.results.saved import DOMAIN, STORE, FinanceResult, save
from workbench.forecasting.series_forecast import SeriesForecast
from workbench.runs import Job, Unit

__all__ = ["STAGES", "run_finance"]

STAGES = {
    "upload": ("Upload", 1),
    "validation": ("Validation", 14),
    "forecasting": ("Forecasting", 8),
    "core": ("Core forecast done", 1),
    "regional": ("Regional", 8),
    "departmental": ("Departmental", 10),
    "analytics": ("Analytics", 34),
    "visualisations": ("Visualisations", 14),
    "finalising": ("Finalising", 9),
    "done": ("Done", 1),
}
"""Name -> title and share of the work, as measured on 60 months by nine groups of ten figures."""
REGION = "region"


@dataclass(slots=True)
class _Work:
    """What the stages hand on."""

    project: Project
    config: FinanceConfig
    ledger: Ledger
    checks: tuple[CheckResult, ...]
    costs: tuple[str, ...]
    series: dict[str, FigureSeries] = field(default_factory=dict)
    company: dict[str, Forecast] = field(default_factory=dict)
    without_forecast: dict[str, str] = field(default_factory=dict)
    idle_answers: tuple[str, ...] = ()
    parts: dict[str, PartForecasts] = field(default_factory=dict)

    @property
    def season(self) -> int:
        return season_of(self.ledger)

    @property
    def step(self) -> int:
        return self.ledger.frequency.months

    @property
    def horizon(self) -> int:
        return -(-self.config.horizon // self.step)

    @property
    def ahead(self) -> pd.DatetimeIndex:
        """Forecast periods."""
        last = next(iter(self.series.values())).periods[-1]
        start = last + pd.DateOffset(months=self.step)
        return pd.date_range(start, periods=self.horizon, freq=f"{self.step}MS", unit="s", name="period")


def run_finance(job: Job, project: Project, config: FinanceConfig) -> FinanceResult:
    """Make a report; see :func:`workbench.finance.jobs.make_finance_report`."""
    project.results_folder(DOMAIN, config.scenario)
    job.plan(**{name: share for name, (_, share) in STAGES.items()})
    with job.stage("upload", title=STAGES["upload"][0]):
        path = project.input(config.file)
        job.uses(path)
        job.log(f"{path.name}, {size_of(path):,} bytes.")
    with job.stage("validation", title=STAGES["validation"][0]):
        work = _validate(job, project, config)
    with job.stage("forecasting", title=STAGES["forecasting"][0]):
        _forecast_company(job, work)
    with job.stage("core", title=STAGES["core"][0]):
        _report_core(job, work)
    others = tuple(name for name in work.ledger.dimensions if name != REGION)
    _forecast_parts(job, work, "regional", (REGION,) if REGION in work.ledger.dimensions else ())
    _forecast_parts(job, work, "departmental", others)
    with job.stage("analytics", title=STAGES["analytics"][0]):
        analysis = _analyse(job, work)
    with job.stage("visualisations", title=STAGES["visualisations"][0]):
        from workbench.finance.results.report.page import report_page

        result = STORE.marked(assemble(analysis, project, config), project)
        audit(result, analysis)
        report_notes(job, result.notes)
        page = report_page(result, project.style).render()
    with job.stage("finalising", title=STAGES["finalising"][0]):
        result = _save(job, result, project, page)
    with job.stage("done", title=STAGES["done"][0]):
        for text in result.table("sentences").query("section == 'Overview'").text:
            job.log(text)
    return result


def _validate(job: Job, project: Project, config: FinanceConfig) -> _Work:
    mapping, answers = load_mapping(project)
    known = UsedAnswers({**answers, **config.answers})
    ledger = read_ledger(
        project.input(config.file),
        calendar=FiscalCalendar.of(project),
        answers=known,
        mapping=mapping,
        sheet=config.sheet,
    )
    job.metric("Rows", ledger.rows_behind)
    job.metric("Changes to the data", ledger.changes.count())
    checks = check_ledger(ledger, tolerance=config.tolerance)
    work = _Work(project, config, ledger, checks, profit_costs(ledger))
    work.idle_answers = tuple(key for key in config.answers if key not in known.used)
    work.series = {one.name: one for one in figure_series(ledger)}
    if not work.series:
        plans = {str(figure.variant).replace("_", " ") for figure in ledger.figures}
        if str(Variant.ACTUAL) not in plans:
            raise InvalidData(
                f"{ledger.file} holds {' and '.join(sorted(plans))} figures only, and a report is of what "
                "happened; give a file of actual figures, with these beside them.",
                ledger.file,
            )
        raise InvalidData(
            f"{ledger.file} has no whole period with figures; export at least one complete month.",
            ledger.file,
        )
    other = unexplained(work.series, work.costs)
    if other is not None:
        work.series[OTHER] = other
    return work


def _forecast_company(job: Job, work: _Work) -> None:
    made = _in_units(job, work, {name: [0] for name in work.series}, "Figure")
    work.company, work.without_forecast = company_forecasts(work.series, work.costs, _taken_from(made))


def _taken_from(made: Mapping[str, tuple[SeriesForecast | None, ...]]) -> Make:
    return lambda one, rows: made[one.name][: len(rows)]


def _in_units(
    job: Job, work: _Work, rows: dict[str, list[int]], title: str
) -> dict[str, tuple[SeriesForecast | None, ...]]:
    """Forecast the given rows of each figure, one unit a figure."""
    level = work.config.level / 100
    units = [
        Unit(name, (work.project, work.series[name], chosen, work.horizon, work.season, level))
        for name, chosen in rows.items()
    ]
    made = {}
    # The cache of the project keeps them for every later run, not only for the resumed one. Threads would only take
    # turns: the arrays are small, and what is done with each takes microseconds.
    for outcome in job.map(kept_forecasts, units, title=title, workers="measured", remember=False):
        made[outcome.key] = outcome.value
    return made


def _report_core(job: Job, work: _Work) -> None:
    formatter = formatter_of(work.ledger, work.project.style)
    for name, forecast in work.company.items():
        if name == OTHER:
            continue
        own = forecast.own
        if np.isfinite(own.wape["chosen"]):
            job.metric(f"Error of {formatter.title(name)}", own.wape["chosen"], unit="%")
        first, last = (
            formatter.of(name, float(forecast.path[0])),
            formatter.of(name, float(forecast.path[-1])),
        )
        said = "no skill, naive used" if own.uses_naive else own.method
        job.log(f"{formatter.title(name)}: {first} to {last} ({said}).")


def _forecast_parts(job: Job, work: _Work, stage: str, dimensions: Sequence[str]) -> None:
    if not dimensions:
        what = "region" if stage == "regional" else "department, product or customer"
        job.skip_stage(stage, f"The file has no {what}.")
        return
    with job.stage(stage, title=STAGES[stage][0]):
        for dimension in dimensions:
            if (
                work.ledger.lines[dimension].nunique() > MAX_ENTITIES
                and dimension not in work.ledger.confounded
            ):
                work.parts[dimension] = many_part_forecasts(
                    work.ledger,
                    work.series,
                    dimension,
                    work.company,
                    work.costs,
                    work.season,
                    work.config.level / 100,
                )
                continue
            rows = {
                name: one.rows_of(dimension) for name, one in work.series.items() if one.rows_of(dimension)
            }
            made = _in_units(job, work, rows, dimension.capitalize())
            work.parts[dimension] = part_forecasts(
                work.series, dimension, work.company, work.costs, _taken_from(made)
            )


def _analyse(job: Job, work: _Work) -> Analysis:
    series, season, config = work.series, work.season, work.config
    named = {name: one for name, one in series.items() if name != OTHER}
    events, expected = _events(job, work, named)
    job.checkpoint()
    formatter = formatter_of(work.ledger, work.project.style)
    company = {formatter.title(name): one.company for name, one in named.items()}
    targets = [name for name in ("profit", "revenue") if name in named]
    leading = tuple(_leading_indicators(work, formatter.title(name), name, company) for name in targets)
    baseline = baseline_of(work.company, work.costs, work.ahead, work.step)
    assumptions, origin = assumptions_of(config, estimate_variable_share(series, work.costs, baseline))
    what_if = None if baseline is None else what_if_tables(baseline, config, assumptions, work.ahead)
    return Analysis(
        ledger=work.ledger,
        checks=work.checks,
        costs=work.costs,
        series=series,
        periods_ahead=work.ahead,
        company=work.company,
        without_forecast=work.without_forecast,
        parts=work.parts,
        events=events_table(events, read_judgements(work.project.folder)),
        expected=expected_table(expected),
        relations=relations(company, season),
        leading=leading,
        bridges=bridges_table(named, work.costs, season, work.step),
        what_if=what_if,
        assumptions=assumptions,
        assumptions_from=origin,
        idle_answers=work.idle_answers,
    )


def _events(
    job: Job, work: _Work, named: Mapping[str, FigureSeries]
) -> tuple[tuple[Event, ...], list[pd.DataFrame]]:
    """Search every figure of the company and its parts, down to the deepest; one event for each cause."""
    deep = {name: with_joint_parts(work.ledger, one) for name, one in named.items()}
    derived = derived_figures(deep)
    units = []
    for name, one in deep.items():
        leader = None if name in derived else followed(name, deep, work.season)
        driver = None if leader is None else leader.amounts(deep)
        rows = list(range(len(one.parts)))
        false_alarms = work.config.false_alarms / len(rows)
        units.append(Unit(name, (work.project, one, rows, work.season, false_alarms, driver)))
    own: list[Event] = []
    knock_ons: list[Event] = []
    expected: list[pd.DataFrame] = []
    for outcome in job.map(kept_events, units, title="Events", workers="measured", remember=False):
        found, tables = outcome.value
        (knock_ons if outcome.key in derived else own).extend(found)
        expected += tables
    is_alone = all(len(one.parts) == 1 for one in deep.values())
    return causes_of(own, knock_ons, is_alone=is_alone), expected


def _leading_indicators(work: _Work, title: str, name: str, company: dict[str, np.ndarray]) -> DriverAnalysis:
    formatter = formatter_of(work.ledger, work.project.style)
    # What profit is computed from would predict it by arithmetic.
    parts = {formatter.title(part) for part in ("revenue", "profit", *work.costs)} - {title}
    return leading_indicators(
        company, title, parts=parts if name == "profit" else {formatter.title("profit")}, season=work.season
    )


def _save(job: Job, result: FinanceResult, project: Project, page: str) -> FinanceResult:
    from workbench.data.atomic import write_text
    from workbench.finance.results.export import write_excel

    result, files = save(result, project, job.run_id)
    job.checkpoint()
    assert result.folder is not None
    report = result.folder / "report.html"
    write_text(report, page)
    job.artifact(report, "Report for the browser and for print")
    job.artifact(write_excel(result, result.folder / "report.xlsx"), "Report as a workbook")
    report_files(job, files)
    return result
