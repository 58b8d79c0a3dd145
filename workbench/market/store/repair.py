"""The repair of a dataset: what verifies stays, and what follows from the record is built anew.

The record (``raw``) is what cannot be made again. Where the list of the current version, or a file of the record,
is damaged, the files of the record that are whole make a version of their own; roll-ups are built anew from it.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from workbench.data.atomic import write_text
from workbench.errors import UnreadableFile, WorkbenchError
from workbench.files import changed_at, confine, inside, is_file, listed, read_bytes, walked
from workbench.files.repaired import Aside, Repaired, damage_of
from workbench.market.model.description import FILE_NAME, MarketDescription
from workbench.market.model.tables import TABLES
from workbench.market.model.units import UnitsRegister
from workbench.market.store.dataset import (
    POINTER,
    RAW,
    VERSIONS,
    current_version,
    manifest_path,
    read_description,
    read_manifest,
    set_current,
    writing_alone,
)
from workbench.market.store.ledger import Ledger
from workbench.market.store.manifest import (
    FACTS,
    RESTORE,
    Manifest,
    Part,
    checksum_of,
    description_file,
    units_file,
)
from workbench.market.store.months import part_of, read_part
from workbench.market.store.publication import Writer
from workbench.market.store.rollups.files import map_chunk
from workbench.structured import json_from

__all__ = ["repair_dataset"]

Tables = dict[str, dict[str, Part]]
_RAW_NAME = re.compile(r"(\d{4}-\d{2}(?:-\d{2})?)(-superseded)?-v(\d+)\.parquet")


def repair_dataset(folder: Path, aside: Aside) -> list[Repaired]:
    """Put what is damaged in a dataset aside, and publish what is whole as a new version.

    Parameters
    ----------
    folder
        Of the dataset.
    aside
        Where damaged files go.

    Returns
    -------
    list of Repaired
        Empty where everything is whole.

    Raises
    ------
    ScenarioBusy
        When a run writes it.
    UnwritableFile
        When the operating system refuses.
    """
    with writing_alone(confine(folder)):
        return _Repair(folder, aside).carry_out()


class _Repair:
    """One repair on its way."""

    def __init__(self, folder: Path, aside: Aside) -> None:
        self._folder, self._aside = folder, aside
        self._done: list[Repaired] = []
        self._lost: list[str] = []
        """Parts of the record, as ``table period``."""

    def carry_out(self) -> list[Repaired]:
        description = self._description()
        manifest = self._manifest()
        if manifest is None:
            tables, superseded = self._tables_on_disk()
            rebuild = bool(tables)
        else:
            tables = self._whole_tables(manifest, manifest.tables)
            superseded = self._whole_tables(manifest, manifest.superseded)
            rebuild = bool(self._lost) | self._has_damaged_parts(manifest)
        self._mend_ledger()
        self._check_report()
        if rebuild and not self._aside.dry_run:
            self._publish(description, manifest, tables, superseded)
        return self._done

    def _put(self, path: Path, damage: str, *saved: str, lost: str = "") -> None:
        lost_too = (lost,) if lost else ()
        self._done.append(
            Repaired(path, damage, saved, lost_too, self._aside.put(path) if is_file(path) else None)
        )

    def _description(self) -> MarketDescription:
        path = self._folder / FILE_NAME
        try:
            return read_description(path)
        except WorkbenchError as error:
            kept, damage = self._newest_kept("description-*.toml"), damage_of(error, path)
        if kept is None:
            raise UnreadableFile(
                f"{path}: {damage} There is no copy of it in {FACTS}; write it again or restore it.", path
            )
        description = MarketDescription.from_toml(read_bytes(kept), kept)
        self._put(
            path,
            damage,
            f"It is that of a published version again ({kept.name}); changes since then are lost.",
        )
        if not self._aside.dry_run:
            write_text(path, description.to_toml())
        return description

    def _newest_kept(self, pattern: str) -> Path | None:
        """Give the newest file of descriptions or units whose content is that which its name is the hash of."""
        name_of = description_file if pattern.startswith("description") else units_file
        whole = []
        for path in walked(self._folder / FACTS, pattern):
            text = read_bytes(path).decode("utf-8", "replace")
            if name_of(text) == f"{FACTS}/{path.name}":
                whole.append(path)
        return max(whole, key=changed_at, default=None)

    def _manifest(self) -> Manifest | None:
        """Give the current version; None where its list, or the pointer to it, is damaged or missing."""
        pointer = self._folder / POINTER
        try:
            version = current_version(self._folder)
        except WorkbenchError as error:
            self._put(
                pointer,
                damage_of(error, pointer, RESTORE),
                "The files of the record that are whole are published again.",
            )
            version = 0
        if not version:
            # Without a pointer a dataset has nothing yet, unless a record is there.
            return None
        path = manifest_path(self._folder, version)
        try:
            return read_manifest(self._folder, version)
        except WorkbenchError as error:
            self._put(
                path,
                damage_of(error, path, RESTORE),
                "The files of the record that are whole are published again.",
            )
            return None

    def _tables_on_disk(self) -> tuple[Tables, Tables]:
        """Find the newest whole file of each period, of the rows that count and of those that do not.

        A month stands before its days.
        """
        found: dict[tuple[str, bool], dict[str, tuple[int, Part]]] = {}
        for path in walked(self._folder / RAW, "*.parquet"):
            name = path.relative_to(self._folder).as_posix()
            match, table = _RAW_NAME.fullmatch(path.name), name.split("/")[1]
            if match is None or table not in TABLES:
                continue
            try:
                frame = read_part(self._folder, Part(name, 0, 0, 0), TABLES[table])
            except WorkbenchError as error:
                self._lose(path, damage_of(error, path, RESTORE), table, match[1])
                continue
            periods = found.setdefault((table, bool(match[2])), {})
            if frame.height and periods.get(match[1], (0, None))[0] < int(match[3]):
                periods[match[1]] = (int(match[3]), part_of(name, frame))
        made: tuple[Tables, Tables] = ({}, {})
        for (table, superseded), periods in found.items():
            made[superseded][table] = {
                period: part
                for period, (_, part) in sorted(periods.items())
                if period == period[:7] or period[:7] not in periods
            }
        return made

    def _whole_tables(self, manifest: Manifest, tables: Mapping[str, Mapping[str, Part]]) -> Tables:
        whole: Tables = {}
        for table, periods in tables.items():
            for period, part in periods.items():
                path = inside(self._folder, part.file)
                problem = self._problem_of(path, manifest)
                if not problem:
                    try:
                        frame = read_part(self._folder, part, TABLES[table])
                        problem = (
                            ""
                            if part_of(part.file, frame) == part
                            else "Its rows are not those of the version."
                        )
                    except (WorkbenchError, KeyError) as error:
                        problem = damage_of(error, path, RESTORE)
                if problem:
                    self._lose(path, problem, table, period)
                else:
                    whole.setdefault(table, {})[period] = part
        return whole

    def _lose(self, path: Path, problem: str, table: str, period: str) -> None:
        self._lost.append(f"{table} {period}")
        lost = f"The rows of {table} of {period} are lost: restore them from a backup, or ingest them again."
        self._put(path, problem, lost=lost)

    def _has_damaged_parts(self, manifest: Manifest) -> bool:
        """Put damaged roll-ups and facts aside; whether there are any."""
        before = len(self._done)
        again = "It is built anew from the record."
        anew = {
            description_file: "It is made anew from market.toml.",
            units_file: "It is made anew of an earlier one, or of the record: give the register again.",
        }
        for periods in manifest.rollups.values():
            for name in periods.values():
                path = inside(self._folder, name)
                problem = self._problem_of(path, manifest)
                if not problem:
                    try:
                        map_chunk(path)
                    except WorkbenchError as error:
                        problem = damage_of(error, path, RESTORE)
                if problem:
                    self._put(path, problem, again)
        for name, name_of in ((manifest.description, description_file), (manifest.units, units_file)):
            path = inside(self._folder, name)
            content = read_bytes(path).decode("utf-8", "replace") if is_file(path) else ""
            if name_of(content) != name:
                self._put(path, "It is not what was published.", anew[name_of])
        return len(self._done) > before

    def _problem_of(self, path: Path, manifest: Manifest) -> str:
        name = path.relative_to(self._folder).as_posix()
        if not is_file(path):
            return "It is missing."
        known = manifest.checksums.get(name)
        return "" if known is None or checksum_of(path) == known else "It is not what was published."

    def _mend_ledger(self) -> None:
        ledger = Ledger(self._folder)
        damage = ledger.damage()
        if not damage and not self._lost:
            return
        if not is_file(ledger.path):
            return
        if self._lost:
            # It does not say which file gave which rows.
            self._put(ledger.path, damage or "Rows of files that it lists are lost.", "Files are read again.")
            rows = []
        else:
            rows = ledger.readable()
            self._put(ledger.path, damage, f"{len(rows)} files are known; others are read again.")
        for part in ledger.parts()[1:]:
            if is_file(part):
                self._aside.put(part)
        if not self._aside.dry_run:
            ledger.restore(rows)

    def _check_report(self) -> None:
        for path in listed(self._folder):
            if path.suffix == ".json" and path.name != POINTER and is_file(path):
                try:
                    json_from(read_bytes(path), path, error=UnreadableFile)
                except WorkbenchError as error:
                    self._put(
                        path, damage_of(error, path), lost="Ingest again, and the outcome is written anew."
                    )

    def _publish(
        self,
        description: MarketDescription,
        manifest: Manifest | None,
        tables: Tables,
        superseded: Tables,
    ) -> None:
        """Make the whole files of the record the current version, and build its roll-ups."""
        text, units = description.to_toml(), self._newest_kept("units-*.json")
        register = UnitsRegister() if units is None else UnitsRegister.from_json(read_bytes(units), units)
        parts = list(tables.get("unit_power", {}).values())
        names = {
            name
            for part in parts
            for name in read_part(self._folder, part, TABLES["unit_power"])["unit"].unique().to_list()
        }
        register = register.with_unknown(sorted(names))
        content = register.to_json()
        write_text(self._folder / description_file(text), text)
        write_text(self._folder / units_file(content), content)
        numbers = [
            int(match[1]) for path in walked(self._folder) if (match := re.search(r"-v(\d+)\.", path.name))
        ]
        numbers += [int(path.stem) for path in listed(self._folder / VERSIONS) if path.stem.isdigit()]
        made = Manifest(
            1 + max([*numbers, manifest.version if manifest else 0]),
            datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            description_file(text),
            units_file(content),
            tables,
            superseded,
        )
        made = replace(made, checksums={name: checksum_of(self._folder / name) for name in made.files()})
        self._keep_unused(made)
        set_current(self._folder, made)
        if manifest is not None:
            # It may be this list that is damaged, and the next publication would remove it.
            self._aside.put(manifest_path(self._folder, manifest.version))
        Writer(self._folder, description).publish({}, rebuild=True)

    def _keep_unused(self, made: Manifest) -> None:
        """Put aside what the new version does not name: the next publication would remove it."""
        for path in walked(self._folder / RAW):
            if path.relative_to(self._folder).as_posix() not in made.files():
                self._aside.put(path)
