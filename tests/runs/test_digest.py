from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.runs.model.digest import digest_of, file_digest, function_name

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@settings(max_examples=40)
@given(PLAIN)
def test_equal_values_hash_alike_whether_or_not_their_parts_are_shared(value: object) -> None:
    import copy

    assert digest_of(value, value) == digest_of(copy.deepcopy(value), copy.deepcopy(value))


@settings(max_examples=40)
@given(PLAIN, PLAIN)
def test_values_that_hash_alike_are_equal(one: object, other: object) -> None:
    if digest_of(one) == digest_of(other):
        assert one == other


def test_one_changed_number_in_a_table_changes_the_hash() -> None:
    table = pd.DataFrame({"demand": np.arange(1000.0)})
    other = table.copy()
    assert digest_of(table) == digest_of(other)
    other.loc[500, "demand"] += 1e-9
    assert digest_of(table) != digest_of(other)


def test_a_value_that_holds_itself_can_be_hashed() -> None:
    loop: list[Any] = [1]
    loop.append(loop)
    other: list[Any] = [2]
    other.append(other)
    assert digest_of(loop) != digest_of(other)


def test_a_files_hash_is_that_of_its_content(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(b"abc")
    # FIPS 180-2, appendix B.1
    assert file_digest(file) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def body(source: str) -> Callable[..., Any]:
    space: dict[str, Any] = {"__name__": "notebook"}
    exec(source, space)
    made: Callable[..., Any] = space["unit"]
    return made


def test_a_moved_function_keeps_its_name_and_a_changed_body_does_not() -> None:
    first = body("def unit(x):\n    return x + 1")
    moved = body("\n\n\ndef unit(x):\n    return x + 1")
    assert function_name(first) == function_name(moved)
    assert function_name(first) != function_name(body("def unit(x):\n    return x + 2"))
    assert function_name(first) != function_name(body("def unit(x, by=1):\n    return x + 1"))
    assert function_name(first) != function_name(body("def unit(x):\n    return [y + 1 for y in x]"))


def scaled(factor: Any) -> Callable[[float], float]:
    def unit(x: float) -> float:
        return x * factor  # type: ignore[no-any-return]

    return unit


def test_what_a_function_captures_is_part_of_its_name() -> None:
    assert function_name(scaled(2)) == function_name(scaled(2))
    assert function_name(scaled(2)) != function_name(scaled(3))


def test_what_cannot_be_pickled_counts_with_its_type() -> None:
    assert function_name(scaled(threading.Lock())) == function_name(scaled(threading.Lock()))
    assert function_name(scaled(threading.Lock())) != function_name(scaled(3))


def test_a_partial_is_named_by_its_function_and_what_it_was_given() -> None:
    assert function_name(functools.partial(pow, 2)) == function_name(functools.partial(pow, 2))
    assert function_name(functools.partial(pow, 2)) != function_name(functools.partial(pow, 3))


def test_a_method_is_named_with_its_object() -> None:
    assert function_name("a".join) != function_name("b".join)


def test_a_function_that_captures_itself_has_a_name() -> None:
    def unit(n: int) -> int:
        return 1 if n < 2 else n * unit(n - 1)

    assert function_name(unit) == function_name(unit)


@pytest.mark.parametrize("source", ["def unit(x):\n    return x in {'a', 'b', 'c', 'd'}"])
def test_a_name_is_the_same_in_every_process(scripts: Any, source: str) -> None:
    # Sets of text are ordered differently in each process (PYTHONHASHSEED).
    code = f"""
    from workbench.runs.model.digest import function_name
    space = {{"__name__": "notebook"}}
    exec({source!r}, space)
    print(function_name(space["unit"]))
    """
    assert len({scripts.run(code).strip() for _ in range(4)} | {function_name(body(source))}) == 1
