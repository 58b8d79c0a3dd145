"""Mistakes: of a person who edits a file, of a program that writes one, and of a disk."""

from __future__ import annotations

import copy
import json
import math
import random
from collections.abc import Iterator
from typing import Any

DEEP: Any = []
for _ in range(60):
    DEEP = [DEEP]

WRONG: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 5, 10**6, 2**63, 10**30, 0.5, -0.0, 1e308, math.inf, -math.inf, math.nan),
    *(
        "",
        " ",
        "x",
        "NA",
        "nan",
        "1e999",
        "-",
        "1,5",
        "0x10",
        "2025-02-30",
        "../../etc/passwd",
        "a\0b",
        "\ud800",
    ),
    *("x" * 100_000, [], {}, [[]], [None], {"": ""}, {"a": {"a": {"a": {}}}}, DEEP, [1] * 5000),
)
"""What may stand where something else belongs."""

TOKENS = (
    b"\0",
    b"\xff",
    b"\n",
    b"\r",
    b'"',
    b",",
    b"{",
    b"[",
    b"}",
    b"]",
    b"=",
    b"9" * 5000,
    b"nan",
    b"\xef\xbb\xbf",
)


def places(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Walk the path of every value inside plain values, the whole first."""
    yield path
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from places(value, (*path, key))
    elif isinstance(tree, list):
        for number, value in enumerate(tree):
            yield from places(value, (*path, number))


def with_value(tree: Any, path: tuple[Any, ...], value: Any) -> Any:
    """Copy plain values with another value at a path."""
    if not path:
        return value
    made = copy.deepcopy(tree)
    inner = made
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return made


def each_wrong(tree: Any, limit: int) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Give plain values with each key in turn of a wrong type, None, a list, nested, or huge; up to a limit."""
    values = (None, "x", 5, 0.5, True, math.nan, [], {}, DEEP, 10**30)
    cases = [(path, value) for path in places(tree) for value in values]
    for path, value in cases[:: len(cases) // limit + 1]:
        yield path, with_value(tree, path, value)


def mutated_tree(tree: Any, chance: random.Random) -> Any:
    """Make one to three mistakes in plain values."""
    for _ in range(chance.randint(1, 3)):
        path = chance.choice(list(places(tree)))
        made = copy.deepcopy(tree)
        inner = made
        for key in path[:-1]:
            inner = inner[key]
        match (
            chance.choice(("value", "value", "value", "remove", "add", "twice", "rename"))
            if path
            else "value"
        ):
            case "value" if path:
                inner[path[-1]] = copy.deepcopy(chance.choice(WRONG))
            case "value":
                made = copy.deepcopy(chance.choice(WRONG)) if chance.random() < 0.2 else made
            case "remove":
                del inner[path[-1]]
            case "add" if isinstance(inner, dict):
                inner[chance.choice(("extra", "", "a.b", "x" * 3000))] = chance.choice(WRONG)
            case "add":
                inner.insert(path[-1], copy.deepcopy(chance.choice(WRONG)))
            case "twice" if isinstance(inner, list):
                inner.insert(path[-1], copy.deepcopy(inner[path[-1]]))
            case "rename" if isinstance(inner, dict):
                inner[str(path[-1]) + chance.choice(("s", " ", "_"))] = inner.pop(path[-1])
        tree = made
    return tree


def mutated_bytes(content: bytes, chance: random.Random) -> bytes:
    """Damage one to four places of a file."""
    made = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(made) + 1)
        length = min(chance.choice((1, 1, 4, 64, 1024)), len(made) - at)
        match chance.choice(("flip", "flip", "cut", "remove", "repeat", "token", "zero", "move")):
            case "flip" if at < len(made):
                made[at] ^= 1 << chance.randrange(8)
            case "cut":
                del made[at:]
            case "remove":
                del made[at : at + length]
            case "repeat":
                made[at:at] = made[at : at + length] * chance.choice((1, 2, 50))
            case "token":
                made[at:at] = chance.choice(TOKENS)
            case "zero":
                made[at : at + length] = bytes(length)
            case "move":
                part = made[at : at + length]
                del made[at : at + length]
                to = chance.randrange(len(made) + 1)
                made[to:to] = part
    return bytes(made)


def as_json(tree: Any) -> bytes:
    """Write JSON as a careless program does: what is not finite, half characters and all."""
    return json.dumps(tree).encode()


def as_toml(tree: Any) -> bytes:
    """Write TOML by hand: the tables of the outermost level, and all else inline."""
    if not isinstance(tree, dict):
        return _toml(tree).encode("utf-8", "replace")
    tables = {key: value for key, value in tree.items() if isinstance(value, dict)}
    lines = [f"{_toml(str(key))} = {_toml(value)}" for key, value in tree.items() if key not in tables]
    for key, value in tables.items():
        lines += [
            f"[{_toml(str(key))}]",
            *(f"{_toml(str(name))} = {_toml(part)}" for name, part in value.items()),
        ]
    return "\n".join(lines).encode("utf-8", "replace")


def _toml(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool() | str():
            return json.dumps(value, ensure_ascii=False)
        case float() if not math.isfinite(value):
            return {math.inf: "inf", -math.inf: "-inf"}.get(value, "nan")
        case dict():
            return "{" + ", ".join(f"{_toml(str(key))} = {_toml(part)}" for key, part in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_toml, value)) + "]"
    return repr(value)


def as_csv(grid: Any) -> bytes:
    """Write rows of cells as delimited text; what is no row is one cell, what is no cell is written as it is."""
    rows = grid if isinstance(grid, list) else [grid]
    cells = [[_cell(cell) for cell in (row if isinstance(row, list) else [row])] for row in rows]
    return "\n".join(",".join(row) for row in cells).encode("utf-8", "surrogatepass")


def _cell(value: Any) -> str:
    return "" if value is None else str(value)
