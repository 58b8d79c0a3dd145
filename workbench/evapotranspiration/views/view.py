"""Reference evapotranspiration in a notebook: the days, and how far to trust them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import ipywidgets
import pandas as pd

from workbench.data.formatting import format_number
from workbench.data.projects.project import Project
from workbench.evapotranspiration.model.catalogue import title_of
from workbench.evapotranspiration.results import charts
from workbench.evapotranspiration.results.climate import summary_statistics
from workbench.evapotranspiration.results.export import csv_text, write_csv, write_excel, write_netcdf
from workbench.evapotranspiration.results.saved import (
    MONTHLY_UNITS,
    UNITS,
    EtoResult,
)
from workbench.runs.model.read_only import is_viewer
from workbench.ui.figures.controls import figure_of, follow
from workbench.ui.figures.download import csv_link
from workbench.ui.figures.tables import TableArea, notes_table, table_of
from workbench.ui.headline import Tile
from workbench.ui.result_tabs import ResultTabs
from workbench.ui.tabs import choice, note, tab
from workbench.ui.transfer.downloads import Downloads
from workbench.ui.transfer.offers import MadeOffer, written

__all__ = ["EtoAnalysis"]

NO_BREAK = "\N{NO-BREAK SPACE}"
PHRASE = 6


class EtoAnalysis(ipywidgets.VBox):  # type: ignore[misc]
    """A finished result as tabs, each drawn when it is first opened, with the credits of its data.

    Parameters
    ----------
    result
        The result.
    project
        Its project: number style, and the other results to compare with.
    """

    def __init__(self, result: EtoResult, project: Project) -> None:
        self.tabs, self._scenario = EtoTabs(result, project), result.scenario
        own = "Made-up weather." if result.made_up else "Weather from the project's own files."
        credit = " ".join(result.credits) or own
        super().__init__([self.tabs, note(credit)])

    def headline(self) -> Sequence[Tile]:
        """Give the mean of all places, its uncertainty and how far to trust the days."""
        sites = self.tabs._result.table("sites")
        days = sites.days.sum()

        def mean(name: str, decimals: int = 2) -> str:
            value = (sites[name] * sites.days).sum() / days if days else float("nan")
            return format_number(float(value), decimals=decimals)

        return (
            Tile(
                "Mean ETo of the places",
                mean("mean_eto"),
                "mm/d",
                f"standard error {mean('mean_error')} mm/d",
            ),
            Tile("Places", format_number(float(len(sites)), decimals=0)),
            Tile(
                "Days", format_number(float(days), decimals=0), "", f"{int(sites.missing_days.sum())} missing"
            ),
            Tile("Days of high grade", mean("high_grade", 0), "%"),
        )

    def __repr__(self) -> str:
        return f"<EtoAnalysis of {self._scenario!r}>"


class EtoTabs(ResultTabs):
    """The tabs of a finished result."""

    _result: EtoResult

    def _site(self) -> ipywidgets.Dropdown:
        return choice("Place", list(self._result.sites))

    def _table(
        self,
        frame: pd.DataFrame,
        caption: str,
        titles: Mapping[str, str],
        units: Mapping[str, str] = UNITS,
    ) -> TableArea:
        area = TableArea()
        shown = frame.copy()
        if "source" in shown:
            shown["source"] = [title_of(str(source)) for source in shown["source"]]
        for name in ("explanation", "message", "reason"):
            if name in shown:
                shown[name] = [_in_phrases(str(text)) for text in shown[name]]
        known = {name: unit for name, unit in units.items() if name in shown}
        area.show_frame(shown, titles=titles, units=known, caption=caption)
        return area

    @tab("Overview")
    def _overview(self) -> ipywidgets.Widget:
        result = self._result
        sites = result.table("sites")
        numbers = [
            "mean_eto",
            "mean_error",
            "total_eto",
            "total_precip",
            "total_balance",
            "days",
            "missing_days",
        ]
        titles = {
            "mean_eto": "Mean ETo",
            "mean_error": "Standard error",
            "total_eto": "ETo in all",
            "total_precip": "Rain in all",
            "total_balance": "Rain minus ETo",
        }
        facts = ["latitude", "longitude", "elevation", "elevation_from", "explanation"]
        parts: list[ipywidgets.Widget] = [note(reason) for reason in result.facts["failed_sites"].values()]
        parts += [
            self._table(sites[["site", *numbers]], "Places", {"site": "Place"} | titles),
            figure_of(lambda: charts.map_chart(result)),
            figure_of(lambda: charts.grades_chart(result)),
            self._table(
                sites[["site", *facts]], "Where they are, and what their values rest on", {"site": "Place"}
            ),
        ]
        return ipywidgets.VBox(parts)

    @tab("Days")
    def _days(self) -> ipywidgets.Widget:
        result, site, table = self._result, self._site(), TableArea()

        def draw() -> None:
            days = result.site_days(site.value).reset_index()
            columns = ["date", "eto", "standard_error", "low", "high", "grade", "sources", "inputs", "precip"]
            # Results of earlier versions do not tell the origin of the inputs.
            columns = [name for name in (*columns, "reason") if name in days]
            shown = days[columns].iloc[::-1].copy()
            shown["sources"] = [_unbroken(_titles(text), " + ") for text in shown["sources"]]
            shown["reason"] = [_unbroken(str(text), "; ") for text in shown["reason"]]
            titles = {"eto": "ETo", "precip": "Rain", "grade": "Quality", "reason": "Why"}
            units = {name: UNITS[name] for name in columns if name in UNITS}
            table.show_frame(shown, titles=titles, units=units, caption="Days, the newest first", limit=120)

        follow(draw, site)
        return ipywidgets.VBox(
            [site, figure_of(lambda: charts.series_chart(result, site.value), site), table]
        )

    @tab("Sources")
    def _sources(self) -> ipywidgets.Widget:
        result, site = self._result, self._site()
        asked = result.table("downloads")
        titles = {"site": "Place", "first": "From", "last": "To", "state": "Outcome", "message": "Remarks"}
        return ipywidgets.VBox(
            [
                site,
                figure_of(lambda: charts.sources_chart(result, site.value), site),
                figure_of(lambda: charts.weights_chart(result, site.value), site),
                self._table(asked, "Requests and their outcome", titles, {}),
            ]
        )

    @tab("Months")
    def _months(self) -> ipywidgets.Widget:
        result, site, table, statistics = self._result, self._site(), TableArea(), TableArea()

        def draw() -> None:
            months = result.table("monthly").query("site == @site.value").drop(columns="site")
            months = months.assign(month=[charts.MONTHS[month - 1] for month in months["month"]])
            titles = {
                "eto": "ETo",
                "precip": "Rain",
                "balance": "Rain minus ETo",
                "eto_p10": "ETo, 10 % of years below",
                "eto_p90": "ETo, 90 % of years below",
            }
            table.show_frame(months, titles=titles, units=_present(MONTHLY_UNITS, months), caption="Months")
            days = result.site_days(site.value)[["eto", "standard_error", "precip", "balance"]]
            summary = summary_statistics(days)
            summary["column"] = summary["column"].map(
                {
                    "eto": "ETo",
                    "standard_error": "Standard error",
                    "precip": "Rain",
                    "balance": "Rain minus ETo",
                }
            )
            measures = ("mean", "deviation", "minimum", "p10", "median", "p90", "maximum")
            statistics.show_frame(
                summary,
                titles={"column": "What", "p10": "10 %", "p90": "90 %"},
                units=_present(dict.fromkeys(measures, "mm/d"), summary),
                caption="Statistics of the days",
            )

        follow(draw, site)
        figure = figure_of(lambda: charts.monthly_chart(result, site.value), site)
        return ipywidgets.VBox([site, figure, table, statistics])

    @tab("Water balance")
    def _balance(self) -> ipywidgets.Widget:
        result, site = self._result, self._site()
        text = note("Rain is that of one source a day, never a mean: dry days stay dry.")
        return ipywidgets.VBox(
            [site, figure_of(lambda: charts.water_balance_chart(result, site.value), site), text]
        )

    @tab("Quality")
    def _quality(self) -> ipywidgets.Widget:
        result = self._result
        findings, flags = result.table("findings"), result.table("flags")
        if findings.empty and flags.empty:
            return note("Quality control found no issue.")
        shown = findings[["site", "source", "kind", "days", "unusable", "message"]]
        titles = {"site": "Place", "kind": "About", "unusable": "Refused", "message": "What was found"}
        parts = [self._table(shown, "Findings", titles, {})]
        if len(flags):
            parts.append(
                self._table(
                    flags,
                    "Values with a flag: nothing was changed, wrong ones are not used",
                    {"site": "Place"},
                    {},
                )
            )
        return ipywidgets.VBox(parts)

    def beside(self, other: EtoResult) -> list[ipywidgets.Widget]:
        """Draw the days of a place in both."""
        sites = [name for name in self._result.sites if name in other.sites]
        if not sites:
            return []
        site = choice("Place", sites)
        return [site, figure_of(lambda: charts.comparison_chart(other, self._result, site.value), site)]

    @tab("Export")
    def _export(self) -> ipywidgets.Widget:
        name, content = f"{self._result.scenario} evapotranspiration", csv_text(self._result).encode()
        parts: list[ipywidgets.Widget] = [ipywidgets.HTML(csv_link("Download all days", name, content))]
        folder = self._result.folder
        if folder is not None and not is_viewer():
            parts.append(self._exports())
        return ipywidgets.VBox(parts)

    def _exports(self) -> ipywidgets.Widget:
        scenario = self._result.scenario
        writers = {
            f"{scenario}.csv": write_csv,
            f"{scenario}.xlsx": write_excel,
            f"{scenario}.nc": write_netcdf,
        }
        return Downloads({name: self._written(name, write) for name, write in writers.items()})

    def _written(self, name: str, write: Callable[[EtoResult, Path], Path]) -> MadeOffer:
        return written(name, lambda path: write(self._result, path))

    @tab("Notes")
    def _notes(self) -> ipywidgets.Widget:
        remarks = notes_table(self._result.notes)
        credit = [[text] for text in self._result.credits]
        return ipywidgets.VBox([remarks, table_of(["Credit"], credit, caption="Where the data are from")])


def _present(units: Mapping[str, str], frame: pd.DataFrame) -> dict[str, str]:
    return {name: unit for name, unit in units.items() if name in frame}


def _unbroken(text: str, separator: str) -> str:
    """Let a text break at its separators only: a narrow page would break it at every word."""
    return separator.join(part.replace(" ", NO_BREAK) for part in text.split(separator))


def _in_phrases(text: str) -> str:
    """Let a sentence break after every sixth word at most, so that it stays a few lines high on a narrow page."""
    words = text.split()
    phrases = [NO_BREAK.join(words[at : at + PHRASE]) for at in range(0, len(words), PHRASE)]
    return " ".join(phrases)


def _titles(sources: str) -> str:
    return " + ".join(title_of(source) for source in sources.split(" + ")) if sources else ""
