"""The file ``project.toml``: the settings of a project, read and written."""

from __future__ import annotations

import dataclasses
import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from workbench.data.formatting import ENERGY_IN_MWH, Grouping, Style
from workbench.data.names import checked_name
from workbench.data.problems import Problems
from workbench.errors import ProjectError, SettingError

FILE_NAME = "project.toml"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class ProjectSettings:
    """What ``project.toml`` holds.

    Parameters
    ----------
    name
        Shown on every page.
    region
        The state or area that is planned.
    currency
        ISO 4217 code.
    energy_unit
        One of ``kWh``, ``MWh``, ``GWh``, ``MU``, ``TWh``.
    fiscal_year_start
        Month in which the year begins, 1 to 12.
    digit_grouping
        ``indian``, ``thousands`` or ``none``.
    time_zone
        IANA name.
    made_up
        Whether the inputs are made up: everything that is made of them says so.
    """

    name: str
    region: str = ""
    currency: str = "INR"
    energy_unit: str = "MU"
    fiscal_year_start: int = 4
    digit_grouping: Grouping = Grouping.INDIAN
    time_zone: str = "Asia/Kolkata"
    made_up: bool = False

    @property
    def style(self) -> Style:
        """How this project writes its numbers."""
        return Style(self.energy_unit, self.currency, self.digit_grouping, self.fiscal_year_start)


def check_settings(settings: ProjectSettings) -> Problems:
    """Check every value, and report all that is wrong at once."""
    problems = Problems(FILE_NAME)
    try:
        checked_name(settings.name, "project")
    except SettingError as error:
        problems.error(str(error))
    if not re.fullmatch(r"[A-Z]{3}", settings.currency):
        problems.error(f"currency is '{settings.currency}', expected an ISO code such as 'INR'.")
    if settings.energy_unit not in ENERGY_IN_MWH:
        problems.error(
            f"energy_unit is '{settings.energy_unit}', expected one of {', '.join(ENERGY_IN_MWH)}."
        )
    if not 1 <= settings.fiscal_year_start <= 12:
        problems.error(f"fiscal_year_start is {settings.fiscal_year_start}, expected a month from 1 to 12.")
    try:
        ZoneInfo(settings.time_zone)
    except (ValueError, OSError, LookupError):
        problems.error(f"time_zone is '{settings.time_zone}', expected an IANA name such as 'Asia/Kolkata'.")
    return problems


def write_settings(settings: ProjectSettings) -> str:
    """Write the settings as the text of ``project.toml``."""
    lines = [
        "# Settings of this project; see the README of the workbench.",
        "",
        "[project]",
        f"format = {FORMAT}",
    ]
    for field in dataclasses.fields(settings):
        value = getattr(settings, field.name)
        # A TOML basic string is a JSON string, but for the one control character that JSON leaves as it is.
        text = (
            str(value).lower()
            if isinstance(value, int)
            else json.dumps(str(value)).replace("\x7f", "\\u007f")
        )
        lines.append(f"{field.name} = {text}")
    return "\n".join(lines) + "\n"


def read_settings(path: Path) -> tuple[ProjectSettings, tuple[str, ...]]:
    """Read ``project.toml``.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    settings
        The settings; what is not in the file has its default.
    unknown
        Names in the file that this version does not know.

    Raises
    ------
    ProjectError
        When it cannot be read, is not TOML, is of a newer format, or holds a value that is not allowed.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        raise ProjectError(f"{path} is not valid TOML ({error}); correct that line.", path.parent) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ProjectError(f"{path} cannot be read ({error}).", path.parent) from error
    table = content.get("project")
    if not isinstance(table, dict) or "name" not in table:
        raise ProjectError(f'{path} has no name; add a line name = "…" under [project].', path.parent)
    if table.get("format", FORMAT) != FORMAT:
        raise ProjectError(
            f"{path} is of format {table['format']}, this version reads {FORMAT}; update the workbench.",
            path.parent,
        )
    known = {field.name: field for field in dataclasses.fields(ProjectSettings)}
    values: dict[str, Any] = {
        name: _typed(path, name, value) for name, value in table.items() if name in known
    }
    settings = ProjectSettings(**values)
    errors = check_settings(settings).errors
    if errors:
        raise ProjectError(f"{path}: " + " ".join(problem.message for problem in errors), path.parent)
    unknown = [name for name in table if name not in known and name != "format"]
    return settings, tuple(unknown)


def _typed(path: Path, name: str, value: object) -> object:
    kind = {"fiscal_year_start": int, "made_up": bool}.get(name, str)
    if type(value) is not kind:
        words = {int: "a whole number", bool: "true or false", str: "text in quotes"}[kind]
        raise ProjectError(f"{path}: {name} is {value!r}, expected {words}.", path.parent)
    if name == "digit_grouping":
        if value not in list(Grouping):
            raise ProjectError(
                f"{path}: digit_grouping is '{value}', expected one of {', '.join(Grouping)}.", path.parent
            )
        return Grouping(str(value))
    return value
