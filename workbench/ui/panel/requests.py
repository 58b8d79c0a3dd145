"""Doing what a page asks of a run, and answering it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.errors import ProjectError, ViewerRefused, WorkbenchError
from workbench.files import is_inside
from workbench.runs.engine.run import Run
from workbench.runs.model.read_only import refuse_viewer
from workbench.ui.base import sentence_of
from workbench.ui.panel.browser_messages import (
    Adjust,
    BrowserMessage,
    Bye,
    Confirm,
    Control,
    Hello,
    ReadFile,
    ReadLines,
    ReadText,
    Watch,
)
from workbench.ui.panel.clients import Clients
from workbench.ui.panel.log_pages import line_for_screen, text_of
from workbench.ui.transfer.downloads import answered
from workbench.ui.transfer.offers import FileOffer

__all__ = ["Reply", "Requests"]

PAGE_BYTES = 48_000
MAX_PENDING = 4
"""Requests that may wait for the run at the same time."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What one page is told; the others see that it is not for them."""

    content: dict[str, Any]
    buffers: list[bytes] = field(default_factory=list)


class Requests:
    """Carries out messages of a browser, one by one, in the publisher's thread.

    Parameters
    ----------
    run
        What they are about.
    clients
        Who asks.
    settings
        Gives the settings that may be adjusted, by name.
    answer
        Takes an answer, from any thread.
    """

    def __init__(
        self,
        run: Run,
        clients: Clients,
        settings: Callable[[], Mapping[str, Any]],
        answer: Callable[[Reply], None],
    ) -> None:
        self._run = run
        self._clients = clients
        self._settings = settings
        self._answer = answer
        self._places = threading.BoundedSemaphore(MAX_PENDING)

    def take(self, message: BrowserMessage) -> bool:
        """Carry out one message; tells whether everything has to be told again."""
        match message:
            case Hello():
                self._clients.greet(message.client)
                self._reply(message)
                return True
            case Watch():
                self._clients.watch(message.client, message.filters)
                self._reply(message)
            case ReadLines():
                self._read_lines(message)
            case ReadText():
                self._read_text(message)
            case ReadFile():
                self._read_file(message)
            case Control():
                self._ask(message, getattr(self._run, message.action))
            case Adjust():
                self._adjust(message)
            case Confirm():
                self._clients.confirm(message.client)
            case Bye():
                self._clients.leave(message.client)
        return False

    def _reply(self, message: BrowserMessage, buffers: list[bytes] | None = None, **facts: Any) -> None:
        content = {**facts, "kind": "answer", "client": message.client, "id": message.id}
        self._answer(Reply(content, buffers or []))

    def _read_lines(self, message: ReadLines) -> None:
        log = self._clients.log(message.filter)
        rows = [line_for_screen(line) for line in log.page(message.first, message.count)]
        while len(rows) > 1 and len(json.dumps(rows)) > PAGE_BYTES:
            # The page asks again for what is missing.
            rows = rows[: len(rows) // 2]
        self._reply(message, first=message.first, rows=rows, total=log.count())

    def _read_text(self, message: ReadText) -> None:
        log = self._clients.log(message.filter)
        lines = log.page(message.first, message.count)
        self._reply(message, [text_of(lines)], read=len(lines), total=log.count())

    def _read_file(self, message: ReadFile) -> None:
        files = self._run.summary().artifacts
        if message.number >= len(files):
            self._reply(message, problem="There is no such file.")
            return
        path = Path(str(files[message.number].get("path", "")))
        project = self._run.journal_path.parents[1]
        try:
            refuse_viewer("Downloading a file of a run")
            # The record of a run may come from somebody else: it names no file outside of its project.
            if not is_inside(project, path):
                raise ProjectError(f"{path} is not in the project: copy it from there.", path)
        except WorkbenchError as error:
            self._reply(message, problem=sentence_of(error))
            return
        facts, buffers = answered(FileOffer(path), message.offset)
        self._reply(message, buffers, **facts)

    def _adjust(self, message: Adjust) -> None:
        unknown = [name for name in message.changes if name not in self._settings()]
        if unknown:
            self._reply(message, error=f"{unknown[0][:80]} cannot be adjusted while this run is active.")
            return
        self._ask(message, lambda: self._run.adjust(**message.changes))

    def _ask(self, message: BrowserMessage, request: Callable[[], None]) -> None:
        try:
            refuse_viewer("Asking something of a run")
        except ViewerRefused as error:
            self._reply(message, error=str(error))
            return
        if not self._places.acquire(blocking=False):
            self._reply(message, error="Earlier requests still wait for the run; try again in a moment.")
            return

        def work() -> None:
            try:
                request()
            except Exception as error:  # noqa: BLE001 - shown in the panel, whatever it is
                self._reply(message, error=sentence_of(error))
            else:
                self._reply(message)
            finally:
                self._places.release()

        # The process of a followed run may take its time; the panel must not wait for it.
        threading.Thread(target=work, name=f"workbench request to {self._run.id}", daemon=True).start()
