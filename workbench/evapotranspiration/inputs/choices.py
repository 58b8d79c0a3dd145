"""What the form of an irrigation plan offers in a project: saved ETo, regions of the crop, places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.data.problems import Problems
from workbench.data.projects.project import Project
from workbench.data.results.scenario import finished_scenarios
from workbench.evapotranspiration.inputs.reading import find_input
from workbench.evapotranspiration.inputs.sites import read_sites
from workbench.evapotranspiration.model.crops import crop_names, regions_of

__all__ = ["regions", "saved", "sites"]


def saved(project: Project, _values: Mapping[str, Any]) -> tuple[str, ...]:
    """Name the saved ETo."""
    return finished_scenarios(project, "evapotranspiration")


def regions(_project: Project, values: Mapping[str, Any]) -> tuple[str, ...]:
    """Name the regions and months whose lengths of stages the table has for the crop of the form."""
    crop = str(values.get("crop", ""))
    return regions_of(crop) if crop in crop_names() else ()


def sites(project: Project, _values: Mapping[str, Any]) -> Sequence[str]:
    """Name the places of the sites file."""
    path = find_input(project, "", "eto_sites")
    return () if path is None else [place.name for place in read_sites(path, Problems())]
