"""The steps of a capacity plan: read, check, build, solve, read the results, save; one scenario or many."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.capacity.config import CapacityConfig, Snapshots
from workbench.capacity.config_checks import scenario_config
from workbench.data.notes import Notes, Weight
from workbench.data.problems import Problems
from workbench.data.projects.project import Project
from workbench.data.reporting import report_files, report_notes
from workbench.data.unused_settings import note_unused_settings
from workbench.errors import DataError, UnitFailed
from workbench.files import is_file
from workbench.runs import Job, Unit, UnitFiles, current_job
from workbench.runs.model.causes import failures_by_cause

if TYPE_CHECKING:
    from workbench.capacity.model.system import System
    from workbench.capacity.results.rescued import Solved
    from workbench.capacity.results.saved import CapacityResult
    from workbench.capacity.solving.solve import PlanSolver


def run_capacity_plan(job: Job, project: Project, config: CapacityConfig) -> CapacityResult:
    """Solve the plan and the scenarios of its changes; see :func:`workbench.capacity.jobs.plan_capacity`."""
    project.results_folder("capacity", config.scenario)
    job.plan(read=1, validate=1, build=2, optimise=20, results=3, save=3)
    # Libraries build, export and write for seconds without a checkpoint.
    with job.interruptible():
        result = _solve_and_save(job, project, config)
    if config.changes:
        solve_changes(job, project, config)
    return result


def _solve_and_save(job: Job, project: Project, config: CapacityConfig) -> CapacityResult:
    from workbench.capacity.inputs.reading import find_source, is_network
    from workbench.capacity.results.rescued import keeping_solved

    with job.stage("read", title="Read the inputs"):
        source = find_source(project, config.source)
        network = is_network(source)
    with keeping_solved(job, project, config.scenario) as solved:
        if network:
            result = _solve_network(job, config, source, solved)
        else:
            result = _solve_workbook(job, project, config, source, solved)
        with job.stage("save", title="Save the results"):
            return _save(job, result, project)


def solve_changes(job: Job, project: Project, config: CapacityConfig) -> None:
    """Solve the scenarios in ``config.changes`` side by side, each a unit of the run; one may fail alone.

    Raises
    ------
    UnitFailed
        When most of them failed.
    """
    from workbench.capacity.results.saved import keep_before

    units = [Unit(name, (project.folder, scenario_config(config, name)), name) for name in config.changes]
    with job.stage("scenarios", title="Scenarios"):
        files = UnitFiles(
            project.folder,
            ("project.toml", project.inputs.name, f"{project.results.name}/load_profiles"),
            before_writing=lambda name: keep_before(project, name),
        )
        # Each solve has a process of its own; the threads only build and wait.
        solved = job.map(solve_scenario, units, title="Scenario", files=files)
        errors = {outcome.key: outcome.error or _unreadable(project, outcome.key) for outcome in solved}
        failed = {name: error for name in config.changes if (error := errors[name]) is not None}
        if 2 * len(failed) > len(units):
            raise UnitFailed(f"{len(failed)} of {len(units)} scenarios failed: {failures_by_cause(failed)}")


def _unreadable(project: Project, name: str) -> str | None:
    """Why the result of a scenario, which another machine may have written, cannot be read; None where it can."""
    from workbench.capacity.results.saved import load

    try:
        load(project, name)
    except DataError as error:
        return str(error)
    return None


def solve_scenario(folder: object, config: CapacityConfig) -> dict[str, float | str]:
    """Solve and save one scenario; gives its costs, so that a resume knows that it is done."""
    job = current_job()
    assert job is not None
    with job.interruptible():
        result = _solve_and_save(job, Project.open(str(folder)), config)
    return {"objective": float(result.facts["objective"]), "status": str(result.facts["status"])}


def _solve_workbook(
    job: Job, project: Project, config: CapacityConfig, source: Path, solved: Solved
) -> CapacityResult:
    from workbench.capacity.inputs.demand_source import find_load
    from workbench.capacity.inputs.plan_settings import note_unused
    from workbench.capacity.inputs.reading import read_system, require_currency

    known: list[System] = []

    def place(name: str, *attributes: str) -> str:
        if not known:
            return ""
        vintage, _, year = name.rpartition(" ")
        return known[0].place(name, *attributes) or (
            known[0].place(vintage, *attributes) if year.isdigit() else ""
        )

    with _solver(job, config, place, solved) as solver:
        with job.stage("validate", title="Check the inputs"):
            system = read_system(source, config)
            known.append(system)
            require_currency(system, project.currency)
            job.uses(source, sha256=system.sha256)
            load = find_load(project, system, config)
            if load.path and load.path != str(source):
                job.uses(load.path, sha256=load.sha256 or None)
            job.log(
                f"{len(system.plants)} plants, {len(system.candidates)} candidates; load from {load.source}."
            )
        from workbench.capacity.extraction.adequacy import note_reserve
        from workbench.capacity.solving.planning import solve_years

        networks, tables, assumed, missing = solve_years(job, system, load.by_year, config, solver)
        facts = {
            "source": source.name,
            "sha256": system.sha256,
            "load": load.source,
            "load_sha256": load.sha256,
            "load_profile": load.profile,
            "years": list(config.years),
            "assumed": list(assumed),
            "currency": project.currency,
            "cost_of_capital": _cost_of_capital(config, system),
        }
        notes = Notes()
        for text in assumed:
            notes.assumption(text)
        notes.extend((*missing, *load.notes, *system.notes))
        note_reserve(config, system, tables["adequacy"], notes)
        note_unused(config, system, load, notes)
        notes.add_problems(system.problems)
        # Other choices of snapshots say in their notes by how much their energy differs; futures scale the load.
        whole = config.snapshots in (Snapshots.FULL, Snapshots.AVERAGES) and not config.futures
        energy = {year: float(hours.sum()) for year, hours in load.by_year.items()} if whole else None
        return _result(job, config, networks, tables, solver, facts, notes, energy=energy)


def _cost_of_capital(config: CapacityConfig, system: System) -> str:
    from workbench.capacity.model.system import ASSUMED_WACC, at

    if config.discount_rate is not None:
        return f"{config.discount_rate:g} % (setting discount_rate)"
    if system.wacc is None:
        return f"{100 * ASSUMED_WACC:g} %, assumed"
    rates = dict.fromkeys(f"{100 * at(system.wacc, year):g} %" for year in config.years)
    return f"{', '.join(rates)} (sheet wacc)"


def _solve_network(job: Job, config: CapacityConfig, source: Path, solved: Solved) -> CapacityResult:
    from workbench.capacity.extraction.extract import extract
    from workbench.capacity.inputs.network_files import check_network, read_network
    from workbench.capacity.inputs.network_settings import check_settings, network_years
    from workbench.runs.model.digest import file_digest

    with _solver(job, config, lambda *_: "", solved) as solver:
        with job.stage("validate", title="Read and check the network"):
            problems = Problems(source.name)
            network = read_network(source, problems)
            notes = check_settings(config, network)
            check_network(network, problems)
            problems.raise_errors()
            if is_file(source):
                job.uses(source)
        from workbench.capacity.solving.planning import optimise

        with job.stage("optimise", title="Optimise"):
            optimise(job, network, config, solver)
        # A network with numbered snapshots says no year: the setting labels it.
        periods = list(network_years(network) or config.years[:1])
        tables = extract(network, periods[0])
        facts = {
            "source": source.name,
            "sha256": file_digest(source) if is_file(source) else "",
            "load": "the network's own",
            "years": periods,
            "assumed": [],
            "currency": "",
        }
        notes.add_problems(problems)
        return _result(job, config, [network], tables, solver, facts, notes)


def _solver(job: Job, config: CapacityConfig, place: Any, solved: Solved) -> PlanSolver:
    # Imported here: the child process starts at once and gets ready while PyPSA is imported.
    from workbench.capacity.solving.planning import make_solver

    solver = make_solver(job, config, place)
    solver.solved = solved
    return solver


def _result(
    job: Job,
    config: CapacityConfig,
    networks: list[Any],
    tables: dict[str, Any],
    solver: PlanSolver,
    facts: dict[str, Any],
    notes: Notes,
    *,
    energy: dict[int, float] | None = None,
) -> CapacityResult:
    import pandas as pd

    from workbench.capacity.extraction.whole_costs import whole_costs
    from workbench.capacity.results.saved import CapacityResult, pypsa_version
    from workbench.capacity.solving.planning import NOT_ALWAYS
    from workbench.version import package_version

    with job.stage("results", title="Read the results"):
        records = solver.records
        tables = {
            **tables,
            "solves": pd.DataFrame(
                [
                    {
                        "label": record.label,
                        "method": record.method,
                        "status": str(record.status),
                        "objective": record.objective,
                        "seconds": record.seconds,
                        "gap": record.gap,
                        "bound": record.bound,
                        **record.size,
                    }
                    for record in records
                ]
            ),
        }
        for name, columns in NOT_ALWAYS.items():
            tables.setdefault(name, pd.DataFrame({column: [] for column in columns}))
        worst = "incumbent" if any(str(r.status) == "incumbent" for r in records) else "optimal"
        names = ["network.nc"] if len(networks) == 1 else [f"network-{year}.nc" for year in facts["years"]]
        facts |= {
            "status": worst,
            "objective": sum(_objective(network, config) for network in networks),
            "networks": names,
            "solver": solver.solver,
            "pypsa": pypsa_version(),
            "version": package_version(),
            "run": job.run_id,
        }
        facts |= whole_costs(tables["costs"], networks[0], facts["years"], config.social_discount_rate)
        _audit(networks, tables, facts["years"], config, energy=energy)
        for row in tables["adequacy"].itertuples():
            if row.unserved_share > 0.01:
                notes.doubt(
                    f"{row.unserved_share:.2f} % of the load of {row.year} is not served; more can be built only "
                    "if candidates allow it.",
                    weight=Weight.HIGH,
                    tables=("adequacy",),
                    years=(row.year,),
                )
        if any(record.size["integers"] for record in records) and tables["prices"].shape[1] > 2:
            notes.ambiguity(
                "units are switched in whole, which has no prices: those given are of the linear problem in which "
                "the whole numbers are fixed as found, without what a start costs.",
                tables=("prices",),
            )
        note_unused_settings(config, _unused_by_solver(config, solver), notes)
        for record in records:
            if str(record.status) == "incumbent":
                away = "an unknown part" if record.gap is None else f"{100 * record.gap:.2g} %"
                what = f" for {record.label}" if record.label else ""
                notes.doubt(
                    f"the best solution so far was taken{what}; up to {away} from the best possible.",
                    weight=Weight.HIGH,
                    setting="accept_incumbent",
                    advice="raise time_limit",
                )
        report_notes(job, notes)
        return CapacityResult(config.scenario, config, tables, notes, facts, networks=tuple(networks))


def _unused_by_solver(config: CapacityConfig, solver: PlanSolver) -> dict[str, str]:
    """Settings of the solver that made no difference to any solve."""
    records = solver.records
    mixed = any(record.size["integers"] for record in records)
    linear = "no solve has whole numbers"
    incumbent = any(str(record.status) == "incumbent" for record in records)
    return {
        "method": "it is one of HiGHS alone"
        if solver.solver != "highs"
        else "problems with whole numbers are left to the solver"
        if mixed
        else "",
        "mip_gap": "" if mixed else linear,
        "accept_incumbent": "" if incumbent else "no solve ended at a time limit" if mixed else linear,
    }


def _audit(
    networks: list[Any],
    tables: dict[str, Any],
    years: list[int],
    config: CapacityConfig,
    *,
    energy: dict[int, float] | None,
) -> None:
    from workbench.capacity.extraction.audit import audit

    if len(networks) == 1:
        audit(networks[0], tables, years[0], _objective(networks[0], config), config, energy=energy)
        return
    for network, year in zip(networks, years, strict=True):
        of_year = {name: table[table.year == year] for name, table in tables.items() if "year" in table}
        audit(network, of_year, year, _objective(network, config), config, energy=energy)


def _objective(network: Any, config: CapacityConfig) -> float:
    # Windows overlap, and PyPSA keeps only the objective of the last one.
    return float(network.statistics.opex().sum()) if config.rolling_horizon else float(network.objective)


def _save(job: Job, result: CapacityResult, project: Project) -> CapacityResult:
    from workbench.capacity.results.export import write_excel
    from workbench.capacity.results.report import write_report
    from workbench.capacity.results.saved import save

    result, files = save(result, project, job.run_id)
    report_files(job, files)
    job.checkpoint()
    assert result.folder is not None
    job.artifact(write_excel(result, result.folder / "capacity.xlsx", project.style), "Excel workbook")
    job.checkpoint()
    job.artifact(write_report(result, result.folder / "report.html", project.style), "Report for the browser")
    return result
