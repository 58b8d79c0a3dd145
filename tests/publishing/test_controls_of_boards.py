"""Every control of every board: what is chosen is what title, figure, table, CSV and paper are of."""

from __future__ import annotations

import bisect
import csv
import io
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from site_under_test import BOARDS

pytestmark = [pytest.mark.browser, pytest.mark.slow]

IN_CI = "demand"
TABS = ".widget-tab > .lm-TabBar .lm-TabBar-tab"
DRAWN = """() => !document.querySelector(".workbench-busy") && [...document.querySelectorAll(".wb-figure")].every(
  (figure) => !figure.offsetHeight || (figure.scrollIntoView(), figure.querySelector(".main-svg")))"""
# Plotly keeps what is drawn in the node; arrays may be packed.
SHOWN = """() => {
  const seen = (part) => part.offsetWidth > 0;
  const numbers = (values) => values === undefined ? [] : [...(values._inputArray ?? values)].flat();
  const figures = [...document.querySelectorAll(".wb-figure")].filter(seen).map((figure) => {
    const drawn = figure.querySelector(".js-plotly-plot") ?? figure;
    const all = drawn._fullData ?? [];
    const traces = all.filter((trace) => trace.visible === true && ["bar", "scatter"].includes(trace.type));
    // Where large values are drawn closer together, the points keep the values themselves.
    const isScaled = drawn.layout?.yaxis?.ticktext && traces.every((trace) => trace.customdata?.length);
    const along = (trace) => numbers(isScaled ? trace.customdata : trace.orientation === "h" ? trace.x : trace.y);
    const facts = traces.map((trace) => [trace.name, numbers(trace.x).length, along(trace).slice(0, 400)]);
    const grids = all.map((trace) => [trace.type, numbers(trace.z).slice(0, 60)]);
    return {
      title: figure.querySelector(".gtitle")?.textContent ?? "",
      // Of a map both directions are places.
      values: drawn.layout?.yaxis?.scaleanchor ? [] : traces.map((trace) => along(trace).filter(Number.isFinite)),
      state: JSON.stringify([drawn.layout?.title, drawn.layout?.yaxis?.title, facts, grids]),
    };
  });
  const tables = [...document.querySelectorAll(".workbench-table, .workbench-part")].filter(seen).map((table) => ({
    caption: [...(table.caption?.childNodes ?? [])].filter((node) => node.tagName !== "BUTTON")
      .map((node) => node.textContent).join("").trim(),
    rows: [...table.rows].map((row) => [...row.cells].map((cell) => cell.textContent)),
  }));
  return { figures, tables, text: document.body.innerText };
}"""
TABLES = "() => [...document.querySelectorAll('.workbench-table')].filter((one) => one.offsetWidth).length"
SELECTS = """() => [...document.querySelectorAll("select")].map((select, place) => ({
  place, shown: select.offsetWidth > 0 && !select.disabled,
  label: select.closest(".jupyter-widgets")?.querySelector("label")?.textContent ?? "",
  options: [...select.options].map((option) => option.text), chosen: select.selectedIndex,
})).filter((select) => select.shown && select.options.length > 1)"""
NO_NUMBERS = "This figure has no numbers that a table could hold."
NAMED = ("Region", "Period", "Station", "Sector", "Figure", "Place", "Year", "Month")
"""Choices that name what is shown: the name stands over a figure or a table, or in the line above them."""
UNNAMED = ("All regions", "All fuels", "Chosen days", "Everything", "Today", "All", "Total")


def settle(page: Any) -> None:
    page.wait_for_timeout(100)
    page.wait_for_function(DRAWN, timeout=30_000)
    page.wait_for_timeout(100)


def choose(page: Any, place: int, option: int, before: dict[str, Any]) -> dict[str, Any]:
    """Choose an option, and give what is shown when that has changed, or after a while that it has not."""
    page.locator("select").nth(place).select_option(index=option)
    for _ in range(60):
        settle(page)
        after: dict[str, Any] = page.evaluate(SHOWN)
        if after != before:
            break
    settle(page)
    return dict(page.evaluate(SHOWN))


def problems_of_choice(page: Any, tab: str, select: dict[str, Any], option: int) -> Iterator[str]:
    """Choose one option and compare what is shown before and after."""
    before = page.evaluate(SHOWN)
    control, wanted = page.locator("select").nth(select["place"]), select["options"][option]
    after = choose(page, select["place"], option, before)
    where = f"{tab}, {select['label']} = {wanted}"
    stays = control.evaluate("select => select.options[select.selectedIndex]?.text") == wanted
    reasons = page.locator(".workbench-put-back:visible").count()
    if not stays and not reasons:
        yield f"{where}: was put back without a reason"
    if "cannot be shown" in after["text"] or page.locator("[role=alert]:visible").count():
        yield f"{where}: an error is shown"
    plain = wanted.replace("\xa0", " ")
    is_named = (
        select["label"] in NAMED and plain not in UNNAMED and "days" not in plain and "months" not in plain
    )
    texts = [
        *(figure["title"] for figure in after["figures"]),
        *(table["caption"] for table in after["tables"]),
    ]
    if stays and is_named and plain not in " ".join([*texts, after["text"]]).replace("\xa0", " "):
        yield f"{where}: nothing names it"
    parts = ("figures", "tables")
    if stays and all(before[part] == after[part] for part in parts) and before["text"] == after["text"]:
        yield f"{where}: nothing changes"


def saved(page: Any, button: Any) -> list[list[str]]:
    """Rows of the file that a button saves."""
    with page.expect_download(timeout=30_000) as waiting:
        button.click()
    return list(csv.reader(io.StringIO(Path(waiting.value.path()).read_text(encoding="utf-8"))))


def numbers_in(rows: list[list[str]]) -> list[float]:
    found = []
    for row in rows:
        for cell in row:
            try:
                found.append(float(cell))
            except ValueError:
                continue
    return sorted(found)


def is_among(value: float, known: list[float]) -> bool:
    near = bisect.bisect_left(known, value - 1e-6 - 1e-6 * abs(value))
    return near < len(known) and math.isclose(value, known[near], rel_tol=2e-6, abs_tol=2e-6)


def problems_of_figures(page: Any, tab: str) -> Iterator[str]:
    """Compare each figure in sight with its table, and with the file of that table."""
    switches = page.locator("button:visible", has_text="Table")
    ticks = page.locator(".widget-checkbox:visible", has_text="Table").locator("input")
    count = page.evaluate(SHOWN)["figures"]
    of_answers = ticks.count() > 0
    for place in range(len(count)):
        figure = count[place]
        if (ticks if of_answers else switches).count() <= place:
            yield f"{tab}, {figure['title']}: no table is offered"
            continue
        known = len(page.evaluate(SHOWN)["tables"])
        (ticks if of_answers else switches).nth(place).click()
        page.wait_for_function(
            f"known => ({TABLES})() > known || document.body.innerText.includes({NO_NUMBERS!r})",
            arg=known,
            timeout=15_000,
        )
        shown = page.evaluate(SHOWN)
        tables = shown["tables"]
        title = figure["title"].split("\u200b")[0].strip()
        own = [at for at, table in enumerate(tables) if table["caption"].startswith(title)]
        button = page.locator(".workbench-table:visible").nth(own[0] if own else 0).locator(".workbench-csv")
        if NO_NUMBERS in shown["text"] or (own and not button.count()):
            if any(figure["values"]):
                yield f"{tab}, {title}: its numbers are in no table"
        elif not own:
            yield f"{tab}, {title}: its table is called {[table['caption'] for table in tables]}"
        else:
            rows = saved(page, button)
            known_numbers = numbers_in(rows)
            drawn = [value for trace in figure["values"] for value in trace]
            lost = [value for value in drawn if not is_among(value, known_numbers)]
            if lost:
                yield f"{tab}, {title}: {len(lost)} values of the figure are not in its file, such as {lost[:3]}"
            if [cell.strip() for cell in rows[0]] != [cell.strip() for cell in tables[own[0]]["rows"][0]]:
                yield f"{tab}, {title}: the file has the columns {rows[0]}, the table {tables[own[0]]['rows'][0]}"
        (ticks if of_answers else switches).nth(place).click()
        page.wait_for_timeout(200)


def problems_on_paper(page: Any, tab: str) -> Iterator[str]:
    """Compare what paper shows with the screen."""
    before = page.evaluate(SHOWN)
    page.emulate_media(media="print")
    after = page.evaluate(SHOWN)
    if page.locator("select:visible, .jupyter-button:visible").count():
        yield f"{tab}: paper shows controls"
    for part, name in (("figures", "title"), ("tables", "caption")):
        # Wide tables go on below, in parts that repeat their names.
        names = [one[name] for one in after[part]]
        lost = [one[name] for one in before[part] if not any(other.startswith(one[name]) for other in names)]
        if lost:
            yield f"{tab}: paper lacks the {part} {lost}, it has {names}"
    page.emulate_media(media="screen")


@pytest.mark.parametrize(
    "name", [name if name == IN_CI else pytest.param(name, marks=pytest.mark.thorough) for name in BOARDS]
)
def test_what_is_chosen_is_what_title_figure_table_file_and_paper_are_of(
    name: str, open_board: Callable[..., Any]
) -> None:
    page = open_board(name, 1400, "light")
    found: list[str] = []
    for number in range(max(1, page.locator(TABS).count())):
        tab = "page"
        if page.locator(TABS).count():
            page.locator(TABS).nth(number).click()
            tab = page.locator(TABS).nth(number).inner_text()
        settle(page)
        for select in page.evaluate(SELECTS):
            options = {len(select["options"]) - 1, len(select["options"]) // 2, 0} - {select["chosen"]}
            for option in sorted(options):
                found += problems_of_choice(page, tab, select, option)
            choose(page, select["place"], select["chosen"], page.evaluate(SHOWN))
        found += problems_of_figures(page, tab)
        found += problems_on_paper(page, tab)
    assert not found, "\n".join(found)
