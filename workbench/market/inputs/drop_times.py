"""The times of plain files on the market's clock: read with an offset, of a zone with summer time, or as is."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence

import polars as pl

from workbench.data.problems import Problems
from workbench.market.model.description import MarketDescription

SHOWN = 5
_FORMATS = tuple(
    f"{day}{between}%H:%M{seconds}"
    for day in ("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y")
    for between in (" ", "T")
    for seconds in (":%S%.f", "")
)
_SLASHED = {
    order: tuple(
        f"{order.replace('/', mark)} {clock}"
        for mark in "/-"
        for clock in ("%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p")
    )
    for order in ("%d/%m/%Y", "%m/%d/%Y")
}
_ZONES = {
    "utc": "UTC", "gmt": "UTC", "cet/cest": "Europe/Brussels", "wet/west": "Europe/Lisbon",
    "eet/eest": "Europe/Helsinki",
}  # fmt: skip
"""What the header of a column of times says of their zone."""
_OFFSET = r"[+-]\d{2}:?\d{2}$"
_HOUR_24 = r"([T ])24:00(:00)?$"
_NAMED_OFFSETS = {
    "UTC": "+00:00", "GMT": "+00:00", "WET": "+00:00", "WEST": "+01:00", "BST": "+01:00", "CET": "+01:00",
    "CEST": "+02:00", "EET": "+02:00", "EEST": "+03:00",
}  # fmt: skip
_NIGHT = range(4)
"""Hours in which clocks are set back."""


def with_stamps(
    frame: pl.DataFrame,
    column: str,
    description: MarketDescription,
    problems: Problems,
    *,
    series: Sequence[str],
    period: str = "ending",
    zone: str = "",
    form: str = "",
) -> pl.DataFrame:
    """Give rows with a column ``stamp``: their time on the market's clock, whether it begins or ends the interval.

    Parameters
    ----------
    frame
        Rows with ``_row``, as counted in the file, and ``_valueless``, whether they have no value at all.
    column
        The times: texts, or times with or without a zone. Of a text such as ``begin - end`` the part is taken that
        ``period`` names.
    description
        The clock.
    problems
        Gets what was changed, and every time that cannot be read.
    series
        Columns that name the series of a row; none when each row is a time.
    zone
        IANA name of the zone of times that carry none, such as ``"Europe/Berlin"``; "" when they are on the
        market's clock. The hour that a clock change repeats is told by the order of the rows.
    form
        How the times are written, such as ``"%d/%m/%Y %H:%M"``; "" for the usual forms.

    Returns
    -------
    DataFrame
        Without the rows that have neither a time that exists nor a value; where the texts are ranges, their length
        is in ``_length`` [min].

    Raises
    ------
    InvalidData
        When times cannot be read, or which of two hours is meant.
    """
    kind = frame.schema[column]
    zone = _zone_of_header(column, zone, problems)
    if isinstance(kind, pl.Datetime):
        timed = frame.with_columns(
            _when=pl.col(column).dt.cast_time_unit("us"), _zoned=pl.lit(value=bool(kind.time_zone))
        )
        if kind.time_zone:
            utc = pl.col("_when").dt.convert_time_zone("UTC").dt.replace_time_zone(None)
            timed = timed.with_columns(_when=utc)
    elif kind == pl.String:
        timed = _read_texts(frame, column, problems, period=period, form=form)
    else:
        problems.error(f"has {kind} in {column}, expected times.")
        problems.raise_errors()
        return frame
    uneven = pl.col("_when").is_null() | (pl.col("_when").dt.epoch("us") % 60_000_000 != 0)
    _report(timed.filter(uneven), column, problems)
    problems.raise_errors()
    of_zone = str(getattr(kind, "time_zone", None) or "")
    timed = _to_clock(timed, description, problems, series=series, zone=zone, of_zone=of_zone)
    return timed.with_columns(stamp=pl.col("_when").dt.cast_time_unit("ms")).drop("_when", "_zoned")


def _zone_of_header(column: str, zone: str, problems: Problems) -> str:
    """Give the zone that the header of the times says, else that of the mapping."""
    match = re.search(r"[(\[]([A-Za-z/ ]+)[)\]]\s*$", column)
    said = _ZONES.get(match[1].strip().casefold(), "") if match else ""
    if said and zone and said != zone:
        problems.change(f"times are of the zone {said}, as the header {column!r} says, not of {zone}.")
    return said or zone


def _read_texts(
    frame: pl.DataFrame, column: str, problems: Problems, *, period: str, form: str
) -> pl.DataFrame:
    """Read texts into ``_when``; of those with an offset it is the time of the zone UTC, and ``_zoned`` is true."""
    parts = pl.col(column).str.strip_chars().str.split(" - ")
    wanted, other = parts.list.first(), parts.list.last()
    if period != "beginning":
        wanted, other = other, wanted
    texts = frame.with_columns(_text=_with_offset(wanted), _other=_with_offset(other))
    plain = pl.col("_text").str.replace(_OFFSET, "").str.strip_chars()
    forms = (*_alike(form), *_FORMATS)
    if not form:
        forms += _slashed_forms(texts, plain, problems)
    timed = texts.with_columns(_when=_instant("_text", forms), _zoned=pl.col("_text").str.contains(_OFFSET))
    if timed.select((pl.col("_text") != pl.col("_other")).any()).item():
        apart = (pl.col("_when") - _instant("_other", forms)).dt.total_minutes().abs()
        timed = timed.with_columns(_length=apart)
    return timed.drop("_text", "_other")


def _alike(form: str) -> tuple[str, ...]:
    """Give a form and what differs in the clock only: the same pages come with seconds and without, and by noon."""
    bare = form.removesuffix(":%S")
    if not bare.endswith("%H:%M"):
        return (form,) if form else ()
    noon = bare.replace("%H:%M", "%I:%M")
    return (form, bare, f"{bare}:%S", f"{noon}:%S %p", f"{noon} %p")


def _with_offset(text: pl.Expr) -> pl.Expr:
    for name, offset in _NAMED_OFFSETS.items():
        text = text.str.replace(rf"\s*\({name}\)$", offset)
    return text.str.replace(r"\s*\([A-Z/]+\)$", "").str.replace(r"\s*Z$", "+00:00").str.strip_chars()


def _instant(column: str, forms: Sequence[str]) -> pl.Expr:
    """Read the texts of a column: in UTC where they have an offset, else as they are written."""
    text = pl.col(column)
    plain = text.str.replace(_OFFSET, "").str.strip_chars()
    # The end of a day is written as its hour 24, too.
    is_end = plain.str.contains(_HOUR_24)
    plain = plain.str.replace(_HOUR_24, "${1}00:00${2}")
    local = pl.coalesce(*(plain.str.to_datetime(item, strict=False, time_unit="us") for item in forms))
    local = pl.when(is_end).then(local + pl.duration(days=1)).otherwise(local)
    sign = pl.when(text.str.contains(r"-\d{2}:?\d{2}$")).then(-1).otherwise(1)
    hours, minutes = (text.str.extract(r"[+-](\d{2}):?(\d{2})$", group).cast(pl.Int64) for group in (1, 2))
    ahead = pl.duration(minutes=sign * (hours * 60 + minutes))
    return pl.when(text.str.contains(_OFFSET)).then(local - ahead).otherwise(local)


def _slashed_forms(frame: pl.DataFrame, plain: pl.Expr, problems: Problems) -> tuple[str, ...]:
    """Tell days from months in dates with slashes by those that can only be one of them."""
    slashed = frame.filter(plain.str.contains(r"^\d{1,2}[/-]\d{1,2}[/-]\d{4}"))
    if not slashed.height:
        return ()
    fitting = [
        order
        for order, forms in _SLASHED.items()
        if not slashed.select(
            pl.coalesce(*(plain.str.to_datetime(item, strict=False) for item in forms)).is_null().any()
        ).item()
    ]
    if len(fitting) == 1:
        first = "day" if fitting[0].startswith("%d") else "month"
        problems.change(f"times are read with the {first} first, as no other order fits all of them.")
        return _SLASHED[fitting[0]]
    if fitting:
        row, seen = slashed.select("_row", plain.alias("_plain")).row(0)
        problems.error(
            f"row {row} has the time {seen!r}, and no row tells whether the day or the month comes first; give "
            f'format = "%d/%m/%Y %H:%M" or "%m/%d/%Y %H:%M" to the mapping.'
        )
        problems.raise_errors()
    return ()


def _report(bad: pl.DataFrame, column: str, problems: Problems) -> None:
    for row, seen in bad.select("_row", column).head(SHOWN).iter_rows():
        problems.error(f"row {row} has the time {seen!r}, expected one such as 2025-08-20 18:10.")
    if bad.height > SHOWN:
        problems.error(f"has {bad.height} times in all that cannot be read.")


def _to_clock(
    timed: pl.DataFrame,
    description: MarketDescription,
    problems: Problems,
    *,
    series: Sequence[str],
    zone: str,
    of_zone: str,
) -> pl.DataFrame:
    when = pl.col("_when")
    clock = pl.duration(minutes=description.utc_offset_minutes)
    zoned = int(timed["_zoned"].sum())
    if zoned and of_zone:
        problems.change(
            f"times of the zone {of_zone} were brought to the market's clock, {description.clock}."
        )
    elif zoned:
        problems.change(
            f"{zoned} times with an offset were brought to the market's clock, {description.clock}."
        )
    if zoned == timed.height:
        return timed.with_columns(_when=when + clock)
    if not zone:
        _ask_for_zone(timed, problems, series)
        return timed.with_columns(_when=pl.when("_zoned").then(when + clock).otherwise(when))
    places = timed.with_columns(_turn=pl.int_range(pl.len()).over("_when", *series))
    by_turn = [
        when.dt.replace_time_zone(zone, ambiguous=which, non_existent="null").dt.convert_time_zone("UTC")
        for which in ("earliest", "latest")
    ]
    places = places.with_columns(_first=by_turn[0], _second=by_turn[1])
    skipped = ~pl.col("_zoned") & pl.col("_first").is_null()
    idle = skipped & pl.col("_valueless") if "_valueless" in places.columns else pl.lit(value=False)
    count = places.select(idle.sum()).item()
    if count:
        problems.change(
            f"{count} rows without a value are of an hour that the clocks of {zone} leave out; left out here too."
        )
        places = places.filter(~idle)
    for row, seen in places.filter(skipped).select("_row", "_when").head(SHOWN).rows():
        problems.error(f"row {row} has the time {seen}, which the clocks of {zone} leave out.")
    problems.raise_errors()
    repeated = places.filter((pl.col("_first") != pl.col("_second")) & ~pl.col("_zoned"))
    once = repeated.filter(pl.len().over("_when", *series) == 1)
    if once.height:
        row, seen = once.select("_row", "_when").row(0)
        problems.warning(
            f"{once.height} times are of an hour that the clocks of {zone} repeat, and come once (first: row "
            f"{row}, {seen}); they are read as the first one."
        )
    chosen = pl.when(pl.col("_turn") > 0).then(pl.col("_second")).otherwise(pl.col("_first"))
    local = chosen.dt.replace_time_zone(None)
    problems.change(f"times of {zone} were brought to the market's clock, {description.clock}.")
    return places.with_columns(_when=pl.when("_zoned").then(when).otherwise(local) + clock).drop(
        "_turn", "_first", "_second"
    )


def _ask_for_zone(timed: pl.DataFrame, problems: Problems, series: Sequence[str]) -> None:
    """Refuse a night hour of a Sunday that comes twice with different readings: a clock change on local times."""
    distinct = timed.filter(~pl.col("_zoned")).unique(pl.exclude("_row"), maintain_order=True)
    twice = distinct.filter(pl.len().over("_when", *series) > 1)
    sunday = pl.col("_when").dt.weekday() == datetime.date(2024, 10, 27).isoweekday()
    twice = twice.filter(sunday & pl.col("_when").dt.hour().is_in(list(_NIGHT)))
    if twice.height:
        row, seen = twice.select("_row", "_when").row(0)
        again = twice.filter(pl.col("_when") == seen)["_row"][1]
        problems.error(
            f"rows {row} and {again} both have the time {seen}, as when clocks are set back: if these are local "
            f'times, give time_zone = "Europe/Berlin" or the like to the mapping; if not, a zone without such '
            f'changes, as "Etc/GMT-1".'
        )
        problems.raise_errors()
