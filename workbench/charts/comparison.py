"""Two results beside each other as one HTML page that opens offline."""

from __future__ import annotations

from pathlib import Path

from workbench.charts.page import ReportPage
from workbench.data.comparison.comparison import Comparison
from workbench.data.formatting import INDIA, Style

__all__ = ["comparison_page", "write_comparison"]


def comparison_page(comparison: Comparison, style: Style = INDIA, limit: int | None = None) -> ReportPage:
    """Compose the page of a comparison.

    Parameters
    ----------
    comparison
        What changed.
    style
        How numbers are written.
    limit
        Rows at most of each part; all when None.
    """
    page = ReportPage(comparison.title, comparison.what.capitalize(), "", comparison.heading)
    page.section("Summary").text(comparison.summary)
    for table in comparison.tables(style, limit):
        section = page.section(table.title)
        if table.remark:
            section.text(table.remark)
        if table.rows:
            section.table(table.headers, table.rows, text=len(table.text_columns) == len(table.headers))
    return page


def write_comparison(comparison: Comparison, path: Path, style: Style = INDIA) -> Path:
    """Write a comparison: a file that ends in ``.csv`` as one table, any other as an HTML page.

    Raises
    ------
    UnwritableFile
        When the operating system refuses.
    """
    if path.suffix.lower() == ".csv":
        from workbench.data.atomic import write_text

        write_text(path, comparison.to_csv())
        return path
    return comparison_page(comparison, style).write(path)
