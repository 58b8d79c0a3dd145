"""Every number inside every setting of every job obeys the setting's bounds, whichever way it comes."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import math
import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from workbench.errors import SettingError
from workbench.runs.jobs.registry import find_job, known_jobs
from workbench.runs.model.settings import (
    Setting,
    changed,
    config_from_plain,
    settings_of,
    settings_problems,
    to_plain,
)

ENDLESS = (math.nan, math.inf, -math.inf)
JOBS = sorted(known_jobs())


def numbers_in(kind: Any) -> Iterator[tuple[type, Any]]:
    """Give each number inside a type as (its type, function that puts a number there)."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if kind in (int, float):
        yield kind, lambda number: number
    elif origin in (typing.Union, types.UnionType):
        for part in arguments:
            yield from numbers_in(part)
    elif origin in (tuple, list):
        for inner, put in numbers_in(arguments[0]):
            yield inner, lambda number, put=put: (put(number),)
    elif isinstance(origin, type) and issubclass(origin, Mapping):
        key = 2030 if arguments[0] is int else "name"
        for inner, put in numbers_in(arguments[1]):
            yield inner, lambda number, put=put: {key: put(number)}
    elif dataclasses.is_dataclass(kind):
        for item in settings_of(typing.cast(type, kind)):
            for inner, put in numbers_in(item.type):
                yield (
                    inner,
                    lambda number, put=put, name=item.name: dataclasses.replace(
                        kind(), **{name: put(number)}
                    ),
                )


CASES = [
    pytest.param(name, item, inner, put, id=f"{name}-{item.name}-{number}")
    for name in JOBS
    for item in settings_of(find_job(name).config_type)
    for number, (inner, put) in enumerate(numbers_in(item.type))
]


def bad_numbers(item: Setting, inner: type, value: Any) -> Iterator[Any]:
    yield from ENDLESS if inner is float else (-(10**30), 2**63)
    yield 10**400
    if not dataclasses.is_dataclass(value):
        yield from (
            bound for bound in (_below(item.minimum, inner), _above(item.maximum, inner)) if bound is not None
        )


def _below(bound: float | None, inner: type) -> Any:
    return None if bound is None else inner(bound - 1)


def _above(bound: float | None, inner: type) -> Any:
    return None if bound is None else inner(bound + 1)


@pytest.mark.parametrize(("name", "item", "inner", "put"), CASES)
def test_a_number_out_of_bounds_is_refused_wherever_it_stands_and_however_it_comes(
    name: str, item: Setting, inner: type, put: Any
) -> None:
    job = find_job(name)
    base = job.config_type()
    first = put(inner(item.minimum or 0))
    for number in bad_numbers(item, inner, first[0] if isinstance(first, tuple) else first):
        value = put(number)
        config = dataclasses.replace(base, **{item.name: value})
        for refused in (
            lambda config=config: job.make_config(config),
            lambda value=value: changed(base, {item.name: value}, check=job.check),
            lambda value=value: changed(base, {item.name: _as_text(value)}, check=job.check),
            lambda config=config: config_from_plain(job.config_type, to_plain(config)),
            lambda value=value: changed(base, {item.name: value}, while_running=item.adjustable),
        ):
            with pytest.raises(SettingError) as caught:
                refused()
            assert any(problem.setting == item.name for problem in caught.value.problems)
            assert len(str(caught.value)) < 2000


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(to_plain(value))


YEARS = [
    pytest.param(name, item, id=f"{name}-{item.name}")
    for name in JOBS
    for item in settings_of(find_job(name).config_type)
    if "dict[int" in str(item.type)
]


@pytest.mark.parametrize(("name", "item"), YEARS)
@pytest.mark.parametrize("year", [-5, 0, 203, 20300, 10**30])
def test_the_years_that_name_values_are_years(name: str, item: Setting, year: int) -> None:
    inner: Any = 50.0
    value = {year: inner} if str(item.type).startswith("dict[int") else {"supply": {year: inner}}
    with pytest.raises(SettingError, match=f"{item.name}.* has {year}.*, which is no year from 1900 to 2200"):
        changed(find_job(name).config_type(), {item.name: value})


@pytest.mark.parametrize("name", JOBS)
def test_texts_that_no_file_can_hold_are_refused(name: str) -> None:
    config_type = find_job(name).config_type
    for item in settings_of(config_type):
        if item.type is str:
            for text in ("a\0b", "half \ud800"):
                problems = settings_problems(dataclasses.replace(config_type(), **{item.name: text}))
                assert any(problem.setting == item.name for problem in problems), item.name


@pytest.mark.parametrize("name", JOBS)
@pytest.mark.parametrize(
    "value", [None, [], {}, "", "x", 5, 2.5, True, [[]], {"a": {"b": {}}}, "[" * 5000, "{" * 9, b"x", 10**400]
)
def test_any_value_for_any_setting_is_taken_or_refused_by_name(name: str, value: Any) -> None:
    job = find_job(name)
    for item in settings_of(job.config_type):
        # Any other error, such as a TypeError, fails the test.
        with contextlib.suppress(SettingError):
            changed(job.config_type(), {item.name: value}, check=job.check)
