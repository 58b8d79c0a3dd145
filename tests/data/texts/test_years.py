from __future__ import annotations

import datetime

import pytest

from workbench.data.texts.years import Kind, read_year


@pytest.mark.parametrize(
    "value",
    [
        *(
            2015,
            2015.0,
            "2015",
            "FY2015",
            "Year 2015",
            "2014-15",
            "2014-2015",
            "2014/15",
            "2014\u201315",
            "FY 2014-15",
        ),
        *(
            "F.Y. 14-15",
            "FY15",
            "FY'15",
            "Mar-15",
            "March 2015",
            "as on 31.03.2015",
            "Ending March 2015",
            "2014-15*",
        ),
        *(
            datetime.date(2015, 3, 31),
            datetime.datetime(2015, 3, 31, tzinfo=datetime.UTC),
            datetime.date(2014, 4, 1),
        ),
        datetime.date(2015, 12, 31),
    ],
)
def test_a_year_is_the_one_in_which_it_ends(value: object) -> None:
    found = read_year(value)
    assert found is not None
    assert (found.year, found.kind) == (2015, Kind.UNSAID)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        *((f"2014-15 ({mark})", Kind.ACTUAL) for mark in ("A", "Actual", "Audited")),
        *((f"2014-15 {mark}", Kind.PROJECTION) for mark in ("(Proj.)", "RE", "(B.E.)", "Estimated", "[F]")),
        *((f"2014-15{mark}", Kind.PROVISIONAL) for mark in ("(P)", " Provisional")),
    ],
)
def test_a_word_behind_a_year_says_what_it_is(text: str, kind: Kind) -> None:
    found = read_year(text)
    assert found is not None
    assert (found.year, found.kind) == (2015, kind)


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        "",
        1234,
        2015.5,
        "2013-15",
        "2014-15 (MU)",
        "Sales 2015",
        "12.5",
        "31.02.2015",
        "9" * 99,
    ],
)
def test_what_is_no_year_is_none(value: object) -> None:
    assert read_year(value) is None
