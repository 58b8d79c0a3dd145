"""Reference evapotranspiration of a place from several weather sources, with its uncertainty.

::

    from workbench.evapotranspiration import Evapotranspiration, reference_evapotranspiration

    reference_evapotranspiration(days, latitude=17.6, elevation=560)   # of a table at hand
    eto = Evapotranspiration.open(project)                             # of a finished run
    eto.plot.daily(site="River plain")
    IrrigationPlan.open(project).outlook                               # of a finished plan: the days ahead

Heavy libraries are loaded by the first name that needs them, not by importing this package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.lazy import lazy_names

if TYPE_CHECKING:
    from workbench.data.comparison.comparison import compare
    from workbench.evapotranspiration.config import EvapotranspirationConfig, ValidationConfig
    from workbench.evapotranspiration.equation.daily import daily_eto, daily_eto_table
    from workbench.evapotranspiration.equation.hourly import hourly_eto
    from workbench.evapotranspiration.irrigation_config import IrrigationConfig
    from workbench.evapotranspiration.jobs import (
        estimate_evapotranspiration,
        plan_irrigation,
        validate_evapotranspiration,
    )
    from workbench.evapotranspiration.model.crops import crop_named, crop_names
    from workbench.evapotranspiration.model.equations import Equation
    from workbench.evapotranspiration.model.site import Site
    from workbench.evapotranspiration.opened import (
        Evapotranspiration,
        EvapotranspirationValidation,
        IrrigationPlan,
    )
    from workbench.evapotranspiration.reference import reference_evapotranspiration
    from workbench.evapotranspiration.results.climate import water_balance
    from workbench.evapotranspiration.results.irrigation.saved import IrrigationResult
    from workbench.evapotranspiration.results.saved import EtoResult
    from workbench.evapotranspiration.results.validation_saved import ValidationResult
    from workbench.evapotranspiration.sample import add_sample
    from workbench.evapotranspiration.validation.holdout import compare_methods

__all__ = [
    "Equation",
    "EtoResult",
    "Evapotranspiration",
    "EvapotranspirationConfig",
    "EvapotranspirationValidation",
    "IrrigationConfig",
    "IrrigationPlan",
    "IrrigationResult",
    "Site",
    "ValidationConfig",
    "ValidationResult",
    "add_sample",
    "compare",
    "compare_methods",
    "crop_named",
    "crop_names",
    "daily_eto",
    "daily_eto_table",
    "estimate_evapotranspiration",
    "hourly_eto",
    "plan_irrigation",
    "reference_evapotranspiration",
    "validate_evapotranspiration",
    "water_balance",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "Equation": "model.equations",
        "EtoResult": "results.saved",
        "Evapotranspiration": "opened",
        "EvapotranspirationConfig": "config",
        "EvapotranspirationValidation": "opened",
        "IrrigationConfig": "irrigation_config",
        "IrrigationPlan": "opened",
        "IrrigationResult": "results.irrigation.saved",
        "Site": "model.site",
        "ValidationConfig": "config",
        "ValidationResult": "results.validation_saved",
        "add_sample": "sample",
        "compare": "workbench.data.comparison.comparison",
        "compare_methods": "validation.holdout",
        "crop_named": "model.crops",
        "crop_names": "model.crops",
        "daily_eto": "equation.daily",
        "daily_eto_table": "equation.daily",
        "estimate_evapotranspiration": "jobs",
        "hourly_eto": "equation.hourly",
        "plan_irrigation": "jobs",
        "reference_evapotranspiration": "reference",
        "validate_evapotranspiration": "jobs",
        "water_balance": "results.climate",
    },
)
