"""A new journal of what can be read of damaged ones: ids and numbers of runs, and the order of events, are kept."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from workbench.files.salvage import READ_ERRORS, opened_copy, readable_rows
from workbench.runs.journal.checked_rows import EVENT_COLUMNS, RUN_COLUMNS, record_of
from workbench.runs.journal.rows import MAX_NUMBER
from workbench.runs.journal.schema import MIGRATIONS
from workbench.runs.journal.units import SETTINGS_KEY
from workbench.runs.model.states import Cause, EventKind, Level, RunState

__all__ = ["Recovery", "define"]

_FIRST_COLUMNS = RUN_COLUMNS.replace(", place, beat", "")
_TABLES = {
    "run": RUN_COLUMNS,
    "event": f"run, {EVENT_COLUMNS}, line",
    "unit": "run, key, digest, seconds, finished, result, signature",
    "request": "run, kind, data, asked_by, asked, answered, refusal",
}
_WANTED = {**_TABLES, "run": _FIRST_COLUMNS}
_FINAL = {str(state) for state in RunState if state.is_final}
MAX_FILLED = 100_000
"""Lost events of a run in whose place a note is put; a number that is damaged itself may claim more."""
MAX_LOOKED_FOR = 100_000
"""Numbers of runs for which events are looked for where the rows of the runs are lost."""


class Recovery:
    """A new journal that is filled with what can be read of others.

    Attributes
    ----------
    saved
        Table -> rows, once it is finished.
    lost
        What could not be read, a sentence each.

    Parameters
    ----------
    path
        Of the new journal, which does not exist yet.
    """

    def __init__(self, path: Path) -> None:
        self._target = sqlite3.connect(path, isolation_level=None)
        define(self._target)
        self._target.execute("BEGIN")
        self._kinds = {table: _kinds_of(self._target, table, columns) for table, columns in _TABLES.items()}
        self._taken: set[int] = set()
        self._highest = 0
        self.saved = dict.fromkeys(_TABLES, 0)
        self.lost: list[str] = []

    def take(self, files: Sequence[Path]) -> None:
        """Add what can be read of a journal, of which these are the files.

        Of a run that is in two journals, the one that was added first counts.
        """
        with opened_copy(files, define, _WANTED) as source:
            _Source(self, source).take()

    def living(self) -> list[str]:
        """Give the ids of runs whose process is there and may still write."""
        live = ", ".join(f"'{state}'" for state in RunState if not state.is_final)
        records = [
            record_of(row) for row in self.ask(f"SELECT {RUN_COLUMNS} FROM run WHERE state IN ({live})")
        ]
        return [record.id for record in records if not record.owner.is_gone()]

    def finish(self) -> None:
        """Write it down; numbers that the damaged journals gave out are not given out again."""
        self._target.execute("DELETE FROM sqlite_sequence WHERE name = 'run'")
        self._target.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('run', ?)", (self._highest,))
        for table in _TABLES:
            self.saved[table] = self.ask(f"SELECT count(*) FROM {table}")[0][0]
        # What signs the settings of a run is not a unit.
        self.saved["unit"] -= self.ask("SELECT count(*) FROM unit WHERE key = ?", SETTINGS_KEY)[0][0]
        self._target.execute("COMMIT")
        self._target.close()

    def ask(self, sql: str, *values: Any) -> list[Any]:
        """Ask the new journal."""
        return self._target.execute(sql, values).fetchall()

    def number_like(self, number: int) -> int:
        """Give a run its earlier number, or another one where a run of another journal has that."""
        new = number if number not in self._taken else max(self._highest, *self._taken) + 1
        self._taken.add(new)
        self.give_out(new)
        return new

    def give_out(self, number: int) -> None:
        """Take note of a number that was given out."""
        self._highest = max(self._highest, number)

    def insert(self, table: str, row: Sequence[Any]) -> list[str]:
        """Write a row; a value of a wrong type is replaced, and the names of their columns are given."""
        fitted, wrong = [], []
        for value, (name, kind, needed) in zip(row, self._kinds[table], strict=True):
            fits = _as(kind, value, needed)
            if fits is not value:
                wrong.append(name)
            fitted.append(fits)
        places = ", ".join("?" * len(row))
        self._target.execute(f"INSERT OR IGNORE INTO {table} ({_TABLES[table]}) VALUES ({places})", fitted)
        return wrong


class _Source:
    """One damaged journal, of which a recovery takes what there is."""

    def __init__(self, into: Recovery, connection: sqlite3.Connection) -> None:
        self._into, self._connection = into, connection
        self._known = dict(into.ask("SELECT id, number FROM run"))
        self._numbers: dict[int, int] = {}
        """Number of a run in this journal -> in the new one."""

    def take(self) -> None:
        ids = dict(self._ids_in_the_index())
        self._take_runs(ids)
        without_row = [
            number for number in sorted({*ids, *self._other_numbers()}) if number not in self._numbers
        ]
        for number in without_row:
            if ids.get(number) not in self._known:
                self._numbers[number] = self._into.number_like(number)
        for number in self._numbers:
            self._take_events(number)
        self._take_rest("unit", "finished units: they are computed again when a run is resumed")
        self._take_rest("request", "requests")
        for number in without_row:
            if number in self._numbers:
                self._stand_in(number, ids.get(number))
        for number in self._numbers.values():
            self._fill(number)

    def _rows(
        self, table: str, key: str, gaps: list[tuple[int, int]], **condition: Any
    ) -> Iterator[Sequence[Any]]:
        columns = _TABLES[table]
        if table == "run" and not self._is_readable(columns):
            columns = f"{_FIRST_COLUMNS}, '', NULL"
        return readable_rows(self._connection, table, columns, key, gaps=gaps, **condition)

    def _is_readable(self, columns: str) -> bool:
        try:
            self._connection.execute(f"SELECT {columns} FROM run LIMIT 0")
        except sqlite3.OperationalError:
            return False
        except READ_ERRORS:
            return True
        return True

    def _take_runs(self, ids: Mapping[int, str]) -> None:
        gaps: list[tuple[int, int]] = []
        for number, name, job, *others in self._rows("run", "number", gaps):
            other = ids.get(number, name)
            if other != name and (not str(name).startswith(f"{job}-") or not str(name).isascii()):
                name, other = other, name
            if not _is_number(number) or number in self._numbers or name in self._known:
                continue
            if other != name:
                self._into.lost.append(f"the id of {name}: it may be {other!r}")
            self._numbers[number] = new = self._into.number_like(number)
            wrong = self._into.insert("run", (new, name, job, *others))
            if wrong:
                self._into.lost.append(f"{', '.join(wrong)} of {name}")

    def _ids_in_the_index(self) -> Iterator[tuple[int, str]]:
        """Ids of runs by their numbers: also of those whose own rows cannot be read."""
        for order in ("ASC", "DESC"):
            sql = f"SELECT number, id FROM run INDEXED BY sqlite_autoindex_run_1 ORDER BY id {order}"
            with suppress(*READ_ERRORS, OverflowError):
                for number, name in self._connection.execute(sql):
                    if _is_number(number) and isinstance(name, str):
                        yield number, name
                return

    def _other_numbers(self) -> set[int]:
        """Numbers that events, units or requests have; where some may be missed, all that were given out."""
        found: set[int] = set()
        given_out = 0
        with suppress(*READ_ERRORS, OverflowError):
            for (number,) in self._connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'run'"):
                given_out = number if _is_number(number) else 0
        self._into.give_out(given_out)
        whole = True
        for table in ("event", "unit", "request"):
            try:
                found |= {row[0] for row in self._connection.execute(f"SELECT DISTINCT run FROM {table}")}
            except (*READ_ERRORS, OverflowError):
                whole = False
        found = {number for number in found if _is_number(number)}
        if whole:
            return found
        last = max(given_out, *found, *self._numbers, 0)
        return found | set(range(1, min(last, MAX_LOOKED_FOR) + 1))

    def _take_events(self, number: int) -> None:
        gaps: list[tuple[int, int]] = []
        for row in self._rows("event", "seq", gaps, where="run = ?", values=(number,)):
            if isinstance(row[1], int) and row[1] > 0:
                self._into.insert("event", (self._numbers[number], *row[1:]))

    def _take_rest(self, table: str, what: str) -> None:
        gaps: list[tuple[int, int]] = []
        for row in self._rows(table, "rowid" if table == "unit" else "number", gaps):
            if row[0] in self._numbers:
                self._into.insert(table, (self._numbers[row[0]], *row[1:]))
        if gaps:
            self._into.lost.append(f"some {what}")

    def _stand_in(self, number: int, name: str | None) -> None:
        """Put a row in place of one that is lost, where anything else of the run is left."""
        new = self._numbers[number]
        has_any = self._into.ask(
            "SELECT 1 FROM event WHERE run = ? UNION SELECT 1 FROM unit WHERE run = ?", new, new
        )
        if name is None and not has_any:
            return
        first, last = self._into.ask("SELECT min(time), max(time) FROM event WHERE run = ?", new)[0]
        state = str(RunState.INTERRUPTED)
        for (data,) in self._into.ask(
            "SELECT data FROM event WHERE run = ? AND kind = 'state' ORDER BY seq DESC LIMIT 1", new
        ):
            with suppress(ValueError, TypeError, AttributeError):
                found = json.loads(data).get("state")
                state = found if found in _FINAL else state
        name = name or f"unknown-{new}"
        job = name.rsplit("-", 3)[0]
        reason = "Its row in the journal was lost; what was left of the run was put together by a repair."
        # Settings that cannot be read mark it as damaged, so that it is not resumed.
        values = {
            "number": new, "id": name, "job": job, "title": job, "created": first or 0.0, "ended": last,
            "state": state, "cause": str(Cause.JOURNAL), "reason": reason,
        }  # fmt: skip
        self._into.insert("run", [values.get(column) for column in RUN_COLUMNS.split(", ")])
        self._into.lost.append(f"settings and history of {name}, but for what its events tell")

    def _fill(self, run: int) -> None:
        """Put notes in place of lost events, and an end to those of a run that has ended."""
        count, last = self._into.ask("SELECT count(*), coalesce(max(seq), 0) FROM event WHERE run = ?", run)[
            0
        ]
        (name, state, cause, reason, ended), = self._into.ask(
            "SELECT id, state, cause, reason, ended FROM run WHERE number = ?", run
        ) or [("", "", "", "", None)]  # fmt: skip
        if count < last <= count + MAX_FILLED:
            self._fill_between(run)
            self._into.lost.append(f"{last - count} of {last} events of {name}")
        if state not in _FINAL:
            return
        final = self._into.ask("SELECT kind, time FROM event WHERE run = ? AND seq = ?", run, last)
        if not final or final[0][0] != EventKind.STATE:
            moment = max(ended or 0.0, final[0][1] if final else 0.0)
            data = json.dumps({"state": state, "cause": cause, "ended": ended})
            self._put(run, last + 1, moment, EventKind.STATE, reason, data, None)
            self._into.lost.append(f"the last events of {name}")

    def _fill_between(self, run: int) -> None:
        seq, line, time = 0, 0, 0.0
        for next_seq, next_line, next_time in self._into.ask(
            "SELECT seq, line, time FROM event WHERE run = ? ORDER BY seq", run
        ):
            lines_lost = max(0, next_line - line - 1) if next_line is not None else 0
            for lost in range(seq + 1, next_seq):
                text = f"Event {lost} of the journal was damaged and is lost."
                if lines_lost:
                    lines_lost, line = lines_lost - 1, line + 1
                    self._put(run, lost, time, EventKind.LOG, text, None, line)
                else:
                    self._put(run, lost, time, EventKind.HEARTBEAT, text, None, None)
            seq, line, time = next_seq, next_line if next_line is not None else line, next_time

    def _put(
        self, run: int, seq: int, time: float, kind: EventKind, text: str, data: str | None, line: int | None
    ) -> None:
        self._into.insert(
            "event", (run, seq, time, str(kind), "", text, None, int(Level.WARNING), data, line)
        )


def define(connection: sqlite3.Connection) -> None:
    """Make the tables of a journal."""
    for script in MIGRATIONS:
        connection.executescript(script)
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def _kinds_of(connection: sqlite3.Connection, table: str, columns: str) -> list[tuple[str, str, bool]]:
    facts = {
        row[1]: (row[1], row[2], bool(row[3])) for row in connection.execute(f"PRAGMA table_info({table})")
    }
    return [facts[name] for name in columns.split(", ")]


def _is_number(value: object) -> bool:
    return isinstance(value, int) and 0 < value < MAX_NUMBER


def _as(kind: str, value: Any, needed: bool) -> Any:
    """Give a value as a column takes it: itself where it fits."""
    if value is None and not needed:
        return None
    match kind:
        case "TEXT":
            return value if isinstance(value, str) else ""
        case "BLOB":
            return value if isinstance(value, bytes) else b""
        case "INTEGER":
            return value if isinstance(value, int) else 0
    if isinstance(value, int | float) and math.isfinite(value):
        return value
    return 0.0 if needed else None
