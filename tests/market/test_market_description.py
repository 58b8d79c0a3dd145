from __future__ import annotations

import dataclasses

import pytest

from workbench.errors import InvalidData
from workbench.market.model.description import MarketDescription, check
from workbench.market.model.description_parts import Fuel, Interconnector, Region
from workbench.market.model.nem import NEM


def test_a_description_goes_through_its_file_unchanged() -> None:
    assert MarketDescription.from_toml(NEM.to_toml()) == NEM


def test_another_market_needs_no_change_of_code() -> None:
    exchange = MarketDescription(
        name="IEX",
        title="A power exchange with quarter hours",
        currency="INR",
        utc_offset_minutes=330,
        interval_minutes=15,
        bucket_minutes=60,
        price_floor=0.0,
        price_cap=10000.0,
        regions=(Region("N1"), Region("W1")),
        fuels=(Fuel('Hydro "run of river"', renewable=True), Fuel("Unknown")),
        interconnectors=(Interconnector("N1-W1", "N1", "W1"),),
        import_limits_negative=False,
    )
    check(exchange)
    assert MarketDescription.from_toml(exchange.to_toml()) == exchange
    assert exchange.cadences_of("price") == (15,)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"bucket_minutes": 32}, "expected the first to divide"),
        ({"regions": ()}, "there is no region"),
        ({"regions": (*NEM.regions, Region("NSW1"))}, "the region NSW1 is named twice"),
        ({"fuels": NEM.fuels[:-1]}, "the last fuel is not Unknown"),
        ({"interconnectors": (Interconnector("X", "NSW1", "WA1"),)}, "X ends in WA1, which is not a region"),
        ({"cadences": {"price": (7,)}}, "the cadence 7 of price does not fit"),
        ({"cadences": {"prize": (5,)}}, "there is no table prize"),
        ({"fuel_aliases": {"Sun": "Solaris"}}, "'Sun' is read as the fuel Solaris"),
        ({"price_cap": -2000.0}, "is not below price_cap"),
    ],
)
def test_a_description_that_cannot_be_is_refused(changes: dict[str, object], said: str) -> None:
    with pytest.raises(InvalidData, match=said):
        check(dataclasses.replace(NEM, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("format = 1", "format = 9", "of format 9, this version reads 1; update"),
        ("[market]", "[market", "not valid TOML"),
        ("interval_minutes = 5", 'interval_minutes = "5"', "interval_minutes is '5'"),
        ("currency =", "valuta =", "currency is missing, expected text; valuta is not known here"),
    ],
)
def test_a_file_that_does_not_describe_a_market_says_why(old: str, new: str, said: str) -> None:
    with pytest.raises(InvalidData, match=said):
        MarketDescription.from_toml(NEM.to_toml().replace(old, new, 1))
