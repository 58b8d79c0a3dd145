"""Requests to a run that come through the journal, from other processes."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from workbench.errors import InvalidData
from workbench.runs.journal.checked_rows import request_of
from workbench.runs.journal.transactions import Transactions
from workbench.runs.model.records import ControlRequest

__all__ = ["Requests"]


class Requests:
    """The requests of one journal.

    Attributes
    ----------
    file
        Its transactions.
    """

    file: Transactions

    def ask(self, run: int, kind: str, data: Mapping[str, Any], asked_by: str) -> int:
        """Leave a request for the process that owns a run; returns its number."""
        with self.file.begin() as connection:
            cursor = connection.execute(
                "INSERT INTO request (run, kind, data, asked_by, asked) VALUES (?, ?, ?, ?, ?)",
                (run, kind, json.dumps(data), asked_by, time.time()),
            )
            return int(cursor.lastrowid or 0)

    def open_requests(self, runs: list[int]) -> list[ControlRequest]:
        """Requests that wait for an answer from this process's runs, oldest first."""
        with self.file.reading() as connection:
            rows = connection.execute(
                "SELECT number, run, kind, data, asked_by FROM request WHERE answered IS NULL "
                f"AND run IN ({', '.join('?' * len(runs))}) ORDER BY number",
                runs,
            ).fetchall()
        found = []
        for row in rows:
            try:
                found.append(request_of(row))
            except InvalidData as error:
                self.answer(row[0], f"The request is damaged: {error}")
        return found

    def answer(self, request: int, refusal: str | None) -> None:
        """Close a request, with the reason when it was refused; tried once, where the journal is locked."""
        with self.file.begin(patience=0) as connection:
            connection.execute(
                "UPDATE request SET answered = ?, refusal = ? WHERE number = ?",
                (time.time(), refusal, request),
            )
