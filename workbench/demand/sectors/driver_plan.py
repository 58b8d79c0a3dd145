"""Which path each driver follows in a scenario, and the arrays that the models of a sector are given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from workbench.data.notes import Notes, Weight
from workbench.data.tables.table import plain_name
from workbench.demand.config import DemandConfig
from workbench.demand.inputs.driver_sheets import DriverTables
from workbench.demand.model.drivers import DriverPath, GrowthPath, breaks, extend, per_person, splice
from workbench.demand.models.catalogue import DriverPaths
from workbench.errors import SettingError


@dataclass(frozen=True, slots=True)
class DriverPlan:
    """All drivers with their paths, and what was done to them."""

    paths: Mapping[str, DriverPath]
    gdp: str | None
    population: str | None
    notes: Notes
    """Changes, assumptions and what is not used."""

    def find(self, name: str) -> str | None:
        """Give the driver as written in the workbook."""
        wanted = plain_name(name)
        return next((known for known in self.paths if plain_name(known) == wanted), None)

    def has_economy(self, years: range, target_year: int) -> bool:
        """Tell whether GDP and population are known over a history's last years and given to the target year."""
        if self.gdp is None or self.population is None:
            return False
        both = self.paths[self.gdp], self.paths[self.population]
        return all(path.reaches(target_year) and path.levels.get(years[-1]) is not None for path in both)

    def economy(self, years: range, target_year: int) -> tuple[DriverPaths | None, int]:
        """GDP per person and population for a sector, and in how many of its years both are actuals."""
        if not self.has_economy(years, target_year) or self.gdp is None or self.population is None:
            return None, 0
        gdp, people = self.paths[self.gdp], self.paths[self.population]
        income = per_person(f"{gdp.name} per person", gdp, people)
        return _arrays([income, people], years, target_year)

    def of_sector(
        self, names: tuple[str, ...], years: range, target_year: int
    ) -> tuple[DriverPaths | None, int]:
        """Drivers of a sector that are given to the target year, and in how many years all are actuals."""
        usable = [self.paths[found] for name in names if (found := self.find(name)) is not None]
        usable = [path for path in usable if path.reaches(target_year) and years[-1] in path.levels]
        return _arrays(usable, years, target_year) if usable else (None, 0)

    def left_out(self, names: tuple[str, ...], target_year: int) -> list[str]:
        """Drivers of a sector that have no path to the target year."""
        found = [self.find(name) for name in names]
        return [name for name in found if name is not None and not self.paths[name].reaches(target_year)]


def plan_drivers(tables: DriverTables, config: DemandConfig, target_year: int) -> DriverPlan:
    """Choose a path for every driver of a workbook.

    In this order: ``driver_growth`` of the config; the growth path named by ``driver_path``; levels that the
    workbook gives beyond the actuals; for GDP per person, the two it is made of. Without any of them a driver
    ends with its actuals, and models that need it are left out.

    Parameters
    ----------
    tables
        The drivers of the workbook.
    config
        The scenario.
    target_year
        Last year wanted.

    Raises
    ------
    SettingError
        When the config names a driver or a path that the workbook does not have.
    """
    _check_names(tables, config)
    unusable = [name for name in tables.actual if not _positive(tables, name)]
    notes = Notes()
    for name in unusable:
        notes.unused(
            f"{name} has values of zero or below: models leave it out.", sheet=tables.sheet, column=name
        )
    paths = {
        name: _path(name, tables, config, target_year, notes)
        for name in tables.actual
        if _positive(tables, name)
    }
    gdp, population = (
        tables.find(name) if (tables.find(name) or "") in paths else None
        for name in (config.gdp_driver, config.population_driver)
    )
    if gdp is not None and population is not None:
        _derive_per_person(paths, gdp, population, config, target_year)
    without = [name for name, path in paths.items() if path.last_year < target_year]
    if without:
        notes.unused(
            f"No path up to {target_year} for {', '.join(without)}: models that need them leave them out.",
            weight=Weight.NORMAL,
            sheet=tables.sheet,
            advice="give a growth in driver_growth",
        )
    return DriverPlan(paths, gdp, population, notes)


def _path(
    name: str, tables: DriverTables, config: DemandConfig, target_year: int, notes: Notes
) -> DriverPath:
    series = tables.actual[name]
    years = sorted(series)
    values = np.array([series[year] for year in years])
    positions = breaks(values) if config.splice_breaks else []
    if positions:
        values = splice(values, positions)
        where = ", ".join(str(years[position]) for position in positions)
        notes.change(
            f"{name}: the break of {where} was bridged with its usual growth; earlier years were moved.",
            weight=Weight.NORMAL,
            sheet=tables.sheet,
            column=name,
            setting="splice_breaks",
        )
    actual = dict(zip(years, (float(value) for value in values), strict=True))
    return extend(
        name,
        actual,
        until=target_year,
        growth=_growth(name, tables, config, notes),
        table=tables.levels.get(name),
        table_source=tables.levels_source.get(name, ""),
    )


def _growth(name: str, tables: DriverTables, config: DemandConfig, notes: Notes) -> GrowthPath | None:
    plain = plain_name(name)
    for driver, percent in config.driver_growth.items():
        if plain_name(driver) == plain:
            return GrowthPath(percent, "setting driver_growth")
    requested = plain_name(config.driver_path)
    if (plain, requested) in tables.growth:
        return tables.growth[plain, requested]
    others = {path: growth for (driver, path), growth in tables.growth.items() if driver == plain}
    if not others or name in tables.levels:
        return None
    fallback = "bau" if "bau" in others else min(others)
    notes.assumption(
        f"{name} has no path '{config.driver_path}'; its path '{fallback}' is used.",
        column=name,
        setting="driver_path",
        advice="give the path in the workbook or a growth in driver_growth",
    )
    return others[fallback]


def _derive_per_person(
    paths: dict[str, DriverPath], gdp: str, population: str, config: DemandConfig, target_year: int
) -> None:
    given = {plain_name(name) for name in config.driver_growth}
    for name in paths:
        plain = plain_name(name)
        if plain in given or plain not in (f"percapita{plain_name(gdp)}", f"{plain_name(gdp)}percapita"):
            continue
        ratio = per_person(name, paths[gdp], paths[population])
        actual = {
            year: level for year, level in paths[name].levels.items() if year <= paths[name].last_actual
        }
        paths[name] = extend(name, actual, until=target_year, table=ratio.levels, table_source=ratio.source)


def _check_names(tables: DriverTables, config: DemandConfig) -> None:
    for name in config.driver_growth:
        if tables.find(name) is None:
            present = ", ".join(tables.actual) or "none"
            raise SettingError(
                f"driver_growth names '{name}', which the workbook does not have; present: {present}.",
                "driver_growth",
                name,
            )
    for setting, name in (("gdp_driver", config.gdp_driver), ("population_driver", config.population_driver)):
        if tables.find(name) is None and name != getattr(DemandConfig(), setting):
            present = ", ".join(tables.actual) or "none"
            raise SettingError(
                f"{setting} is '{name}', which the workbook does not have; present: {present}.", setting, name
            )
    known = {path for _, path in tables.growth}
    if known and plain_name(config.driver_path) not in known:
        raise SettingError(
            f"driver_path is '{config.driver_path}', which the workbook does not have; "
            f"present: {', '.join(sorted(known))}.",
            "driver_path",
            config.driver_path,
        )


def _positive(tables: DriverTables, name: str) -> bool:
    return all(value > 0 for value in tables.actual[name].values())


def _arrays(paths: list[DriverPath], years: range, target_year: int) -> tuple[DriverPaths, int]:
    ahead = range(years[-1] + 1, target_year + 1)
    past = np.stack([path.array(years) for path in paths], axis=1)[None]
    future = np.stack([path.array(ahead) for path in paths], axis=1)[None]
    last = min(path.last_actual for path in paths)
    return DriverPaths(tuple(path.name for path in paths), past, future), max(
        0, min(last, years[-1]) - years[0] + 1
    )
