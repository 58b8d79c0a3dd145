"""Every control of boards and notebook views: what is chosen is what title, figure, table, CSV and paper are of.

Lists, dates, boxes to tick and zooms, each alone, on every tab.
"""

from __future__ import annotations

import bisect
import csv
import io
import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from lab import Notebook
from site_under_test import BOARDS, Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

IN_CI = "demand"
TABS = ".widget-tab > .lm-TabBar .lm-TabBar-tab"
FIGURES = ".wb-figure, .jp-RenderedPlotly"
"""On a board, and in JupyterLab."""
DRAWN = """() => !document.querySelector(".workbench-busy") && [...document.querySelectorAll(FIGURES)].every(
  (figure) => !figure.offsetHeight || (figure.scrollIntoView(), figure.querySelector(".main-svg")))""".replace(
    "FIGURES", repr(FIGURES)
)
# Plotly keeps what is drawn in the node; arrays may be packed.
SHOWN = """() => {
  const seen = (part) => part.offsetWidth > 0;
  const numbers = (values) => values === undefined ? [] : [...(values._inputArray ?? values)].flat();
  const figures = [...document.querySelectorAll(FIGURES)].filter(seen).map((figure) => {
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
  const page = document.querySelector(".jp-Notebook") ?? document.body;
  return { figures, tables, text: page.innerText };
}""".replace("FIGURES", repr(FIGURES))
TABLES = "() => [...document.querySelectorAll('.workbench-table')].filter((one) => one.offsetWidth).length"
SELECTS = """() => [...document.querySelectorAll(".jupyter-widgets select")].map((select, place) => ({
  // In a notebook what the next run is to do stands above the result.
  place, shown: select.offsetWidth > 0 && !select.disabled
    && (document.body.matches(".wb-page") || select.closest(".workbench-tabs")),
  label: select.closest(".jupyter-widgets")?.querySelector("label")?.textContent ?? "",
  options: [...select.options].map((option) => option.text.replaceAll("\u00a0", " ")), chosen: select.selectedIndex,
})).filter((select) => select.shown && select.options.length > 1)"""
CHOSEN = """select => select.options[select.selectedIndex]?.text.replaceAll("\u00a0", " ")"""
NO_NUMBERS = "This figure has no numbers that a table could hold."
NAMED = ("Region", "Period", "Station", "Sector", "Figure", "Place", "Year", "Month")
"""Choices that name what is shown: the name stands over a figure or a table, or in the line above them."""
VIEWS = ("demand", "load_profiles", "capacity", "evapotranspiration", "irrigation", "finance")
UNNAMED = ("All regions", "All fuels", "Chosen days", "Everything", "Today", "All", "Total")


def settle(page: Any) -> None:
    page.wait_for_timeout(100)
    page.wait_for_function(DRAWN, timeout=30_000)
    page.wait_for_timeout(100)


def choose(page: Any, place: int, option: int, before: dict[str, Any]) -> dict[str, Any]:
    """Choose an option, and give what is shown when that has changed, or after a while that it has not."""
    page.locator(".jupyter-widgets select").nth(place).select_option(index=option)
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
    control, wanted = page.locator(".jupyter-widgets select").nth(select["place"]), select["options"][option]
    after = choose(page, select["place"], option, before)
    where = f"{tab}, {select['label']} = {wanted}"
    stays = control.evaluate(CHOSEN) == wanted
    reasons = page.locator(".workbench-put-back:visible").count()
    if not stays and not reasons:
        yield f"{where}: was put back without a reason"
    if "cannot be shown" in after["text"] or page.locator("[role=alert]:visible").count():
        yield f"{where}: an error is shown"
    plain = wanted
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


def changed_by(page: Any, act: Callable[[], None], before: dict[str, Any]) -> dict[str, Any]:
    """Act, and give what is shown when it has changed, or after a while that it has not."""
    act()
    for _ in range(30):
        settle(page)
        if page.evaluate(SHOWN) != before:
            break
    settle(page)
    return dict(page.evaluate(SHOWN))


def parts_of(shown: dict[str, Any]) -> tuple[Any, Any]:
    return shown["figures"], shown["tables"]


def problems_of_dates(page: Any, tab: str) -> Iterator[str]:
    """Choose a day of the data, which is then named, and one that the data do not have, which is put back."""
    if (place := period_list(page)) is not None:
        select = next(one for one in page.evaluate(SELECTS) if one["place"] == place)
        choose(page, place, select["options"].index("Chosen days"), page.evaluate(SHOWN))
    dates = page.locator("input[type=date]:visible")
    if dates.count() >= 2:
        first, before = dates.nth(0).input_value(), page.evaluate(SHOWN)
        outside = changed_by(page, lambda: set_date(dates.nth(0), "1901-01-01"), before)
        if dates.nth(0).input_value() == "1901-01-01":
            yield f"{tab}, a day outside of the data stands over another period's figure"
        if "Put back" not in outside["text"]:
            yield f"{tab}, a day outside of the data is put back without a reason"
        kept = dates.nth(0).input_value() or inside_of(page)
        if kept:
            before = page.evaluate(SHOWN)
            chosen = changed_by(page, lambda: [set_date(dates.nth(at), kept) for at in (1, 0)], before)
            texts = " ".join(figure["title"] for figure in chosen["figures"]) + chosen["text"]
            if kept not in texts:
                yield f"{tab}, From and To = {kept}: nothing names it"
            yield from problems_of_figures(page, f"{tab}, {kept}")
        for at in (0, 1):
            set_date(dates.nth(at), first)
    if place is not None:
        choose(page, place, select["chosen"], page.evaluate(SHOWN))


def period_list(page: Any) -> int | None:
    """Place of the list that offers chosen days, where there is one."""
    return next((one["place"] for one in page.evaluate(SELECTS) if "Chosen days" in one["options"]), None)


def set_date(control: Any, day: str) -> None:
    control.fill(day)
    control.press("Tab")


def inside_of(page: Any) -> str:
    """A day that the figure in sight shows."""
    found = page.evaluate(
        """() => [...document.querySelectorAll(".js-plotly-plot")].find((plot) => plot.offsetWidth)
      ?._fullLayout?.xaxis?.range?.[0]"""
    )
    return str(found)[:10] if found and re.match(r"\d{4}-\d\d-\d\d", str(found)) else ""


def problems_of_boxes(page: Any, tab: str) -> Iterator[str]:
    """Tick each box: something changes, and is as before when it is taken back."""
    boxes = page.locator(".widget-checkbox:visible")
    for at in range(boxes.count()):
        title = boxes.nth(at).inner_text().strip()
        before, box = page.evaluate(SHOWN), boxes.nth(at).locator("input")
        after = changed_by(page, box.click, before)
        if parts_of(after) == parts_of(before):
            yield f"{tab}, {title}: nothing changes"
        elif title != "Table":
            yield from problems_of_figures(page, f"{tab}, {title}")
        if parts_of(changed_by(page, box.click, after)) != parts_of(before):
            yield f"{tab}, {title}: taken back, it does not show what was there before"


def problems_of_zooms(page: Any, tab: str) -> Iterator[str]:
    """Zoom into each figure that asks again: title, table and file are of the part; and back."""
    backs = page.locator(".wb-answer-tools:visible", has=page.locator("button", has_text="Whole period"))
    for at in range(backs.count()):
        answer = page.locator(".wb-answer:visible").nth(at)
        drag = answer.locator(".nsewdrag").first
        if not drag.count():
            continue
        before = page.evaluate(SHOWN)
        drag.scroll_into_view_if_needed()
        area = drag.bounding_box()
        middle = area["y"] + area["height"] / 2
        page.mouse.move(area["x"] + area["width"] * 0.4, middle)
        page.mouse.down()
        page.mouse.move(area["x"] + area["width"] * 0.6, middle, steps=6)
        page.mouse.up()
        page.wait_for_timeout(400)  # the page waits until nobody zooms any more
        back = answer.get_by_role("button", name="Whole period")
        settle(page)
        if not back.count() or not back.is_visible():
            continue  # a figure without a time axis
        zoomed = page.evaluate(SHOWN)
        if [one["title"] for one in zoomed["figures"]] == [one["title"] for one in before["figures"]]:
            yield f"{tab}: a zoom is not named in the title"
        yield from problems_of_figures(page, f"{tab}, zoomed")
        if parts_of(changed_by(page, back.click, zoomed)) != parts_of(before):
            yield f"{tab}: the whole period is not shown again"


def problems_of_page(page: Any) -> list[str]:
    """Go through every tab and every control on it."""
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
        for problems in (problems_of_figures, problems_of_dates, problems_of_boxes, problems_of_zooms):
            found += problems(page, tab)
        found += problems_on_paper(page, tab)
    return found


@pytest.mark.parametrize(
    "name", [name if name == IN_CI else pytest.param(name, marks=pytest.mark.thorough) for name in BOARDS]
)
def test_what_is_chosen_is_what_title_figure_table_file_and_paper_are_of(
    name: str, open_board: Callable[..., Any]
) -> None:
    found = problems_of_page(open_board(name, 1400, "light"))
    assert not found, "\n".join(found)


@pytest.mark.thorough
@pytest.mark.parametrize("name", VIEWS)
def test_a_notebook_view_shows_what_is_chosen(
    name: str, open_notebook: Callable[..., Notebook], incomplete: Site
) -> None:
    notebook = open_notebook(
        "import workbench\n"
        f"project = workbench.open_project({str(incomplete.project)!r}, describe=False)\n"
        f"view = workbench.view({name!r}, project)\nview"
    )
    page = notebook.page
    page.set_viewport_size({"width": 1600, "height": 1000})
    show = page.get_by_role("button", name="Show", exact=True)
    show.wait_for(timeout=60_000)
    notebook.wait_for(show.is_enabled, 30, "an earlier run")
    show.click()
    page.locator(TABS).first.wait_for(timeout=60_000)
    page.get_by_role("button", name="Settings").first.click()  # what the next run is to do, not what is shown
    found = problems_of_page(page)
    assert not found, "\n".join(found)
