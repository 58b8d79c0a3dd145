"""The types of settings: how their values are described, checked, written as text and read from it.

A list is written ``1, 2`` and a mapping ``2030:0.5, 2035:0.7``; both, and what is nested, also as JSON.
"""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, is_dataclass
from enum import Enum
from typing import Any

from workbench.structured.plain import json_from

__all__ = [
    "PLAIN",
    "InForm",
    "Key",
    "describe_type",
    "is_of_type",
    "list_of",
    "mapping_of",
    "parts_of",
    "record_of",
    "scalar_of",
    "text_of",
]


@dataclass(frozen=True, slots=True)
class InForm:
    """What a form knows of a setting beside its type.

    Parameters
    ----------
    example
        A value as it is typed, shown in the empty field.
    offers
        Location (``"package.module:name"``) of ``name(project, values) -> names``: what can be chosen in a project
        beside the other settings, such as its input files; the values, for a mapping.
    keys
        Location of the same for the names of a mapping; mappings with the same names share one table.
    is_open
        Whether other values than those offered can be typed.
    """

    example: str = ""
    offers: str = ""
    keys: str = ""
    is_open: bool = False


PLAIN = InForm()

_ONE = {int: "a whole number", float: "a number", str: "text", bool: "yes or no", type(None): "nothing"}
_SEVERAL = {int: "whole numbers", float: "numbers"}
_EXAMPLES: dict[Any, tuple[Any, Any]] = {
    int: (2030, 2035),
    float: (0.5, 0.7),
    bool: ("yes", "no"),
    str: ("text", "text"),
}
_EXAMPLE_KEYS: dict[Any, tuple[Any, Any]] = {int: (2030, 2035)}


def describe_type(kind: Any) -> str:
    """Describe a type in words, by an example where values have a form of their own."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(describe_type(part) for part in arguments)
    if origin in (tuple, list):
        return (
            f"a list of {_SEVERAL.get(arguments[0]) or describe_type(arguments[0])}"
            if arguments
            else "a list"
        )
    if _is_mapping(origin):
        return _describe_mapping(arguments)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return "one of " + ", ".join(str(member.value) for member in kind)
    return _ONE.get(kind, getattr(kind, "__name__", str(kind)))


def _describe_mapping(arguments: tuple[Any, ...]) -> str:
    as_json = f"JSON such as {json.dumps(_example(dict, arguments, 1))}"
    if _example_values(arguments[1]) is None:
        return as_json
    pairs = ", ".join(f"{name}:{part}" for name, part in _example(dict, arguments, 2).items())
    return f"pairs such as {pairs}, or {as_json}"


def _example(origin: Any, arguments: tuple[Any, ...], count: int) -> Any:
    if not _is_mapping(origin):
        return list((_example_values(arguments[0]) or ("text",))[:2])
    names = _EXAMPLE_KEYS.get(arguments[0], ("name", "other"))
    values = _example_values(arguments[1])
    if values is None:
        inner = _example(typing.get_origin(arguments[1]), typing.get_args(arguments[1]), 1)
        values = (inner, inner)
    return dict(zip(names[:count], values, strict=False))


def _example_values(kind: Any) -> tuple[Any, Any] | None:
    return None if typing.get_args(kind) else _EXAMPLES.get(kind, ("text", "text"))


def _is_mapping(origin: Any) -> bool:
    return isinstance(origin, type) and issubclass(origin, Mapping)


def is_of_type(value: Any, kind: Any) -> bool:
    """Tell whether a value is of a declared type, down to its elements."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if kind is Any:
        return True
    if origin in (typing.Union, types.UnionType):
        return any(is_of_type(value, part) for part in arguments)
    if origin is typing.Literal:
        return value in arguments
    if origin in (tuple, list):
        if not isinstance(value, origin):
            return False
        if origin is tuple and arguments and arguments[-1] is not Ellipsis:
            return len(value) == len(arguments) and all(map(is_of_type, value, arguments))
        return all(is_of_type(element, arguments[0]) for element in value) if arguments else True
    if _is_mapping(origin):
        return isinstance(value, Mapping) and all(
            is_of_type(key, arguments[0]) and is_of_type(item, arguments[1]) for key, item in value.items()
        )
    if kind is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, kind)


@dataclass(frozen=True, slots=True)
class Key:
    """The name of a value in a mapping."""

    name: Any


def parts_of(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Walk the single values inside a value, and the keys of mappings, each with where it is in words.

    The words are such as ``" at 2035"``; empty for a single value in a list.
    """
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield place, Key(key)
            yield from parts_of(item, f"{place} at {key}")
    elif isinstance(value, (tuple, list)):
        for number, item in enumerate(value, 1):
            yield from parts_of(item, f"{place} number {number}" if is_dataclass(item) else place)
    else:
        yield place, value


def text_of(plain: Any, space: str = " ") -> str:
    """Write a plain value as the text that reads back as the same value; ``space`` follows each comma and colon."""
    if isinstance(plain, bool):
        return "yes" if plain else "no"
    if isinstance(plain, list) and _are_simple(plain):
        return f",{space}".join(map(text_of, plain))
    if isinstance(plain, dict) and _are_simple([*plain, *plain.values()]):
        return f",{space}".join(f"{name}:{space}{text_of(part)}" for name, part in plain.items())
    if isinstance(plain, (list, dict)):
        return json.dumps(plain, ensure_ascii=False)
    return "none" if plain is None else str(plain)


def _are_simple(parts: Iterable[Any]) -> bool:
    return all(_is_simple(part) for part in parts)


def _is_simple(part: Any) -> bool:
    if isinstance(part, str):
        return part != "" and part == part.strip() and not set(",:[]{}") & set(part)
    return not isinstance(part, (list, dict))


def list_of(value: Any) -> Any:
    """Read the elements of a list from text; what is not a text is given back."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        return json_from(value, "it", finite=False)
    return [part.strip() for part in value.split(",") if part.strip()]


def mapping_of(value: Any) -> Mapping[Any, Any]:
    """Read a mapping from text; the same name twice is refused.

    Raises
    ------
    ValueError, TypeError
        When it is not a mapping.
    """
    if isinstance(value, str) and not value.lstrip().startswith("{"):
        return _without_repeats([_name_and_value(part) for part in value.split(",") if part.strip()])
    return record_of(value)


def record_of(value: Any) -> Mapping[Any, Any]:
    """Read a mapping from JSON; what is one already is given back.

    Raises
    ------
    ValueError, TypeError
        When it is not a mapping.
    """
    found = json_from(value, "it", finite=False) if isinstance(value, str) else value
    if not isinstance(found, Mapping):
        raise TypeError(found)
    return found


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError(pairs)
    return found


def _name_and_value(part: str) -> tuple[str, str]:
    # A name may have a colon itself, as that of a question about a column has; an address has one in its value.
    name, sign, value = part.partition(":") if "://" in part else part.rpartition(":")
    if not sign:
        raise ValueError(part)
    return name.strip(), value.strip()


def scalar_of(kind: Any, value: Any) -> Any:
    """Read a single value as a plain type or an enumeration.

    Raises
    ------
    ValueError, TypeError, KeyError
        When it cannot be read.
    """
    if kind is bool:
        return value if isinstance(value, bool) else _SWITCH_WORDS[str(value).lower()]
    if isinstance(value, bool) and kind in (int, float):
        raise TypeError(value)
    if kind is int and isinstance(value, float) and not value.is_integer():
        raise ValueError(value)
    if kind is str and (value is None or isinstance(value, (Mapping, tuple, list))):
        raise TypeError(value)
    return kind(value)


_SWITCH_WORDS = dict.fromkeys(("yes", "true", "on", "1"), True) | dict.fromkeys(
    ("no", "false", "off", "0"), False
)
