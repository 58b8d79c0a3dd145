"""Saved results opened to look at: tables and figures as attributes."""

from __future__ import annotations

from workbench.charts.opened import Opened
from workbench.evapotranspiration.results import saved, validation_saved
from workbench.evapotranspiration.results.irrigation import saved as irrigation_saved

__all__ = ["Evapotranspiration", "EvapotranspirationValidation", "IrrigationPlan"]


class Evapotranspiration(Opened[saved.EtoResult]):
    """Finished reference evapotranspiration of a project; make it with :meth:`open`.

    ``daily``, ``sources``, ``weather``, ``flags``, ``findings``, ``sites``, ``downloads`` and ``monthly`` are its
    tables; ``plot.daily(site="River plain")`` draws the days of a site, the first one when left out.

    Examples
    --------
    >>> from workbench import Project
    >>> from workbench.evapotranspiration import Evapotranspiration, add_sample, estimate_evapotranspiration
    >>> project = Project.create(folder, "Farms")
    >>> _ = add_sample(project)
    >>> _ = estimate_evapotranspiration(project, start="2022-01-01", end="2022-12-31", online="never")
    >>> eto = Evapotranspiration.open(project)
    >>> eto.site_names
    ('Northern plateau', 'River plain', 'Western hills', 'Southern orchard')
    >>> len(eto.daily), eto.daily.units["eto"]
    (1460, 'mm/d')
    >>> figure = eto.plot.monthly(site="River plain")
    """

    store = saved.STORE

    @property
    def site_names(self) -> tuple[str, ...]:
        """Names of the sites that have values."""
        return self.result.sites

    @property
    def credits(self) -> tuple[str, ...]:
        """Sentences that the licences of the data want beside every result."""
        return self.result.credits


class EvapotranspirationValidation(Opened[validation_saved.ValidationResult]):
    """A finished validation of a project, with ``by_site``, ``overall``, ``windows`` and ``predictions``."""

    store = validation_saved.STORE


class IrrigationPlan(Opened[irrigation_saved.IrrigationResult]):
    """A finished irrigation plan, with ``days``, ``seasons``, ``irrigations``, ``outlook`` and ``fields``."""

    store = irrigation_saved.STORE

    @property
    def field_names(self) -> tuple[str, ...]:
        """Names of the fields."""
        return self.result.fields
