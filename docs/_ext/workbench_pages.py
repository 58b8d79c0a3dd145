"""What the pages take from the package itself, so that it cannot go out of date.

Directives: ``settings`` (the settings of a job), ``demand-models`` (the catalogue of models) and
``planning-sheets`` (columns of the planning workbook). The pages of the API reference are written before the build,
from ``__all__``; after it, pages that would load anything from another host are warned of.
"""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterable, Sequence
from enum import Enum
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

PACKAGES = {
    "workbench": "Projects, jobs and runs",
    "workbench.demand": "Demand forecast",
    "workbench.load_profiles": "Load profiles",
    "workbench.capacity": "Capacity plan",
    "workbench.evapotranspiration": "Reference evapotranspiration",
    "workbench.market": "Electricity market",
    "workbench.market.queries": "Market queries",
    "workbench.market.definitions": "Market quantities",
    "workbench.finance": "Finance report",
    "workbench.runs": "The engine",
    "workbench.testing": "Assertions for tests of jobs",
    "workbench.deprecation": "Deprecated names",
    "workbench.errors": "Errors",
}
"""Modules of the API reference, and what each page is called."""


class Settings(SphinxDirective):
    """The settings of a job as a table: name, default, unit, allowed values, what it does."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Make the table."""
        from workbench.runs import find_job, settings_of

        rows = []
        for item in settings_of(find_job(self.arguments[0]).config_type):
            notes = " (may be changed while the run is active)" if item.adjustable else ""
            rows.append(
                (f"`{item.name}`", _code(item.default), item.unit, _allowed(item), f"{item.help}{notes}")
            )
        header = ("setting", "default", "unit", "allowed", "what it does")
        return self.parse_text_to_nodes(_table(header, rows))


class DemandModels(SphinxDirective):
    """The catalogue of demand models as a table."""

    def run(self) -> list[nodes.Node]:
        """Make the table."""
        from workbench.demand.models.catalogue import MODELS

        rows = [
            (f"`{item.name}`", item.label, f"`{item.formula}`", item.source, str(item.needs))
            for item in MODELS.values()
        ]
        return self.parse_text_to_nodes(_table(("name", "model", "formula", "source", "drivers"), rows))


class PlanningSheets(SphinxDirective):
    """Sheets and columns of the planning workbook as a table."""

    def run(self) -> list[nodes.Node]:
        """Make the table."""
        from workbench.capacity.inputs.template import COLUMNS

        rows = [
            (f"`{sheet}`" if first else "", f"`{name}`", unit, note)
            for sheet, columns in COLUMNS.items()
            for first, (name, (unit, note)) in _with_first(columns.items())
        ]
        return self.parse_text_to_nodes(_table(("sheet", "column", "unit", "note"), rows))


def write_reference(app: Sphinx) -> None:
    """Write a page of the API reference for each module, from its public names."""
    folder = Path(app.srcdir) / "api"
    folder.mkdir(exist_ok=True)
    seen: set[int] = set()
    pages = {name: _reference_page(name, title, seen) for name, title in PACKAGES.items()}
    listed = "\n".join(f"   {name}" for name in pages)
    pages["index"] = f"{_heading('API reference')}\n{_ABOUT}\n.. toctree::\n   :maxdepth: 1\n\n{listed}\n"
    for stale in folder.glob("*.rst"):
        if stale.stem not in pages:
            stale.unlink()
    for name, text in pages.items():
        path = folder / f"{name}.rst"
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


_ABOUT = """The public names: what these pages list is kept stable as :doc:`../formats` says. Everything else is the
inside of the package and may change in any version.
"""


def refuse_other_hosts(app: Sphinx, error: Exception | None) -> None:
    """Warn of everything that a built page would load from another host."""
    if error is None and app.builder.format == "html":
        for path in Path(app.outdir).rglob("*"):
            pattern = _LOADS.get(path.suffix)
            for found in pattern.finditer(path.read_text(encoding="utf-8")) if pattern else ():
                _log.warning("%s loads %s from another host", path.relative_to(app.outdir), found["address"])


_LOADS = {
    ".html": re.compile(
        r"<(?:script|img|link|iframe|source|video|audio|embed|object)\b[^>]*?"
        r"\b(?:src|href|data)=[\"']?(?P<address>(?:https?:)?//[^\"'\s>]+)"
    ),
    ".css": re.compile(r"(?:url\(|@import)\s*[\"']?(?P<address>(?:https?:)?//[^\"')\s]+)"),
}
"""File suffix -> what makes a browser load something."""
_log = logging.getLogger(__name__)


def _reference_page(module_name: str, title: str, seen: set[int]) -> str:
    """Describe a module; what an earlier page has described is only listed."""
    module = importlib.import_module(module_name)
    names = [name for name in getattr(module, "__all__", ()) if not inspect.ismodule(getattr(module, name))]
    parts = [_heading(title), f".. automodule:: {module_name}\n   :no-members:\n"]
    if names:
        listed = "\n".join(f"   {name}" for name in names)
        parts.append(f".. currentmodule:: {module_name}\n\n.. autosummary::\n\n{listed}\n")
    for name in names:
        value = getattr(module, name)
        if id(value) not in seen:
            seen.add(id(value))
            parts.append(_entry(module_name, name, value))
    return "\n".join(parts)


def _entry(module_name: str, name: str, value: Any) -> str:
    if inspect.isclass(value):
        kind, options = "autoclass", "   :members:\n"
    elif callable(value):
        kind, options = ("autofunction", "") if inspect.isroutine(value) else ("autodata", "   :no-value:\n")
    else:
        kind, options = "autodata", "   :no-value:\n"
    return f".. {kind}:: {module_name}.{name}\n{options}"


def _heading(title: str) -> str:
    return f"{title}\n{'=' * len(title)}\n"


def _with_first(items: Iterable[Any]) -> Iterable[tuple[bool, Any]]:
    return ((number == 0, item) for number, item in enumerate(items))


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _code(value: Any) -> str:
    if value in ("", (), {}, None):
        return ""
    if isinstance(value, (tuple, list)):
        return ", ".join(_code(item) for item in value)
    return f"`{value.value if isinstance(value, Enum) else value}`"


def _allowed(item: Any) -> str:
    if item.choices:
        return _code(item.choices)
    if isinstance(item.type, type) and issubclass(item.type, Enum):
        return _code(tuple(item.type))
    match item.minimum, item.maximum:
        case None, None:
            return ""
        case low, None:
            return f"{low:g} and above"
        case None, high:
            return f"up to {high:g}"
        case low, high:
            return f"{low:g} to {high:g}"


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives and the writer of the reference."""
    app.add_directive("settings", Settings)
    app.add_directive("demand-models", DemandModels)
    app.add_directive("planning-sheets", PlanningSheets)
    app.connect("builder-inited", write_reference, priority=100)
    app.connect("build-finished", refuse_other_hosts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
