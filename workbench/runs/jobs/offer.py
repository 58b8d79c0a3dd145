"""Jobs that packages offer through the entry point group ``workbench.jobs``: known by title, imported when used.

An entry point's name is the job's; it points to a :class:`JobOffer`, in a module that imports nothing heavy::

    [project.entry-points."workbench.jobs"]
    tides = "tidal_power.offer:tides"
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata

from workbench.errors import SettingError
from workbench.runs.model.signals import describe_error

__all__ = ["GROUP", "JobOffer", "offered_job", "offered_jobs"]

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
    """

    title: str
    location: str


def offered_jobs() -> dict[str, JobOffer]:
    """Offers of all installed packages by name; one that cannot be read is logged and left out."""
    found: dict[str, JobOffer] = {}
    for point in _entry_points():
        if point.name in found:
            continue
        try:
            found[point.name] = _load(point)
        except SettingError as error:
            _logger.warning("%s", error)
    return found


def offered_job(name: str) -> JobOffer | None:
    """Offer of one job; None where no package has it.

    Raises
    ------
    SettingError
        When its package is broken.
    """
    for point in _entry_points():
        if point.name == name:
            return _load(point)
    return None


def _entry_points() -> Iterator[metadata.EntryPoint]:
    # Without the current folder, which Python also searches: it may be somebody else's project.
    path = [entry for entry in sys.path if entry]
    for distribution in metadata.distributions(path=path):
        yield from distribution.entry_points.select(group=GROUP)


def _load(point: metadata.EntryPoint) -> JobOffer:
    package = f" of {point.dist.name}" if point.dist is not None else ""
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
