"""Saved PyPSA networks: NetCDF, a folder of CSV files, or an Excel workbook."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.capacity.model.pypsa_import import pypsa, pypsa_slot
from workbench.data.problems import Problems, Severity
from workbench.data.projects.project import WORKBOOK_SUFFIXES
from workbench.data.tables.netcdf import check_self_contained
from workbench.data.workbooks.reading import read_workbook
from workbench.errors import InvalidData, UnreadableFile
from workbench.files import as_name, check_all, facts, is_file, is_folder, missing, with_known_paths
from workbench.structured import own_errors

if TYPE_CHECKING:
    from pypsa import Network

_PARTS = (
    ("p_nom", float("inf")),
    ("e_nom", float("inf")),
    ("s_nom", float("inf")),
    ("efficiency_store", 1.0),
    ("efficiency_dispatch", 1.0),
)
_NUMBERS = (
    "marginal_cost",
    "marginal_cost_quadratic",
    "capital_cost",
    "start_up_cost",
    "shut_down_cost",
    "stand_by_cost",
    "efficiency",
    "efficiency_store",
    "efficiency_dispatch",
    "p_nom",
    "e_nom",
    "s_nom",
    "max_hours",
    "p_max_pu",
    "p_min_pu",
)
"""What PyPSA takes as its default where it is blank."""
_LISTS = {
    "Generator": "generators",
    "StorageUnit": "storage_units",
    "Store": "stores",
    "Link": "links",
    "Line": "lines",
    "Transformer": "transformers",
}


_OTHER_SHEETS = ("network", "meta", "crs", "snapshots", "investment_periods", "scenarios")


def _opened(module: Any, path: Path) -> Network:
    if path.suffix.lower() != ".nc":
        network: Network = module.Network(str(path))
        return network
    network = module.Network()
    # By the handle of a file that was checked, not by a name that may have become a link since.
    with as_name(path) as name:
        network.import_from_netcdf(name)
    return network


def read_network(path: Path, problems: Problems | None = None) -> Network:
    """Read a network of any kind that PyPSA writes.

    Parameters
    ----------
    path
        A ``.nc`` file, a folder of CSV files, or an ``.xlsx`` workbook.
    problems
        Collects what PyPSA says about it, such as that another version wrote it.

    Raises
    ------
    UnreadableFile
        When it is missing, cut off, or no network.
    InvalidData
        When it has no bus, or cells of a workbook lie so far away that it cannot be held.
    """
    if facts(path) is None:
        raise missing(path)
    if is_folder(path):
        check_all(path)
        if not any(is_file(path / name) for name in ("buses.csv", "snapshots.csv")):
            raise UnreadableFile(f"{path} is not a folder of a PyPSA network: it has no buses.csv.", path)
    elif path.suffix.lower() == ".h5":
        # Reading one runs what is pickled in it.
        raise UnreadableFile(
            f"{path.name}: a .h5 file can hold code; export the network as NetCDF (.nc).", path
        )
    else:
        with own_errors(path, "a PyPSA network", advice="Export it again."):
            check_self_contained(path)
    module = pypsa()
    sheets: tuple[str, ...] = ()
    if path.suffix.lower() in WORKBOOK_SUFFIXES:
        sheets = _check_workbook(path)
    try:
        with pypsa_slot(), spoken("pypsa.network.io") as messages:
            network = _opened(module, path)
    except Exception as error:
        raise UnreadableFile(
            f"{path.name} cannot be read as a PyPSA network; it may be cut off, or of another program "
            f"({_first_line(error)}). Export it again.",
            path,
        ) from error
    if network.components.buses.static.empty:
        raise InvalidData(f"{path.name} is a network without buses; nothing can be planned with it.", path)
    _refuse_twice(network, path)
    if problems is not None:
        _note_unread(network, sheets, problems)
        for message in messages:
            problems.warning(message)
        _note_blanks(path, problems)
    return network


def _refuse_twice(network: Network, path: Path) -> None:
    """Refuse components without a name, as PyPSA makes one of a blank row, and two of one name."""
    for component in network.components:
        index = component.static.index
        names = index.get_level_values(-1)
        if names.isna().any() or "nan" in names:
            raise InvalidData(
                f"{path.name}: a row of {component.list_name} has no name; name it, or delete a row that is blank.",
                path,
            )
        if not index.is_unique:
            name = index[index.duplicated()][0]
            raise InvalidData(
                f"{path.name}: {component.name} '{name}' is there twice; rename or delete one.", path
            )


def _check_workbook(path: Path) -> tuple[str, ...]:
    """Refuse a workbook that cannot be held: PyPSA reads it in this process without a limit; gives its sheets."""
    book = read_workbook(path)
    far = Problems(path.name)
    for name in book.sheet_names:
        for problem in book.sheet(name).problems:
            if problem.severity is Severity.WARNING:
                far.error(problem.message, sheet=name, cell=problem.cell)
    far.raise_errors()
    return book.sheet_names


def _note_unread(network: Network, sheets: Sequence[str], problems: Problems) -> None:
    """Name the sheets that PyPSA passes over without a word, as one whose name was changed."""
    known = {network.components[name].list_name for name in network.all_components}
    for sheet in sheets:
        if sheet not in _OTHER_SHEETS and sheet.partition("-")[0] not in known:
            problems.warning(
                "the sheet has no name of PyPSA's and is not read; name it like 'generators' or 'loads-p_set'.",
                sheet=sheet,
            )


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
                    f"{component} '{_said(name)}': its {column} '{table[column][name]}' is not a bus of the "
                    "network."
                )
        for column, most in _PARTS:
            if column in table:
                for name in table.index[(table[column] < 0) | (table[column] > most)]:
                    value = float(table[column][name])
                    problems.error(
                        f"{component} '{_said(name)}': its {column} is {value:g}, expected a number from 0 to "
                        f"{most:g}."
                    )
    with own_errors(problems.file, "a PyPSA network"), spoken("pypsa.consistency") as messages:
        network.consistency_check()
    for message in messages:
        problems.warning(message)


def _note_blanks(path: Path, problems: Problems) -> None:
    """Find blank costs and capacities in the file itself: PyPSA reads them as its defaults, a cost as nothing."""
    if path.suffix.lower() == ".nc":
        import xarray as xr

        with as_name(path) as opened, xr.open_dataset(opened) as data:
            for component, attribute in ((c, a) for c in _LISTS for a in _NUMBERS):
                name = f"{_LISTS[component]}_{attribute}"
                own = f"{_LISTS[component]}_i"
                if name in data and own in data[name].dims:
                    # A stochastic network has one value for each future.
                    others = [dimension for dimension in data[name].dims if dimension != own]
                    missing = data[name].isnull().any(others)
                    for index in data[own].to_numpy()[missing.to_numpy()]:
                        problems.error(
                            f"{component} '{index}': its {attribute} is blank (NaN); give a number, 0 where "
                            "there is none."
                        )
    elif path.is_dir():
        import pandas as pd

        for component, name in _LISTS.items():
            if not (path / f"{name}.csv").is_file():
                continue
            table = pd.read_csv(path / f"{name}.csv", index_col=0)
            for attribute in (column for column in _NUMBERS if column in table):
                blank = table.index[table[attribute].isna()]
                if len(blank):
                    problems.warning(
                        f"{component} {', '.join(map(str, blank[:5]))}: {attribute} is blank in {name}.csv; "
                        "PyPSA's default is taken."
                    )


def _said(name: object) -> str:
    """Name of a component, that of the future first where the network is stochastic."""
    return " of ".join(map(str, reversed(name))) if isinstance(name, tuple) else str(name)


@contextmanager
def spoken(logger: str) -> Iterator[list[str]]:
    """Collect what a library says through its logger in this thread, each as one line."""
    messages: list[str] = []
    thread = threading.get_ident()

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.thread == thread and record.levelno >= logging.WARNING:
                messages.append(" ".join(with_known_paths(record.getMessage()).split()))

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
