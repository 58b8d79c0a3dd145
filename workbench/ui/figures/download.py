"""A download made in memory, in a link of the page itself."""

from __future__ import annotations

import base64
import html

from workbench.data.heading import Heading

__all__ = ["csv_link"]

MAX_LINK_BYTES = 4_000_000


def csv_link(title: str, name: str, content: bytes, heading: Heading | None = None) -> str:
    """Write a link that downloads a CSV file; of a large one only its size is said.

    Parameters
    ----------
    title
        What is downloaded.
    name
        Name of the file, without its suffix.
    content
        Content of the file.
    heading
        What it is, for comments above the header; None where the content has them.
    """
    if heading is not None:
        content = heading.comments.encode() + content
    megabytes = len(content) / 1e6
    size = f"{megabytes:.1f} MB" if megabytes >= 0.1 else f"{max(len(content) / 1e3, 0.1):.1f} kB"
    if len(content) > MAX_LINK_BYTES:
        return html.escape(f"{title}: {megabytes:.0f} MB, too large for a download from the page")
    data, file = base64.b64encode(content).decode(), html.escape(f"{name}.csv", quote=True)
    return f'<a download="{file}" href="data:text/csv;base64,{data}">{html.escape(title)} (CSV, {size})</a>'
