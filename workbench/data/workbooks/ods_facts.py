"""What the XML of an OpenDocument sheet says and a parser does not: errors, hidden rows and columns.

Runs in the process that reads workbooks, see :mod:`workbench.data.workbooks.process`.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from xml.etree import ElementTree

from workbench.data.workbooks.sheet_xml import SheetFacts, facts_of

MAX_ERRORS = 100_000
"""Cells with an error that are told: a cell of this format may be repeated without end."""
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_VALUE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}value-type"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}p"
_ERROR = re.compile(r"#(?:N/A|DIV/0!|NAME\?|NULL!|NUM!|REF!|VALUE!)|Err:\d{3}")
# Sheets without such texts are not looked at a second time.
_MAY_HAVE = re.compile(rb'>(?:#[ADNRV][/IAUE]|Err:\d)|visibility="(?:collapse|filter)"')


def ods_facts(content: bytes, wanted: Callable[[str], bool]) -> dict[str, SheetFacts]:
    """Read ``content.xml`` of an OpenDocument spreadsheet; gives the facts of the requested sheets that have some.

    Raises
    ------
    xml.etree.ElementTree.ParseError
        When it is damaged.
    """
    found: dict[str, SheetFacts] = {}
    place, errors, rows, columns = _beginning()
    if not _MAY_HAVE.search(content):
        return found
    for event, node in ElementTree.iterparse(io.BytesIO(content), ("start", "end")):
        if node.tag == f"{_TABLE}table" and event == "start":
            place, errors, rows, columns = _beginning()
        elif node.tag == f"{_TABLE}table":
            if wanted(name := node.get(f"{_TABLE}name", "")):
                found[name] = facts_of(errors, rows, columns)
            node.clear()
        elif event == "end" and node.tag == f"{_TABLE}table-column":
            columns += _hidden(node, place, 1, "number-columns-repeated")
        elif event == "end" and node.tag == f"{_TABLE}table-row":
            errors += _errors(node, place[0], MAX_ERRORS - len(errors))
            filled = any(cell.get(_VALUE) for cell in node)
            rows += _hidden(node, place, 0, "number-rows-repeated", filled=filled)
            node.clear()
    return found


def _beginning() -> tuple[list[int], list[tuple[int, int, str]], list[int], list[int]]:
    """Row and column that come next, cells with an error, hidden rows, hidden columns."""
    return [0, 0], [], [], []


def _repeated(node: ElementTree.Element, name: str) -> int:
    return int(node.get(f"{_TABLE}{name}", "1"))


def _hidden(
    node: ElementTree.Element, place: list[int], axis: int, name: str, *, filled: bool = True
) -> range:
    """Count rows or columns further; gives them where they are hidden and filled."""
    first, many = place[axis], _repeated(node, name)
    place[axis] += many
    hidden = filled and node.get(f"{_TABLE}visibility", "visible") != "visible"
    return range(first, first + min(many, 16_384)) if hidden else range(0)


def _errors(row: ElementTree.Element, first: int, limit: int) -> list[tuple[int, int, str]]:
    found, column = [], 0
    for cell in row:
        many, text = _repeated(cell, "number-columns-repeated"), cell.findtext(_TEXT, "")
        if text.startswith(("#", "Err:")) and _ERROR.fullmatch(text):
            rows = range(first, first + min(_repeated(row, "number-rows-repeated"), limit))
            found += [(at, column + more, text) for at in rows for more in range(min(many, limit))]
        column += many
    return found[: max(limit, 0)]
