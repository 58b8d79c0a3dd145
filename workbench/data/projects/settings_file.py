"""The file ``project.toml``: the settings of a project, read and written."""

from __future__ import annotations

import dataclasses
import json
import re
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from workbench.data.atomic import reason_of
from workbench.data.formatting import ENERGY_IN_MWH, Grouping, Style
from workbench.data.names import checked_name
from workbench.data.problems import Problems
from workbench.errors import ProjectError, SettingError
from workbench.files import read_bytes
from workbench.structured import require_format, toml_from, typed
from workbench.structured.plain import shown

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
    contact
        E-mail address or web page that online services are told; those that demand one are not asked without.
    """

    name: str
    region: str = ""
    currency: str = "INR"
    energy_unit: str = "MU"
    fiscal_year_start: int = 4
    digit_grouping: Grouping = Grouping.INDIAN
    time_zone: str = "Asia/Kolkata"
    made_up: bool = False
    contact: str = ""

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
        problems.error(f"currency is {shown(settings.currency)}, expected an ISO code such as 'INR'.")
    if settings.energy_unit not in ENERGY_IN_MWH:
        problems.error(
            f"energy_unit is {shown(settings.energy_unit)}, expected one of {', '.join(ENERGY_IN_MWH)}."
        )
    if not 1 <= settings.fiscal_year_start <= 12:
        problems.error(f"fiscal_year_start is {settings.fiscal_year_start}, expected a month from 1 to 12.")
    if settings.contact and not re.fullmatch(r"[!-~]+@[!-~]+|https?://[!-~]+", settings.contact):
        problems.error(
            f"contact is {shown(settings.contact)}, expected an e-mail address or a web page such as "
            "'name@example.org'."
        )
    try:
        ZoneInfo(settings.time_zone)
    except (ValueError, OSError, LookupError):
        problems.error(
            f"time_zone is {shown(settings.time_zone)}, expected an IANA name such as 'Asia/Kolkata'."
        )
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
        content = toml_from(read_bytes(path), path, error=_refused)
    except OSError as error:
        raise ProjectError(f"{path} cannot be read: {reason_of(error)}", path.parent) from error
    table = content.get("project")
    if not isinstance(table, dict) or "name" not in table:
        raise ProjectError(f'{path} has no name; add a line name = "…" under [project].', path.parent)
    table.setdefault("format", FORMAT)
    require_format(table, FORMAT, path, error=_refused)
    settings = typed(table, ProjectSettings, path, error=_refused, others=True, inside="project")
    errors = check_settings(settings).errors
    if errors:
        raise ProjectError(f"{path}: " + " ".join(problem.message for problem in errors), path.parent)
    known = {field.name for field in dataclasses.fields(ProjectSettings)}
    return settings, (
        *(name for name in table if name not in known),
        *(name for name in content if name != "project"),
    )


def _refused(sentence: str, path: Path) -> ProjectError:
    return ProjectError(sentence, path.parent)
