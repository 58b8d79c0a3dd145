"""Hourly load profiles of future years that meet every energy and peak target exactly.

::

    from workbench.load_profiles import LoadProfiles

    profiles = LoadProfiles.open(project)      # the newest finished ones
    profiles.plot.duration_curve()

Heavy libraries are loaded by the first name that needs them, not by importing this package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.lazy import lazy_names

if TYPE_CHECKING:
    from workbench.data.comparison.comparison import compare
    from workbench.load_profiles.config import Conflicts, EnergySource, LoadProfileConfig, ShapeMethod
    from workbench.load_profiles.jobs import make_load_profiles
    from workbench.load_profiles.model.overlays import Counted, Effect, Overlay, OverlayShape
    from workbench.load_profiles.model.targets import TargetKind, Transform
    from workbench.load_profiles.results.export import pypsa_load, pypsa_periods
    from workbench.load_profiles.results.opened import LoadProfiles
    from workbench.load_profiles.results.saved import LoadProfileResult, compare_with_actual

__all__ = [
    "Conflicts",
    "Counted",
    "Effect",
    "EnergySource",
    "LoadProfileConfig",
    "LoadProfileResult",
    "LoadProfiles",
    "Overlay",
    "OverlayShape",
    "ShapeMethod",
    "TargetKind",
    "Transform",
    "compare",
    "compare_with_actual",
    "make_load_profiles",
    "pypsa_load",
    "pypsa_periods",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "Conflicts": "config",
        "Counted": "model.overlays",
        "Effect": "model.overlays",
        "EnergySource": "config",
        "LoadProfileConfig": "config",
        "LoadProfileResult": "results.saved",
        "LoadProfiles": "results.opened",
        "Overlay": "model.overlays",
        "OverlayShape": "model.overlays",
        "ShapeMethod": "config",
        "TargetKind": "model.targets",
        "Transform": "model.targets",
        "compare": "workbench.data.comparison.comparison",
        "compare_with_actual": "results.saved",
        "make_load_profiles": "jobs",
        "pypsa_load": "results.export",
        "pypsa_periods": "results.export",
    },
)
