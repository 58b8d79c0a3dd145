"""The parameters of a job: a frozen dataclass whose fields carry title, unit, help and bounds.

@dataclass(frozen=True, slots=True)
class Config:
    target_year: int = setting(2040, help="Last year of the forecast", minimum=2020, maximum=2100, adjustable=True)
"""

from __future__ import annotations

import dataclasses
import math
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar

from workbench.errors import SettingError
from workbench.runs.model.setting_types import (
    PLAIN,
    InForm,
    Key,
    describe_type,
    is_of_type,
    list_of,
    mapping_of,
    parts_of,
    record_of,
    scalar_of,
)
from workbench.structured.plain import number_problem, shown, text_problem

Config = TypeVar("Config")

FIRST_YEAR, LAST_YEAR = 1900, 2200
"""Bounds of the whole numbers that name the values of a mapping: they are years."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known of one parameter, for forms, the command line and validation."""

    name: str
    type: Any
    default: Any
    title: str
    help: str
    unit: str
    minimum: float | None
    maximum: float | None
    choices: tuple[Any, ...]
    adjustable: bool
    advanced: bool
    in_form: InForm


def setting(
    default: Any,
    *,
    help: str,  # noqa: A002 - the word that every form uses
    title: str = "",
    unit: str = "",
    minimum: float | None = None,
    maximum: float | None = None,
    choices: Sequence[Any] = (),
    adjustable: bool = False,
    advanced: bool = False,
    in_form: InForm = PLAIN,
) -> Any:
    """Declare a field of a config.

    Parameters
    ----------
    default
        Value of the field; a callable without arguments makes a new one each time.
    help
        One line for the form and the command line.
    title
        Label; made from the field's name when left out.
    unit
        Unit of the value, such as ``"MW"`` or ``"%"``.
    minimum, maximum
        Bounds, both allowed values: of the number, or of each number inside a list or a mapping. What is not finite
        is never allowed; whole numbers that name the values of a mapping are years.
    choices
        Allowed values (of the elements, for a sequence).
    adjustable
        Whether the value may be changed while a run continues.
    advanced
        Whether most people leave it alone; a form keeps it out of the way.
    in_form
        What a form offers in a project, and shows in an empty field.
    """
    facts = {
        "help": help,
        "title": title,
        "unit": unit,
        "minimum": minimum,
        "maximum": maximum,
        "choices": tuple(choices),
        "adjustable": adjustable,
        "advanced": advanced,
        "in_form": in_form,
    }
    if callable(default):
        return dataclasses.field(default_factory=default, metadata={"setting": facts})
    return dataclasses.field(default=default, metadata={"setting": facts})


def settings_of(config_type: type) -> tuple[Setting, ...]:
    """List the settings of a config type, in the order of its fields."""
    hints = typing.get_type_hints(config_type)
    found = []
    for field in dataclasses.fields(config_type):
        facts = field.metadata.get("setting", {})
        default = field.default
        if field.default_factory is not dataclasses.MISSING:
            default = field.default_factory()
        found.append(
            Setting(
                name=field.name,
                type=hints[field.name],
                default=default,
                title=facts.get("title") or field.name.replace("_", " ").capitalize(),
                help=facts.get("help", ""),
                unit=facts.get("unit", ""),
                minimum=facts.get("minimum"),
                maximum=facts.get("maximum"),
                choices=facts.get("choices", ()),
                adjustable=facts.get("adjustable", False),
                advanced=facts.get("advanced", False),
                in_form=facts.get("in_form", PLAIN),
            )
        )
    return tuple(found)


def validate(config: Any) -> None:
    """Check every field of a config against its declared type, bounds and choices.

    Raises
    ------
    SettingError
        When values are not allowed; all are listed.
    """
    refuse(settings_problems(config))


def refuse(problems: Sequence[SettingError]) -> None:
    """Raise one error for all problems; nothing happens without any.

    Raises
    ------
    SettingError
        When there is a problem.
    """
    if problems:
        raise SettingError.of(problems)


def settings_problems(
    config: Config, check: Callable[[Config], Iterable[SettingError]] | None = None
) -> list[SettingError]:
    """List every value that is not allowed, by itself or (with ``check``) beside the others.

    Fields of a wrong type, or with numbers that are not finite, count with their defaults in ``check``, which may
    then rely on both.
    """
    problems: list[SettingError] = []
    defaults = {}
    for item in settings_of(type(config)):
        value = getattr(config, item.name)
        if is_of_type(value, item.type):
            found = [
                problem for place, part in parts_of(value) for problem in _problems_of(item, place, part)
            ]
            if any(problem.value is not None and _is_endless(problem.value) for problem in found):
                defaults[item.name] = item.default
            problems += found
        else:
            expected = f"{item.title} ({item.name}) is {shown(value)}, expected {describe_type(item.type)}."
            problems.append(SettingError(expected, item.name, value))
            defaults[item.name] = item.default
    if check is not None:
        problems += check(replaced(config, defaults) if defaults else config)
    return problems


def replaced(config: Config, values: Mapping[str, Any]) -> Config:
    """Return a copy of a config with other values, as they are."""
    made: Config = dataclasses.replace(config, **values)  # type: ignore[type-var]
    return made


def changed(
    config: Config,
    changes: Mapping[str, object],
    *,
    while_running: bool = False,
    check: Callable[[Config], Iterable[SettingError]] | None = None,
) -> Config:
    """Return a copy of a config with some values changed, validated.

    Parameters
    ----------
    config
        The config to start from; it is left as it is.
    changes
        New values by name; text is read as the setting's type.
    while_running
        Refuse settings that are not marked adjustable.
    check
        Gives the problems of the config as a whole.

    Raises
    ------
    SettingError
        When names are unknown, values are not allowed, or a setting is fixed while the run continues; all are
        listed.
    """
    known = {item.name: item for item in settings_of(type(config))}
    problems: list[SettingError] = []
    converted = {}
    for name, value in changes.items():
        try:
            converted[name] = _read_change(known, name, value, while_running)
        except SettingError as error:
            problems += error.problems
    result = replaced(config, converted)
    refuse([*problems, *settings_problems(result, check)])
    return result


def _read_change(known: Mapping[str, Setting], name: str, value: object, while_running: bool) -> Any:
    if name not in known:
        raise SettingError(f"There is no setting {name!r}; known are {', '.join(known)}.", name, value)
    if while_running and not known[name].adjustable:
        adjustable = [item.name for item in known.values() if item.adjustable] or ["none"]
        raise SettingError(
            f"{name} is fixed while a run continues; adjustable here: {', '.join(adjustable)}.", name, value
        )
    return from_plain(known[name].type, value, name)


def parse_assignments(assignments: Iterable[str]) -> dict[str, str]:
    """Read ``name=value`` words, as the command line takes them.

    Raises
    ------
    SettingError
        When a word has no ``=``.
    """
    found = {}
    for word in assignments:
        name, sign, value = word.partition("=")
        if not sign:
            raise SettingError(
                f"{word!r} is not a setting; write name=value, such as target_year=2040.", word
            )
        found[name.strip().replace("-", "_")] = value.strip()
    return found


def to_plain(value: Any) -> Any:
    """Turn a config (or any value inside one) into what JSON can hold."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list, set, frozenset)):
        return [to_plain(item) for item in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return str(value)


def config_from_plain(config_type: type[Config], plain: Mapping[str, object]) -> Config:
    """Make a config from what :func:`to_plain` gave; unknown names are refused.

    Raises
    ------
    SettingError
        When a name is unknown or a value is not allowed.
    """
    return changed(config_type(), plain)


def from_plain(kind: Any, value: Any, name: str) -> Any:
    """Read one value (text from a form or the command line, or plain JSON) as a declared type.

    Raises
    ------
    SettingError
        When the value cannot be read as that type.
    """
    try:
        return _convert(kind, value)
    except SettingError as error:
        # Of a config inside this one: it names the very value.
        inside = [SettingError(f"{name}: {problem}", name, problem.value) for problem in error.problems]
        raise SettingError.of(inside) from error
    except (TypeError, ValueError, KeyError, OverflowError, RecursionError) as error:
        raise SettingError(
            f"{name} is {shown(value)}, expected {describe_type(kind)}.", name, value
        ) from error


def _problems_of(item: Setting, place: str, part: Any) -> Iterator[SettingError]:
    """Describe what a single value inside a setting, or a key of a mapping, is not allowed to be."""
    if isinstance(part, Key):
        reason = "" if isinstance(part.name, int) else text_problem(str(part.name))
        if isinstance(part.name, int) and not FIRST_YEAR <= part.name <= LAST_YEAR:
            reason = f"is no year from {FIRST_YEAR} to {LAST_YEAR}"
        if reason:
            sentence = f"{item.title} ({item.name}) has {shown(part.name)}{place}, which {reason}."
            yield SettingError(sentence, item.name, part.name)
    elif dataclasses.is_dataclass(part):
        for problem in settings_problems(part):
            yield SettingError(f"{item.title} ({item.name}){place}: {problem}", item.name, problem.value)
    else:
        yield from _element_problems(item, place, part)


def _is_endless(value: Any) -> bool:
    if isinstance(value, float):
        return not math.isfinite(value)
    return bool(number_problem(value))


def _element_problems(item: Setting, place: str, element: Any) -> Iterator[SettingError]:
    seen = f"{item.title} ({item.name}) is"
    if isinstance(element, str) and (reason := text_problem(element)):
        yield SettingError(f"{seen} {shown(element)}{place}, which {reason}.", item.name, element)
        return
    if item.choices and element is not None and element not in item.choices:
        allowed = ", ".join(str(choice) for choice in item.choices)
        yield SettingError(f"{seen} {element!r}{place}, expected one of {allowed}.", item.name, element)
    if isinstance(element, bool) or not isinstance(element, (int, float)):
        return
    if reason := number_problem(element):
        yield SettingError(f"{seen[:-3]}{place} {reason}.", item.name, element)
        return
    if not math.isfinite(element):
        yield SettingError(f"{seen} {element}{place}, expected a finite number.", item.name, element)
        return
    unit = f" {item.unit}" if item.unit else ""
    for bound, word, is_kept in (
        (item.minimum, "least", item.minimum is None or element >= item.minimum),
        (item.maximum, "most", item.maximum is None or element <= item.maximum),
    ):
        if not is_kept:
            sentence = f"{seen} {element}{unit}{place}, the {word} allowed is {bound}{unit}."
            yield SettingError(sentence, item.name, element)
            return


def _convert(kind: Any, value: Any) -> Any:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if kind is Any or (origin is None and isinstance(kind, type) and type(value) is kind):
        return value
    if origin in (typing.Union, types.UnionType):
        return _convert_union(arguments, value)
    if origin is typing.Literal:
        return {str(choice): choice for choice in arguments}[str(value)]
    if origin in (tuple, list):
        parts = list_of(value)
        if origin is tuple and arguments[-1] is not Ellipsis:
            return tuple(_convert(part_kind, part) for part_kind, part in zip(arguments, parts, strict=True))
        return origin(_convert(arguments[0], part) for part in parts)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        pairs = mapping_of(value)
        return {_convert(arguments[0], key): _convert(arguments[1], item) for key, item in pairs.items()}
    if dataclasses.is_dataclass(kind):
        return config_from_plain(typing.cast(type, kind), record_of(value))
    return scalar_of(kind, value)


def _convert_union(kinds: Sequence[Any], value: Any) -> Any:
    if value is None or (isinstance(value, str) and value.lower() in ("", "none") and type(None) in kinds):
        return None
    for kind in kinds:
        if kind is not type(None):
            try:
                return _convert(kind, value)
            except (TypeError, ValueError, KeyError, OverflowError):
                continue
    raise ValueError(value)
