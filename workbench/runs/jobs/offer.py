"""Jobs that packages offer through the entry point group ``workbench.jobs``: known by title, imported when used.

An entry point's name is the job's; it points to a :class:`JobOffer`, in a module that imports nothing heavy::

    [project.entry-points."workbench.jobs"]
    tides = "tidal_power.offer:tides"
"""

from __future__ import annotations

import logging
import sys
from dataclasses import dataclass
from importlib import metadata

from workbench.errors import SettingError
from workbench.runs.model.signals import describe_error

__all__ = ["GROUP", "JobOffer", "entry_points_of", "offered_job", "offered_jobs"]

GROUP = "workbench.jobs"

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class JobOffer:
    """A job that is there to be imported.

    Attributes
    ----------
    title
        What a person reads.
    location
        ``"package.module:attribute"`` of the :class:`.JobFunction`.
    results
        ``"package.module:attribute"`` of what its saved results are, for steps that start from them.
    """

    title: str
    location: str
    results: str = ""


def offered_jobs() -> dict[str, JobOffer]:
    """Offers of all installed packages by name; one that cannot be read is logged and left out."""
    found: dict[str, JobOffer] = {}
    for name, points in entry_points_of(GROUP).items():
        try:
            found[name] = _load(points)
        except SettingError as error:
            _logger.warning("%s", error)
    return found


def offered_job(name: str) -> JobOffer | None:
    """Offer of one job; None where no package has it.

    Raises
    ------
    SettingError
        When its package is broken, or another one offers a job of the same name.
    """
    points = entry_points_of(GROUP).get(name)
    return None if points is None else _load(points)


def entry_points_of(group: str) -> dict[str, list[metadata.EntryPoint]]:
    """Entry points of a group by name, of all installed packages; several of one name are a conflict."""
    # Without the current folder, which Python also searches: it may be another person's project.
    path = [entry for entry in sys.path if entry]
    found: dict[str, list[metadata.EntryPoint]] = {}
    for distribution in metadata.distributions(path=path):
        for point in distribution.entry_points.select(group=group):
            same = found.setdefault(point.name, [])
            # One package may be found twice on the path, as an editable one is.
            if point.value not in [other.value for other in same]:
                same.append(point)
    return found


def _load(points: list[metadata.EntryPoint]) -> JobOffer:
    point = points[0]
    package = f" of {point.dist.name}" if point.dist is not None else ""
    if len(points) > 1:
        listed = ", ".join(other.value for other in points)
        raise SettingError(f"The job {point.name!r} is offered twice: {listed}.", "job", point.name)
    try:
        offer = point.load()
    except Exception as error:
        raise SettingError(
            f"The job {point.name!r}{package} cannot be used: {describe_error(error)}.", "job", point.name
        ) from error
    if not isinstance(offer, JobOffer):
        raise SettingError(
            f"The job {point.name!r}{package} cannot be used: {point.value} is a {type(offer).__name__}, "
            "expected a JobOffer.",
            "job",
            point.name,
        )
    return offer
