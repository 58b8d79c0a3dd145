"""Plain values as checked types: a dataclass says what a file holds, and everything that does not fit is named."""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from workbench.errors import InvalidData
from workbench.files import read_bytes
from workbench.structured.plain import (
    CORRECT_IT,
    MAX_BYTES,
    MakeError,
    error_of,
    inside_of,
    json_from,
    shown,
    toml_from,
)

__all__ = ["read_json", "read_toml", "typed"]

T = TypeVar("T")
_WORDS = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    types.NoneType: "nothing",
    ZoneInfo: "a time zone such as 'Asia/Kolkata'",
}


def read_toml(
    path: Path,
    kind: type[T],
    *,
    error: MakeError = InvalidData,
    advice: str = CORRECT_IT,
    others: bool = False,
) -> T:
    """Read a TOML file as a type; see :func:`typed`.

    Raises
    ------
    OSError
        When it cannot be read.
    WorkbenchError
        The given ``error``, when it does not hold what the type says.
    """
    plain = toml_from(read_bytes(path, MAX_BYTES), path, error=error, advice=advice)
    return typed(plain, kind, path, error=error, advice=advice, others=others)


def read_json(
    path: Path,
    kind: type[T],
    *,
    error: MakeError = InvalidData,
    advice: str = CORRECT_IT,
    others: bool = False,
) -> T:
    """Read a JSON file as a type; see :func:`typed`.

    Raises
    ------
    OSError
        When it cannot be read.
    WorkbenchError
        The given ``error``, when it does not hold what the type says.
    """
    plain = json_from(read_bytes(path, MAX_BYTES), path, error=error, advice=advice)
    return typed(plain, kind, path, error=error, advice=advice, others=others)


def typed(
    plain: Any,
    kind: type[T],
    file: Path | str,
    *,
    error: MakeError = InvalidData,
    advice: str = CORRECT_IT,
    others: bool = False,
    inside: str = "",
) -> T:
    """Make a checked value of a type of plain values.

    Parameters
    ----------
    plain
        Of :func:`toml_from` or :func:`json_from`.
    kind
        A dataclass, or what may be a field of one; ``Annotated`` with :class:`msgspec.Meta` bounds its values.
    file
        What messages call it.
    error
        Makes the error of a sentence and the file.
    advice
        What to do, as the last sentence.
    others
        Whether keys that the type does not have are passed over: a service may add some at any time.
    inside
        Path of ``plain`` inside the file.

    Raises
    ------
    WorkbenchError
        The given ``error``, naming each place that does not fit.
    """
    import msgspec

    try:
        made = msgspec.convert(plain, kind, dec_hook=_own_types, str_keys=True)
    except (msgspec.ValidationError, ValueError, OverflowError, RecursionError) as caught:
        wrong = [*_unfit(plain, kind, inside, others)]
        raise error_of(
            wrong or [f"{inside or 'the content'} does not fit ({caught})"], file, error, advice
        ) from caught
    if not others and (wrong := [*_unfit(plain, kind, inside, others)]):
        raise error_of(wrong, file, error, advice)
    return made


def _own_types(kind: type[Any], value: Any) -> Any:
    if kind is not ZoneInfo or not isinstance(value, str):
        raise ValueError(value)
    try:
        return ZoneInfo(value)
    except (OSError, LookupError) as error:
        raise ValueError(value) from error


def _unfit(plain: Any, kind: Any, path: str, others: bool) -> Iterator[str]:
    """Describe everything in plain values that does not fit a type, with its path."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType) and plain is not None:
        arguments = tuple(part for part in arguments if part is not types.NoneType)
        if len(arguments) == 1:
            yield from _unfit(plain, arguments[0], path, others)
            return
    if dataclasses.is_dataclass(kind) and isinstance(plain, dict):
        yield from _unfit_keys(plain, typing.cast(type, kind), path, others)
        return
    if _has_parts(kind) and isinstance(plain, dict if _is_mapping(origin) else list):
        parts = plain.items() if isinstance(plain, dict) else enumerate(plain, 1)
        if not _holds_dataclass(kind) and not _misfit(plain, kind):
            return
        for key, part in parts:
            if _is_mapping(origin) and _misfit({key: None}, types.GenericAlias(dict, (arguments[0], Any))):
                yield f"the key {key!r} in {path or 'the file'} is not {_described(arguments[0])}"
            yield from _unfit(
                part, arguments[-1] if _is_mapping(origin) else arguments[0], inside_of(path, key), others
            )
        return
    if reason := _misfit(plain, kind):
        yield f"{path or 'the content'} is {shown(plain)}, {reason}"


def _unfit_keys(plain: dict[str, Any], kind: type, path: str, others: bool) -> Iterator[str]:
    hints = _hints(kind)
    known = {field.name: field for field in dataclasses.fields(kind)}
    for name, field in known.items():
        if name in plain:
            yield from _unfit(plain[name], hints[name], inside_of(path, name), others)
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            yield f"{inside_of(path, name)} is missing, expected {_described(hints[name])}"
    if not others:
        for name in plain:
            if name not in known:
                yield f"{inside_of(path, name)} is not known here, expected {', '.join(known)}"


def _misfit(plain: Any, kind: Any) -> str:
    import msgspec

    try:
        msgspec.convert(plain, kind, dec_hook=_own_types, str_keys=True)
    except msgspec.ValidationError as caught:
        bound = str(caught).partition(" - at")[0].replace("`", "")
        is_bounded = typing.get_origin(kind) is typing.Annotated
        return f"expected {_described(kind)}{f' ({bound})' if is_bounded else ''}"
    except (ValueError, OverflowError, RecursionError) as caught:
        return f"expected {_described(kind)} ({caught})"
    return ""


def _described(kind: Any) -> str:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Annotated:
        return _described(arguments[0])
    if origin in (typing.Union, types.UnionType):
        return " or ".join(_described(part) for part in arguments)
    if origin is typing.Literal:
        return f"one of {', '.join(map(str, arguments))}"
    if isinstance(kind, type) and issubclass(kind, Enum):
        return f"one of {', '.join(str(member.value) for member in kind)}"
    if dataclasses.is_dataclass(kind):
        return (
            f"a table with {', '.join(field.name for field in dataclasses.fields(typing.cast(type, kind)))}"
        )
    if _is_mapping(origin or kind):
        return (
            f"a table whose values are {_described(arguments[1])}"
            if arguments[1:] not in ((), (Any,))
            else "a table"
        )
    if _has_parts(kind):
        return f"a list of {_described(arguments[0])}"
    return _WORDS.get(kind, f"a {getattr(kind, '__name__', kind)}")


def _is_mapping(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Mapping)


def _has_parts(kind: Any) -> bool:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if not (arguments and isinstance(origin, type) and issubclass(origin, (Mapping, Sequence))):
        return False
    return origin is not tuple or arguments[-1] is Ellipsis


@functools.cache
def _holds_dataclass(kind: Any) -> bool:
    return dataclasses.is_dataclass(kind) or any(map(_holds_dataclass, typing.get_args(kind)))


@functools.cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind, include_extras=True)
