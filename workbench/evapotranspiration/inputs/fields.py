"""The fields of a plan, from the settings or a table with the settings as columns, and what was applied to them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from workbench.data.known_names import known_name
from workbench.data.notes import Notes
from workbench.data.problems import Problems
from workbench.data.projects.project import Project
from workbench.data.texts.layout import rows_text
from workbench.errors import InvalidData, SettingError, UnknownName
from workbench.evapotranspiration.inputs.field_notes import FieldNotes
from workbench.evapotranspiration.inputs.field_tables import read_field_table
from workbench.evapotranspiration.inputs.reading import find_input
from workbench.evapotranspiration.inputs.tables.dates import read_dates
from workbench.evapotranspiration.inputs.tables.headers import numbers, words
from workbench.evapotranspiration.irrigation_config import (
    Applied,
    IrrigationConfig,
    check_irrigation,
    planting_of,
)
from workbench.evapotranspiration.model.crops import Stages, crop_named, stages_of
from workbench.evapotranspiration.model.fields import SYSTEMS, Field, System
from workbench.evapotranspiration.model.soils import TEXTURES, Soil
from workbench.runs.model.digest import file_digest
from workbench.runs.model.settings import settings_of

__all__ = ["FieldInput", "applied_of_table", "fields_of_table", "read_fields"]

OF_A_FIELD = (
    "site",
    "crop",
    "planting",
    "region",
    "soil",
    "system",
    "area",
    "field_capacity",
    "wilting_point",
    "roots",
    "depletion",
    "allowed_depletion",
    "depth",
    "room",
    "limit",
    "efficiency",
    "wetted",
    "curve_number",
    "base_temperature",
)
"""Settings that a table of fields may have as columns."""
TEXTS = ("site", "crop", "planting", "region", "soil", "system")
TOTALS = ("total", "totals", "sum", "all", "summe", "suma", "somme")
STAGE_COLUMNS = ("initial", "development", "middle", "late")


@dataclass(frozen=True, slots=True)
class FieldInput:
    """The fields, and what was applied to them.

    Parameters
    ----------
    fields
        At least one.
    applied
        Field -> applied irrigation by date [mm]; fields that the file does not name are not in it.
    paths
        Files that were read.
    said
        Settings that the table of fields says of every field.
    """

    fields: tuple[Field, ...]
    applied: Mapping[str, pd.Series]
    paths: tuple[Path, ...]
    said: frozenset[str] = frozenset()

    @property
    def files(self) -> dict[str, str]:
        """Name of each file read -> SHA-256."""
        return {path.name: file_digest(path) for path in self.paths}


def read_fields(project: Project, config: IrrigationConfig, sites: Sequence[str], notes: Notes) -> FieldInput:
    """Read the fields of a plan.

    Parameters
    ----------
    project, config
        Where they are, and what holds for fields that do not say otherwise.
    sites
        Places that have weather.
    notes
        Takes what was assumed, changed or not read.

    Raises
    ------
    DataError
        With every row that cannot be used.
    SettingError
        When a setting cannot be used.
    """
    problems, told = Problems(), FieldNotes()
    path = find_input(project, config.fields_file, "eto_fields")
    paths = [] if path is None else [path]
    said: frozenset[str] = frozenset()
    if path is None:
        fields: tuple[Field, ...] = (_field(config, config.scenario, sites, told),)
    else:
        fields, said = fields_of_table(path, config, sites, told, problems)
    applied: dict[str, pd.Series] = {}
    events = find_input(project, config.irrigation_file, "eto_irrigation")
    if events is None and config.applied is Applied.FILE:
        raise SettingError(
            "applied is 'file', and there is no eto_irrigation.csv in the inputs; put it there, or take 'planned'.",
            "applied",
            config.applied,
        )
    if events is not None and config.applied is not Applied.PLANNED:
        paths.append(events)
        applied = applied_of_table(events, [field.name for field in fields], problems)
    told.into(notes)
    notes.add_problems(problems)
    return FieldInput(fields, applied, tuple(paths), said)


def fields_of_table(
    path: Path, config: IrrigationConfig, sites: Sequence[str], told: FieldNotes, problems: Problems
) -> tuple[tuple[Field, ...], frozenset[str]]:
    """Read a table of fields.

    Parameters
    ----------
    path, config, sites
        The file, what holds for fields that do not say otherwise, and places that have weather.
    told, problems
        Take what is assumed, changed or not read.

    Returns
    -------
    tuple of Field
        In the order of the rows.
    frozenset of str
        Settings that the table says of every field.

    Raises
    ------
    DataError
        With every row that cannot be used.
    """
    found = Problems(path.name)
    raw = read_field_table(path, found, ("field", *OF_A_FIELD, *STAGE_COLUMNS), ("field", *TEXTS))
    if "field" not in raw:
        found.error(f"there is no column 'field'; present: {', '.join(map(str, raw.columns))}.")
        found.raise_errors()
    names = words(raw["field"])
    columns: dict[str, pd.Series] = {}
    for name in (*OF_A_FIELD, *STAGE_COLUMNS):
        if name in raw:
            columns[name] = words(raw[name]) if name in TEXTS else numbers(raw[name], name, found)
    unread = [str(name) for name in raw if name not in ("field", *columns)]
    if unread:
        found.unused(f"not read: the columns {', '.join(unread)}; read are field, {', '.join(OF_A_FIELD)}.")
    found.raise_errors()
    fields: dict[str, Field] = {}
    for row in raw.index:
        name = names[row]
        if name.casefold() in TOTALS:
            found.change(f"row {row}: '{name}' is a total and not a field, and is set aside.")
            continue
        if not name or name in fields:
            found.error(
                f"row {row}, column 'field': {name!r} is {'twice' if name else 'blank'}; name each field once."
            )
            continue
        given = {key: values[row] for key, values in columns.items() if _is_given(values[row])}
        try:
            fields[name] = _field(_with_row(config, given), name, sites, told)
        except (SettingError, InvalidData, UnknownName) as error:
            found.error(f"row {row}, field '{name}': {error}")
    problems.extend(found)
    found.raise_errors()
    said = {name for name, values in columns.items() if all(map(_is_given, values))}
    if {"crop", "region", *STAGE_COLUMNS} & said:
        said.add("stages")
    return tuple(fields.values()), frozenset(said)


def _with_row(config: IrrigationConfig, given: Mapping[str, Any]) -> IrrigationConfig:
    """Let the cells of a field take the place of the settings, within the settings' own bounds."""
    lengths = [given[name] for name in STAGE_COLUMNS if name in given]
    values = {name: value for name, value in given.items() if name in OF_A_FIELD}
    for item in settings_of(IrrigationConfig):
        if item.name not in values:
            continue
        value = values[item.name]
        if item.choices:
            values[item.name] = known_name(item.name, value, map(str, item.choices))
        low, high = item.minimum, item.maximum
        if (low is not None and value < low) or (high is not None and value > high):
            raise SettingError(
                f"{item.name} is {value:g} {item.unit}, expected {low:g} to {high:g}.", item.name, value
            )
    if lengths:
        if len(lengths) < len(STAGE_COLUMNS):
            raise SettingError(
                f"{len(lengths)} lengths of stages are given, expected all of {', '.join(STAGE_COLUMNS)}.",
                "stages",
                lengths,
            )
        values |= {"stages": tuple(map(float, lengths)), "region": values.get("region", "")}
    elif "region" in values or "crop" in values:
        values["stages"] = ()
    made = dataclasses.replace(config, **values)
    for error in check_irrigation(made):
        raise error
    return made


def _field(config: IrrigationConfig, name: str, sites: Sequence[str], told: FieldNotes) -> Field:
    if not config.planting:
        raise SettingError(
            "planting is empty, expected the day of planting, such as 2024-04-15, or 04-15 for every year.",
            "planting",
            "",
        )
    crop = crop_named(config.crop)
    if config.stages:
        initial, development, middle, late = config.stages
        stages = Stages(initial, development, middle, late)
    else:
        stages = stages_of(crop.name, config.region)
        if not config.region:
            where = ", ".join(filter(None, (stages.region, stages.planting)))
            told.add(
                "assumption",
                name,
                f"the stages of {crop.name} last {', '.join(f'{days:g}' for days in stages.days)} days, "
                "as in "
                f"{where} (FAO-56, table 11)",
                setting="region",
                advice="choose a region, or give own lengths",
            )
    soil = TEXTURES[config.soil]
    if config.field_capacity is not None and config.wilting_point is not None:
        soil = Soil(config.field_capacity / 100, config.wilting_point / 100, soil.readily_evaporable)
    else:
        told.add(
            "assumption",
            name,
            f"a {config.soil} holds {soil.available:.0f} mm/m (middle of FAO-56, table 19)",
            setting="field_capacity",
            advice="give measured field_capacity and wilting_point",
        )
    base = config.base_temperature
    if base is not None:
        crop = dataclasses.replace(crop, base_temperature=base)
    return Field(
        name,
        _site(config.site, sites, name),
        crop,
        stages,
        planting_of(config.planting),
        soil,
        _system(config),
        config.roots or crop.root_irrigated,
        config.area,
        config.depletion / 100,
        None if config.allowed_depletion is None else config.allowed_depletion / 100,
        config.depth,
        config.room,
        config.limit,
        config.curve_number,
    )


def _site(site: str, sites: Sequence[str], field: str) -> str:
    if site in sites:
        return site
    if site or len(sites) > 1:
        what = f"there is no place {site!r}" if site else f"{len(sites)} places have weather"
        raise SettingError(f"{field}: {what}; set site to one of {', '.join(sites)}.", "site", site)
    return sites[0]


def _system(config: IrrigationConfig) -> System:
    usual = SYSTEMS[config.system]
    return System(
        usual.wetted if config.wetted is None else config.wetted / 100,
        usual.efficiency if config.efficiency is None else config.efficiency / 100,
        usual.below_canopy,
    )


def applied_of_table(path: Path, fields: Sequence[str], problems: Problems) -> dict[str, pd.Series]:
    """Read what was applied: field -> irrigation by date [mm]; several rows of a day are kept.

    Raises
    ------
    DataError
        With every row that cannot be used.
    """
    found = Problems(path.name)
    raw = read_field_table(path, found, ("field", "date", "irrigation"), ("field", "date"))
    for needed in ("date", "irrigation"):
        if needed not in raw:
            found.error(f"there is no column '{needed}'; present: {', '.join(map(str, raw.columns))}.")
    if "field" not in raw and len(fields) > 1:
        found.error("there is no column 'field', and the plan has several; add one.")
    found.raise_errors()
    table = pd.DataFrame(
        {
            "field": words(raw["field"]) if "field" in raw else fields[0],
            "date": read_dates(raw["date"], found),
            "depth": numbers(raw["irrigation"], "irrigation", found),
        },
        index=raw.index,
    )
    for row in table.index[table["depth"] < 0][:5]:
        found.error(f"row {row}, column 'irrigation': {table['depth'][row]:g} mm is less than nothing.")
    others = table[~table["field"].isin(fields)]
    for name, rows in others.groupby("field"):
        found.unused(
            f"{rows_text(list(rows.index))}, column 'field': {name!r} is not among the fields, and not read."
        )
    problems.extend(found)
    found.raise_errors()
    table["date"] = table["date"].dt.normalize()
    return {
        str(name): rows.set_index("date")["depth"].fillna(0.0)
        for name, rows in table[table["field"].isin(fields)].groupby("field")
    }


def _is_given(value: str | float) -> bool:
    return value != "" if isinstance(value, str) else bool(np.isfinite(value))
