"""Finished units in the journal: written in groups, found again in groups."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from workbench.runs.journal.signing import is_ours, sign

__all__ = ["KeptUnit", "find_units", "has_signed_settings", "insert_units", "sign_settings"]

SETTINGS_KEY = "\0settings"
"""Under this key lies what signs the settings of a run."""
PLACES = 500
"""Keys that are looked for at once; SQLite allows some thousand."""


class KeptUnit(NamedTuple):
    """One finished unit, as it is written.

    Attributes
    ----------
    key, digest
        By which it is recognised: its key and the hash of its arguments.
    seconds
        How long it took (s).
    finished
        Seconds since 1970-01-01 UTC.
    result
        Its pickled result.
    """

    key: str
    digest: str
    seconds: float
    finished: float
    result: bytes


def insert_units(connection: sqlite3.Connection, run: int, units: Iterable[KeptUnit]) -> None:
    """Write finished units of a run, each signed as belonging there."""
    (run_id,) = connection.execute("SELECT id FROM run WHERE number = ?", (run,)).fetchone()
    connection.executemany(
        "INSERT OR REPLACE INTO unit VALUES (?, ?, ?, ?, ?, ?, ?)",
        ((run, *unit, sign(unit.result, run_id, unit.key, unit.digest)) for unit in units),
    )


def sign_settings(connection: sqlite3.Connection, run: int, config: str) -> None:
    """Keep a signature of the settings of a run (as JSON), by which its user knows them again."""
    insert_units(connection, run, [KeptUnit(SETTINGS_KEY, _digest(config), 0.0, time.time(), b"")])


def has_signed_settings(connection: sqlite3.Connection, run: int, config: str) -> bool:
    """Tell whether this user has started the run with these settings, or has changed them to these."""
    return bool(find_units(connection, [run], [(SETTINGS_KEY, _digest(config))]))


def _digest(config: str) -> str:
    return hashlib.sha256(config.encode()).hexdigest()


def find_units(
    connection: sqlite3.Connection, runs: Sequence[int], wanted: Sequence[tuple[str, str]]
) -> Mapping[tuple[str, str], tuple[bytes, float]]:
    """Find units by key and digest that one of the runs finished: the pickled result and its duration (s)."""
    found: dict[tuple[str, str], tuple[bytes, float]] = {}
    missing = set(wanted)
    for run in runs:
        keys = sorted({key for key, _ in missing})
        for at in range(0, len(keys), PLACES):
            some = keys[at : at + PLACES]
            rows = connection.execute(
                "SELECT key, digest, result, signature, seconds, id FROM unit JOIN run ON number = run "
                f"WHERE run = ? AND key IN ({', '.join('?' * len(some))})",
                (run, *some),
            )
            for key, digest, result, signature, seconds, run_id in rows:
                place = (key, digest)
                whole = isinstance(result, bytes) and isinstance(signature, bytes)
                if place in missing and whole and is_ours(signature, result, run_id, key, digest):
                    found[place] = (result, seconds)
        missing.difference_update(found)
    return found
