"""What changed between two market datasets, or two versions of one: files, rows, prices and energy."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.data.comparison.comparison import Comparison
from workbench.data.comparison.differences import Difference, DifferenceKind
from workbench.data.comparison.facts import Change, note_changes
from workbench.data.comparison.numbers import ordered_numbers
from workbench.data.notes import Notes
from workbench.data.results.compared import ComparedNumber
from workbench.market.model.answer import Answer
from workbench.market.model.period import Period
from workbench.market.queries.generation import fuel_totals
from workbench.market.queries.prices import price_statistics
from workbench.market.store.ledger import Ledger
from workbench.market.store.reading import MarketData

__all__ = ["market_changes"]


def market_changes(before: MarketData, after: MarketData, notes: tuple[Notes, Notes]) -> Comparison:
    """Put two datasets, or two versions of one, beside each other.

    Parameters
    ----------
    before, after
        The data; prices and energy are compared over the period that both have.
    notes
        Of the last run on each.

    Returns
    -------
    Comparison
        Its inputs are the files that were ingested; a file whose content differs is a changed one.
    """
    names = before.folder.name, after.folder.name
    if names[0] == names[1]:
        names = f"{names[0]} version {before.version}", f"{names[1]} version {after.version}"
    if names[0] == names[1]:
        names = (
            f"{names[0]} of {before.folder.parents[2].name}",
            f"{names[1]} of {after.folder.parents[2].name}",
        )
    if names[0] == names[1]:
        names = f"{names[0]} (before)", f"{names[1]} (after)"
    made_up = before.description.made_up or after.description.made_up
    return Comparison(
        what="market dataset",
        names=names,
        numbers=ordered_numbers(_numbers(before, after), names),
        inputs=tuple(_files(before, after)),
        facts=tuple(_facts(before, after)),
        notes=note_changes(*notes),
        made_up=made_up,
    )


def _files(before: MarketData, after: MarketData) -> Iterator[Difference]:
    one, two = (Ledger(data.folder).files(data.version) for data in (before, after))
    # An archive holds files of one name for several days: what has the same content is the same file.
    gone = {name: digest for digest, name in one.items() if digest not in two}
    new = {name: digest for digest, name in two.items() if digest not in one}
    for name, digest in sorted(gone.items()):
        if name in new:
            was, now = f"SHA-256 {digest[:12]}", f"SHA-256 {new.pop(name)[:12]}"
            yield Difference(DifferenceKind.CHANGED, "content of a file", before=was, after=now, file=name)
        else:
            yield Difference(DifferenceKind.REMOVED, "file", file=name)
    for name in sorted(new):
        yield Difference(DifferenceKind.ADDED, "file", file=name)


def _numbers(before: MarketData, after: MarketData) -> Iterator[ComparedNumber]:
    begin, end = max(before.first, after.first), min(before.last, after.last)
    if begin < end:
        period = Period(begin, end)
        for query, column, measure, unit in (
            (price_statistics, "Mean", "mean price", after.description.price_unit),
            (fuel_totals, "Energy", "energy", "GWh"),
        ):
            one, two = (_values(query(data, period), column) for data in (before, after))
            for name in dict.fromkeys([*one, *two]):
                was, now = (side.get(name, float("nan")) for side in (one, two))
                yield ComparedNumber(measure, f"{measure}, {name}", unit, {}, was, now)
    counts = [data.row_counts for data in (before, after)]
    for table in dict.fromkeys([*counts[0], *counts[1]]):
        was, now = (float(side.get(table, 0)) for side in counts)
        yield ComparedNumber("rows", f"rows of {table}", "", {}, was, now, secondary=True)


def _values(answer: Answer, column: str) -> dict[str, float]:
    frame = answer.to_pandas()
    return dict(zip(frame.iloc[:, 0].astype(str), frame[column].astype(float), strict=True))


def _facts(before: MarketData, after: MarketData) -> Iterator[Change]:
    sides = [
        {
            "Version of the data": data.version,
            "Made at": data.made_at,
            "First interval": data.first,
            "Newest interval": data.last,
            "Market": data.description.title,
            "Units in the register": len(data.units),
        }
        for data in (before, after)
    ]
    for name, was in sides[0].items():
        if was != sides[1][name]:
            yield Change(name, "", "", str(was), str(sides[1][name]))
