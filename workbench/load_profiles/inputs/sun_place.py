"""Where the rooftop solar of a project lies: its middle, for the path of the sun."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

from workbench.data.notes import Notes
from workbench.data.projects.project import Project
from workbench.load_profiles.config import LoadProfileConfig
from workbench.load_profiles.inputs.holidays_of_region import state_of

__all__ = ["sun_place"]

STATES = {
    "AN": (11.7, 92.7),
    "AP": (15.9, 79.7),
    "AR": (28.2, 94.7),
    "AS": (26.2, 92.9),
    "BR": (25.1, 85.3),
    "CG": (21.3, 81.9),
    "CH": (30.7, 76.8),
    "CT": (21.3, 81.9),
    "DH": (20.3, 73.0),
    "DL": (28.7, 77.1),
    "GA": (15.3, 74.1),
    "GJ": (22.3, 71.2),
    "HP": (31.1, 77.2),
    "HR": (29.1, 76.1),
    "JH": (23.6, 85.3),
    "JK": (33.8, 76.6),
    "KA": (15.3, 75.7),
    "KL": (10.5, 76.3),
    "LA": (34.2, 77.6),
    "LD": (10.6, 72.6),
    "MH": (19.7, 75.7),
    "ML": (25.5, 91.4),
    "MN": (24.7, 93.9),
    "MP": (23.5, 78.6),
    "MZ": (23.2, 92.9),
    "NL": (26.2, 94.6),
    "OD": (20.9, 85.1),
    "OR": (20.9, 85.1),
    "PB": (31.1, 75.3),
    "PY": (11.9, 79.8),
    "RJ": (27.0, 74.2),
    "SK": (27.5, 88.5),
    "TG": (18.1, 79.0),
    "TN": (11.1, 78.7),
    "TR": (23.9, 91.9),
    "TS": (18.1, 79.0),
    "UK": (30.1, 79.0),
    "UP": (26.8, 80.9),
    "UT": (30.1, 79.0),
    "WB": (22.9, 87.9),
}
"""Code of an Indian state or territory (ISO 3166-2:IN, old and new) -> its middle, degrees north and east."""
USUAL_LATITUDE = 20.0


def sun_place(project: Project, config: LoadProfileConfig, notes: Notes) -> tuple[float, float]:
    """Give the latitude and longitude of the setting, the region, or the project's time zone, and say which.

    Parameters
    ----------
    project
        Has a region and a time zone.
    config
        Gives the place, or the country and state of the holidays.
    notes
        Gets what is assumed.
    """
    if config.sun_place:
        latitude, longitude = config.sun_place
        return latitude, longitude
    country = config.holiday_country
    state = config.holiday_state or state_of(project, country)
    where = STATES.get(state) if country == "IN" else None
    if where is None:
        now = datetime.datetime(2025, 1, 1, tzinfo=ZoneInfo(project.settings.time_zone))
        offset = now.utcoffset() or datetime.timedelta()
        where = (USUAL_LATITUDE, offset / datetime.timedelta(hours=24) * 360)
        notes.assumption(
            f"the place of the rooftop solar is not known: {where[0]:g}° N, {where[1]:g}° E, the middle of the "
            "time zone, is assumed for the path of the sun",
            setting="sun_place",
            tables=("years", "months"),
            advice="give latitude and longitude in sun_place, or the region of the project",
        )
    return where
