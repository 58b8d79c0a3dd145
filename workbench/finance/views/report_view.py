"""A finished finance report as tabs; each is drawn when it is first opened."""

from __future__ import annotations

import functools
import html
from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import ipywidgets
import pandas as pd

from workbench.data.heading import Heading
from workbench.data.tables.harmless import harmless
from workbench.finance.anomalies.events import Judgement, JudgementKind, save_judgement
from workbench.finance.results.figures.analysis_charts import events_chart, tornado_chart, what_if_chart
from workbench.finance.results.figures.charts import (
    accuracy_chart,
    bridge_chart,
    forecast_chart,
    measure_chart,
    parts_chart,
)
from workbench.finance.results.report import tables as report_tables
from workbench.finance.results.report.against_plan import (
    SECTION,
    against_plan,
    parts_against_plan,
    plans_of,
    shown_dimensions,
)
from workbench.finance.results.report.page import headline_tiles
from workbench.finance.results.saved import FinanceResult
from workbench.runs.model.read_only import is_viewer
from workbench.ui.base import Pane
from workbench.ui.figures.controls import figure_of, follow
from workbench.ui.figures.download import csv_link
from workbench.ui.figures.tables import TableArea, notes_table, table_of
from workbench.ui.headline import Tile
from workbench.ui.result_tabs import ResultTabs
from workbench.ui.tabs import choice, note, tab

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = ["FinanceReportView"]


class FinanceReportView(ResultTabs):
    """A finished report as tabs."""

    _result: FinanceResult

    def headline(self) -> Sequence[Tile]:
        """Give the newest value of the first known figures, and the one before it."""
        return headline_tiles(self._result, self._style)

    def _sentences(self, section: str) -> ipywidgets.HTML:
        rows = self._result.table("sentences").query("section == @section").to_dict("records")
        lines = []
        for row in rows:
            words = f" [{report_tables.rows_text(row['rows'])}]" if row["rows"] else ""
            lines.append(f"<li>{html.escape(row['text'] + words)}</li>")
        return ipywidgets.HTML(f'<ul style="line-height:1.5;margin:4px 0 12px">{"".join(lines)}</ul>')

    def _figures(self) -> dict[str, str]:
        names = dict.fromkeys(self._result.table("history").figure)
        return {self._result.title(name): name for name in names}

    @tab("Overview")
    def _overview(self) -> ipywidgets.Widget:
        result = self._result
        failed = result.table("checks").query("status == 'failed'")
        warnings = [
            note(
                f"{row['name']} does not hold in {row['exceeding']} of {row['tested']} places: see Checks and data."
            )
            for row in failed.to_dict("records")
        ]
        figure = choice("Figure", self._figures())
        chart = figure_of(lambda: forecast_chart(result, figure.value), figure)
        table = table_of(
            *report_tables.latest(result, self._style), caption="Latest periods", text_columns=(0, -1)
        )
        return ipywidgets.VBox(
            [
                self._sentences("Overview"),
                *warnings,
                *self._plans(),
                figure,
                chart,
                table,
                self._sentences("Since the last report"),
                self._links(),
            ]
        )

    def _plans(self) -> list[ipywidgets.Widget]:
        """Give the figures beside their plans, and one of them by its parts; nothing where there is no plan."""
        result, measures = self._result, self._result.table("measures")
        plans = plans_of(measures)
        if not plans:
            return []
        table = table_of(*against_plan(result, self._style), caption=SECTION, text_columns=(0, 1, 2))
        dimensions = shown_dimensions(measures, plans)
        if not dimensions:
            return [table]
        plan = choice("Figure beside its plan", {result.title(name): name for name in plans})
        dimension = choice("By", dimensions)
        parts = ipywidgets.VBox()

        def show() -> None:
            headers, rows = parts_against_plan(result, plan.value, dimension.value, self._style)
            parts.children = [table_of(headers, rows, caption=headers[0], text_columns=(0,))]

        follow(show, plan, dimension)
        return [table, plan, dimension, parts]

    def _links(self) -> ipywidgets.Widget:
        """Offer downloads that are made in memory, also to readers."""
        tables = [("All figures", "history"), ("Forecasts", "forecasts"), ("Changes to the data", "changes")]
        links = [
            _link(title, f"{self._result.scenario} {name}", self._result.table(name), self._result.heading)
            for title, name in tables
        ]
        return ipywidgets.HTML(" · ".join(links))

    @tab("Measures")
    def _measures(self) -> ipywidgets.Widget:
        result = self._result
        table = result.table("measures")
        known = table[table.value.notna() & (table.dimension == "")].drop_duplicates("measure")
        if not len(known):
            return note("No measure is available: the file has none of the figures that they need.")
        measure = choice("Measure", dict(zip(known.title, known.measure, strict=True)))
        span = choice("Over", list(dict.fromkeys(table[table.dimension == ""].span)))
        chart = figure_of(lambda: measure_chart(result, [measure.value], span.value), measure, span)
        return ipywidgets.VBox(
            [
                measure,
                span,
                chart,
                table_of(
                    *report_tables.measures(result, self._style), caption="Measures", text_columns=(0, 1)
                ),
            ]
        )

    @tab("Why it changed")
    def _bridges(self) -> ipywidgets.Widget:
        result = self._result
        table = result.table("bridges")
        if not len(table):
            return note("There is no earlier year to compare with.")
        bridge = choice("Bridge", {b[:1].upper() + b[1:]: b for b in dict.fromkeys(table.bridge)})
        window = choice("Of", list(dict.fromkeys(table.window)))
        return ipywidgets.VBox(
            [
                bridge,
                window,
                figure_of(lambda: bridge_chart(result, bridge.value, window.value), bridge, window),
            ]
        )

    @tab("Forecasts")
    def _forecasts(self) -> ipywidgets.Widget:
        result = self._result
        figure = choice("Figure", self._figures())
        methods = table_of(
            *report_tables.models(result, self._style),
            caption="Methods and their errors",
            text_columns=(0, 1),
        )
        values = table_of(*report_tables.forecasts(result, self._style), caption="Forecasts")
        return ipywidgets.VBox(
            [
                figure,
                figure_of(lambda: forecast_chart(result, figure.value), figure),
                self._sentences("Forecasts"),
                methods,
                figure_of(lambda: accuracy_chart(result)),
                values,
            ]
        )

    @tab("By part")
    def _parts(self) -> ipywidgets.Widget:
        result = self._result
        reasons = result.table("left_out").query("dimension != '' and figure != 'other_items'")
        if not result.dimensions:
            words = sorted({f"No {row.dimension}: {row.reason}." for row in reasons.itertuples()})
            return ipywidgets.VBox(
                [note(text) for text in words] or [note("The file has no regions or departments.")]
            )
        dimension, figure = choice("By", list(result.dimensions)), choice("Figure", self._figures())
        table = TableArea()

        def show() -> None:
            headers, rows = report_tables.part_forecasts(result, dimension.value, self._style)
            table.show(headers, rows, caption="Forecasts, adding up to the company's", text_columns=(0, 1))

        follow(show, dimension)
        chart = figure_of(lambda: parts_chart(result, figure.value, dimension.value), figure, dimension)
        return ipywidgets.VBox([dimension, figure, chart, table])

    @tab("What stands out")
    def _events(self) -> ipywidgets.Widget:
        result = self._result
        events = result.table("events")
        if not len(events):
            return self._sentences("What stands out")
        labels = {_event_label(result, row): place for place, row in enumerate(events.to_dict("records"))}
        chosen = choice("Event", labels)
        chosen.layout.max_width = "640px"

        def draw() -> go.Figure:
            row = events.iloc[chosen.value]
            return events_chart(result, row.figure, row.dimension, row.entity)

        table = table_of(
            *report_tables.events(result, self._style), caption="Events", text_columns=(0, 1, 2, 3, 9)
        )
        controls = [] if is_viewer() else [self._judging(chosen, events)]
        return ipywidgets.VBox([chosen, *controls, figure_of(draw, chosen), table])

    def _judging(self, chosen: ipywidgets.Dropdown, events: pd.DataFrame) -> ipywidgets.Widget:
        """Acknowledge or mute an event; kept in the project for the next run."""
        pane, status = Pane(), ipywidgets.HTML()
        remark = ipywidgets.Text(description="Why", placeholder="optional", layout={"width": "300px"})
        known = set(events.key)

        def judge(kind: JudgementKind | None, words: str) -> None:
            key = str(events.key.iloc[chosen.value])
            judgement = None if kind is None else Judgement(kind, remark.value.strip())
            save_judgement(self._project.folder, key, judgement, known)
            status.value = note(f"{words}; the next run applies it.").value

        kinds = {
            "Acknowledge": (JudgementKind.ACKNOWLEDGED, "Acknowledged"),
            "Mute": (JudgementKind.MUTED, "Muted"),
            "Take back": (None, "Taken back"),
        }
        buttons = [
            pane.button(title, functools.partial(judge, kind, words))
            for title, (kind, words) in kinds.items()
        ]
        row = ipywidgets.HBox([remark, *buttons], layout={"flex_flow": "row wrap"})
        pane.children = [row, status, pane.strip]
        return pane

    @tab("Relations")
    def _relations(self) -> ipywidgets.Widget:
        result = self._result
        parts: list[ipywidgets.Widget] = [self._sentences("Relations")]
        if len(result.table("relations")):
            parts.append(
                table_of(
                    *report_tables.relations(result),
                    caption="Changes that move together",
                    text_columns=(0, 1),
                )
            )
        return ipywidgets.VBox(parts)

    @tab("What if")
    def _what_if(self) -> ipywidgets.Widget:
        result = self._result
        parts: list[ipywidgets.Widget] = [self._sentences("What if")]
        if len(result.table("what_if")):
            names = dict.fromkeys(result.table("what_if").figure)
            figure = choice("Figure", {result.title(name): name for name in names})
            figure.value = "profit" if "profit" in names else figure.value
            parts += [
                figure,
                figure_of(lambda: what_if_chart(result, figure.value), figure),
                figure_of(lambda: tornado_chart(result)),
                table_of(
                    *report_tables.what_if(result, self._style),
                    caption="Scenario beside forecast",
                    text_columns=(0, 1),
                ),
            ]
        return ipywidgets.VBox(parts)

    @tab("Checks and data")
    def _checks(self) -> ipywidgets.Widget:
        result = self._result
        parts: list[ipywidgets.Widget] = [self._sentences("Checks")]
        if len(result.table("exceptions")):
            exceptions = report_tables.exceptions(result, self._style)
            parts.append(table_of(*exceptions, caption="Where checks do not hold", text_columns=(0, 3)))
        parts.append(notes_table(result.notes))
        for name, caption in (("totals", "Control totals"), ("changes", "Changes to the data")):
            headers, rows = report_tables.frame(result.table(name).head(200), self._style)
            parts.append(table_of(headers, rows, caption=caption, text_columns=(0,)))
        columns = [
            (column, role or "not used", variant, reason)
            for column, role, variant, reason in result.facts["mapping"]
        ]
        parts.append(
            table_of(["Column", "Role", "Kind", "Why"], columns, caption="Columns", text_columns=(0, 1, 2, 3))
        )
        return ipywidgets.VBox(parts)


def _event_label(result: FinanceResult, row: Mapping[Hashable, Any]) -> str:
    of = f" of {row['entity']}" if row["entity"] else ""
    return f"{result.title(str(row['figure']))}{of}, {result.span(row['first'])}, {row['kind']} ({row['status']})"


def _link(title: str, name: str, table: pd.DataFrame, heading: Heading) -> str:
    # A spreadsheet that opens the file must not find a formula in a name.
    words = [name for name in table.columns if table[name].dtype.kind not in "fiMb"]
    texts = table.assign(**{name: table[name].map(lambda value: harmless(str(value))) for name in words})
    return csv_link(
        title, name, texts.to_csv(index=False).encode(), heading.of(title=f"{heading.title}: {title.lower()}")
    )
