from __future__ import annotations

import inspect
import re

import pytest

import workbench.runs
from workbench import errors


def classes() -> list[type]:
    return [
        item
        for item in vars(errors).values()
        if inspect.isclass(item) and item.__module__.startswith(errors.__name__)
    ]


def test_the_list_of_names_is_exact_and_sorted() -> None:
    assert errors.__all__ == sorted(item.__name__ for item in classes())


def test_the_tree_in_the_docstring_is_the_tree_of_the_classes() -> None:
    assert errors.__doc__ is not None
    found: dict[str, tuple[str, str]] = {}
    above: list[tuple[int, str]] = []
    for line in errors.__doc__.splitlines():
        match = re.match(r"    ((?:[│├└─ ])*)([A-Z]\w+)(?:\s+\(also (\w+)\))?", line)
        if match is None or not hasattr(errors, match[2]):
            continue
        depth = len(match[1])
        above = [(other, name) for other, name in above if other < depth]
        found[match[2]] = (above[-1][1] if above else "Exception", match[3] or "")
        above.append((depth, match[2]))
    drawn = {
        item.__name__: (item.__bases__[0].__name__, item.__bases__[1].__name__ if item.__bases__[1:] else "")
        for item in classes()
    }
    assert found == drawn


def test_errors_that_are_also_builtins_still_show_their_sentence() -> None:
    assert str(errors.UnknownRun("No such run.", "demand-1")) == "No such run."
    assert str(errors.SettingError("Too large.", "year", 3)) == "Too large."
    assert str(errors.UnreadableFile("It is missing.", "a.xlsx")) == "It is missing."


@pytest.mark.parametrize(
    ("error", "facts"),
    [
        (errors.RunFailed("x", "demand-1"), {"run": "demand-1"}),
        (errors.UnitFailed("x", "Domestic"), {"key": "Domestic"}),
        (errors.ChildCrashed("x", -9), {"exit_code": -9}),
        (errors.SettingError("x", "year", 3), {"setting": "year", "value": 3}),
    ],
)
def test_errors_carry_what_they_are_about(error: Exception, facts: dict[str, object]) -> None:
    assert {name: getattr(error, name) for name in facts} == facts


def test_the_names_of_the_engine_are_sorted_and_all_there() -> None:
    assert workbench.runs.__all__ == sorted(workbench.runs.__all__)
    assert all(hasattr(workbench.runs, name) for name in workbench.runs.__all__)
