"""The saved result of an irrigation plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from workbench.charts.drawn import DrawnResult
from workbench.data.results.compared import ComparedTable
from workbench.data.results.store import ResultStore, units_from
from workbench.errors import UnreadableFile
from workbench.evapotranspiration.irrigation_config import IrrigationConfig

DOMAIN = "irrigation"
TABLES = ("days", "seasons", "irrigations", "outlook", "fields")
DEPTHS = (
    "eto",
    "rain",
    "etc",
    "eta",
    "evaporation",
    "transpiration",
    "net",
    "gross",
    "runoff",
    "percolation",
    "depletion",
    "readily",
    "available",
    "short",
    "effective_rain",
    "at_planting",
    "need",
)
"""Columns that are depths of water: of a day, a season, or in the soil."""
UNITS: Mapping[str, str] = {
    **dict.fromkeys(DEPTHS, "mm"),
    **{f"{name}_{end}": "mm" for name in ("eto", "etc", "need") for end in ("low", "high")},
    **dict.fromkeys(("coefficient", "ks", "ke", "kc_ini", "kc_mid", "kc_end", "p"), "1"),
    "roots": "m",
    "degree_days": "degC d",
    "volume": "m3",
    "area": "ha",
    "lost": "%",
    "efficiency": "%",
    "wetted": "%",
    "holds": "mm/m",
    "base_temperature": "degC",
}
MM_OF_INCH = 25.4


@dataclass(frozen=True, slots=True, eq=False)
class IrrigationResult(DrawnResult[IrrigationConfig]):
    """A finished irrigation plan.

    Tables (depths in mm): ``days`` field, season, date, basis, stage, coefficients, demand, irrigation, soil
    water · ``seasons`` sums of the days that are over · ``irrigations`` each one, past and ahead · ``outlook``
    the days ahead with bands · ``fields`` what each field is and where its numbers are from. Facts: files and
    hashes, the saved ETo that were used, version.
    """

    called = "Irrigation"

    def __repr__(self) -> str:
        seasons = self.tables["seasons"]
        return (
            f"<IrrigationResult {self.scenario!r}: {len(self.fields)} fields, {len(seasons)} seasons, mean net "
            f"irrigation {seasons['net'].mean():.0f} mm>"
        )

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of the fields."""
        return tuple(self.tables["fields"]["field"])

    @property
    def credits(self) -> tuple[str, ...]:
        """Sentences that the licences of the data want beside every result."""
        return tuple(self.facts["credits"])

    @property
    def resolution(self) -> str:
        """What one value stands for."""
        return "daily values"

    @property
    def newest(self) -> str:
        """The last day that is over."""
        return str(self.facts["last_day"])

    def field_days(self, field: str) -> pd.DataFrame:
        """Give the days of one field, all its seasons.

        Raises
        ------
        UnreadableFile
            When there is no such field.
        """
        if field not in self.fields:
            raise UnreadableFile(
                f"There is no field {field!r} in '{self.scenario}'; present: {', '.join(self.fields)}.",
                self.folder or "",
            )
        days = self.tables["days"]
        return days[days["field"] == field]


def in_unit(frame: pd.DataFrame, unit: str) -> tuple[pd.DataFrame, dict[str, str]]:
    """Give a table with its depths in mm or inch, and the units of its columns.

    Parameters
    ----------
    frame
        A table of a result.
    unit
        ``mm`` or ``inch``.
    """
    units = {str(name): UNITS[str(name)] for name in frame.columns if str(name) in UNITS}
    if unit == "mm":
        return frame, units
    depths = [name for name, of in units.items() if of == "mm"]
    made = frame.assign(**{name: frame[name] / MM_OF_INCH for name in depths})
    return made, units | dict.fromkeys(depths, "inch")


STORE = ResultStore(
    domain=DOMAIN,
    name="irrigation plan",
    result=IrrigationResult,
    config=IrrigationConfig,
    tables=TABLES,
    units=units_from(UNITS),
    inputs=lambda facts: facts["files"],
    changes_by_run=True,  # the newest saved ETo may be another one tomorrow
    figures={
        "days": "workbench.evapotranspiration.results.irrigation.charts:soil_chart",
        "seasons": "workbench.evapotranspiration.results.irrigation.charts:seasons_chart",
        "outlook": "workbench.evapotranspiration.results.irrigation.charts:outlook_chart",
        "coefficients": "workbench.evapotranspiration.results.irrigation.charts:coefficients_chart",
    },
    choices=lambda result: {"field": result.fields[0]},
    explained="workbench.evapotranspiration.results.irrigation.explained",
    compared=(
        ComparedTable("seasons", ("field", "season"), ("etc", "eta", "net", "gross", "effective_rain")),
    ),
)
save, load, saved_plans = STORE.save, STORE.load, STORE.finished
