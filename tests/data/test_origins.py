import pytest

from workbench.data.origins import Origin, Sourced, prefer, weakest


def test_measured_counts_before_given_before_derived_before_assumed() -> None:
    candidates = [
        Sourced.assumed(4.0, "default"),
        Sourced.derived(3.0, "hours over sales", Sourced.measured(1.0, "a"), Sourced.given(2.0, "b")),
        Sourced.given(2.0, "demand.xlsx"),
        Sourced.measured(1.0, "hourly.xlsx"),
    ]
    choice = prefer("peak", *candidates)
    assert choice.value == 1.0
    assert choice.origin is Origin.MEASURED
    assert [other.value for other in choice.passed_over] == [2.0, 3.0, 4.0]


def test_of_two_known_alike_the_earlier_counts_and_the_other_is_said() -> None:
    choice = prefer("peak", Sourced.given(1.0, "sheet Main"), Sourced.given(2.0, "sheet Peaks"))
    assert choice.value == 1.0
    assert "sheet Peaks" in str(choice)


def test_nothing_known_is_missing_and_not_zero() -> None:
    assert prefer("peak", Sourced.missing("no hourly file")).value is None
    assert prefer("peak").origin is Origin.MISSING
    with pytest.raises(ValueError, match="missing exactly when"):
        Sourced(0.0, Origin.MISSING)
    with pytest.raises(ValueError, match="missing exactly when"):
        Sourced(None, Origin.GIVEN)


def test_what_follows_from_an_assumption_is_assumed() -> None:
    energy, factor = Sourced.measured(100.0, "sales"), Sourced.assumed(0.65, "load factor 65 %")
    assert Sourced.derived(17.6, "energy over hours and load factor", energy, factor).origin is Origin.ASSUMED
    assert Sourced.derived(100.0, "sum", energy).origin is Origin.DERIVED


def test_a_sum_is_as_weak_as_its_weakest_part() -> None:
    assert weakest([Origin.MEASURED, Origin.ASSUMED, Origin.GIVEN]) is Origin.ASSUMED
    assert weakest([Origin.MEASURED, Origin.MISSING]) is Origin.MISSING
    assert weakest([]) is Origin.MISSING
