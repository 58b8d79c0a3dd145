"""Saved load profiles in a notebook: their tables, hours and figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.charts.opened import Opened
from workbench.charts.plots import Table
from workbench.load_profiles.results.saved import STORE, LoadProfileResult

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LoadProfiles"]


class LoadProfiles(Opened[LoadProfileResult]):
    """Saved load profiles: their tables as attributes, the hours of each year, their figures under ``plot``.

    Examples
    --------
    ::

        from workbench.load_profiles import LoadProfiles

        profiles = LoadProfiles.open(project)        # the newest; or open(project, "BAU")
        profiles.years                               # energy, peak and load factor of every year
        profiles.hours(2030).to_pandas()             # 8760 hours on the local clock [MW]
        profiles.plot.duration_curve()               # a figure of all years
        profiles.plot.heat_map(year=2030)            # load by hour and day of one year
        profiles.plot.years.bar(y="peak")            # any table as bars, lines or areas
    """

    store = STORE

    if TYPE_CHECKING:
        years: Table
        months: Table
        targets: Table
        conflicts: Table
        days: Table
        cleaning: Table
        history_years: Table
        accuracy: Table
        ageing: Table
        day_types: Table
        holidays: Table

    def hours(self, year: int | None = None) -> Table:
        """Give the hours of a year, indexed by their begin on the local clock [MW]; of the last year when None.

        Raises
        ------
        UnreadableFile
            When the year is not among the results; the sentence names those present.
        """
        chosen = self.result.years[-1] if year is None else year
        return self._hourly(self.result.hours(chosen), f"Hours of {chosen}")

    def history(self) -> Table:
        """Give the clean history, indexed by the begin of each hour on the local clock [MW]."""
        return self._hourly(self.result.history(), "Hourly history")

    def _hourly(self, frame: pd.DataFrame, title: str) -> Table:
        return Table(frame, {str(name): "MW" for name in frame.columns if name != "changed"}, title)
