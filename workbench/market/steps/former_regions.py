"""Regions that a market had once: described when files that have them come in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace

from workbench.data.atomic import write_text
from workbench.errors import InvalidData
from workbench.files import read_bytes
from workbench.market.inputs.ingest import FileRows
from workbench.market.model.description import FILE_NAME, MarketDescription, toml_value
from workbench.market.model.description_parts import Region
from workbench.market.model.nem import FORMER_REGIONS, NEM
from workbench.market.steps.account import Account
from workbench.market.store.publication import Writer

_TABLES = ("price", "region")


def describe_former_regions(writer: Writer, read: Sequence[FileRows], account: Account) -> None:
    """Add regions that are no more to the dataset's ``market.toml`` where files have readings of them."""
    description = writer.description
    if description.name != NEM.name:
        return
    present = set(_regions_in(read)) - set(description.region_names)
    new = tuple(region for region in FORMER_REGIONS if region.name in present)
    if not new:
        return
    writer.description = replace(description, regions=(*description.regions, *new))
    path = writer.folder / FILE_NAME
    write_text(path, _with_regions(read_bytes(path).decode(), new, writer.description))
    named = ", ".join(f"{region.name} ({region.title}, until {region.until[:10]})" for region in new)
    account.job.log(f"Regions of the past were added to {FILE_NAME}: {named}.")
    account.notes.change(f"regions of the past are described now: {named}", file=FILE_NAME)


def _regions_in(read: Iterable[FileRows]) -> Iterable[str]:
    for rows in read:
        for table in _TABLES:
            if table in rows.frames:
                yield from rows.frames[table]["region"].unique().to_list()


def _with_regions(text: str, new: Sequence[Region], whole: MarketDescription) -> str:
    """Add regions at the end of a description, which keeps what people have written into it."""
    lines = []
    for region in new:
        lines += ["", "[[regions]]"]
        lines += [f"{cell.name} = {toml_value(getattr(region, cell.name))}" for cell in fields(region)]
    longer = text.rstrip("\n") + "\n" + "\n".join(lines) + "\n"
    try:
        found = MarketDescription.from_toml(longer)
    except InvalidData:
        # Regions may be written as a list in one line, to which no table can be added.
        return whole.to_toml()
    return longer if found.region_names == whole.region_names else whole.to_toml()
