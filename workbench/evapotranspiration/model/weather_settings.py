"""Settings of every job that reads a weather file: what its headers do not say."""

from __future__ import annotations

from typing import Any

from workbench.runs.model.setting_types import InForm
from workbench.runs.model.settings import setting


def wind_height_setting() -> Any:
    """Height of a wind whose header does not say it [m]."""
    return setting(
        None,
        help="Height of the wind of the weather file where its header does not say it; 2 m is assumed if empty",
        unit="m",
        minimum=0.5,
        maximum=200,
        advanced=True,
    )


def units_setting() -> Any:
    """Column -> unit, where the header does not say it."""
    return setting(
        dict,
        help="Units of columns of the weather file whose headers do not say them, as Wind Speed: km/h",
        advanced=True,
        in_form=InForm("Wind Speed: km/h"),
    )
