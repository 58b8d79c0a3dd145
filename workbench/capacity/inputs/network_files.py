"""Saved PyPSA networks: NetCDF, a folder of CSV files, or an Excel workbook."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.capacity.model.pypsa_import import pypsa, pypsa_slot
from workbench.data.problems import Problems, Severity
from workbench.data.projects.project import WORKBOOK_SUFFIXES
from workbench.data.workbooks.reading import read_workbook
from workbench.errors import InvalidData, UnreadableFile

if TYPE_CHECKING:
    from pypsa import Network

_PARTS = (
    ("p_nom", float("inf")),
    ("e_nom", float("inf")),
    ("s_nom", float("inf")),
    ("efficiency_store", 1.0),
    ("efficiency_dispatch", 1.0),
)


def read_network(path: Path, problems: Problems | None = None) -> Network:
    """Read a network of any kind that PyPSA writes.

    Parameters
    ----------
    path
        A ``.nc`` or ``.h5`` file, a folder of CSV files, or an ``.xlsx`` workbook.
    problems
        Collects what PyPSA says about it, such as that another version wrote it.

    Raises
    ------
    UnreadableFile
        When it is missing, cut off, or no network.
    InvalidData
        When it has no bus, or cells of a workbook stand so far away that it cannot be held.
    """
    if not path.exists():
        raise UnreadableFile(f"There is no network {path}; check its name.", path)
    if path.is_dir() and not any((path / name).is_file() for name in ("buses.csv", "snapshots.csv")):
        raise UnreadableFile(f"{path} is not a folder of a PyPSA network: it has no buses.csv.", path)
    if path.suffix.lower() in WORKBOOK_SUFFIXES:
        _check_workbook(path)
    module = pypsa()
    try:
        with pypsa_slot(), spoken("pypsa.network.io") as messages:
            network: Network = module.Network(str(path))
    except Exception as error:
        raise UnreadableFile(
            f"{path.name} cannot be read as a PyPSA network; it may be cut off, or of another program "
            f"({_first_line(error)}). Export it again.",
            path,
        ) from error
    if network.components.buses.static.empty:
        raise InvalidData(f"{path.name} is a network without buses; nothing can be planned with it.", path)
    if problems is not None:
        for message in messages:
            problems.warning(message)
    return network


def _check_workbook(path: Path) -> None:
    """Refuse a workbook that cannot be held: PyPSA reads it in this process, without any limit."""
    book = read_workbook(path)
    far = Problems(path.name)
    for name in book.sheet_names:
        for problem in book.sheet(name).problems:
            if problem.severity is Severity.WARNING:
                far.error(problem.message, sheet=name, cell=problem.cell)
    far.raise_errors()


def check_network(network: Network, problems: Problems) -> None:
    """Find what cannot be solved or is doubtful in a network; nothing of it is changed.

    Parameters
    ----------
    network
        As it was read.
    problems
        Collects a sentence for each, naming component and attribute.
    """
    # Where there are several futures, each component is there once in each.
    buses = set(network.components.buses.static.index.get_level_values(-1))
    for component in ("Generator", "StorageUnit", "Store", "Load", "Link", "Line", "Transformer"):
        table = network.components[component].static
        for column in (name for name in ("bus", "bus0", "bus1") if name in table):
            for name in table.index[~table[column].isin(buses)]:
                problems.error(
                    f"{component} '{name}': its {column} '{table[column][name]}' is not a bus of the network."
                )
        for column, most in _PARTS:
            if column in table:
                for name in table.index[(table[column] < 0) | (table[column] > most)]:
                    value = float(table[column][name])
                    problems.error(
                        f"{component} '{name}': its {column} is {value:g}, expected a number from 0 to {most:g}."
                    )
    with spoken("pypsa.consistency") as messages:
        network.consistency_check()
    for message in messages:
        problems.warning(message)


@contextmanager
def spoken(logger: str) -> Iterator[list[str]]:
    """Collect what a library says through its logger in this thread, each as one line."""
    messages: list[str] = []
    thread = threading.get_ident()

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.thread == thread and record.levelno >= logging.WARNING:
                messages.append(" ".join(record.getMessage().split()))

    handler = Collector()
    speaker = logging.getLogger(logger)
    speaker.addHandler(handler)
    try:
        yield messages
    finally:
        speaker.removeHandler(handler)


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
