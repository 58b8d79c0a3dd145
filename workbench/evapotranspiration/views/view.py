"""Reference evapotranspiration in a notebook: pick a place, run, read the days and how far to trust them."""

from __future__ import annotations

import base64
import html
from collections.abc import Callable, Mapping
from pathlib import Path

import ipywidgets
import pandas as pd

from workbench.data.projects.project import Project
from workbench.errors import SettingError, WorkbenchError
from workbench.evapotranspiration.config import EvapotranspirationConfig
from workbench.evapotranspiration.inputs.places.place import Place
from workbench.evapotranspiration.jobs import estimate_evapotranspiration
from workbench.evapotranspiration.model.catalogue import title_of
from workbench.evapotranspiration.results import charts
from workbench.evapotranspiration.results.climate import summary_statistics
from workbench.evapotranspiration.results.export import csv_text, write_csv, write_excel, write_netcdf
from workbench.evapotranspiration.results.saved import (
    MONTHLY_UNITS,
    UNITS,
    EtoResult,
    compare,
    load,
    saved_results,
)
from workbench.evapotranspiration.views.place_picker import PlacePicker
from workbench.runs.model.read_only import is_viewer
from workbench.runs.model.settings import changed
from workbench.ui.figures.controls import figure_of, follow
from workbench.ui.figures.tables import TableArea
from workbench.ui.forms.saved_results import SavedResults
from workbench.ui.run_view import RunView
from workbench.ui.tabs import LazyTabs, choice, note

__all__ = ["EtoAnalysis", "EvapotranspirationView", "SavedEvapotranspiration"]

MOST_IN_LINK = 4_000_000
NO_BREAK = "\N{NO-BREAK SPACE}"
PHRASE = 6
COMPARE_UNITS = dict.fromkeys(("first", "second", "difference", "mean_absolute"), "mm/d")


class EvapotranspirationView(ipywidgets.VBox):  # type: ignore[misc]
    """Pick a place, estimate its evapotranspiration, watch the run, read the result.

    Where strangers look, only saved results are shown.

    Parameters
    ----------
    project
        The project.
    """

    def __init__(self, project: Project) -> None:
        if is_viewer():
            super().__init__([SavedEvapotranspiration(project)])
            return
        self.run_view = RunView(
            estimate_evapotranspiration, project, result_view=lambda result: EtoAnalysis(result, project)
        )
        self.picker = PlacePicker(self._take)
        fold = ipywidgets.Accordion(
            [self.picker],
            titles=("Pick a place (the sites file of the inputs is used without one)",),
            selected_index=None,
        )
        super().__init__([fold, self.run_view])

    def __repr__(self) -> str:
        return "<EvapotranspirationView>"

    def _take(self, place: Place) -> None:
        form = self.run_view.form
        chosen = {"place": f"{place.latitude:.4f}, {place.longitude:.4f}"}
        try:
            form.show(changed(EvapotranspirationConfig(), dict(form.values) | chosen))
        except SettingError:
            # Another field is wrong and says so itself; the place is taken all the same.
            form.show(changed(EvapotranspirationConfig(), chosen))


class SavedEvapotranspiration(SavedResults):
    """Choose among the saved results of a project and look at them.

    Parameters
    ----------
    project
        The project.
    """

    def __init__(self, project: Project) -> None:
        super().__init__(
            "Evapotranspiration",
            saved_results(project),
            lambda name: EtoAnalysis(load(project, name), project),
            "There is no evapotranspiration yet: estimate it in 60-evapotranspiration.ipynb.",
        )


class EtoAnalysis(ipywidgets.VBox):  # type: ignore[misc]
    """A finished result as tabs, each drawn when it is first opened, with the credits that its data ask for.

    Parameters
    ----------
    result
        The result.
    project
        Its project: number style, and the other results to compare with.
    """

    def __init__(self, result: EtoResult, project: Project) -> None:
        self._result = result
        self._project = project
        makers: dict[str, Callable[[], ipywidgets.Widget]] = {
            "Overview": self._overview,
            "Days": self._days,
            "Sources": self._sources,
            "Months": self._months,
            "Water balance": self._balance,
            "Quality": self._quality,
            "Compare": self._compare,
            "Export": self._export,
            "Notes": self._notes,
        }
        self.tabs = LazyTabs(makers)
        credit = " ".join(result.credits) or "Weather from the project's own files."
        super().__init__([self.tabs, note(credit)])

    def __repr__(self) -> str:
        return f"<EtoAnalysis of {self._result.scenario!r}>"

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

    def _days(self) -> ipywidgets.Widget:
        result, site, table = self._result, self._site(), TableArea()

        def draw() -> None:
            days = result.site_days(site.value).reset_index()
            columns = ["date", "eto", "standard_error", "low", "high", "grade", "sources", "precip", "reason"]
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

    def _sources(self) -> ipywidgets.Widget:
        result, site = self._result, self._site()
        asked = result.table("downloads")
        titles = {"site": "Place", "first": "From", "last": "To", "state": "What came", "message": "Remarks"}
        return ipywidgets.VBox(
            [
                site,
                figure_of(lambda: charts.sources_chart(result, site.value), site),
                figure_of(lambda: charts.weights_chart(result, site.value), site),
                self._table(asked, "What was asked and what came", titles, {}),
            ]
        )

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

    def _balance(self) -> ipywidgets.Widget:
        result, site = self._result, self._site()
        text = note("Rain is that of one source a day, never a mean: dry days stay dry.")
        return ipywidgets.VBox(
            [site, figure_of(lambda: charts.water_balance_chart(result, site.value), site), text]
        )

    def _quality(self) -> ipywidgets.Widget:
        result = self._result
        findings, flags = result.table("findings"), result.table("flags")
        if findings.empty and flags.empty:
            return note("Quality control found nothing to remark.")
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

    def _compare(self) -> ipywidgets.Widget:
        others = [name for name in saved_results(self._project) if name != self._result.scenario]
        if not others:
            return note("There is no other result yet: change the scenario's name and run again.")
        other, site, area = choice("Compare with", others), self._site(), ipywidgets.VBox()

        def draw() -> None:
            try:
                second = load(self._project, other.value)
            except WorkbenchError as error:
                area.children = (note(str(error)),)
                return
            table = compare(self._result, second)
            titles = {
                "site": "Place",
                "first": self._result.scenario,
                "second": second.scenario,
                "mean_absolute": "Mean absolute difference of days",
            }
            parts: list[ipywidgets.Widget] = [
                self._table(table, "Means over the days that both have", titles, COMPARE_UNITS)
            ]
            if site.value in second.sites:
                parts.append(figure_of(lambda: charts.comparison_chart(self._result, second, site.value)))
            area.children = tuple(parts)

        follow(draw, other, site)
        return ipywidgets.VBox([ipywidgets.HBox([other, site], layout={"flex_flow": "row wrap"}), area])

    def _export(self) -> ipywidgets.Widget:
        parts: list[ipywidgets.Widget] = [ipywidgets.HTML(self._download_link())]
        folder = self._result.folder
        if folder is not None and not is_viewer():
            said = ipywidgets.HTML()

            def button(
                title: str, writer: Callable[[EtoResult, Path], Path], suffix: str
            ) -> ipywidgets.Button:
                made = ipywidgets.Button(description=title, layout={"width": "auto"})
                path = folder / "exports" / f"{self._result.scenario}{suffix}"
                made.on_click(lambda _: self._write(writer, path, said))
                return made

            buttons = [
                button("Write CSV", write_csv, ".csv"),
                button("Write Excel", write_excel, ".xlsx"),
                button("Write NetCDF", write_netcdf, ".nc"),
            ]
            parts += [ipywidgets.HBox(buttons, layout={"flex_flow": "row wrap"}), said]
        return ipywidgets.VBox(parts)

    def _write(self, writer: Callable[[EtoResult, Path], Path], path: Path, said: ipywidgets.HTML) -> None:
        try:
            said.value = note(f"Wrote {writer(self._result, path)}").value
        except WorkbenchError as error:
            said.value = note(str(error)).value

    def _download_link(self) -> str:
        content = csv_text(self._result).encode()
        if len(content) > MOST_IN_LINK:
            megabytes = len(content) / 1e6
            return (
                f"<span>The days are {megabytes:.0f} MB as CSV: too many for a download from the page.</span>"
            )
        name = html.escape(f"{self._result.scenario} evapotranspiration.csv", quote=True)
        data = base64.b64encode(content).decode()
        words = f"Download all days as CSV ({len(content) / 1e6:.1f} MB)"
        return f'<a download="{name}" href="data:text/csv;base64,{data}">{words}</a>'

    def _notes(self) -> ipywidgets.Widget:
        remarks, credit = TableArea(), TableArea()
        remarks.show(["Remark"], [[text] for text in self._result.problems], caption="Remarks")
        credit.show(["Credit"], [[text] for text in self._result.credits], caption="Where the data are from")
        return ipywidgets.VBox([remarks, credit])


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
