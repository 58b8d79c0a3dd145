"""Many solves in one run: each scenario is a set of changes to the settings, and a unit that resumes by itself."""

from __future__ import annotations

from workbench.capacity.config import CapacityConfig, check
from workbench.data.projects.project import Project
from workbench.errors import SettingError
from workbench.runs import Job, Unit, current_job
from workbench.runs.model.settings import changed, parse_assignments


def scenario_configs(config: CapacityConfig) -> dict[str, CapacityConfig]:
    """Make the config of each scenario of the setting ``changes``.

    Raises
    ------
    SettingError
        When a change cannot be read; the sentence names its scenario.
    """
    found = {}
    for name, text in config.changes.items():
        if name == config.scenario:
            raise SettingError(
                f"The scenario '{name}' of the setting changes has the name of the run itself; rename it.",
                "changes",
                name,
            )
        try:
            changes = parse_assignments(part for part in text.split(";") if part.strip())
            made = changed(config, {**changes, "scenario": name, "changes": {}})
            check(made)
        except SettingError as error:
            raise SettingError(f"The scenario '{name}': {error}", "changes", text) from error
        found[name] = made
    return found


def solve_changes(job: Job, project: Project, config: CapacityConfig) -> dict[str, str]:
    """Solve every scenario, side by side; gives why those failed that did.

    Parameters
    ----------
    job
        The run; each scenario is a unit of it.
    project
        Where the inputs are and the results go.
    config
        With the scenarios in ``changes``.
    """
    configs = scenario_configs(config)
    units = [Unit(name, (project.folder, made), name) for name, made in configs.items()]
    failures = {}
    with job.stage("scenarios", title="Scenarios"):
        # Each solve has a process of its own; the threads only build and wait.
        for outcome in job.map(solve_scenario, units, title="Scenario"):
            if outcome.error is not None:
                failures[outcome.key] = outcome.error
    return failures


def solve_scenario(folder: object, config: CapacityConfig) -> dict[str, float | str]:
    """Solve and save one scenario; gives its costs, so that a resume knows that it is done."""
    from workbench.capacity.jobs import solve_and_save

    job = current_job()
    assert job is not None
    result, files = solve_and_save(job, Project.open(str(folder)), config)
    for path, title in files:
        job.artifact(path, title)
    return {"objective": float(result.facts["objective"]), "status": str(result.facts["status"])}
