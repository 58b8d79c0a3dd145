from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.data.names import checked_name
from workbench.errors import SettingError


@pytest.mark.parametrize("name", ["base", "BAU 2040", "high-EV_v2", "केरल", "a.b", "CONCERT", "Économie (2)"])
def test_plain_names_pass_as_they_are(name: str) -> None:
    assert checked_name(name) == name


@pytest.mark.parametrize(
    "name",
    ["", " ", "a/b", "..", ".", "../x", "a\\b", "C:", "a\0b", "a\nb", "a\u202eb", "a\u200bb", ".hidden",
     "end.", " x", "x ", "CON", "con", "nul.txt", "LPT1", "com¹", "what?", "a|b", "x" * 101, "क" * 40],
)  # fmt: skip
def test_names_that_could_lead_elsewhere_or_trip_a_system_are_refused(name: str) -> None:
    with pytest.raises(SettingError) as caught:
        checked_name(name)
    assert caught.value.value == name
    assert str(caught.value).startswith(f"The scenario name {repr(name)[:60]}")


@given(st.text(max_size=30))
def test_an_accepted_name_always_is_one_folder_below(name: str) -> None:
    try:
        checked_name(name)
    except SettingError:
        return
    base = Path("/results/demand")
    assert (base / name).parent == base
    assert (base / name).name == name
