from __future__ import annotations

import sys
import types
import warnings
from collections.abc import Iterator

import pytest

from workbench import deprecation
from workbench.deprecation import deprecated, deprecated_names, warn_deprecated


@pytest.fixture(autouse=True)
def _nothing_warned_yet(monkeypatch):
    monkeypatch.setattr(deprecation, "_warned", set())


@pytest.fixture
def old_module() -> Iterator[types.ModuleType]:
    module = types.ModuleType("workbench_old_names")
    module.NEW = 42
    sys.modules[module.__name__] = module
    yield module
    del sys.modules[module.__name__]


def test_a_deprecated_function_still_works_and_names_what_to_use():
    @deprecated("old_sum", since="0.2", use="sum")
    def old_sum(a: int, *, b: int) -> int:
        """Add two numbers."""
        return a + b

    with pytest.warns(
        DeprecationWarning, match=r"^old_sum is deprecated since version 0\.2; use sum\.$"
    ) as caught:
        assert old_sum(1, b=2) == 3
    assert caught[0].filename == __file__
    assert old_sum.__doc__ == "Add two numbers."


def test_each_name_warns_once():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for name in ("first", "second", "first"):
            warn_deprecated(name, "0.2", "another")
    assert [str(warning.message).split()[0] for warning in caught] == ["first", "second"]


def test_a_renamed_attribute_is_given_and_warns_at_the_line_that_asks(old_module):
    old_module.__getattr__ = deprecated_names(
        old_module.__name__, {"OLD": "NEW", "join": "os.path:join"}, since="0.2"
    )
    with pytest.warns(
        DeprecationWarning, match=r"workbench_old_names\.OLD .* use workbench_old_names\.NEW"
    ) as caught:
        assert old_module.OLD == 42
    assert caught[0].filename == __file__
    with pytest.warns(DeprecationWarning, match=r"use os\.path\.join"):
        assert old_module.join("a", "b").startswith("a")


def test_other_attributes_are_looked_for_as_before(old_module):
    lazy = {"LAZY": 7}
    old_module.__getattr__ = deprecated_names(old_module.__name__, {}, "0.2", otherwise=lazy.__getitem__)
    assert old_module.LAZY == 7
    old_module.__getattr__ = deprecated_names(old_module.__name__, {"OLD": "NEW"}, "0.2")
    with pytest.raises(AttributeError, match="has no attribute 'missing'"):
        _ = old_module.missing


def test_a_name_that_was_never_used_does_not_warn(old_module):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        old_module.__getattr__ = deprecated_names(old_module.__name__, {"OLD": "NEW"}, since="0.2")
        assert old_module.NEW == 42
