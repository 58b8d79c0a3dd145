"""Every parameter of an irrigation plan."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from workbench.errors import SettingError
from workbench.evapotranspiration.model.crops import crop_names
from workbench.evapotranspiration.model.fields import SYSTEMS
from workbench.evapotranspiration.model.soils import TEXTURES
from workbench.evapotranspiration.model.weather_settings import units_setting, wind_height_setting
from workbench.runs.model.setting_types import InForm
from workbench.runs.model.settings import setting

_CHOICES = "workbench.evapotranspiration.inputs.choices"
_SAVED = InForm(offers=f"{_CHOICES}:saved")
_TABLES = InForm(offers="workbench.data.projects.input_names:tables")
LEAP_YEAR = 2024
"""A year that has every day, to check a month and day with."""


class Applied(StrEnum):
    """Which irrigation the past has had."""

    AUTOMATIC = "automatic"
    """What the irrigation file says of a field; a field that is not in it is planned."""
    PLANNED = "planned"
    """What the rule would have applied."""
    FILE = "file"
    """What the irrigation file says, nothing else."""


@dataclass(frozen=True, slots=True)
class IrrigationConfig:
    """Parameters of an irrigation plan; the same ones on the same weather give the same values."""

    scenario: str = setting("Irrigation", help="Name of the plan; it goes into a folder of that name")
    eto: str = setting(
        "",
        title="Saved ETo",
        help="Saved ETo whose days are used; if empty the newest one that is no forecast, else the weather file",
        in_form=_SAVED,
    )
    forecast: str = setting(
        "",
        title="Saved forecast",
        help="Saved ETo of the coming days; if empty the newest forecast that reaches beyond the past",
        in_form=_SAVED,
    )
    site: str = setting(
        "",
        help="Place of the field in the saved ETo or sites file; the only one if empty",
        in_form=InForm(offers=f"{_CHOICES}:sites", is_open=True),
    )
    crop: str = setting("maize, grain", help="Crop of the table of FAO-56", choices=crop_names())
    planting: str = setting(
        "",
        help="Day of planting, as 2024-04-15, or of every year, as 04-15; a fields file may say it instead",
        in_form=InForm("2024-04-15"),
    )
    region: str = setting(
        "",
        help="Region and month of the table of stage lengths, such as idaho usa, apr; its first if empty",
        in_form=InForm(offers=f"{_CHOICES}:regions"),
    )
    stages: tuple[float, ...] = setting(
        (),
        help="Own lengths of initial, development, middle and late stage, instead of a region's",
        unit="days",
        in_form=InForm("30, 40, 50, 30"),
    )
    soil: str = setting("loam", help="Texture of the soil", choices=tuple(TEXTURES))
    system: str = setting("sprinkler", help="How it is irrigated", choices=tuple(SYSTEMS))
    area: float | None = setting(
        None, help="Area of the field, for volumes", unit="ha", minimum=0, maximum=1e6
    )
    outlook: int = setting(7, title="Days ahead", help="Days ahead", unit="days", minimum=0, maximum=16)
    applied: Applied = setting(
        Applied.AUTOMATIC, title="Irrigation of the past", help="Which irrigation the past has had"
    )
    coefficients: str = setting(
        "dual",
        help="Evaporation by itself (dual) or in one coefficient (single)",
        choices=("dual", "single"),
    )
    fields_file: str = setting(
        "",
        help="Table of fields in the inputs with these settings as columns; eto_fields.csv if empty and there",
        advanced=True,
        in_form=_TABLES,
    )
    irrigation_file: str = setting(
        "",
        help="Applied irrigation (field, date, irrigation [mm]) in the inputs; eto_irrigation.csv if empty and "
        "there",
        advanced=True,
        in_form=_TABLES,
    )
    field_capacity: float | None = setting(
        None,
        help="Measured water at field capacity, instead of the texture's",
        unit="%",
        minimum=1,
        maximum=80,
        advanced=True,
    )
    wilting_point: float | None = setting(
        None, help="Measured water at the wilting point", unit="%", minimum=0.1, maximum=70, advanced=True
    )
    roots: float | None = setting(
        None,
        help="Greatest depth of the roots; that of irrigated crops if empty",
        unit="m",
        minimum=0.1,
        maximum=5,
        advanced=True,
    )
    depletion: float = setting(
        0.0,
        help="Water that the root zone lacks at planting",
        unit="% of the available",
        minimum=0,
        maximum=100,
        advanced=True,
    )
    allowed_depletion: float | None = setting(
        None,
        title="Allowed depletion",
        help="Depletion from which on irrigation is due; if empty the readily available water",
        unit="% of the available",
        minimum=1,
        maximum=100,
        advanced=True,
    )
    depth: float | None = setting(
        None,
        help="Net depth of each irrigation; what fills the root zone if empty",
        unit="mm",
        minimum=1,
        maximum=500,
        advanced=True,
    )
    room: float = setting(
        0.0, help="Room that an irrigation leaves for rain", unit="mm", minimum=0, maximum=200, advanced=True
    )
    limit: float | None = setting(
        None, help="Most net depth at a time", unit="mm", minimum=1, maximum=500, advanced=True
    )
    efficiency: float | None = setting(
        None,
        help="Share of the applied water that reaches the root zone; that of the system if empty",
        unit="%",
        minimum=10,
        maximum=100,
        advanced=True,
    )
    wetted: float | None = setting(
        None,
        help="Share of the surface that irrigation wets; that of the system if empty",
        unit="%",
        minimum=1,
        maximum=100,
        advanced=True,
    )
    curve_number: float | None = setting(
        None,
        help="Curve number of the runoff (CN2); no rain runs off if empty",
        minimum=30,
        maximum=99,
        advanced=True,
    )
    base_temperature: float | None = setting(
        None,
        help="Base of the degree days; the crop's if empty",
        unit="degC",
        minimum=-5,
        maximum=25,
        advanced=True,
    )
    weather_file: str = setting(
        "",
        help="Daily weather in the inputs, where no saved ETo is used; eto_weather.csv if empty",
        advanced=True,
        in_form=_TABLES,
    )
    wind_height: float | None = wind_height_setting()
    units: dict[str, str] = units_setting()


def check_irrigation(config: IrrigationConfig) -> Iterator[SettingError]:
    """Give a problem for each value that its type and bounds allow, but not the rest of the config."""
    if config.planting:
        try:
            planting_of(config.planting)
        except SettingError as error:
            yield error
    if config.stages and (
        len(config.stages) != 4 or min(config.stages) < 0 or not 1 <= sum(config.stages) <= 730
    ):
        yield SettingError(
            f"stages is {config.stages}, expected four lengths in days: initial, development, middle, late.",
            "stages",
            config.stages,
        )
    if config.stages and config.region:
        yield SettingError("stages and region are both given; empty one of them.", "region", config.region)
    wet, dry = config.field_capacity, config.wilting_point
    if (wet is None) != (dry is None):
        yield SettingError(
            "field_capacity and wilting_point belong together; give both, or none.", "wilting_point", dry
        )
    elif wet is not None and dry is not None and wet <= dry:
        yield SettingError(
            f"field_capacity is {wet:g} % and wilting_point {dry:g} %, expected more at field capacity.",
            "field_capacity",
            wet,
        )


def planting_of(text: str) -> tuple[int, int, int | None]:
    """Give month, day and, where it is said, the year of a planting.

    Raises
    ------
    SettingError
        When it is neither a date nor a month and day.
    """
    try:
        whole = datetime.date.fromisoformat(text if len(text) > len("04-15") else f"{LEAP_YEAR}-{text}")
    except ValueError as error:
        raise SettingError(
            f"planting is {text!r}, expected a date such as 2024-04-15, or 04-15 for every year.",
            "planting",
            text,
        ) from error
    return whole.month, whole.day, whole.year if len(text) > len("04-15") else None
