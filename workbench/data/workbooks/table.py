"""Tables of sheets, see :mod:`workbench.data.tables.table`."""

from workbench.data.tables.table import Table, cell_name, plain_name

__all__ = ["Table", "cell_name", "plain_name"]
