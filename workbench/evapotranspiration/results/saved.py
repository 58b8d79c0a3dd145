"""The result of a run: its tables, how it is saved, loaded and compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from workbench.charts.drawn import DrawnResult
from workbench.data.heading import Heading
from workbench.data.results.compared import ComparedNumber, ComparedTable
from workbench.data.results.store import ResultStore, units_from
from workbench.errors import UnreadableFile
from workbench.evapotranspiration.config import EvapotranspirationConfig
from workbench.evapotranspiration.model.equations import EQUATIONS, GRASS
from workbench.evapotranspiration.model.weather import WEATHER_UNITS

DOMAIN = "evapotranspiration"
TABLES = ("daily", "sources", "weather", "flags", "findings", "sites", "downloads", "monthly")
DAILY_COLUMNS = (
    "site",
    "date",
    "eto",
    "standard_error",
    "low",
    "high",
    "grade",
    "reason",
    "sources",
    "inputs",
    "precip",
    "balance",
)
UNITS: Mapping[str, str] = {
    **WEATHER_UNITS,
    "standard_error": "mm/d",
    "low": "mm/d",
    "high": "mm/d",
    "balance": "mm/d",
    "latitude": "degrees",
    "longitude": "degrees",
    "elevation": "m",
    "mean_eto": "mm/d",
    "mean_error": "mm/d",
    "total_eto": "mm",
    "total_precip": "mm",
    "total_balance": "mm",
    "high_grade": "%",
    "medium_grade": "%",
    "low_grade": "%",
    "radiation_estimated": "%",
    "humidity_estimated": "%",
    "wind_assumed": "%",
    "seconds": "s",
}
MONTHLY_UNITS = {"eto": "mm", "eto_p10": "mm", "eto_p90": "mm", "precip": "mm", "balance": "mm"}


@dataclass(frozen=True, slots=True, eq=False)
class EtoResult(DrawnResult[EvapotranspirationConfig]):
    """Finished reference evapotranspiration.

    Tables (amounts in mm/d): ``daily`` site, date, eto, standard_error, low, high, grade, reason, sources, inputs
    (which were estimated or assumed), precip, balance, weight_<source> · ``sources`` site, date, source, eto ·
    ``weather`` site, date, source, tmax … as used · ``flags`` site, source, date, column, value, flag, reason ·
    ``findings`` site, source, column, kind, days, unusable, message · ``sites`` site, latitude, longitude,
    elevation, basis, explanation, days, totals, shares of days · ``downloads`` site, source, first, last, days,
    state, message · ``monthly`` site, month, years, eto, precip, balance. Facts: files and hashes, credits, failed
    sites, version.
    """

    called = "Reference evapotranspiration"

    @property
    def heading(self) -> Heading:
        """What pages, figures and files are headed with; the equation is named where it is not that of FAO-56."""
        usual = super(EtoResult, self).heading
        if self.config.equation in GRASS:
            return usual
        return usual.of(filters=(*usual.filters, EQUATIONS[self.config.equation].title))

    def __repr__(self) -> str:
        daily = self.tables["daily"]
        return (
            f"<EtoResult {self.scenario!r}: {len(self.sites)} sites, {daily['date'].min():%Y-%m-%d} to "
            f"{daily['date'].max():%Y-%m-%d}, mean {daily['eto'].mean():.2f} mm/d, standard error "
            f"{daily['standard_error'].mean():.2f} mm/d>"
        )

    @property
    def sites(self) -> tuple[str, ...]:
        """Names of the sites that have values."""
        return tuple(self.tables["sites"]["site"])

    @property
    def credits(self) -> tuple[str, ...]:
        """Sentences that the licences of the data want beside every result."""
        return tuple(self.facts["credits"])

    @property
    def resolution(self) -> str:
        """What one value stands for."""
        return "daily values"

    @property
    def newest(self) -> str:
        """The last day with a value."""
        return f"{self.tables['daily']['date'].max():%Y-%m-%d}"

    def site_days(self, site: str) -> pd.DataFrame:
        """Give the days of one site, indexed by date.

        Raises
        ------
        UnreadableFile
            When the site is not among the results.
        """
        return self._of(site, "daily").set_index("date")

    def source_days(self, site: str) -> pd.DataFrame:
        """Give each source's own ETo at a site [mm/d]: one column a source, indexed by date.

        Raises
        ------
        UnreadableFile
            When the site is not among the results.
        """
        return self._of(site, "sources").pivot_table(
            index="date", columns="source", values="eto", aggfunc="first"
        )

    def _of(self, site: str, name: str) -> pd.DataFrame:
        if site not in self.sites:
            raise UnreadableFile(
                f"There is no site {site!r} in '{self.scenario}'; present: {', '.join(self.sites)}.",
                self.folder or "",
            )
        table = self.tables[name]
        return table[table["site"] == site].drop(columns="site")


def _common_days(before: EtoResult, after: EtoResult) -> Iterator[ComparedNumber]:
    """Give the means over the days that both have, and how far the days are apart, by site."""
    for site in [name for name in before.sites if name in after.sites]:
        days = [result.site_days(site)["eto"] for result in (before, after)]
        both = pd.concat(days, axis=1, join="inner", keys=("one", "two")).dropna()
        if both.empty:
            continue
        at = {"site": site}
        means = both.one.mean(), both.two.mean()
        yield ComparedNumber("days", f"mean ETo of {len(both)} common days", "mm/d", at, *means)
        apart = float((both.two - both.one).abs().mean())
        yield ComparedNumber("days", "mean absolute difference of days", "mm/d", at, *means, apart)


STORE = ResultStore(
    domain=DOMAIN,
    name="evapotranspiration",
    result=EtoResult,
    config=EvapotranspirationConfig,
    tables=TABLES,
    units=units_from(UNITS, monthly=MONTHLY_UNITS),
    inputs=lambda facts: facts["files"],
    changes_by_run=True,  # online answers differ from day to day
    figures={
        "daily": "workbench.evapotranspiration.results.charts:series_chart",
        "sources": "workbench.evapotranspiration.results.charts:sources_chart",
        "weights": "workbench.evapotranspiration.results.charts:weights_chart",
        "monthly": "workbench.evapotranspiration.results.charts:monthly_chart",
        "balance": "workbench.evapotranspiration.results.charts:water_balance_chart",
        "grades": "workbench.evapotranspiration.results.charts:grades_chart",
        "sites": "workbench.evapotranspiration.results.charts:map_chart",
    },
    choices=lambda result: {"site": result.sites[0]},
    explained="workbench.evapotranspiration.results.explained",
    compared=(
        ComparedTable(
            "sites", ("site",), ("mean_eto", "total_eto", "total_precip", "total_balance", "mean_error")
        ),
        ComparedTable("monthly", ("site", "month"), ("eto", "precip", "balance")),
    ),
    compare_more=_common_days,
)
save, load, saved_results = STORE.save, STORE.load, STORE.finished
